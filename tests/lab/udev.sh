#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --release
#
# The udev rule has systemd want the service that applies a controller's file.

# shellcheck source=tests/lab/common.sh
. "$EPFLAB_TOP/tests/lab/common.sh"

command -v udevadm >/dev/null || {
	echo "no udevadm"
	exit 77
}
rule=$(dirname -- "$(command -v epfctl)")/../../data/units/70-epf.rules
mkdir -p /run/udev/rules.d
cp "$rule" /run/udev/rules.d

# wanted ACTION DEVICE: what systemd is to start.
wanted() {
	udevadm test --action="$1" "$2" 2>&1 | sed -n 's/^SYSTEMD_WANTS=//p'
}

is "" wanted add /sys/class/mem/null
is "" wanted remove /sys/class/pci_epc/epc-sim.0
is epf-apply@epc-sim.0.service wanted add /sys/class/pci_epc/epc-sim.0
