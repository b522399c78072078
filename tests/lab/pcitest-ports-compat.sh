#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --boot pcie_ports=compat
#
# Without the kernel's port driver pcitest ports says what has turned it off.

. "$EPFLAB_TOP/tests/lab/common.sh"

pcitest ports --json >/tmp/ports && die "no finding"
is no-port-driver jq -r '[.ports[].findings[].name] | join(" ")' /tmp/ports
is 'pcie_ports=compat turns the port driver off' \
	jq -r '[.ports[0].services[].reason] | unique | join(" ")' /tmp/ports
