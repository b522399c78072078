#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab:
#
# The root port is one that the kernel's port services bind to, and shows the
# link that there is.

. "$EPFLAB_TOP/tests/lab/common.sh"

port=/sys/bus/pci/devices/0000:10:00.0
endpoint=/sys/bus/pci/devices/0000:11:00.0
bound=/dev/pci-endpoint-test.0

# services: of the root port, and the drivers of these.
services() {
	local service

	for service in "$port"/0000:10:00.0:pcie*; do
		[[ -e $service/driver ]] &&
			basename "$(readlink "$service/driver")"
	done | sort | paste -sd ' '
}

# interrupts_of SERVICE: how often it has had one.
interrupts_of() {
	awk -v name="$1" '$0 ~ name {
		for (i = 2; $i ~ /^[0-9]+$/; i++)
			n += $i
		print n
	}' /proc/interrupts
}

# shows TEXT...: lspci must, of the root port.
shows() {
	local text

	lspci -vvv -s 10:00.0 >/tmp/lspci
	for text; do
		grep -qF -e "$text" /tmp/lspci ||
			die "no \"$text\": $(cat /tmp/lspci)"
	done
}

# with KNOB=VALUE...: an endpoint that is enumerated, with these knobs.
with() {
	[[ ! -e $bound ]] || { stop; wait_for "removal" test ! -e $bound; }
	[[ ! -e $ep/functions/pci_epf_test/f0 ]] ||
		remove_functions pci_epf_test f0
	again "$@"
	make_functions pci_epf_test f0
	start
	wait_for "enumeration" test -e $bound
}

modprobe pci-epf-test
modprobe pci_endpoint_test

# Bandwidth control came back with Linux 6.13.
bwctrl=
[[ ! -e /sys/bus/pci_express/drivers/pcie_bwctrl ]] || bwctrl="pcie_bwctrl "

with
is "aer dpc ${bwctrl}pcie_pme pciehp" services
shows "Root Port (Slot+)" "HotPlug+ Surprise+" "LLActRep+ BwNot+" "PresDet+" \
	"PME(D0+,D1-,D2-,D3hot+,D3cold-)" "Advanced Error Reporting" \
	"RootCmd: CERptEn+ NFERptEn+ FERptEn+" "Access Control Services" \
	"Downstream Port Containment" "RPExt-" "MSI: Enable+ Count=1/1" \
	"DLActive+" "[size=127M]"

# Speed and width, at both ends.
for link in gen1x1 gen3x4 gen4x8 gen5x16; do
	case $link in
	gen1x1) speed="2.5 GT/s PCIe" ;;
	gen3x4) speed="8.0 GT/s PCIe" ;;
	gen4x8) speed="16.0 GT/s PCIe" ;;
	gen5x16) speed="32.0 GT/s PCIe" ;;
	esac
	with "link=$link"
	for end in $port $endpoint; do
		is "$speed" cat "$end"/current_link_speed
		is "$speed" cat "$end"/max_link_speed
		is "${link#*x}" cat "$end"/current_link_width
		is "${link#*x}" cat "$end"/max_link_width
	done
done

# The host can ask for a lower speed, and has it after training again.
with link=gen4x8
setpci -s 10:00.0 CAP_EXP+30.w=2:f
is "16.0 GT/s PCIe" cat $endpoint/current_link_speed
before=$(interrupts_of "PCIe bwctrl")
setpci -s 10:00.0 CAP_EXP+10.w=20:20
is "5.0 GT/s PCIe" cat $endpoint/current_link_speed
((!(0x$(setpci -s 10:00.0 CAP_EXP+10.w) & 0x20))) || die "still training"
if [[ $bwctrl ]]; then
	(($(interrupts_of "PCIe bwctrl") > before)) || die "nobody was told"
	is "5.0 GT/s PCIe" cat $port/current_link_speed
else
	shows "BWMgmt+"
fi
setpci -s 10:00.0 CAP_EXP+30.w=f:f
setpci -s 10:00.0 CAP_EXP+10.w=20:20
is "16.0 GT/s PCIe" cat $endpoint/current_link_speed
tests -b 0

# Each kind of interrupt, and message numbers.
with link=none port/interrupts=msi-x port/vectors=8 port/message_pcie=2 \
	port/message_aer=5 port/message_dpc=7
shows "MSI-X: Enable+ Count=8" "Root Port (Slot+), MSI 02" "IntMsg 5" \
	"INT Msg #7" "Region 0: Memory at 80000000"
is "aer dpc ${bwctrl}pcie_pme pciehp" services
(($(interrupts_of pciehp) > 0)) || die "MSI-X: no interrupt"
with port/interrupts=msi
shows "MSI: Enable+ Count=8/8"
(($(interrupts_of pciehp) > 0)) || die "MSI: no interrupt"
with port/interrupts=intx port/message_pcie=0 port/message_aer=0 \
	port/message_dpc=0
shows "Interrupt: pin A"
(($(interrupts_of pciehp) > 0)) || die "INTx: no interrupt"

# What boards get wrong: a message number that no vector has. The kernel gives
# its services the pin instead, which MSI leaves silent.
stop
wait_for "removal" test ! -e $bound
remove_functions pci_epf_test f0
again port/interrupts=msi port/vectors=1 port/message_pcie=4
shows "Root Port (Slot+), MSI 04" "MSI: Enable- Count=1/1"

# Without any interrupt there are no services.
again port/interrupts=none port/message_pcie=0
is "" services
shows "Advanced Error"
grep -q "Interrupt: pin\|MSI: \|MSI-X: " /tmp/lspci && die "an interrupt"
again port/interrupts=msi port/aer=0 port/dpc=0 port/acs=0
is "${bwctrl}pcie_pme pciehp" services
lspci -vvv -s 10:00.0 >/tmp/lspci
grep -q "Advanced Error\|Access Control\|Containment" /tmp/lspci &&
	die "capabilities that were turned off"

# Knobs refuse what cannot be.
refused "Device or resource busy" "$sim/epc-sim.0/port/hotplug" 0
echo 0 >"$sim/epc-sim.0/live"
refused "Invalid argument" "$sim/epc-sim.0/port/interrupts" often
refused "Invalid argument" "$sim/epc-sim.0/port/vectors" 3
refused "Numerical result out of range" "$sim/epc-sim.0/port/vectors" 64
refused "Numerical result out of range" "$sim/epc-sim.0/port/message_aer" 32
refused "Invalid argument" "$sim/epc-sim.0/port/dpc" 2
