# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# shellcheck shell=bash
#
# For the tests in which the extended test function meets faults. Of simulated time.

# shellcheck source=tests/lab/faults.sh
. "$EPFLAB_TOP/tests/lab/faults.sh"

device=/sys/bus/pci/devices/0000:11:00.0
node=/dev/pci-endpoint-xtest.0

no_more() {
	(($(stat_of "fault_$1") > 0)) || die "$1 did not happen"
	echo 0 >"$faults/$1/probability"
	echo >"$sim/epc-sim.0/stats"
}

# bench ARGUMENT...: of transfers, or of what KIND says
bench() {
	pcitest bench "${KIND:-xfer}" --sizes 4099 --commands 1 --warm-up 0 \
		--repetitions 1 --json "$@" >/tmp/bench 2>/tmp/messages
}

# fails TEXT ARGUMENT...: a benchmark with these must, and the report says that.
fails() {
	local status=0 said

	bench "${@:2}" || status=$?
	((status == 1)) || die "$*: status $status: $(cat /tmp/bench)"
	said=$(jq -r '.results[0].error' /tmp/bench)
	[[ $said == *"$1"* ]] || die "${*:2}: $said; should be: $1"
}

works() {
	pcitest run --suite sg --dma on >/tmp/run || die "$1: $(cat /tmp/run)"
}

# up: with BUDGET maps, or as many as there are by default
up() {
	local function=$ep/functions/pci_epf_xtest/x0

	VENDOR=0x1af4 DEVICE=0x10f0 MSIX=8 make_functions pci_epf_xtest x0
	rm "$ep/controllers/epc-sim.0/x0"
	outbound=$(echo "$function"/pci_epf_xtest.*/outbound)
	# So that each transfer asks for a map
	echo transfer >"$outbound/policy"
	# Each look takes the machine time, how little it may be simulated
	echo 1000 >"${outbound%/*}/poll_us"
	[[ ! ${BUDGET-} ]] || echo "$BUDGET" >"$outbound/budget"
	ln -s "$function" "$ep/controllers/epc-sim.0/x0"
	start
	wait_for "the driver" test -e $node
}

down() {
	stop
	wait_for "removal" test ! -e $device
	remove_functions pci_epf_xtest x0
}
