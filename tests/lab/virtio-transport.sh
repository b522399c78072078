#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --timeout 120
#
# A virtio device behind the endpoint: it is found, negotiated with, and moves
# data, whether the host pushes descriptors or the endpoint reads them.

. "$EPFLAB_TOP/tests/lab/common.sh"
. "$EPFLAB_TOP/tests/lab/virtio.sh"

# echoes OPTION...: all chains come back, with the right checksums.
moves() {
	local operation

	for operation in sink source echo; do
		xtest "$operation" "$@" >/tmp/run || die "$operation $*"
		is 0 figure wrong /tmp/run
		is "${count:-64}" figure completed /tmp/run
	done
}

for push in 1 0; do
	virtio_up "push=$push"
	xtest info >/tmp/info
	is 256 figure queue_size /tmp/info
	is 0x0f cat "$function/status"
	moves
	moves segments=1 bytes=1
	moves segments=32 bytes=524288 depth=4
	count=500 moves count=500 depth=64 batch=16
	if ((push)); then
		is 0 figure ring_reads "$function/stats"
	else
		(($(figure ring_reads "$function/stats") > 0)) || die "no reads"
	fi
	xtest reset
	moves
	virtio_down
done
