#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --outside
#
# The cache under interruption, on a small maker in place of a kernel's build.

# shellcheck source=tests/lab/outside.sh
. "$(dirname -- "$0")/outside.sh"

export CACHE=$work/cache

# make NAME COMMAND...: what epflab does to make NAME.
cat >"$work/make" <<'END'
#!/bin/bash
set -euo pipefail
for part in message contain cache; do
	. "$LIB/$part.sh"
done
name=$1
shift
maker() {
	long_step "making $name" "$2.log" "${@:3}"
}
once "$CACHE/$name" maker "$CACHE/$name" "$CACHE/$name" "$@"
END
chmod +x "$work/make"
export LIB=$top/lab/lib

# once, and then no more
"$work/make" one sh -c "echo made >>$work/times" 2>"$work/err"
says "making one: done"
"$work/make" one sh -c "echo made >>$work/times" 2>"$work/err"
[[ ! -s $work/err ]] || die "not quiet when nothing is to be done"
[[ $(wc -l <"$work/times") == 1 ]] || die "made again"

# two at the same time
rm "$work/times"
for i in 1 2 3; do
	"$work/make" two sh -c "sleep 3; echo made >>$work/times" \
		2>"$work/err.$i" &
done
wait
[[ $(wc -l <"$work/times") == 1 ]] || die "made by more than one"
grep -q "waiting for another epflab" "$work"/err.? || die "none waited"

# what fails is not kept
status=0
"$work/make" bad sh -c 'echo as told; exit 1' 2>"$work/err" || status=$?
((status == 124)) || die "a failed build: status $status"
says "as told"
[[ ! -e $CACHE/bad ]] || die "a failed build was kept"

# nor what is interrupted, and what it started ends with it
being_made() {
	[[ -e $work/started ]]
}
stopped() {
	! grep -qs "^sleep.97531" /proc/[0-9]*/cmdline
}
for signal in TERM KILL; do
	rm -f "$work/started"
	"$work/make" killed sh -c "touch $work/started; sleep 97531; :" \
		2>"$work/err" &
	pid=$!
	wait_for "start" being_made
	kill -s $signal $pid
	wait $pid && die "killed, with status 0"
	wait_for "end after SIG$signal" stopped
	[[ ! -e $CACHE/killed/complete ]] || die "killed, and complete"
	[[ $signal == KILL || ! -e $CACHE/killed ]] || die "left behind"
done
"$work/make" killed true 2>"$work/err"
[[ -e $CACHE/killed/complete ]] || die "not made after an interruption"

# a full disk: epflab as a whole, with a cache of 1 MiB
namespaces=(bwrap --dev-bind / / --size 1048576 --tmpfs "$CACHE")
if ! "${namespaces[@]}" true; then
	echo "no namespaces here: a full disk cannot be tested" >&2
	exit 0
fi
status=0
# shellcheck disable=SC2016 # for the inner shell
EPFLAB_CACHE=$CACHE "${namespaces[@]}" sh -c '
	"$1" run --bare -- true
	status=$?
	ls -d "$2"/source/*/ && exit 1
	exit $status' sh "$top/lab/epflab" "$CACHE" \
	>"$work/out" 2>"$work/err" || status=$?
((status == 124)) || die "full disk: status $status"
says "no space left on device"
