#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --time-travel --release
#
# What a virtio disk takes of the link for a read or write of 4 KiB, by how many
# are under way: the figures of docs/performance.md.

# shellcheck source=tests/lab/common.sh
. "$EPFLAB_TOP/tests/lab/common.sh"

requests=2048

again profile=generic link=gen3x4 dma=private
modprobe brd rd_nr=1 rd_size=8192
dd if=/dev/urandom of=/dev/ram0 bs=1M count=8 status=none
modprobe epf-virtio-blk
mkdir "$ep/functions/epf_virtio_blk/b0"
function=$(echo "$ep"/functions/epf_virtio_blk/b0/epf_virtio_blk.*)
echo /dev/ram0 >"$function/backend/path"
ln -s "$ep/functions/epf_virtio_blk/b0" "$ep/controllers/epc-sim.0/b0"
start
wait_for "the disk" test -b /dev/vda

counters=(chains interrupts ring_reads host_reads host_writes dma_reads
	endpoint_reads maps)

count_of() {
	awk -v name="$1" '$1 == name { print $2 }' "$function/stats" \
		"$sim/epc-sim.0/stats" | head -n 1
}

declare -A count=()

# measure OPERATION DEPTH: so many processes, each with one request after the other.
# Prints what a request takes; count has it of all.
measure() {
	local counter
	declare -A before

	for counter in "${counters[@]}"; do
		before[$counter]=$(count_of "$counter")
	done
	"$EPFLAB_TOP/tests/lab/disk-requests.pl" /dev/vda "$1" "$2" \
		$((requests / $2)) || die "$1, depth $2"
	for counter in "${counters[@]}"; do
		count[$counter]=$(($(count_of "$counter") - before[$counter]))
	done
	is $requests echo "${count[chains]}"
	for counter in "${counters[@]}"; do
		awk -v count="${count[$counter]}" -v requests=$requests \
			'BEGIN { printf " %14.3f", count / requests }'
	done
	printf '\n'
}

# The first find the maps, and what is faster.
measure write 64 >/dev/null
measure read 64 >/dev/null
printf '%-6s %5s %9s' "" depth IOPS
printf ' %14s' "${counters[@]}"
printf '\n'
for operation in read write; do
	for depth in 1 4 16 32 64; do
		measure $operation $depth
		is 0 echo "${count[ring_reads]}"
		is 0 echo "${count[host_reads]}"
		are_first_maps "${count[maps]}"
		((depth < 64 || count[interrupts] * 16 <= requests)) ||
			die "$operation: ${count[interrupts]} interrupts"
	done
done
cmp /dev/vda /dev/ram0
