#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --dtb examples/pci-epf-test.dts --module tests/lab/epf-sides
#
# epfctl takes devicetree blobs as it takes binding files.

# shellcheck source=tests/lab/common.sh
. "$EPFLAB_TOP/tests/lab/common.sh"

examples=$EPFLAB_TOP/examples
nothing="nothing to do: the system is as it should be"

# The example of the manual is complete.
sed -n '/^```$/,/^```$/p' "$EPFLAB_TOP/man/epf-devicetree.5.scd" |
	sed '1d; /^```$/,$d' | dtc -q -I dts -O dtb -o /tmp/manual.dtb -
is "$(sed s/test0/epc-sim.0.0/ "$examples/pci-epf-test.yaml" |
	epfctl --dry-run apply -)" epfctl --dry-run apply /tmp/manual.dtb

# The tree that the machine was booted with.
is "9 steps done" epfctl apply /sys/firmware/fdt
is "$nothing" epfctl apply "$examples/pci-epf-test.yaml"
wait_for "the test device" test -e /dev/pci-endpoint-test.0
tests -b 0
tests -i 0
tests -l

# The same from a file; the kernel's refusal names the node.
dtc -q -I dts -O dtb -o /tmp/test.dtb "$examples/pci-epf-test.dts"
is "$nothing" epfctl apply /tmp/test.dtb
sed 's/0xb500/0xb00c/' "$examples/pci-epf-test.dts" |
	dtc -q -I dts -O dtb -o /tmp/other.dtb -
epfctl apply /tmp/other.dtb 2>/tmp/said && die "a function that is linked"
[[ $(</tmp/said) == "/tmp/other.dtb:/epc-sim.0/function@0: "* ]] ||
	die "$(</tmp/said)"
epfctl --json apply /tmp/other.dtb >/tmp/said 2>/dev/null || :
is "/tmp/other.dtb:/epc-sim.0/function@0 null null" jq -r \
	'.error | "\(.file) \(.line) \(.column)"' /tmp/said

# What is no devicetree, and one that is wrong.
echo "version: 1" >/tmp/text.dtb
status=0
epfctl apply /tmp/text.dtb 2>/tmp/said || status=$?
is 2 echo $status
grep -q "^/tmp/text.dtb: not a devicetree blob: .*; dtc(1) makes one" /tmp/said ||
	die "$(</tmp/said)"
sed 's/0xb500/0x1b500/' "$examples/pci-epf-test.dts" |
	dtc -q -I dts -O dtb -o /tmp/bad.dtb -
epfctl apply /tmp/bad.dtb 2>/tmp/said && die "a device id that is none"
is "/tmp/bad.dtb:/epc-sim.0/function@0: device-id: found 0x1b500, expected a number from 0 to 0xffff" \
	cat /tmp/said

# What was applied is exported, and comes back from a blob as it was: virtual
# functions, two sides, windows and all.
epfctl stop epc-sim.0
wait_for "removal" test ! -e /sys/bus/pci/devices/0000:11:00.0
printf 'version: 1\ncontrollers: []\n' >/tmp/empty.yaml
epfctl -q apply --replace /tmp/empty.yaml
mkdir $sim/epc-sim.1
echo 1 >$sim/epc-sim.1/live
epfctl -q apply "$EPFLAB_TOP/tests/data/lab/eight.yaml"
epfctl export >/tmp/state.yaml
epfctl export --dts >/tmp/state.dts
dtc -q -I dts -O dtb -o /tmp/state.dtb /tmp/state.dts
is "no difference" epfctl diff --replace /tmp/state.dtb
is "$nothing" epfctl apply --replace /tmp/state.dtb
epfctl -q apply --replace /tmp/empty.yaml
epfctl -q apply /tmp/state.dtb
epfctl export | cmp - /tmp/state.yaml
