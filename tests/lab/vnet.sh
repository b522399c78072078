# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# shellcheck shell=bash
#
# A virtio network function: two machines, named endpoint and host.

# shellcheck source=tests/lab/netns.sh
. "$EPFLAB_TOP/tests/lab/netns.sh"

device=/sys/bus/pci/devices/0000:11:00.0

# What was dropped before there was a carrier
declare -A dropped_of=()

# vnet_make [ATTRIBUTE=VALUE...]: a network function; sets function, its directory.
vnet_make() {
	local attribute

	device_of=([endpoint]=epvnet0)
	modprobe epf-virtio-net
	mkdir "$ep/functions/epf_virtio_net/v0"
	function=$(echo "$ep"/functions/epf_virtio_net/v0/epf_virtio_net.*)
	for attribute in "backend/ifname=${device_of[endpoint]}" "$@"; do
		echo "${attribute#*=}" >"$function/${attribute%%=*}"
	done
	ln -s "$ep/functions/epf_virtio_net/v0" "$ep/controllers/epc-sim.0/v0"
}

vnet_host_has_device() {
	[[ -n $(net_device "$device"/virtio*) ]]
}

# vnet_host_up: the host's driver has found the function: a machine of its own.
vnet_host_up() {
	wait_for "the host's interface" vnet_host_has_device
	device_of[host]=$(net_device "$device"/virtio*)
	net_machine host "${device_of[host]}" "${address_of[host]}/24"
}

# vnet_up [ATTRIBUTE=VALUE...]: and both sides are up.
vnet_up() {
	vnet_make "$@"
	net_machine endpoint "${device_of[endpoint]}" "${address_of[endpoint]}/24"
	start
	vnet_host_up
	vnet_wait
}

vnet_wait() {
	local side

	for side in endpoint host; do
		wait_for "the carrier of the $side" \
			net_carrier $side "${device_of[$side]}"
		dropped_of[$side]=$(net_count $side "${device_of[$side]}" \
			tx_dropped)
	done
}

# vnet_down: all of it gone, whether the host has an interface or not.
vnet_down() {
	stop
	wait_for "removal" test ! -e "$device"
	remove_functions epf_virtio_net v0
	ip netns delete host
	ip netns delete endpoint
}

# vnet_count NAME: one of the endpoint's counters, as rx0_packets; all queues: rx_packets.
vnet_count() {
	on endpoint ethtool --statistics "${device_of[endpoint]}" |
		awk -v name="$1" '{
			sub(":", "", $1)
			short = $1
			sub("[0-9]+", "", short)
			if ($1 == name || short == name)
				sum += $2
		} END { print sum + 0 }'
}

pings() {
	on "$1" ping -q -c 2 -i 0.1 -W 5 "${@:2}" >/dev/null
}
