#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --boot pci=noaer,nomsi --boot pciehp.pciehp_poll_mode=1
#
# pcitest ports knows the options of the kernel that keep services from ports,
# or from interrupts.

. "$EPFLAB_TOP/tests/lab/pcitest-ports-common.sh"

awake port/switch=0
pcitest ports --json >/tmp/ports && die "no finding"
is 'intx-instead-of-messages no-service:aer no-handler:hotplug interrupt-off:hotplug no-service:dpc' \
	jq -r '[.ports[].findings[] | .name + ((.service | values | ":" + .) //
	"")] | join(" ")' /tmp/ports
is 'the port has MSI, but pci=nomsi turns that off: services share the pin' \
	jq -r '.ports[0].findings[0].message' /tmp/ports
is 'pci=noaer turns error reporting off' \
	jq -r '.ports[0].services[1].reason' /tmp/ports
is bound jq -r '.ports[0].services[2].state' /tmp/ports
