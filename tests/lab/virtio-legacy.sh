#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --timeout 120
#
# A virtio function for hosts that know nothing of such: a disk with the kernel's
# own virtio_pci and virtio_blk, and no module of ours on the host's side.

. "$EPFLAB_TOP/tests/lab/common.sh"

functions=$ep/functions/epf_virtio_blk
pci=0000:11:00.0
device=/sys/bus/pci/devices/$pci
disk=/dev/vda

# make_disk [ATTRIBUTE=VALUE...]: a function, not bound; sets function.
make_disk() {
	local attribute

	mkdir "$functions/v0"
	function=$(echo "$functions"/v0/epf_virtio_blk.*)
	echo /run/disk >"$function/backend/path"
	for attribute; do
		echo "${attribute#*=}" >"$function/${attribute%%=*}"
	done
}

bind_disk() {
	ln -s "$functions/v0" "$ep/controllers/epc-sim.0/v0"
}

# not_bound WHY: it cannot be bound, and says so; then it goes.
not_bound() {
	dmesg -C
	if bind_disk 2>/tmp/error; then
		die "bound, though $1"
	fi
	dmesg | grep -q "$1" || die "$(dmesg | tail -3), not: $1"
	rmdir "$functions/v0"
}

has_disk() {
	[[ -b $disk ]] && (($(cat /sys/block/vda/size 2>/dev/null || echo 0) > 0))
}

verify() {
	fio --thread --ioengine=libaio --direct=1 --filename=$disk \
		--verify=crc32c --rw=randwrite --output=/tmp/fio \
		--name=small --stonewall --size=256k --bs=4k --iodepth=32 \
		--name=mixed --stonewall --size=1M --bsrange=4k-512k \
		--iodepth=8 || die "fio: $(cat /tmp/fio)"
}

# busy: reads in the background, until the disk is gone; sets pid.
busy() {
	before=$(awk '$1 == "chains" { print $2 }' "$function/stats")
	while dd if=$disk of=/dev/null bs=4k iflag=direct 2>/dev/null; do
		:
	done &
	pid=$!
	wait_for "traffic" traffic
}

traffic() {
	(($(awk '$1 == "chains" { print $2 }' "$function/stats") > before + 20))
}

modprobe -a epf-virtio-blk epf-virtio-xtest epf-virtio-console virtio_pci virtio_blk ext4
truncate -s 8M /run/disk

echo "# what is refused"
for type in xtest console; do
	dmesg -C
	mkdir "$ep/functions/epf_virtio_$type/x0"
	refused "Operation not supported" \
		"$(echo "$ep/functions/epf_virtio_$type"/x0/epf_virtio_*)/transport" \
		legacy
	dmesg | grep -q "$type is no legacy device: those have one queue" ||
		die "$type: $(dmesg | tail -3)"
	rmdir "$ep/functions/epf_virtio_$type/x0"
done
make_disk
refused "Invalid argument" "$function/transport" modern
is epf cat "$function/transport"
is 0x10f1 cat "$functions/v0/deviceid"
echo legacy >"$function/transport"
is 0x1001 cat "$functions/v0/deviceid"
is 0x0002 cat "$functions/v0/subsys_id"
echo 0x10f1 >"$functions/v0/deviceid"
not_bound "a legacy device has vendor 0x1af4"
make_disk transport=legacy
echo 2 >"$functions/v0/msix_interrupts"
not_bound "msix_interrupts is more than 1"
make_disk transport=legacy backend/num_queues=2
not_bound "num_queues is more than 1"
again profile=am654
make_disk transport=legacy
# Newer kernels know, too, that this controller has no INTx.
not_bound "a legacy device needs \(BAR0\|INTx\)"
again profile=generic

# An empty port sleeps with newer kernels, and does not see a card that goes and
# comes while it wakes.
echo on >/sys/bus/pci/devices/0000:10:00.0/power/control

echo "# a disk"
make_disk transport=legacy
bind_disk
refused "Device or resource busy" "$function/transport" epf
start
wait_for "the disk" has_disk
is virtio-pci sh -c "basename \$(readlink -f $device/driver)"
[[ ! -e /sys/module/virtio_epf ]] || die "the shim is there"
is 1 sh -c "lspci -vv -s 11:00.0 | grep -c 'MSI-X: Enable- Count=1 '"
verify
cmp /run/disk $disk
mkfs.ext4 -q $disk
mkdir -p /run/mnt
mount $disk /run/mnt
head -c 2M /dev/urandom >/tmp/data
cp /tmp/data /run/mnt/data
umount /run/mnt
fsck.ext4 -fn $disk >/tmp/fsck || die "$(cat /tmp/fsck)"
mount $disk /run/mnt
cmp /tmp/data /run/mnt/data
umount /run/mnt
# 1.x features are for others, and so are writes to the configuration.
is 0 echo $(($(cat "$function/features") >> 32))
is 0 echo $(($(cat "$function/features") >> 11 & 1))
(($(stat_of intx) > 0)) || die "no INTx"
is 0 stat_of msix

echo "# a change of the configuration"
truncate -s 12M /run/disk
echo 1 >"$function/backend/revalidate_size"
wait_for "the size" grep -qx 24576 /sys/block/vda/size

echo "# the driver goes and comes, in traffic"
for _ in 1 2 3; do
	busy
	echo $pci >$device/driver/unbind
	wait "$pid" || :
	# As the host's kernel leaves it: known, without a driver
	wait_for "the reset" grep -qx 0x01 "$function/status"
	echo $pci >/sys/bus/pci/drivers_probe
	wait_for "the disk" has_disk
	cmp /run/disk $disk
done

# Not by surprise: the host's virtio core warns of a status that it cannot read.
echo "# the link goes and comes"
for _ in 1 2 3; do
	echo 1 >$device/remove
	stop
	wait_for "removal" test ! -e $device
	start
	wait_for "the disk" has_disk
	cmp /run/disk $disk
done

echo 1 >$device/remove
stop
remove_functions epf_virtio_blk v0
