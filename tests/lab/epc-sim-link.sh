#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --module tests/lab/epf-probe
#
# The host has the endpoint while the controller is started, and only then.

. "$EPFLAB_TOP/tests/lab/common.sh"

present() {
	[[ -e /sys/bus/pci/devices/0000:11:00.0 ]]
}

absent() {
	! present
}

bound() {
	[[ -e /dev/pci-endpoint-test.0 ]]
}

link_is() {
	[[ $(cat /sys/bus/pci/devices/0000:10:00.0/current_link_width) == "$1" ]]
}

modprobe pci-epf-test
modprobe pci_endpoint_test

make_functions pci_epf_test f0
absent || die "enumerated before the start"
link_is 0 || die "the link is up before the start"

start
wait_for "enumeration" bound
link_is 4 || die "the link is down after the start"
refused "already in progress" "$ep/controllers/epc-sim.0/start" 1

stop
wait_for "removal" absent
link_is 0 || die "the link is up after the stop"

# However quickly: the state follows the last word.
for _ in $(seq 20); do
	start
	stop
done
start
wait_for "enumeration" bound
tests -b 0
for _ in $(seq 20); do
	stop
	start
done
wait_for "enumeration" bound
tests -b 0
stop
wait_for "removal" absent

# Another function of the same number has nothing of the one before.
remove_functions pci_epf_test f0
modprobe epf-probe
make_functions pci_epf_probe f0
start
wait_for "enumeration" present
lspci -vv -s 11:00.0 | grep -q "MSI: " || die "no MSI"
lspci -vv -s 11:00.0 | grep -q "MSI-X" && die "MSI-X of the other function"
stop
wait_for "removal" absent
remove_functions pci_epf_probe f0
