#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --debug --timeout 300
#
# Allocations fail, one after the other, in the endpoint: the host is told so with
# each kind of command, or it does without, and works when there is memory again.

# shellcheck source=tests/lab/xtest-faults.sh
. "$EPFLAB_TOP/tests/lab/xtest-faults.sh"
# shellcheck source=tests/lab/fail-nth.sh
. "$EPFLAB_TOP/tests/lab/fail-nth.sh"

# Commands on lists. (A channel of DMA that has no descriptor does not say why.)
run='sub {
	my ($opcode, $engine) = @_;
	open my $file, "+<", "'$node'" or return 0;
	my $data = "x" x 9000;
	my $segments = pack "Q4", (unpack("Q", pack "p", $data), 9000) x 2;
	my $run = pack "L12 Q2 L2 Q4", $opcode, $engine, (0) x 3, 1, 1, 0, 1,
		$opcode != 1, $opcode != 0, 0, unpack("Q", pack "p", $segments),
		(0) x 7;
	ioctl $file, 0xc0685041, $run or return 0;
	return !($! = (unpack "L12 Q2 L2", $run)[15]);
}'
# What maps cost, by policy
map='sub {
	open my $file, "+<", "'$node'" or return 0;
	my $data = "x" x 64;
	my $map = pack "Q3 L12 Q4", unpack("Q", pack "p", $data), 64, 64, 64, 1,
		0, 0, $_[0], (0) x 11;
	ioctl $file, 0xc0685042, $map or return 0;
	return !($! = (unpack "Q3 L11", $map)[13]);
}'
# Those of the kernel's driver, which tell but that they failed
stock='sub {
	open my $file, "+<", "'$node'" or return 0;
	my $transfer = pack "Q L x4", 9000, $_[1];
	ioctl $file, $_[0], $transfer;
}'

endpoint_without_memory() {
	local operation engine policy
	# What looks for commands
	local -x OF

	OF=$(pgrep -x pci_epf_xtest.0)
	for engine in 1 2; do
		for operation in 0 1 2; do
			nth "($run)->($operation, $engine)" "" EIO
		done
		for operation in 0x40085004 0x40085005 0x40085006; do
			nth "($stock)->($operation, $engine - 1)" "" EIO
		done
	done
	for policy in 0 1 2; do
		nth "($map)->($policy)"
	done
}

modprobe pci-epf-xtest
modprobe pci_endpoint_xtest
for dma in private memcpy; do
	again dma=$dma
	up
	endpoint_without_memory >/tmp/nth
	! grep "^0 refused" /tmp/nth || die "$dma: $(cat /tmp/nth)"
	works "after the endpoint had no memory: $dma"
	down
done
