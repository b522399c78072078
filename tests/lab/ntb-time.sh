#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --time-travel --release --timeout 120
#
# How long a transfer over the kernel's NTB takes on a Gen3 x4 link: the figures of
# docs/performance.md. In the release flavour only, for the reason in ntb.sh.

# shellcheck source=tests/lab/vntb.sh
. "$EPFLAB_TOP/tests/lab/vntb.sh"

bytes=$((64 << 20))

# The size of TCP's window, which it would otherwise find in another way each time,
# by measuring.
window=4M

# pci-epf-vntb looks at its doorbells every 5 ms and a tick. One run may need one
# look more than another.
look_us=6000

# took FROM TO: a transfer; its simulated time in us.
took() {
	transfer TCP "$1" "$2" --bytes $bytes --window $window >/tmp/counts
	received seconds | awk '{ printf "%d\n", $1 * 1000000 }'
}

# measure FROM TO LEAST: twice, a look apart at most, and not in less than LEAST us,
# which the link takes.
measure() {
	local first second

	# The very first finds everything cold.
	transfer TCP "$1" "$2" --bytes 4M --window $window >/tmp/cold
	first=$(took "$1" "$2")
	second=$(took "$1" "$2")
	cat /tmp/counts
	echo "from $1: $first us, $second us: $((bytes / second)) MB/s"
	((first > $3 && second > $3)) ||
		die "from $1: faster than the link, which takes $3 us"
	((first - second <= look_us && second - first <= look_us)) ||
		die "from $1: $first us, then $second us"
}

# network PARAMETER=VALUE: ntb_transport with that, and two machines that know each
# other's addresses, and nothing of connections before.
network() {
	local side

	network_up "$1"
	for side in endpoint host; do
		on $side sysctl -qw net.ipv4.tcp_no_metrics_save=1
		iperf_serve $side
	done
	on endpoint ping -q -c 1 192.0.2.2 >/dev/null
}

sysctl -qw net.core.rmem_max=16777216 net.core.wmem_max=16777216
bridge_up link=gen3x4 dma=memcpy

# A CPU writes 8 bytes with each packet of 32, at 3940 MB/s.
network use_dma=0
measure endpoint host $((bytes * 4 / 3940))
measure host endpoint $((bytes * 4 / 3940))
network_down

# The endpoint's DMA engine has a channel for anyone, which the endpoint, made
# first, is the first to ask for. Its packets hold 256 bytes, and 24 besides.
network use_dma=1
measure endpoint host $((bytes * 280 / 256 / 3940))
network_down
