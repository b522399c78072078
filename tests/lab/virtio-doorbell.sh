#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --7.3 --module tests/lab/virtio-negotiate --timeout 240
#
# Where there is a doorbell, a virtio function does not look for what the host
# writes, but is rung: in a BAR of its own (generic, dwc), or of the controller's
# (rk3588, tegra234).

. "$EPFLAB_TOP/tests/lab/common.sh"
. "$EPFLAB_TOP/tests/lab/virtio.sh"

count_of() {
	figure "$1" "$function/stats"
}

# The host is through with it, and it has seen that.
is_idle() {
	local before

	before=$(count_of looks)
	sleep 0.3
	(($(count_of looks) == before))
}

moves() {
	xtest echo count=100 >/tmp/run || die "$profile: $(cat /tmp/run)"
	is 0 figure wrong /tmp/run
	is 100 figure completed /tmp/run
}

for profile in generic dwc rk3588 tegra234; do
	again "profile=$profile"
	for push in 1 0; do
		virtio_up push=$push
		moves
		wait_for "$profile: sleep" is_idle
		before=$(count_of doorbells)
		((before > 0)) || die "$profile: nobody rang"

		# Nothing but the bell wakes it.
		moves
		(($(count_of doorbells) > before)) || die "$profile: nobody rang"
		wait_for "$profile: sleep" is_idle

		# A driver goes, and the next comes.
		echo 0000:11:00.0 >$device/driver/unbind
		is 0x00 cat "$function/status"
		echo 0000:11:00.0 >/sys/bus/pci/drivers/virtio_epf/bind
		wait_for "the driver" test -e "$node"
		moves
		echo "$profile, push=$push: rung $(count_of doorbells) times"
		virtio_down
	done
done

# negotiates OFFERED TAKEN...: which transport features are taken, of all.
negotiates() {
	local driver=/sys/bus/pci/drivers/virtio-negotiate said

	echo 0000:11:00.0 >$device/driver/unbind
	refused "No such device" $driver/bind 0000:11:00.0
	said=$(dmesg | grep "transport features:" | tail -n 1)
	[[ $said == *" $1 offered, taken: $2" ]] || die "$said"
	echo 0000:11:00.0 >/sys/bus/pci/drivers/virtio_epf/bind
	wait_for "the driver" test -e "$node"
	moves
}

# A host that does not accept the bell has no device; of the rest it is free.
again profile=generic
modprobe -a virtio_epf virtio-negotiate
virtio_up push=1
negotiates 0x3 2-3
virtio_down
virtio_up push=0
negotiates 0x2 2
virtio_down
virtio_up doorbell=0
negotiates 0x1 0-1
virtio_down

# It can do without.
again profile=generic
virtio_up doorbell=0
moves
is 0 count_of doorbells
is_idle && die "it neither looks nor is rung"
refused "Device or resource busy" "$function/doorbell" 1
virtio_down

# The kernel gives it to the first function alone: another looks.
virtio_make
mkdir "$ep/functions/epf_virtio_xtest/v1"
second=$(echo "$ep"/functions/epf_virtio_xtest/v1/epf_virtio_xtest.*)
ln -s "$ep/functions/epf_virtio_xtest/v1" "$ep/controllers/epc-sim.0/v1"
start
wait_for "both drivers" test -e /dev/virtio-xtest.1
for node in /dev/virtio-xtest.0 /dev/virtio-xtest.1; do
	moves
done
(($(count_of doorbells) > 0)) || die "the first was not rung"
is 0 figure doorbells "$second/stats"
stop
