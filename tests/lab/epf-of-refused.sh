#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --bare --dtb tests/data/dtb/epf-of.dts --timeout 120
#
# Nodes that are wrong are refused with a message, and nothing is made of them.

# shellcheck source=tests/lab/common.sh
. "$EPFLAB_TOP/tests/lab/common.sh"

bus=/sys/bus/pci-epf/devices

modprobe pci-epc-sim
modprobe epf-of

# refuses NAME MESSAGE: that controller's node is wrong, and nothing is made.
refuses() {
	mkdir "$sim/$1"
	echo 1 >"$sim/$1/live"
	wait_for "$1: $2" sh -c 'dmesg | grep -qF "$1"' sh "epf_of: /$1$2"
	echo 0 >"$sim/$1/live"
	rmdir "$sim/$1"
	is "" ls $bus
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

# What failed stands in nobody's way.
mkdir $sim/stopped
echo 1 >$sim/stopped/live
wait_for "the function" test -e $bus/pci_epf_test.stopped.0/driver
