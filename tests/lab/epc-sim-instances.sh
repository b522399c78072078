#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --bare
#
# Instances come and go, as many as there may be, and refuse what would leave
# the kernel with less than a whole one.

. "$EPFLAB_TOP/tests/lab/common.sh"

modprobe pci-epc-sim
modprobe pci-epf-test

mkdir "$sim/one"
is generic cat "$sim/one/profile"
is 0 cat "$sim/one/live"
refused "Invalid argument" "$sim/one/profile" nonesuch
refused "Invalid argument" "$sim/one/live" maybe
refused "Invalid argument" "$sim/one/max_maps" many
refused "Numerical result out of range" "$sim/one/max_maps" 0
refused "Numerical result out of range" "$sim/one/max_maps" 257
refused "Numerical result out of range" "$sim/one/max_functions" 9
echo 5 >"$sim/one/max_functions"
is 5 cat "$sim/one/max_functions"
echo generic >"$sim/one/profile"
is 8 cat "$sim/one/max_functions"

echo 1 >"$sim/one/live"
[[ -d $ep/controllers/one ]] || die "no controller"
lspci -s 10:00.0 | grep -q "PCI bridge" || die "no root port"
refused "already in progress" "$sim/one/live" 1
refused "Device or resource busy" "$sim/one/profile" generic
refused "Device or resource busy" "$sim/one/max_maps" 4
rmdir "$sim/one" 2>/dev/null && die "removed while live"

# Linked functions hold it.
mkdir "$ep/functions/pci_epf_test/f"
ln -s "$ep/functions/pci_epf_test/f" "$ep/controllers/one/f"
refused "Device or resource busy" "$sim/one/live" 0
[[ -d $ep/controllers/one ]] || die "the refused switch took the controller"
rm "$ep/controllers/one/f"
rmdir "$ep/functions/pci_epf_test/f"

# A name that is taken on the platform bus.
echo 0 >"$sim/one/live"
[[ ! -e $ep/controllers/one ]] || die "the controller stayed"
[[ -z $(lspci -s 10:) ]] || die "the root port stayed"

# Eight at once, each with its own buses; no ninth.
for i in 1 2 3 4 5 6 7 8 9; do
	mkdir "$sim/n$i"
done
for i in 1 2 3 4 5 6 7 8; do
	echo 1 >"$sim/n$i/live"
done
refused "No space left on device" "$sim/n9/live" 1
is 0 cat "$sim/n9/live"
is 8 sh -c 'lspci | grep -c "PCI bridge"'
echo 0 >"$sim/n4/live"
echo 1 >"$sim/n9/live"
is 8 sh -c 'lspci | grep -c "PCI bridge"'

for i in 1 2 3 5 6 7 8 9; do
	echo 0 >"$sim/n$i/live"
done
for _ in $(seq 20); do
	echo 1 >"$sim/one/live"
	echo 0 >"$sim/one/live"
done
rmdir "$sim"/*
