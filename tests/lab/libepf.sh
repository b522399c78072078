#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
#
# The model that the library's unit tests stand on is like the kernel, and the
# program in libepf(3) does what it says.

# shellcheck source=tests/lab/common.sh
. "$EPFLAB_TOP/tests/lab/common.sh"

library=$(dirname -- "$(command -v epfctl)")/../../libepf
model=$EPFLAB_TOP/tests/model
dir=$(mktemp -d)

cc -D_GNU_SOURCE -I"$EPFLAB_TOP/libepf" -I"$EPFLAB_TOP/libepf/src" \
	-o "$dir/model-check" "$model"/{model-check,model,endpoint}.c \
	"$library/libepf-inside.a" -lkmod -lyaml -ludev
mkdir "$dir/blocks"
"$EPFLAB_TOP/tests/docs/blocks.sh" "$dir/blocks" "$EPFLAB_TOP/man/libepf.3.scd"
cc -I"$EPFLAB_TOP/libepf" -o "$dir/example" \
	"$(grep -l 'int main' "$dir"/blocks/*.c)" \
	-L"$library" -lepf -Wl,-rpath,"$library"

modprobe pci-epf-test
"$dir/model-check" epc-sim.0 || die "the kernel differs"

"$dir/example" epc-sim.0
is 0x104c cat "$ep/functions/pci_epf_test/example/vendorid"
is 1 cat "$ep/controllers/epc-sim.0/start"
wait_for "the host's view" grep -q 0xb500 \
	/sys/bus/pci/devices/0000:11:00.0/device

# Once more: it is there, the rest stays as it was.
is "$ep/functions/pci_epf_test/example: File exists
take another name" sh -c "$dir/example epc-sim.0 2>&1"
is 0x104c cat "$ep/functions/pci_epf_test/example/vendorid"
is 1 cat "$ep/controllers/epc-sim.0/start"
