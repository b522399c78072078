#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --debug --timeout 300
#
# Allocations of a virtio function's worker fail, one after the other, while the host's
# driver is bound, which makes the rings, and moves buffers: either the driver does
# not find its device, or the device wants a reset; and it works when there is memory
# again. So it is with rings of each kind.

# shellcheck source=tests/lab/fail-nth.sh
. "$EPFLAB_TOP/tests/lab/fail-nth.sh"
# shellcheck source=tests/lab/virtio.sh
. "$EPFLAB_TOP/tests/lab/virtio.sh"

address=0000:11:00.0
driver=/sys/bus/pci/drivers/virtio_epf

# The driver is bound, and echoes buffers of many segments.
bind_and_move='sub {
	open my $bind, ">", "'$driver/bind'" or return 0;
	syswrite $bind, "'$address'" or return 0;
	open my $file, "+<", "'$node'" or return 0;
	my $run = pack "L12Q5", 2, 0, 1, 1, 1, 20, 400, 1000, 1, (0) x 3, 1, (0) x 4;
	return ioctl $file, 0xc0585811, $run;
}'
unbind='open my $unbind, ">", "'$driver/unbind'" or die $!;
	syswrite $unbind, "'$address'" or die $!;'

# at_least COUNT TEXT: the log has
at_least() {
	local count

	count=$(dmesg | grep -c "$2") || :
	((count >= $1)) || die "\"$2\" $count times"
}

# without_memory NAME RINGS CHAINS ATTRIBUTE=VALUE...: as many allocations at least as
# it takes to make the rings, and to take a buffer of 22 descriptors
without_memory() {
	local -x OF

	virtio_up doorbell=0 outbound/policy=transfer "${@:4}"
	OF=$(basename "$(dirname "$(grep -slx epf_virtio_xtest.0 \
		/proc/[0-9]*/comm)")")
	echo $address >$driver/unbind
	dmesg -C
	nth "($bind_and_move)->()" "$unbind" ENOENT EIO >/tmp/nth
	echo "$1: $(cat /tmp/nth)"
	at_least "$2" "virtio_xtest virtio.*: probe .* failed with error -5"
	at_least "$3" "queue 0: the host's memory cannot be reached: error -12"
	echo $address >$driver/bind
	xtest echo count=100 >/tmp/run || die "$1: $(cat /tmp/run)"
	is 0 figure wrong /tmp/run
	virtio_down
}

modprobe virtio-xtest
# Channels take memory of their own.
again dma=none
without_memory "pushed" 5 3 push=1
without_memory "split, indirect" 9 4 push=0 "features_off=$((1 << 34))"
without_memory "packed, indirect" 6 4 push=0
