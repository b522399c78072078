#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
#
# Function numbers: epfctl goes by the order of linking, which is right as long
# as the last function is the first to go. Otherwise nobody can know: the kernel
# shows the same of functions whose numbers differ.

# shellcheck source=tests/lab/common.sh
. "$EPFLAB_TOP/tests/lab/common.sh"

controller=$ep/controllers/epc-sim.0
functions=$ep/functions/pci_epf_xtest

# Links by hand, each in a tick of its own, as hands are slow.
link() {
	ln -s "$functions/$1" "$controller/$1"
	sleep 0.05
}

# All there is to see of functions and controllers, but what was counted, and when.
seen() {
	find $ep \( -type l -printf '%p -> %l\n' \) -o -type d -print | sort
	find $controller -type l -printf '%T@ %f\n' | sort -n | cut -d ' ' -f 2
	find $controller -type l -printf '%f\n'
	find $ep -type f ! -path '*/outbound/*' | sort | xargs grep -s ''
	ls /sys/bus/pci-epf/devices /sys/class/pci_epc
	epfctl list
	epfctl show epc-sim.0
	epfctl export
}

# The device ids that the host finds, by number.
found() {
	start
	wait_for "enumeration" test -e /sys/bus/pci/devices/0000:11:00.1/device
	cat /sys/bus/pci/devices/0000:11:00.[01]/device
	stop
	wait_for "removal" test ! -e /sys/bus/pci/devices/0000:11:00.0
}

modprobe pci-epf-xtest
epfctl -q create pci_epf_xtest a vendorid=0x1af4 deviceid=0x10fa
epfctl -q create pci_epf_xtest b vendorid=0x1af4 deviceid=0x10fb

# In order: function 0 is b.
link b
link a
seen >/tmp/in-order
is $'0x10fb\n0x10fa' found
epfctl export >/tmp/b-first.yaml

# The last one goes and comes back: nothing has changed.
rm $controller/a
link a
is $'0x10fb\n0x10fa' found
is "no difference" epfctl diff --replace /tmp/b-first.yaml

# Out of order: function 0 is a, and nothing shows it.
rm $controller/a $controller/b
link a
link b
rm $controller/a
link a
seen >/tmp/out-of-order
is $'0x10fa\n0x10fb' found
cmp /tmp/in-order /tmp/out-of-order || die "the kernel tells numbers apart: use that"

# What epf-binding(5) has for that: unlink all, and apply.
epfctl -q unlink a epc-sim.0
epfctl -q unlink b epc-sim.0
epfctl -q apply /tmp/b-first.yaml
is $'0x10fb\n0x10fa' found
