#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --timeout 120
#
# Each finding of pcitest ports, made to happen under the stock port driver.

. "$EPFLAB_TOP/tests/lab/common.sh"

work=$(mktemp -d)
debugfs=/sys/kernel/debug/pci_epc_sim/epc-sim.0
drivers=/sys/bus/pci_express/drivers
aer=ECAP_AER+2c.l
documents=() number=0

# finds FINDING...: these must be found in epc-sim.0's ports, each as ADDRESS:NAME
# or ADDRESS:NAME:SERVICE without domain and function, and no others.
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

awake
finds

# The list of capabilities is a loop.
awake port/capability_loop=1
finds "10:00 malformed-capabilities"
explains "capability list loops at 0x40"
awake port/capability_loop=0

# A message number that the port has no vector for: the pin for all.
awake port/message_pcie=4
finds "10:00 message-beyond-port pme"
explains "message number 4, but the port has 1 MSI vector;"
is INTx jq -r '.ports[0].interrupts.mode' "$work/ports"
awake port/message_pcie=0 port/interrupts=msi-x port/vectors=4 port/message_dpc=9
finds "10:00 message-beyond-port dpc"
explains "message number 9, but the port has 4 MSI-X vectors;"

# A message number that no vector is allocated for any more.
awake port/interrupts=msi port/vectors=8 port/message_dpc=7
setpci -s 10:00.0 CAP_MSI+2.w=10:70
finds "10:00 message-beyond-vectors dpc"
explains "message number 7, but 2 vectors are allocated"

# The port's numbers are right, the machine's interrupt controller is small.
awake port/host_vectors=1
finds "10:00 intx-instead-of-messages"
explains "8 MSI vectors and 8 needed"
awake port/host_vectors=32 port/vectors=1 port/message_dpc=0

# No interrupt at all.
awake port/interrupts=none
finds "10:00 no-interrupt"
reason aer "the port has got no interrupt"
awake port/interrupts=msi

# Somebody has turned off what the port driver turned on.
setpci -s 10:00.0 COMMAND=0:4
finds "10:00 bus-master-off"
explains "cannot send its interrupts"

# And so an event is recorded that nobody serves.
echo correctable >$debugfs/aer
finds "10:00 bus-master-off" "10:00 event-pending aer"
awake port/interrupts=msi-x
finds
setpci -s 10:00.0 CAP_MSIX+2.w=4000:4000
finds "10:00 messages-masked"
awake port/interrupts=intx
finds
setpci -s 10:00.0 COMMAND=400:400
finds "10:00 pin-disabled"
awake port/interrupts=msi
setpci -s 10:00.0 $aer=0:7
finds "10:00 interrupt-off aer"
setpci -s 10:00.0 $aer=7:7
finds

# Bus mastering off under a device that has it on.
awake port/switch=1 port/dpc=0
setpci -s 11:00.0 COMMAND=0:4
finds "11:00 bus-master-off"
explains "a device below has it on"
awake port/switch=0 port/dpc=1

# No port driver, no service driver.
echo 0000:10:00.0 >/sys/bus/pci/drivers/pcieport/unbind
finds "10:00 no-port-driver"
reason dpc "no driver is bound to the port"
awake
echo 0000:10:00.0:pcie002 >$drivers/aer/unbind
finds "10:00 no-service-driver aer"
reason aer "aer is not bound to it: it was unbound, or its probe failed"

# Firmware keeps what it does not grant.
awake port/native_aer=0
finds "10:00 no-service aer" "10:00 no-service dpc"
reason aer "the host bridge keeps control of error reporting: firmware did not grant it (ACPI _OSC)"
awake port/native_aer=1 port/native_pme=0
finds "10:00 no-service pme"
awake port/native_pme=1 port/native_hotplug=0
finds "10:00 no-service hotplug"
awake port/native_hotplug=1

# Containment below a switch: Linux 6.12 takes it together with AER alone, newer
# ones have it wherever they may. A message number that was not counted has no
# vector.
awake port/switch=1 port/vectors=4 port/message_dpc=3
if [[ ! -e /sys/bus/pci/devices/0000:12:00.0/0000:12:00.0:pcie208 ]]; then
	finds "12:00 message-beyond-vectors dpc" "12:00 no-service dpc"
	explains "message number 3, but 1 vector is allocated"
else
	finds
fi

# A port whose link is off above it does not answer.
setpci -s 10:00.0 CAP_EXP+10.w=10:10
pcitest ports --json 11:00.0 >"$work/ports" && die "answers"
is '["no-answer"]' jq -c '[.ports[0].findings[].name]' "$work/ports"
setpci -s 10:00.0 CAP_EXP+10.w=0:10

/usr/bin/python3 -m jsonschema "${documents[@]}" \
	"$EPFLAB_TOP/docs/schema/pcitest-ports.json"
