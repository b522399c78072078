#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --module tests/lab/rpmsg-probe --timeout 240
#
# Messages between drivers of both sides, on the kernel's own bus: its sample
# client with itself; services that come and go; messages in order and as they
# were sent, both ways at once; either side goes in the middle.

. "$EPFLAB_TOP/tests/lab/common.sh"

bdf=0000:11:00.0
messages=${MESSAGES:-300}
rounds=${ROUNDS:-1}

# The host's kernel removes the channel of a service that goes under the lock of
# another channel. They are of one class, so lockdep takes that for a deadlock:
# where it watches, services go with the host's driver alone.
services_go=yes
[[ ! -e /proc/lockdep ]] || services_go=''

# channel_of host|endpoint SERVICE: its channel, where there is one.
channel_of() {
	local channel where

	for channel in /sys/bus/rpmsg/devices/*."$2".*; do
		where=endpoint
		[[ $(readlink -f "$channel") != */$bdf/* ]] || where=host
		[[ $where != "$1" || ! -e $channel ]] || echo "$channel"
	done
}

has_driver() {
	local channel
	channel=$(channel_of "$1" "$2")

	[[ $channel && -e $channel/driver ]]
}

has_no_channel() {
	[[ ! $(channel_of "$1" "$2") ]]
}

# said COUNT TEXT: so many messages of the kernel have it.
said() {
	[[ $(dmesg | grep -cF "$2") == "$1" ]]
}

# received COUNT CHANNEL: that many, as they were sent.
received() {
	wait_for "$1 messages on $2" sh -c "[ \$(cat $2/received) -ge $1 ]"
	is "$1 0" sh -c "cat $2/received $2/bad | xargs"
}

both_have() {
	local service

	for service; do
		wait_for "the endpoint's $service" has_driver endpoint "$service"
		wait_for "the host's $service" has_driver host "$service"
	done
}

# Both talk, on and on: the endpoint can as soon as the host has.
talk() {
	local host endpoint
	both_have epf-test

	host=$(channel_of host epf-test)
	endpoint=$(channel_of endpoint epf-test)
	echo -1 >"$host/send"
	wait_for "talk" sh -c "[ \$(cat $endpoint/received) -ge 1 ]"
	echo -1 >"$endpoint/send"
	wait_for "talk" sh -c "[ \$(cat $host/received) -ge 100 ]"
	wait_for "talk" sh -c "[ \$(cat $endpoint/received) -ge 100 ]"
	is 0 cat "$host/bad"
	is 0 cat "$endpoint/bad"
}

# greets COUNT: the sample client has done all that it does, for so many times.
greets() {
	local host endpoint
	both_have rpmsg-client-sample

	host=$(channel_of host rpmsg-client-sample)
	endpoint=$(channel_of endpoint rpmsg-client-sample)
	wait_for "goodbye" said $((100 * $1)) "${endpoint##*/}: incoming msg"
	said $((99 * $1)) "${host##*/}: incoming msg" || die "no answers"
	said "$1" "${endpoint##*/}: goodbye!" || die "no goodbye"
}

# without DRIVER SERVICE: as long as the endpoint has no driver, the host has no
# channel.
without() {
	local channel
	channel=$(channel_of endpoint "$2")

	echo "${channel##*/}" >"/sys/bus/rpmsg/drivers/$1/unbind"
	wait_for "no service" has_no_channel host "$2"
	echo "${channel##*/}" >"/sys/bus/rpmsg/drivers/$1/bind"
}

# The kernel's sample answers each message, a hundred of them. The host's begins.
# All modules stay to the end: KASAN of this architecture takes memory that had
# the variables of a module for what it was.
modprobe -a rpmsg_client_sample rpmsg-probe
epfctl -q apply "$EPFLAB_TOP/examples/virtio-rpmsg.yaml"
services=$(echo "$ep"/functions/epf_virtio_rpmsg/rpmsg0/*/backend/services)
is rpmsg-client-sample cat "$services"
greets 1

# A hundred messages each way, less the last answer, and the service's name: for
# each, the endpoint writes what it used, and where the ring is, and interrupts the
# host, unless it tells of several at once. It reads no ring.
costs() {
	local stats=${services%backend/services}stats

	[[ "$(figure chains "$stats") $(figure ring_writes "$stats")" == "200 400" ]] &&
		(($(figure interrupts "$stats") > 0))
}
wait_for "200 messages, 400 writes of rings, and interrupts" costs
is 0 figure ring_reads "${services%backend/services}stats"
interrupts=$(figure interrupts "${services%backend/services}stats")
((interrupts <= 200)) || die "$interrupts interrupts for 200 messages"

if [[ $services_go ]]; then
	without rpmsg_client_sample rpmsg-client-sample
	greets 2
fi

# The names of services are what they can be, and stay while they are used.
refused "Device or resource busy" "$services" epf-test
epfctl -q stop epc-sim.0
wait_for "no channels" sh -c "! ls /sys/bus/rpmsg/devices | grep -q ."
epfctl -q unlink rpmsg0 epc-sim.0
refused "File exists" "$services" "a b,a"
refused "File name too long" "$services" \
	12345678901234567890123456789012
refused "Argument list too long" "$services" "1 2 3 4 5 6 7 8 9"
is rpmsg-client-sample cat "$services"
echo "epf-test, epf-test-more" >"$services"
is "epf-test epf-test-more" cat "$services"
epfctl -q link rpmsg0 epc-sim.0
epfctl -q start epc-sim.0

# Each to its own, in both directions at once.
both_have epf-test epf-test-more
for service in epf-test epf-test-more; do
	echo 1 >"$(channel_of host $service)/send"
	received 1 "$(channel_of endpoint $service)"
done
for service in epf-test epf-test-more; do
	echo $((messages - 1)) >"$(channel_of host $service)/send"
	echo "$messages" >"$(channel_of endpoint $service)/send"
done
for service in epf-test epf-test-more; do
	received "$messages" "$(channel_of endpoint $service)"
	received "$messages" "$(channel_of host $service)"
done

# What one side announces is a channel of the other, either way.
for sides in "endpoint host" "host endpoint"; do
	read -r here there <<<"$sides"
	before=$(cat "$(channel_of "$here" epf-test-more)/received")
	echo epf-test-own >"$(channel_of "$here" epf-test-more)/offer"
	wait_for "a channel of the $there" has_driver "$there" epf-test-own
	echo 50 >"$(channel_of "$there" epf-test-own)/send"
	wait_for "messages" sh -c "[ \$(cat $(channel_of "$here" \
		epf-test-more)/received) -eq $((before + 50)) ]"
done

# The host's driver, the link, the bus on both sides, and the drivers of the
# channels go while they talk; then all is as before.
for ((round = 0; round < rounds; round++)); do
	talk
	echo $bdf >/sys/bus/pci/drivers/virtio_epf/unbind
	wait_for "no channel" has_no_channel endpoint epf-test
	echo $bdf >/sys/bus/pci/drivers/virtio_epf/bind
	talk
	epfctl -q stop epc-sim.0
	wait_for "no channel" has_no_channel endpoint epf-test
	wait_for "removal" test ! -e /sys/bus/pci/devices/$bdf
	epfctl -q start epc-sim.0
	talk
	for side in host ${services_go:+endpoint}; do
		virtio=$(basename "$(dirname "$(readlink -f \
			"$(channel_of "$side" epf-test)")")")
		echo "$virtio" >/sys/bus/virtio/drivers/virtio_rpmsg_bus/unbind
		wait_for "no channel" has_no_channel host epf-test
		wait_for "no channel" has_no_channel endpoint epf-test
		echo "$virtio" >/sys/bus/virtio/drivers/virtio_rpmsg_bus/bind
		talk
	done
	if [[ $services_go ]]; then
		without rpmsg-probe epf-test
		talk
	fi
done

# Their modules go while they talk.
if [[ $services_go ]]; then
	modprobe -r rpmsg-probe
	modprobe -r virtio_rpmsg_bus
	is 0 sh -c "ls /sys/bus/rpmsg/devices | wc -l"
fi
epfctl -q stop epc-sim.0
epfctl -q unlink rpmsg0 epc-sim.0
wait_for "no channels" sh -c "! ls /sys/bus/rpmsg/devices | grep -q ."
epfctl -q delete rpmsg0
modprobe -r rpmsg_client_sample
modprobe -r epf-virtio-rpmsg
