#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --time-travel --timeout 600
#
# pcitest on a virtio device: every test of its suite passes with each kind of
# ring, fails where it should, and its benchmark's reports have the forms they
# are said to have.

. "$EPFLAB_TOP/tests/lab/common.sh"
. "$EPFLAB_TOP/tests/lab/virtio.sh"

schemas=$EPFLAB_TOP/docs/schema
work=$(mktemp -d)
cd "$work"

# Bits of features
crc=$((1 << 0))
indirect=$((1 << 28))
event=$((1 << 29))
packed=$((1 << 34))

valid() {
	/usr/bin/python3 -m jsonschema -i "$2" "$schemas/$1.json"
}

# passes [SKIPPED...]: the suite passes, but for these tests, which are skipped.
passes() {
	local status=0

	pcitest run --suite virtio --json >run.json || status=$?
	((status == 0)) || die "$(jq -c '.error, (.tests[] | select(.result == "fail"))' run.json)"
	valid pcitest-run run.json
	is "$*" jq -r '[.tests[] | select(.result == "skip").name] | join(" ")' \
		run.json
	pcitest run --suite virtio --list-tests >names
	jq -r '.tests[].name' run.json | diff names -
}

# fails NAME: the suite fails, in this test.
fails() {
	local status=0

	pcitest run --suite virtio --json >run.json || status=$?
	((status == 1)) || die "status $status"
	valid pcitest-run run.json
	is fail jq -r --arg name "$1" \
		'.tests[] | select(.name == $name).result' run.json
}

backend() {
	echo "$2" >"$function/backend/$1"
}

# ring KIND ATTRIBUTE=VALUE...: a device with 4 queues.
ring() {
	local kind=$1
	shift

	virtio_make "$@" poll_us=100
	rm "$ep/controllers/epc-sim.0/v0"
	backend num_queues 4
	ln -s "$ep/functions/epf_virtio_xtest/v0" "$ep/controllers/epc-sim.0/v0"
	start
	wait_for "the driver" test -e "$node"
	echo "$kind: features $(cat "$function/features")"
}

# has BITS: these features, and no others of those that rings have
has() {
	is "$1" echo $(($(cat "$function/features") &
		(indirect | event | packed)))
}

ring push push=1
has 0
passes virtio.indirect virtio.event-index

pcitest list --json >list.json
valid pcitest-list list.json
is "$node 0000:11:00.0 null" jq -r \
	'.devices[] | "\(.node) \(.address) \(.abi)"' list.json
pcitest list | grep -q "driver: virtio_epf, virtio_xtest over it" ||
	die "pcitest list: $(pcitest list)"

# By its address; and the suites of other devices are not for it.
pcitest run -D 11:00.0 --suite virtio >text || die "$(cat text)"
is "$(tail -1 text | sed 's/, .*//')" echo \
	"$(($(wc -l <names) - 2)) passed"
status=0
pcitest run -D "$node" >text 2>error || status=$?
((status == 2)) || die "suites of another device: status $status"
grep -q "run --suite virtio" error || die "$(cat error)"
status=0
pcitest run --suite virtio,bar >text 2>error || status=$?
((status == 2)) || die "suites of two devices: status $status"

# Every point, in each form
sweep=(--sizes "64,4K" --segments "1,4" --depth "1,64" --queues "1,4"
	--commands 64 --repetitions 2)
pcitest bench virtio "${sweep[@]}" --plot virtio.svg --json >bench.json ||
	die "$(jq -c .error bench.json)"
valid pcitest-bench bench.json
xmllint --noout virtio.svg
is 48 jq '.results | length' bench.json
is true jq 'all(.results[]; .error == null and .repetitions == 2 and .verified
	and .interrupts >= 1
	and .bytes == .size * .segments * .commands)' bench.json
# What is pushed is read by nobody; each queue notifies once at least.
is true jq 'all(.results[]; .uncounted == null and .reads == 0 and
	.writes >= .commands)' bench.json
pcitest bench virtio "${sweep[@]}" --commands 8 --repetitions 1 --csv >bench.csv
is 48 sh -c "sed 1d bench.csv | wc -l"
pcitest bench virtio "${sweep[@]}" --commands 8 --repetitions 1 >bench.text
is 48 sh -c "sed 1,2d bench.text | wc -l"
pcitest compare --tolerance 100 bench.json bench.json >compared ||
	die "$(cat compared)"
is 48 grep -c '^same ' compared
# A write more is worse, but not than a number that is not known.
jq '.results[0].writes *= 2' bench.json >more.json
status=0
pcitest compare --json bench.json more.json >compared.json || status=$?
((status == 3)) || die "more writes: status $status"
valid pcitest-compare compared.json
jq '.results[0] |= (.writes = null | .reads = null | .maps = null |
	.uncounted = "unknown")' bench.json >unknown.json
pcitest compare unknown.json more.json >compared || die "$(cat compared)"

# What cannot be
status=0
pcitest bench virtio --queues 5 --json >bench.json || status=$?
((status == 1)) || die "status $status"
is "the device has 4 queues" jq -r '.results[0].error' bench.json
virtio_down

ring pull push=0 "features_off=$packed"
has $((indirect | event))
passes
pcitest bench virtio --sizes 64 --depth 64 --repetitions 1 --json >bench.json
is true jq 'all(.results[]; .reads > 0)' bench.json
virtio_down

ring direct push=0 "features_off=$((packed | indirect | event))"
has 0
passes virtio.indirect virtio.event-index
virtio_down

ring packed push=0
has $((packed | indirect | event))
passes
virtio_down

# A device that is not as it should be
ring unsummed push=1 "features_off=$crc"
fails virtio.features
virtio_down

# No device
status=0
pcitest run --suite virtio --wait 0 --json >run.json 2>error || status=$?
((status == 77)) || die "no device: status $status"
