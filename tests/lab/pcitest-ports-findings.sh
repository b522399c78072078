#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --timeout 120
#
# Each finding of pcitest ports that is about the hardware of a port, made to
# happen under the stock port driver.

. "$EPFLAB_TOP/tests/lab/pcitest-ports-common.sh"

debugfs=/sys/kernel/debug/pci_epc_sim/epc-sim.0
aer=ECAP_AER+2c.l

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

# A port whose link is off above it does not answer.
awake port/switch=1
setpci -s 10:00.0 CAP_EXP+10.w=10:10
pcitest ports --json 11:00.0 >"$work/ports" && die "answers"
is '["no-answer"]' jq -c '[.ports[0].findings[].name]' "$work/ports"
setpci -s 10:00.0 CAP_EXP+10.w=0:10

valid
