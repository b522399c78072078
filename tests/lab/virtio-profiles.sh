#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --time-travel --timeout 300
#
# Virtio functions on every controller: with MSI-X, with MSI alone, with maps of
# any alignment, and with BARs that have no room for pushed descriptors. And
# several functions at once.

. "$EPFLAB_TOP/tests/lab/common.sh"
. "$EPFLAB_TOP/tests/lab/virtio.sh"

profiles=${PROFILES:-generic dwc imx8m imx8q rk3588 am654 tegra234 rockchip-ep cadence rcar}
for profile in $profiles; do
	again "profile=$profile"
	virtio_up poll_us=100
	for operation in sink source echo; do
		xtest "$operation" bytes=65540 segments=5 depth=7 >/tmp/run ||
			die "$profile: $operation"
		is 0 figure wrong /tmp/run
	done
	reads=$(figure ring_reads "$function/stats")
	case $profile in
	rcar) ((reads > 0)) || die "$profile pushes" ;;
	*) ((reads == 0)) || die "$profile reads" ;;
	esac
	virtio_down
done

# What a buffer costs at a depth of 64, in simulated time: nothing is read of rings,
# nothing is mapped twice, and few interrupts are raised.
again profile=generic
virtio_up poll_us=100
xtest sink count=64 depth=64 >/dev/null
cat "$function/stats" >/tmp/before
maps_before=$(figure maps_made "$function/outbound/stats")
xtest sink count=4096 depth=64 batch=64 bytes=64 segments=1 >/tmp/run
is 0 figure wrong /tmp/run
is $(($(figure chains /tmp/before) + 4096)) figure chains "$function/stats"
is 0 figure ring_reads "$function/stats"
made=$(($(figure maps_made "$function/outbound/stats") - maps_before))
are_first_maps "$made"
raised=$(($(figure interrupts "$function/stats") -
	$(figure interrupts /tmp/before)))
((raised * 16 <= 4096)) || die "$raised interrupts for 4096 buffers"
virtio_down

# Rings that would take more maps than there are leave the last one to the data, and
# to each other.
again profile=generic
virtio_up poll_us=100 push=0 backend/num_queues=4 outbound/budget=1
for queue in 0 1 2 3; do
	xtest echo count=16 bytes=65540 segments=5 depth=4 "queue=$queue" \
		>/tmp/run || die "one map: queue $queue"
	is 0 figure wrong /tmp/run
done
is 1 figure maps_live "$function/outbound/stats"
virtio_down

# Two functions of one controller, with several queues, at the same time
again profile=generic
virtio_make poll_us=100
mkdir "$ep/functions/epf_virtio_xtest/v1"
echo 4 >"$(echo "$ep"/functions/epf_virtio_xtest/v1/epf_virtio_xtest.*/backend)/num_queues"
ln -s "$ep/functions/epf_virtio_xtest/v1" "$ep/controllers/epc-sim.0/v1"
start
wait_for "the first driver" test -e /dev/virtio-xtest.0
wait_for "the second driver" test -e /dev/virtio-xtest.1
xtest info >/tmp/info
first=0
(($(figure num_queues /tmp/info) == 1)) || first=1
runs=()
for queue in 0 1 2 3; do
	node=/dev/virtio-xtest.$((1 - first)) \
		xtest echo count=200 "queue=$queue" >"/tmp/run.$queue" &
	runs+=($!)
done
node=/dev/virtio-xtest.$first xtest echo count=200 >/tmp/run.4 &
runs+=($!)
for run in "${runs[@]}"; do
	wait "$run" || die "two at once"
done
for run in 0 1 2 3 4; do
	is 0 figure wrong "/tmp/run.$run"
	is 200 figure completed "/tmp/run.$run"
done
stop
wait_for "removal" test ! -e "$device"
remove_functions epf_virtio_xtest v0 v1
