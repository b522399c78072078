# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# shellcheck shell=bash
#
# For the tests in which allocations fail, one after the other: of objects, and
# of pages. Of the debug kernel.

# shellcheck source=tests/lab/common.sh
. "$EPFLAB_TOP/tests/lab/common.sh"

for failing in failslab fail_page_alloc; do
	echo N >"/sys/kernel/debug/$failing/ignore-gfp-wait"
	echo 0 >"/sys/kernel/debug/$failing/verbose"
done
echo N >/sys/kernel/debug/fail_page_alloc/ignore-gfp-highmem
echo 0 >/sys/kernel/debug/fail_page_alloc/min-order

# nth STEP UNDO [ERROR...]: run STEP, of Perl, with its first allocation failing,
# then with its second, and so on until none fails, and after each UNDO: STEP
# returns false and sets $! where it was refused, to ENOMEM or one of the others.
# With OF=PID it is that process, or thread of the kernel, whose allocation fails;
# STEP waits for it.
nth() {
	perl -we '
		my $step = eval "sub { $ARGV[0] }" or die $@;
		my $undo = eval "sub { " . ($ARGV[1] // "") . " }" or die $@;
		my @errors = ("ENOMEM", @ARGV[2 .. $#ARGV]);
		my $of = $ENV{OF} // "thread-self";
		my ($refused, $without) = (0, 0);
		for (my $n = 1; ; $n++) {
			die "more than 1000 allocations\n" if $n > 1000;
			open my $nth, "+<", "/proc/$of/fail-nth" or die "$of: $!";
			syswrite $nth, $n or die $!;
			my $done = $step->();
			my %said = map { $_ => $!{$_} } @errors;
			my $error = $!;
			sysseek $nth, 0, 0;
			sysread $nth, my $left, 16;
			syswrite $nth, 0;
			$undo->();
			last if $left > 0;
			die "allocation $n: $error\n"
				if !$done && !grep { $said{$_} } @errors;
			$done ? $without++ : $refused++;
		}
		print "$refused refused, $without did without\n"' -- "$@" ||
		die "$1"
}
