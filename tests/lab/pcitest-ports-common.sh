# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# shellcheck shell=bash
#
# For the tests of what pcitest ports finds.

. "$EPFLAB_TOP/tests/lab/common.sh"

work=$(mktemp -d)
documents=() number=0

# finds FINDING...: these must be found in epc-sim.0's ports, each as "BUS:DEVICE
# NAME" or "BUS:DEVICE NAME SERVICE", and no others.
finds() {
	local status=0

	pcitest ports --json >"$work/ports" || status=$?
	is "$(printf '%s\n' "$@")" jq -r '.ports[] | .address[5:10] as $at |
		.findings[] | [$at, .name, .service // empty] | join(" ")' \
		"$work/ports"
	((status == ($# ? 3 : 0))) || die "status $status"
	documents+=(-i "$work/$((++number)).json")
	cp "$work/ports" "$work/$number.json"
}

# awake KNOB=VALUE...: made anew, and the ports do not sleep when idle: then their
# interrupts are off, as they should be.
awake() {
	local control

	again "$@"
	for control in /sys/bus/pci/devices/0000:1[0-2]:00.0/power/control; do
		[[ ! -e $control ]] || echo on >"$control"
	done
}

# explains TEXT: the first finding must.
explains() {
	jq -r '[.ports[].findings[]][0].message' "$work/ports" |
		grep -qF -- "$1" || die "no \"$1\": $(cat "$work/ports")"
	# In the text, too, with what to do.
	pcitest ports | grep -A1 "^    FINDING .*$1" | grep -q "^        [A-Z]" ||
		die "not in the text: $1"
}

# reason SERVICE WANT: why a service of the root port is not bound.
reason() {
	is "$2" jq -r --arg name "$1" '.ports[0].services[] |
		select(.name == $name).reason' "$work/ports"
}

# valid: all documents so far are what they should be.
valid() {
	/usr/bin/python3 -m jsonschema "${documents[@]}" \
		"$EPFLAB_TOP/docs/schema/pcitest-ports.json"
}
