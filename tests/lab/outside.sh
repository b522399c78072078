# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# shellcheck shell=bash
#
# For the tests of this folder that run beside the lab: tests of epflab itself.

set -eu

top=$(dirname -- "$(readlink -f -- "$0")")/../..
top=$(realpath -- "$top")
work=$(mktemp -d "${TMPDIR:-/tmp}/lab-test.XXXXXXXX")
trap 'rm -rf "$work"' EXIT

die() {
	echo "${0##*/}: $*" >&2
	tail -n 20 "$work"/{out,err} >&2 2>/dev/null || :
	exit 1
}

epflab() {
	"$top/lab/epflab" "$@"
}

# ends STATUS ARGUMENT...: epflab must end with that status. What it wrote is in
# $work/out and $work/err.
ends() {
	local want=$1 status=0
	shift

	epflab "$@" >"$work/out" 2>"$work/err" || status=$?
	((status == want)) || die "epflab $*: status $status, should be $want"
}

# says TEXT: the last of the errors must have it.
says() {
	grep -qF -- "$1" "$work/err" || die "did not say \"$1\""
}

# wait_for WHAT COMMAND...: until COMMAND succeeds, 20 s at most.
wait_for() {
	local what=$1 i
	shift

	for ((i = 0; i < 200; i++)); do
		"$@" && return
		sleep 0.1
	done
	die "$what: not within 20 s"
}
