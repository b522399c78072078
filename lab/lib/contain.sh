# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# shellcheck shell=bash
#
# Processes that end with epflab, however epflab ends, and whatever they do.

# contained [--read-only DIR MEMORY] COMMAND...
#
# In namespaces of its own, where that is allowed: when epflab dies, so does
# all that COMMAND started. --read-only: it can write to DIR only, and to the
# folder MEMORY in it, which is a tmpfs. Elsewhere, COMMAND itself ends with
# epflab, and those it started are in its process group.
contained() {
	local -a files=(--dev-bind / /)

	if [[ $1 == --read-only ]]; then
		files=(--ro-bind / / --dev-bind /dev /dev --bind "$2" "$2"
			--tmpfs "$3")
		shift 3
	fi
	if bwrap --dev-bind / / --unshare-pid --proc /proc true 2>/dev/null; then
		exec setsid bwrap --die-with-parent --unshare-pid "${files[@]}" \
			--proc /proc "$@"
	fi
	exec setsid setpriv --pdeathsig KILL "$@"
}
