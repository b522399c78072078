# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# shellcheck shell=bash
#
# What the user is told. All of it goes to standard error.

# Exit codes of epflab itself (see epflab(1)); any other is the command's.
# shellcheck disable=SC2034 # used by the other parts
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

# long_step WHAT LOG COMMAND...: run a command that takes long, its output in
# LOG; show that it goes on, and the end of LOG if it fails.
long_step() {
	local what=$1 log=$2 status=0 pid leash
	shift 2

	SECONDS=0
	[[ -t 2 ]] || say "$what ..."
	contained "$@" >"$log" 2>&1 </dev/null &
	pid=$!
	# When epflab ends, so does the leash, and what is on it.
	exec {leash}> >(cat; kill -KILL -- "-$pid" 2>/dev/null)
	# shellcheck disable=SC2064 # this process
	trap "kill -KILL -- -$pid; wait $pid; exit $EXIT_SETUP" INT TERM HUP
	while [[ -t 2 && -d /proc/$pid ]]; do
		show_progress "$what" "$log"
		sleep 0.2
	done
	wait "$pid" || status=$?
	trap - INT TERM HUP
	exec {leash}>&-

	if [[ -t 2 ]]; then
		printf '\r\033[K' >&2
	fi
	if ((status)); then
		tail -n 20 "$log" >&2
		say "$what: failed, see $log$(why_disk "$log")"
	else
		say "$what: done in $(clock)"
	fi
	return "$status"
}

show_progress() {
	local what=$1 log=$2 width steps
	steps=$(wc -l <"$log")
	width=$(tput cols 2>/dev/null || echo 80)
	printf '\r\033[K%.*s' "$((width - 1))" \
		"epflab: $what: $(clock), $steps steps" >&2
}

clock() {
	printf '%d:%02d' $((SECONDS / 60)) $((SECONDS % 60))
}

# The usual reason, said in so many words: there may be no room for the log.
why_disk() {
	if grep -qs 'No space left on device' "$1" ||
		(($(stat -f -c '%a * %S' "$CACHE") < 1 << 20)); then
		echo "; no space left on device ($CACHE)"
	fi
}
