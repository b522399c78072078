#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --time-travel --timeout 120
#
# A function that is brought up from its file passes every test of pcitest, and
# the reports of that have the forms they are said to have.

. "$EPFLAB_TOP/tests/lab/common.sh"

schemas=$EPFLAB_TOP/docs/schema
work=$(mktemp -d)
cd "$work"

valid() {
	/usr/bin/python3 -m jsonschema -i "$2" "$schemas/$1.json"
}

modprobe pci_endpoint_test
epfctl apply "$EPFLAB_TOP/examples/pci-epf-test.yaml" >&2
wait_for "enumeration" test -e /dev/pci-endpoint-test.0

pcitest list --json >list.json
valid pcitest-list list.json
is /dev/pci-endpoint-test.0 jq -r '.devices[].node' list.json
case $(uname -r) in
6.12.*) abi=bool ;;
*) abi=errno ;;
esac
is "0x104c 0xb500 $abi" jq -r '.devices[] | "\(.vendor) \(.device) \(.abi)"' \
	list.json
address=$(jq -r '.devices[].address' list.json)
[[ $(pcitest list) == "$address  104c:b500  Texas Instruments"* ]] ||
	die "pcitest list: $(pcitest list)"

# Every test there is, and every one passed.
pcitest run --json --junit junit.xml >run.json
valid pcitest-run run.json
is "" jq -r '.tests[] | select(.result != "pass")' run.json
pcitest run --list-tests >names
jq -r '.tests[].name' run.json | diff names -
xmllint --noout junit.xml
is "$(wc -l <names)" xmllint --xpath 'string(/testsuites/@tests)' junit.xml
is 0 xmllint --xpath 'count(//failure | //error | //skipped)' junit.xml

# What was tested is what the function has.
endpoint=$(jq '.devices[].interrupts' list.json)
is "$(jq '.msi_vectors' <<<"$endpoint")" \
	jq '.tests[] | select(.name == "irq.msi").vectors' run.json
is "$(jq '.msix_vectors' <<<"$endpoint")" \
	jq '.tests[] | select(.name == "irq.msix").vectors' run.json
is "$(jq '[.devices[].bars[] | select(.bar != 0).size] | add' list.json)" \
	jq '[.tests[] | select(.suite == "bar" and .bar != 0).bytes] | add' \
	run.json
is 1024001 jq '.tests[] | select(.name == "xfer.copy.msix.1024001").bytes' \
	run.json
jq -e 'all(.tests[] | select(.suite != "bar"); .duration_ns > 0)' run.json \
	>/dev/null || die "a test took no time"

# The link carried it.
(($(stat_of msix) >= $(jq '.msix_vectors' <<<"$endpoint"))) ||
	die "only $(stat_of msix) MSI-X crossed the link"

# The other ways to name the device, and to report.
pcitest run -D "$address" --suite xfer,bar --sizes 1K --tap >tap
is 'TAP version 13' head -1 tap
is 1..15 sed -n 2p tap
is 15 grep -c '^ok [0-9]* - \(xfer\|bar\)\.[^#]*$' tap
is 'ok 1 - xfer.read.intx.1024' sed -n 4p tap
ln -s /dev/pci-endpoint-test.0 node
pcitest run -D ./node --suite bar --json >run.json
is "$address" jq -r .device.address run.json
pcitest run --suite irq >text
is "$(tail -1 text | sed 's/ skipped; .*//')" echo '3 passed, 0 failed, 0'

# The same seed, the same sizes.
sizes() {
	pcitest run --suite xfer --sizes random --seed 7 --json |
		jq -c '[.tests[].bytes]'
}
is "$(sizes)" sizes

# What only the extended function has
status=0
pcitest bench xfer 2>error || status=$?
((status == 77)) || die "bench without pci_endpoint_xtest: status $status"
grep -q "not a device of pci_endpoint_xtest" error || die "$(cat error)"
status=0
pcitest run --suite sg,map --json >run.json || status=$?
((status == 77)) || die "suites of another function: status $status"
is "needs the driver pci_endpoint_xtest" \
	jq -r '[.tests[].reason] | unique[]' run.json
