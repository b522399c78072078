#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --timeout 120
#
# What is behind BARs, and what they can be: inbound maps run out, a BAR is made
# of ranges and put together again, a resizable one offers the size that the
# endpoint gave it.

. "$EPFLAB_TOP/tests/lab/common.sh"

host=/sys/bus/pci/devices/0000:11:00.0

# up KNOB=VALUE... [-- ATTRIBUTE=VALUE...]: the stock function, with attributes
# of its own, on that controller.
up() {
	local knobs=()

	while (($#)) && [[ $1 != -- ]]; do
		knobs+=("$1")
		shift
	done
	again "${knobs[@]}"
	attributes=("${@:2}")
	VENDOR=0x1d87 DEVICE=0x3588 make_function
	start
	wait_for "the driver" test -e /dev/pci-endpoint-test.0
}

make_function() {
	local dir=$ep/functions/pci_epf_test/f0 attribute

	mkdir "$dir"
	echo "$VENDOR" >"$dir/vendorid"
	echo "$DEVICE" >"$dir/deviceid"
	echo 32 >"$dir/msi_interrupts"
	echo 32 >"$dir/msix_interrupts"
	for attribute in ${attributes[@]+"${attributes[@]}"}; do
		echo "${attribute#*=}" >"$dir"/pci_epf_test.*/"${attribute%%=*}"
	done
	ln -s "$dir" "$ep/controllers/epc-sim.0/f0"
}

down() {
	stop
	wait_for "removal" test ! -e "$host"
	remove_functions pci_epf_test f0
}

regions() {
	lspci -vv -s 11:00.0 |
		sed -n 's/.*Region \([0-9]\): Memory.*/\1/p' | paste -sd ' '
}

resizable() {
	lspci -vv -s 11:00.0 | sed -n 's/.*BAR \([0-9]\): current size: \([0-9MB]*\), supported: \(.*\)/\1:\2:\3/p' | paste -sd ' '
}

# ioctl NUMBER ARGUMENT: of the host's test driver; prints OK or the error.
ioctl() {
	perl -e 'open(my $device, "+<", "/dev/pci-endpoint-test.0") or die;
		ioctl($device, 0x40045008, 1) or die "no MSI: $!";
		print ioctl($device, hex $ARGV[0], 0 + $ARGV[1]) ? "OK" : $!' \
		"$@"
}

subrange() {
	ioctl 500c "$1"
}

modprobe pci-epf-test

# Each BAR takes an inbound map: with three, it is three BARs.
up profile=dwc max_inbound_maps=3
is "0 1 2" regions
dmesg | grep -q "BAR3: no inbound map left" || die "not said why"
down

# What the controller does not have, nobody sees.
up profile=generic bar1/type=reserved bar3/type=disabled bar4/only_64bit=1
is "0 2 4" regions
tests -b 2
down

# The one size offered is that which was set; another is refused.
up profile=rk3588
is "0:1MB:1MB 1:1MB:1MB 2:1MB:1MB 3:1MB:1MB 5:1MB:1MB" resizable
echo 0000:11:00.0 >/sys/bus/pci/drivers/pci-endpoint-test/unbind
echo 0 >"$host/resource2_resize"
refused "Invalid argument" "$host/resource2_resize" 1
[[ ! -e $host/resource4_resize ]] || die "a reserved BAR is resizable"
echo 0000:11:00.0 >/sys/bus/pci/drivers/pci-endpoint-test/bind
wait_for "the driver" test -e /dev/pci-endpoint-test.0
tests -b 2
down

# The host sees the BARs that are the controller's own; its driver for tests
# wants MSI, which this has only in newer kernels.
again profile=tegra234
attributes=()
VENDOR=0x1d87 DEVICE=0x3588 make_function
start
wait_for "enumeration" test -e "$host/config"
lspci -vv -s 11:00.0 | grep -q "Region 2: .*64-bit.*size=128K" ||
	die "no table of tegra234"
lspci -vv -s 11:00.0 | grep -q "Region 4: .*64-bit.*size=4K" ||
	die "no DMA registers of tegra234"
down

# The rest needs words that older frameworks do not have.
mkdir "$ep/functions/pci_epf_test/f0"
sizes=$(echo "$ep"/functions/pci_epf_test/f0/pci_epf_test.*/bar2_size)
rmdir "$ep/functions/pci_epf_test/f0"
if [[ $sizes == *\** ]]; then
	echo "${0##*/}: this kernel has no BAR subranges, and no larger BARs"
	exit 0
fi

up profile=rk3588 -- bar2_size=4194304
is "0:1MB:1MB 1:1MB:1MB 2:4MB:4MB 3:1MB:1MB 5:1MB:1MB" resizable
is 0000000000000004 cat "$host/resource2_resize"
is OK subrange 2
is "No buffer space available" subrange 4
down

# A BAR of two ranges takes two maps, of the six that six BARs take, too.
up profile=dwc
for bar in 1 2 3 4 5; do
	is OK subrange $bar
	is OK ioctl 5001 $bar
done
down
up profile=dwc max_inbound_maps=6
is "No space left on device" subrange 1
is OK ioctl 5001 1
is "0 1 2 3 4 5" regions
down

# A doorbell: in a BAR of the function's, in one of the controller's, or none.
for controller in generic dwc rk3588; do
	up profile=$controller
	is OK ioctl 500b 0
	is OK ioctl 500b 0
	down
done
grep -q "doorbell" /proc/interrupts && die "the doorbell's interrupt stayed"
up profile=generic doorbell=0
is "Invalid argument" ioctl 500b 0
down

# Ranges are aligned as maps are; none where the controller cannot.
up profile=dwc region_align=131072
is "Input/output error" subrange 1
is OK subrange 5
down
up profile=generic subrange_mapping=0
is "Operation not supported" subrange 1
down
