#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --module tests/lab/epf-probe --timeout 120
#
# Each hardware profile: the stock test function works within its limits, and
# not beyond.

. "$EPFLAB_TOP/tests/lab/common.sh"

regions() {
	lspci -vv -s 11:00.0 | sed -n 's/.*Region \([0-9]\): Memory at [0-9a-f]* (\([0-9]*\)-bit.*\[size=\(.*\)\]/\1:\2:\3/p' |
		paste -sd ' '
}

capabilities() {
	lspci -vv -s 11:00.0 | sed -n 's/.*\(MSI\(-X\)*\): .*Count=[0-9]*\/*\([0-9]*\).*/\1=\3/p' |
		paste -sd ' '
}

# up PROFILE [DEVICE]: the stock function on that controller.
up() {
	again "profile=$1"
	VENDOR=${2:+0x1d87} DEVICE=$2 make_functions pci_epf_test f0
	start
	wait_for "enumeration" test -e /sys/bus/pci/devices/0000:11:00.0/config
}

down() {
	stop
	wait_for "removal" test ! -e /sys/bus/pci/devices/0000:11:00.0
	remove_functions pci_epf_test f0
}

# transfers PROFILE_TYPE: of odd sizes, with that kind of interrupt.
transfers() {
	local size

	wait_for "the driver" test -e /dev/pci-endpoint-test.0
	pcitest -i "$1" >/dev/null
	for size in 1 1025 1024001; do
		tests -r -s $size
		tests -w -s $size
	done
}

# runs_out WANT: the maps end so.
runs_out() {
	make_functions pci_epf_probe f0
	start
	echo exhausted >"$ep/functions/pci_epf_probe/f0/probe/check"
	dmesg | grep "epf-probe: .* maps, then" | tail -n 1 | grep -q "$1" ||
		die "not $1, but $(dmesg | grep epf-probe: | tail -n 3)"
	stop
	remove_functions pci_epf_probe f0
}

modprobe pci-epf-test
modprobe epf-probe

up imx8m 0x3588
# Where the size of a BAR can be chosen, the function chooses another itself.
bar2=1K
[[ -z $(find "$ep/functions/pci_epf_test/f0" -name bar2_size) ]] || bar2=128K
is "0:32:128 2:32:$bar2 4:32:256" regions
is "MSI=32" capabilities
transfers 1
tests -b 2
down

up imx8q 0x3588
is "0:32:128 2:32:$bar2 4:32:128K" regions
is "MSI=32" capabilities
down

up rk3588 0x3588
is "0:32:1M 1:32:1M 2:32:1M 3:32:1M 4:32:8K 5:32:1M" regions
transfers 2
down

up am654 0x3588
is "2:32:1M 3:32:64K 4:32:256 5:32:1M" regions
down

up tegra234 0x3588
if [[ $bar2 == 128K ]]; then
	is "0:64:128 2:64:128K 4:64:4K" regions
	is "MSI=32" capabilities
else
	is "0:64:1M 2:64:128K 4:64:4K" regions
	is "" capabilities
fi
down

# 1 MiB is all that a region of rockchip-ep takes, and the PCI address must
# have its low bits in common with the window's; windows run out before maps do.
up rockchip-ep 0x3588
is "MSI=32" capabilities
transfers 1
pcitest -i 0 >/dev/null
tests -l
down
again profile=rockchip-ep
runs_out "31 maps, then -12"

up cadence 0x3588
transfers 2
down
for n in 0 1 2 3 4 5 6 7; do
	make_functions pci_epf_test f$n
done
start
wait_for "eight functions" test -e /sys/bus/pci/devices/0000:11:00.7
stop
wait_for "removal" test ! -e /sys/bus/pci/devices/0000:11:00.0
remove_functions pci_epf_test f0 f1 f2 f3 f4 f5 f6 f7
runs_out "30 maps, then -22"

# Maps of rcar need a link, and there are four, each a whole window.
up rcar 0x3588
is "0:64:128 2:64:256 4:64:256" regions
transfers 1
down
again profile=rcar
make_functions pci_epf_probe f0
echo unmapped >"$ep/functions/pci_epf_probe/f0/probe/check"
echo aborted >"$ep/functions/pci_epf_probe/f0/probe/check" 2>/dev/null &&
	die "mapped without a link"
remove_functions pci_epf_probe f0
