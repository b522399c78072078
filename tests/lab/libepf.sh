#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
#
# The model that the library's unit tests stand on is like the kernel, and the
# program in libepf(3) does what it says.

# shellcheck source=tests/lab/common.sh
. "$EPFLAB_TOP/tests/lab/common.sh"

build=$(dirname -- "$(command -v epfctl)")/../..

modprobe pci-epf-test
"$build/tests/model/model-check" epc-sim.0 || die "the kernel differs"

"$build/tests/unit/libepf-example" epc-sim.0
is 0x104c cat $ep/functions/pci_epf_test/example/vendorid
is 1 cat $ep/controllers/epc-sim.0/start
wait_for "the host's view" grep -q 0xb500 /sys/bus/pci/devices/0000:11:00.0/device

# Once more: it is there, the rest stays as it was.
if "$build/tests/unit/libepf-example" epc-sim.0; then
	die "made the same function twice"
fi
is 0x104c cat $ep/functions/pci_epf_test/example/vendorid
is 1 cat $ep/controllers/epc-sim.0/start
