#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --6.12 --time-travel --profile cadence --timeout 120
#
# What is broken is found and said, and pcitest comes back, whatever the device
# does. The last of it leaves a process in the kernel: the stock function never
# answers a request for DMA on a controller without, as this one is.

. "$EPFLAB_TOP/tests/lab/common.sh"

schema=$EPFLAB_TOP/docs/schema/pcitest-run.json
work=$(mktemp -d)

# run STATUS ARGUMENT...: the report in $work/run, valid.
run() {
	local expected=$1 status=0
	shift

	pcitest run --json "$@" >"$work/run" 2>"$work/messages" || status=$?
	((status == expected)) || die "$*: status $status, not $expected"
	/usr/bin/python3 -m jsonschema -i "$work/run" "$schema"
}

# outcome NAME RESULT TEXT: of one test of it.
outcome() {
	local got

	got=$(jq -r --arg name "$1" \
		'.tests[] | select(.name == $name) | "\(.result) \(.reason)"' \
		"$work/run")
	[[ $got == "$2 "*"$3"* ]] || die "$1: $got; should be $2, $3"
}

run 77
is null jq .device "$work/run"

modprobe pci_endpoint_test
epfctl apply "$EPFLAB_TOP/examples/pci-epf-test.yaml" >&2
wait_for "enumeration" test -e /dev/pci-endpoint-test.0
function=/sys/bus/pci/devices/0000:11:00.0

# A function without its driver.
echo 0000:11:00.0 >$function/driver/unbind
is pci_endpoint_test jq -r '.devices[].module' <(pcitest list --json)
grep -q '^    no driver; modprobe pci_endpoint_test would' <(pcitest list)
run 77
run 1 -D 11:00.0
grep -q 'modprobe pci_endpoint_test' "$work/messages"
echo 0000:11:00.0 >/sys/bus/pci/drivers/pci-endpoint-test/bind

# Somebody without the right to use it, who may still look.
setpriv --reuid 65534 --regid 65534 --clear-groups "$(command -v pcitest)" \
	run --json >"$work/run" && die "anybody may test"
[[ $(jq -r .error.message "$work/run") == *"Permission denied"* ]] ||
	die "$(cat "$work/run")"
setpriv --reuid 65534 --regid 65534 --clear-groups "$(command -v pcitest)" \
	list --json >"$work/run"
setpriv --reuid 65534 --regid 65534 --clear-groups "$(command -v pcitest)" \
	list >"$work/list"
grep -q 'convention unknown: Permission denied' "$work/list"
grep -q 'interrupts: unknown; only root can read them' "$work/list"
is 'null null' jq -r '.devices[] | "\(.abi) \(.interrupts.msi_vectors)"' \
	"$work/run"

# The device may not write to the host: no message, so no transfer is begun.
setpci -s 11:00.0 COMMAND=2
run 1 --suite irq,xfer --sizes 1
outcome irq.msi fail "vector 1-8 of 32: no interrupt within 1 s; the others"
outcome xfer.read.msi.1 skip "does not arrive"
setpci -s 11:00.0 COMMAND=6
run 0 --suite bar,irq
is 0 jq .summary.failed "$work/run"

# A signal: a whole report, and an end by that signal.
pcitest run --suite irq --json >"$work/run" &
pid=$!
messages=$(stat_of msi)
more_messages() {
	(($(stat_of msi) > messages))
}
wait_for "a test of MSI" more_messages
kill -INT $pid
status=0
wait $pid || status=$?
((status == 128 + 2)) || die "interrupted: status $status"
/usr/bin/python3 -m jsonschema -i "$work/run" "$schema"
is true jq .interrupted "$work/run"
outcome irq.intx pass null
outcome irq.msix skip interrupted

# This endpoint has no DMA and never answers a request for it.
start=$SECONDS
pcitest run --suite xfer --sizes 1 --dma on --timeout 2 --json |
	cat >"$work/run"
status=${PIPESTATUS[0]}
((status == 1)) || die "time-out: status $status"
/usr/bin/python3 -m jsonschema -i "$work/run" "$schema"
((SECONDS - start < 10)) || die "$((SECONDS - start)) s for a time-out of 2"
outcome xfer.copy.msix.1 pass null
outcome xfer.read.intx.1.dma fail "no answer within 2 s; process"
outcome xfer.write.intx.1.dma skip "not run: an earlier test got no answer"
stuck=$(jq -r '.tests[] | select(.result == "fail").reason' "$work/run" |
	sed 's/.*process \([0-9]*\) .*/\1/')
is D cut -d' ' -f3 "/proc/$stuck/stat"

# Nor can the device be used by the next one, who comes back all the same.
run 1 --timeout 1
[[ $(jq -r .error.message "$work/run") == *"no answer within 1 s"* ]] ||
	die "$(cat "$work/run")"
is null jq '.devices[].abi' <(pcitest list --json)
grep -q 'convention unknown: no answer within' <(pcitest list)
