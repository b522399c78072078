#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --time-travel --module tests/lab/host-obstacles --timeout 120
#
# Where the host driver cannot have the function, it says why and leaves it as it
# was: the next attempt is a good one, and so is another driver's.

# shellcheck source=tests/lab/xtest-faults.sh
. "$EPFLAB_TOP/tests/lab/xtest-faults.sh"

address=0000:11:00.0
driver=/sys/bus/pci/drivers/pci-endpoint-xtest
taken=/sys/module/host_obstacles/parameters/taken

# looks: how often the function's thread has slept.
looks() {
	awk '/^voluntary_ctxt_switches/ { print $2 }' \
		"/proc/$(pgrep -x 'pci_epf_xtest.0')/status"
}

looks_since() {
	(($(looks) > $1))
}

# can_be_had AFTER: the endpoint looks for commands of any driver; ours has it, works,
# and leaves it
can_be_had() {
	wait_for "$1: a look" looks_since "$(looks)"
	echo $address >$driver/bind
	works "$1"
	echo $address >$driver/unbind
}

modprobe pci-epf-xtest
modprobe pci_endpoint_xtest
modprobe host-obstacles
up
echo $address >$driver/unbind

# Somebody has its memory, or the name of its node.
echo region >$taken
refused "Device or resource busy" $driver/bind $address
echo none >$taken
can_be_had "after its memory was taken"
echo node >$taken
refused "File exists" $driver/bind $address
echo none >$taken
can_be_had "after its node was taken"

# Nobody answers: the rings stay as they are. So it is for a driver that reads an
# answer with a flipped bit each time, from the 33rd byte on: those before tell it
# where the rings are.
inject corrupt -1 requests=host_read space=32
refused "Connection timed out" $driver/bind $address
no_more corrupt
dmesg | grep -q "the endpoint does not empty the rings" || die "it did not say so"
can_be_had "after nobody answered"
down
