#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --release --time-travel --timeout 120
#
# What 6400 buffers, 64 at a time, cost on the link besides their data: with
# pushed descriptors, and with rings that the endpoint reads. How many the device
# finds at once depends on when it looks; simulated time alone makes that the
# same each time.

. "$EPFLAB_TOP/tests/lab/common.sh"
. "$EPFLAB_TOP/tests/lab/virtio.sh"

indirect=$((1 << 28))
count=6400

# traffic: buffers of one segment, and of one more for the answer.
traffic() {
	xtest sink "count=$count" depth=64 batch=64 segments=1 bytes=256 >/tmp/run ||
		die "sink"
	is 0 figure wrong /tmp/run
}

for push in 1 0; do
	virtio_up "push=$push" "features_off=$indirect" poll_us=100
	traffic
	before=$(figure ring_reads "$function/stats")
	maps=$(stat_of maps)
	interrupts=$(stat_of msix)
	traffic
	reads=$(($(figure ring_reads "$function/stats") - before))
	interrupts=$(($(stat_of msix) - interrupts))
	maps=$(($(stat_of maps) - maps))
	echo "push=$push: $reads reads, $interrupts interrupts, $maps maps"
	# The second run's buffers are elsewhere; the ring is where it was.
	((maps <= 8)) || die "$maps maps"
	((interrupts <= count / 16)) || die "$interrupts interrupts"
	if ((push)); then
		((reads == 0)) || die "$reads reads"
	else
		((reads > 0 && reads <= count / 10)) || die "$reads reads"
	fi
	virtio_down
done
