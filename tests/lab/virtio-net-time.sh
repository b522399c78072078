#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --time-travel --release --timeout 180
#
# How fast the network between virtio_net and the endpoint is on a Gen3 x4 link,
# and what it costs, beside the kernel's own over its NTB: the figures of
# docs/performance.md.

# shellcheck source=tests/lab/vntb.sh
. "$EPFLAB_TOP/tests/lab/vntb.sh"
# shellcheck source=tests/lab/vnet.sh
. "$EPFLAB_TOP/tests/lab/vnet.sh"

declare -Ar receiver_from=([endpoint]=host [host]=endpoint)
declare -A rate_from=()

# iperf3 loses up to 2 ms at the end, as it looks at the clock until a tick passes.
bytes=$((256 << 20))
window=4M

# What a Gen3 x4 link moves, in MB/s; packets of 256 bytes leave 3602 for data.
link=3940

# serve: both sides, with nothing of connections before.
serve() {
	local side

	for side in endpoint host; do
		# CUBIC ends slow start where it sees delays grow, and so by chance.
		on $side sysctl -qw net.ipv4.tcp_no_metrics_save=1 \
			net.ipv4.tcp_congestion_control=reno
		iperf_serve $side
	done
	on endpoint ping -q -c 1 192.0.2.2 >/dev/null
}

# rate FROM [BYTES]: of a transfer, in MB/s of simulated time. The receiver asks for
# the data, so that it is over when all is there.
rate() {
	iperf "${receiver_from[$1]}" "${address_of[$1]}" --reverse \
		--bytes "${2:-$bytes}" --window $window |
		jq '.sum_received.bytes / .sum_received.seconds / 1000000 | floor'
	sleep 0.1
}

# measure FROM: a transfer, and what it took from the link.
measure() {
	local from=$1 chains interrupts

	echo >"$sim/epc-sim.0/stats"
	chains=$(figure chains "$function/stats")
	interrupts=$(figure interrupts "$function/stats")
	rate_from[$from]=$(rate "$from")
	chains=$(($(figure chains "$function/stats") - chains))
	interrupts=$(($(figure interrupts "$function/stats") - interrupts))
	echo "from $from: ${rate_from[$from]} MB/s," \
		"$chains buffers, $interrupts interrupts," \
		"$(stat_of host_writes) writes by the host," \
		"$(stat_of host_reads) reads," \
		"$(figure ring_reads "$function/stats") reads of rings," \
		"$(stat_of maps) maps"

	((rate_from[$from] * 100 >= link * 80)) ||
		die "from $from: ${rate_from[$from]} MB/s, not 80 % of $link"
	is 0 stat_of host_reads
	is 0 figure ring_reads "$function/stats"
	are_first_maps "$(stat_of maps)"
	# A buffer to the host is a page of a frame, one from it a frame; half of
	# those are acknowledgements.
	((interrupts * 16 <= chains)) ||
		die "from $from: $interrupts interrupts for $chains buffers"
}

sysctl -qw net.core.rmem_max=16777216 net.core.wmem_max=16777216

again profile=generic link=gen3x4 dma=private
vnet_up backend/queue_pairs=1
serve
# The first find the maps, and what is faster.
rate endpoint >/dev/null
rate host >/dev/null
measure endpoint
measure host
vnet_down

# The kernel's, in each direction by what is faster
bridge_up link=gen3x4 dma=memcpy
network_up use_dma=0
serve
for from in endpoint host; do
	rate $from 4M >/dev/null
	now=$(rate $from 64M)
	echo "ntb_netdev from $from: $now MB/s"
	((rate_from[$from] > now)) || die "from $from: ntb_netdev is faster"
done
network_down

network_up use_dma=1
serve
rate endpoint 4M >/dev/null
now=$(rate endpoint 64M)
echo "ntb_netdev from endpoint, by DMA: $now MB/s"
((rate_from[endpoint] > now)) || die "from endpoint: ntb_netdev is faster"
network_down
