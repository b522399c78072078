#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --timeout 120
#
# The kernel's NTB between two hosts, unchanged: pci-epf-ntb on two controllers,
# and ntb_hw_epf on what each host sees of it. What one host writes into a BAR goes
# out of a window of the other controller into the other host's memory.

# shellcheck source=tests/lab/ntb-network.sh
. "$EPFLAB_TOP/tests/lab/ntb-network.sh"

bytes=4194304
ntb_at=([left]=0000:11:00.0 [right]=0000:21:00.0)
address_of=([left]=192.0.2.1 [right]=192.0.2.2)
devices=/sys/bus/pci/devices

again profile=cadence
mkdir "$sim/epc-sim.1"
echo cadence >"$sim/epc-sim.1/profile"
echo 1 >"$sim/epc-sim.1/live"

file=$EPFLAB_TOP/examples/pci-epf-ntb.yaml
epfctl --quiet apply "$file"
is "nothing to do: the system is as it should be" epfctl apply "$file"
epfctl diff "$file"

# left_alone AT: no driver has the device. One that is trying just now comes and may
# go by itself.
left_alone() {
	[[ ! -e $devices/$1/driver ]] ||
		{ echo "$1" >"$devices/$1/driver/unbind"; } 2>/dev/null || :
	[[ ! -e $devices/$1/driver ]]
}

# pci_endpoint_test knows the ids, too.
for side in "${!ntb_at[@]}"; do
	at=${ntb_at[$side]}
	wait_for "the device of the $side host" test -e "$devices/$at"
	echo ntb_hw_epf >"$devices/$at/driver_override"
	wait_for "the $side host's device without a driver" left_alone "$at"
done
modprobe ntb_hw_epf
for side in "${!ntb_at[@]}"; do
	wait_for "the NTB device of the $side host" \
		test -e "$ntb/${ntb_at[$side]}"
done

network_up use_dma=0
on left ping -q -c 3 -i 0.1 192.0.2.2 >/dev/null
iperf_serve left
iperf_serve right
echo >"$sim/epc-sim.0/stats"
echo >"$sim/epc-sim.1/stats"
got=$(iperf right 192.0.2.1 --reverse --bytes $bytes | jq .sum_received.bytes)
((got >= bytes)) || die "TCP from left to right: $got bytes"
# Written by the left host, and by the endpoint for it.
for at in "host_write_bytes epc-sim.0" "endpoint_write_bytes epc-sim.1"; do
	# shellcheck disable=SC2086
	(($(stat_of $at) >= bytes)) || die "$at: $(stat_of $at)"
done
got=$(iperf left 192.0.2.2 --reverse --bytes $bytes | jq .sum_received.bytes)
((got >= bytes)) || die "TCP from right to left: $got bytes"
for at in epc-sim.0 epc-sim.1; do
	awk '/^aborted_/ { n += $2 } END { exit n != 0 }' "$sim/$at/stats" ||
		die "$at: $(grep ^aborted_ "$sim/$at/stats")"
done

# All of it stays. The EPC core calls a driver's unbind once for each side, and this
# one frees its memory each time (pci_epf_unbind(), epf_ntb_config_spad_bar_free());
# ntb_transport, when one side goes, may still be told by it on the other when that
# has gone, too (ntb_transport_link_cleanup()).
epfctl export >/tmp/bridge.yaml
epfctl diff /tmp/bridge.yaml
