#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --timeout 120 --module tests/lab/dma-probe --module tests/lab/epf-probe
#
# The controller's DMA engines move data for the stock test function, and fail
# where hardware would; their channels can be paused and terminated.

. "$EPFLAB_TOP/tests/lab/common.sh"

# probe CHANNEL CHECK
probe() {
	echo "$1" >/sys/module/dma_probe/parameters/channel
	echo "$2" >/sys/module/dma_probe/parameters/check || die "$1: $2 fails"
}

# with FUNCTION ENGINES [KNOB=VALUE...]: a controller with these DMA engines and
# that function, started. The probing one leaves the channels alone.
with() {
	without
	again "dma=$2" "${@:3}"
	function=$1
	make_functions "$function" f0
	start
	wait_for "enumeration" test -e /dev/pci-endpoint-test.0
	pcitest -i 0 >/dev/null
}

without() {
	[[ $function ]] || return 0
	stop
	wait_for "removal" test ! -e /sys/bus/pci/devices/0000:11:00.0
	remove_functions "$function" f0
}

# How many channels functions hold.
in_use() {
	cat /sys/class/dma/*/in_use | grep -c 1
}

function=
guards=/sys/kernel/debug/pci_epc_sim/epc-sim.0/guards
modprobe -a epf-probe dma-probe
modprobe pci-epf-test

# Private channels: no outbound map
with pci_epf_test private
for size in 1 1024 1025 1024000 1024001; do
	tests -d -r -s $size
	tests -d -w -s $size
done
is 5 stat_of dma_reads
is 5 stat_of dma_writes
is $((1 + 1024 + 1025 + 1024000 + 1024001)) stat_of dma_read_bytes
is $((1 + 1024 + 1025 + 1024000 + 1024001)) stat_of dma_write_bytes
is 0 stat_of endpoint_reads

# An engine's accesses to memory that is guarded are counted, too: here all is.
echo 0-ffffffffffffffff >$guards
tests -d -r -s 4096
tests -d -w -s 4096
echo >$guards
tests -d -r -s 4096
is "1 1" echo "$(stat_of guarded_reads)" "$(stat_of guarded_writes)"

# Without bus mastering nothing moves, and the function is told.
setpci -s 11:00.0 COMMAND=2
is "READ (   4096 bytes):		NOT OKAY" pcitest -d -r -s 4096
dmesg | grep -q "DMA transfer failed" || die "the function was not told"
is 1 stat_of aborted_no_bus_master
setpci -s 11:00.0 COMMAND=6
tests -d -r -s 4096

# On a link so slow that transfers are under way when they are terminated
with pci_epf_probe private link=gen1x1 latency_ns=1000000
for channel in read write; do
	for check in queue pause terminate terminate-busy; do
		probe $channel $check
	done
	setpci -s 11:00.0 COMMAND=2
	probe $channel failing
	setpci -s 11:00.0 COMMAND=6
	probe $channel queue
done
is 8 stat_of aborted_no_bus_master

# A channel for anyone: the outbound maps lead to the host, both ways at once
with pci_epf_test memcpy link=none
[[ $(ls /sys/class/dma) == dma0chan0 ]] || die "not one channel"
for size in 1 1024 1025 131072; do
	for test in -r -w -c; do
		tests -d $test -s $size
	done
done
# A copy goes by 4 KiB; reads and writes go at once.
is $((4 + 3 + 32)) stat_of dma_reads
is $((4 + 3 + 32)) stat_of dma_writes
is $((2 * (1 + 1024 + 1025 + 131072))) stat_of dma_read_bytes
is $((2 * (1 + 1024 + 1025 + 131072))) stat_of dma_write_bytes
is 0 stat_of endpoint_reads
is 16 stat_of maps
is 0 stat_of maps_live
setpci -s 11:00.0 COMMAND=2
is "READ (   4096 bytes):		NOT OKAY" pcitest -d -r -s 4096
setpci -s 11:00.0 COMMAND=6
tests -d -r -s 4096

with pci_epf_probe memcpy
for check in queue pause unsubmitted; do
	probe memcpy $check
done

# Both, and none
with pci_epf_test both
[[ $(ls /sys/class/dma) == dma?chan0*dma?chan1*dma?chan0 ]] ||
	die "not three channels"
tests -d -r -s 4096
is 2 in_use
with pci_epf_probe both
probe memcpy queue

with pci_epf_test none
[[ -z $(ls /sys/class/dma) ]] || die "channels without an engine"
tests -r -s 4096
refused "busy" "$sim/epc-sim.0/dma" both
without
echo 0 >"$sim/epc-sim.0/live"
refused "Invalid argument" "$sim/epc-sim.0/dma" some
dmesg | grep -q "dma is one of none, private, memcpy, both" || die "not said why"
echo 1 >"$sim/epc-sim.0/live"

# The engine goes and comes with its controller.
for _ in 1 2 3 4 5; do
	again dma=both
done
