#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --7.3 --module tests/lab/epc-refuses --module tests/lab/epf-calls --module tests/lab/host-obstacles --timeout 240
#
# Where there is no doorbell, nor room for it, or the controller refuses the BAR that
# leads to it, functions do without; where it refuses ranges of a BAR, or to take them
# back, the host is told. The log has what the controller said, and all works
# afterwards.

. "$EPFLAB_TOP/tests/lab/common.sh"
# shellcheck source=tests/lab/virtio.sh
. "$EPFLAB_TOP/tests/lab/virtio.sh"

node=/dev/pci-endpoint-xtest.0
address=0000:11:00.0
driver=/sys/bus/pci/drivers/pci-endpoint-xtest
answers=/sys/module/epc_refuses/parameters/set_bar
taken_irq=/sys/module/host_obstacles/parameters/irq
TAKE_RANGES=0x500c RING=0x500b BAR=0x5001

# rings: how often the endpoint was rung.
rings() {
	awk '$NF ~ /^pci_epf_xtest/ { n += $2 + $3 } END { print n + 0 }' \
		/proc/interrupts
}

was_rung() {
	(($(rings) > $1)) || die "$2: nobody rang: $(cat /proc/interrupts)"
}

# looks: how often the function's thread has slept.
looks() {
	awk '/^voluntary_ctxt_switches/ { print $2 }' \
		"/proc/$(pgrep -x 'pci_epf_xtest.0')/status"
}

looks_since() {
	(($(looks) > $1))
}

# ask COMMAND ARGUMENT: what the host's driver says to it
ask() {
	perl -we '
		open my $file, "+<", shift or die $!;
		ioctl($file, hex shift, 0 + shift) and print("none\n"), exit;
		my ($name) = grep { $!{$_} } "EIO", "ENOSPC";
		print $name // $!, "\n"' $node "$1" "$(($2))"
}

# says COUNT TEXT: the function does, in the log, so often since this was last asked
says() {
	is "$1" eval "dmesg | grep -c 'pci_epf_xtest.0: $2'"
}

# refuse ANSWERS: that becomes of the next BARs. All of them were asked for by the time
# of "was_refused COUNT TEXT".
refuse() {
	dmesg -C
	echo "$1" >$answers
}

was_refused() {
	is "" cat $answers
	says "$@"
}

# moves AFTER: what the host's driver wants through the rings, the endpoint does
moves() {
	pcitest bench xfer --sizes 4099 --commands 4 --warm-up 0 --repetitions 1 \
		>/tmp/run || die "$1: $(cat /tmp/run)"
}

# works AFTER: so it does, and before that what the kernel's test has, for which the
# host takes the doorbell back
works() {
	pcitest run --suite irq,bar >/tmp/run ||
		die "$1: $(grep -v ^pass /tmp/run)"
	moves "$1"
}

up() {
	VENDOR=0x1af4 DEVICE=0x10f0 MSIX=8 make_functions pci_epf_xtest x0
	start
	wait_for "the driver" test -e $node
}

down() {
	stop
	wait_for "removal" test ! -e "$device"
	remove_functions pci_epf_xtest x0
}

# has_no_bell WHY: transfers are done, by an endpoint that looks
has_no_bell() {
	moves "$1"
	wait_for "$1: a look" looks_since "$(looks)"
	is 0 rings
}

modprobe -a pci-epf-xtest pci_endpoint_xtest epc-refuses host-obstacles \
	pci-epf-calls

# A doorbell whose interrupt somebody has for himself
up
moves "at first"
irq=$(awk '$NF ~ /^pci_epf_xtest/ { print $1 + 0 }' /proc/interrupts)
down
echo "$irq" >$taken_irq
echo -16 >/sys/module/pci_epf_calls/parameters/doorbell
function=$ep/functions/pci_epf_calls/c0
mkdir "$function"
ln -s "$function" $ep/controllers/epc-sim.0/c0 ||
	die "$(dmesg | grep 'pci_epf_calls.0: ')"
rm $ep/controllers/epc-sim.0/c0
rmdir "$function"
up
has_no_bell "an interrupt that is taken"
is EIO ask $RING 0
stop
wait_for "removal" test ! -e "$device"
echo 0 >$taken_irq
start
wait_for "the driver" test -e $node
works "after the interrupt was taken"
was_rung 0 "after the interrupt was taken"
down

# No BAR that could lead to it: all are somebody else's, or what is behind them stays
for knobs in "$(echo bar{1..5}/type=reserved)" \
	     "subrange_mapping=0 dynamic_inbound_mapping=0"; do
	# shellcheck disable=SC2086 # several
	again profile=generic $knobs
	up
	has_no_bell "$knobs"
	down
done

# The controller refuses that BAR to the rings, then to the test of the host's; and its
# memory, once to each, and when the function goes.
again profile=generic
up
works "at first"
was_rung 0 "at first"
refused="BAR1: the controller says -121"
echo $address >$driver/unbind
before=$(rings)
refuse n
echo $address >$driver/bind
was_refused 1 "$refused"
wait_for "a look" looks_since "$(looks)"
is "$before" rings
works "after it refused it to the rings"
was_rung "$before" "after it refused it to the rings"

pcitest -D $node -i 1 >/dev/null
is none ask $BAR 1
refuse n
is EIO ask $RING 0
was_refused 1 "$refused"
is none ask $RING 0
refuse yn
is EIO ask $RING 0
was_refused 1 "$refused"
is EIO ask $BAR 1
is none ask $RING 0
is none ask $BAR 1
works "after it refused it to the host's test"

refuse n
is EIO ask $BAR 1
was_refused 1 "$refused"
moves "after the rings' stayed"
works "after the rings' stayed"

refuse n
stop
wait_for "removal" test ! -e "$device"
was_refused 1 "$refused"
start
wait_for "the driver" test -e $node
works "after it stayed"

# Ranges of a BAR: none; none, and not as it was; they stay, as they were or nobody
# knows how; and when the function goes.
lost="BAR2: as it was it cannot be set again"
pcitest -D $node -i 1 >/dev/null
is none ask $BAR 2
for answer in "ny 0" "nn 1" "yny 0" "ynn 1"; do
	refuse "${answer% *}"
	is EIO ask $TAKE_RANGES 2
	was_refused "${answer#* }" "$lost"
	is none ask $BAR 2
	is none ask $TAKE_RANGES 2
	works "after it was asked for ranges: $answer"
	pcitest -D $node -i 1 >/dev/null
	is none ask $BAR 2
done
refuse yny
is EIO ask $TAKE_RANGES 2
was_refused 0 "$lost"
refuse n
stop
wait_for "removal" test ! -e "$device"
was_refused 1 "BAR2: its ranges stay"
start
wait_for "the driver" test -e $node
works "after its ranges stayed"
pcitest run --suite sg,map --dma on >/tmp/run || die "$(grep -v ^pass /tmp/run)"
down

# A virtio function does without it, too.
for why in refused taken; do
	[[ $why == taken ]] || echo yn >$answers
	[[ $why == refused ]] || echo "$irq" >$taken_irq
	node=/dev/virtio-xtest.0
	virtio_up doorbell=1
	is "" cat $answers
	xtest echo count=100 >/tmp/run || die "$why: $(cat /tmp/run)"
	is 0 figure wrong /tmp/run
	is 0 figure doorbells "$function/stats"
	virtio_down
	echo 0 >$taken_irq
done
virtio_up doorbell=1
xtest echo count=100 >/tmp/run || die "in the end: $(cat /tmp/run)"
(($(figure doorbells "$function/stats") > 0)) || die "nobody rang"
virtio_down

# Nor does one run whose registers it refuses, though the link comes up: another was
# told of that afterwards.
refuse n
virtio_make
mkdir $ep/functions/epf_virtio_xtest/v1
other=$(echo $ep/functions/epf_virtio_xtest/v1/epf_virtio_xtest.*)
ln -s $ep/functions/epf_virtio_xtest/v1 $ep/controllers/epc-sim.0/v1
is "" cat $answers
dmesg | grep -q ": header, BAR0 or interrupts: the controller says -121" ||
	die "it does not say so"
start
wait_for "the other's looks" eval '(($(figure looks "$other/stats") > 0))'
is 0 figure looks "$function/stats"
stop
remove_functions epf_virtio_xtest v0 v1
virtio_up
xtest echo count=100 >/tmp/run || die "after its BAR was refused: $(cat /tmp/run)"
virtio_down
