#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
#
# xtest-lies.pl INTERRUPT: what the host driver makes of an endpoint that lies, by
# name of the lie. The endpoint is a process of this program, which answers in the
# registers (kernel/include/uapi/pci-epf-xtest.h, kernel/epf-xtest/stock.h) through
# /dev/host-window, and interrupts the host by writing to the file INTERRUPT.

use strict;
use warnings;
use Time::HiRes qw(ualarm usleep);

use constant {
	NODE => '/dev/pci-endpoint-xtest.0', BDF => '0000:11:00.0',
	DRIVER => '/sys/bus/pci/drivers/pci-endpoint-xtest',
	PAGE => 4096,
	# Registers of the kernel's test function
	COMMAND => 0x04, STATUS => 0x08, CAPS => 0x30, BELL_BAR => 0x34,
	BELL_OFFSET => 0x38,
	# Those of the rings
	MAGIC => 0x40, VERSION => 0x44, RING_CAPS => 0x48, SLOTS => 0x4c,
	COMMANDS => 0x50, COMPLETIONS => 0x54, RING_BELL_BAR => 0x58,
	RING_BELL_OFFSET => 0x5c, RESET_DONE => 0x64, COMPLETED => 0x68,
	RESET_REQUEST => 0x6c, SUBMITTED => 0x74, USE_DOORBELL => 0x78,
	# Two slots of each
	COMMAND_SLOT => 0x400, COMMAND_SIZE => 96,
	COMPLETION_SLOT => 0x800, COMPLETION_SIZE => 48,
	# Bits
	HAS_SUBRANGES => 1 << 4, HAS_DYNAMIC_INBOUND => 1 << 5,
	HAS_DOORBELL => 1 << 2, TOLD => 1 << 6,
	# Of the host
	RUN => 0xc0685041, MAP => 0xc0685042, INFO => 0x80505040,
	IRQ_MSI => 0x40045003, DOORBELL => 0x500b, SUBRANGE => 0x500c,
	POLL => 1,
};

# What the commands of the kernel's test function answer where they go well.
my %well = (
	1 << 1 => 0,			# an MSI
	1 << 6 => 1 << 10,		# a doorbell, please
	1 << 7 => 1 << 12,		# and no longer
	1 << 8 => 1 << 14,		# ranges, please
	1 << 9 => 1 << 16,		# and no longer
);

my $interrupt = shift;
my $failed = 0;
my $endpoint;
my $window;

sub expect {
	my ($what, $want, $got) = @_;

	return if $got eq $want;
	warn "$what: $got, should be $want\n";
	$failed = 1;
}

sub name {
	my ($name) = reverse sort grep { $!{$_} } keys %!;
	return $name;
}

sub get {
	my ($at, $bar) = @_;

	sysseek $window, (($bar // 0) << 32) + $at, 0 or die "seek: $!\n";
	sysread $window, my $word, 4 or die "read at $at: $!\n";
	return unpack "L", $word;
}

sub put {
	my ($at, $value, $bar) = @_;

	sysseek $window, (($bar // 0) << 32) + $at, 0 or die "seek: $!\n";
	syswrite $window, pack "L", $value or die "write at $at: $!\n";
}

# told FILE, TEXT: the errno's name, or "none"
sub told {
	my ($path, $text) = @_;

	open my $file, '>', $path or die "$path: $!\n";
	return defined syswrite($file, $text) ? "none" : name();
}

# --- The endpoint

sub look {
	my %lie = @_;
	my $request = get(RESET_REQUEST);
	my $done = get(COMPLETED);

	if (get(RESET_DONE) != $request) {
		put(RING_CAPS, $lie{ring_bell} && get(USE_DOORBELL) ?
			HAS_DOORBELL : 0);
		put(RING_BELL_BAR, $lie{ring_bell}[0] // 0);
		put(RING_BELL_OFFSET, $lie{ring_bell}[1] // 0);
		put(SUBMITTED, 0);
		put(COMPLETED, 0);
		put(RESET_DONE, $request);
	} elsif (!$lie{mute} && get(SUBMITTED) != $done) {
		put(COMPLETION_SLOT + $done % 2 * COMPLETION_SIZE,
			$lie{id} // get(COMMAND_SLOT + $done % 2 * COMMAND_SIZE));
		put(COMPLETED, $done + ($lie{more} // 1));
		told($interrupt, "msi");
	} elsif (my $command = get(COMMAND)) {
		put(BELL_BAR, $lie{bell}[0] // 2);
		put(BELL_OFFSET, $lie{bell}[1] // 0);
		put(COMMAND, 0);
		put(STATUS, $lie{$command} // $well{$command} | TOLD);
		told($interrupt, "msi");
	} else {
		usleep 200;
	}
}

# answer LIE...: an endpoint does that from now on, instead of the one before.
sub answer {
	my @lie = @_;

	silence();
	$endpoint = fork // die "fork: $!\n";
	return if $endpoint;
	open $window, '+<', '/dev/host-window' or die "/dev/host-window: $!\n";
	for (;;) {
		look(@lie);
	}
}

sub silence {
	return if !$endpoint;
	kill KILL => $endpoint;
	waitpid $endpoint, 0;
	undef $endpoint;
}

# --- The host

# ask IOCTL, ARGUMENT: the errno's name, or "none"
sub ask {
	open my $device, '+<', NODE or die NODE . ": $!\n";
	return ioctl($device, $_[0], $_[1]) ? "none" : name();
}

# ping COUNT[, TIMEOUT IN MS[, FLAGS]]
sub ping {
	my ($count, $timeout_ms, $flags) = @_;

	return ask(RUN, pack("L12 Q2 L2 Q4", 4, 0, $flags // 0,
			     $timeout_ms // 0, 0, $count, (0) x 12));
}

sub map_range {
	my $data = "x" x PAGE;

	return ask(MAP, pack("Q3 L12 Q4", unpack("Q", pack("p", $data)), 64, 64,
			     64, 1, (0) x 14));
}

# What each half of BAR 2 has, once the endpoint has cut it
sub fill_ranges {
	for (my $at = 0; $at < 4096; $at += 4) {
		put($at, 0x01010101 * (0x60 + ($at >= 2048)), 2);
	}
}

sub in_log {
	my ($text) = @_;

	expect("the log", "\"$text\"", "nothing of it")
		if !grep { index($_, $text) >= 0 } `dmesg`;
}

open $window, '+<', '/dev/host-window' or die "/dev/host-window: $!\n";
my @registers = ([VERSION, 1], [SLOTS, 1 << 16 | 2], [COMMANDS, COMMAND_SLOT],
	[COMPLETIONS, COMPLETION_SLOT],
	[CAPS, HAS_SUBRANGES | HAS_DYNAMIC_INBOUND], [MAGIC, 0x54535458]);

# Registers of no meaning: of another function, of another version; slots that are too
# many, none, no power of two, with too many segments or none; in no BAR, in one that
# there is not, over the registers, behind the end of a BAR, across it.
my $nonsense = "they make no sense";
my @places = (7, 1, 0x78, 2 | 0x2000, 0xffa8);
for my $wrong ([MAGIC, 0, 'ENODEV', "no BAR has registers of pci-epf-xtest"],
	[VERSION, 2, 'EPROTO', "version 2 of the registers, not 1"],
	(map { [SLOTS, $_, 'EPROTO', $nonsense] } 1 << 16 | 512, 1 << 16,
		1 << 16 | 3, 65 << 16 | 2, 2),
	(map { [COMMANDS, $_, 'EPROTO', $nonsense],
		[COMPLETIONS, $_, 'EPROTO', $nonsense] } @places)) {
	my ($register, $value, $error, $text) = @$wrong;

	put(@$_) for @registers;
	put($register, $value);
	system 'dmesg', '-C';
	expect(sprintf("the driver, %#x at %#x", $value, $register), $error,
		told(DRIVER . "/bind", BDF));
	in_log($text);
}
put(@$_) for @registers;

# The doorbell is nowhere: in no BAR, not in one, behind its end, at no word. The
# endpoint is not left to wait for it.
for my $nowhere ([7, 0], [1, 0], [2, 4096], [2, 2]) {
	answer(ring_bell => $nowhere);
	expect("the driver, doorbell at @$nowhere", "EPROTO",
		told(DRIVER . "/bind", BDF));
	in_log(sprintf "there is no doorbell at 0x%x of BAR%d",
		@$nowhere[1, 0]);
	expect("a doorbell's use", 0, get(USE_DOORBELL));
	expect("the doorbell of who does not use it", 0, get(RING_CAPS));
}

# No lies
answer();
expect("the driver", "none", told(DRIVER . "/bind", BDF));
expect("two commands", "none", ping(2));
expect("maps", "none", map_range());
expect("an interrupt", "none", ask(IRQ_MSI, 1));
fill_ranges();
expect("ranges", "none", ask(SUBRANGE, 2));

# It completes more than there are, what there is not, or one command twice.
answer(more => 2);
expect("more than was submitted", "EPROTO", ping(1));
expect("more maps than were submitted", "EPROTO", map_range());
answer(id => 2);
expect("another's command", "EPROTO", ping(1));
expect("another's command of maps", "EPROTO", map_range());
answer(id => 0);
expect("the same twice", "EPROTO", ping(2));
answer();
expect("two commands, after those of others", "none", ping(2));

# A status of ones
answer(1 << 1, 0xffffffff);
expect("ones", "ENODEV", ask(IRQ_MSI, 1));
answer();
expect("an interrupt, after ones", "none", ask(IRQ_MSI, 1));

# Ranges: it has no more, cannot, lies about them, keeps them.
answer(1 << 8, 1 << 15 | 1 << 18 | TOLD);
expect("no more ranges", "ENOSPC", ask(SUBRANGE, 2));
answer(1 << 8, 1 << 15 | TOLD);
expect("ranges that it cannot", "EIO", ask(SUBRANGE, 2));
answer();
expect("ranges that are not there", "EIO", ask(SUBRANGE, 2));
answer(1 << 9, 1 << 17 | TOLD);
fill_ranges();
expect("ranges that stay", "EIO", ask(SUBRANGE, 2));
answer();
fill_ranges();
expect("ranges, in the end", "none", ask(SUBRANGE, 2));

# The doorbell of the kernel's tests: it has none, it is nowhere, nobody hears it.
answer(1 << 6, 1 << 11 | TOLD);
expect("no doorbell", "EIO", ask(DOORBELL, 0));
for my $nowhere ([7, 0], [1, 0], [2, 4096], [2, 2]) {
	answer(bell => $nowhere);
	expect("doorbell at @$nowhere", "EPROTO", ask(DOORBELL, 0));
}
answer();
expect("a doorbell that nobody hears", "ETIMEDOUT", ask(DOORBELL, 0));
expect("an interrupt, after it", "none", ask(IRQ_MSI, 1));

# No answer, for who is interrupted and for who looks
answer(mute => 1);
expect("no answer", "ETIMEDOUT", ping(1, 50));
expect("no answer to who looks", "ETIMEDOUT", ping(1, 50, POLL));

# Who waits for one who waits is interrupted, and so is that one. (A signal that comes
# before the wait is followed by others.)
my $other = fork // die "fork: $!\n";
if (!$other) {
	$SIG{INT} = sub { };
	exit(ping(1, 600000) ne "EINTR");
}
usleep 1000 until get(SUBMITTED);
$SIG{ALRM} = sub { };
ualarm 100000, 100000;
expect("who waits for another", "EINTR", ask(INFO, "\0" x 80));
ualarm 0;
kill INT => $other;
waitpid $other, 0;
expect("who waits for the endpoint", 0, $?);
answer();
expect("two commands, after that", "none", ping(2));

# It waits for its doorbell, and for nothing else.
answer(ring_bell => [2, 0]);
told(DRIVER . "/unbind", BDF);
expect("the driver, with a doorbell", "none", told(DRIVER . "/bind", BDF));
silence();
expect("its end, with a doorbell", "none", told(DRIVER . "/unbind", BDF));
in_log("the endpoint waits for its doorbell");
answer();
put(RING_CAPS, 0);
expect("the driver, in the end", "none", told(DRIVER . "/bind", BDF));
expect("two commands, in the end", "none", ping(2));
silence();
exit $failed;
