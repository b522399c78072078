#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --timeout 240
#
# Logical units of the endpoint's target core are disks of the host, with the
# kernel's virtio_scsi: they are seen, hold what is written, come and go, and
# commands can be aborted.

. "$EPFLAB_TOP/tests/lab/common.sh"

target=/sys/kernel/config/target
core=$target/core/fileio_0
port=$target/epf_virtio_scsi/naa.3000000000000001/tpgt_1
functions=$ep/functions/epf_virtio_scsi
device=/sys/bus/pci/devices/0000:11:00.0

# add_store NAME MIB [FILE]: something to serve.
add_store() {
	local file=${3:-/run/$1}

	truncate -s "$2M" "$file"
	mkdir -p "$core/$1"
	echo "fd_dev_name=$file,fd_dev_size=$(($2 << 20)),fd_buffered_io=1" \
		>"$core/$1/control"
	echo 1 >"$core/$1/enable"
}

# add_lun NUMBER STORE
add_lun() {
	mkdir "$port/lun/lun_$1"
	ln -s "$core/$2" "$port/lun/lun_$1/"
}

# remove_lun NUMBER STORE
remove_lun() {
	rm "$port/lun/lun_$1/$2"
	rmdir "$port/lun/lun_$1"
}

# has_lun NUMBER: the host has it, as a disk.
has_lun() {
	[[ -b $(node_of "$1") ]]
}

has_no_lun() {
	! compgen -G "/sys/class/scsi_device/*:0:0:$1" >/dev/null
}

node_of() {
	echo /dev/"$(basename /sys/class/scsi_device/*:0:0:"$1"/device/block/sd*)"
}

make_adapter() {
	mkdir "$functions/v0"
	function=$(echo "$functions"/v0/epf_virtio_scsi.*)
	echo naa.3000000000000001 >"$function/backend/wwn"
}

bind_adapter() {
	ln -s "$functions/v0" "$ep/controllers/epc-sim.0/v0"
}

adapter_down() {
	stop
	wait_for "removal" test ! -e "$device"
	remove_functions epf_virtio_scsi v0
}

# verify NODE
verify() {
	fio --thread --ioengine=libaio --direct=1 --filename="$1" \
		--verify=crc32c --rw=randwrite --output=/tmp/fio \
		--name=small --stonewall --size=256k --bs=4k --iodepth=32 \
		--name=mixed --stonewall --size=1M --bsrange=4k-512k \
		--iodepth=8 || die "fio: $(cat /tmp/fio)"
}

# reset_unit NODE
reset_unit() {
	# SG_SCSI_RESET of SG_SCSI_RESET_DEVICE
	perl -e 'open(my $f, "<", shift) or die; my $what = pack("i", 1);
		ioctl($f, 0x2284, $what) or die "$!\n"' "$1"
}

modprobe -a target_core_file epf-virtio-scsi virtio_epf virtio_scsi sd_mod loop ext4
mkdir "$target/epf_virtio_scsi"
mkdir "$target/epf_virtio_scsi/anything" 2>/dev/null && die "a bad name taken"

echo "# nothing to serve"
make_adapter
bind_adapter 2>/dev/null && die "bound without a port"
add_store a 8
add_store b 4
mkdir -p "$port"
add_lun 0 a

echo "# another portal group, and queues: two, for events and for task management"
second=${port%1}2
mkdir -p "$second/lun/lun_0"
ln -s "$core/b" "$second/lun/lun_0/"
echo 2 >"$function/backend/tag"
echo 2 >"$function/backend/num_queues"
bind_adapter
start
wait_for "the disk" has_lun 0
is 8192 cat /sys/class/scsi_device/*:0:0:0/device/block/sd*/size
# As many as the host has processors for
is $(($(nproc) < 2 ? 1 : 2)) sh -c "ls /sys/block/$(basename "$(node_of 0)")/mq | wc -l"
# One of each queue, and one of the configuration
lspci -vs 11:00.0 >/tmp/lspci
grep -q "MSI-X: Enable+ Count=5 " /tmp/lspci || die "$(cat /tmp/lspci)"
refused "busy" "$function/backend/tag" 1
refused "busy" "$function/backend/num_queues" 1
adapter_down
rm "$second/lun/lun_0/b"
rmdir "$second/lun/lun_0" "$second"

echo "# one unit, over several controllers"
for profile in generic dwc rk3588; do
	again "profile=$profile"
	make_adapter
	bind_adapter
	start
	wait_for "the disk" has_lun 0
	verify "$(node_of 0)"
	sync
	cmp -n 1M "$(node_of 0)" /run/a
	[[ $profile == rk3588 ]] || adapter_down
done
refused "busy" "$function/backend/wwn" naa.3000000000000002

echo "# units that come and go"
add_lun 3 b
wait_for "the new unit" has_lun 3
is 8192 cat /sys/class/scsi_device/*:0:0:3/device/block/sd*/size
verify "$(node_of 3)"
remove_lun 3 b
wait_for "its removal" has_no_lun 3
add_lun 300 b
# The host's driver has the addressing method in its number.
wait_for "a unit of a large number" has_lun $((0x4000 | 300))
remove_lun 300 b
wait_for "its removal" has_no_lun $((0x4000 | 300))

echo "# task management"
node=$(node_of 0)
reset_unit "$node" || die "reset"
is 1 cat "$core/a/statistics/scsi_lu/resets"
verify "$node"

# A write that does not end is aborted by that, and told to be before the reset is.
truncate -s 4M /run/c
loop=$(losetup -f --show /run/c)
mkfs.ext4 -q "$loop"
mkdir -p /mnt
mount "$loop" /mnt
add_store c 1 /mnt/slow
add_lun 1 c
wait_for "the slow unit" has_lun 1
slow=$(node_of 1)
fsfreeze -f /mnt
dd if=/dev/urandom of="$slow" bs=4k count=1 oflag=direct 2>/tmp/dd &
writer=$!
wait_for "the write" sh -c "grep -qw 1 /sys/block/${slow#/dev/}/inflight"
(
	sleep 2
	fsfreeze -u /mnt
) &
reset_unit "$slow" || die "reset"
is 1 cat "$core/c/statistics/scsi_lu/resets"
wait "$writer" && die "written"
grep -q "Input/output error" /tmp/dd || die "$(cat /tmp/dd)"
wait
verify "$slow"
remove_lun 1 c
wait_for "its removal" has_no_lun 1
rmdir "$core/c"
umount /mnt
losetup -d "$loop"


echo "# the port goes"
remove_lun 0 a
wait_for "the removal of the unit" has_no_lun 0
rmdir "$port"
echo "- - -" >/sys/class/scsi_host/host0/scan
has_no_lun 0 || die "a unit without a port"
mkdir "$port"
adapter_down
rmdir "$port" "${port%/*}" "$core/a" "$core/b"
