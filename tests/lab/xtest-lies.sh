#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --module tests/lab/epf-probe --module tests/lab/host-window --timeout 180
#
# What an endpoint answers that makes no sense, the host driver takes for an error,
# of a name and with a reason; and it works with one that makes sense afterwards.

. "$EPFLAB_TOP/tests/lab/common.sh"

modprobe epf-probe
modprobe host-window
VENDOR=0x1af4 DEVICE=0x10f0 make_functions pci_epf_probe p0
start
wait_for "enumeration" test -e /sys/bus/pci/devices/0000:11:00.0
modprobe pci_endpoint_xtest
"$EPFLAB_TOP/tests/lab/xtest-lies.pl" \
	"$ep/functions/pci_epf_probe/p0/probe/check" || die "not as it should be"
stop
