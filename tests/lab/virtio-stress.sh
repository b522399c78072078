#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --timeout 300 --set port/aer=0 --set port/dpc=0
#
# A disk, a SCSI adapter and a network behind an endpoint go while the host uses
# them, in each way there is (or those in WAYS), ROUNDS times: the host's drivers see
# errors, let go, and work again when the endpoint is back.

. "$EPFLAB_TOP/tests/lab/common.sh"
# shellcheck source=tests/lab/netns.sh
. "$EPFLAB_TOP/tests/lab/netns.sh"

rounds=${ROUNDS:-1}
ways=${WAYS:-removal link driver backend reset crash}
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

make_store() {
	truncate -s 8M /run/disk /run/unit
	mkdir -p "$target/core/fileio_0/unit"
	echo "fd_dev_name=/run/unit,fd_dev_size=$((8 << 20)),fd_buffered_io=1" \
		>"$target/core/fileio_0/unit/control"
	echo 1 >"$target/core/fileio_0/unit/enable"
}

make() {
	local kind

	modprobe -a epf-virtio-{blk,scsi,net}
	mkdir -p "$target/epf_virtio_scsi" "$port" "$port/lun/lun_0"
	ln -s "$target/core/fileio_0/unit" "$port/lun/lun_0/"
	for kind in "${functions[@]}"; do
		mkdir "$ep/functions/epf_virtio_$kind/v0"
		stats[$kind]=$(attributes "$kind")/stats
		# What rests leaves the processor to the rest.
		echo 2000 >"$(attributes "$kind")/poll_us"
	done
	echo /run/disk >"$(attributes blk)/backend/path"
	echo naa.3000000000000001 >"$(attributes scsi)/backend/wwn"
	# This one's rings the endpoint reads.
	echo 0 >"$(attributes scsi)/push"
	echo epvnet0 >"$(attributes net)/backend/ifname"
	for kind in "${functions[@]}"; do
		ln -s "$ep/functions/epf_virtio_$kind/v0" \
			"$ep/controllers/epc-sim.0/$kind"
	done
	net_join endpoint epvnet0 "${address_of[endpoint]}/24"
}

unmake() {
	rm "${functions[@]/#/$ep/controllers/epc-sim.0/}" "$port/lun/lun_0/unit"
	rmdir "$port/lun/lun_0" "$port" "${port%/*}" "$target/epf_virtio_scsi" \
		"$ep"/functions/epf_virtio_{blk,scsi,net}/v0
	can_reload || return 0
	modprobe -r epf-virtio-{blk,scsi,net} pci-epf-virtio epf-core
}

# KASAN of User-Mode Linux takes no module in the place of another.
can_reload() {
	[[ ! -e /sys/kernel/debug/kmemleak ]]
}

# has_disks: and sets their names, which are others where the last are open still.
has_disks() {
	local disks=("$pci"/0000:11:00.0/virtio*/block/vd*)
	local units=("$pci"/0000:11:00.1/virtio*/host*/target*/*:0/block/sd*)

	disk=/dev/${disks[0]##*/}
	unit=/dev/${units[0]##*/}
	[[ -b $disk && -b $unit ]]
}

has_network() {
	local devices=("$pci"/0000:11:00.2/virtio*/net/*)

	device_of[host]=${devices[0]##*/}
	[[ -e ${devices[0]} ]]
}

back() {
	wait_for "the disks" has_disks
	wait_for "the network" has_network
	net_join host "${device_of[host]}" "${address_of[host]}/24"
}

# hold DEVICE: what is written is there; nobody has it open, so nothing of it is
# cached.
hold() {
	dd if=/tmp/data of="$1" bs=64k oflag=direct conv=nocreat status=none
	cmp -n $((256 << 10)) /tmp/data "$1" || die "$1: not what was written"
}

works() {
	head -c 256k /dev/urandom >/tmp/data
	hold "$disk"
	hold "$unit"
	# Until there is an answer: the carrier may not be there yet.
	on endpoint ping -q -c 1 -i 0.2 -w 20 192.0.2.2 >/dev/null ||
		die "the network does not work"
}

# write DEVICE BLOCK: until an error, or the end of traffic.
write() {
	while [[ -e /run/traffic ]]; do
		nice dd if=/dev/zero of="$1" bs=4k count=1024 seek="$2" \
			oflag=direct conv=nocreat status=none 2>>/run/errors ||
			return 0
	done
}

# chains KIND: sets that, how many the endpoint had.
chains() {
	local name

	while read -r name chains; do
		[[ $name != chains ]] || return 0
	done <"${stats[$1]}"
}

# busy KIND CHAINS: there were more.
busy() {
	chains "$1"
	((chains > $2))
}

gone() {
	! compgen -G "$pci/0000:11:*" >/dev/null
}

# The disks are written to at several places, the network both ways; what this script
# does comes first.
traffic() {
	local kind place
	declare -A before

	for kind in "${functions[@]}"; do
		chains "$kind"
		before[$kind]=$chains
	done
	writers=()
	rm -f /run/errors
	touch /run/traffic
	for place in 0 1024; do
		write "$disk" $place &
		writers+=($!)
		write "$unit" $place &
		writers+=($!)
	done
	# Without a shell in between, which alone would be killed
	ip netns exec endpoint nice ping -q -i 0.002 192.0.2.2 >/dev/null 2>&1 &
	pingers=($!)
	ip netns exec host nice ping -q -i 0.002 -s 4000 \
		192.0.2.1 >/dev/null 2>&1 &
	pingers+=($!)
	for kind in "${functions[@]}"; do
		wait_for "traffic of $kind" busy "$kind" $((before[$kind] + 20))
	done
}

# All writers end, and some have seen an error.
end() {
	rm /run/traffic
	wait "${writers[@]}"
	[[ -s /run/errors ]] || die "$way: the host saw no error"
	kill "${pingers[@]}" 2>/dev/null || :
	wait "${pingers[@]}" || :
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

# The host's driver; where its module cannot come back, without that.
lose_by_driver() {
	local function

	if can_reload; then
		modprobe -r virtio_epf
		end
		modprobe virtio_epf
	else
		for function in 0 1 2; do
			echo 0000:11:00.$function >$driver/unbind
		done
		end
		for function in 0 1 2; do
			echo 0000:11:00.$function >$driver/bind
		done
	fi
}

# All modules of the endpoint, and before that its functions, while the host finds
# out. The kernel wants the controller stopped (pci-ep-cfs.c, pci_epc_epf_unlink).
lose_by_backend() {
	stop
	unmake
	end
	wait_for "removal" gone
	make
	start
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
	setpci -s 11:00.0 COMMAND=0:6 -s 11:00.1 COMMAND=0:6 \
		-s 11:00.2 COMMAND=0:6
	end
	stop
	wait_for "removal" gone
	start
}

modprobe -a virtio_epf virtio_{blk,scsi,net} sd_mod target_core_file
declare -A stats
net_namespace endpoint
net_namespace host
make_store
make
watch_progress 90
start
back
for ((round = 1; round <= rounds; round++)); do
	echo "# round $round"
	for way in $ways; do
		echo "$way"
		progress "$way: traffic"
		traffic
		progress "$way: the loss"
		"lose_by_$way" "$round"
		progress "$way: the return"
		back
		works
	done
done
