# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# shellcheck shell=bash
#
# For the tests in which the simulated controller makes things go wrong.

# shellcheck source=tests/lab/common.sh
. "$EPFLAB_TOP/tests/lab/common.sh"

faults=/sys/kernel/debug/pci_epc_sim/epc-sim.0/faults

# inject KIND TIMES [FILE=VALUE...]: from now on, always, so many times (-1: without
# end).
inject() {
	local file

	for file in "${@:3}"; do
		echo "${file#*=}" >"$faults/$1/${file%%=*}"
	done
	echo "$2" >"$faults/$1/times"
	echo 100 >"$faults/$1/probability"
}
