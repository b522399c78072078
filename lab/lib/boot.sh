# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# shellcheck shell=bash
#
# One boot of the lab kernel around one command.

# The command's standard input, in frames: a terminal line inside can carry
# any bytes, but not its own end.
readonly FRAME_STDIN='
	while (my $n = sysread STDIN, my $data, 65536) {
		my $frame = pack("N", $n) . $data;
		while (length $frame) {
			my $done = syswrite STDOUT, $frame or exit;
			substr($frame, 0, $done, "");
		}
	}
	syswrite STDOUT, pack("N", 0);
	sleep;
'

# boot COMMAND...: run it inside, return its status or one of ours.
boot() {
	local run status in out err log

	run=$(mktemp -d "${TMPDIR:-/tmp}/epflab.XXXXXX")
	printf '%s\0' "$@" >"$run/command"
	env -0 >"$run/environ"
	{
		printf '%q=%q\n' EPFLAB_TOP "$TOP" cwd "$PWD" \
			path "$PROGRAM_PATH" modules "$kernel_dir/modules/lib/modules/$kernel_release"
	} >"$run/settings"

	exec {in}< <(exec setpriv --pdeathsig KILL perl -e "$FRAME_STDIN")
	in_pid=$!
	exec {out}> >(exec cat)
	out_pid=$!
	exec {err}> >(exec cat >&2)
	err_pid=$!

	status=0
	timeout "$OPT_TIMEOUT" \
	bwrap --die-with-parent --unshare-pid --ro-bind / / --dev-bind /dev /dev \
		--proc /proc --bind "$run" "$run" \
	"$kernel_dir/vmlinux" mem=512M root=none rootfstype=hostfs \
		rootflags=/ ro init="$LAB/init" uml_dir="$run/" umid=lab \
		con=null con0=null,fd:2 "con1=fd:$in,null" \
		"con2=null,fd:$out" "con3=null,fd:$err" console=tty0 \
		earlyprintk panic=-1 ${OPT_TIME_TRAVEL:+time-travel=inf-cpu} \
		-- "$run" > >(exec cat >"$run/log") 2>&1 || status=$?
	exec {in}<&- {out}>&- {err}>&-
	kill "$in_pid" 2>/dev/null || :
	wait "$out_pid" "$err_pid" 2>/dev/null || :

	if [[ -e $run/status ]]; then
		status=$(<"$run/status")
	elif ((status == 124)); then
		cat "$run/log" >&2
		status=$EXIT_TIMEOUT
	else
		cat "$run/log" >&2
		status=$EXIT_DIED
	fi
	rm -rf "$run"
	return "$status"
}
