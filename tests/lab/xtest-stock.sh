#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --timeout 400
#
# The kernel's host driver and tests work on pci-epf-xtest, whatever the
# controller maps and however long maps live; what they cost is told.

. "$EPFLAB_TOP/tests/lab/common.sh"

function=$ep/functions/pci_epf_xtest/f0
outbound=$function/pci_epf_xtest.0/outbound

# own NAME: a figure of the function's own.
own() {
	figure "$1" "$outbound/stats"
}

make_function() {
	epfctl --quiet create pci_epf_xtest f0 vendorid=0x104c deviceid=0xb500 \
		msi_interrupts=32 msix_interrupts=32
	wait_for "the function's directory" test -d "$outbound"
}

# transfers POLICY BUDGET: the kernel's transfers by it.
transfers() {
	make_function
	echo "$1" >"$outbound/policy"
	echo "$2" >"$outbound/budget"
	link_function
	pcitest run --wait 5 --suite xfer --seed 1 >/tmp/run || die "$*: $(cat /tmp/run)"
	tail -n 1 /tmp/run
	is 0 own transfer_errors
}

link_function() {
	ln -s "$function" "$ep/controllers/epc-sim.0/f0"
	start
}

done_with_it() {
	stop
	rm "$ep/controllers/epc-sim.0/f0"
	rmdir "$function"
}

modprobe pci-epf-xtest
for profile in generic rockchip-ep cadence rcar; do
	again profile=$profile
	transfers transfer 1
	is "$(own maps_made)" own maps_undone
	is 0 own maps_hits
	made=$(own maps_made)
	done_with_it

	transfers cached 8
	# How many less depends on where in memory the host has its buffers.
	(($(own maps_made) < made)) ||
		die "$profile: not less than $made: $(cat "$outbound/stats")"
	(($(own maps_live) <= 8)) || die "$profile: more than 8 maps"
	done_with_it

	transfers static 1
	done_with_it
done

# What the user says holds while the function is bound.
again profile=generic
make_function
refused "Invalid argument" "$outbound/policy" sometimes
refused "out of range" "$outbound/budget" 0
refused "Invalid argument" "$outbound/budget" many
mkdir "$outbound/windows/mine"
echo 70000 >"$outbound/windows/mine/size"
is 0x0000000000000000 cat "$outbound/windows/mine/address"
link_function
refused "busy" "$outbound/policy" static
is 73728 own windows_used
refused "busy" "$outbound/windows/mine/size" 1
mkdir "$outbound/windows/large"
refused "Invalid argument" "$outbound/windows/large/size" 0x100000000
refused "out of range" "$outbound/windows/large/size" 0
refused "Invalid argument" "$outbound/windows/large/size" many
refused "busy" "$outbound/budget" 4
rmdir "$outbound/windows/large" "$outbound/windows/mine"
is 0 own windows_used
done_with_it

# What is not there to put aside keeps it from being bound, and nothing is.
make_function
refused "out of range" "$outbound/budget" 1025
mkdir "$outbound/windows/mine" "$outbound/windows/large"
echo 70000 >"$outbound/windows/mine/size"
echo 0x100000000 >"$outbound/windows/large/size"
! ln -s "$function" "$ep/controllers/epc-sim.0/f0" 2>/dev/null ||
	die "bound with a window that there is not"
is 0x0000000000000000 cat "$outbound/windows/mine/address"
rmdir "$outbound/windows/large"
link_function
is 73728 own windows_used
rmdir "$outbound/windows/mine"
done_with_it

# Eight DMA channels in each direction are enough for four functions.
again profile=generic
MSIX=8 make_functions pci_epf_xtest f0 f1 f2 f3 f4
is "private private private private none" sh -c \
	"echo \$(cat $ep/functions/pci_epf_xtest/f?/pci_epf_xtest.*/outbound/dma)"
remove_functions pci_epf_xtest f0 f1 f2 f3 f4

# BARs that the controller has no map for are left out, and so is MSI without
# vectors.
again max_inbound_maps=1
modprobe pci_endpoint_xtest
VENDOR=0x1af4 DEVICE=0x10f0 MSIX=8 make_functions pci_epf_xtest f0
echo 0 >"$ep/functions/pci_epf_xtest/f0/msi_interrupts"
start
wait_for "the driver" test -e /dev/pci-endpoint-xtest.0
is 1 grep -c ' 0x0000000000040200$' /sys/bus/pci/devices/0000:11:00.0/resource
pcitest run --suite bar,irq,sg >/tmp/run || die "$(cat /tmp/run)"
stop
