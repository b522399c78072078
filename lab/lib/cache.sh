# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# shellcheck shell=bash
#
# The cache: folders under names that say what they were made from. One
# without its `complete` file was interrupted, and is made again.

# once DIR COMMAND...: make DIR with COMMAND, unless it is there; one maker at
# a time.
once() {
	local dir=$1
	shift

	[[ -e $dir/complete ]] && return
	lock "$dir"
	if [[ ! -e $dir/complete ]]; then
		rm -rf "$dir"
		# shellcheck disable=SC2064 # this folder
		trap "rm -rf '$dir'" EXIT
		mkdir "$dir"
		"$@" "$dir" || exit "$EXIT_SETUP"
		touch "$dir/complete"
		trap - EXIT
	fi
	unlock
}

# entry FOLDER NAME PATH: a path for what belongs to PATH and is called NAME.
entry() {
	local key
	key=$(sha256sum <<<"$3")
	printf '%s/%s-%s\n' "$1" "${2//[^A-Za-z0-9._-]/_}" "${key:0:12}"
}

# lock PATH: wait until no other epflab works on PATH.
lock() {
	mkdir -p "${1%/*}"
	exec {LOCK}>"$1.lock"
	if ! flock -w 2 "$LOCK"; then
		say "waiting for another epflab, which is making ${1##*/} ..."
		flock "$LOCK"
	fi
}

unlock() {
	exec {LOCK}>&-
}

# clean [--all]: remove this tree's builds, or everything.
clean() {
	[[ -z $* || $* == --all ]] || usage_error "clean: $*: not expected"
	if [[ $* == --all ]]; then
		rm -rf "$CACHE"/{kernel,source,tree}
		rmdir "$CACHE" 2>/dev/null || :
		return
	fi
	tree_name
	lock "$TREE"
	rm -rf "$TREE"
	unlock
}
