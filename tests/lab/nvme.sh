#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --7.3 --timeout 240
#
# The kernel's NVMe endpoint function: what the host's NVMe driver writes to its
# namespaces, one in memory and one in a file, it reads back, on controllers of
# several kinds.

. "$EPFLAB_TOP/tests/lab/common.sh"

nvmet=/sys/kernel/config/nvmet
nqn=nqn.2014-08.org.example:epf
work=$(mktemp -d)

# add_namespace NUMBER PATH
add_namespace() {
	local dir=$nvmet/subsystems/$nqn/namespaces/$1

	mkdir "$dir"
	echo -n "$2" >"$dir/device_path"
	echo 1 >"$dir/enable"
}

# The target: a subsystem with two namespaces, on a port for PCI. The file is not
# in the overlay that / and /tmp are, whose files do not tell their block size.
modprobe nvmet-pci-epf
modprobe brd rd_nr=1 rd_size=16384
truncate -s 16M /run/namespace
mkdir "$nvmet/subsystems/$nqn"
echo 0x1b96 >"$nvmet/subsystems/$nqn/attr_vendor_id"
echo 0x1b96 >"$nvmet/subsystems/$nqn/attr_subsys_vendor_id"
echo 1 >"$nvmet/subsystems/$nqn/attr_allow_any_host"
add_namespace 1 /dev/ram0
add_namespace 2 /run/namespace
mkdir "$nvmet/ports/1"
echo -n pci >"$nvmet/ports/1/addr_trtype"
ln -s "$nvmet/subsystems/$nqn" "$nvmet/ports/1/subsystems/"

# job NAME OPTION...: to both namespaces at once; the next jobs wait for the end.
job() {
	local name=$1
	shift

	jobs+=("--name=$name-memory" --stonewall --filename=/dev/nvme0n1 "$@"
		"--name=$name-file" --filename=/dev/nvme0n2 "$@")
}

# crossed COUNTER...: print them.
crossed() {
	local counter

	for counter; do
		printf '  %-24s %10d\n' "$counter" "$(stat_of "$counter")"
	done
}

no_maps() {
	(($(stat_of maps_live) == 0))
}

have_disks() {
	[[ -b /dev/nvme0n1 && -b /dev/nvme0n2 ]]
}

# named NAMESPACE: its disk. The kernel looks at several namespaces at once, and
# numbers disks as they come.
named() {
	local disk

	disk=$(grep -lx "$1" /sys/block/nvme0n*/nsid) || die "no namespace $1"
	disk=${disk%/nsid}
	echo "/dev/${disk##*/}"
}

# content MIB DISK
content() {
	dd if="$2" bs=1M count="$1" iflag=direct status=none
}

# disk MIB PROFILE [KNOB=VALUE...]: what is written to a disk on that controller is
# read from it, and is what the endpoint has. That amount is written to each
# namespace in each way.
disk() {
	local size=$1 bytes jobs=()
	shift

	again "profile=$1" "${@:2}"
	epfctl apply "$EPFLAB_TOP/examples/pci-epf-nvmet.yaml" 2>/dev/null
	wait_for "the namespaces" have_disks
	job sequential --rw=write --bs=128k --iodepth=1
	job queued --rw=write --bs=4k --iodepth=8
	job random --rw=randwrite --bs=4k --iodepth=32
	job large --rw=randwrite --bs=64k --iodepth=4
	job mixed --rw=randwrite --bsrange=4k-256k --iodepth=8
	fio --thread --ioengine=libaio --direct=1 --size="${size}M" \
		--verify=crc32c --output="$work/fio" "${jobs[@]}" ||
		die "$*: $(cat "$work/fio")"
	# All was written past what the page caches have of these disks.
	content "$size" /dev/ram0 | cmp - <(content "$size" "$(named 1)")
	content "$size" "$(named 2)" | cmp -n "${size}M" - /run/namespace

	# Each of five jobs crossed twice, for each of two namespaces.
	bytes=$(($(stat_of dma_read_bytes) + $(stat_of endpoint_read_bytes)))
	((bytes >= size * 10 << 20)) || die "$*: the endpoint read $bytes bytes"
	bytes=$(($(stat_of dma_write_bytes) + $(stat_of endpoint_write_bytes)))
	((bytes >= size * 10 << 20)) || die "$*: the endpoint wrote $bytes bytes"
	for counter in no_bar no_map no_bus_master power_state no_memory; do
		is 0 stat_of aborted_$counter
	done
	echo "$*, $((size * 10)) MiB written and read:"
	crossed host_reads host_writes endpoint_read_bytes \
		endpoint_write_bytes dma_read_bytes dma_write_bytes maps \
		maps_peak msi msix

	# The kernel does not mind whether a function that it tells of the link
	# is still linked, and this one does not survive that.
	epfctl stop epc-sim.0
	wait_for "the function's rest" no_maps
	wait_for "removal" test ! -e /sys/bus/pci/devices/0000:11:00.0
	epfctl unlink nvmet_pci_epf/nvme0 epc-sim.0
	epfctl delete nvmet_pci_epf/nvme0
}

disk 1 generic
# Through windows of 1 MiB, and with MSI
disk 1 rockchip-ep
# All registers in a BAR of a fixed size
disk 1 rk3588
again profile=rcar
epfctl apply "$EPFLAB_TOP/examples/pci-epf-nvmet.yaml" 2>/dev/null &&
	die "NVMe in a BAR of 128 bytes"

rm "$nvmet/ports/1/subsystems/$nqn"
rmdir "$nvmet/ports/1" "$nvmet/subsystems/$nqn/namespaces"/* \
	"$nvmet/subsystems/$nqn"
modprobe -r nvmet-pci-epf brd
