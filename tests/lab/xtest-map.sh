#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --time-travel --timeout 400
#
# Maps of every policy on every controller: the data is right at every size and
# alignment, and maps that are kept cost nothing in the steady state.

. "$EPFLAB_TOP/tests/lab/common.sh"

modprobe pci-epf-xtest
modprobe pci_endpoint_xtest

# maps POLICY: that were made for 256 accesses, once warm.
maps() {
	jq --arg policy "$1" '.results[] | select(.policy == $policy).maps' \
		/tmp/bench
}

profiles=${PROFILES:-generic dwc imx8m imx8q rk3588 am654 tegra234 rockchip-ep cadence rcar}
for profile in $profiles; do
	again "profile=$profile"
	VENDOR=0x1af4 DEVICE=0x10f0 MSIX=8 make_functions pci_epf_xtest x0
	start
	wait_for "$profile: the driver" test -e /dev/pci-endpoint-xtest.0
	pcitest run --suite map --seed 1 --json >/tmp/run ||
		die "$profile: $(jq '.tests[] | select(.result == "fail")' /tmp/run)"
	is "" jq -r '.tests[] | select(.result != "pass")' /tmp/run

	# Four places that fit the windows
	pcitest bench map --policy transfer,cached --pattern sequential \
		--sizes 512 --stride 16K --range 64K --repetitions 1 --json \
		>/tmp/bench || die "$profile: $(cat /tmp/bench)"
	is 0 maps cached
	(($(maps transfer) >= 256)) || die "$profile: $(maps transfer) maps"

	stop
	wait_for "removal" test ! -e /sys/bus/pci/devices/0000:11:00.0
	remove_functions pci_epf_xtest x0
done

# Memory of 16 times the windows, at random: no worse than without keeping maps.
again profile=generic num_windows=1 window_size=262144
VENDOR=0x1af4 DEVICE=0x10f0 MSIX=8 make_functions pci_epf_xtest x0
start
wait_for "the driver" test -e /dev/pci-endpoint-xtest.0
pcitest bench map --policy transfer,cached --pattern random --sizes 512 \
	--stride 4K --range 4M --repetitions 1 --json >/tmp/bench ||
	die "$(cat /tmp/bench)"
echo "16 times the windows: $(maps cached) maps, without keeping them $(maps transfer)"
(($(maps cached) <= $(maps transfer))) || die "$(maps cached) maps"
(($(maps transfer) >= 256)) || die "$(maps transfer) maps"
stop
wait_for "removal" test ! -e /sys/bus/pci/devices/0000:11:00.0
remove_functions pci_epf_xtest x0

# What the figures say of windows: of four, two with one in between go, and what is
# free is in two pieces; before that there was none.
again profile=generic num_windows=1 window_size=262144
VENDOR=0x1af4 DEVICE=0x10f0 MSIX=8 make_functions pci_epf_xtest x0
outbound=$ep/functions/pci_epf_xtest/x0/pci_epf_xtest.0/outbound
for window in a b c d; do
	mkdir "$outbound/windows/$window"
	echo 65536 >"$outbound/windows/$window/size"
done
mkdir "$outbound/windows/e"
is 0 figure windows_failures "$outbound/stats"
refused "No space left on device" "$outbound/windows/e/size" 65536
is 1 figure windows_failures "$outbound/stats"
is 0 figure windows_fragmentation "$outbound/stats"
rmdir "$outbound/windows/"{b,d}
is 500 figure windows_fragmentation "$outbound/stats"
rmdir "$outbound/windows/"{a,c,e}
is 0 figure windows_fragmentation "$outbound/stats"
remove_functions pci_epf_xtest x0

# Of the maps that a controller has, one stays free.
again profile=generic max_maps=4
VENDOR=0x1af4 DEVICE=0x10f0 MSIX=8 make_functions pci_epf_xtest x0
start
wait_for "the driver" test -e /dev/pci-endpoint-xtest.0
pcitest bench map --policy cached --pattern random --sizes 512 --budget 1024 \
	--stride 64K --range 4M --repetitions 1 --json >/tmp/bench ||
	die "$(cat /tmp/bench)"
is "windows_max_maps 3" grep windows_max_maps \
	"$ep"/functions/pci_epf_xtest/x0/pci_epf_xtest.0/outbound/stats
stop
