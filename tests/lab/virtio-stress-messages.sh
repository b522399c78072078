#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --timeout 300 --set port/aer=0 --set port/dpc=0 --module tests/lab/rpmsg-probe
#
# A console and a bus of messages behind an endpoint go while both sides use them, in
# each way there is (or those in WAYS), ROUNDS times: the host's terminal hangs up, its
# channels go, and all works again when the endpoint is back.

# shellcheck source=tests/lab/stress.sh
. "$EPFLAB_TOP/tests/lab/stress.sh"

platform=/sys/bus/platform/devices
functions=(console rpmsg)
# Neither driver asks whether the endpoint is there.
finds_crash=
# The host has room for that, where nothing is under way.
bytes=16384
block=$(printf '%01024d' 0)

# open_terminal DEVICE NAME: all that is read from it, from now on, is in a file of
# that name. A terminal that nobody has open forgets its settings.
open_terminal() {
	local terminal

	exec {terminal}<"$1"
	stty raw -echo <&"$terminal"
	cat <&"$terminal" >>"/run/$2" 2>/dev/null &
	reader[$2]=$!
	exec {terminal}<&-
}

make() {
	create_functions
	echo epf-test >"$(attributes rpmsg)/backend/services"
	# This one's rings the endpoint reads.
	echo 0 >"$(attributes rpmsg)/push"
	link_functions
	read -r terminal <"$(attributes console)/backend/tty"
	open_terminal "/dev/$terminal" endpoint
}

# Whoever has the endpoint's terminal open finds it hung up.
unmake() {
	unlink_functions
	wait "${reader[endpoint]}" "$writer" || :
	remove_unlinked
}

has_console() {
	compgen -G "/sys/kernel/debug/virtio-ports/vport*p0" >/dev/null
}

# has_channel SIDE: with a driver; sets channel[SIDE], to its directory.
has_channel() {
	local all

	case $1 in
	host) all=("$pci"/0000:11:00.1/virtio*/virtio*.epf-test.*) ;;
	endpoint) all=("$platform"/epf-virtio-rpmsg.*/virtio*/virtio*.epf-test.*) ;;
	esac
	channel[$1]=${all[0]}
	[[ -e ${all[0]}/driver ]]
}

# The host's channel is there when the endpoint's is.
back() {
	local side

	wait_for "the host's console" has_console
	open_terminal /dev/hvc0 host
	for side in host endpoint; do
		wait_for "the channel of the $side" has_channel $side
	done
}

# has_received SIDE COUNT: messages, or more; sets received.
has_received() {
	read -r received <"${channel[$1]}/received"
	((received >= $2))
}

# has_read SIDE: the bytes sent. What was under way may be before them.
has_read() {
	tail -c $bytes "/run/$1" | cmp -s - "/run/sent.$1"
}

# host_writes: whether all of it: a console drops what there is no room for, and
# something may be under way since it was opened, while it echoed.
host_writes() {
	local dropped

	read -r dropped <"$pci/0000:11:00.0/dropped"
	cat /run/sent.endpoint >/dev/hvc0
	[[ $(<"$pci/0000:11:00.0/dropped") == "$dropped" ]]
}

works() {
	local side

	for side in host endpoint; do
		head -c $bytes /dev/urandom >/run/sent.$side
	done
	cat /run/sent.host >"/dev/$terminal"
	wait_for "room for output" host_writes
	# The endpoint can as soon as the host has.
	for side in endpoint host; do
		STEP=0.1 wait_for "the bytes for the $side" has_read $side
		echo 50 >"${channel[${other[$side]}]}/send"
		wait_for "messages for the $side" has_received $side 50
		is 0 cat "${channel[$side]}/bad"
		((received == 50)) || die "the channel of the $side is an old one"
	done
}

# write DEVICE: until an error.
write() {
	while printf '%s' "$block"; do
		read -rt 0.002 -u "$never" || :
	done >"$1"
}

terminal_is_busy() {
	[[ -s /run/host && -s /run/endpoint ]]
}

traffic() {
	local side

	note_chains
	truncate -s 0 /run/host /run/endpoint
	write /dev/hvc0 2>/run/errors &
	host_writer=$!
	write "/dev/$terminal" 2>/dev/null &
	writer=$!
	# The endpoint can as soon as the host has.
	echo -1 >"${channel[host]}/send"
	wait_for "messages" has_received endpoint 1
	echo -1 >"${channel[endpoint]}/send"
	wait_for_chains
	wait_for "output in both directions" terminal_is_busy
	for side in host endpoint; do
		wait_for "messages for the $side" has_received $side 100
		is 0 cat "${channel[$side]}/bad"
	done
}

# The host's terminal hangs up, the endpoint's does not.
end() {
	wait "$host_writer" "${reader[host]}" || :
	[[ -s /run/errors ]] || die "$way: the host's writer saw no error"
	# Where it stands in the midst of a write, it would only take note of another.
	kill -KILL "$writer" 2>/dev/null || :
	wait "$writer" 2>/dev/null || :
}

modprobe -a virtio_epf virtio_console virtio_rpmsg_bus rpmsg-probe
# The first terminal that is opened is the test's own, and hangs up.
trap '' HUP
declare -A reader=() channel=() other=([host]=endpoint [endpoint]=host)
stress
kill "${reader[@]}"
