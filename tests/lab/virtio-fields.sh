#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --module tests/lab/virtio-fields --timeout 60
#
# A host that reads a configuration by several accesses sees by its generation that
# it has changed between them: what it has got by halves is never taken for a whole.

. "$EPFLAB_TOP/tests/lab/common.sh"

device=/sys/bus/pci/devices/0000:11:00.0
disk=/sys/block/vda
parameters=/sys/module/virtio_fields/parameters

# resize HALF: a disk with that many sectors in either half of the number.
resize() {
	truncate -s $((($1 << 32 | $1) * 512)) /run/disk
}

# whole HALF: such a number.
whole() {
	echo $(($1 << 32 | $1))
}

resize 1
modprobe -a virtio_epf virtio_blk epf-virtio-blk virtio-fields
mkdir "$ep/functions/epf_virtio_blk/v0"
function=$(echo "$ep"/functions/epf_virtio_blk/v0/epf_virtio_blk.*)
echo /run/disk >"$function/backend/path"
ln -s "$ep/functions/epf_virtio_blk/v0" "$ep/controllers/epc-sim.0/v0"
start
wait_for "a disk" grep -sqx "$(whole 1)" $disk/size

# When nothing changes, the generation stays.
echo begin >$parameters/read
echo end >$parameters/read
is 1,1 cat $parameters/halves
is "$(whole 1)" cat $parameters/whole
IFS=, read -r before after <$parameters/generations
((before == after)) || die "nothing has changed: generations $before and $after"

for half in 2 3 1 2; do
	old=$(cut -d , -f 2 $parameters/halves)
	echo begin >$parameters/read
	resize $half
	echo 1 >"$function/backend/revalidate_size"
	echo end >$parameters/read
	# The reader has one half of each,
	is "$old,$half" cat $parameters/halves
	# and sees it. Odd is what changes just now.
	IFS=, read -r before after <$parameters/generations
	((before != after && before % 2 == 0 && after % 2 == 0)) ||
		die "$old to $half: generations $before and $after"
	is "$(whole $half)" cat $parameters/whole
	wait_for "the driver to see it" grep -qx "$(whole $half)" $disk/size
done

stop
wait_for "removal" test ! -e "$device"
remove_functions epf_virtio_blk v0
