# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# shellcheck shell=bash
#
# The kernel's NTB over the simulated link: pci-epf-vntb with its virtual device
# on the endpoint side, ntb_hw_epf on the host side, ntb_transport and ntb_netdev
# on both. What they make of it is two machines, named endpoint and host.

# shellcheck source=tests/lab/ntb-network.sh
. "$EPFLAB_TOP/tests/lab/ntb-network.sh"

ntb_at=([endpoint]=0000:ff:00.0 [host]=0000:11:00.0)

# bridge_up KNOB=VALUE...: an NTB device on both sides of a controller with these
# knobs.
bridge_up() {
	local side pid

	again profile=imx8q "$@"
	epfctl --quiet apply "$EPFLAB_TOP/examples/pci-epf-vntb.yaml"
	# It does not say which devices it is for.
	modprobe ntb_hw_epf
	for side in endpoint host; do
		wait_for "the NTB device of the $side" \
			test -e "$ntb/${ntb_at[$side]}"
	done

	# pci-epf-vntb clears a doorbell after it has told of it: one that is
	# rung in between is lost, and what it was rung for waits for the next
	# (epf_ntb_cmd_handler()). The receiver, in ksoftirqd, must not take the
	# processor from it there.
	for pid in $(pgrep -x 'ksoftirqd/[0-9]*'); do
		chrt --batch --pid 0 "$pid"
	done
}

# received KEY: as bytes, of what the receiver of the last transfer has to say.
received() {
	jq ".sum_received.$1 // .sum.$1" <<<"$RESULT"
}

# crossed WHAT FROM FRAMES BYTES: all of it went over the link; what it cost.
crossed() {
	local what=$1 from=$2 frames=$3 bytes=$4 written

	written=$(stat_of "${from}_write_bytes")
	if [[ $from == endpoint ]]; then
		written=$((written + $(stat_of dma_write_bytes)))
	fi
	((written >= bytes)) ||
		die "$what: $written bytes crossed, should be $bytes"
	awk '/^aborted_/ { n += $2 } END { exit n != 0 }' "$sim/epc-sim.0/stats" ||
		die "$what: $(grep ^aborted_ "$sim/epc-sim.0/stats")"

	echo "$what from $from: $bytes bytes in $frames frames," \
		"$(stat_of "${from}_writes") posted writes," \
		"$(stat_of dma_writes) by DMA," \
		"$(stat_of host_reads) control reads," \
		"$(stat_of msi) interrupts:" \
		"$(awk "BEGIN { printf \"%.2f\", $(stat_of msi) / $frames }") a frame"
}

# arrived FROM TO: whether TO has received what FROM has sent so far.
arrived() {
	(($(net_count "$1" "${device_of[$1]}" tx_packets) == \
		$(net_count "$2" "${device_of[$2]}" rx_packets)))
}

# transfer WHAT FROM TO OPTION...: sets RESULT. The receiver asks for the data, so
# that it is over when all is there.
transfer() {
	local what=$1 from=$2 to=$3 frames
	shift 3

	echo >"$sim/epc-sim.0/stats"
	frames=$(net_count "$from" "${device_of[$from]}" tx_packets)
	RESULT=$(iperf "$to" "${address_of[$from]}" --reverse "$@")
	wait_for "$what: the last frame from $from" arrived "$from" "$to"
	wait_for "$what: the last frame from $to" arrived "$to" "$from"
	frames=$(($(net_count "$from" "${device_of[$from]}" tx_packets) - frames))
	crossed "$what" "$from" "$frames" "$(received bytes)"
}

# Whether the function can be unlinked: in Linux 6.12 pci-epf-vntb leaves its NTB
# device registered, and its bus in place, when the memory of both is freed
# (epf_ntb_unbind()).
function_can_go() {
	grep -qw pci_vntb_remove /proc/kallsyms
}

# bridge_down: the host leaves before the link goes: ntb_hw_epf waits for the
# endpoint's answer to its last command, with a WARN_ON() if there is none
# (ntb_epf_send_command()).
bridge_down() {
	modprobe -r ntb_hw_epf
	stop
	wait_for "removal" test ! -e "/sys/bus/pci/devices/${ntb_at[host]}"

	if function_can_go; then
		epfctl --quiet unlink ntb0 epc-sim.0
		[[ ! -e $ntb/${ntb_at[endpoint]} ]] ||
			die "the endpoint still has its NTB device"
		epfctl --quiet delete ntb0
	fi
}
