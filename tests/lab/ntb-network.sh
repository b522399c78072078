# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# shellcheck shell=bash
#
# ntb_transport and ntb_netdev over two NTB devices of one kernel: two machines.

# shellcheck source=tests/lab/netns.sh
. "$EPFLAB_TOP/tests/lab/netns.sh"

ntb=/sys/bus/ntb/devices

# Where each machine, by its name, has its NTB device
declare -A ntb_at=()

# network_up PARAMETER=VALUE...: a network over it, with these of ntb_transport.
network_up() {
	local side

	# A frame takes a buffer of this size, however short it is.
	modprobe ntb_transport transport_mtu=9216 "$@"
	# It takes the NTB devices that are there when it is loaded.
	modprobe ntb_netdev
	for side in "${!ntb_at[@]}"; do
		device_of[$side]=$(net_device "$ntb/${ntb_at[$side]}/ntb_netdev"*)
		net_machine "$side" "${device_of[$side]}" "${address_of[$side]}/24"
	done
	for side in "${!ntb_at[@]}"; do
		wait_for "the link of the $side" \
			net_carrier "$side" "${device_of[$side]}"
	done
}

network_down() {
	local side

	for side in "${!ntb_at[@]}"; do
		net_end "$side" "${device_of[$side]}"
	done
	modprobe -r ntb_netdev
	modprobe -r ntb_transport
}
