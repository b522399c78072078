#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --outside
#
# Every file of the machine can be changed inside, and none is changed by it.

# shellcheck source=tests/lab/outside.sh
. "$(dirname -- "$0")/outside.sh"

victim=$work/victim
mkdir "$victim"
echo old >"$victim/file"
chmod 644 "$victim/file"
mkdir "$victim/folder"

state() {
	find "$victim" -printf '%p %M %s %T@ %C@\n' | sort
	cat "$victim/file"
	stat -c '%n %A %s %Y %Z' /etc /etc/passwd /usr /usr/bin /usr/lib/modules \
		"$top" "$top"/* 2>/dev/null || :
}

state >"$work/before"
ends 0 run --bare -- sh -ec '
	cd "$1"
	echo new >>file
	chmod 000 file
	mv file folder
	grep -q new folder/file
	rmdir --ignore-fail-on-non-empty folder
	rm -r folder
	mkdir folder
	[ -z "$(ls folder)" ]
	echo new >other

	echo new >/etc/epflab-test
	rm /etc/passwd
	chmod 700 /usr/bin
	echo new >"$EPFLAB_TOP/epflab-test"
	rm -r "$EPFLAB_TOP/lab"
	[ ! -e /etc/passwd ]
' sh "$victim"
state | diff "$work/before" - || die "the machine was changed"

# Not even by one who mounts the machine once more.
if ! bwrap --dev-bind / / --unshare-pid --proc /proc true; then
	echo "no namespaces here: the rest cannot be tested" >&2
	exit 0
fi
ends 0 run --bare -- sh -c '
	mkdir /again
	mount -t hostfs none /again || exit 2
	! (echo new >"/again/$1/file")
' sh "$victim"
says "Read-only file system"
state | diff "$work/before" - || die "the machine was changed"
