#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
#
# A binding file brings a function up, all the way to the host.

# shellcheck source=tests/lab/common.sh
. "$EPFLAB_TOP/tests/lab/common.sh"

file=$EPFLAB_TOP/examples/pci-epf-test.yaml
device=/sys/bus/pci/devices/0000:11:00.0

# The modules are loaded by name where they are needed.
modprobe pci_endpoint_test
[[ ! -e $ep/functions/pci_epf_test ]] || die "the driver is there already"
epfctl --dry-run apply "$file" >/tmp/plan
[[ ! -e $ep/functions/pci_epf_test ]] || die "a dry run loaded the driver"
is 9 sh -c 'wc -l </tmp/plan'

is "9 steps done" epfctl apply "$file"
is 0x104c cat $ep/functions/pci_epf_test/test0/vendorid
is 2048 cat $ep/functions/pci_epf_test/test0/msix_interrupts
is 1 cat $ep/controllers/epc-sim.0/start
wait_for "enumeration" test -e $device/driver
is 0x104c cat $device/vendor
is 0xb500 cat $device/device
wait_for "the test device" test -e /dev/pci-endpoint-test.0
is "LEGACY IRQ:	OKAY" sh -c "pcitest -i 0 -l | tail -n 1"

is "nothing to do: the system is as it should be" epfctl apply "$file"
is '[] null' sh -c "epfctl --json apply '$file' | jq -rc '\"\(.steps) \(.error)\"'"
is pci_epf_test/test0 sh -c "epfctl --json show epc-sim.0 |
	jq -r '.controller.links[0].function|.driver+\"/\"+.name'"

# A link may have any name, and be made on the other side.
epfctl stop epc-sim.0
wait_for "removal" test ! -e $device
epfctl unlink test0 epc-sim.0
ln -s $ep/controllers/epc-sim.0 $ep/functions/pci_epf_test/test0/primary/any
is "1 step done" epfctl apply "$file"
wait_for "enumeration" test -e $device

# A stopped controller is an end, too.
sed 's/^  - name: epc-sim.0/&\n    start: false/' "$file" >/tmp/stopped.yaml
is "1 step done" epfctl apply /tmp/stopped.yaml
wait_for "removal" test ! -e $device

# Virtual functions: the host sees how many there are; more than the controller
# has leave nothing behind; one that was unlinked is made anew.
epfctl unlink test0 epc-sim.0
epfctl delete test0
file=$EPFLAB_TOP/examples/pci-epf-test-vf.yaml
is "16 steps done" epfctl apply "$file"
wait_for "enumeration" test -e $device/sriov_totalvfs
is 2 cat $device/sriov_totalvfs
is "pci_epf_test/virtual1, pci_epf_test/virtual2" sh -c \
	"epfctl show physical | sed -n 's/^Virtual functions: *//p'"
is "nothing to do: the system is as it should be" epfctl apply "$file"
epfctl stop epc-sim.0
wait_for "removal" test ! -e $device
epfctl unlink physical epc-sim.0
rm "$ep/functions/pci_epf_test/physical/pci_epf_test:virtual2"
epfctl --dry-run apply "$file" | grep -q "^delete .*virtual2" ||
	die "a virtual function that was unlinked is not made anew"
epfctl -q apply "$file"
wait_for "enumeration" test -e $device/sriov_totalvfs
epfctl stop epc-sim.0
epfctl unlink physical epc-sim.0
rm $ep/functions/pci_epf_test/physical/*:virtual?
rmdir $ep/functions/pci_epf_test/*

{
	cat "$file"
	for n in 3 4 5; do
		echo "          - { reg: $n, function-name: pci_epf_test }"
	done
} >/tmp/five.yaml
epfctl apply /tmp/five.yaml 2>/tmp/said && die "five virtual functions of four"
grep -q "too few virtual ones" /tmp/said || die "$(</tmp/said)"
is "" ls $ep/functions/pci_epf_test
