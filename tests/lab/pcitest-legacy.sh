#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --6.12 --time-travel --timeout 120
#
# The kernel's own pcitest, which 6.14 no longer has, compiled from its source,
# and ours print the same lines and exit with the same status for the same options
# on the same device.

. "$EPFLAB_TOP/tests/lab/common.sh"

source=/lib/modules/$(uname -r)/build/source/tools/pci/pcitest.c
work=$(mktemp -d)
cc -w -o "$work/pcitest" "$source"

modprobe pci_endpoint_test
epfctl apply "$EPFLAB_TOP/examples/pci-epf-test.yaml" >&2
wait_for "enumeration" test -e /dev/pci-endpoint-test.0

compared=0
# same OPTION...
same() {
	local theirs ours status=0

	"$work/pcitest" "$@" >"$work/theirs" 2>/dev/null || status=$?
	theirs=$status
	status=0
	pcitest "$@" >"$work/ours" 2>/dev/null || status=$?
	ours=$status
	diff "$work/theirs" "$work/ours" >&2 || die "$*: other lines"
	((ours == theirs)) || die "$*: status $ours, not $theirs"
	compared=$((compared + 1))
}

for bar in 0 1 2 3 4 5; do
	same -b $bar
done
for type in 0 1 2; do
	same -i $type
	same -I
	same -l
	same -m 1
	same -m 32
	same -x 1
	same -x 2048
	for size in 1 1024 1025 1024000 1024001 0x1000; do
		same -w -s $size
		same -r -s $size
		same -c -s $size
	done
	same -w -r -c
done
# Everything at once, in another order than it is done in.
same -c -r -w -x 3 -m 2 -l -I -i 1 -b 5 -D /dev/pci-endpoint-test.0
same -e
same -I
# Without interrupts nothing works, and a transfer is refused.
same -l -m 1 -x 1
same -w -r -c
same -D /dev/none -b 0
same -D /dev/null -b 0 -i 1 -I -e -l -m 1 -x 1 -w -r -c
same -D /dev/pci-endpoint-test.0
same -h
# And all of that was compared.
((compared > 90)) || die "compared $compared"

# One vector, and one that the endpoint cannot raise.
pcitest -i 1 >/dev/null
setpci -s 11:00.0 COMMAND=2
same -m 1
is "MSI1:		NOT OKAY" pcitest -m 1
