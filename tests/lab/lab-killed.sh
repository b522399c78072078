#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --outside
#
# However epflab ends, nothing of it goes on.

# shellcheck source=tests/lab/outside.sh
. "$(dirname -- "$0")/outside.sh"

export TMPDIR=$work

# The run's folder is in the arguments of the kernel and of all it started.
gone() {
	! grep -qsF "$work/epflab." /proc/[0-9]*/cmdline
}

running() {
	[[ -s $work/out ]]
}

for signal in KILL TERM HUP INT; do
	rm -f "$work/out"
	# A program that is started by & ignores SIGINT: start it by env.
	env --default-signal=HUP,INT,TERM "$top/lab/epflab" run --bare -- \
		sh -c 'echo running; sleep 1000' >"$work/out" 2>"$work/err" \
		</dev/zero &
	pid=$!
	wait_for "start" running
	gone && die "the test looks for the wrong thing"
	kill -s $signal $pid
	status=0
	wait $pid || status=$?
	((status > 128)) || die "SIG$signal: status $status"
	wait_for "end after SIG$signal" gone
done
