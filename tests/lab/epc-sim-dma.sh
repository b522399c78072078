#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --timeout 120
#
# The controller's DMA engine moves data for the stock test function, and fails
# where hardware would.

. "$EPFLAB_TOP/tests/lab/common.sh"

modprobe pci-epf-test
make_functions pci_epf_test f0
start
wait_for "enumeration" test -e /dev/pci-endpoint-test.0
pcitest -i 0 >/dev/null

for size in 1 1024 1025 1024000 1024001; do
	tests -d -r -s $size
	tests -d -w -s $size
done
is 5 stat_of dma_reads
is 5 stat_of dma_writes
is $((1 + 1024 + 1025 + 1024000 + 1024001)) stat_of dma_read_bytes
is $((1 + 1024 + 1025 + 1024000 + 1024001)) stat_of dma_write_bytes
is 0 stat_of endpoint_reads

# Without bus mastering nothing moves, and the function is told.
setpci -s 11:00.0 COMMAND=2
is "READ (   4096 bytes):		NOT OKAY" pcitest -d -r -s 4096
dmesg | grep -q "DMA transfer failed" || die "the function was not told"
is 1 stat_of aborted_no_bus_master
setpci -s 11:00.0 COMMAND=6
tests -d -r -s 4096

# The engine goes and comes with its controller.
stop
wait_for "removal" test ! -e /sys/bus/pci/devices/0000:11:00.0
remove_functions pci_epf_test f0
for _ in 1 2 3 4 5; do
	again
done
[[ $(ls /sys/class/dma) == dma0chan0*dma0chan1 ]] || die "not two channels"
