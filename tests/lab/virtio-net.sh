#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --timeout 300
#
# A network between the host's virtio_net, unchanged, and the endpoint: all data
# arrives, with and without what the two can agree on.

. "$EPFLAB_TOP/tests/lab/common.sh"
# shellcheck source=tests/lab/vnet.sh
. "$EPFLAB_TOP/tests/lab/vnet.sh"

bytes=1000003
head -c $bytes /dev/urandom >/tmp/data

# copies FROM TO: data arrives as it is.
copies() {
	local from=$1 to=$2 pid

	rm -f /tmp/listens
	on "$to" perl -MIO::Socket::INET -e '
		my $socket = IO::Socket::INET->new(Listen => 1, ReuseAddr => 1,
			LocalPort => 7000) or die "$!";
		open my $listens, ">", "/tmp/listens" or die "$!";
		my $from = $socket->accept or die "$!";
		print while read $from, $_, 65536;' >/tmp/copy &
	pid=$!
	wait_for "the receiver" test -e /tmp/listens
	on "$from" bash -c "cat /tmp/data >/dev/tcp/${address_of[$to]}/7000"
	wait $pid || die "the receiver of what $from sent"
	cmp /tmp/data /tmp/copy || die "from $from: not what was sent"
}

# mean_frame DIRECTION COMMAND...: bytes of a frame while it runs; tx is to the host.
mean_frame() {
	local packets sum

	packets=$(vnet_count "$1_packets")
	sum=$(vnet_count "$1_bytes")
	"${@:2}" >/dev/null
	packets=$(($(vnet_count "$1_packets") - packets))
	sum=$(($(vnet_count "$1_bytes") - sum))
	echo $((sum / packets))
}

# offload SIDE FEATURE: on or off, as ethtool calls it.
offload() {
	on "$1" ethtool --show-features "${device_of[$1]}" |
		awk -v name="$2:" '$1 == name { print $2 }'
}

# no_errors: nothing was lost or wrong.
no_errors() {
	local side statistics

	for side in endpoint host; do
		statistics=/sys/class/net/${device_of[$side]}/statistics
		is "0 0 ${dropped_of[$side]} 0" on $side awk '
			FILENAME != "/proc/net/snmp" { printf "%s ", $1 }
			/^Tcp:/ && $15 + 0 == $15 { print $15 }' \
			"$statistics"/{rx_errors,tx_errors,tx_dropped} \
			/proc/net/snmp
	done
}

both_ways() {
	copies endpoint host
	copies host endpoint
	no_errors
}

# All that there is, pushed and read
for push in 1 0; do
	vnet_up "push=$push"
	pings endpoint 192.0.2.2
	for feature in tx-checksum-ip-generic tx-tcp-segmentation \
		tx-tcp6-segmentation; do
		is on offload endpoint $feature
		is on offload host $feature
	done
	to_host=$(mean_frame tx copies endpoint host)
	to_endpoint=$(mean_frame rx copies host endpoint)
	# How much larger than the link's depends on when which side runs.
	((to_host > 1514 && to_endpoint > 1514)) ||
		die "segmented: frames of $to_host, $to_endpoint bytes"
	no_errors
	if ((push)); then
		is 0 figure ring_reads "$function/stats"
	fi
	vnet_down
done

# Nothing of it: no checksums, no segmentation, one buffer a frame. In order of
# the bits: CSUM, GUEST_CSUM; GUEST_TSO4, 6, ECN; HOST_TSO4, 6, ECN; MRG_RXBUF;
# USO.
nothing=$((0x3 | 0x380 | 0x3800 | 0x8000 | 0x7 << 54))
vnet_up features_off=$nothing
is off offload endpoint tx-checksum-ip-generic
is off offload endpoint tx-tcp-segmentation
is off offload host tx-checksum-ip-generic
to_host=$(mean_frame tx copies endpoint host)
to_endpoint=$(mean_frame rx copies host endpoint)
((to_host <= 1514 && to_endpoint <= 1514)) ||
	die "not segmented: frames of $to_host, $to_endpoint bytes"
no_errors
vnet_down

# Segments, each in one large buffer
vnet_up features_off=$((0x8000))
both_ways
# The host takes its offloads back, and the endpoint follows.
on host ethtool --features "${device_of[host]}" rx-gro-hw off
wait_for "the endpoint to segment by itself" \
	is off offload endpoint tx-tcp-segmentation
to_host=$(mean_frame tx copies endpoint host)
((to_host <= 1514)) || die "not segmented: frames of $to_host bytes"
vnet_down

# Longer frames
vnet_up backend/mtu=9000
for side in endpoint host; do
	is 9000 on $side cat "/sys/class/net/${device_of[$side]}/mtu"
	! ip -n $side link set "${device_of[$side]}" mtu 9001 2>/dev/null ||
		die "the $side takes more"
done
pings endpoint -M 'do' -s 8972 192.0.2.2
pings host -M 'do' -s 8972 192.0.2.1
both_ways
vnet_down

# iperf3, as anyone would
vnet_up
window=1048576
sysctl -qw net.core.rmem_max=$window net.core.wmem_max=$window
on endpoint ping -q -c 3 -i 0.1 192.0.2.2 >/dev/null
iperf_serve endpoint
iperf_serve host
# The receiver asks for the data, so that it is over when all is there.
for from in endpoint host; do
	to=host
	[[ $from == endpoint ]] || to=endpoint
	result=$(iperf $to "${address_of[$from]}" --reverse --bytes 4M)
	(($(jq .sum_received.bytes <<<"$result") >= 4 << 20)) ||
		die "TCP from $from: $result"
	result=$(iperf $to "${address_of[$from]}" --reverse --udp \
		--bitrate 20M --length 1400 --bytes 700000 --window $window)
	is 0 jq '.sum_received.lost_packets // .sum.lost_packets' <<<"$result"
	(($(jq '.sum_received.packets // .sum.packets' <<<"$result") >= 500)) || die "UDP from $from: $result"
done
no_errors
vnet_down

# Other controllers
for profile in dwc rk3588; do
	again "profile=$profile"
	vnet_up
	pings endpoint 192.0.2.2
	both_ways
	vnet_down
done
