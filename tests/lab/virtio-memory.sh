#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --debug --timeout 300
#
# Allocations fail, one after the other: making and binding functions that are
# virtio devices end with an error or do without, and work when there is memory
# again. (The host's driver is bound with memory: without, the kernel warns of an
# interrupt's entries in /proc that it did not make.)

# shellcheck source=tests/lab/fail-nth.sh
. "$EPFLAB_TOP/tests/lab/fail-nth.sh"
. "$EPFLAB_TOP/tests/lab/virtio.sh"

works() {
	pcitest run --suite virtio >/tmp/run || die "$1: $(cat /tmp/run)"
}

# Each backend is made, bound and unbound. (The kernel's core has EINVAL for a device
# whose name there is no memory for, and ENOBUFS for one of the network.)
truncate -s 1M /tmp/disk
for backend in console net blk; do
	modprobe epf-virtio-$backend
	name=epf_virtio_$backend
	dir=$ep/functions/$name/v1
	link=$ep/controllers/epc-sim.0/v1
	[[ $backend == net ]] ||
		nth "mkdir \"$dir\"" "rmdir \"$dir\"" EINVAL
	mkdir "$dir"
	[[ $backend != blk ]] ||
		echo /tmp/disk >"$(echo "$dir/$name".*)/backend/path"
	nth "symlink \"$dir\", \"$link\"" "unlink \"$link\"" EINVAL \
		ENOBUFS
	ln -s "$dir" "$link"
	nth "unlink \"$link\"" "symlink \"$dir\", \"$link\""
	rm "$link"
	rmdir "$dir"
done

virtio_up
works "after functions were bound without memory"
virtio_down
