# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# shellcheck shell=bash
#
# For the tests of this folder. A test goes on after a failure, and ends with
# exit $((failures > 0)). TOP is the source tree, work a folder of the test's own,
# and what is what is tested now.

set -u

: "${TOP:?}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0
what=

complain() {
	echo "FAIL: $*"
	cat "$work/err"
	failures=$((failures + 1))
}

# ends STATUS COMMAND...: with its output in $work/out and $work/err.
ends() {
	local expected=$1 status
	shift

	"$@" >"$work/out" 2>"$work/err"
	status=$?
	((status == expected)) || complain "$what: status $status, not $expected"
}

# conforms SCHEMA: standard output is such a document.
conforms() {
	/usr/bin/python3 -m jsonschema -i "$work/out" \
		"$TOP/docs/schema/$1.json" || complain "$what: not a $1"
}
