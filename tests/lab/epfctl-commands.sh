#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
#
# A function made, changed, linked and taken down again by hand.

# shellcheck source=tests/lab/common.sh
. "$EPFLAB_TOP/tests/lab/common.sh"

device=/sys/bus/pci/devices/0000:11:00.0

is "" epfctl list functions
is "epc-sim.0 false" sh -c "epfctl --json list |
	jq -r '.controllers[]|\"\(.name) \(.started)\"'"

epfctl create pci_epf_test f0 vendorid=0x104c deviceid=0xb500
epfctl set f0 msi_interrupts=8 interrupt_pin=1
is 8 cat $ep/functions/pci_epf_test/f0/msi_interrupts
epfctl link f0 epc-sim.0
is "functions/pci_epf_test/f0 mine" sh -c "
	cd $ep/controllers/epc-sim.0/pci_epf_test:f0 && test -e vendorid &&
	echo functions/pci_epf_test/f0 mine"
is epc-sim.0 sh -c "epfctl --json show f0 | jq -r '.function.links[].controller'"
epfctl start epc-sim.0
wait_for "enumeration" test -e $device
is 0xb500 cat $device/device

epfctl create pci_epf_test f1
epfctl stop epc-sim.0
wait_for "removal" test ! -e $device
epfctl link f1 epc-sim.0
is "pci_epf_test/f0, pci_epf_test/f1" sh -c "epfctl show epc-sim.0 |
	sed -n 's/^Functions: *//p'"
epfctl start epc-sim.0
wait_for "enumeration of both" test -e ${device%.0}.1
epfctl stop epc-sim.0

epfctl unlink f0 epc-sim.0
epfctl delete f0
epfctl unlink pci_epf_test/f1 epc-sim.0
epfctl delete pci_epf_test/f1
is "" ls $ep/functions/pci_epf_test
is "start" ls $ep/controllers/epc-sim.0

# A virtual function comes off its physical one when it is deleted.
epfctl create pci_epf_test pf
epfctl create pci_epf_test vf
ln -s $ep/functions/pci_epf_test/vf $ep/functions/pci_epf_test/pf/any
is pf sh -c "epfctl --json show vf | jq -r '.function.physical_function.name'"
epfctl delete vf
epfctl delete pf
is "" ls $ep/functions/pci_epf_test
