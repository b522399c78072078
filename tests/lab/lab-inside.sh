#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
#
# The machine inside is what it is said to be.

# shellcheck source=tests/lab/common.sh
. "$EPFLAB_TOP/tests/lab/common.sh"

# Nothing but the boot comes before this.
if ! [[ -e /sys/kernel/debug/kmemleak ]]; then
	awk '{ exit !($1 <= 0.5) }' /proc/uptime ||
		die "up for $(cut -d ' ' -f 1 /proc/uptime) s"
fi

is 0 id -u
is lab hostname
is 1 printenv EPFLAB
is "$EPFLAB_TOP" pwd
for type in / /tmp /run /dev /proc /sys /sys/kernel/config /sys/kernel/debug \
	/sys/kernel/tracing; do
	mountpoint -q "$type" || die "$type: not mounted"
done
[[ -e /sys/class/net/lo ]] ||
	die "no loopback interface"
is 0x1 sh -c "printf '0x%x' \$((\$(cat /sys/class/net/lo/flags) & 1))"

# The build's programs and everybody's modules are found.
[[ $(command -v epfctl) == "$EPFLAB_CACHE"/* ]] || die "epfctl: $(command -v epfctl)"
[[ $(command -v pcitest) == "$EPFLAB_CACHE"/* ]] || die "pcitest: $(command -v pcitest)"
modprobe pci-epf-test
modprobe pci_endpoint_test
is epc-sim.0 ls $ep/controllers
