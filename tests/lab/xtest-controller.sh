#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --module tests/lab/epc-poor --timeout 120
#
# What a controller refuses the extended test function, or does not have, the log
# tells, with the controller's error; on another it works.

. "$EPFLAB_TOP/tests/lab/common.sh"

name=pci_epf_xtest
function=$ep/functions/$name/x0
node=/dev/pci-endpoint-xtest.0

# says TEXT: the function does, in the log, which is empty then.
says() {
	dmesg -c | grep -q "$name.0: $1" || die "it does not say \"$1\""
}

# link [CONTROLLER]
link() {
	ln -s "$function" "$ep/controllers/${1:-epc-sim.0}/x0"
}

unlink() {
	rm "$ep/controllers/epc-sim.0/x0"
}

# no_link ERROR [CONTROLLER]
no_link() {
	local said

	said=$(link "${@:2}" 2>&1) && die "${2-}: bound, should be: $1"
	[[ $said == *"$1" ]] || die "${2-}: $said; should be: $1"
}

modprobe pci-epf-xtest
VENDOR=0x1af4 DEVICE=0x10f0 MSIX=8 make_functions $name x0
unlink

# Its header, for its interrupt pin; and more messages than there can be
again only_inta=1
echo 2 >"$function/interrupt_pin"
link
says "header: the controller says -22"
unlink
echo 1 >"$function/interrupt_pin"
echo 33 >"$function/msi_interrupts"
link
says "interrupts: the controller says -22"

# Nothing runs then, though the link comes up: another was told of it afterwards.
VENDOR=0x1af4 DEVICE=0x10f0 MSIX=8 make_functions $name x1
start
wait_for "the other's thread" pgrep -x $name.1 >/dev/null
! pgrep -x $name.0 >/dev/null || die "it runs"
stop
remove_functions $name x1
unlink
echo 32 >"$function/msi_interrupts"

# The BAR that its rings are in: the host does not believe that they are there.
modprobe pci_endpoint_xtest
again profile=rcar max_inbound_maps=1
link
says "BAR.: the controller says"
start
wait_for "the refusal" sh -c "dmesg | grep -q 'they make no sense'"
test ! -e $node
stop
wait_for "removal" test ! -e /sys/bus/pci/devices/0000:11:00.0
unlink

# No BAR at all; nothing that it tells of itself; no way to the host's memory
again profile=generic bar{0..5}/type=reserved
no_link "Invalid argument"
modprobe epc-poor
no_link "Operation not supported" epc-poor
echo 1 >/sys/module/epc_poor/parameters/features
no_link "No such device" epc-poor

again profile=generic
link
start
wait_for "the driver" test -e $node
pcitest run --suite irq,sg,map --dma on >/tmp/run || die "$(cat /tmp/run)"
stop
