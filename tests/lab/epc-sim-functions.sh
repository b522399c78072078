#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --module tests/lab/epf-probe --timeout 120
#
# Eight functions behind one link, each with its own BARs, windows and
# interrupts, and all at once.

. "$EPFLAB_TOP/tests/lab/common.sh"

devices=/sys/bus/pci/devices
# What function n asks for; two functions of another driver have other BARs.
drivers=(pci_epf_{test,test,test,test,test,test,probe,probe})
msi=(1 2 4 8 16 32 1 1)
msix=(1 7 33 128 1000 2048 1 1)

make_function() {
	local dir=$ep/functions/${drivers[$1]}/f$1

	mkdir "$dir"
	echo 0x104c >"$dir/vendorid"
	echo 0xb500 >"$dir/deviceid"
	echo "${msi[$1]}" >"$dir/msi_interrupts"
	echo "${msix[$1]}" >"$dir/msix_interrupts"
	ln -s "$dir" "$ep/controllers/epc-sim.0"
}

# function_stat N COUNTER: a counter of function N.
function_stat() {
	awk -v name="$2" '$1 == name { print $2 }' \
		"$sim/epc-sim.0/function$1/stats"
}

# works N: BARs, the last vector of MSI or of MSI-X, and data.
works() {
	local device bar size
	device=/dev/$(basename "$devices/0000:11:00.$1"/misc/*)

	if [[ ${drivers[$1]} == pci_epf_probe ]]; then
		for bar in 0 2 4 5; do
			tests -D "$device" -b $bar
		done
		return
	fi

	for bar in 0 1 2 3 4 5; do
		tests -D "$device" -b $bar
	done
	if (($1 % 2)); then
		pcitest -D "$device" -i 2 >/dev/null
		tests -D "$device" -x "${msix[$1]}"
	else
		pcitest -D "$device" -i 1 >/dev/null
		tests -D "$device" -m "${msi[$1]}"
	fi
	for size in 1 1025 102400; do
		tests -D "$device" -w -s $size
		tests -D "$device" -r -s $size
		tests -D "$device" -c -s $size
	done
}

modprobe pci-epf-test
modprobe epf-probe
modprobe pci_endpoint_test
for n in 0 1 2 3 4 5 6 7; do
	make_function $n
done

# The controller has no ninth.
mkdir "$ep/functions/pci_epf_test/f8"
ln -s "$ep/functions/pci_epf_test/f8" "$ep/controllers/epc-sim.0/f8" \
	2>/dev/null && die "nine functions"
rmdir "$ep/functions/pci_epf_test/f8"

start
wait_for "enumeration" test -e /dev/pci-endpoint-test.7
is 8 sh -c 'lspci -s 11: | wc -l'

echo 0 >"$sim/epc-sim.0/stats"
pids=()
for n in 0 1 2 3 4 5 6 7; do
	echo 0 >"$sim/epc-sim.0/function$n/stats"
	works $n &
	pids+=($!)
done
for pid in "${pids[@]}"; do
	wait "$pid" || die "not all at once"
done

# Each has counted what was its own, one interrupt for each transfer.
for n in 0 1 2 3 4 5; do
	is $((n % 2 ? 0 : 10)) function_stat $n msi
	is $((n % 2 ? 10 : 0)) function_stat $n msix
done
is 0 function_stat 7 msi
is 30 stat_of msi
is 30 stat_of msix

stop
wait_for "removal" test ! -e $devices/0000:11:00.0
remove_functions pci_epf_test f3
remove_functions pci_epf_probe f7
start
wait_for "enumeration" test -e /dev/pci-endpoint-test.5
is 6 sh -c 'lspci -s 11: | wc -l'
stop
wait_for "removal" test ! -e $devices/0000:11:00.0
remove_functions pci_epf_test f0 f1 f2 f4 f5
remove_functions pci_epf_probe f6

# Those of cadence have the vendor ids of the first, and all else of their own.
again profile=cadence
make_functions pci_epf_test f0
VENDOR=0x1d87 DEVICE=0xb123 make_functions pci_epf_probe f1
start
wait_for "enumeration" test -e $devices/0000:11:00.1/vendor
is 0x104c cat $devices/0000:11:00.1/vendor
is 0xb123 cat $devices/0000:11:00.1/device
stop
