#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --outside --debug
#
# The debug flavour notices what still gives the right answer.

# shellcheck source=tests/lab/outside.sh
. "$(dirname -- "$0")/outside.sh"

# notices MISTAKE TEXT
notices() {
	ends 121 run --debug --bare --module "$top/tests/lab/lab-report" \
		-- modprobe lab-report "mistake=$1"
	says "$2"
}

ends 0 run --debug --bare --module "$top/tests/lab/lab-report" \
	-- modprobe lab-report
notices freed "BUG: KASAN: slab-use-after-free"
notices order "WARNING: possible circular locking dependency detected"
notices leak "new suspected memory leaks"
# A test may know of some that they are not ours, and has to know of all.
for known in 10 1; do
	ends $((known == 1 ? 121 : 0)) run --debug --bare \
		--module "$top/tests/lab/lab-report" -- sh -c \
		"modprobe lab-report mistake=leak
		echo '<4>kmemleak: $known known' >/dev/kmsg"
done
# What the kernel itself loses is not ours.
ends 0 run --debug --bare --module "$top/tests/lab/lab-report" \
	-- modprobe lab-report mistake=reason
