#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --module tests/lab/xtest-hostile --timeout 180
#
# A host that writes commands, addresses and indices at random does no harm: the
# endpoint reads and writes no memory that the host did not name, and works then.
# HOSTILE_MS is for how long; with the kernel that looks at each access, longer.

. "$EPFLAB_TOP/tests/lab/common.sh"

# attack MILLISECONDS SEED
attack() {
	echo "$1" >/sys/module/xtest_hostile/parameters/milliseconds
	echo "$2" >/sys/module/xtest_hostile/parameters/seed
	guard_rest xtest_hostile
	refused "No such device" /sys/bus/pci/drivers/xtest-hostile/bind \
		0000:11:00.0
	[[ $(dmesg | grep xtest-hostile: | tail -n 1) == *" intact" ]] ||
		die "seed $2: $(dmesg | grep xtest-hostile: | tail -n 1)"
	is "0 reads, 0 writes" strayed
	guard_rest
}

epfctl apply "$EPFLAB_TOP/examples/pci-epf-xtest.yaml" >&2
modprobe pci_endpoint_xtest
wait_for "the driver" test -e /dev/pci-endpoint-xtest.0
echo 0000:11:00.0 >/sys/bus/pci/drivers/pci-endpoint-xtest/unbind

duration=3000
[[ ! -e /sys/kernel/debug/kmemleak ]] || duration=10000
modprobe xtest-hostile milliseconds=1
for seed in 1 2 3; do
	attack $((${HOSTILE_MS:-$duration} / 3)) $seed
done
(($(stat_of endpoint_read_bytes) > 0)) || die "no command was done"

# It works still.
echo 0000:11:00.0 >/sys/bus/pci/drivers/pci-endpoint-xtest/bind
pcitest run --suite irq,sg --dma on >/tmp/run || die "$(cat /tmp/run)"
stop
