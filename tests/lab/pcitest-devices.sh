#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --time-travel --timeout 120
#
# Of several devices none is guessed, and each can be named.

. "$EPFLAB_TOP/tests/lab/common.sh"

work=$(mktemp -d)

modprobe pci-epf-test
modprobe pci_endpoint_test
make_functions pci_epf_test f0 f1
start
wait_for "enumeration" test -e /dev/pci-endpoint-test.1

pcitest list --json >"$work/list"
is '0000:11:00.0 0000:11:00.1' jq -r '[.devices[].address] | join(" ")' \
	"$work/list"

pcitest run 2>"$work/error" && die "guessed a device"
is 'pcitest: several endpoint test devices; -D one of: /dev/pci-endpoint-test.0 /dev/pci-endpoint-test.1' \
	cat "$work/error"

pcitest run --json --suite bar,xfer --sizes 1K -D 11:00.1 >"$work/run"
is '0000:11:00.1 /dev/pci-endpoint-test.1' \
	jq -r '.device | "\(.address) \(.node)"' "$work/run"
is 0 jq .summary.failed "$work/run"
is 0000:11:00.0 jq -r .device.address <(
	pcitest run --json --suite bar -D /dev/pci-endpoint-test.0)
is "BAR1:		OKAY" pcitest -D 0000:11:00.1 -b 1
stop
