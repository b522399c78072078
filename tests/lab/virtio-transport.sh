#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --timeout 120
#
# A virtio device behind the endpoint: it is found, negotiated with, and moves
# data, whether the host pushes descriptors or the endpoint reads them, with each
# kind of ring.

. "$EPFLAB_TOP/tests/lab/common.sh"
. "$EPFLAB_TOP/tests/lab/virtio.sh"

# moves OPTION...: all chains come back, with the right checksums.
moves() {
	local operation

	for operation in sink source echo; do
		xtest "$operation" "$@" >/tmp/run || die "$operation $*"
		is 0 figure wrong /tmp/run
		is "${count:-64}" figure completed /tmp/run
	done
}

packed=$((1 << 34))
indirect_and_events=$((3 << 28))
for settings in push=1 push=0 "push=0 features_off=$packed" \
	"push=0 features_off=$((packed | indirect_and_events))"; do
	# shellcheck disable=SC2086 # they are several
	virtio_up $settings
	xtest info >/tmp/info
	is 256 figure queue_size /tmp/info
	is 0x0f cat "$function/status"
	moves
	moves segments=1 bytes=1
	count=8 moves segments=32 bytes=262144 depth=4 count=8
	count=300 moves count=300 depth=64 batch=16 bytes=64
	if [[ $settings == push=1 ]]; then
		is 0 figure ring_reads "$function/stats"
	else
		(($(figure ring_reads "$function/stats") > 0)) || die "no reads"
	fi
	xtest reset
	count=8 moves count=8
	virtio_down
done

# Queues of other sizes: as few descriptors as an echo takes, and as many as can be
for size in 4 32768; do
	virtio_up "queue_size=$size"
	xtest info >/tmp/info
	is $size figure queue_size /tmp/info
	moves segments=1
	refused "Device or resource busy" "$function/queue_size" 256
	virtio_down
done
mkdir "$ep/functions/epf_virtio_xtest/v0"
function=$(echo "$ep"/functions/epf_virtio_xtest/v0/epf_virtio_xtest.*)
refused "Invalid argument" "$function/queue_size" 100
refused "Numerical result out of range" "$function/queue_size" 65536
is 256 cat "$function/queue_size"
rmdir "$ep/functions/epf_virtio_xtest/v0"
