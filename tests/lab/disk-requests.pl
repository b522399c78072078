#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
#
# DISK read|write COUNT REQUESTS: so many processes, which begin together, each with
# so many requests of 4 KiB, one after the other, to blocks of its own part of the disk
# at random, past the page cache: to and from memory as aligned as that needs. Prints
# the operation, how many are under way, and requests a second. (fio does not get along
# with a clock that stands still as long as it runs.)

use strict;
use warnings;
use Fcntl;
use Time::HiRes;

use constant SIZE => 4096;

my ($disk, $operation, $count, $requests) = @ARGV;

# The same each time
sub places {
	my ($first) = @_;

	srand $first;
	my @places = map { ($first + $_) * SIZE } 0 .. $requests - 1;
	for my $i (reverse 1 .. $#places) {
		my $j = int rand $i + 1;
		@places[$i, $j] = @places[$j, $i];
	}
	return @places;
}

pipe(my $start, my $begin) or die "pipe: $!";
for my $i (0 .. $count - 1) {
	my $child = fork;
	die "fork: $!" unless defined $child;
	next if $child;
	close $begin;
	sysopen(my $file, $disk, O_RDWR | O_DIRECT) or die "$disk: $!";
	my @places = places($i * $requests);
	my $buf = "\0" x (4 * SIZE);
	my $offset = -unpack("J", pack("p", $buf)) & (SIZE - 1);
	sysread $start, my $nothing, 1;
	for my $place (@places) {
		sysseek($file, $place, 0) or die "seek: $!";
		my $done = $operation eq "read" ?
			sysread($file, $buf, SIZE, $offset) :
			syswrite($file, $buf, SIZE, $offset);
		$done == SIZE or die "$operation: $!";
	}
	exit 0;
}
close $start;
my $time = -Time::HiRes::time;
close $begin;
my $failed = 0;
while (wait > 0) { $failed = 1 if $? }
$time += Time::HiRes::time;
printf "%-6s %5d %9d", $operation, $count, $count * $requests / $time;
exit $failed;
