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

# A CPU writes 8 bytes with each packet of 32, at 3940 MB/s.
least_us=$((bytes * 4 / 3940))

# took FROM TO: a transfer, and its simulated time in us.
took() {
	transfer TCP "$1" "$2" --bytes $bytes --window $window >/tmp/counts
	received seconds | awk '{ printf "%d\n", $1 * 1000000 }'
}

bridge_up link=gen3x4
sysctl -qw net.core.rmem_max=16777216 net.core.wmem_max=16777216
iperf_serve host
iperf_serve endpoint

for from in endpoint host; do
	to=host
	[[ $from == endpoint ]] || to=endpoint

	first=$(took $from $to)
	second=$(took $from $to)
	cat /tmp/counts
	echo "from $from: $first us, $second us:" \
		"$((bytes / second)) MB/s"
	((first > least_us && second > least_us)) ||
		die "from $from: faster than the link, which takes $least_us us"
	((first * 999 < second * 1000 && second * 999 < first * 1000)) ||
		die "from $from: $first us, then $second us"
done
