#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --timeout 120
#
# The kernel's NTB, unchanged, from end to end: a network between the two sides,
# all of whose data crosses the simulated link.

# shellcheck source=tests/lab/vntb.sh
. "$EPFLAB_TOP/tests/lab/vntb.sh"

bytes=4194304
datagram=1400
datagrams=500
window=$((datagrams * 2 * 9216))

# Whether the endpoint can send without a report. In Linux 6.12 it takes a mutex
# in the network's transmit path, which must not sleep: vntb_epf_peer_db_set()
# calls pci_epc_raise_irq(). Nothing comes of it on one processor, but the debug
# flavour tells of it. Later kernels leave it to a work item.
endpoint_can_send() {
	grep -qw vntb_epf_peer_db_work /proc/kallsyms ||
		! grep -qw __might_resched /proc/kallsyms
}

# both FROM TO
both() {
	transfer TCP "$1" "$2" --bytes $bytes
	(($(received bytes) >= bytes)) ||
		die "TCP from $1: $RESULT"

	# However short, a frame takes as much of the buffer as the longest.
	transfer UDP "$1" "$2" --udp --bitrate 10M --length $datagram \
		--bytes $((datagrams * datagram)) --window $window
	is 0 received lost_packets
	(($(received packets) >= datagrams)) ||
		die "UDP from $1: $RESULT"
}

# one_way: the endpoint listens, and never says a word.
one_way() {
	local address

	address=$(on endpoint cat "/sys/class/net/${device_of[endpoint]}/address")
	ip -n host neighbour replace 192.0.2.1 lladdr "$address" \
		dev "${device_of[host]}" nud permanent
	on endpoint sysctl -qw net.ipv4.icmp_echo_ignore_all=1
	echo >"$sim/epc-sim.0/stats"
	on host ping -q -c 200 -i 0.01 -s 8000 -W 0.1 192.0.2.1 || :
	wait_for "the last frame" arrived host endpoint
	is 200 net_count endpoint "${device_of[endpoint]}" rx_packets
	crossed ICMP host 200 $((200 * 8000))
}

bridge_up link=none
is "nothing to do: the system is as it should be" \
	epfctl apply "$EPFLAB_TOP/examples/pci-epf-vntb.yaml"
lspci -vv -s "${ntb_at[host]}" | grep -q 'MSI: Enable+ Count=16/16' ||
	die "not all 16 interrupt messages"
network_up use_dma=0

if endpoint_can_send; then
	sysctl -qw net.core.rmem_max=$window net.core.wmem_max=$window
	on endpoint ping -q -c 3 -i 0.1 192.0.2.2 >/dev/null
	iperf_serve host
	iperf_serve endpoint
	both endpoint host
	both host endpoint
else
	one_way
fi
network_down
bridge_down

# Nothing is left of the first.
if function_can_go; then
	bridge_up link=none
	network_up use_dma=0
	on endpoint ping -q -c 3 -i 0.1 192.0.2.2 >/dev/null
	network_down
	bridge_down
fi
