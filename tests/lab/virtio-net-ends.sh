#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --timeout 180
#
# A virtio network device whose host, link, function or module goes while frames are
# on their way: what is left works, and what comes back works again.

. "$EPFLAB_TOP/tests/lab/common.sh"
# shellcheck source=tests/lab/vnet.sh
. "$EPFLAB_TOP/tests/lab/vnet.sh"

busy() {
	on host ping -q -i 0.005 -s 4000 192.0.2.1 >/dev/null 2>&1 &
	pids=($!)
	on endpoint ping -q -i 0.005 -s 4000 192.0.2.2 >/dev/null 2>&1 &
	pids+=($!)
	wait_for "traffic" traffic "$(vnet_count rx_packets)"
}

traffic() {
	(($(vnet_count rx_packets) > $1 + 20))
}

idle() {
	kill "${pids[@]}"
	wait "${pids[@]}" || :
}

no_carrier() {
	! net_carrier "$@"
}

vnet_up backend/queue_pairs=2
pings endpoint 192.0.2.2

# The endpoint's interface in traffic
busy
ip -n endpoint link set "${device_of[endpoint]}" down
ip -n endpoint link set "${device_of[endpoint]}" up
idle
vnet_wait
pings endpoint 192.0.2.2

# The host's driver
busy
basename "$(echo "$device"/virtio*)" >/sys/bus/virtio/drivers/virtio_net/unbind
wait_for "the endpoint to see it" no_carrier endpoint "${device_of[endpoint]}"
idle
ip netns delete host
basename "$(echo "$device"/virtio*)" >/sys/bus/virtio/drivers/virtio_net/bind
vnet_host_up
vnet_wait
pings endpoint 192.0.2.2

# The link
busy
stop
wait_for "the endpoint to see it" no_carrier endpoint "${device_of[endpoint]}"
idle
ip netns delete host
start
vnet_host_up
vnet_wait
pings host 192.0.2.1

# The function: its interface goes with it, up as it is.
busy
stop
rm "$ep/controllers/epc-sim.0/v0"
[[ -z $(net_device "/sys/bus/pci-epf/devices/$(basename "$function")") ]] ||
	die "the interface is still there"
idle
wait_for "removal" test ! -e "$device"
ip netns delete host
ip netns delete endpoint
rmdir "$ep/functions/epf_virtio_net/v0"
modprobe -r epf-virtio-net
