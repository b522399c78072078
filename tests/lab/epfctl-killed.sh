#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
#
# lab: --module tests/lab/epf-sides
# An apply that is killed before any of its changes is made good by the next; what
# --replace takes away, too.

# shellcheck source=tests/lab/common.sh
. "$EPFLAB_TOP/tests/lab/common.sh"

data=$EPFLAB_TOP/tests/data/lab
empty=/tmp/empty.yaml
printf 'version: 1\ncontrollers: []\n' >$empty
# Programs are slow to start in the debug kernel.
step=1
[[ ! -e /sys/kernel/debug/kmemleak ]] || step=9

cc -shared -fPIC -o /tmp/kill-at.so "$EPFLAB_TOP/tests/lab/killed/kill-at.c"
killed() {
	local at=$1 status=0
	shift

	{
		KILL_AT=$at LD_PRELOAD=/tmp/kill-at.so epfctl -q "$@" ||
			status=$?
	} 2>/dev/null
	((status == 0 || status == 137)) || die "$*: at $at: status $status"
	((status == 137))
}

epfctl -q apply "$data/virtual.yaml"
epfctl export >/tmp/wanted.yaml
epfctl -q apply --replace $empty
for ((at = 1; ; at += step)); do
	killed $at apply "$data/virtual.yaml" || break
	epfctl -q apply "$data/virtual.yaml"
	epfctl export | cmp - /tmp/wanted.yaml
	killed $at apply --replace $empty || :
	epfctl -q apply --replace $empty
	is "" find $ep/functions -mindepth 2 -maxdepth 2
done
((at > 20)) || die "only $at steps"
