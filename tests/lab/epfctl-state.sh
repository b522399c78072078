#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
#
# lab: --module tests/lab/epf-sides
# The state of a system as a file: eight functions on two controllers, an NTB
# with a secondary link and virtual functions among them, are applied, compared,
# exported, replaced and torn down.

# shellcheck source=tests/lab/common.sh
. "$EPFLAB_TOP/tests/lab/common.sh"

data=$EPFLAB_TOP/tests/data/lab
nothing="nothing to do: the system is as it should be"
empty=/tmp/empty.yaml
printf 'version: 1\ncontrollers: []\n' >$empty

mkdir $sim/epc-sim.1
echo 1 >$sim/epc-sim.1/live
modprobe pci_endpoint_test

# differs FILE OPTION...: diff finds something.
differs() {
	local status=0

	epfctl diff "$@" >/tmp/differences || status=$?
	((status == 3)) || die "diff $*: status $status"
	[[ -s /tmp/differences ]] || die "diff $*: nothing said"
}

epfctl -q apply "$data/eight.yaml"
is 1 cat $ep/controllers/epc-sim.0/start
wait_for "enumeration" test -e /sys/bus/pci/devices/0000:11:00.4/device
is "$nothing" epfctl apply "$data/eight.yaml"
is "no difference" epfctl diff "$data/eight.yaml"
is "no difference" epfctl diff --replace "$data/eight.yaml"
is -3 cat $ep/functions/pci_epf_sides/bridge/from-the-future/deep/level
is 8 sh -c "ls -d $ep/functions/*/* | grep -vc /v[12]$"

epfctl export >/tmp/state.yaml
is "no difference" epfctl diff --replace /tmp/state.yaml
is "$nothing" epfctl apply --replace /tmp/state.yaml

# Another file: what it does not name goes, what it changes is made anew.
differs "$data/two.yaml"
epfctl -q apply "$data/two.yaml" 2>/tmp/said && die "a started controller changed"
grep -q "stop it first" /tmp/said || die "$(</tmp/said)"
is "no difference" epfctl diff --replace /tmp/state.yaml
epfctl -q apply --replace "$data/two.yaml"
is "no difference" epfctl diff --replace "$data/two.yaml"
differs /tmp/state.yaml
is "$nothing" epfctl apply --replace "$data/two.yaml"

# Back to what was exported, byte for byte; then nothing is left.
epfctl -q apply --replace /tmp/state.yaml
epfctl export >/tmp/again.yaml
cmp /tmp/state.yaml /tmp/again.yaml
differs --replace $empty
epfctl -q apply --replace $empty
is "" find $ep/functions -mindepth 2 -maxdepth 2
is 0 cat $ep/controllers/epc-sim.0/start
is 0 cat $ep/controllers/epc-sim.1/start
