#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --timeout 120
#
# The host gives the queues of a network device other sizes while frames move:
# each is reset and enabled again, alone.

. "$EPFLAB_TOP/tests/lab/common.sh"
# shellcheck source=tests/lab/vnet.sh
. "$EPFLAB_TOP/tests/lab/vnet.sh"

# moved: frames that either side has got.
moved() {
	echo $(($(vnet_count rx_packets) + $(vnet_count tx_packets)))
}

has_moved() {
	(($(moved) > before + 20))
}

# move: frames go on to.
move() {
	before=$(moved)
	wait_for "$1" has_moved
}

# size_of RING: which the host's driver says that one has.
size_of() {
	on host ethtool -g "${device_of[host]}" |
		awk -v name="$1:" '/^Current/ { current = 1 }
			current && $1 == name { print $2 }'
}

for push in 1 0; do
	vnet_up push=$push queue_size=256
	is 256 size_of RX
	is 256 size_of TX
	(exec ip netns exec host ping -f -q -s 1000 192.0.2.1 >/dev/null) &
	pid=$!
	move "traffic"
	for sizes in "64 256" "64 32" "256 128" "32 64" "256 256"; do
		read -r rx tx <<<"$sizes"
		on host ethtool -G "${device_of[host]}" rx "$rx" tx "$tx" ||
			die "push=$push: rx $rx tx $tx is refused"
		is "$rx" size_of RX
		is "$tx" size_of TX
		move "traffic with push=$push, rx $rx, tx $tx"
	done
	kill $pid
	wait $pid || :
	is 0x0f cat "$function/status"
	pings endpoint 192.0.2.2
	pings host 192.0.2.1

	# More than a queue may have are refused, and nothing changes.
	on host ethtool -G "${device_of[host]}" rx 512 2>/dev/null &&
		die "push=$push: a queue of 512"
	is 256 size_of RX
	pings host 192.0.2.1
	vnet_down
done
