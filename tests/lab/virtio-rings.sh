#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --release --time-travel --timeout 120
#
# What 1024 buffers, 64 at a time, cost on the link besides their data: with
# pushed descriptors, with rings that the endpoint reads, and with such read field
# by field. How many the device finds at once depends on when it looks; simulated
# time alone makes that the same each time.

. "$EPFLAB_TOP/tests/lab/common.sh"
. "$EPFLAB_TOP/tests/lab/virtio.sh"

indirect=$((1 << 28))
packed=$((1 << 34))
count=1024
work=$(mktemp -d)

# cost NAME ATTRIBUTE=VALUE...: what buffers of one segment, and of two more for
# the request and the answer, take; sets reads, in 1000 buffers.
cost() {
	local name=$1
	shift

	virtio_up "$@" poll_us=100
	# Maps of the buffers are made with the first ones.
	pcitest bench virtio --operation write --sizes 256 --depth 64 \
		--commands $count --warm-up 4 --repetitions 2 --json >"$work/bench" ||
		die "$name: $(cat "$work/bench")"
	virtio_down
	jq -r --arg name "$name" '.results[0] | "\($name): a buffer takes " +
		"\(.reads / .commands) reads, \(.writes / .commands) writes, " +
		"\(.interrupts / .commands) interrupts, \(.maps / .commands) maps"' \
		"$work/bench"
	is true jq ".results[0] | .interrupts <= .commands / 16" "$work/bench"
	are_first_maps "$(jq '.results[0].maps' "$work/bench")"
	reads=$(jq '.results[0] | .reads * 1000 / .commands | ceil' \
		"$work/bench")
}

cost "pushed" push=1
((reads == 0)) || die "$reads reads of 1000 pushed buffers"
cost "split" push=0 "features_off=$((indirect | packed))"
((reads > 0 && reads <= 100)) || die "$reads reads of 1000 buffers"
# All that is new there, and how much, is in the descriptors themselves.
cost "packed" push=0 "features_off=$indirect"
((reads > 0 && reads <= 100)) || die "$reads reads of 1000 buffers"

# An index, an entry and three descriptors.
modprobe -r epf-virtio-xtest
modprobe -r epf-core
modprobe epf-core ring_by_field=1
cost "split, field by field" push=0 "features_off=$((indirect | packed))"
((reads >= 5000)) || die "$reads reads of 1000 buffers, field by field"
