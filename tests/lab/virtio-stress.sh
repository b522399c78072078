#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --timeout 300 --set port/aer=0 --set port/dpc=0
#
# A disk, a SCSI adapter and a network behind an endpoint go while the host uses
# them, in each way there is (or those in WAYS), ROUNDS times: the host's drivers see
# errors, let go, and work again when the endpoint is back.

# shellcheck source=tests/lab/stress.sh
. "$EPFLAB_TOP/tests/lab/stress.sh"
# shellcheck source=tests/lab/netns.sh
. "$EPFLAB_TOP/tests/lab/netns.sh"

target=/sys/kernel/config/target
port=$target/epf_virtio_scsi/naa.3000000000000001/tpgt_1
functions=(blk scsi net)

make_store() {
	truncate -s 8M /run/disk /run/unit
	mkdir -p "$target/core/fileio_0/unit"
	echo "fd_dev_name=/run/unit,fd_dev_size=$((8 << 20)),fd_buffered_io=1" \
		>"$target/core/fileio_0/unit/control"
	echo 1 >"$target/core/fileio_0/unit/enable"
}

make() {
	create_functions
	mkdir -p "$target/epf_virtio_scsi" "$port" "$port/lun/lun_0"
	ln -s "$target/core/fileio_0/unit" "$port/lun/lun_0/"
	echo /run/disk >"$(attributes blk)/backend/path"
	echo naa.3000000000000001 >"$(attributes scsi)/backend/wwn"
	# This one's rings the endpoint reads; so they are packed.
	echo 0 >"$(attributes scsi)/push"
	echo epvnet0 >"$(attributes net)/backend/ifname"
	link_functions
	net_join endpoint epvnet0 "${address_of[endpoint]}/24"
}

unmake() {
	unlink_functions
	rm "$port/lun/lun_0/unit"
	rmdir "$port/lun/lun_0" "$port" "${port%/*}" "$target/epf_virtio_scsi"
	remove_unlinked
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

# lost_network: the host's machine has none, or not any more.
lost_network() {
	[[ ! ${device_of[host]:-} ]] ||
		! on host test -e "/sys/class/net/${device_of[host]}"
}

back() {
	wait_for "the loss of the network" lost_network
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

# write DEVICE BLOCK: to a part of it, opened once, until an error, and says which; and
# once that it has begun.
write() {
	exec nice perl -MFcntl -e '
		my ($device, $first, $told) = @ARGV;
		my $zeroes = "\0" x 4096;
		sysopen(my $disk, $device, O_WRONLY | O_SYNC) or die "$!\n";
		for (my $i = 0; ; $i = ($i + 1) % 1024) {
			sysseek($disk, ($first + $i) * 4096, 0) or die "$!\n";
			syswrite($disk, $zeroes) or die "$!\n";
			$told ||= syswrite(STDOUT, "$device $first\n");
		}' "$@"
}

# all_write: who comes later may miss the loss.
all_write() {
	local all=()

	mapfile -t all </run/writes
	((${#all[@]} >= ${#writers[@]}))
}

# The disks are written to at several places, the network both ways; what this script
# does comes first.
traffic() {
	local place at

	note_chains
	writers=()
	truncate -s 0 /run/errors /run/writes
	for place in 0 1024; do
		for at in "$disk" "$unit"; do
			write "$at" $place >>/run/writes 2>>/run/errors &
			writers+=($!)
		done
	done
	# Without a shell in between, which alone would be killed
	ip netns exec endpoint nice ping -q -i 0.002 192.0.2.2 >/dev/null 2>&1 &
	pingers=($!)
	ip netns exec host nice ping -q -i 0.002 -s 4000 \
		192.0.2.1 >/dev/null 2>&1 &
	pingers+=($!)
	wait_for_chains
	wait_for "all writers" all_write
	[[ ! -s /run/errors ]] || die "$way: before the loss: $(cat /run/errors)"
}

# Each writer has seen an error, as there is no other end for it. The network's
# driver need not find out before its device goes.
end() {
	wait "${writers[@]}" || :
	is "${#writers[@]}" grep -c . /run/errors
	kill "${pingers[@]}" 2>/dev/null || :
	wait "${pingers[@]}" || :
}

modprobe -a virtio_epf virtio_{blk,scsi,net} sd_mod target_core_file
net_namespace endpoint
net_namespace host
make_store
stress
