#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --dtb tests/data/dtb/epf-of.dts --timeout 120
#
# Functions come up from the devicetree alone, and go with their controller. No
# module is loaded twice: with KASAN, UML does not survive that.

# shellcheck source=tests/lab/common.sh
. "$EPFLAB_TOP/tests/lab/common.sh"

host=/sys/bus/pci/devices/0000:11:00
bus=/sys/bus/pci-epf/devices
functions="pci_epf_test.epc-sim.0.0
pci_epf_test.epc-sim.0.0.1
pci_epf_test.epc-sim.0.1"

# field FUNCTION REGISTER: of its configuration space.
field() {
	setpci -s "11:00.$1" "$2"
}

nothing_left() {
	[[ -z $(ls $bus) ]] || die "left: $(ls $bus)"
}

# logs TEXT: the kernel's log gets it from the module.
logs() {
	wait_for "$1" sh -c 'dmesg | grep -qF "$1"' sh "epf_of: $1"
}

# A controller that is there already, and where configfs was first: numbers are
# kept to.
modprobe pci-epf-test
MSIX=16 make_functions pci_epf_test other
modprobe epf-of
logs "/epc-sim.0/function@0: reg: found 0, but the controller's next function is 1"
is pci_epf_test.0 ls $bus
remove_functions pci_epf_test other

# Both sides, and not a word to configfs.
modprobe pci_endpoint_test
again
wait_for "function 0" test -e /dev/pci-endpoint-test.0
wait_for "function 1" test -e $host.1/config
is "$functions" ls $bus
is "" find $ep/functions -mindepth 2 -maxdepth 2
is 1 cat $host.0/sriov_totalvfs
tests -b 0
tests -i 0
tests -l
tests -i 1
tests -m 8
tests -i 2
tests -x 64
tests -r -s 1024
tests -w -s 1024
tests -c -s 1024

# What the nodes say, in the order of their numbers.
is b500 field 0 DEVICE_ID
is 01 field 0 INTERRUPT_PIN
is b00c field 1 DEVICE_ID
is 1234 field 1 SUBSYSTEM_VENDOR_ID
is 5678 field 1 SUBSYSTEM_ID
is 9a field 1 REVISION.B
is 12 field 1 0b.B
is 00 field 1 0a.B
is 01 field 1 09.B
is 00 field 1 INTERRUPT_PIN

# A function of configfs is nothing that the module could take away.
MSIX=16 make_functions pci_epf_test other
refused busy $sim/epc-sim.0/live 0
is "$functions" sh -c "ls $bus | grep epc-sim"
remove_functions pci_epf_test other

# With the controller all goes, in order; the drivers are in use until then.
is 2 cat /sys/module/pci_epf_test/refcnt
echo 0 >$sim/epc-sim.0/live
nothing_left
is 0 cat /sys/module/pci_epf_test/refcnt
wait_for "removal" test ! -e $host.0

# refuses NAME MESSAGE: that controller's node is wrong, and nothing is made.
refuses() {
	mkdir "$sim/$1"
	echo 1 >"$sim/$1/live"
	logs "/$1$2"
	echo 0 >"$sim/$1/live"
	rmdir "$sim/$1"
	nothing_left
}

number="expected a number from 0 to"
refuses no-reg "/function: reg: found nothing, $number 0x3f"
refuses no-driver "/function@0: function-name: expected the name of an endpoint function driver"
refuses bad-driver "/function@0: function-name: no driver no_such_driver: is its module there?"
refuses bad-id "/function@0: vendor-id: found 0x12345, $number 0xffff"
refuses wide-id "/function@0: vendor-id: found no single cell, $number 0xffff"
refuses bad-pin '/function@0/interrupts: pin: found "E", expected "A", "B", "C", "D" or "none"'
refuses bad-bar "/function@0: bar-regions: found BAR 6, expected 0 to 5"
refuses short-bar "/function@0: bar-regions: expected three cells a BAR: number, size in two"
refuses other-bar "/function@0: bar-regions: BAR 0: pci_epf_test makes it "
refuses bad-start ": epf-start: found 0x2, $number 0x1"
refuses attributes "/function@0: attributes: a driver"
refuses two-sides "/function@0: secondary: a function here has one controller"
refuses gap "/function@0: reg: found 1, expected 0: numbers leave none out"
refuses many-vfs "/function@0: function-name: pci_epf_test cannot be bound to the controller"
refuses second-bad "/function@1: vendor-id: found 0x12345, $number 0xffff"

# A controller is not started when its node says so.
mkdir $sim/stopped
echo 1 >$sim/stopped/live
wait_for "the function" test -e $bus/pci_epf_test.stopped.0/driver
is 0 stat_of config_writes stopped
echo 0 >$sim/stopped/live
nothing_left

# What failed stands in nobody's way; and the module takes away what it made.
echo 1 >$sim/epc-sim.0/live
wait_for "function 0" test -e $host.0/driver
is "$functions" ls $bus
modprobe -r epf-of
nothing_left
wait_for "removal" test ! -e $host.0
echo 0 >$sim/epc-sim.0/live
