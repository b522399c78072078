#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --timeout 120
#
# Every vector of every kind arrives as itself, and what the host has masked or
# disabled does not.

. "$EPFLAB_TOP/tests/lab/common.sh"

modprobe pci-epf-test
modprobe pci_endpoint_test
make_functions pci_epf_test f0
start
wait_for "enumeration" test -e /dev/pci-endpoint-test.0

pcitest -i 0 >/dev/null
is "LEGACY IRQ:	OKAY" pcitest -l
is 1 stat_of intx

pcitest -i 1 >/dev/null
for n in $(seq 32); do
	is "MSI$n:		OKAY" pcitest -m "$n"
done
is 32 stat_of msi

pcitest -i 2 >/dev/null
for n in 1 2 63 64 65 1000 2047 2048; do
	is "MSI-X$n:		OKAY" pcitest -x "$n"
done
is 8 stat_of msix
is 0 stat_of masked_interrupts

# Masked in the function: pending, and delivered once unmasked.
pcitest -i 1 >/dev/null
setpci -s 11:00.0 CAP_MSI+10.l=1
is "MSI1:		NOT OKAY" pcitest -m 1
is 1 stat_of masked_interrupts
is 00000001 setpci -s 11:00.0 CAP_MSI+14.l
setpci -s 11:00.0 CAP_MSI+10.l=0
is 00000000 setpci -s 11:00.0 CAP_MSI+14.l
is 33 stat_of msi

# Messages are memory writes: none without bus mastering.
setpci -s 11:00.0 COMMAND=2
is "MSI2:		NOT OKAY" pcitest -m 2
is 33 stat_of msi
setpci -s 11:00.0 COMMAND=6

pcitest -i 0 >/dev/null
setpci -s 11:00.0 COMMAND=406
is "LEGACY IRQ:	NOT OKAY" pcitest -l
is 1 stat_of intx
is 2 stat_of masked_interrupts
stop
