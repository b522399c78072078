#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --timeout 120
#
# Whatever a program asks of the host driver that there is not, it is told which
# error that is, by the driver or by the endpoint, and all works afterwards.

. "$EPFLAB_TOP/tests/lab/common.sh"

node=/dev/pci-endpoint-xtest.0
device=0000:11:00.0

# So that BAR 5 is half of another
again bar4/only_64bit=1
modprobe pci-epf-xtest
modprobe pci_endpoint_xtest
VENDOR=0x1af4 DEVICE=0x10f0 MSIX=8 make_functions pci_epf_xtest x0
start
wait_for "the driver" test -e $node
"$EPFLAB_TOP/tests/lab/xtest-refused.pl" $node $device ||
	die "not as it should be"
echo $device >/sys/bus/pci/drivers/pci-endpoint-xtest/bind
wait_for "the driver" test -e $node
pcitest run --suite irq,sg,map >/tmp/run || die "$(cat /tmp/run)"
stop
