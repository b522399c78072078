#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --module tests/lab/epf-probe
#
# Each reset takes what the host wrote, and the endpoint's functions are told of
# those that their framework has a call for.

. "$EPFLAB_TOP/tests/lab/common.sh"

debug=/sys/kernel/debug/pci_epc_sim/epc-sim.0
function=/sys/bus/pci/devices/0000:11:00.0

link_is() {
	[[ $(cat /sys/bus/pci/devices/0000:10:00.0/current_link_width) == "$1" ]]
}

# written: what the host has written: Command (less INTx), Device Control, Interrupt Line.
written() {
	setpci -s 11:00.0 COMMAND.b CAP_EXP+8.w INTERRUPT_LINE | paste -sd ' '
}

write() {
	setpci -s 11:00.0 COMMAND=6 CAP_EXP+8.w=201f INTERRUPT_LINE=5
	is "06 201f 05" written
	dmesg -C
}

# told EVENT: how often the function was told of it.
told_is() {
	(($(dmesg | grep -c "epf-probe: $2") == $1))
}

# tells EVENT N...: it must come to be told so often of each.
tells() {
	while (($#)); do
		wait_for "told $2 times of \"$1\"" told_is "$2" "$1"
		shift 2
	done
}

with() {
	[[ ! -e $function ]] || { stop; wait_for "removal" test ! -e $function; }
	[[ ! -e $ep/functions/pci_epf_probe/f0 ]] ||
		remove_functions pci_epf_probe f0
	again "$@"
	make_functions pci_epf_probe f0
	start
	wait_for "enumeration" test -e /dev/pci-endpoint-test.0
}

blank="00 2000 00"

modprobe epf-probe
modprobe pci_endpoint_test
dmesg -C
with port/aer=0 port/dpc=0
tells "link up" 1
dmesg -C
setpci -s 11:00.0 COMMAND=0
setpci -s 11:00.0 COMMAND=4
tells "bus master" 1

# Function-level reset: of the function alone, which is not told.
write
setpci -s 11:00.0 CAP_EXP+8.w=8000
is "$blank" written
link_is 4 || die "the link is down"

# D3hot and back keeps all, or nothing where the function says so.
write
setpci -s 11:00.0 CAP_PM+4.w=3:3
setpci -s 11:00.0 CAP_PM+4.w=0:3
is "06 201f 05" written
lspci -vv -s 11:00.0 | grep -q NoSoftRst+ || die "not said"
tells "link down" 0 "link up" 0 "reset" 0

# A hot reset takes the link down: the functions are told of that.
write
setpci -s 10:00.0 BRIDGE_CONTROL=40:40
link_is 0 || die "the link is up in reset"
setpci -s 10:00.0 BRIDGE_CONTROL=0:40
tells "link down" 1 "link up" 1 "reset" 0
link_is 4 || die "the link is down"

# As the kernel does it, which keeps the slot out of it.
wait_for "enumeration" test -e $function/reset
write
echo bus >$function/reset_method
echo 1 >$function/reset
tells "link down" 1 "link up" 1 "reset" 0
is "06 201f 05" written
dmesg | grep -q "Link Down$" && die "the slot took it for a removal"

# Link Disable is the same, for as long as it lasts.
setpci -s 10:00.0 CAP_EXP+10.w=10:10
link_is 0 || die "the link is up though disabled"
setpci -s 10:00.0 CAP_EXP+10.w=0:10
wait_for "the link" link_is 4
tells "link down" 2 "link up" 2
wait_for "enumeration" test -e $function/reset

# Fundamental reset: the controller is as after power-on, functions set it up.
dmesg -C
echo 1 >$debug/perst
link_is 0 || die "the link is up in reset"
tells "link down" 1 "reset" 1
wait_for "removal" test ! -e $function
echo 0 >$debug/perst
tells "link up" 1
wait_for "enumeration" test -e $function/reset
is 0 sh -c "lspci -n -s 11:00.0 | grep -vc 104c:b500"
echo "map" >"$ep/functions/pci_epf_probe/f0/probe/check"

with soft_reset=1
lspci -vv -s 11:00.0 | grep -q NoSoftRst- || die "not said"
write
setpci -s 11:00.0 CAP_PM+4.w=3:3
is "06 201f 05" written
setpci -s 11:00.0 CAP_PM+4.w=0:3
is "$blank" written
