#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --timeout 600 --module tests/lab/host-traffic
#
# Controllers come and go, start and stop, cards are pulled under traffic;
# nothing is left behind. As often as LIVES, STARTS and REMOVALS say; the full
# measure is 1000, 1000 and 100.
#
# The traffic is not pcitest's, but a driver's that survives it: the stock
# pci_endpoint_test of Linux 6.12 unmaps the BARs and frees the structure that an
# ioctl under way uses, and waits without end for interrupts.

. "$EPFLAB_TOP/tests/lab/common.sh"

lives=${LIVES:-10} starts=${STARTS:-10} removals=${REMOVALS:-5}
faults=/sys/kernel/debug/pci_epc_sim/epc-sim.0/faults
endpoint=/sys/bus/pci/devices/0000:11:00.0
MSIX=32

present() {
	[[ -e $endpoint ]]
}

absent() {
	[[ ! -e $endpoint ]]
}

# What could be left behind: interrupts, threads, devices, address space.
left() {
	find /sys/kernel/irq -mindepth 1 -maxdepth 1 | wc -l
	pgrep -lc '^(epc-sim|irq/|host-traffic)' || :
	ls /sys/bus/pci/devices /sys/class/dma /sys/bus/platform/devices
	wc -l </proc/iomem
}

# check_left WHAT: as before.
check_left() {
	left >/tmp/after
	diff /tmp/before /tmp/after || die "left behind by $1"
	is 0 stat_of maps_live
	echo "$1: nothing left behind"
}

commands() {
	cat /sys/module/host_traffic/parameters/commands
}

modprobe -a pci-epf-test host-traffic

# Live and not
again
left >/tmp/before
for ((i = 0; i < lives; i++)); do
	again
done
check_left "$lives times live"

# Started and stopped, with and without time to notice
make_functions pci_epf_test f0
start
wait_for "enumeration" present
stop
wait_for "removal" absent
left >/tmp/before
for ((i = 0; i < starts; i++)); do
	start
	if ((i % 4 == 0)); then
		wait_for "enumeration" present
	fi
	stop
	if ((i % 3 == 0)); then
		wait_for "removal" absent
	fi
done
wait_for "removal" absent
check_left "$starts times started"

# Pulled under traffic, after any number of bytes
for ((i = 0; i < removals; i++)); do
	start
	wait_for "enumeration" present
	before=$(commands)
	wait_for "traffic" eval "((\$(commands) > $before))"
	echo $((RANDOM * 32)) >$faults/removal/space
	echo 1 >$faults/removal/times
	echo 100 >$faults/removal/probability
	wait_for "removal" absent
	echo 0 >$faults/removal/probability
	stop
done
is "$removals" stat_of fault_removal
check_left "$removals removals"

# And it still works.
start
wait_for "enumeration" present
before=$(commands)
wait_for "traffic" eval "((\$(commands) > $before + 10))"
stop
wait_for "removal" absent

# No memory that nobody refers to, either: what is older than 5 s, found twice.
if [[ -e /sys/kernel/debug/kmemleak ]]; then
	sleep 6
	echo scan >/sys/kernel/debug/kmemleak
	echo scan >/sys/kernel/debug/kmemleak
	is "" cat /sys/kernel/debug/kmemleak
	echo "kmemleak: nothing"
fi
