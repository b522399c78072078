#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --module tests/lab/epf-calls
#
# epf-core refuses what a function's driver may not ask of it, with the error that its
# documentation has.

. "$EPFLAB_TOP/tests/lab/common.sh"

modprobe pci-epf-calls
function=$ep/functions/pci_epf_calls/x0
mkdir "$function"
ln -s "$function" $ep/controllers/epc-sim.0/x0 ||
	die "$(dmesg | grep 'pci_epf_calls.0: ')"
rm $ep/controllers/epc-sim.0/x0
rmdir "$function"
