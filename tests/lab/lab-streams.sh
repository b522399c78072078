#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --outside
#
# The command's input, output, errors and status are its own, byte for byte.

# shellcheck source=tests/lab/outside.sh
. "$(dirname -- "$0")/outside.sh"

# status
ends 0 run --bare -- true
ends 7 run --bare -- sh -c 'exit 7'
ends 137 run --bare -- sh -c 'kill -KILL $$'
ends 127 run --bare -- no-such-program
ends 126 run --bare -- /etc/passwd

# output and errors apart, and nothing else beside them
ends 0 run --bare -- sh -c 'printf out; printf err >&2'
[[ $(<"$work/out") == out ]] || die "output: not \"out\""
[[ $(<"$work/err") == err ]] || die "errors: not \"err\""

# arguments
ends 0 run --bare -- printf '%s|' 'two words' '' $'two\nlines' '*' "\$HOME" -- -x
[[ $(<"$work/out") == $'two words||two\nlines|*|$HOME|--|-x|' ]] ||
	die "arguments changed"

# every byte, both ways, more than any buffer holds
head -c 300000 /dev/urandom >"$work/bytes"
epflab run --bare -- tee /dev/stderr <"$work/bytes" >"$work/out" 2>"$work/err"
cmp "$work/bytes" "$work/out" || die "output changed"
cmp "$work/bytes" "$work/err" || die "errors changed"
ends 0 run --bare -- head -c 5000000 /dev/zero
[[ $(stat -c %s "$work/out") == 5000000 ]] || die "output lost"

# input from a pipe that stays open, from nothing, and left unread
{ echo first; sleep 2; echo late; } | epflab run --bare -- head -n 1 >"$work/out"
[[ $(<"$work/out") == first ]] || die "input: not \"first\""
epflab run --bare -- wc -c </dev/null >"$work/out"
[[ $(<"$work/out") == 0 ]] || die "no input: it had some"
head -c 300000 /dev/zero | epflab run --bare -- true ||
	die "unread input: status $?"

# what listens goes away
status=0
# shellcheck disable=SC2016 # for the inner shell
timeout 20 bash -c '"$1" run --bare -- yes | head -n 1; exit ${PIPESTATUS[0]}' \
	bash "$top/lab/epflab" >"$work/out" 2>"$work/err" || status=$?
((status == 141)) || die "closed output: status $status, should be 141"

# a program in the background neither keeps the run nor loses its output
ends 3 run --bare -- sh -c '(sleep 0.3; echo late; sleep 1000) & exit 3'
[[ $(<"$work/out") == late ]] || die "output of the background: lost"

# the caller's folder and environment
mkdir "$work/a folder"
cd "$work/a folder"
VARIABLE="two words" ends 0 run --bare -- sh -c "pwd; echo \"\$VARIABLE\""
[[ $(<"$work/out") == "$work/a folder"$'\n'"two words" ]] ||
	die "folder or environment changed"
