#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --module tests/lab/epf-probe --module tests/lab/sriov-pf --timeout 120
#
# Virtual functions: how many there can be, what they cannot have, and what
# cadence has otherwise.

. "$EPFLAB_TOP/tests/lab/common.sh"
# shellcheck source=tests/lab/vf.sh
. "$EPFLAB_TOP/tests/lab/vf.sh"

# too_many WHY DRIVER...: a controller takes no function with such virtual ones.
too_many() {
	local why=$1 said
	shift

	if said=$(make_physical a "$@" 2>&1); then
		die "took too many virtual functions"
	fi
	[[ $said == *"Invalid argument"* ]] || die "$said"
	dmesg | tail -n 1 | grep -q "$why" || die "$(dmesg | tail -n 1)"
	remove_physical a
}

# up: the host has enumerated what is linked.
up() {
	start
	wait_for "enumeration" test -e $devices/0000:11:00.0/driver
}

down() {
	disable_vfs
	stop
	wait_for "removal" test ! -e $devices/0000:11:00.0
}

# check FUNCTION CHECK: what epf-probe finds in a function of its own.
check() {
	echo "$2" >"$ep/functions/pci_epf_probe/$1/probe/check" ||
		die "$1: $2"
}

modprobe pci-epf-test
modprobe epf-probe
modprobe pci_endpoint_test
modprobe sriov-pf

# As many as the controller has.
refused "Device or resource busy" $sim/epc-sim.0/max_vfs 2
is 4 cat $sim/epc-sim.0/max_vfs
again max_vfs=2
too_many "PF0: Exceeds max vfunc number" pci_epf_test pci_epf_test pci_epf_test
again profile=dwc
is 0 cat $sim/epc-sim.0/max_vfs
too_many "No support for virt function" pci_epf_test
echo 0 >$sim/epc-sim.0/live
refused "Numerical result out of range" $sim/epc-sim.0/max_vfs 9
refused "Invalid argument" $sim/epc-sim.0/vf_bar_align 3000
echo 1 >$sim/epc-sim.0/live

# BARs of any kind, windows and interrupts of two that are not the stock ones.
again profile=generic
make_physical a pci_epf_probe pci_epf_probe
check a1 aborted
up
enable_vfs 11:00.0 2
is "0:64:64K 2:64:4K 4:32:1M 5:32:4K" sh -c 'lspci -vv -s 11:02.0 |
	sed -n "s/.*Region \([0-9]\): Memory at [0-9a-f]* (\([0-9]*\)-bit.*\[size=\(.*\)\]/\1:\2:\3/p" |
	paste -sd " "'
for vf in 01 02; do
	wait_for "the driver" test -e $devices/0000:11:$vf.0/misc
	for bar in 0 2 4 5; do
		tests -D "$(device 11:$vf.0)" -b $bar
	done
	echo 0000:11:$vf.0 >$devices/0000:11:$vf.0/driver/unbind
done
setpci -s 11:01.0 COMMAND=4:4
echo 1 >/sys/kernel/tracing/events/epc_sim/epc_sim_map/enable
check a1 map
check a2 aborted
echo 0 >/sys/kernel/tracing/events/epc_sim/epc_sim_map/enable
is "vf=1 vf=2" sh -c "sed -n 's/.*: map function=0 \(vf=.\) .*/\1/p' \
	/sys/kernel/tracing/trace | paste -sd ' '"
for vf in a1 a2; do
	check $vf unmapped
	check $vf refused
	check $vf interrupts
	check $vf bars
	check $vf virtual
done

# Beyond device 0 it takes a port that forwards by ARI.
is ff00 setpci -s 11:01.0 CLASS_DEVICE
setpci -s 10:00.0 CAP_EXP+28.w=0:20
is ffff setpci -s 11:01.0 CLASS_DEVICE
is 104c setpci -s 11:00.0 VENDOR_ID
setpci -s 10:00.0 CAP_EXP+28.w=20:20
is ff00 setpci -s 11:01.0 CLASS_DEVICE
down
remove_physical a

# All have the same BARs: one that would not is refused.
make_physical a pci_epf_test pci_epf_probe
up
dmesg | grep -q "pci_epf_probe.*: BAR0: -22" || die "BARs of two sizes"
is 1 cat $devices/0000:11:00.0/sriov_totalvfs
down
remove_physical a

# The last one that there can be.
again max_vfs=8
echo 0 >/sys/bus/pci/drivers_autoprobe
for n in 0 1 2 3 4 5 6; do
	make_physical p$n
done
make_physical p7 pci_epf_probe pci_epf_probe pci_epf_probe pci_epf_probe \
	pci_epf_probe pci_epf_probe pci_epf_probe pci_epf_probe
start
wait_for "enumeration" test -e $devices/0000:11:00.7/config
echo 0 >$devices/0000:11:00.7/sriov_drivers_autoprobe
enable_vfs 11:00.7 8
is 16 sh -c 'lspci -s 11: | wc -l'
is ff00 setpci -s 11:08.7 CLASS_DEVICE
down
for n in 0 1 2 3 4 5 6 7; do
	remove_physical p$n
done
echo 1 >/sys/bus/pci/drivers_autoprobe

# Nobody tells the virtual functions of cadence of events, in Linux 6.12.
again profile=cadence
make_physical a pci_epf_test
up
[[ ! -e $devices/0000:11:00.0/sriov_totalvfs ]] ||
	die "a virtual function that was not told"
down
remove_physical a

# With cadence the first one says how large the BARs are, whatever others want.
again vf_events=1
make_physical a pci_epf_test pci_epf_probe pci_epf_test
dmesg -C
up
! dmesg | grep -q "BAR0: -22" || die "cadence refused"
is 3 cat $devices/0000:11:00.0/sriov_totalvfs
enable_vfs 11:00.0 3
is 6 sh -c 'lspci -vv -s 11:02.0 | grep -c "Region .*32-bit"'
is 1 sh -c 'lspci -vv -s 11:02.0 | grep -c "Region 0: .*size=4K"'
for vf in 01 03; do
	wait_for "the driver" test -e $devices/0000:11:$vf.0/misc
	tests -D "$(device 11:$vf.0)" -b 0
	pcitest -D "$(device 11:$vf.0)" -i 2 >/dev/null
	tests -D "$(device 11:$vf.0)" -x 8
	tests -D "$(device 11:$vf.0)" -c -s 1025
done
down
remove_physical a

# Behind a switch.
again profile=generic port/switch=1
make_physical a pci_epf_test pci_epf_test
start
wait_for "enumeration" test -e $devices/0000:13:00.0/driver
enable_vfs 13:00.0 2
wait_for "the driver" test -e $devices/0000:13:02.0/misc
tests -D "$(device 13:02.0)" -b 5
pcitest -D "$(device 13:02.0)" -i 1 >/dev/null
tests -D "$(device 13:02.0)" -w -s 1025
disable_vfs
stop
wait_for "removal" test ! -e $devices/0000:13:00.0
remove_physical a
