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

# A controller is not started when its node says so.
mkdir $sim/stopped
echo 1 >$sim/stopped/live
wait_for "the function" test -e $bus/pci_epf_test.stopped.0/driver
is 0 stat_of config_writes stopped
echo 0 >$sim/stopped/live
nothing_left

# Functions that have more to say in configfs do without it, too.
mkdir $sim/ours
echo 1 >$sim/ours/live
modprobe pci_endpoint_xtest
modprobe virtio_epf
wait_for "the extended test" test -e /dev/pci-endpoint-xtest.0
wait_for "the virtio device" test -e /sys/bus/virtio/devices/virtio0
pcitest run -D /dev/pci-endpoint-xtest.0 --suite sg,map >/tmp/run ||
	die "$(cat /tmp/run)"
echo 0 >$sim/ours/live
nothing_left

# It comes again with it, and goes with the module, too.
echo 1 >$sim/epc-sim.0/live
wait_for "function 0" test -e $host.0/driver
is "$functions" ls $bus
modprobe -r epf-of
nothing_left
wait_for "removal" test ! -e $host.0
echo 0 >$sim/epc-sim.0/live
