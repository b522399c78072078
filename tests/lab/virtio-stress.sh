#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --timeout 300 --set port/aer=0 --set port/dpc=0
#
# A disk, a SCSI adapter and a network behind an endpoint go while the host uses
# them, in each way there is, ROUNDS times: the host's drivers see errors, let go,
# and work again when the endpoint is back.

. "$EPFLAB_TOP/tests/lab/common.sh"
# shellcheck source=tests/lab/netns.sh
. "$EPFLAB_TOP/tests/lab/netns.sh"

rounds=${ROUNDS:-2}
ways=${WAYS:-removal link unload reset crash}
debug=/sys/kernel/debug/pci_epc_sim/epc-sim.0
target=/sys/kernel/config/target
port=$target/epf_virtio_scsi/naa.3000000000000001/tpgt_1
pci=/sys/bus/pci/devices
driver=/sys/bus/pci/drivers/virtio_epf
functions=(blk scsi net)

# attributes KIND: its directory.
attributes() {
	echo "$ep"/functions/epf_virtio_"$1"/v0/epf_virtio_"$1".*
}

bind() {
	local kind

	for kind in "${functions[@]}"; do
		ln -s "$ep/functions/epf_virtio_$kind/v0" \
			"$ep/controllers/epc-sim.0/$kind"
	done
}

make() {
	local kind

	truncate -s 12M /run/disk /run/unit
	mkdir -p "$target/core/fileio_0/unit"
	echo "fd_dev_name=/run/unit,fd_dev_size=$((12 << 20)),fd_buffered_io=1" \
		>"$target/core/fileio_0/unit/control"
	echo 1 >"$target/core/fileio_0/unit/enable"
	mkdir "$target/epf_virtio_scsi"
	mkdir -p "$port"
	mkdir "$port/lun/lun_0"
	ln -s "$target/core/fileio_0/unit" "$port/lun/lun_0/"
	for kind in "${functions[@]}"; do
		mkdir "$ep/functions/epf_virtio_$kind/v0"
	done
	echo /run/disk >"$(attributes blk)/backend/path"
	echo naa.3000000000000001 >"$(attributes scsi)/backend/wwn"
	echo epvnet0 >"$(attributes net)/backend/ifname"
	bind
	net_machine endpoint epvnet0 "${address_of[endpoint]}/24"
}

unit() {
	echo /dev/"$(basename /sys/class/scsi_device/*:0:0:0/device/block/sd*)"
}

has_disks() {
	[[ -b /dev/vda && -b $(unit) ]]
}

has_network() {
	compgen -G "$pci/0000:11:00.2/virtio*/net/*" >/dev/null
}

back() {
	wait_for "the disks" has_disks
	wait_for "the network" has_network
	# What is in a namespace when it goes comes back, if it is still there.
	device_of[host]=$(net_device $pci/0000:11:00.2/virtio*)
	net_machine host "${device_of[host]}" "${address_of[host]}/24"
	wait_for "the carrier" net_carrier endpoint epvnet0
	wait_for "the carrier" net_carrier host "${device_of[host]}"
}

# hold DEVICE: what is written is there.
hold() {
	head -c 256k /dev/urandom >/tmp/data
	dd if=/tmp/data of="$1" bs=64k oflag=direct conv=nocreat status=none
	dd if="$1" of=/tmp/read bs=64k count=4 iflag=direct status=none
	cmp /tmp/data /tmp/read || die "$1: not what was written"
}

works() {
	hold /dev/vda
	hold "$(unit)"
	on endpoint ping -q -c 1 -W 5 192.0.2.2 >/dev/null ||
		die "the network does not work"
}

# write DEVICE BLOCK: until an error.
write() {
	while dd if=/dev/zero of="$1" bs=4k count=1024 seek="$2" oflag=direct \
		conv=nocreat status=none 2>/dev/null; do
		:
	done
}

chains() {
	awk '$1 == "chains" { print $2 }' "$(attributes "$1")/stats"
}

busy() {
	(($(chains "$1") > $2))
}

gone() {
	! compgen -G "$pci/0000:11:*" >/dev/null
}

# The disks are written to at several places, the network both ways.
traffic() {
	local kind place node
	declare -A before

	for kind in "${functions[@]}"; do
		before[$kind]=$(chains "$kind")
	done
	writers=()
	node=$(unit)
	for place in 0 1024 2048; do
		write /dev/vda $place &
		writers+=($!)
		write "$node" $place &
		writers+=($!)
	done
	# Without a shell in between, which alone would be killed
	ip netns exec endpoint ping -q -f 192.0.2.2 >/dev/null 2>&1 &
	pingers=($!)
	ip netns exec host ping -q -f -s 4000 192.0.2.1 >/dev/null 2>&1 &
	pingers+=($!)
	for kind in "${functions[@]}"; do
		wait_for "traffic of $kind" busy "$kind" $((before[$kind] + 20))
	done
}

# All writers end, by an error, and none hangs.
end() {
	wait "${writers[@]}"
	kill "${pingers[@]}" 2>/dev/null || :
	wait "${pingers[@]}" || :
	ip netns delete host
}

lose_by_removal() {
	echo 1 >$debug/surprise
	end
	wait_for "removal" gone
	echo 0 >$debug/surprise
}

lose_by_link() {
	stop
	end
	wait_for "removal" gone
	start
}

# KASAN of User-Mode Linux takes no module in the place of another; there the driver
# goes without its module.
lose_by_unload() {
	local function

	if [[ -e /sys/kernel/debug/kmemleak ]]; then
		for function in 0 1 2; do
			echo 0000:11:00.$function >$driver/unbind
		done
		end
		for function in 0 1 2; do
			echo 0000:11:00.$function >$driver/bind
		done
	else
		modprobe -r virtio_epf
		end
		modprobe virtio_epf
	fi
}

# Each function by itself, which the endpoint is not told of, and then the link,
# which it is.
lose_by_reset() {
	local function

	if (($1 % 2)); then
		for function in "$pci"/0000:11:00.*; do
			echo 1 >"$function/reset"
		done
		end
	else
		setpci -s 10:00.0 BRIDGE_CONTROL=40:40
		end
		wait_for "removal" gone
		setpci -s 10:00.0 BRIDGE_CONTROL=0:40
	fi
}

# The endpoint does not answer, and the link stays, so that the host has to find
# out by itself; then it boots.
lose_by_crash() {
	local function

	for function in 0 1 2; do
		setpci -s 11:00.$function COMMAND=0:6
	done
	end
	stop
	wait_for "removal" gone
	start
}

modprobe -a epf-virtio-{blk,scsi,net} virtio_epf virtio_{blk,scsi,net} sd_mod \
	target_core_file
make
start
back
for way in $ways; do
	echo "# $way"
	for ((i = 1; i <= rounds; i++)); do
		traffic
		"lose_by_$way" "$i"
		back
		works
	done
done
