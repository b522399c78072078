#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --timeout 240 --module tests/lab/blk-hostile
#
# A file or a block device of the endpoint is a disk of the host, with the kernel's
# virtio_blk: what is written is there, survives when it has to, and what goes
# wrong is told.

# shellcheck source=tests/lab/faults.sh
. "$EPFLAB_TOP/tests/lab/faults.sh"

functions=$ep/functions/epf_virtio_blk
device=/sys/bus/pci/devices/0000:11:00.0
disk=/sys/block/vda

# make_disk ATTRIBUTE=VALUE...: a function, not bound; sets function.
make_disk() {
	local attribute

	mkdir "$functions/v0"
	function=$(echo "$functions"/v0/epf_virtio_blk.*)
	for attribute; do
		echo "${attribute#*=}" >"$function/${attribute%%=*}"
	done
}

bind_disk() {
	ln -s "$functions/v0" "$ep/controllers/epc-sim.0/v0"
}

has_disk() {
	[[ -b /dev/vda && -e $disk/size ]] && (($(cat $disk/size) > 0))
}

has_virtio() {
	compgen -G "$device/virtio*" >/dev/null
}

# disk_up ATTRIBUTE=VALUE...: a disk of the host.
disk_up() {
	make_disk "$@"
	bind_disk
	start
	wait_for "the disk" has_disk
}

disk_down() {
	stop
	wait_for "removal" test ! -e "$device"
	remove_functions epf_virtio_blk v0
}

# verify: random requests of several sizes and depths, with what was written read
# again.
verify() {
	fio --thread --ioengine=libaio --direct=1 --filename=/dev/vda \
		--verify=crc32c --rw=randwrite --output=/tmp/fio \
		--name=small --stonewall --size=256k --bs=4k --iodepth=32 \
		--name=mixed --stonewall --size=1M --bsrange=4k-512k \
		--iodepth=8 || die "fio: $(cat /tmp/fio)"
}

# flushes NAME: flush requests that a disk of the endpoint has done.
flushes() {
	awk '{ print $16 }' "/sys/block/$1/stat"
}

modprobe -a epf-virtio-blk virtio_epf virtio_blk loop ext4

echo "# a file, over several controllers, pushed and pulled"
truncate -s 8M /run/disk
for kind in generic,push=0 dwc,push=1 rk3588,push=1 rcar,push=1; do
	again "profile=${kind%,*}"
	disk_up "backend/path=/run/disk" "${kind#*,}"
	verify
	cmp -n 1M /dev/vda /run/disk
	disk_down
done
again profile=generic

echo "# what the host is told"
disk_up backend/path=/run/disk backend/serial=12345678901234567890 \
	backend/num_queues=2
is 16384 cat $disk/size
is 12345678901234567890 cat $disk/serial
is 512 cat $disk/queue/logical_block_size
is 4096 cat $disk/queue/physical_block_size
is 126 cat $disk/queue/max_segments
is 65536 cat $disk/queue/max_segment_size
is 64 cat $disk/queue/max_discard_segments
is 4096 cat $disk/queue/discard_granularity
is "write back" cat $disk/queue/write_cache
is 8388608 cat "$function/backend/size"
# As many as the host has processors for
is $(($(nproc) < 2 ? 1 : 2)) sh -c "ls $disk/mq | wc -l"
refused "busy" "$function/backend/num_queues" 1
refused "busy" "$function/backend/path" /run/other
refused "busy" "$function/backend/read_only" 1

echo "# no interrupt comes"
inject interrupt_lost -1
for _ in 1 2; do
	timeout 60 dd if=/dev/vda of=/dev/null bs=4k count=1 iflag=direct status=none ||
		die "what was read is not seen without an interrupt"
done
inject interrupt_lost 0
verify

echo "# another size"
truncate -s 12M /run/disk
echo 1 >"$function/backend/revalidate_size"
wait_for "the new size" grep -qx 24576 $disk/size
truncate -s 4M /run/disk
dd if=/dev/vda of=/dev/null bs=4k skip=2000 count=1 iflag=direct 2>/tmp/dd &&
	die "read behind the end of the file"
grep -q "Input/output error" /tmp/dd || die "$(cat /tmp/dd)"
truncate -s 8M /run/disk
echo 1 >"$function/backend/revalidate_size"
wait_for "the old size" grep -qx 16384 $disk/size

echo "# discard, zeroes"
truncate -s 0 /run/disk
truncate -s 8M /run/disk
dd if=/dev/urandom of=/dev/vda bs=64k count=32 oflag=direct status=none
is 4096 stat -c %b /run/disk
blkdiscard -o 1M -l 512k /dev/vda
is 3072 stat -c %b /run/disk
cmp -n 512k -i 1M:0 /dev/vda /dev/zero
fallocate --punch-hole -o 0 -l 256k /dev/vda
is 2560 stat -c %b /run/disk
# Not all files can have zeroes without a hole; then the host writes them.
blkdiscard -z -o 512k -l 256k /dev/vda
cmp -n 256k -i 512k:0 /run/disk /dev/zero

echo "# a file system"
mkfs.ext4 -q /dev/vda
mkdir -p /mnt
mount /dev/vda /mnt
head -c 500k /dev/urandom >/mnt/data
mkdir /mnt/many
for i in {1..50}; do
	echo "$i" >"/mnt/many/$i"
done
cp /mnt/data /tmp/data
umount /mnt
fsck.ext4 -fn /dev/vda >/tmp/fsck 2>&1 || die "$(cat /tmp/fsck)"
disk_down
# The endpoint has it, too.
fsck.ext4 -fn /run/disk >/tmp/fsck 2>&1 || die "$(cat /tmp/fsck)"
mount -o loop,ro /run/disk /mnt
cmp /mnt/data /tmp/data
is 50 sh -c 'ls /mnt/many | wc -l'
umount /mnt

echo "# what cannot be served"
make_disk backend/path=/run/nothing
bind_disk 2>/dev/null && die "bound without a file"
echo /run >"$function/backend/path"
bind_disk 2>/dev/null && die "bound to a directory"
rmdir "$functions/v0"

echo "# a block device; flushes reach it"
loop=$(losetup -f --show /run/disk)
make_disk "backend/path=$loop"
mount "$loop" /mnt
bind_disk 2>/dev/null && die "bound to what is mounted"
umount /mnt
bind_disk
start
wait_for "the disk" has_disk
verify
before=$(flushes "${loop##*/}")
dd if=/dev/zero of=/dev/vda bs=4k count=64 oflag=direct status=none
is "$before" flushes "${loop##*/}"
for _ in {1..5}; do
	dd if=/dev/zero of=/dev/vda bs=4k count=1 conv=fsync status=none
done
is $((before + 5)) flushes "${loop##*/}"
# Written through: each write is one.
echo "write through" >$disk/cache_type
before=$(flushes "${loop##*/}")
dd if=/dev/zero of=/dev/vda bs=4k count=8 oflag=direct status=none
is $((before + 8)) flushes "${loop##*/}"
stop
wait_for "removal" test ! -e "$device"
start
wait_for "the disk" has_disk
# That was the host's until it reset.
is "write back" cat $disk/cache_type
disk_down

echo "# a file of a file system; flushes reach its device"
mkfs.ext4 -q "$loop"
mount "$loop" /mnt
truncate -s 8M /mnt/file
for direct in 0 1; do
	disk_up backend/path=/mnt/file "backend/direct=$direct"
	verify
	before=$(flushes "${loop##*/}")
	dd if=/dev/urandom of=/dev/vda bs=64k count=1 conv=fsync status=none
	(($(flushes "${loop##*/}") > before)) || die "no flush"
	disk_down
done
umount /mnt
losetup -d "$loop"

echo "# only to be read"
disk_up backend/path=/run/disk backend/read_only=1
is 1 cat $disk/ro
sum=$(cksum </run/disk)
is "$sum" cksum </dev/vda
# A host that does not mind
blockdev --setrw /dev/vda
dd if=/dev/urandom of=/dev/vda bs=4k count=1 oflag=direct 2>/dev/null &&
	die "written"
disk_down
is "$sum" cksum </run/disk

echo "# a hostile host"
truncate -s 0 /run/disk
truncate -s 16M /run/disk
make_disk backend/path=/run/disk
bind_disk
modprobe blk-hostile
echo 0 >/sys/bus/virtio/drivers_autoprobe
start
wait_for "the virtio device" has_virtio
virtio=$(basename "$device"/virtio*)
echo "$virtio" >/sys/bus/virtio/drivers/blk-hostile/bind 2>/dev/null || :
dmesg | sed -n 's/.*blk-hostile: //p' >/tmp/said
diff - /tmp/said <<-'END' || die "not what it should be"
	read: status 0
	flush: status 0
	read behind the end: status 1
	read far behind: status 1
	read at the last number: status 1
	write behind the end: status 1
	write across the end: status 1
	read a part: status 1
	write a part: status 1
	read nothing: status 1
	write nothing: status 1
	read with data: status 1
	write the other way: status 1
	both ways: status 1
	unknown: status 2
	SCSI: status 2
	secure erase: status 2
	short header: status 1
	no status: status 255
	id: status 0
	short id: status 1
	long id: status 1
	id the other way: status 1
	discard: status 0
	discard nothing: status 1
	discard half: status 1
	discard behind: status 1
	discard all numbers: status 1
	discard with flags: status 2
	discard too many: status 1
	zero: status 0
	zero with flags: status 2
	zero behind: status 1
	read at the end: status 0
	end: 0, capacity 32768
END
echo 1 >/sys/bus/virtio/drivers_autoprobe
echo "$virtio" >/sys/bus/virtio/drivers/virtio_blk/bind
wait_for "the disk" has_disk
verify
disk_down
