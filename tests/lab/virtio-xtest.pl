#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
#
# virtio-xtest.pl NODE info|reset|mark NUMBER|sink|source|echo [KEY=VALUE...]
#
# What the driver of virtio test devices can do (kernel/include/uapi/
# virtio-xtest.h), as lines of KEY VALUE; exit status 1 and the error where it
# cannot.

use strict;
use warnings;

use constant {
	INFO => 0x80285810,	# _IOR("X", 0x10, 40 bytes)
	RUN => 0xc0585811,	# _IOWR('X', 0x11, 88 bytes)
	MARK => 0x5812,
	RESET => 0x5813,
};

my @info = qw(features version num_queues queue_size max_bytes marker answer
	config_changes);
my @run = qw(operation queue num_queues count depth segments bytes timeout_ms
	batch completed wrong peak seed latencies duration_ns interrupts
	notifications);
my %operations = (sink => 0, source => 1, echo => 2);

my ($node, $command, @arguments) = @ARGV;
open(my $device, '+<', $node) or die "$node: $!\n";

if ($command eq 'info') {
	my $info = "\0" x 40;
	ioctl($device, INFO, $info) or die "$command: $!\n";
	my @values = unpack("QL8", $info);
	print "$info[$_] $values[$_]\n" for 0 .. $#info;
} elsif ($command eq 'reset') {
	ioctl($device, RESET, 0) or die "$command: $!\n";
} elsif ($command eq 'mark') {
	ioctl($device, MARK, int($arguments[0])) or die "$command: $!\n";
} else {
	my %run = (queue => 0, num_queues => 1, count => 64, depth => 16, segments => 4,
		bytes => 4096, timeout_ms => 5000, batch => 1, seed => 1,
		operation => $operations{$command}, latencies => 0);
	/^(\w+)=(\d+)$/ and $run{$1} = $2 for @arguments;
	my $run = pack('L12Q5', map { $run{$_} // 0 } @run);
	my $done = ioctl($device, RUN, $run);
	my $error = $!;
	my @values = unpack('L12Q5', $run);
	print "$run[$_] $values[$_]\n" for 9 .. $#run;
	die "$command: $error\n" unless $done;
}
