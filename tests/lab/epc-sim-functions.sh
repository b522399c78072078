#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --timeout 120
#
# Eight functions behind one link, each with its own BARs, windows and
# interrupts.

. "$EPFLAB_TOP/tests/lab/common.sh"

modprobe pci-epf-test
modprobe pci_endpoint_test
make_functions pci_epf_test f0 f1 f2 f3 f4 f5 f6 f7

# The controller has no ninth.
mkdir "$ep/functions/pci_epf_test/f8"
ln -s "$ep/functions/pci_epf_test/f8" "$ep/controllers/epc-sim.0/f8" \
	2>/dev/null && die "nine functions"
rmdir "$ep/functions/pci_epf_test/f8"

start
wait_for "enumeration" test -e /dev/pci-endpoint-test.7
is 8 sh -c 'lspci -s 11: | wc -l'

for n in 0 1 2 3 4 5 6 7; do
	device=/dev/pci-endpoint-test.$n
	is "BAR5:		OKAY" pcitest -D $device -b 5
	pcitest -D $device -i 1 >/dev/null
	is "MSI32:		OKAY" pcitest -D $device -m 32
	is "WRITE (   1025 bytes):		OKAY" pcitest -D $device -w -s 1025
done

stop
wait_for "removal" test ! -e /sys/bus/pci/devices/0000:11:00.0
remove_functions pci_epf_test f3 f7
start
wait_for "enumeration" test -e /dev/pci-endpoint-test.5
is 6 sh -c 'lspci -s 11: | wc -l'
stop
