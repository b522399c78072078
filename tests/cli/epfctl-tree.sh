#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
#
# Make DIR/sys/kernel/config/pci_ep, and what is next to it, as Linux 6.12 has it with two controllers,
# three drivers and four functions: one linked, one virtual, one with attributes
# of its driver, and one that lacks what an unprobed driver cannot give.

set -eu

top=${1:?usage: epfctl-tree.sh DIR}/sys/kernel/config/pci_ep
mkdir -p "$top/controllers" "$top/functions"
cd "$top"

# make_controller NAME STARTED
make_controller() {
	mkdir "controllers/$1"
	echo "$2" >"controllers/$1/start"
}

# make_function DRIVER/NAME VENDOR DEVICE
make_function() {
	local dir=functions/$1 name

	mkdir -p "$dir/primary" "$dir/secondary"
	echo "$2" >"$dir/vendorid"
	echo "$3" >"$dir/deviceid"
	for name in subsys_vendor_id subsys_id revid progif_code \
		subclass_code baseclass_code cache_line_size interrupt_pin; do
		echo 0x0000 >"$dir/$name"
	done
	echo 0 >"$dir/msi_interrupts"
	echo 0 >"$dir/msix_interrupts"
}

make_controller epc-b 0
make_controller epc-sim.0 1
mkdir functions/nvmet_pci_epf
make_function pci_epf_test/test0 0x104c 0xb500
make_function pci_epf_test/vf1 0x104c 0xb501
make_function pci_epf_vntb/bridge 0x104c 0xb00d
make_function pci_epf_vntb/test0 0xffff 0xffff
rm functions/pci_epf_vntb/test0/deviceid

echo 32 >functions/pci_epf_test/test0/msi_interrupts
mkdir functions/pci_epf_vntb/bridge/pci_epf_vntb.0
echo 4 >functions/pci_epf_vntb/bridge/pci_epf_vntb.0/db_count
printf 'two\twords\n' >functions/pci_epf_vntb/bridge/pci_epf_vntb.0/label

# The simulated one says what it can do, and counts; it has a driver.
mkdir -p ../pci_epc_sim/epc-sim.0/bar0 ../pci_epc_sim/epc-sim.0/function0/vf1
echo 32 >../pci_epc_sim/epc-sim.0/max_maps
echo fixed >../pci_epc_sim/epc-sim.0/bar0/type
printf 'maps 1\nunmaps 0\n' | tee ../pci_epc_sim/epc-sim.0/stats \
	>../pci_epc_sim/epc-sim.0/function0/stats
mkdir -p ../../../class/pci_epc/epc-sim.0/device
ln -s ../../../bus/platform/drivers/pci_epc_sim \
	../../../class/pci_epc/epc-sim.0/device/driver

# Whoever made them chose the names; the kernel gives relative paths back.
up=../../../../../kernel/config/pci_ep
ln -s $up/functions/pci_epf_test/test0 controllers/epc-sim.0/first
ln -s $up/functions/pci_epf_test/vf1 functions/pci_epf_test/test0/vf
ln -s $up/controllers/epc-b functions/pci_epf_vntb/bridge/secondary/b
