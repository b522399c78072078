#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --profile dwc --module tests/lab/epf-probe --timeout 120
#
# The dwc profile has the limits of the DesignWare core: one function, few and
# coarse maps, a map for each message, no INTx.

. "$EPFLAB_TOP/tests/lab/common.sh"

modprobe pci-epf-test
modprobe epf-probe

# A host driver that aligns its buffers to 64 KiB, as for RK3588, passes ...
VENDOR=0x1d87 DEVICE=0x3588 make_functions pci_epf_test f0
mkdir "$ep/functions/pci_epf_test/f1"
ln -s "$ep/functions/pci_epf_test/f1" "$ep/controllers/epc-sim.0/f1" \
	2>/dev/null && die "two functions"
start
wait_for "enumeration" test -e /dev/pci-endpoint-test.0
pcitest -i 2 >/dev/null
for size in 1 1025 1024001; do
	tests -r -s $size
	tests -w -s $size
	tests -c -s $size
	tests -d -w -s $size
done
tests -x 2048
pcitest -i 1 >/dev/null
tests -m 32

# ... but has no INTx.
pcitest -i 0 >/dev/null
is "LEGACY IRQ:	NOT OKAY" pcitest -l
stop
wait_for "removal" test ! -e /sys/bus/pci/devices/0000:11:00.0
remove_functions pci_epf_test f0

make_functions pci_epf_probe f0
start
check=$ep/functions/pci_epf_probe/f0/probe/check
# A map that is not aligned is refused, and the log says why.
echo misaligned >"$check"
dmesg | grep -q "addresses are not multiples of 65536" || die "not told why"
echo exhausted >"$check"
dmesg | grep -q "epf-probe: 16 maps, then -22" || die "not 16 maps and EINVAL"
echo interrupts >"$check"
stop
remove_functions pci_epf_probe f0

# Every knob by itself
echo 0 >"$sim/epc-sim.0/live"
refused "Invalid argument" "$sim/epc-sim.0/region_align" 3000
refused "Numerical result out of range" "$sim/epc-sim.0/region_align" 2097152
echo 4096 >"$sim/epc-sim.0/region_align"
echo 4 >"$sim/epc-sim.0/max_maps"
echo 1 >"$sim/epc-sim.0/live"
make_functions pci_epf_probe f0
start
echo exhausted >"$check"
dmesg | grep -q "epf-probe: 4 maps, then -22" || die "not 4 maps and EINVAL"
