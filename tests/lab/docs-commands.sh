#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --outside
#
# The documents say what is so: the commands in their console blocks print what is
# below them, where "..." stands for anything.

# shellcheck source=tests/lab/outside.sh
. "$(dirname -- "$0")/outside.sh"

# The home of whoever reads it: always the same, for the lab to know it again.
export EPFLAB_CACHE=${EPFLAB_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/epflab}
export HOME=$EPFLAB_CACHE/reader
mkdir -p "$EPFLAB_CACHE"
exec 9>"$HOME.lock"
flock 9
trap 'rm -rf "$work" "$HOME"' EXIT

# prints COMMAND TEXT LINE: COMMAND must print TEXT. It is run in this shell, as
# a reader does it, and $? is that of the one before.
prints() {
	local want='' got text=$2

	set +eu
	eval "(exit $status)"$'\n'"$1" >"$work/out" 2>&1 9>&- </dev/null
	status=$?
	set -eu

	# Not what epflab makes before it begins.
	got=$(grep -Ev '^epflab: (building|configuring|waiting)' "$work/out" || :)
	while [[ $text == *...* ]]; do
		want+=$(printf %q "${text%%...*}")'*'
		text=${text#*...}
	done
	want+=$(printf %q "$text")
	# shellcheck disable=SC2053
	if ! eval "[[ \$got == $want ]]"; then
		die "$document:$3: \$ $1"$'\n'"should print:"$'\n'"$2"
	fi
	commands=$((commands + 1))
}

# holds DOCUMENT: all that it says.
holds() {
	local document=$1 commands=0 status=0 lines line
	local block='' text='' command='' number=0 begin=0

	rm -rf "$HOME"
	mkdir "$HOME"
	exec {lines}<"$document"
	while IFS= read -r -u "$lines" line || [[ $line ]]; do
		number=$((number + 1))
		if [[ ! $block ]]; then
			[[ $line != '```console' ]] || block=console command='' text=''
		elif [[ $line == '```' || $line == '$ '* ]]; then
			[[ ! $command ]] || prints "$command" "${text%$'\n'}" "$begin"
			[[ $line != '```' ]] || block=''
			command=${line#'$ '} text='' begin=$number
		elif [[ $line == '> '* && ! $text ]]; then
			command+=$'\n'${line#'> '}
		else
			text+=$line$'\n'
		fi
	done
	exec {lines}<&-
	((commands >= 10)) || die "$document: only $commands commands found"
}

cd "$top"
shopt -s expand_aliases
mapfile -t documents < <(grep -l '^```console' docs/*.md)
((${#documents[@]} >= 2)) || die "only ${#documents[@]} documents found"
for document in "${documents[@]}"; do
	holds "$document"
done
