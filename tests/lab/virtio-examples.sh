#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
#
# Each example of a virtio function takes the place of the one before, and what the
# host gets is what the example says. The target core is set up as the example with
# it says.

. "$EPFLAB_TOP/tests/lab/common.sh"

device=/sys/bus/pci/devices/0000:11:00.0

# example NAME FILE: applied, and alone; the host has a device whose directory has
# FILE, a pattern.
example() {
	epfctl --quiet apply --replace "$EPFLAB_TOP/examples/virtio-$1.yaml"
	is "epf_virtio_$1" sh -c "cd $ep/functions && for name in */*/; do
		echo \${name%%/*}; done"
	wait_for "$1: $2" compgen -G "$device/virtio*/$2" >/dev/null
}

example net 'net/*'
ethtool -l "$(basename "$device"/virtio*/net/*)" >/tmp/channels
is 2 sh -c "awk '/^Combined/ { print \$2 }' /tmp/channels | head -n 1"
test -e /sys/class/net/epvnet0 || die "the endpoint has no epvnet0"

truncate -s 64M /run/disk
example blk 'block/vda'
is $((64 << 20 >> 9)) cat /sys/block/vda/size

setup=$(sed -n '/^#     modprobe/,/^#$/s/^#//p' \
	"$EPFLAB_TOP/examples/virtio-scsi.yaml")
(eval "$setup")
example scsi 'host*/target*/*/block/sd*'

example xtest 'driver'
wait_for "the test device" test -e /dev/virtio-xtest.0
