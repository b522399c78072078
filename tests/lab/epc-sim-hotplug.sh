#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab:
#
# The kernel's hot-plug driver adds and removes the endpoint as its controller
# starts and stops, and as its card goes and comes; without a slot nothing does
# but a rescan.

. "$EPFLAB_TOP/tests/lab/common.sh"

surprise=/sys/kernel/debug/pci_epc_sim/epc-sim.0/surprise
bound=/dev/pci-endpoint-test.0

enumerated() {
	[[ -e /sys/bus/pci/devices/0000:11:00.0 ]]
}

absent() {
	! enumerated
}

link_is() {
	[[ $(cat /sys/bus/pci/devices/0000:10:00.0/current_link_width) == "$1" ]]
}

# said N TEXT: the kernel log has it N times.
said() {
	is "$1" grep -cF "$2" <(dmesg)
}

modprobe pci-epf-test
modprobe pci_endpoint_test
make_functions pci_epf_test f0

dmesg -C
start
wait_for "enumeration" test -e $bound
said 1 "pciehp: Slot(1): Card present"
said 1 "pciehp: Slot(1): Link Up"
tests -b 0
stop
wait_for "removal" absent
said 1 "pciehp: Slot(1): Link Down"

# However quickly: events are not lost, and the last word counts.
for _ in $(seq 20); do
	start
	stop
done
link_is 0 || die "the link is up"
start
wait_for "enumeration" test -e $bound
tests -b 0
for _ in $(seq 20); do
	stop
	start
done
link_is 4 || die "the link is down"
wait_for "enumeration" test -e $bound
tests -b 0

# The card is pulled while the endpoint runs on, and put back.
is 0 cat $surprise
echo 1 >$surprise
is 1 cat $surprise
link_is 0 || die "the link outlives the card"
wait_for "surprise removal" absent
echo 0 >$surprise
wait_for "enumeration" test -e $bound
pcitest -i 1 >/dev/null
tests -b 0
tests -w -s 1025
stop
wait_for "removal" absent
start
wait_for "enumeration" test -e $bound

# Taken away as a whole while the driver is at work.
for delay in 0 0.05 0.15; do
	stop
	start
	sleep $delay
	stop
	remove_functions pci_epf_test f0
	again
	make_functions pci_epf_test f0
	start
	wait_for "enumeration" test -e $bound
done
stop
wait_for "removal" absent

# Without completed commands, and in a slot that does not expect surprises.
remove_functions pci_epf_test f0
again port/command_completed=0 port/surprise=0
make_functions pci_epf_test f0
lspci -vvv -s 10:00.0 | grep -q "HotPlug+ Surprise-" || die "surprise"
lspci -vvv -s 10:00.0 | grep -q "NoCompl+" || die "completed commands"
start
wait_for "enumeration" test -e $bound
stop
wait_for "removal" absent

# Without a slot: a rescan, and removal by hand.
remove_functions pci_epf_test f0
again port/hotplug=0
make_functions pci_epf_test f0
lspci -vvv -s 10:00.0 | grep -q "Root Port (Slot-)" || die "there is a slot"
start
wait_for "the link" link_is 4
sleep 0.5
absent || die "enumerated without a slot"
echo 1 >/sys/bus/pci/rescan
wait_for "enumeration" test -e $bound
tests -b 0
stop
wait_for "the link" link_is 0
sleep 0.5
enumerated || die "removed without a slot"
echo 1 >/sys/bus/pci/devices/0000:11:00.0/remove
absent || die "still there"
start
wait_for "the link" link_is 4
echo 1 >/sys/bus/pci/rescan
wait_for "enumeration" test -e $bound
tests -b 0
