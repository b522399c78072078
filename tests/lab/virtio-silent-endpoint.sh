#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --6.12 --time-travel --module tests/lab/virtio-hostile-endpoint --timeout 120
#
# A disk that answers what it is asked as a device, but none of its requests, can be
# bound and unbound: virtio_epf gives it up after 30 s of silence. At other times
# it may take as long as it wants. A console that takes nothing does not stop the host.

. "$EPFLAB_TOP/tests/lab/common.sh"

parameters=/sys/module/pci_epf_hostile/parameters
driver=/sys/bus/pci/drivers/virtio_epf
address=0000:11:00.0
device=/sys/bus/pci/devices/$address
idle=1024

# has_said COUNT: how often an endpoint was given up
has_said() {
	[[ $(dmesg | grep -c "requests are not answered") == "$1" ]]
}

modprobe -a virtio_epf virtio_blk pci-epf-hostile
echo 2 >$parameters/device_type
mkdir "$ep/functions/pci_epf_hostile/v0"
ln -s "$ep/functions/pci_epf_hostile/v0" "$ep/controllers/epc-sim.0/v0"
start
wait_for "the disk" test -b /dev/vda
# The driver is done with it, and has looked for partitions, when it has come again.
echo $address >$driver/unbind
echo $address >$driver/bind

echo $idle >$parameters/kinds
dd if=/dev/vda of=/dev/null bs=4k count=1 iflag=direct 2>/dev/null &
reader=$!
sleep 100
has_said 0 || die "it was given up though nobody was in a hurry"
kill -0 $reader || die "a request ended that was not answered"
echo $address >$driver/unbind
! wait $reader || die "a request that was not answered went well"
has_said 1 || die "it was not given up when it was unbound"

# It looks for partitions.
echo $address >$driver/bind
has_said 2 || die "it was not given up when it was bound"
echo $address >$driver/unbind

echo 0 >$parameters/kinds
echo $address >$driver/bind
dd if=/dev/vda of=/dev/null bs=4k count=1 iflag=direct 2>/dev/null ||
	die "it does not work afterwards"
stop
wait_for "removal" test ! -e "$device"
remove_functions pci_epf_hostile v0

# A console: its output gets lost when there is no room for it any more, 64 KiB, and
# the host goes on; what the endpoint takes then is what it has room for again.
modprobe virtio_console
echo 3 >$parameters/device_type
echo $idle >$parameters/kinds
mkdir "$ep/functions/pci_epf_hostile/v0"
ln -s "$ep/functions/pci_epf_hostile/v0" "$ep/controllers/epc-sim.0/v0"
start
wait_for "the console" test -e /dev/hvc0
exec 3>/dev/hvc0
stty raw -echo <&3
begin=$(date +%s%3N)
head -c 1048576 /dev/zero >&3
took=$(($(date +%s%3N) - begin))
is $((1048576 - 65536)) cat $device/dropped
((took <= 100)) || die "the host stood still for $took ms"
dmesg | grep -q "queue 1: the endpoint does not take output" ||
	die "nothing is said of it"

# has_room: as much again is not dropped
has_room() {
	local before

	before=$(cat $device/dropped)
	head -c 65536 /dev/zero >&3
	(($(cat $device/dropped) == before))
}
! has_room || die "there is room though nothing was taken"
echo 0 >$parameters/kinds
wait_for "room in the console" has_room
exec 3>&-
stop
wait_for "removal" test ! -e "$device"
remove_functions pci_epf_hostile v0
