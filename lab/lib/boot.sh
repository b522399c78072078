# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# shellcheck shell=bash
#
# One boot of the lab kernel around one command. init/init.c is the other end.

# A kernel that has not started the command by then never will.
readonly BOOT_LIMIT=60
# What init may take after the command: a search for leaks
readonly END_LIMIT=60

# What the kernel says when it found a mistake
readonly REPORTS='(WARNING|BUG|ODEBUG): |KASAN:|UBSAN:|INFO: task .* blocked for more than|INFO: trying to register non-static key|possible (circular|recursive) locking|inconsistent lock state|kmemleak: [0-9]+ new suspected|rcu: INFO:|Oops|refcount_t:|general protection fault'

# boot COMMAND...: set STATUS to the command's status or to one of ours.
boot() {
	local events feed ask out err finished

	RUN=$(mktemp -d "${TMPDIR:-/tmp}/epflab.XXXXXXXX")
	trap boot_clean_up EXIT
	printf '%s\0' "$@" >"$RUN/command"
	modules_install "$RUN/modules"
	env -0 PATH="$PROGRAMS:$PATH:/usr/sbin:/sbin" EPFLAB=1 EPFLAB_TOP="$TOP" \
		EPFLAB_CACHE="$CACHE" EPFLAB_MODULES="$RUN/modules/lib/modules/$RELEASE" \
		${OPT_PROFILE:+EPFLAB_PROFILE="$OPT_PROFILE"} \
		EPFLAB_SET="${OPT_SET[*]}" \
		${OPT_APPLY:+EPFLAB_APPLY="$OPT_APPLY"} \
		PWD="$PWD" >"$RUN/environ"
	cp "$INIT" "$RUN/init"
	boot_devicetree

	boot_streams
	exec {events}< <(boot_kernel)
	VM=$!
	trap 'boot_stop 130' INT
	trap 'boot_stop 143' TERM HUP
	trap 'boot_stop 141' PIPE
	exec {feed}<&- {ask}>&- {out}>&- {err}>&-

	boot_follow "$events"
	boot_kill
	read -r -u "$finished" || :
	exec {events}<&- {finished}<&-
	trap - INT TERM HUP PIPE
}

# Put the devicetree of --dtb where the kernel can read it.
boot_devicetree() {
	case $OPT_DTB in
	'')
		;;
	*.dts)
		dtc -q -I dts -O dtb -o "$RUN/dtb" "$OPT_DTB" ||
			fail "$EXIT_SETUP" "--dtb $OPT_DTB: not a devicetree"
		;;
	*)
		cp "$OPT_DTB" "$RUN/dtb"
		;;
	esac
}

# Open what leads from the kernel's terminal lines to the caller's streams:
# feed, ask, out, err; and finished, at whose end all output was delivered.
boot_streams() {
	local hold

	if [[ $OPT_INTERACTIVE ]]; then
		TERMINAL=$(stty -g)
		exec {feed}<>/dev/tty
		exec {ask}>&"$feed" {out}>/dev/null {err}>/dev/null {finished}</dev/null
		return
	fi

	mkfifo "$RUN/asked" "$RUN/held"
	exec {hold}<>"$RUN/asked"
	exec {ask}>"$RUN/asked"
	exec {feed}< <(exec perl "$LAB/lib/feed.pl" 3<&0 <"$RUN/asked" \
		{hold}>&- {ask}>&-)
	exec {hold}>&-

	exec {hold}<>"$RUN/held"
	exec {finished}<"$RUN/held"
	# As with any program, the end of who listens is the end of the run.
	exec {out}> >(cat {ask}>&- || kill -PIPE $$)
	exec {err}> >(exec cat >&2 {ask}>&- {out}>&-)
	exec {hold}>&-
}

boot_kill() {
	kill -KILL "$VM" 2>/dev/null || :
}

boot_stop() {
	boot_kill
	exit "$1"
}

# Become the kernel. Standard output is where init tells how it goes.
boot_kernel() {
	local log events
	local -a arguments=(
		mem="${EPFLAB_MEMORY:-512M}" noreboot "uml_dir=$RUN/" umid=lab
		root=none rootfstype=hostfs rootflags=/ ro init="$RUN/init"
		stderr=1 console=tty0 ignore_loglevel printk.devkmsg=on
	)
	# The kernel's memory is a file. /dev/shm, where it would be, is small in
	# many containers, and not to be executed from.
	export TMPDIR=$RUN/memory
	mkdir "$TMPDIR"
	exec {events}>&1 {log}>"$RUN/log" >"$RUN/early-log" 2>&1 </dev/null
	arguments+=(
		con=null "con0=null,fd:$log" "con1=fd:$feed,fd:$ask"
		"con2=null,fd:$out" "con3=null,fd:$err" "con4=null,fd:$events"
	)
	if grep -q '^CONFIG_SMP=y' "$KERNEL/.config"; then
		# Freeing 2048 vectors, each after a grace period, takes a while.
		arguments+=(seccomp=on ncpus=2 rcupdate.rcu_expedited=1)
	fi
	if [[ $OPT_DTB ]]; then
		arguments+=("dtb=$RUN/dtb")
	fi
	if [[ $OPT_TIME_TRAVEL ]]; then
		arguments+=(time-travel=inf-cpu)
	fi
	arguments+=("${OPT_BOOT[@]}" -- "$RUN")
	[[ $OPT_INTERACTIVE ]] && arguments+=(interactive)
	[[ $OPT_DEBUG ]] && arguments+=(leaks)
	[[ $OPT_BARE ]] || arguments+=(sim)

	contained --read-only "$RUN" "$TMPDIR" "$KERNEL/vmlinux" "${arguments[@]}"
}

# boot_follow EVENTS: wait for the end.
boot_follow() {
	local events=$1 word rest

	if ! read -r -t $BOOT_LIMIT -u "$events" word rest; then
		boot_log
		say "the kernel did not boot"
		STATUS=$EXIT_DIED
		return
	fi
	if [[ $word == failed ]]; then
		sed -n '/epflab: start/,$p' "$RUN/log" >&2
		say "inside: $rest"
		STATUS=$EXIT_SETUP
		return
	fi
	STATUS=0
	read -r ${OPT_TIMEOUT:+-t "$OPT_TIMEOUT"} -u "$events" word rest ||
		STATUS=$?
	if ((STATUS > 128)); then
		boot_log
		say "the command did not end within $OPT_TIMEOUT s"
		STATUS=$EXIT_TIMEOUT
		return
	elif ((STATUS)); then
		boot_log
		say "the kernel died"
		STATUS=$EXIT_DIED
		return
	fi
	STATUS=$rest
	read -r -t $END_LIMIT -u "$events" || :
	if boot_reports >"$RUN/reports"; then
		boot_log
		say "the kernel's log holds a report: $(head -n 1 "$RUN/reports")"
		STATUS=$EXIT_REPORT
	fi
}

# Print the reports in the log, except two of mistakes that are the kernel's own.
# Every controller gives one on an architecture without PCI domain numbers, such as
# this: the endpoint core has a WARN_ONCE there in place of code (pci-epc-core.c,
# __pci_epc_create). And a driver that is registered while a device of its bus is
# being added loses the reason why that is not probed yet (dd.c,
# driver_deferred_probe_del: the device is in no list), a string that says so. Of other
# leaks a test that has looked at them may say that they are known: "kmemleak: N
# known". What the kernel said before init is not ours either.
boot_reports() {
	awk '
		/epflab: start/ { started = 1 }
		!started { next }
		/kmemleak: [0-9]+ new suspected/ {
			leaks += substr($0, index($0, "kmemleak: ") + 10)
			leak = $0
			next
		}
		/kmemleak: [0-9]+ known/ {
			known += substr($0, index($0, "kmemleak: ") + 10)
			next
		}
		/kmemleak: unreferenced object/ { bytes = "" }
		/kmemleak:     [0-9a-f][0-9a-f] / {
			sub(/.*kmemleak: +([0-9a-f][0-9a-f] )+ /, "")
			known -= bytes ~ /: Device not ready/
			bytes = bytes $0
			known += bytes ~ /: Device not ready/
			next
		}
		/-+\[ cut here \]-+/ { print block; block = "" ; inside = 1 }
		!inside { print; next }
		{ block = block $0 "\n" }
		/---\[ end trace [0-9a-f]+ \]---/ {
			if (block !~ /WARNING: [^\n]*drivers\/pci\/endpoint\/pci-epc-core\.c:[^\n]*\n[^\n]*This architecture doesn.t support generic PCI domains\n/)
				printf "%s", block
			block = ""
			inside = 0
		}
		END {
			printf "%s", block
			if (leaks > known)
				print leak
		}
	' "$RUN/log" | grep -E "$REPORTS"
}

# The kernel's log, for the user. Before the console is there it is in
# early-log, with what the process itself had to say.
boot_log() {
	if [[ -s $RUN/log ]]; then
		cat "$RUN/log" >&2
	else
		cat "$RUN/early-log" >&2
	fi
}

boot_clean_up() {
	# A kernel that dies leaves the terminal as it used it.
	[[ ! ${TERMINAL-} ]] || stty "$TERMINAL"
	rm -rf "$RUN"
}
