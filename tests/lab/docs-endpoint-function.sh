#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --module examples/endpoint-function --timeout 120
#
# The function of docs/developing-an-endpoint-function.md: what it gives, what
# it costs, and that either side can go at any moment.

# shellcheck source=tests/lab/common.sh
. "$EPFLAB_TOP/tests/lab/common.sh"

example=$EPFLAB_TOP/examples/endpoint-function
bdf=0000:11:00.0
device=/dev/entropy-$bdf
driver=/sys/bus/pci/drivers/pci_endpoint_entropy
poll=$ep/functions/pci_epf_entropy/entropy0/entropy/poll_us

up() {
	epfctl -q apply "$example/entropy.yaml"
	wait_for "$device" test -e $device
}

down() {
	epfctl -q stop epc-sim.0
	wait_for "removal" test ! -e $device
	epfctl -q unlink entropy0 epc-sim.0
	epfctl -q delete entropy0
}

# pages COUNT: that many requests.
pages() {
	dd if=$device of=/dev/null bs=4092 "count=$1" status=none
}

# fails ERROR COMMAND...: COMMAND must fail, and say so.
fails() {
	local want=$1 said
	shift

	said=$("$@" 2>&1 >/dev/null) && die "$*: did not fail"
	[[ $said == *"$want"* ]] || die "$*: said \"$said\", should say \"$want\""
}

# In use when COMMAND is run: that ends the reader with an error, and nothing else.
# A file that was open before it gives nothing more.
while_in_use() {
	local reader

	pages 1000000 2>/dev/null &
	reader=$!
	exec 3<$device
	sleep 0.05
	"$@"
	wait $reader && die "$*: the reader has not noticed"
	fails "No such device" head -c 1 <&3
	exec 3<&-
}

unbind() {
	echo $bdf >$driver/unbind
}

up
is "Encryption controller: Device 1234:e9f0" \
	sh -c "lspci -s $bdf | cut -d ' ' -f 2-"

# Bytes, never the same, and no more at once than an answer has.
is 0 sh -c "head -c 0 $device | wc -c"
is 20000 sh -c "head -c 20000 $device | wc -c"
is 4092 sh -c "dd if=$device bs=8192 count=1 status=none | wc -c"
dd if=$device bs=4092 count=5 status=none | od -An -v -tx1 -w12 |
	sort | uniq -d >/tmp/same
[[ ! -s /tmp/same ]] || die "the same bytes again: $(</tmp/same)"

# The attribute takes what it says, and acts at once.
is 1000 cat $poll
for wrong in 9 100001 -1 often ''; do
	(printf '%s' "$wrong" >$poll) 2>/dev/null && [[ $wrong ]] &&
		die "poll_us took $wrong"
done
refused "Numerical result out of range" $poll 9
refused "Invalid argument" $poll often
echo 100 >$poll
is 100 cat $poll

# What crosses: one write a request, and the answer by the endpoint or by the
# host; the number of an answer is looked at before and after the interrupt.
"$example/measure" push >/tmp/push
is 0 stat_of host_reads
is 16 stat_of host_writes
is 8192 stat_of endpoint_writes
is 0 stat_of endpoint_reads
is 16 stat_of msi
is 0 stat_of maps_live
"$example/measure" pull >/tmp/pull
is 16 stat_of host_writes
is 0 stat_of endpoint_writes
(($(stat_of host_reads) >= 16 * 512)) || die "nothing was pulled"
"$example/measure" push >/tmp/push

# A host that keeps the endpoint from writing gets nothing, and knows it.
setpci -s $bdf COMMAND.W=0:4
fails "Connection timed out" head -c 1 $device
(($(stat_of aborted_no_bus_master) > 0)) || die "the endpoint has not written"
setpci -s $bdf COMMAND.W=4:4
pages 1

# The host's driver goes, the link goes, all of it goes: while in use.
while_in_use unbind
echo $bdf >$driver/bind
pages 1
while_in_use epfctl -q stop epc-sim.0
wait_for "removal" test ! -e $device
epfctl -q start epc-sim.0
wait_for "$device" test -e $device
pages 1
while_in_use down

# Whoever waits for an answer does not wait for one that cannot come.
up
setpci -s $bdf COMMAND.W=0:4
head -c 1 $device 2>/tmp/said &
sleep 0.1
stop
wait $! && die "an answer without an endpoint"
grep -q "No such device" /tmp/said || die "said $(</tmp/said)"
epfctl -q unlink entropy0 epc-sim.0
epfctl -q delete entropy0

# Other controllers, other limits.
for profile in dwc imx8m rk3588 am654 rockchip-ep cadence; do
	again profile=$profile
	up
	pages 2
	down
done
again profile=rcar
fails "Cannot allocate memory" epfctl apply "$example/entropy.yaml"
again profile=generic msi_capable=0
fails "Operation not supported" epfctl apply "$example/entropy.yaml"

# Nobody holds the modules any more.
modprobe -r pci-endpoint-entropy
modprobe -r pci-epf-entropy
