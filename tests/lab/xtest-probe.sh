#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --time-travel --module tests/lab/host-obstacles --timeout 120
#
# Where the host driver cannot have the function, it says why and leaves it as it
# was: the next attempt is a good one, and so is another driver's.

. "$EPFLAB_TOP/tests/lab/common.sh"

address=0000:11:00.0
driver=/sys/bus/pci/drivers/pci-endpoint-xtest
node=/dev/pci-endpoint-xtest.0
taken=/sys/module/host_obstacles/parameters/taken
corrupt=/sys/kernel/debug/pci_epc_sim/epc-sim.0/faults/corrupt

# looks: how often the function's thread has slept.
looks() {
	awk '/^voluntary_ctxt_switches/ { print $2 }' \
		"/proc/$(pgrep -x 'pci_epf_xtest.0')/status"
}

looks_since() {
	(($(looks) > $1))
}

# works AFTER: the endpoint looks for commands of any driver's, ours has it, and it
# is left again.
works() {
	wait_for "$1: a look" looks_since "$(looks)"
	echo $address >$driver/bind
	pcitest run --suite sg >/tmp/run || die "$1: $(cat /tmp/run)"
	echo $address >$driver/unbind
}

modprobe pci-epf-xtest
modprobe pci_endpoint_xtest
modprobe host-obstacles
VENDOR=0x1af4 DEVICE=0x10f0 MSIX=8 make_functions pci_epf_xtest x0
start
wait_for "the driver" test -e $node
echo $address >$driver/unbind

# Somebody has its memory, or the name of its node.
echo region >$taken
refused "Device or resource busy" $driver/bind $address
echo none >$taken
works "after its memory was taken"
echo node >$taken
refused "File exists" $driver/bind $address
echo none >$taken
works "after its node was taken"

# Nobody answers: the rings stay as they are. So it is for a driver that reads an
# answer with a flipped bit each time, from the 33rd byte on: those before tell it
# where the rings are.
echo host_read >$corrupt/requests
echo 32 >$corrupt/space
echo -1 >$corrupt/times
echo 100 >$corrupt/probability
refused "Connection timed out" $driver/bind $address
echo 0 >$corrupt/probability
dmesg | grep -q "the endpoint does not empty the rings" || die "it did not say so"
works "after nobody answered"
stop
