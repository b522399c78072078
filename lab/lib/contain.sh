# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# shellcheck shell=bash
#
# Processes that end with epflab, however epflab ends.

# contained [--read-only DIR] COMMAND...
#
# In namespaces of its own, where that is allowed: when epflab dies, so does
# all that COMMAND started. --read-only: it can write nowhere but to DIR.
contained() {
	local -a files=(--dev-bind / /)

	if [[ $1 == --read-only ]]; then
		files=(--ro-bind / / --dev-bind /dev /dev --bind "$2" "$2")
		shift 2
	fi
	if bwrap --dev-bind / / --unshare-pid --proc /proc true 2>/dev/null; then
		exec bwrap --die-with-parent --unshare-pid "${files[@]}" \
			--proc /proc "$@"
	fi
	exec setpriv --pdeathsig KILL "$@"
}
