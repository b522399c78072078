#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --timeout 120
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

# Another controller, and what is known of drivers that are not there.
again profile=generic intx_capable=0 bar_align=65536 num_windows=2 \
	window_size=65536 window_page_size=4096
cat >/tmp/wrong.yaml <<'EOF'
version: 1
controllers:
  - name: epc-sim.0
    functions:
      - reg: 0
        function-name: nvmet_pci_epf
        vendor-id: 0x17cb
        device-id: 0x0307
        subsystem-vendor-id: 0x17cc
        interrupts: { pin: A }
      - { reg: 1, function-name: nvmet_pci_epf, device-id: 0x0308 }
      - reg: 2
        function-name: pci_epf_ntb
        bar-regions:
          - { bar: 2, size: 4096 }
        outbound-windows:
          - { name: one, size: 65536 }
          - { name: two, size: 65536 }
          - { name: three, size: 4096 }
        secondary: { controller: epc-sim.1, reg: 0 }
  - name: epc-sim.1
EOF
mkdir $sim/epc-sim.1
echo 1 >$sim/epc-sim.1/live
epfctl check /tmp/wrong.yaml >/tmp/findings && die "no errors"
found 7:20 "warning: nvmet_pci_epf takes vendorid from its NVMe subsystem"
found 9:30 "warning: nvmet_pci_epf takes subsys_vendor_id from its"
found 10:28 "error: controller epc-sim.0 cannot raise INTx"
found 11:60 "warning: all functions of nvmet_pci_epf share one header: deviceid"
found 12:9 "error: the windows take 135168 bytes, and all outbound windows of epc-sim.0 are 131072"
found 15:29 "warning: BAR 2 is rounded up to .* 65536 bytes"
found 20:34 "note: the kernel takes a wrong pointer"
echo 0 >$sim/epc-sim.1/live
rmdir $sim/epc-sim.1

# A linked function, a second controller, and a file that is none.
rmdir $ep/functions/pci_epf_test/sample
again profile=generic
epfctl -q apply "$EPFLAB_TOP/examples/pci-epf-test.yaml"
epfctl check "$EPFLAB_TOP/examples/pci-epf-test.yaml" >/tmp/findings
grep -q "note: function test0 is linked" /tmp/findings || die "$(</tmp/findings)"
epfctl check "$EPFLAB_TOP/README.md" 2>/dev/null && die "README.md is a binding"
exit 0
