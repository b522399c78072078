#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --timeout 120
#
# The host's driver of virtio functions: what is refused, what changes, and all
# that can end while data moves.

. "$EPFLAB_TOP/tests/lab/common.sh"
. "$EPFLAB_TOP/tests/lab/virtio.sh"

# busy: chains in the background, for as long as the device lasts; sets pid.
busy() {
	before=$(figure chains "$function/stats")
	xtest echo count=100000000 timeout_ms=20000 >/tmp/busy 2>/tmp/error &
	pid=$!
	wait_for "traffic" traffic
}

traffic() {
	(($(figure chains "$function/stats") > before + 20))
}

# ended: what was in the background did, with the error of a device that is gone or,
# if that was seen first, is broken.
ended() {
	wait "$pid" && die "chains to a device that is gone"
	grep -q "echo: \(No such device\|Input/output error\)" /tmp/error ||
		die "$(cat /tmp/error)"
}

works() {
	xtest echo >/tmp/run || die "$1"
	is 0 figure wrong /tmp/run
}

# Without what a device must offer, there is no driver.
for feature in 32 33; do
	dmesg -C
	virtio_make "features_off=$((1 << feature))"
	start
	wait_for "the refusal" sh -c \
		"dmesg | grep -q 'must offer VERSION_1 and ACCESS_PLATFORM'"
	[[ ! -e $node ]] || die "works without feature $feature"
	virtio_down
done

# What is not offered is not negotiated.
virtio_up features_off=1
xtest info >/tmp/info
is 0 echo $(($(figure features /tmp/info) & 1))
works "without checksums"
is "$(figure features /tmp/info)" printf '%d' "$(cat "$function/features")"

# The configuration, from either side
echo 4711 >"$function/backend/marker"
wait_for "the change" sh -c "$EPFLAB_TOP/tests/lab/virtio-xtest.pl $node info |
	grep -q '^config_changes 1'"
xtest info >/tmp/info
is 4711 figure marker /tmp/info
xtest mark 42
is 42 cat "$function/backend/host_marker"

# The driver goes and comes, with and without traffic.
refused "Device or resource busy" "$function/queue_size" 128
for _ in 1 2; do
	busy
	echo 0000:11:00.0 >$device/driver/unbind
	ended
	is 0x00 cat "$function/status"
	echo 0000:11:00.0 >/sys/bus/pci/drivers_probe
	wait_for "the driver" test -e $node
	works "after it was bound again"
done

# The link goes, by command and by surprise.
busy
stop
ended
wait_for "removal" test ! -e $device
start
wait_for "the driver" test -e $node
works "after the link was down"

busy
echo 1 >/sys/kernel/debug/pci_epc_sim/epc-sim.0/surprise
ended
wait_for "removal" test ! -e $device
echo 0 >/sys/kernel/debug/pci_epc_sim/epc-sim.0/surprise
wait_for "the driver" test -e $node
works "after a surprise"

# The host may not write to the bus: then nothing comes back.
setpci -s 11:00.0 COMMAND=2
status=0
xtest echo timeout_ms=100 2>/tmp/error >/tmp/run || status=$?
((status)) || die "answers without bus mastering"
setpci -s 11:00.0 COMMAND=6
echo 0000:11:00.0 >$device/driver/unbind
echo 0000:11:00.0 >/sys/bus/pci/drivers_probe
wait_for "the driver" test -e $node
works "after it may write again"

virtio_down

# This controller does not take interrupts that the host masks: they come later,
again profile=dwc
virtio_up
dmesg -C
setpci -s 11:00.0 CAP_MSIX+2.W=4000:4000
xtest echo >/tmp/run &
pid=$!
wait_for "a refusal" sh -c "dmesg | grep -q 'interrupt 1: error -1$'"
setpci -s 11:00.0 CAP_MSIX+2.W=0:4000
wait "$pid" || die "while interrupts were masked for a moment"
is 0 figure wrong /tmp/run

# or never, and the device says so.
setpci -s 11:00.0 CAP_MSIX+2.W=4000:4000
xtest echo timeout_ms=30000 >/tmp/run 2>/tmp/error &
pid=$!
wait_for "the device to give up" grep -qx 0x4f "$function/status"
dmesg | grep -q "queue 0: the host cannot be interrupted: error -1$" ||
	die "$(dmesg | tail -3)"
echo 0000:11:00.0 >$device/driver/unbind
ended
echo 0000:11:00.0 >/sys/bus/pci/drivers_probe
wait_for "the driver" test -e $node
works "after it could not interrupt"

# The driver's module goes; not again and again, as KASAN of User-Mode Linux takes
# no module in the place of another.
busy
rmmod virtio_epf
ended
virtio_down
