#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --time-travel --timeout 400
#
# Data is right on every controller, by every policy, engine, size and alignment.
# Of all that together a sample is taken, the same each time, in which any two of
# them meet, which is counted.

. "$EPFLAB_TOP/tests/lab/common.sh"

node=/dev/pci-endpoint-xtest.0
policies=(transfer cached static)
profiles=(generic dwc imx8m imx8q rk3588 am654 tegra234 rockchip-ep cadence rcar)
sizes=("1,4095" "2,4096" "3,4097" "7,8191" "8,65535" "64,65537" "65,16385"
	"511,131071" "512,1048577")
alignments=(0 1 2 7 64 255 2049 4095 4096)

# up PROFILE POLICY
up() {
	local dir=$ep/functions/pci_epf_xtest/x0

	again "profile=$1"
	mkdir "$dir"
	echo 0x1af4 >"$dir/vendorid"
	echo 0x10f0 >"$dir/deviceid"
	echo 8 >"$dir/msi_interrupts"
	echo 8 >"$dir/msix_interrupts"
	echo "$2" >"$dir"/pci_epf_xtest.*/outbound/policy
	ln -s "$dir" "$ep/controllers/epc-sim.0/x0"
	start
	wait_for "$1, $2: the driver" test -e $node
	engines=cpu,dma
	[[ $(<"$sim/epc-sim.0/dma") != none ]] || engines=cpu
}

down() {
	stop
	wait_for "removal" test ! -e /sys/bus/pci/devices/0000:11:00.0
	remove_functions pci_epf_xtest x0
}

# transfers SIZES ALIGNMENT
transfers() {
	pcitest bench xfer --operation read,write,copy --engine $engines \
		--sizes "$1" --alignment "$2" --commands 1 --warm-up 0 \
		--repetitions 1 --json >/tmp/bench ||
		die "$profile, $policy: $(jq -c '.results[] | select(.error)' \
			/tmp/bench)"
	is true jq 'all(.results[]; .verified)' /tmp/bench
	total=$((total + $(jq '.results | length' /tmp/bench)))
	met[$1 $2]=1 met[$1 $policy]=1 met[$1 $profile]=1
	met[$2 $policy]=1 met[$2 $profile]=1 met[$policy $profile]=1
}

modprobe pci-epf-xtest
modprobe pci_endpoint_xtest
total=0
declare -A met=()
for p in "${!profiles[@]}"; do
	profile=${profiles[p]}
	for q in "${!policies[@]}"; do
		policy=${policies[q]}
		up "$profile" "$policy"
		for i in "${!sizes[@]}"; do
			(((i + p / 3) % 3 == q)) || continue
			transfers "${sizes[i]}" "${alignments[(i + p) % 9]}"
		done
		down
	done
done
echo "$total transfers"
is $((9 * 9 + 2 * 9 * 3 + 2 * 9 * 10 + 3 * 10)) echo ${#met[@]}
