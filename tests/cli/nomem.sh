#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
#
# Without memory for one thing, and then the next, epfctl and pcitest say so, or
# do without and do the same. Needs EPFCTL and PCITEST, the programs linked with
# nomem.c, and TOP, the source tree.

. "$TOP/tests/cli/common.sh"

: "${EPFCTL:?} ${PCITEST:?}"
data=$TOP/tests/data

# try LEAST COMMAND...: with each allocation failing, of which there are at least
# so many; it reads INPUT.
try() {
	local least=$1 n=0 status expected refused=0 input=${INPUT:-/dev/null}
	shift

	"$@" <"$input" >"$work/expected" 2>"$work/err"
	expected=$?
	while ((++n < 1000)); do
		FAIL_ALLOCATION=$n "$@" <"$input" 3>"$work/few" \
			>"$work/out" 2>"$work/err"
		status=$?
		[[ ! -s $work/few ]] || break
		if ((status == 1)) && grep -qi memory "$work/err"; then
			refused=$((refused + 1))
		elif ((status != expected)); then
			complain "$*: allocation $n: status $status"
		elif ! cmp -s "$work/expected" "$work/out"; then
			complain "$*: allocation $n: other output"
		fi
	done
	echo "$*: $refused of $((n - 1)) refused"
	((n < 1000 && refused >= least)) || complain "$*: $refused refused"
}

bash "$TOP/tests/cli/epfctl-tree.sh" "$work/tree"
mkdir -p "$work/tree/sys/bus/pci/devices"
cat >"$work/file.yaml" <<-END
	version: 1
	controllers:
	- name: epc-b
	  functions:
	  - { reg: 0, function-name: pci_epf_test, name: new }
END
epfctl=("$EPFCTL" --root "$work/tree")

try 50 "${epfctl[@]}" list
try 5 "${epfctl[@]}" show pci_epf_test/test0
try 5 "${epfctl[@]}" show epc-sim.0
try 1 "${epfctl[@]}" window list
try 1 "${epfctl[@]}" export
INPUT=$work/file.yaml try 1 "${epfctl[@]}" diff -
INPUT=$work/file.yaml try 1 "${epfctl[@]}" --dry-run apply -
# Text that JSON cannot have is replaced; where that cannot be, it is as it was.
try 0 "${epfctl[@]}" --json list
INPUT=$work/file.yaml try 1 "${epfctl[@]}" --json diff -

try 10 "$PCITEST" run --list-tests --suite bar,irq
try 5 "$PCITEST" run --suite bar --sizes 1,2 --json --seed 1 \
	-D /dev/null --wait 0
try 20 "$PCITEST" bench sg --json -D /dev/null --wait 0
try 0 "$PCITEST" list --json
try 1 "$PCITEST" ports --dump "$data/ports/features.dump"
try 1 "$PCITEST" ports --dump "$data/ports/features.dump" --json
INPUT=$data/ports/features.dump try 1 "$PCITEST" ports --dump -
try 3 "$PCITEST" ports --root "$work/tree"

exit $((failures > 0))
