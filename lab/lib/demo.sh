# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# shellcheck shell=bash
#
# epflab demo: all of it once, from nothing to the test's result.

demo() {
	(($# == 0)) || usage_error "demo: $1: not expected"
	prepare
	if [[ -t 1 ]]; then
		export DEMO_COLOUR=yes
	fi
	boot "$LAB/demo"
}
