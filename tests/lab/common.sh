# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# shellcheck shell=bash
#
# For the tests of this folder that run inside the lab.

set -eu

sim=/sys/kernel/config/pci_epc_sim
ep=/sys/kernel/config/pci_ep

die() {
	echo "${0##*/}: $*" >&2
	exit 1
}

# refused ERROR FILE VALUE: writing VALUE to FILE must fail with that message.
refused() {
	local said

	if said=$( (printf '%s' "$3" >"$2") 2>&1); then
		die "$2 took \"$3\", should have refused it: $1"
	fi
	[[ $said == *"$1"* ]] || die "$2: \"$3\": $said; should be: $1"
}

# is WANT COMMAND...: COMMAND must print WANT, whatever its status.
is() {
	local want=$1 got
	shift

	got=$("$@") || :
	[[ $got == "$want" ]] || die "$*: printed \"$got\", should be \"$want\""
}

# stat_of COUNTER [INSTANCE]: a counter of the simulated controller.
stat_of() {
	awk -v name="$1" '$1 == name { print $2 }' "$sim/${2:-epc-sim.0}/stats"
}

# guard_rest MODULE: from now on epc-sim.0 counts what of the endpoint's accesses is to
# other memory than that test module names; none: no more.
guard_rest() {
	if (($#)); then
		cat "/sys/module/$1/parameters/guards"
	else
		echo
	fi >/sys/kernel/debug/pci_epc_sim/epc-sim.0/guards
}

# strayed: how many accesses were, by a processor or the DMA engine.
strayed() {
	echo "$(stat_of guarded_reads) reads, $(stat_of guarded_writes) writes"
}

# figure NAME FILE: the value in a line NAME VALUE.
figure() {
	awk -v name="$1" '$1 == name { print $2 }' "$2"
}

# are_first_maps COUNT: none was made twice, by a virtio function: it has eight at
# once, of the memory that came into use, and with each that is one more than ever
# it maps a page, to see that one is left.
are_first_maps() {
	(($1 <= 2 * 8)) || die "$1 maps"
}

# Where nothing ever is to be read: a read from it waits as sleep(1) does, but is no
# process, which takes the debug kernel a tenth of a second to make.
exec {never}<> <(:)

# wait_for WHAT COMMAND...: until COMMAND succeeds, 6000 times STEP at most, which is
# 10 ms: on several processors a device with 2048 vectors takes seconds to go.
wait_for() {
	local what=$1 i
	shift

	for ((i = 0; i < 6000; i++)); do
		"$@" && return
		read -rt "${STEP:-0.01}" -u "$never" || :
	done
	show_tasks >&2
	die "$what: not in time"
}

# show_tasks: what the kernel said last, and where each task waits, but those of
# the kernel that have nothing to do. With KASAN that is not known: User-Mode Linux
# looks for it where nothing may be read.
show_tasks() {
	local dir name state where="wchan"

	[[ ! -e /sys/kernel/debug/kmemleak ]] || where="comm"

	dmesg | tail -n 50
	for dir in /proc/[0-9]*/task/*; do
		{
			name=$(<"$dir/comm") &&
				state=$(sed -n 's/^State:[[:space:]]*//p' \
					"$dir/status") &&
				[[ $state != I* ]] &&
				echo "${dir##*/} $name: $state $(<"$dir/$where")"
		} 2>/dev/null || :
	done
}

# watch_progress SECONDS: from now on, progress has to be called as often as that.
# Otherwise this shell ends, and says what stands.
watch_progress() {
	exec {progress}> >(watch "$1")
}

watch() {
	local what="the start" status=0 next

	while ((status == 0)); do
		read -r -t "$1" next || status=$?
		what=${next:-$what}
	done
	# Not longer than it takes to read: the end of the test
	((status > 128)) || return 0
	{
		echo "${0##*/}: $what: stands still for $1 s"
		show_tasks
	} >&2
	kill -KILL $$
}

# progress WHAT: comes now.
progress() {
	echo "$1" >&"$progress"
}

# make_functions DRIVER NAME...: make functions of the stock test's identity
# (VENDOR, DEVICE) with MSIX vectors, and link them to epc-sim.0 in that order.
make_functions() {
	local driver=$1 name dir
	shift

	for name; do
		dir=$ep/functions/$driver/$name
		mkdir "$dir"
		echo "${VENDOR:-0x104c}" >"$dir/vendorid"
		echo "${DEVICE:-0xb500}" >"$dir/deviceid"
		echo 32 >"$dir/msi_interrupts"
		echo "${MSIX:-2048}" >"$dir/msix_interrupts"
		ln -s "$dir" "$ep/controllers/epc-sim.0/$name"
	done
}

remove_functions() {
	local driver=$1 name
	shift

	for name; do
		rm "$ep/controllers/epc-sim.0/$name"
		rmdir "$ep/functions/$driver/$name"
	done
}

# again KNOB=VALUE...: make epc-sim.0 anew, with these knobs.
again() {
	local knob

	echo 0 >"$sim/epc-sim.0/live"
	for knob; do
		echo "${knob#*=}" >"$sim/epc-sim.0/${knob%%=*}"
	done
	echo 1 >"$sim/epc-sim.0/live"
}

# tests ARGUMENT...: pcitest with these must say OKAY, and not NOT OKAY.
tests() {
	local said

	said=$(pcitest "$@") || die "pcitest $*: $said"
	[[ $said == *OKAY && $said != *"NOT OKAY"* ]] ||
		die "pcitest $*: $said"
}

start() {
	echo 1 >"$ep/controllers/epc-sim.0/start"
}

stop() {
	echo 0 >"$ep/controllers/epc-sim.0/start"
}
