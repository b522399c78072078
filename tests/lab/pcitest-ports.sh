#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --timeout 120
#
# pcitest ports joins what a healthy port can do with what the machine makes of
# it, and its counts rise with the events; from a dump, a saved folder and
# without privilege it says the same as far as it can see.

. "$EPFLAB_TOP/tests/lab/common.sh"

work=$(mktemp -d)
chmod 755 "$work"
debugfs=/sys/kernel/debug/pci_epc_sim/epc-sim.0
bound=/dev/pci-endpoint-test.0

# Bandwidth control came back with Linux 6.13.
bandwidth=no-driver
[[ ! -e /sys/bus/pci_express/drivers/pcie_bwctrl ]] || bandwidth=bound

# ports STATUS ARGUMENT...: with its document in $work/ports.
ports() {
	local expected=$1 status=0
	shift

	pcitest ports --json "$@" >"$work/ports" || status=$?
	((status == expected)) ||
		die "ports $*: status $status: $(cat "$work/ports")"
	/usr/bin/python3 -m jsonschema -i "$work/ports" \
		"$EPFLAB_TOP/docs/schema/pcitest-ports.json"
}

# shows WANT FILTER: what jq gets from the document, in one line.
shows() {
	is "$1" jq -rc "$2" "$work/ports"
}

# count_of SERVICE: interrupts that it has had.
count_of() {
	pcitest ports --json 10:00.0 | jq --arg name "$1" \
		'.ports[0].services[] | select(.name == $name).count'
}

has_risen() {
	(($(count_of "$1") > $2))
}

# Idle ports sleep with newer kernels, and their interrupts are off then.
wake() {
	echo on >/sys/bus/pci/devices/0000:10:00.0/power/control
}

modprobe pci-epf-test
modprobe pci_endpoint_test
again port/interrupts=msi-x port/vectors=8 port/message_pcie=2 \
	port/message_aer=5 port/message_dpc=7
wake
make_functions pci_epf_test f0
start
wait_for "enumeration" test -e $bound

ports 0
shows '["0000:10:00.0","root port","0x11","pcieport",true]' \
	'.ports[0] | [.address, .type, .secondary_bus, .driver, .bus_master]'
shows '["MSI-X",8,8,8,[0,1,2,3,4,5,6,7]]' '.ports[0].interrupts |
	[.mode, .vectors_allocated, .vectors_needed, .msix.offered,
	([.irqs[].vector])]'
shows "pme 2 2 bound,aer 5 5 bound,hotplug 2 2 bound,dpc 7 7 bound,bandwidth 2 2 $bandwidth" \
	'[.ports[0].services[] | "\(.name) \(.message) \(.vector) \(.state)"] |
	join(",")'
shows 'aer dpc pcie_pme pciehp' '[.ports[0].services[] |
	select(.name != "bandwidth").driver] | sort | join(" ")'
shows true '[.ports[0].services[] | select(.name != "bandwidth") |
	.enabled and (.pending | not)] | all'
# Each has its own interrupt, that the kernel gave to its vector.
shows true '.ports[0] | .interrupts.irqs as $irqs | [.services[] |
	.irq == $irqs[.vector].irq] | all'
shows '["dynamic-msix 3","allocate-n 8","shared-vector 1"]' \
	'[.ports[0].advice[] | "\(.path) \(.vectors)"]'

# Counts rise: AER, hot-plug, containment.
before=$(count_of aer)
echo correctable >$debugfs/aer
wait_for "an AER interrupt" has_risen aer "$before"
before=$(count_of hotplug)
echo 1 >$debugfs/surprise
wait_for "a hot-plug interrupt" has_risen hotplug "$before"
wait_for "removal" test ! -e $bound
echo 0 >$debugfs/surprise
wait_for "enumeration" test -e $bound
before=$(count_of dpc)
echo fatal >$debugfs/aer
wait_for "a containment interrupt" has_risen dpc "$before"
wait_for "recovery" ports 0

# The way to a function, and what there is not.
ports 0 11:00.0;  shows '["0000:10:00.0"]' '[.ports[].address]'
ports 0 10:00.0;  shows '["0000:10:00.0"]' '[.ports[].address]'
ports 1 12:00.0;  shows '0000:12:00.0: no such PCI function' .error.message

# Saved, it is the same to the letter; the folder is not written over.
pcitest ports >"$work/text"
pcitest ports --save "$work/saved" >/dev/null
pcitest ports --root "$work/saved" | diff "$work/text" - ||
	die "not the same from a saved folder"
ports 1 --save "$work/saved"
[[ $(jq -r .error.message "$work/ports") == *"File exists" ]] ||
	die "wrote over a folder"

# A dump has the hardware's part.
lspci -xxxx | ports 0 --dump -
shows 'pme 2 unknown,aer 5 unknown,hotplug 2 unknown,dpc 7 unknown,bandwidth 2 unknown' \
	'[.ports[0].services[] | "\(.name) \(.message) \(.state)"] | join(",")'
shows '[8,null]' '.ports[0].interrupts |
	[.vectors_needed, .vectors_allocated]'

# Without privilege there are the services, interrupts and counts.
nobody() {
	setpriv --reuid 65534 --regid 65534 --clear-groups "$@"
}
nobody pcitest ports --json >"$work/ports" || die "not without privilege"
shows '["root port","MSI-X",8,null,null]' '.ports[0] | [.type,
	.interrupts.mode, .interrupts.vectors_allocated,
	.interrupts.vectors_needed, .services[1].message]'
shows 'bound bound bound bound' \
	'[.ports[0].services[:4][].state] | join(" ")'
shows '["capabilities and message numbers: only root can read them"]' \
	'.ports[0].unseen'

# MSI and the pin.
stop
wait_for "removal" test ! -e $bound
remove_functions pci_epf_test f0
again port/interrupts=msi
wake
ports 0
shows '["MSI",8,8]' '.ports[0].interrupts |
	[.mode, .vectors_allocated, .vectors_needed]'
shows '["MSI",2,5,2,7,2]' '.ports[0] |
	[.interrupts.mode, .services[].vector]'
again port/interrupts=intx port/message_pcie=0 port/message_aer=0 \
	port/message_dpc=0
wake
ports 0
shows '["INTx",0,1]' '.ports[0].interrupts |
	[.mode, .vectors_allocated, (.irqs | length)]'

# The way to a function leads through a switch.
again port/interrupts=msi port/switch=1 port/dpc=0
make_functions pci_epf_test f0
start
wait_for "enumeration" test -e $bound
ports 0 13:00.0
shows '["0000:10:00.0 root port","0000:11:00.0 upstream port","0000:12:00.0 downstream port"]' \
	'[.ports[] | "\(.address) \(.type)"]'
ports 0 11:00.0
shows '["0000:11:00.0"]' '[.ports[].address]'
stop
wait_for "removal" test ! -e $bound
remove_functions pci_epf_test f0
again port/switch=0

# One that sleeps is healthy, too, where the kernel lets it.
port=/sys/bus/pci/devices/0000:10:00.0
sleeps() {
	[[ $(cat $port/power/runtime_status) == suspended ]]
}
echo auto >$port/power/control
if [[ -e /sys/bus/pci_express/drivers/pcie_bwctrl ]]; then
	wait_for "sleep" sleeps
	ports 0
	shows true '.ports[0].asleep'
fi
