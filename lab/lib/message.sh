# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# shellcheck shell=bash
#
# What the user is told. All of it goes to standard error.

# Exit codes of epflab itself (see epflab(1)); any other is the command's.
readonly EXIT_REPORT=121 EXIT_TIMEOUT=122 EXIT_DIED=123 EXIT_SETUP=124

say() {
	printf 'epflab: %s\n' "$*" >&2
}

# fail STATUS MESSAGE...
fail() {
	local status=$1
	shift
	say "$*"
	exit "$status"
}
