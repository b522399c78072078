#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --time-travel --timeout 400
#
# Whatever goes wrong on the way of a command, the host is told what, nobody is
# left waiting, and afterwards all works again.

# shellcheck source=tests/lab/xtest-faults.sh
. "$EPFLAB_TOP/tests/lab/xtest-faults.sh"

traffic() {
	(($(stat_of dma_reads) + $(stat_of dma_writes) > 9))
}

busy() {
	(($(stat_of endpoint_reads) > 9))
}

# long ARGUMENT...: a benchmark of many commands under way in $pid
long() {
	echo >"$sim/epc-sim.0/stats"
	pcitest bench "$@" --repetitions 1000 --json >/tmp/bench 2>/tmp/messages &
	pid=$!
	wait_for "traffic" busy
}

# ends STATUS TEXT: it must with that status, and its report says that.
ends() {
	local status=0

	wait $pid || status=$?
	((status == $1)) || die "status $status, not $1: $(cat /tmp/bench)"
	[[ $(jq -c '[.interrupted, .results[].error]' /tmp/bench) == *"$2"* ]] ||
		die "$(cat /tmp/bench)"
}

# anew INODE: the function is there, and is not the one whose directory had that.
anew() {
	[[ -e $node && $(stat -c %i $device 2>/dev/null) != "$1" ]]
}

asked() {
	(($(stat_of fault_interrupt_lost) > 0))
}

modprobe pci-epf-xtest
modprobe pci_endpoint_xtest
up

# A DMA channel ends with an error.
inject dma_error 1
fails "Input/output error" --operation read --engine dma
no_more dma_error
works "after an error of DMA"

# It does not end: the endpoint ends it.
inject slow -1 delay_ns=1000000000 requests=dma_write
fails "Connection timed out" --operation read --engine dma
no_more slow
works "after DMA that did not end"

# The controller does not map, or has no map left.
inject map_error -1 errno=5
fails "Input/output error" --operation read --engine cpu
fails "Input/output error" --operation write --engine cpu
fails "Input/output error" --operation copy --engine cpu
KIND=map fails "Input/output error" --policy transfer
no_more map_error
inject maps_exhausted -1
fails "No space left on device" --operation read --engine cpu
no_more maps_exhausted
works "after an error of maps"

# A bit flips: the checksums see it, each way, by each engine.
for corrupted in "read cpu endpoint_read" "write cpu endpoint_write" \
	"read dma dma_read" "write dma dma_write"; do
	read -r operation engine request <<<"$corrupted"
	# Of the endpoint's read the host's operation is a write.
	inject corrupt 1 requests="$request"
	case $operation in
	read) fails "other data" --operation write --engine "$engine" ;;
	write) fails "other data" --operation read --engine "$engine" ;;
	esac
	no_more corrupt
done
works "after flipped bits"

# The interrupt that tells of a completion is lost: a time-out, or a signal.
inject interrupt_lost -1
fails "the endpoint does not answer" --operation read --timeout 1
fails "the endpoint does not answer" --operation write --timeout 1
KIND=map fails "the endpoint does not answer" --timeout 1
no_more interrupt_lost
works "after a time-out"
inject interrupt_lost -1
pcitest bench xfer --operation read --sizes 64 --timeout 60 --json \
	>/tmp/bench 2>/tmp/messages &
pid=$!
wait_for "a command" asked
kill -INT $pid
status=0
wait $pid || status=$?
((status == 128 + 2)) || die "interrupted: status $status"
is true jq .interrupted /tmp/bench
no_more interrupt_lost
works "after a signal"

# So is it for who waits without an interrupt.
poll=(xfer --poll --operation write --engine cpu --sizes 4096 --commands 65536)
long "${poll[@]}"
kill -INT $pid
ends $((128 + 2)) true
works "after a signal to who polled"
long "${poll[@]}"
echo 0000:11:00.0 >$device/driver/unbind
ends 1 "the function is gone"
echo 0000:11:00.0 >/sys/bus/pci/drivers/pci-endpoint-xtest/bind
works "after it went from who polled"

# The link goes down under traffic.
echo >"$sim/epc-sim.0/stats"
before=$(stat -c %i $device)
pcitest bench xfer --sizes 64K --depth 8 --duration 60 --engine dma \
	>/tmp/out 2>/tmp/messages &
pid=$!
STEP=0.001 wait_for "traffic" traffic
for module in pci_epf_xtest pci_endpoint_xtest; do
	! rmmod $module 2>/dev/null || die "$module went under traffic"
done
inject link_down 1 duration_ms=50 "requests=dma_read dma_write"
status=0
wait $pid || status=$?
((status == 1)) || die "link down: status $status: $(cat /tmp/out)"
no_more link_down
# Whoever was told before it went still finds the node of before.
wait_for "the function" anew "$before"
works "after the link was down"

# Drivers that are in use stay; a function goes under an open file.
exec 7<$node
modprobe -r pci_endpoint_xtest 2>/dev/null && die "it went with an open file"
echo 0000:11:00.0 >$device/driver/unbind
exec 7<&-
echo 0000:11:00.0 >/sys/bus/pci/drivers/pci-endpoint-xtest/bind
wait_for "the driver" test -e $node
works "after its driver was away"
down
modprobe -r pci_endpoint_xtest
modprobe -r pci-epf-xtest
