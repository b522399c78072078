#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
#
# moves.pl FROM TO BYTES: random bytes written to one terminal are read from the
# other as they are. More are written when all have come: so there is room for them
# in a console, and none get lost, whoever runs when. Says how long it took.

use strict;
use warnings;
use Fcntl;
use Time::HiRes qw(time);

my ($from, $to, $left) = @ARGV;
my $window = 16384;
my $begin = time;

sysopen(my $out, $from, O_WRONLY | O_NOCTTY) or die "$from: $!\n";
sysopen(my $in, $to, O_RDONLY | O_NOCTTY) or die "$to: $!\n";
open(my $random, '<:raw', '/dev/urandom') or die "/dev/urandom: $!\n";
read($random, my $data, 1 << 20);

my ($sent, $received) = (0, 0);
while ($received < $left) {
	while ($sent < $left && $sent - $received < $window &&
	       ($sent == $received || $sent % $window)) {
		my $size = $window - $sent % $window;
		my $written;

		$size = $left - $sent if $size > $left - $sent;
		$written = syswrite($out, $data, $size, $sent % length $data);
		defined $written or die "$from: $!\n";
		$sent += $written;
	}

	alarm 60;
	my $got = sysread($in, my $piece, $window);
	$got or die "$to: ", defined $got ? 'end' : $!, "\n";
	while (length $piece) {
		my $at = $received % length $data;
		my $part = substr $piece, 0, length($data) - $at;

		$part eq substr $data, $at, length $part
			or die "$from to $to: not the same, near byte $received\n";
		$received += length $part;
		substr($piece, 0, length $part) = '';
	}
}
printf "%s to %s: %u bytes in %.1f s\n", $from, $to, $received, time - $begin;
