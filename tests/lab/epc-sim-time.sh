#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --6.12 --time-travel --timeout 120
#
# With a link modelled, accesses take the time that they would take on it, and
# exactly the same each time; the trace tells each one.

. "$EPFLAB_TOP/tests/lab/common.sh"

events=/sys/kernel/tracing/events/epc_sim
trace=/sys/kernel/tracing/trace

# costs KIND LENGTH: of the traced requests of that kind and length, in ns.
costs() {
	sed -n "s/.*epc_sim_request: epc-sim.0: $1 function=0 .* len=$2 ok cost_ns=//p" \
		$trace
}

# near WANT GOT: within one in a hundred.
near() {
	(($2 * 100 > $1 * 99 && $2 * 100 < $1 * 101)) ||
		die "$2 is not $1, nearly"
}

# measure LINK: transfers of 1 MiB each way, by CPU and by DMA, of 8 reads.
measure() {
	again "link=$1"
	make_functions pci_epf_test f0
	start
	wait_for "enumeration" test -e /dev/pci-endpoint-test.0
	pcitest -i 1 >/dev/null
	echo >$trace
	tests -r -s 1048576
	tests -w -s 1048576
	tests -d -r -s 1048576
	tests -d -w -s 1048576
	for kind in "endpoint read" "endpoint write" "DMA read" "DMA write"; do
		is 1 sh -c "sed -n 's/.*: $kind .*len=1048576 ok//p' $trace | wc -l"
		costs "$kind" 1048576
	done >/tmp/costs
	costs "host read" 4 | sort -u >>/tmp/costs
	stop
	wait_for "removal" test ! -e /sys/bus/pci/devices/0000:11:00.0
	remove_functions pci_epf_test f0
	paste -sd ' ' /tmp/costs
}

modprobe pci-epf-test
echo 1 >$events/enable

for wrong in gen0x1 gen6x1 gen3x3 gen3x32 gen3 gen3x4x1 x4; do
	again
	echo 0 >"$sim/epc-sim.0/live"
	refused "Invalid argument" "$sim/epc-sim.0/link" $wrong
	is none cat "$sim/epc-sim.0/link"
	echo 1 >"$sim/epc-sim.0/live"
done
refused "Device or resource busy" "$sim/epc-sim.0/link" gen3x4

# Gen3 x4 moves 3940 MB/s. A CPU moves 8 bytes at a time, in packets of 32: it
# writes at a quarter of that, and each read is a round trip of 2 x 250 ns and
# two headers. DMA moves 256 bytes in packets of 280.
read -r read write dma_read dma_write poll < <(measure gen3x4)
near $((131072 * (500 + 2 * 24 * 1000 / 3940) + 1048576 * 1000 / 3940)) "$read"
near $((1048576 * 4 * 1000 / 3940)) "$write"
near $((1048576 * 280 * 1000 / 3940 / 256 + 500)) "$dma_read"
near $((1048576 * 280 * 1000 / 3940 / 256 + 250)) "$dma_write"
near $((500 + 52 * 1000 / 3940)) "$poll"

# The same again is the same, to the nanosecond.
is "$read $write $dma_read $dma_write $poll" measure gen3x4

# A narrow link takes as much longer as it is narrower.
read -r _ _ _ narrow _ < <(measure gen3x1)
near $((4 * dma_write)) "$narrow"

# No model, no time.
is "0 0 0 0 0" measure none
