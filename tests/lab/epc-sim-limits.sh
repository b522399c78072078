#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --module tests/lab/epf-probe --timeout 120
#
# Limits by themselves, whatever the profile: each of them is met.

. "$EPFLAB_TOP/tests/lab/common.sh"

host=/sys/bus/pci/devices/0000:11:00.0

# runs_out WANT KNOB=VALUE...: maps end so on such a controller.
runs_out() {
	local want=$1 said
	shift

	again profile=generic "$@"
	make_functions pci_epf_probe f0
	start
	echo exhausted >"$ep/functions/pci_epf_probe/f0/probe/check"
	said=$(dmesg | grep "epf-probe: .* maps, then" | tail -n 1)
	[[ $said == *"$want" ]] || die "$*: $said; should be: $want"
	stop
	remove_functions pci_epf_probe f0
}

# capabilities WANT KNOB=VALUE...: those of messages that the host sees.
capabilities() {
	local want=$1
	shift

	again profile=generic "$@"
	make_functions pci_epf_test f0
	start
	wait_for "enumeration" test -e "$host/config"
	is "$want" sh -c "lspci -vv -s 11:00.0 |
		sed -n 's/.*Capabilities: .* \(MSI\|MSI-X\): .*/\1/p' | paste -sd ' '"
	stop
	wait_for "removal" test ! -e "$host"
	remove_functions pci_epf_test f0
}

# automatic: which interrupts the host's driver chooses, or why none.
automatic() {
	perl -e 'open(my $device, "+<", "/dev/pci-endpoint-test.0") or die;
		print ioctl($device, 0x40045008, 3) ?
			0 + ioctl($device, 0x5009, 0) : $!'
}

modprobe pci-epf-test
modprobe epf-probe

# The error is the one that was chosen. Windows run out as they are, one page of
# them taken by the check itself.
runs_out "3 maps, then -5" max_maps=3 no_map_error=EIO
runs_out "1 maps, then -16" max_maps=1 no_map_error=EBUSY
runs_out "15 maps, then -12" num_windows=1 window_size=65536
runs_out "5 maps, then -12" num_windows=3 window_size=131072 \
	window_page_size=65536

capabilities "MSI MSI-X" msi_capable=1
capabilities "MSI-X" msi_capable=0
capabilities "MSI" msix_capable=0
capabilities "" msi_capable=0 msix_capable=0

# Newer kernels' functions tell the host what their controller can do; its
# driver takes INTx only if told of it.
mkdir "$ep/functions/pci_epf_test/f0"
sizes=$(echo "$ep"/functions/pci_epf_test/f0/pci_epf_test.*/bar2_size)
rmdir "$ep/functions/pci_epf_test/f0"
if [[ $sizes == *\** ]]; then
	echo "${0##*/}: this kernel's functions do not tell of INTx"
	exit 0
fi
for told in 1 0; do
	again profile=generic msi_capable=0 msix_capable=0 intx_capable=$told
	make_functions pci_epf_test f0
	start
	wait_for "the driver" test -e /dev/pci-endpoint-test.0
	is "$( ((told)) && echo 0 || echo Invalid argument)" automatic
	stop
	wait_for "removal" test ! -e "$host"
	remove_functions pci_epf_test f0
done
