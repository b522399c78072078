#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --timeout 180
#
# A virtio network device, and all about it that changes: what the user says,
# addresses, filters, queues, the cable.

. "$EPFLAB_TOP/tests/lab/common.sh"
# shellcheck source=tests/lab/vnet.sh
. "$EPFLAB_TOP/tests/lab/vnet.sh"

local_mac=02:00:00:00:00:01
mac=02:00:00:00:00:02

# arrivals COMMAND...: frames that the host's interface gets meanwhile.
arrivals() {
	local before

	before=$(net_count host "${device_of[host]}" rx_packets)
	"$@"
	# Whatever came before it in order is there when this is.
	pings endpoint 192.0.2.2
	echo $(($(net_count host "${device_of[host]}" rx_packets) - before - 2))
}

# arrive COUNT COMMAND...: whether so many do.
arrive() {
	[[ $(arrivals "${@:2}") == "$1" ]]
}

# frame DESTINATION [TYPE...]: the endpoint sends one, from type on as given in hex.
frame() {
	on endpoint perl -e '
		my ($index, $to, $from, @type) = @ARGV;
		my $data = pack("H*" x (2 + @type), map { s/://gr } $to, $from, @type);
		socket(my $socket, 17, 3, 0) or die "socket: $!";
		my $address = pack("SnIsCCa8", 17, 0, $index, 0, 0, 6, "");
		send($socket, $data . "\0" x 64, 0, $address) or die "send: $!";
	' "$(on endpoint cat "/sys/class/net/${device_of[endpoint]}/ifindex")" \
		"$1" $local_mac "${@:2}"
}

# groups COUNT: the host's interface is in so many, until the process ends.
groups() {
	exec ip netns exec host perl -e '
		my ($index, $count) = @ARGV;
		socket(my $socket, 17, 3, 0) or die "socket: $!";
		for my $i (1 .. $count) {
			my $group = pack("H10C", "01005e0202", $i);
			setsockopt($socket, 263, 1, pack("iSSa8", $index, 0, 6, $group))
				or die "PACKET_ADD_MEMBERSHIP: $!";
		}
		sleep;
	' "$(on host cat "/sys/class/net/${device_of[host]}/ifindex")" "$1"
}

# neighbours HOST: they know each other, and do not ask now and then.
neighbours() {
	ip -n endpoint neighbour replace 192.0.2.2 lladdr "$1" \
		dev "${device_of[endpoint]}" nud permanent
	ip -n host neighbour replace 192.0.2.1 lladdr $local_mac \
		dev "${device_of[host]}" nud permanent
}

# has_pairs COUNT: that the endpoint uses.
has_pairs() {
	on endpoint ethtool --show-channels "${device_of[endpoint]}" |
		tail -n 5 | grep -q "^Combined:[[:space:]]*$1\$"
}

# has_moved PAIR: whether there were frames by both its queues.
has_moved() {
	(($(vnet_count "rx$1_packets") && $(vnet_count "tx$1_packets")))
}

no_carrier() {
	! net_carrier "$@"
}

# --- What the user says -----------------------------------------------------

modprobe epf-virtio-net
mkdir "$ep/functions/epf_virtio_net/v0"
backend=$(echo "$ep"/functions/epf_virtio_net/v0/epf_virtio_net.*/backend)
refused "Invalid argument" "$backend/mac" 01:00:00:00:00:01
refused "Invalid argument" "$backend/local_mac" 02:00
refused "out of range" "$backend/queue_pairs" 0
refused "out of range" "$backend/queue_pairs" 65
refused "out of range" "$backend/mtu" 67
refused "out of range" "$backend/mtu" 65522
refused "Invalid argument" "$backend/ifname" a/b
refused "File name too long" "$backend/ifname" 0123456789abcdef
rmdir "$ep/functions/epf_virtio_net/v0"

vnet_up backend/mac=$mac backend/local_mac=$local_mac backend/queue_pairs=4
is "${device_of[endpoint]}" cat "$function/backend/ifname"
refused "Device or resource busy" "$function/backend/queue_pairs" 2
refused "Device or resource busy" "$function/backend/mac" $mac
is $mac on host cat "/sys/class/net/${device_of[host]}/address"
is $local_mac on endpoint cat "/sys/class/net/${device_of[endpoint]}/address"
[[ $(cat "$device/class") == 0x020000 ]] || die "the class is $(cat "$device/class")"
pings endpoint 192.0.2.2

# --- What the host wants ----------------------------------------------------

other=02:00:00:00:00:99
neighbours $mac
group=01:00:5e:01:01:01
is 1 arrivals frame $mac 88b5
is 0 arrivals frame $other 88b5
is 0 arrivals frame $group 88b5
is 1 arrivals frame ff:ff:ff:ff:ff:ff 88b5
# No VLAN was asked for.
is 0 arrivals frame $mac 8100 0005 88b5
ip -n host link set "${device_of[host]}" promisc on
wait_for "the filter" arrive 1 frame $other 88b5
is 1 arrivals frame $mac 8100 0005 88b5
ip -n host link set "${device_of[host]}" promisc off
wait_for "the filter" arrive 0 frame $other 88b5
ip -n host maddress add $group dev "${device_of[host]}"
wait_for "the filter" arrive 1 frame $group 88b5
# More groups than there is room for: all of them
groups 80 &
pid=$!
wait_for "the filter" arrive 1 frame 01:00:5e:03:03:03 88b5
is 0 arrivals frame $other 88b5
kill $pid
wait $pid || :

ip -n host link set "${device_of[host]}" address $other
neighbours $other
is 1 arrivals frame $other 88b5
is 0 arrivals frame $mac 88b5

# --- When it is told --------------------------------------------------------

# received COUNT: whether the host has got so many frames since.
received() {
	(($(net_count host "${device_of[host]}" rx_packets) - packets == $1))
}

# written COUNT: whether so many have been written to its memory.
written() {
	(($(vnet_count tx_packets) - sent == $1))
}

# told COUNT: whether there were so many interrupts.
told() {
	(($(figure interrupts "$function/stats") - interrupts == $1))
}

# coalesce OPTION...: the host's driver says when.
coalesce() {
	on host ethtool -C "${device_of[host]}" "$@"
}

coalesce rx-usecs 60000000 rx-frames 8
packets=$(net_count host "${device_of[host]}" rx_packets)
sent=$(vnet_count tx_packets)
interrupts=$(figure interrupts "$function/stats")
for i in {1..7}; do
	frame $other 88b5
done
wait_for "seven frames" written 7
told 0 || die "the host was told"
received 0 || die "the host got frames before it was told"
frame $other 88b5
wait_for "the eighth frame" received 8
wait_for "one interrupt" told 1

# By time, for each queue, by what the driver finds out itself, and not at all
coalesce rx-usecs 20000 rx-frames 100
is 1 arrivals frame $other 88b5
on host ethtool -Q "${device_of[host]}" queue_mask 0xf --coalesce rx-usecs 10 \
	rx-frames 4 >/dev/null
is 1 arrivals frame $other 88b5
coalesce adaptive-rx on
is 1 arrivals frame $other 88b5
coalesce adaptive-rx off rx-usecs 0 rx-frames 0 tx-usecs 0 tx-frames 1
is 1 arrivals frame $other 88b5

# --- Queues -----------------------------------------------------------------

on host ethtool --set-channels "${device_of[host]}" combined 4
wait_for "four pairs" has_pairs 4
# From so many ports that each queue has some; the host has some for each processor.
spread='for port in {1..64}; do echo >/dev/udp/$1/9; done'
for ((i = 0; i < $(nproc); i++)); do
	on host taskset -c "$i" bash -c "$spread" - 192.0.2.1 2>/dev/null
done
on endpoint bash -c "$spread" - 192.0.2.2 2>/dev/null
for i in 0 1 2 3; do
	wait_for "a frame by queue $i, each way" has_moved "$i"
done

# --- The cable --------------------------------------------------------------

ip -n endpoint link set "${device_of[endpoint]}" down
wait_for "the host to see it" no_carrier host "${device_of[host]}"
ip -n endpoint link set "${device_of[endpoint]}" up
wait_for "the host to see it" net_carrier host "${device_of[host]}"
pings endpoint 192.0.2.2
pings host 192.0.2.1

vnet_down
