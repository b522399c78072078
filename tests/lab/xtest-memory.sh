#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --debug --timeout 300
#
# Allocations fail, one after the other: binding the function and each kind of
# command end with ENOMEM or do without, and work when there is memory again. (The
# host driver is bound with memory: ioremap() of UML warns when it has none.)

. "$EPFLAB_TOP/tests/lab/common.sh"

device=/sys/bus/pci/devices/0000:11:00.0
node=/dev/pci-endpoint-xtest.0
failing=/sys/kernel/debug/failslab
function=$ep/functions/pci_epf_xtest/x0
link=$ep/controllers/epc-sim.0/x0

# nth STEP UNDO: run STEP, of Perl, with its first allocation failing, then with
# its second, and so on until none fails, and after each UNDO: STEP returns false
# and sets $! where it was refused.
nth() {
	perl -we '
		use Errno qw(ENOMEM);
		my $step = eval "sub { $ARGV[0] }" or die $@;
		my $undo = eval "sub { $ARGV[1] }" or die $@;
		my ($refused, $without) = (0, 0);
		for (my $n = 1; ; $n++) {
			die "more than 500 allocations\n" if $n > 500;
			open my $nth, "+<", "/proc/thread-self/fail-nth" or die $!;
			syswrite $nth, $n or die $!;
			my $done = $step->();
			my $error = $!;
			sysseek $nth, 0, 0;
			sysread $nth, my $left, 16;
			syswrite $nth, 0;
			$undo->();
			last if $left > 0;
			die "allocation $n: $error\n" if !$done && $error != ENOMEM;
			$done ? $without++ : $refused++;
		}
		print "$refused refused, $without did without\n"' -- "$1" "${2-}" ||
		die "$1"
}

works() {
	pcitest run --suite sg,map --dma on >/tmp/run || die "$1: $(cat /tmp/run)"
}

modprobe pci-epf-xtest
modprobe pci_endpoint_xtest
echo N >$failing/ignore-gfp-wait
echo 0 >$failing/verbose
VENDOR=0x1af4 DEVICE=0x10f0 MSIX=8 make_functions pci_epf_xtest x0
rm "$link"

# The function is bound to its controller.
nth "symlink \"$function\", \"$link\"" "unlink \"$link\""

ln -s "$function" "$link"
start
wait_for "the driver" test -e $node
works "after it was bound without memory"

# Commands: a copy of two pieces, and what maps cost.
lists="my \$data = \"x\" x 9000; my \$to = \"y\" x 9000;
	my \$segments = pack \"Q4\", unpack(\"Q\", pack \"p\", \$data), 9000,
		unpack(\"Q\", pack \"p\", \$to), 9000;
	my \$results = \"\\0\" x 40;"
nth "open my \$file, \"+<\", \"$node\" or return 0; $lists
	my \$run = pack \"L12 Q2 L2 Q4\", 2, 0, 0, 0, 0, 1, 1, 0, 1, 1, 1, 0,
		unpack(\"Q\", pack \"p\", \$segments),
		unpack(\"Q\", pack \"p\", \$results), (0) x 6;
	ioctl \$file, 0xc0685041, \$run"
nth "open my \$file, \"+<\", \"$node\" or return 0; my \$data = \"x\" x 64;
	my \$map = pack \"Q3 L12 Q4\", unpack(\"Q\", pack \"p\", \$data), 64, 64,
		64, 1, (0) x 14;
	ioctl \$file, 0xc0685042, \$map"
works "after commands without memory"

# The endpoint has none.
thread=$(pgrep -x pci_epf_xtest.0)
echo 1 >"/proc/$thread/make-it-fail"
echo Y >$failing/task-filter
echo 20 >$failing/probability
echo -1 >$failing/times
pcitest bench xfer --sizes 64,64K --commands 32 --repetitions 4 --json \
	>/tmp/bench || :
is true jq 'any(.results[]; .error != null and
	(.error | contains("Cannot allocate memory")))' /tmp/bench
echo 0 >$failing/probability
echo 0 >"/proc/$thread/make-it-fail"
works "after the endpoint had no memory"

stop
wait_for "removal" test ! -e $device
remove_functions pci_epf_xtest x0
