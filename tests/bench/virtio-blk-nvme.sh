#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
#
# What a read of 4 KiB at random costs on the link, by the virtio disk and by the
# kernel's NVMe endpoint function, both functions of one controller, each with a disk
# in memory, with 1 to 64 under way: counts, and requests a second in simulated time,
# in turns:
#
#	lab/epflab run --kernel 7.3 --time-travel \
#		--boot workqueue.cpu_intensive_thresh_us=1000 \
#		-- tests/bench/virtio-blk-nvme.sh
#
# The NVMe function looks for commands without a pause, in a work item. There is one
# processor, so it does that when nobody else has anything to do, as if it had one of
# its own; and other work items do not wait for it longer than the argument says.

# shellcheck source=tests/lab/common.sh
. "$EPFLAB_TOP/tests/lab/common.sh"

requests=2048
nvmet=/sys/kernel/config/nvmet
nqn=nqn.2014-08.org.example:epf

# let_others_first: whoever looks for commands yields to all others.
let_others_first() {
	local process name

	for process in /proc/[0-9]*; do
		read -r name <"$process/comm" || continue
		[[ $name != kworker/0:[0-9]* || $name == *H* ]] ||
			chrt --idle --pid 0 "${process#/proc/}"
	done
}

has_disks() {
	let_others_first
	[[ -b /dev/nvme0n1 && -b /dev/vda ]]
}

again profile=generic link=gen3x4 dma=private
modprobe -a nvmet-pci-epf epf-virtio-blk virtio_epf virtio_blk
modprobe brd rd_nr=2 rd_size=8192
dd if=/dev/urandom of=/dev/ram0 bs=1M count=8 status=none
dd if=/dev/urandom of=/dev/ram1 bs=1M count=8 status=none
mkdir "$nvmet/subsystems/$nqn"
echo 0x1b96 >"$nvmet/subsystems/$nqn/attr_vendor_id"
echo 0x1b96 >"$nvmet/subsystems/$nqn/attr_subsys_vendor_id"
echo 1 >"$nvmet/subsystems/$nqn/attr_allow_any_host"
mkdir "$nvmet/subsystems/$nqn/namespaces/1"
echo -n /dev/ram0 >"$nvmet/subsystems/$nqn/namespaces/1/device_path"
echo 1 >"$nvmet/subsystems/$nqn/namespaces/1/enable"
mkdir "$nvmet/ports/1"
echo -n pci >"$nvmet/ports/1/addr_trtype"
ln -s "$nvmet/subsystems/$nqn" "$nvmet/ports/1/subsystems/"

epfctl apply - <<END
version: 1
controllers:
  - name: epc-sim.0
    functions:
      - reg: 0
        function-name: nvmet_pci_epf
        name: nvme0
        device-id: 0xbeef
        interrupts: { pin: A, msi: 32, msix: 32 }
        attributes: { portid: 1, subsysnqn: "$nqn" }
      - reg: 1
        function-name: epf_virtio_blk
        name: vblk0
        vendor-id: 0x1af4
        device-id: 0x10f1
        attributes: { backend/path: /dev/ram1, outbound/budget: 14 }
END
wait_for "the disks" has_disks

counters=(host_reads host_writes endpoint_reads endpoint_writes dma_reads
	dma_writes maps interrupts)

count_of() {
	if [[ $1 == interrupts ]]; then
		echo $(($(stat_of msi) + $(stat_of msix)))
	else
		stat_of "$1"
	fi
}

# run DISK DEPTH: prints requests a second, and what a request costs.
run() {
	local counter line
	declare -A before

	for counter in "${counters[@]}"; do
		before[$counter]=$(count_of "$counter")
	done
	line=$("$EPFLAB_TOP/tests/lab/disk-requests.pl" "/dev/$1" read "$2" \
		$((requests / $2))) || die "$1, depth $2"
	rate[$1]=${line##* }
	printf '%-8s %5d %9d' "$1" "$2" "${rate[$1]}"
	for counter in "${counters[@]}"; do
		count[$counter]=$(($(count_of "$counter") - before[$counter]))
		awk -v count="${count[$counter]}" -v requests=$requests \
			'BEGIN { printf " %15.3f", count / requests }'
	done
	printf '\n'
}

declare -A rate=() count=()

# The first find the maps, and what is faster.
run nvme0n1 64 >/dev/null
run vda 64 >/dev/null
printf '%-8s %5s %9s' "" depth IOPS
printf ' %15s' "${counters[@]}"
printf '\n'
for depth in 1 4 16 32 64; do
	run nvme0n1 $depth
	run vda $depth
	((depth < 64 || count[interrupts] * 16 <= requests)) ||
		die "${count[interrupts]} interrupts"
	((depth < 32 || rate[vda] >= rate[nvme0n1])) ||
		die "depth $depth: less than NVMe"
done

cmp /dev/vda /dev/ram1
is 0 awk '$1 == "ring_reads" { print $2 }' \
	"$ep"/functions/epf_virtio_blk/vblk0/epf_virtio_blk.*/stats
# The kernel does not mind whether a function that it tells of the link is still
# linked, and nvmet_pci_epf does not survive that.
epfctl stop epc-sim.0
wait_for "removal" test ! -e /dev/nvme0n1 -a ! -e /dev/vda
