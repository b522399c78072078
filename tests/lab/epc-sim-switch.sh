#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --module tests/lab/host-errors
#
# A switch between root port and endpoint: the slot and its errors are below it,
# and what happens above it reaches the endpoint.

. "$EPFLAB_TOP/tests/lab/common.sh"

endpoint=/sys/bus/pci/devices/0000:13:00.0
debug=/sys/kernel/debug/pci_epc_sim/epc-sim.0

absent() {
	[[ ! -e $endpoint ]]
}

said() {
	dmesg | grep -qF "$1"
}

# driver_of SERVICE: of a port.
driver_of() {
	basename "$(readlink "/sys/bus/pci_express/devices/0000:$1/driver")"
}

# rebind DRIVER: give the endpoint to it.
rebind() {
	echo "$1" >$endpoint/driver_override
	echo 0000:13:00.0 >$endpoint/driver/unbind
	echo 0000:13:00.0 >"/sys/bus/pci/drivers/$1/bind"
}

modprobe pci-epf-test
modprobe pci_endpoint_test
again port/switch=1
make_functions pci_epf_test f0

is 3 sh -c 'lspci | grep -c "PCI bridge"'
lspci -vvv >/tmp/lspci
for type in "Root Port (Slot-)" "Upstream Port" "Downstream Port (Slot+)"; do
	grep -qF "Express (v2) $type" /tmp/lspci || die "no $type"
done
is pciehp driver_of 12:00.0:pcie204
is aer driver_of 10:00.0:pcie002
is dpc driver_of 10:00.0:pcie008

start
wait_for "enumeration" test -e /dev/pci-endpoint-test.0
lspci -tv | grep -qF -- '[0000:10]---00.0-[11-13]----00.0-[12-13]----00.0-[13]----00.0' ||
	die "$(lspci -tv)"
is "8.0 GT/s PCIe" cat /sys/bus/pci/devices/0000:11:00.0/current_link_speed
is "8.0 GT/s PCIe" cat $endpoint/current_link_speed
pcitest -i 1 >/dev/null
tests -b 0
tests -m 1
tests -r -s 4096
tests -w -s 4096

# Each port on the way forwards, or does not.
for port in 10 11 12; do
	setpci -s $port:00.0 COMMAND=0:4
	before=$(stat_of aborted_no_bus_master)
	! pcitest -m 1 >/dev/null || die "passed $port:00.0"
	is $((before + 1)) stat_of aborted_no_bus_master
	setpci -s $port:00.0 COMMAND=4:4
	setpci -s $port:00.0 COMMAND=0:2
	! pcitest -b 4 >/dev/null || die "read through $port:00.0"
	setpci -s $port:00.0 COMMAND=2:2
	tests -b 4
done

stop
wait_for "removal" absent
start
wait_for "enumeration" test -e $endpoint/driver
echo 1 >$debug/surprise
wait_for "surprise removal" absent
echo 0 >$debug/surprise
wait_for "enumeration" test -e $endpoint/driver

# With a driver that takes part. Linux 6.12 contains errors at the root port
# only, and all below it is reset, and set up again; 7.3 does so below the switch.
container=10:00.0
[[ ! -e /sys/bus/pci_express/devices/0000:12:00.0:pcie208/driver ]] ||
	container=12:00.0
modprobe host-errors
rebind host-errors
dmesg -C
echo "correctable function0" >$debug/aer
wait_for "the report" said "RxErr"
is 1 cat /sys/bus/pci/devices/0000:10:00.0/aer_rootport_total_err_cor
echo "fatal function0" >$debug/aer
wait_for "recovery" said "host-errors: resumed"
said "pcieport 0000:$container: DPC: containment event" || die "not contained"
wait_for "recovery" said "device recovery successful"
[[ -e $endpoint ]] || die "removed"
rebind pci-endpoint-test
pcitest -i 1 >/dev/null
tests -b 0
tests -w -s 1024
