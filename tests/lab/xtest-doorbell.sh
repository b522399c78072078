#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --7.3 --timeout 400
#
# Where there is a doorbell, the host rings and the endpoint does not look by
# itself: in a BAR of ours (generic, dwc), or of the controller's own (rk3588,
# tegra234). Any driver can have the function afterwards.

. "$EPFLAB_TOP/tests/lab/common.sh"

device=/sys/bus/pci/devices/0000:11:00.0
node=/dev/pci-endpoint-xtest.0

# rings: how often the endpoint was rung.
rings() {
	awk '$NF ~ /^pci_epf_xtest/ { n += $2 + $3 } END { print n + 0 }' \
		/proc/interrupts
}

# looks: how often the function's thread has slept.
looks() {
	awk '/^voluntary_ctxt_switches/ { print $2 }' \
		"/proc/$(pgrep -x 'pci_epf_xtest.0')/status"
}

modprobe pci-epf-xtest
modprobe pci_endpoint_xtest
for profile in generic dwc rk3588 tegra234; do
	again profile=$profile
	VENDOR=0x1af4 DEVICE=0x10f0 MSIX=8 make_functions pci_epf_xtest x0
	start
	wait_for "$profile: the driver" test -e $node
	pcitest run --suite sg,map --dma on >/tmp/run ||
		die "$profile: $(cat /tmp/run)"
	(($(rings) > 0)) || die "$profile: nobody rang"

	before=$(looks)
	sleep 0.3
	is "$before" looks

	# What the kernel's tests want needs the endpoint to look, and all BARs.
	pcitest run --suite bar >/tmp/run || die "$profile: $(cat /tmp/run)"
	pcitest -D $node -i 1 >/dev/null
	tests -D $node -m 1
	tests -D $node -c -s 4096
	before=$(looks)
	sleep 0.3
	(($(looks) > before)) || die "$profile: it does not look"

	pcitest run --suite sg >/tmp/run || die "$profile: $(cat /tmp/run)"
	echo 0000:11:00.0 >$device/driver/unbind
	before=$(looks)
	sleep 0.3
	(($(looks) > before)) || die "$profile: it waits for nobody to ring"
	echo 0000:11:00.0 >/sys/bus/pci/drivers/pci-endpoint-xtest/bind

	# It goes while it waits to be rung.
	pcitest run --suite sg >/tmp/run || die "$profile: $(cat /tmp/run)"
	before=$(rings)
	stop
	wait_for "removal" test ! -e $device
	remove_functions pci_epf_xtest x0
	is 0 rings
	echo "$profile: rung $before times"
done

# A second function has none, and is looked after.
again profile=generic
VENDOR=0x1af4 DEVICE=0x10f0 MSIX=8 make_functions pci_epf_xtest x0 x1
start
wait_for "the drivers" test -e /dev/pci-endpoint-xtest.1
pcitest run -D /dev/pci-endpoint-xtest.1 --suite sg,map >/tmp/run ||
	die "$(cat /tmp/run)"
stop
