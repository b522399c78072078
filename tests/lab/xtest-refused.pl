#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
#
# xtest-refused.pl NODE BDF: what /dev/pci-endpoint-xtest.N (kernel/include/uapi/
# pci-endpoint-xtest.h, and the kernel's linux/pcitest.h) refuses, the driver and the
# endpoint, and with which error. Ends with the function taken from its driver.

use strict;
use warnings;

use constant {
	PAGE => 4096,
	MIB => 1 << 20,
	READ => 0, WRITE => 1, COPY => 2, MAP => 3, PING => 4,
	INTX => 0, MSI => 1, MSIX => 2, AUTO => 3,
	# mmap(2)
	PROT_NONE => 0, PROT_READ => 1, PROT_BOTH => 3,
	SHARED => 1, PRIVATE => 2, FIXED => 0x10, ANONYMOUS => 0x20,
};
my %ioctls = (
	BAR => 0x5001, INTX => 0x5002, MSI => 0x40045003, WRITE => 0x40085004,
	READ => 0x40085005, COPY => 0x40085006, MSIX => 0x40045007,
	SET_IRQTYPE => 0x40045008, DOORBELL => 0x500b, GET_IRQTYPE => 0x5009, SUBRANGE => 0x500c,
	CLEAR_IRQ => 0x5010,
	INFO => 0x80505040, RUN => 0xc0685041, MAP => 0xc0685042,
);
my @run = qw(opcode engine flags timeout_ms poll_us count depth seed num_lists
	num_sources num_destinations reserved segments results);
my @map = qw(addr range stride size count warm_up pattern policy budget seed
	timeout_ms reserved reserved1);

my ($node, $bdf) = @ARGV;
my $failed = 0;
open(my $device, '+<', $node) or die "$node: $!\n";

# The name of $!; of two, that which is not ENOTSUP or the like.
sub name {
	my ($name) = reverse sort grep { $!{$_} } keys %!;
	return $name;
}

# expect WHAT, ERROR, GOT
sub expect {
	my ($what, $error, $got) = @_;

	return if $got eq $error;
	warn "$what: $got, should be $error\n";
	$failed = 1;
}

# call NAME, ARGUMENT: the error, or "none". The argument may change.
sub call {
	$! = 0;
	return ioctl($device, $ioctls{$_[0]}, $_[1]) ? "none" : name();
}

# Of the driver: one line each of expect for an ioctl with a number.
sub refuses {
	my ($name, $number, $error) = @_;

	expect("$name $number", $error, call($name, $number));
}

sub address {
	return unpack("Q", pack("p", $_[0]));
}

sub memory {
	my ($addr, $size, $prot, $flags, $file, $offset) = @_;
	my $got = syscall(9, $addr, $size, $prot, $flags,
			  defined $file ? fileno($file) : -1, $offset // 0);

	return $got == -1 ? undef : $got;
}

# run ERROR, ERROR OF THE ENDPOINT, FIELD => VALUE...; segments is a list of
# addresses and sizes, or an address.
sub run {
	my ($error, $endpoint, %given) = @_;
	my %run = ((map { $_ => 0 } @run), count => 1, %given);
	my $segments;

	if (ref $run{segments}) {
		$segments = pack("Q*", @{$run{segments}});
		$run{segments} = address($segments);
	}
	my $what = "run " . join(" ", map { "$_=$run{$_}" } sort keys %given);
	my $run = pack("L12 Q2 L2 Q4", @run{@run}, (0) x 6);
	expect($what, $error, call('RUN', $run));
	$! = (unpack("L12 Q2 L2", $run))[15];
	expect("$what: endpoint", $endpoint, $! ? name() : "none");
}

# map_range ERROR, ERROR OF THE ENDPOINT, FIELD => VALUE...
sub map_range {
	my ($error, $endpoint, %given) = @_;
	my %map = ((map { $_ => 0 } @map), range => 64, stride => 64, size => 64,
		count => 1, %given);
	my $what = "map " . join(" ", map { "$_=$map{$_}" } sort keys %given);
	my $map = pack("Q3 L10 L2 Q4", @map{@map}, (0) x 6);
	expect($what, $error, call('MAP', $map));
	$! = (unpack("Q3 L11", $map))[13];
	expect("$what: endpoint", $endpoint, $! ? name() : "none");
}

# Two whole pages: a range within one is in one piece.
my $data = "x" x (3 * PAGE);
my $here = (address($data) + PAGE - 1) & ~(PAGE - 1);
my @one = (num_lists => 1, num_sources => 1);
my $fixed = memory(0, PAGE, PROT_READ, PRIVATE | ANONYMOUS) or die "mmap: $!\n";

# Commands: values, limits, memory
run('none', 'none', @one, opcode => READ, segments => [$here, PAGE]);
run('EINVAL', 'none', opcode => PING, reserved => 1);
run('EINVAL', 'none', opcode => PING, flags => 2);
run('EINVAL', 'none', opcode => 5);
run('EINVAL', 'none', opcode => MAP);
run('EINVAL', 'none', opcode => PING, engine => 3);
run('ERANGE', 'none', opcode => PING, count => 0);
run('ERANGE', 'none', opcode => PING, count => 65537);
run('ERANGE', 'none', opcode => PING, depth => 257);
run('ERANGE', 'none', opcode => PING, poll_us => 1000001);
run('ERANGE', 'none', opcode => PING, timeout_ms => 600001);
run('ERANGE', 'none', opcode => PING, @one, segments => [$here, 1]);
run('ERANGE', 'none', num_lists => 257, num_sources => 1);
run('E2BIG', 'none', num_lists => 1, num_sources => 65);
run('E2BIG', 'none', num_lists => 1, num_destinations => 65);
run('EINVAL', 'none', num_lists => 1);
run('EINVAL', 'none', num_sources => 1);
run('EFAULT', 'none', @one, segments => PAGE);
run('EFAULT', 'none', @one, segments => [PAGE, 1]);
run('EINVAL', 'none', @one, segments => [$here, 0]);
run('EINVAL', 'none', @one, segments => [~0 - 100, PAGE]);
run('ERANGE', 'none', @one, segments => [$here, 64 * MIB + 1]);
run('ERANGE', 'none', @one, segments => [$here, ~0]);
run('EFAULT', 'none', opcode => WRITE, num_lists => 1, num_destinations => 1,
	segments => [$fixed, 1]);
run('EFAULT', 'none', opcode => PING, results => PAGE);
refuses('RUN', PAGE, 'EFAULT');
refuses($_, $fixed, 'EFAULT') for qw(RUN MAP);
my $half = memory(0, 2 * PAGE, PROT_BOTH, PRIVATE | ANONYMOUS);
syscall(11, $half + PAGE, PAGE);
run('EFAULT', 'none', @one, segments => [$half, 2 * PAGE]);
refuses('MAP', PAGE, 'EFAULT');
refuses('INFO', PAGE, 'EFAULT');

# One page many times over is never in one piece.
open(my $file, '+>', '/dev/shm/page') or die "/dev/shm/page: $!\n";
print $file "x" x PAGE;
close($file);
open($file, '+<', '/dev/shm/page') or die "/dev/shm/page: $!\n";
my $pieces = memory(0, 65 * PAGE, PROT_NONE, PRIVATE | ANONYMOUS);
for (my $i = 0; $i < 65; $i++) {
	memory($pieces + $i * PAGE, PAGE, PROT_BOTH, SHARED | FIXED, $file)
		or die "mmap: $!\n";
}
run('none', 'none', @one, segments => [$pieces, 64 * PAGE]);
run('E2BIG', 'none', @one, segments => [$pieces, 65 * PAGE]);

# What the endpoint says of them
run('none', 'EINVAL', opcode => READ, num_lists => 1, num_destinations => 1,
	segments => [$here, 1]);
run('none', 'EINVAL', opcode => WRITE, @one, segments => [$here, 1]);
run('none', 'EINVAL', opcode => COPY, @one, segments => [$here, 1]);
run('none', 'EINVAL', opcode => COPY, @one, num_destinations => 1,
	segments => [$here, 2, $here + PAGE, 1]);
my $large = memory(0, 4 * MIB, PROT_BOTH, SHARED, $device) or die "mmap: $!\n";
run('none', 'EFBIG', num_lists => 1, num_sources => 9,
	segments => [($large, 4 * MIB) x 9]);

# Maps
map_range('none', 'none', addr => $here);
map_range('EINVAL', 'none', addr => $here, reserved => 1);
map_range('EINVAL', 'none', addr => $here, reserved1 => 1);
map_range('ERANGE', 'none', addr => $here, pattern => 256);
map_range('ERANGE', 'none', addr => $here, policy => 256);
map_range('ERANGE', 'none', addr => $here, budget => 65536);
map_range('ERANGE', 'none', addr => $here, timeout_ms => 600001);
map_range('EINVAL', 'none', addr => $here, range => 0);
map_range('EFAULT', 'none', addr => PAGE);
map_range('E2BIG', 'none', addr => $pieces, range => 2 * PAGE);
map_range('none', 'EINVAL', addr => $here, $_ => 0) for qw(size stride count);
map_range('none', 'EINVAL', addr => $here, size => 65);
map_range('none', 'EINVAL', addr => $here, pattern => 255);
map_range('none', 'EINVAL', addr => $here, policy => 255);
map_range('none', 'E2BIG', addr => $here, count => 1000001);
map_range('none', 'E2BIG', addr => $here, warm_up => 1000001);

# The kernel's: with no interrupts, with messages, and with none of the other kind
refuses('CLEAR_IRQ', 0, 'none');
my $transfer = pack("Q L x4", 16, 0);
expect("$_ without interrupts", 'EINVAL', call($_, $transfer))
	for qw(READ WRITE COPY);
refuses('INTX', 0, 'EINVAL');
refuses('MSI', 1, 'EINVAL');
refuses('MSIX', 1, 'EINVAL');
refuses('SET_IRQTYPE', -2, 'EINVAL');
refuses('SET_IRQTYPE', AUTO + 1, 'EINVAL');
refuses('SET_IRQTYPE', MSI, 'none');
refuses('MSI', 0, 'EINVAL');
refuses('MSI', 33, 'EINVAL');
refuses('MSIX', 1, 'EINVAL');
refuses('INTX', 0, 'EINVAL');
refuses('COPY', PAGE, 'EFAULT');
expect("no bytes", 'EINVAL', call('COPY', pack("Q L x4", 0, 0)));
expect("too many bytes", 'ENOMEM', call('COPY', pack("Q L x4", 1 << 40, 0)));
refuses('BAR', 6, 'EINVAL');
refuses('BAR', 5, 'ENODATA');
# Not before Linux 7.0; and not where the registers are, nor without interrupts.
if (call('SUBRANGE', 0) ne 'EOPNOTSUPP') {
	refuses('SUBRANGE', 6, 'EINVAL');
	refuses('SUBRANGE', 0, 'EBUSY');
	refuses('CLEAR_IRQ', 0, 'none');
	refuses('SUBRANGE', 1, 'EINVAL');
	refuses('DOORBELL', 0, 'EINVAL');
} else {
	refuses('DOORBELL', 0, 'EOPNOTSUPP');
}
$ioctls{unknown} = 0x50ff;
refuses('unknown', 0, 'ENOTTY');

# Memory in one piece
$! = 0;
expect("mmap: private", 'EINVAL',
	memory(0, PAGE, PROT_BOTH, PRIVATE, $device) ? "none" : name());
expect("mmap: from elsewhere", 'EINVAL',
	memory(0, PAGE, PROT_BOTH, SHARED, $device, PAGE) ? "none" : name());
expect("mmap: too large", 'EINVAL',
	memory(0, 4 * MIB + PAGE, PROT_BOTH, SHARED, $device) ? "none" : name());

# The function goes from its driver.
open(my $unbind, '>', "/sys/bus/pci/devices/$bdf/driver/unbind") or die $!;
syswrite($unbind, $bdf) or die "unbind: $!\n";
refuses('INFO', PAGE, 'ENODEV');
run('ENODEV', 'none', opcode => PING);
map_range('ENODEV', 'none', addr => $here);
expect("mmap: gone", 'ENODEV',
	memory(0, PAGE, PROT_BOTH, SHARED, $device) ? "none" : name());
exit $failed;
