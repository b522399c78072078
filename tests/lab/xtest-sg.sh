#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --time-travel --timeout 400
#
# Scatter lists on every controller, by CPU and by DMA where it has any: the data
# is right. And a function that goes, or does not answer, leaves nobody waiting.

. "$EPFLAB_TOP/tests/lab/common.sh"

device=/sys/bus/pci/devices/0000:11:00.0
node=/dev/pci-endpoint-xtest.0

up() {
	again "profile=$1"
	VENDOR=0x1af4 DEVICE=0x10f0 MSIX=8 make_functions pci_epf_xtest x0
	start
	wait_for "$1: the driver" test -e $node
}

down() {
	stop
	wait_for "removal" test ! -e $device
	remove_functions pci_epf_xtest x0
}

traffic() {
	(($(stat_of dma_reads) + $(stat_of endpoint_reads) > 9))
}

modprobe pci-epf-xtest
modprobe pci_endpoint_xtest

profiles=${PROFILES:-generic dwc imx8m imx8q rk3588 am654 tegra234 rockchip-ep cadence rcar}
for profile in $profiles; do
	up "$profile"
	pcitest run --suite sg --dma on --seed 1 --json >/tmp/run ||
		die "$profile: $(cat /tmp/run)"
	# The BARs of rcar, of 256 bytes, have room for one command.
	least=24 reason="the endpoint has no DMA"
	if [[ $profile == rcar ]]; then
		least=10 reason="the function takes 6 segments"
	fi
	(($(jq .summary.passed /tmp/run) >= least)) ||
		die "$profile: $(jq .summary /tmp/run)"
	is "" jq -r --arg reason "$reason" '.tests[] | select(.result == "skip" and
		.reason != $reason and .reason != "the endpoint has no DMA")' \
		/tmp/run
	down
done

# Where no BAR has room for rings, there are none.
again profile=rcar bar2/fixed_size=64
VENDOR=0x1af4 DEVICE=0x10f0 MSIX=8 make_functions pci_epf_xtest x0
start
wait_for "the refusal" sh -c "dmesg | grep -q 'no BAR has registers'"
test ! -e $node
down

# With as few slots and segments as may be
again profile=generic
VENDOR=0x1af4 DEVICE=0x10f0 MSIX=8 make_functions pci_epf_xtest x0
settings=$(echo "$ep"/functions/pci_epf_xtest/x0/pci_epf_xtest.*)
rm "$ep/controllers/epc-sim.0/x0"
echo 1 >"$settings/depth"
echo 4 >"$settings/max_segments"
refused "Numerical result out of range" "$settings/depth" 512
refused "Invalid argument" "$settings/depth" 3
refused "Invalid argument" "$settings/depth" many
is 1 cat "$settings/depth"
refused "Numerical result out of range" "$settings/max_segments" 65
ln -s "$ep/functions/pci_epf_xtest/x0" "$ep/controllers/epc-sim.0/x0"
refused "Device or resource busy" "$settings/depth" 32
start
wait_for "the driver" test -e $node
pcitest run --suite sg --seed 1 --json >/tmp/run || die "$(cat /tmp/run)"
is "the function takes 4 segments" jq -r \
	'[.tests[] | select(.result == "skip").reason] | unique[]' /tmp/run
status=0
pcitest bench sg --depth 2 --segments 5 --json >/tmp/bench || status=$?
((status == 1)) || die "status $status"
is "the function takes 1 commands at once" jq -r '.results[0].error' /tmp/bench
down

# With as many slots as may be, all of them in use; and BARs of other sizes
again profile=generic
VENDOR=0x1af4 DEVICE=0x10f0 MSIX=8 make_functions pci_epf_xtest x0
settings=$(echo "$ep"/functions/pci_epf_xtest/x0/pci_epf_xtest.*)
rm "$ep/controllers/epc-sim.0/x0"
echo 256 >"$settings/depth"
for bar in 1 2 3 4 5; do
	echo $((4096 << bar)) >"$settings/bar${bar}_size"
done
refused "Invalid argument" "$settings/bar5_size" 5000
refused "Numerical result out of range" "$settings/bar5_size" $((2 << 30))
ln -s "$ep/functions/pci_epf_xtest/x0" "$ep/controllers/epc-sim.0/x0"
refused "Device or resource busy" "$settings/bar5_size" 4096
start
wait_for "the driver" test -e $node
pcitest bench sg --depth 256 --segments 1 --sizes 64 --commands 512 --repetitions 1 \
	--json >/tmp/bench || die "$(cat /tmp/bench)"
is true jq 'all(.results[]; .error == null and .commands == 512)' /tmp/bench
for bar in 1 2 3 4 5; do
	read -r first last _ < <(sed -n $((bar + 1))p $device/resource)
	is $((4096 << bar)) echo $((last - first + 1))
done
down

# It goes while somebody waits.
up generic
pcitest bench xfer --duration 1000 --sizes 64 --operation write \
	2>/tmp/error >/tmp/out &
pid=$!
wait_for "traffic" traffic
echo 0000:11:00.0 >$device/driver/unbind
wait $pid && die "measured a function that is gone"
grep -q "the function is gone" /tmp/out || die "$(cat /tmp/out /tmp/error)"
echo 0000:11:00.0 >/sys/bus/pci/drivers_probe
wait_for "the driver" test -e $node
pcitest run --suite sg >/dev/null || die "after it was there again"

# It may not write to the host: neither data nor interrupt arrives.
setpci -s 11:00.0 COMMAND=2
status=0
pcitest bench xfer --sizes 64 --timeout 1 --json >/tmp/bench || status=$?
((status == 1)) || die "status $status"
is "the endpoint does not answer" jq -r '.results[0].error' /tmp/bench
setpci -s 11:00.0 COMMAND=6
pcitest run --suite sg >/dev/null || die "after it may write again"
down
