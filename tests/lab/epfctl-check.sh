#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
#
# What epfctl check finds, each kind once, and nothing where there is nothing.

# shellcheck source=tests/lab/common.sh
. "$EPFLAB_TOP/tests/lab/common.sh"

is "no findings" sh -c "modprobe pci-epf-test &&
	epfctl check $EPFLAB_TOP/examples/pci-epf-test.yaml"

again msix_capable=0 bar3/type=reserved bar1/type=fixed bar1/fixed_size=4096 \
	dma=none max_functions=2 max_vfs=1
modprobe pci-epf-test
mkdir $ep/functions/pci_epf_test/sample
cat >/tmp/wrong.yaml <<'EOF'
version: 1
controllers:
  - only: true
    functions:
      - reg: 0
        function-name: pci_epf_test
        name: a
        vendor-id: 0x104c
        interrupts: { msi: 3, msix: 8 }
        bar-regions:
          - { bar: 3, size: 4096 }
          - { bar: 1, size: 8192 }
        attributes: { from_the_future: 1 }
        virtual-functions:
          - { reg: 1, function-name: pci_epf_test, interrupts: { msi: 1 } }
          - { reg: 2, function-name: pci_epf_test, interrupts: { msi: 1 } }
      - { reg: 1, function-name: pci_epf_test, vendor-id: 0x104d }
      - reg: 2
        function-name: pci_epf_xtest
        outbound-windows:
          - { name: large, size: 1 GiB }
          - { name: odd, size: 5000 }
EOF
status=0
epfctl check /tmp/wrong.yaml >/tmp/findings || status=$?
((status == 1)) || die "errors, and the status is $status"

# found PLACE TEXT
found() {
	grep -q "^/tmp/wrong.yaml:$1: .*$2" /tmp/findings ||
		die "not found: $1: $2 in: $(</tmp/findings)"
}

found 3:11 "note: .* has no DMA"
found 9:28 "warning: .*more than 3 MSI vectors"
found 9:37 "error: .*cannot raise MSI-X"
found 11:29 "error: BAR 3 .* is reserved"
found 12:29 "error: BAR 1 .* has 4096 bytes, fixed, and 8192"
found 13:40 "error: driver pci_epf_test of this kernel has no attribute from_the_future"
found 16:13 "error: .* has 1 virtual functions at most"
found 17:9 "error: pci_epf_test does not work without MSI"
found 17:59 "warning: all functions of pci_epf_test share one header"
found 18:14 "error: .* has 2 functions at most"
found 19:24 "note: driver pci_epf_xtest is not there"
found 21:13 "error: window large takes"
found 22:13 "warning: window odd is rounded up to pages"
epfctl --json check /tmp/wrong.yaml >/tmp/findings.json || :
is "$(wc -l </tmp/findings)" jq '.findings | length' /tmp/findings.json

# A linked function, a second controller, and a file that is none.
rmdir $ep/functions/pci_epf_test/sample
again profile=generic
epfctl -q apply "$EPFLAB_TOP/examples/pci-epf-test.yaml"
epfctl check "$EPFLAB_TOP/examples/pci-epf-test.yaml" >/tmp/findings
grep -q "note: function test0 is linked" /tmp/findings || die "$(</tmp/findings)"
epfctl check "$EPFLAB_TOP/README.md" 2>/dev/null && die "README.md is a binding"
exit 0
