#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --module tests/lab/host-window --timeout 180
#
# What only a host orders that is no driver of ours, or sees that looks into the
# function's memory: the error that a command ends with as the function stops, and
# two users of one doorbell.

. "$EPFLAB_TOP/tests/lab/common.sh"

device=/sys/bus/pci/devices/0000:11:00.0
node=/dev/pci-endpoint-xtest.0

# peek OFFSET [BAR]: the word there
peek() {
	local skip=$(((${2:-0} << 30) + $1 / 4))

	dd if=/dev/host-window bs=4 skip=$skip count=1 status=none |
		od -An -tu4 | tr -d ' '
}

# poke OFFSET VALUE [BAR]
poke() {
	perl -e 'print pack "L", shift' "$2" |
		dd of=/dev/host-window bs=4 seek=$(((${3:-0} << 30) + $1 / 4)) \
			conv=notrunc status=none
}

busy() {
	(($(stat_of endpoint_reads) > 9))
}

works() {
	pcitest run --suite irq,sg,map --dma on >/tmp/run ||
		die "$1: $(cat /tmp/run)"
}

modprobe pci-epf-xtest
modprobe pci_endpoint_xtest
modprobe host-window
VENDOR=0x1af4 DEVICE=0x10f0 MSIX=8 make_functions pci_epf_xtest x0
start
wait_for "the driver" test -e $node

# The function stops in the middle of a million accesses of 1 MiB.
echo >"$sim/epc-sim.0/stats"
perl -we '
	open my $file, "+<", shift or die $!;
	my $memory = syscall 9, 0, 1 << 20, 3, 1, fileno $file, 0;
	my $map = pack "Q3 L12 Q4", $memory, (1 << 20) x 3, 1000000, (0) x 5,
		600000, (0) x 8;
	exit(ioctl($file, 0xc0685042, $map) || !$!{ENODEV})' $node &
pid=$!
wait_for "accesses" busy
stop
wait $pid || die "it ended, or with another error"
wait_for "removal" test ! -e $device
start
wait_for "the driver" test -e $node
# The first completion is the last that there was: of command 0, ECANCELED.
place=$(peek 0x54)
is 0 peek $((place & ~7)) $((place & 7))
is 125 peek $(((place & ~7) + 4)) $((place & 7))
works "after it was stopped"

# What the rings have, the kernel's test does not get. (There is none before 7.3.)
echo 0000:11:00.0 >$device/driver/unbind
# reads VALUE OFFSET
reads() {
	[[ $(peek "$2") == "$1" ]]
}
# reset USE_DOORBELL [COMMAND]: that rings, where it must
reset() {
	local before

	before=$(peek 0x64)
	poke 0x78 "$1"
	poke 0x6c $((before + 1))
	"${2-true}"
	wait_for "a reset" reads $((before + 1)) 0x64
}
ring() {
	poke "$(peek 0x5c)" "$(peek 0x60)" "$(peek 0x58)"
}
# stock COMMAND STATUS
stock() {
	poke 0x08 0
	poke 0x04 "$1"
	ring
	wait_for "command $1: status $2" reads "$2" 0x08
}
reset 1
if (($(peek 0x48) & 4)); then
	stock $((1 << 6)) $((1 << 11 | 1 << 6))
	stock $((1 << 7)) $((1 << 13 | 1 << 6))
	ring=ring
elif [[ $(uname -r) != 6.12.* ]]; then
	die "there is no doorbell"
fi
reset 0 "${ring-true}"
echo 0000:11:00.0 >/sys/bus/pci/drivers/pci-endpoint-xtest/bind
works "after two users of one doorbell"
stop
