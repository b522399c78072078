#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --timeout 120
#
# What epfctl sees and waits for: events, the link, and windows.

# shellcheck source=tests/lab/common.sh
. "$EPFLAB_TOP/tests/lab/common.sh"

file=$EPFLAB_TOP/examples/pci-epf-xtest.yaml

# saw LINE: the monitor printed it, as text and as JSON.
saw() {
	local -a word
	read -ra word <<<"$1"

	wait_for "$1" grep -qx "$1" /tmp/events
	wait_for "$1 in JSON" jq -es --arg event "${word[0]}" \
		--arg object "${word[1]}" --arg peer "${word[2]-}" '
		any(.event == $event and .object == $object and
		    (.peer // "") == $peer)' /tmp/events.json >/dev/null
}

epfctl monitor >/tmp/events &
text=$!
epfctl monitor --json >/tmp/events.json &
json=$!
# It tells what changes from when it looked first.
echo 0 >$sim/epc-sim.0/live
wait_for "the monitors" sh -c "mkdir $sim/epc-sim.1 && echo 1 >$sim/epc-sim.1/live
	sleep 0.3
	echo 0 >$sim/epc-sim.1/live; rmdir $sim/epc-sim.1
	sleep 0.3
	grep -q 'controller-removed epc-sim.1' /tmp/events &&
	grep -q epc-sim.1 /tmp/events.json"
echo 1 >$sim/epc-sim.0/live
saw "controller-added epc-sim.0"

# A link that is up when apply has ended.
epfctl -q apply --wait 20 "$file"
is 1 cat $sim/epc-sim.0/link_up
saw "function-added pci_epf_xtest/xtest0"
saw "function-linked pci_epf_xtest/xtest0 epc-sim.0"
saw "controller-started epc-sim.0"
saw "link-up epc-sim.0"
is null sh -c "epfctl --json apply --wait 20 '$file' | jq .error"

# Windows while the function is bound.
epfctl window add xtest0 ring 65536
windows=$(epfctl --json window list)
jq -e '.functions[0] | .total > 0 and .page_size > 0 and
	.largest_free > 0 and .used >= 65536 and
	(.windows | length) == 1 and .windows[0].size == 65536 and
	(.windows[0].place | test("^0x0*[1-9a-f]"))' <<<"$windows" >/dev/null ||
	die "$windows"
epfctl window list | grep -q "^pci_epf_xtest/xtest0  ring  *65536  *0x" ||
	die "$(epfctl window list)"
epfctl window add xtest0 ring 4096 2>/tmp/said && die "a window twice"
grep -q "File exists" /tmp/said || die "$(</tmp/said)"
epfctl window add xtest0 huge 0x100000000000 2>/tmp/said &&
	die "a window that is larger than all there is"
is 1 sh -c "epfctl --json window list | jq '.functions[0].windows | length'"
epfctl window remove xtest0 ring
is 0 sh -c "epfctl --json window list | jq '.functions[0].windows | length'"
epfctl window remove xtest0 ring 2>/tmp/said && die "a window that is not there"

epfctl stop epc-sim.0
saw "link-down epc-sim.0"
saw "controller-stopped epc-sim.0"
is 0 cat $sim/epc-sim.0/link_up
epfctl unlink xtest0 epc-sim.0
saw "function-unlinked pci_epf_xtest/xtest0 epc-sim.0"
epfctl delete xtest0
saw "function-removed pci_epf_xtest/xtest0"

# Memory windows through the same verbs.
epfctl create pci_epf_vntb bridge
epfctl window add bridge mw1 65536
epfctl window add bridge mw2 0x20000
is "65536 131072" sh -c "epfctl --json window list |
	jq -r '[.functions[].windows[].size] | map(tostring) | join(\" \")'"
epfctl window remove bridge mw1 2>/tmp/said && die "the first of two windows"
epfctl window remove bridge mw2
is mw1 sh -c "epfctl --json window list | jq -r '.functions[].windows[].name'"
epfctl window add bridge mw1 4096 9 2>/tmp/said && die "BAR 9"
epfctl window add bridge ring 4096 2>/tmp/said && die "an outbound window"
grep -q "has no outbound windows" /tmp/said || die "$(</tmp/said)"

# While nothing changes the monitors leave the drivers alone: vntb would log an
# error for each window that is not there.
last_error() {
	dmesg | grep -E "Invalid num_nws|MW[0-9]+ out of range" | tail -n 1
}

last_error >/tmp/error
[[ -s /tmp/error ]] || die "vntb says nothing any more"
sleep 0.5
is "$(</tmp/error)" last_error

# Behind a port that holds the bus in reset there is an end of waiting, on the command
# line or in the file; what was done stands.
# too_late COMMAND...: must say that the link did not come up.
too_late() {
	local status=0

	"$@" 2>/tmp/said || status=$?
	((status == 1)) || die "$*: status $status"
	is "epfctl: epc-sim.0: the link did not come up in time; what was done stands: the host may be off, or not have looked" \
		cat /tmp/said
	is 1 cat $ep/controllers/epc-sim.0/start
	is 0 cat $sim/epc-sim.0/link_up
}

# One that sleeps would be as it was when it wakes up.
port=$(echo /sys/devices/platform/epc-sim.0/pci*/*:*:*.*)
echo on >"$port/power/control"
setpci -s "${port##*/}" BRIDGE_CONTROL.w=40:40
too_late epfctl -q apply --wait 1 "$file"
sed 's/^  - name: .*/&\n    wait-link: 1/' "$file" >/tmp/wait.yaml
too_late epfctl -q apply /tmp/wait.yaml
epfctl stop epc-sim.0
too_late epfctl -q start epc-sim.0 --wait 1
setpci -s "${port##*/}" BRIDGE_CONTROL.w=0:40
epfctl -q apply --wait 20 /tmp/wait.yaml
is 1 cat $sim/epc-sim.0/link_up

# A controller that is not there
epfctl start nosuch --wait 1 2>/tmp/said && die "a controller that is not there"

kill -INT $text
kill $json
wait $text || die "monitor ended with $?"
wait $json || die "monitor ended with $?"
