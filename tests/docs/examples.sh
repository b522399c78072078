#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
#
# What documents and manual pages show can be compiled, applied and run, see
# blocks.sh; and so can the examples. Needs EPFCTL, the program, BUILD, where it and
# libepf.pc were made, CC, DTC, and TOP, the source tree.

set -u

: "${EPFCTL:?} ${BUILD:?} ${CC:?} ${DTC:?} ${TOP:?}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0

complain() {
	echo "FAIL: $*"
	failures=$((failures + 1))
}

# As the pages tell programs to be compiled.
compiles() {
	# shellcheck disable=SC2046 # a list of arguments
	$CC -Wall -Wextra -Werror -O2 -c -o "$work/object" "$1" \
		$(PKG_CONFIG_PATH=$BUILD/meson-uninstalled pkg-config --cflags libepf)
}

# applies FILE CONTROLLER...: on a machine that has just these.
applies() {
	local file=$1 controller
	shift

	rm -rf "$work/machine"
	mkdir -p "$work"/machine/sys/kernel/config/pci_ep/{functions,controllers}
	for controller; do
		mkdir "$work/machine/sys/kernel/config/pci_ep/controllers/$controller"
	done
	"$EPFCTL" --root "$work/machine" --dry-run apply "$file" >"$work/steps"
}

# By name, by pattern or the only one.
controllers_of() {
	sed -n 's/^  - name: "\?\([^"]*\)"\?$/\1/p
		s/^  - pattern: .*/epc-b/p; s/^  - only: .*/epc-b/p' "$1"
}

binds() {
	local -a controllers

	mapfile -t controllers < <(controllers_of "$1")
	"$TOP/tests/cli/valid-binding.sh" "$1" && applies "$1" "${controllers[@]}"
}

# The nodes of the root are controllers behind no bus: their names are the same.
is_devicetree() {
	local -a controllers

	mapfile -t controllers < <(sed -n 's/^\t\([^ \t].*\) {$/\1/p' "$1")
	"$DTC" -q -I dts -O dtb -o "$work/tree.dtb" "$1" &&
		applies "$work/tree.dtb" "${controllers[@]}"
}

cd "$TOP" || exit
"$TOP/tests/docs/blocks.sh" "$work" "$TOP"/{*.md,docs/*.md,lab/*.md,man/*.scd} ||
	complain "code that nobody tries"

for file in "$work"/*.c; do
	compiles "$file" || complain "$file"
done
for file in "$work"/*.yaml examples/*.yaml examples/*/*.yaml \
	tests/data/binding/good/*.yaml; do
	binds "$file" || complain "$file"
done
for file in "$work"/*.dts examples/*.dts; do
	is_devicetree "$file" || complain "$file"
done
for file in "$work"/*.sh; do
	bash -n "$file" || complain "$file"
done

((failures == 0)) || echo "$failures failures"
exit $((failures > 0))
