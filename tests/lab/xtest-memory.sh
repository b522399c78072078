#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --debug --timeout 300
#
# Allocations fail, one after the other: each kind of command of the host's driver ends
# with ENOMEM or does without, and works when there is memory again.

# shellcheck source=tests/lab/fail-nth.sh
. "$EPFLAB_TOP/tests/lab/fail-nth.sh"

device=/sys/bus/pci/devices/0000:11:00.0
node=/dev/pci-endpoint-xtest.0

works() {
	pcitest run --suite sg,map --dma on >/tmp/run || die "$1: $(cat /tmp/run)"
}

modprobe pci-epf-xtest
modprobe pci_endpoint_xtest
VENDOR=0x1af4 DEVICE=0x10f0 MSIX=8 make_functions pci_epf_xtest x0
start
wait_for "the driver" test -e $node
works "at first"

# Commands: a copy of two pieces, and what maps cost.
lists="my \$data = \"x\" x 9000; my \$to = \"y\" x 9000;
	my \$segments = pack \"Q4\", unpack(\"Q\", pack \"p\", \$data), 9000,
		unpack(\"Q\", pack \"p\", \$to), 9000;
	my \$results = \"\\0\" x 40;"
nth "open my \$file, \"+<\", \"$node\" or return 0; $lists
	my \$run = pack \"L12 Q2 L2 Q4\", 2, 0, 0, 0, 0, 1, 1, 0, 1, 1, 1, 0,
		unpack(\"Q\", pack \"p\", \$segments),
		unpack(\"Q\", pack \"p\", \$results), (0) x 6;
	ioctl \$file, 0xc0685041, \$run"
nth "open my \$file, \"+<\", \"$node\" or return 0; my \$data = \"x\" x 64;
	my \$map = pack \"Q3 L12 Q4\", unpack(\"Q\", pack \"p\", \$data), 64, 64,
		64, 1, (0) x 14;
	ioctl \$file, 0xc0685042, \$map"

# Those of the kernel's driver; and memory in one piece.
nth "open my \$file, \"+<\", \"$node\" or return 0;
	my \$transfer = pack \"Q L x4\", 9000, 1;
	ioctl \$file, 0x40085006, \$transfer"
nth "open my \$file, \"+<\", \"$node\" or return 0;
	my \$memory = syscall 9, 0, 9000, 3, 1, fileno \$file, 0;
	\$memory == -1 ? 0 : !syscall 11, \$memory, 9000"
works "after commands without memory"

# Interrupts, 32 of them, of which all are there or none. What fails is what the kernel
# makes of each handler: without the entries in /proc it would warn of them.
handlers=/sys/kernel/slab/kmalloc-128/failslab
echo 10 >/sys/kernel/debug/fail_page_alloc/min-order
echo Y >/sys/kernel/debug/failslab/cache-filter
echo 1 >$handlers
clear="open my \$file, \"+<\", \"$node\" or die \$!; ioctl \$file, 0x5010, 0 or die \$!"
perl -we "$clear"
nth "open my \$file, \"+<\", \"$node\" or return 0;
	ioctl \$file, 0x40045008, 1 or return 0;
	ioctl \$file, 0x5009, 0" "$clear" >/tmp/nth
echo 0 >$handlers
(($(cut -d ' ' -f 1 /tmp/nth) >= 32)) || die "handlers: $(cat /tmp/nth)"
pcitest run --suite irq >/tmp/run || die "interrupts: $(cat /tmp/run)"
works "after interrupts without memory"

stop
wait_for "removal" test ! -e $device
remove_functions pci_epf_xtest x0
