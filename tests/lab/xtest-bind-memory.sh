#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --debug --timeout 300
#
# Allocations fail, one after the other: making and binding the function, and
# binding its host driver, end with an error or do without, and work when there is
# memory again.

# shellcheck source=tests/lab/fail-nth.sh
. "$EPFLAB_TOP/tests/lab/fail-nth.sh"

node=/dev/pci-endpoint-xtest.0
function=$ep/functions/pci_epf_xtest/x0
link=$ep/controllers/epc-sim.0/x0
driver=/sys/bus/pci/drivers/pci-endpoint-xtest

works() {
	pcitest run --suite sg,map --dma on >/tmp/run || die "$1: $(cat /tmp/run)"
}

modprobe pci-epf-xtest
modprobe pci_endpoint_xtest
VENDOR=0x1af4 DEVICE=0x10f0 MSIX=8 make_functions pci_epf_xtest x0
rm "$link"

# Another one is made. (Before 7.3 the core has EINVAL for whatever there is.)
nth "mkdir \"${function%0}1\"" "rmdir \"${function%0}1\"" EINVAL

# So is room that is put aside for its user.
windows=$(echo "$function"/pci_epf_xtest.*)/outbound/windows
nth "mkdir \"$windows/mine\"" "rmdir \"$windows/mine\""
mkdir "$windows/mine"
echo 70000 >"$windows/mine/size"

# The function is bound to its controller, to one that lets it begin at once, too,
# and unbound.
again linkup_notifier=0
nth "symlink \"$function\", \"$link\"" "unlink \"$link\""
dmesg | grep -q "pci_epf_xtest.0: no thread" || die "it had its thread"
again linkup_notifier=1
nth "symlink \"$function\", \"$link\"" "unlink \"$link\""
ln -s "$function" "$link"
nth "unlink \"$link\"" "symlink \"$function\", \"$link\""

dmesg | grep -q "window mine: no 70000 bytes to put aside: -12" ||
	die "it had its window"

start
wait_for "the driver" test -e $node
works "after it was bound without memory"

# Its host driver is unbound, and bound.
write='sub { open my $file, ">", $_[0] or return 0;
	syswrite $file, "0000:11:00.0" }'
nth "$write->(\"$driver/unbind\")" "$write->(\"$driver/bind\")"
echo 0000:11:00.0 >$driver/unbind
nth "$write->(\"$driver/bind\")" "$write->(\"$driver/unbind\")" EBUSY
echo 0000:11:00.0 >$driver/bind
works "after its host driver was bound without memory"
