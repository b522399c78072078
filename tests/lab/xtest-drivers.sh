#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --time-travel --timeout 120
#
# The extended test function is a test function of the kernel's, too: with its
# driver, and with our driver, whatever the ids.

. "$EPFLAB_TOP/tests/lab/common.sh"

device=/sys/bus/pci/devices/0000:11:00.0

# passes ARGUMENT...: pcitest run with these, none skipped.
passes() {
	pcitest run --json "$@" >/tmp/run || die "$*: $(cat /tmp/run)"
	is "" jq -r '.tests[] | select(.result != "pass")' /tmp/run
}

modprobe pci-epf-xtest
MSIX=64 make_functions pci_epf_xtest x0
start
modprobe pci_endpoint_test
wait_for "enumeration" test -e /dev/pci-endpoint-test.0
passes --dma on --sizes 1,1025,512001
is 0 jq '[.tests[] | select(.dma and .duration_ns == 0)] | length' /tmp/run

# The other driver takes it where it is told to.
modprobe pci_endpoint_xtest
test ! -e /dev/pci-endpoint-xtest.0
echo pci-endpoint-xtest >$device/driver_override
echo 0000:11:00.0 >$device/driver/unbind
echo 0000:11:00.0 >/sys/bus/pci/drivers_probe
wait_for "the driver" test -e /dev/pci-endpoint-xtest.0
is errno jq -r '.devices[].abi' <(pcitest list --json)
passes --dma on --suite bar,irq,xfer --sizes 1025
passes --suite sg,map --dma on

# The options of the kernel's pcitest
xtest=(-D /dev/pci-endpoint-xtest.0)
for bar in 0 1 2 3 4 5; do
	tests "${xtest[@]}" -b $bar
done
for type in 0 1 2; do
	pcitest "${xtest[@]}" -i $type >/dev/null
	case $type in
	0) tests "${xtest[@]}" -l ;;
	1) tests "${xtest[@]}" -m 32 ;;
	2) tests "${xtest[@]}" -x 64 ;;
	esac
	for size in 1 102401; do
		tests "${xtest[@]}" -w -s $size
		tests "${xtest[@]}" -r -s $size
		tests "${xtest[@]}" -c -s $size
		tests "${xtest[@]}" -d -c -s $size
	done
done
# Those that there are not
for wrong in "-i 2 -m 1" "-i 0 -x 1" "-e -w" "-e -l"; do
	# shellcheck disable=SC2086
	said=$(pcitest "${xtest[@]}" $wrong 2>&1) || :
	[[ $said == *"NOT OKAY"* ]] || die "$wrong: $said"
done

# By a new id
echo 0000:11:00.0 >$device/driver/unbind
echo >$device/driver_override
modprobe -r pci_endpoint_test
echo 104c b500 >/sys/bus/pci/drivers/pci-endpoint-xtest/new_id
wait_for "the driver" test -e /dev/pci-endpoint-xtest.0
passes --suite irq
stop
