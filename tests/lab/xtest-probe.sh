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
taken_irq=/sys/module/host_obstacles/parameters/irq
BARS=0x500a BAR=0x5001 SET_IRQ_TYPE=0x40045008

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

# ask COMMAND ARGUMENT: what the driver says to it
ask() {
	perl -we '
		open my $file, "+<", shift or die $!;
		ioctl($file, hex shift, 0 + shift) or print $!' $node "$1" "$2"
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

# A BAR of which the host does not know where it is: the others are tested.
echo bar >$taken
echo $address >$driver/bind
is "Cannot allocate memory" ask $BAR 2
is "" ask $BAR 1
is "" ask $BARS 0
dmesg | grep -q "can't ioremap BAR 2" || die "the kernel mapped it"
works "without a BAR"
echo $address >$driver/unbind
echo none >$taken
echo $address >$driver/bind
is "" ask $BAR 2
works "with all BARs"

# Somebody has its interrupt line for himself: there are other interrupts.
cat $device/irq >$taken_irq
is "Device or resource busy" ask $SET_IRQ_TYPE 0
is "" ask $SET_IRQ_TYPE 1
is "" ask $SET_IRQ_TYPE 3
works "without its interrupt line"
echo 0 >$taken_irq
is "" ask $SET_IRQ_TYPE 0
is "" ask $SET_IRQ_TYPE 3
echo $address >$driver/unbind
can_be_had "after its interrupt line was taken"

# Nobody answers: the rings stay as they are. So it is for a driver that reads an
# answer with a flipped bit each time, from the 33rd byte on: those before tell it
# where the rings are.
inject corrupt -1 requests=host_read space=32
refused "Connection timed out" $driver/bind $address
no_more corrupt
dmesg | grep -q "the endpoint does not empty the rings" || die "it did not say so"
can_be_had "after nobody answered"
down
