#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
#
# What cannot be done: one line that says why, and the tree as it was before.

# shellcheck source=tests/lab/common.sh
. "$EPFLAB_TOP/tests/lab/common.sh"

snapshot() {
	find $ep -printf '%p %y %l\n' | sort
	find $ep -type f -print0 | sort -z | xargs -0 tail -n +1
}

# says STATUS LINE ARGUMENT...: for epfctl with these arguments.
says() {
	local want_status=$1 want=$2 got status=0
	shift 2

	snapshot >/tmp/before
	got=$(epfctl "$@" 2>&1) || status=$?
	[[ $got == "$want" ]] ||
		die "epfctl $*: said \"$got\", should say \"$want\""
	((status == want_status)) || die "epfctl $*: status $status"
	snapshot >/tmp/after
	diff /tmp/before /tmp/after || die "epfctl $*: changed the tree"
}

# binding FUNCTIONS: a file with these functions of epc-sim.0.
binding() {
	printf 'version: 1\ncontrollers:\n- name: epc-sim.0\n  functions:\n%s\n' \
		"$1" >test.yaml
}

cd /tmp
modprobe pci_epf_test
epfctl create pci_epf_test f0 vendorid=0x104c
epfctl create pci_epf_test f1
test=functions/pci_epf_test

says 1 "epfctl: nosuch: no module for this driver; install the module, or load it by hand" \
	create nosuch f2
says 1 "epfctl: mkdir $ep/functions/nosuch: no such driver; load its module: modprobe nosuch" \
	--no-modules create nosuch f2
says 1 "epfctl: mkdir $ep/$test/f0: File exists; take another name" \
	create pci_epf_test f0
says 1 "epfctl: write 1 to $ep/$test/f0/nosuch: no such attribute" \
	set f0 deviceid=0xb500 nosuch=1
says 1 "epfctl: write 1 to $ep/$test/f2/nosuch: no such attribute" \
	create pci_epf_test f2 vendorid=1 nosuch=1
says 2 "epfctl: vendorid: 0x1104c: out of range 0..65535" \
	set f0 deviceid=0xb500 vendorid=0x1104c
says 1 "epfctl: nosuch: no such controller" link f0 nosuch
says 1 "epfctl: nosuch: no such function" link nosuch epc-sim.0
says 1 "epfctl: nosuch: no such controller" start nosuch
says 1 "epfctl: write 0 to $ep/controllers/epc-sim.0/start: it is stopped" \
	stop epc-sim.0
says 1 "epfctl: f0: not linked to that controller" unlink f0 epc-sim.0

epfctl link f0 epc-sim.0
says 1 "epfctl: symlink $ep/controllers/epc-sim.0/pci_epf_test:f0: File exists; it is linked already" \
	link f0 epc-sim.0
says 1 "epfctl: write 1 to $ep/$test/f0/vendorid: the function is linked: the value would not reach the host; unlink the function first" \
	set f0 vendorid=1
says 1 "epfctl: rmdir $ep/$test/f0: Device or resource busy; unlink it first" \
	delete f0
epfctl start epc-sim.0
says 1 "epfctl: write 1 to $ep/controllers/epc-sim.0/start: it is started" \
	start epc-sim.0
says 1 "epfctl: unlink $ep/controllers/epc-sim.0/pci_epf_test:f0: the controller is started; stop it first" \
	unlink f0 epc-sim.0

binding '  - { reg: 0, function-name: pci_epf_test, name: f0, vendor-id: 1 }'
says 1 "test.yaml:5:65: f0: vendorid is 0x104c, not 0x0001, and the function is linked to epc-sim.0; unlink it first" \
	apply test.yaml
binding '  - { reg: 0, function-name: pci_epf_test, name: f0 }
  - { reg: 1, function-name: pci_epf_test, name: f1 }'
says 1 "test.yaml:6:12: epc-sim.0: the controller is started, and a function is to be linked to it; stop it first" \
	apply test.yaml

# The last of several steps is refused: those before it are undone.
epfctl stop epc-sim.0
binding '  - { reg: 0, function-name: pci_epf_test, name: f0 }
  - { reg: 1, function-name: pci_epf_test, name: f1, interrupts: { msi: 4 } }
  - { reg: 2, function-name: pci_epf_test, name: f2, attributes: { nosuch: 1 } }'
says 1 "test.yaml:7:76: write 1 to $ep/$test/f2/nosuch: no such attribute" \
	apply test.yaml
binding '  - { reg: 0, function-name: pci_epf_test, name: f0 }
  - { reg: 1, function-name: nosuch, name: f2 }'
says 1 "test.yaml:6:30: nosuch: no module for this driver; install the module, or load it by hand" \
	apply test.yaml

# Files that are not what they should be.
binding '  - { reg: 0, function-name: pci_epf_test, vendorid: 1 }'
says 2 "test.yaml:5:44: functions: unknown key 'vendorid'; the keys here are reg, function-name, name, vendor-id, device-id, subsystem-vendor-id, subsystem-id, revision-id, class-code, cache-line-size, interrupts, bar-regions, ntb-windows, outbound-windows, attributes, secondary, virtual-functions" \
	apply test.yaml
binding '  - { reg: 0, function-name: pci_epf_test, vendor-id: 0x1104c }'
says 2 "test.yaml:5:55: vendor-id: found 0x1104c, expected a number from 0 to 0xffff" \
	apply test.yaml
printf '\177ELF\1\1\1\0' >test.yaml
says 2 "test.yaml:1:1: not text: control characters are not allowed; write the file in UTF-8" \
	apply test.yaml
printf 'version: 1\ncontrollers:\n- name: nosuch\n' >test.yaml
says 1 "test.yaml:3:9: name: no controller 'nosuch'; the controllers are epc-sim.0" \
	apply test.yaml
says 1 "epfctl: none.yaml: No such file or directory" apply none.yaml
