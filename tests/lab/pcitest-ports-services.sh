#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --timeout 120
#
# Each finding of pcitest ports that is about a driver or its service, made to
# happen under the stock port driver.

. "$EPFLAB_TOP/tests/lab/pcitest-ports-common.sh"

drivers=/sys/bus/pci_express/drivers

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

valid
