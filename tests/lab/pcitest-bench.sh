#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --time-travel --release --timeout 400
#
# pcitest bench and compare: their reports have the forms they are said to have,
# and many buffers move at the rate that the link has. Gen3 x4 moves 3940 MB/s,
# of which DMA, 256 bytes in packets of 280, is left with 3602.

. "$EPFLAB_TOP/tests/lab/common.sh"

schemas=$EPFLAB_TOP/docs/schema
work=$(mktemp -d)
cd "$work"

valid() {
	/usr/bin/python3 -m jsonschema -i "$2" "$schemas/$1.json"
}

# rate FILE OPERATION: of the first point of it, bytes a second.
rate() {
	jq --arg operation "$2" \
		'[.results[] | select(.operation == $operation)][0].rate_bytes_s.median' \
		"$1"
}

again link=gen3x4
epfctl apply "$EPFLAB_TOP/examples/pci-epf-xtest.yaml" >&2
modprobe pci_endpoint_xtest
wait_for "the driver" test -e /dev/pci-endpoint-xtest.0

# 64 segments of 4 KiB, 32 commands at once, against one buffer of 4 KiB.
pcitest bench sg --operation read,write --engine dma --sizes 4K --segments 64 \
	--depth 32 --commands 128 --repetitions 3 --json >many.json
pcitest bench xfer --stock --operation read,write --engine dma --sizes 4K \
	--commands 64 --repetitions 3 --json >one.json
valid pcitest-bench many.json
valid pcitest-bench one.json
for operation in read write; do
	many=$(rate many.json $operation)
	one=$(rate one.json $operation)
	echo "$operation: $((many / 1000000)) MB/s, one buffer: $((one / 1000000)) MB/s"
	((many >= 8 * one)) || die "$operation: $many is not 8 times $one"
	((many * 10 >= 3602000000 * 9)) || die "$operation: $many bytes/s"
done
is true jq 'all(.results[]; .verified)' many.json
# Of larger segments, within 10 % of the wire's 3940 MB/s, headers and all
pcitest bench sg --operation read,write --engine dma --sizes 64K --segments 16 \
	--depth 4 --commands 64 --repetitions 1 --json >large.json
for operation in read write; do
	large=$(rate large.json $operation)
	echo "$operation: $((large / 1000000)) MB/s in segments of 64 KiB"
	((large * 10 >= 3940000000 * 9)) || die "$operation: $large bytes/s"
done
# An interrupt and seven reads a command at most
is true jq 'all(.results[]; .interrupts <= .commands and
	.reads <= 7 * .commands + 1)' many.json

# The same again is the same, in simulated time.
pcitest bench sg --operation read,write --engine dma --sizes 4K --segments 64 \
	--depth 32 --commands 128 --repetitions 3 --json >again.json
pcitest compare many.json again.json >compared || die "$(cat compared)"
is 2 grep -c '^same ' compared

# Worse is worse.
jq '.results[0].rate_bytes_s |= map_values(. / 2 | floor)' many.json >slow.json
status=0
pcitest compare --json many.json slow.json >compared.json || status=$?
((status == 3)) || die "half the rate: status $status"
valid pcitest-compare compared.json
is "1 1 0" jq -r '.summary | "\(.same) \(.worse) \(.better)"' compared.json
pcitest compare slow.json many.json | grep -q '^better ' || die "not better"
pcitest compare --tolerance 60 many.json slow.json >compared ||
	die "$(cat compared)"

# What moves the data by itself is what is faster, or not slower by more than a
# tenth: DMA from a size on, which the function tells (in its own words: the host's
# writes are its reads).
sizes=8,16,32,64,128,256,512,1K,2K,4K,8K,16K
pcitest bench xfer --operation read,write --engine auto --sizes $sizes \
	--commands 24 --repetitions 2 --json >auto.json
pcitest bench xfer --operation read,write --engine cpu,dma --sizes $sizes \
	--commands 8 --repetitions 2 --json >engines.json
outbound=$(echo "$ep"/functions/pci_epf_xtest/*/pci_epf_xtest.*/outbound)
for operation in read write; do
	direction="write"
	[[ $operation == read ]] || direction="read"
	crossover=$(awk -v name="dma_${direction}_crossover" \
		'$1 == name { print $2 }' "$outbound/stats")
	echo "$operation: DMA from $crossover bytes on"
	for point in "$crossover cpu dma" "$((crossover / 2)) dma cpu"; do
		read -r size slower faster <<<"$point"
		is true jq --arg operation $operation --argjson size "$size" \
			--arg slower "$slower" --arg faster "$faster" \
			'[.results[] | select(.operation == $operation and
				.size == $size) |
				{ key: .engine, value: .latency_ns.median }] |
			from_entries | .[$faster] <= 1.1 * .[$slower]' engines.json
	done
done

# Every form of every benchmark
for bench in xfer sg map; do
	pcitest bench $bench --repetitions 2 --plot $bench.svg --json \
		>$bench.json || die "$(cat $bench.json)"
	valid pcitest-bench $bench.json
	xmllint --noout $bench.svg
	pcitest bench $bench --repetitions 2 --csv >$bench.csv
	is "$(jq '.results | length' $bench.json)" \
		sh -c "sed 1d $bench.csv | wc -l"
	pcitest bench $bench --repetitions 2 >$bench.text
	is "$(jq '.results | length' $bench.json)" \
		sh -c "sed 1,2d $bench.text | wc -l"
	is true jq 'all(.results[]; .error == null and .repetitions == 2)' \
		$bench.json
done
pcitest bench xfer --operation ping --repetitions 3 --json >ping.json
valid pcitest-bench ping.json
(($(jq '.results[0].latency_ns.median' ping.json) > 0)) || die "no time at all"

# Without interrupts
pcitest bench xfer --poll --sizes 4K --repetitions 1 --json >poll.json
is 0 jq '[.results[].interrupts] | add' poll.json

# What cannot be
cannot() {
	local error=$1 status=0
	shift

	pcitest bench "$@" --json >cannot.json || status=$?
	((status == 1)) || die "$*: status $status"
	valid pcitest-bench cannot.json
	is "$error" jq -r '.results[0].error' cannot.json
}
cannot "the function takes 32 commands at once" sg --depth 64 --segments 1
cannot "the function takes 33554432 bytes" sg --sizes 1M --segments 64 --depth 1
cannot "an access is larger than the range" map --sizes 4K --range 64
cannot "the range does not fit 4194304 bytes" map --range 4M --alignment 1
grep -q "the function takes 32 commands at once" <(
	pcitest bench sg --depth 64 --segments 1 --alignment 4)
stop
