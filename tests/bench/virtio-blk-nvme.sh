#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --7.3 --timeout 240
#
# What a read of 4 KiB costs on the link, by the virtio disk and by the kernel's
# NVMe endpoint function, both functions of one controller, each with a disk in
# memory: counts, and the ratio of requests a second, medians of five rounds in
# turns. Arguments: requests of a round (400).

. "$EPFLAB_TOP/tests/lab/common.sh"

requests=${1:-400}
nvmet=/sys/kernel/config/nvmet
nqn=nqn.2014-08.org.example:epf

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
wait_for "the disks" test -b /dev/nvme0n1 -a -b /dev/vda

counters=(host_reads host_writes endpoint_reads endpoint_writes dma_reads
	dma_writes maps interrupts)
declare -A total

count_of() {
	if [[ $1 == interrupts ]]; then
		echo $(($(stat_of msi) + $(stat_of msix)))
	else
		stat_of "$1"
	fi
}

# run DISK DEPTH: requests; what they cost is added to total[DISK COUNTER], and the
# requests a second to the file DISK.DEPTH.
run() {
	local disk=$1 depth=$2 counter
	declare -A before

	for counter in "${counters[@]}"; do
		before[$counter]=$(count_of "$counter")
	done
	fio --thread --ioengine=libaio --direct=1 --filename="/dev/$disk" \
		--rw=randread --bs=4k --iodepth="$depth" --size=8M \
		--number_ios="$requests" --name=read --output-format=json \
		--output=/tmp/json || die "fio: $(cat /tmp/json)"
	jq '.jobs[0].read.iops | floor' /tmp/json >>"/tmp/$disk.$depth"
	for counter in "${counters[@]}"; do
		total[$disk $counter]=$((${total[$disk $counter]:-0} +
			$(count_of "$counter") - before[$counter]))
	done
}

median() {
	sort -n "$1" | awk '{ value[NR] = $1 } END { print value[(NR + 1) / 2] }'
}

ratio() {
	awk -v a="$1" -v b="$2" 'BEGIN { print a / b }'
}

rounds=5
for depth in 32 64; do
	run nvme0n1 "$depth"
	run vda "$depth"
	total=()
	rm /tmp/*."$depth"
	for ((round = 0; round < rounds; round++)); do
		run nvme0n1 "$depth"
		run vda "$depth"
	done
	printf '\n%-16s %12s %12s   a request, depth %d\n' "" nvme virtio "$depth"
	for counter in "${counters[@]}"; do
		printf '%-16s' "$counter"
		for disk in nvme0n1 vda; do
			printf ' %12.3f' "$(ratio "${total[$disk $counter]}" \
				$((rounds * requests)))"
		done
		printf '\n'
	done
	printf 'requests a second, virtio to nvme: %.2f\n' "$(ratio \
		"$(median "/tmp/vda.$depth")" "$(median "/tmp/nvme0n1.$depth")")"

	interrupts=${total[vda interrupts]}
	((depth < 64 || interrupts * 16 <= rounds * requests)) ||
		die "$interrupts interrupts"
done

cmp /dev/vda /dev/ram1
is 0 awk '$1 == "ring_reads" { print $2 }' \
	"$ep"/functions/epf_virtio_blk/vblk0/epf_virtio_blk.*/stats
# The kernel does not mind whether a function that it tells of the link is still
# linked, and nvmet_pci_epf does not survive that.
epfctl stop epc-sim.0
wait_for "removal" test ! -e /dev/nvme0n1 -a ! -e /dev/vda
