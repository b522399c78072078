# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# shellcheck shell=bash
#
# Two network devices of one kernel as two machines: each in a namespace of its
# own, so that nothing between them takes a short cut.

# shellcheck source=tests/lab/common.sh
. "$EPFLAB_TOP/tests/lab/common.sh"

# The machines, by name: endpoint and host
declare -A address_of=([endpoint]=192.0.2.1 [host]=192.0.2.2)
declare -A device_of=()

# net_device PATH: the name of the network device below a device in sysfs.
net_device() {
	local dir

	for dir in "$1"/net/*; do
		[[ -e $dir ]] && echo "${dir##*/}"
	done
}

# net_machine NAME DEVICE ADDRESS/PREFIX: a namespace with that device, up.
net_machine() {
	net_namespace "$1"
	net_join "$@"
}

# net_namespace NAME: an empty one. It says nothing of its own accord, as it would
# with IPv6.
net_namespace() {
	ip netns add "$1"
	on "$1" sysctl -qw net.ipv6.conf.default.disable_ipv6=1
}

# net_join NAME DEVICE ADDRESS/PREFIX: put the device there, up.
net_join() {
	ip link set "$2" netns "$1"
	ip -n "$1" -batch - <<-END
		address add $3 dev $2
		link set $2 up
	END
}

# net_end NAME DEVICE: the device down and back, the namespace gone.
net_end() {
	ip -n "$1" link set "$2" down
	ip -n "$1" link set "$2" netns 1
	ip netns delete "$1"
}

# on NAME COMMAND...: there.
on() {
	ip netns exec "$@"
}

# net_carrier NAME DEVICE: whether the device has a peer.
net_carrier() {
	[[ $(ip -n "$1" -o link show dev "$2") == *LOWER_UP* ]]
}

# net_count NAME DEVICE COUNTER: as rx_packets, of the device's statistics.
net_count() {
	on "$1" cat "/sys/class/net/$2/statistics/$3"
}

# iperf_serve NAME: take connections there, one after the other, until the end.
iperf_serve() {
	on "$1" iperf3 --server --daemon
	wait_for "iperf3 in $1" iperf_serves "$1"
}

iperf_serves() {
	[[ $(on "$1" ss --no-header --listening --tcp 'sport = 5201') ]]
}

# iperf NAME ADDRESS OPTION...: from there to the server at that address.
# Prints, as JSON, what iperf3 saw from end to end.
iperf() {
	local name=$1 address=$2 result
	shift 2

	result=$(on "$name" iperf3 --client "$address" --json "$@") ||
		die "iperf3 $*: $(jq -r .error <<<"$result")"
	jq --compact-output .end <<<"$result"
}
