#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --7.3 --timeout 600
#
# The kernel's own test of endpoints, the kselftest pci_endpoint_test, compiled
# from its source, with the kernel's own function and with the extended one on
# controllers of each kind. What a controller cannot do is not asked of it, and it
# is said why: the test would fail there, or wait for ever. Arguments are a
# function's driver, a profile, and knobs: pci_epf_xtest generic dma=memcpy.

. "$EPFLAB_TOP/tests/lab/common.sh"

selftests=/lib/modules/$(uname -r)/build/source/tools/testing/selftests
selftest=$(mktemp)
cc -O2 -D_GNU_SOURCE -I "$selftests" -o "$selftest" \
	"$selftests/pci_endpoint/pci_endpoint_test.c"

# Without a device every case fails, but they are all named.
mapfile -t cases < <("$selftest" 2>/dev/null | sed -n 's/^not ok [0-9]* //p')
((${#cases[@]} == 23)) || die "${#cases[@]} cases"

knob() {
	cat "$sim/epc-sim.0/$1"
}

# cannot CASE: print why the controller does not have it, or fail.
cannot() {
	local bar=${1#*.BAR}

	bar=${bar%%.*}
	case $1 in
	*.BAR_SUBRANGE_TEST)
		[[ $(knob subrange_mapping) == 1 ]] &&
			(($(knob "bar$bar/fixed_size") > 0)) &&
			(($(knob "bar$bar/fixed_size") / 2 % $(knob region_align))) &&
			echo "half of the BAR is no multiple of region_align"
		;;
	*.LEGACY_IRQ_TEST)
		[[ $(knob no_intx) == 1 ]] && echo "no INTx"
		;;
	*.MSI_TEST)
		[[ $(knob msi_capable) == 0 ]] && echo "no MSI"
		;;
	*.MSIX_TEST)
		[[ $(knob msix_capable) == 0 ]] && echo "no MSI-X"
		;;
	*.DOORBELL_TEST)
		[[ $(knob dynamic_inbound_mapping)$(knob doorbell) == 10 ]] &&
			echo "no doorbell"
		;;
	*.dma.*)
		case $(knob dma).$1 in
		none.*) echo "no DMA" ;;
		private.*.COPY_TEST) echo "DMA channels have one direction each" ;;
		*) return 1 ;;
		esac
		;;
	*)
		return 1
		;;
	esac
}

# may_skip CASE REASON: is it right that the selftest itself skips this?
may_skip() {
	local bar=${1#*.BAR}

	bar=${bar%%.*}
	case $2 in
	"BAR is disabled")
		[[ $(knob "bar$bar/type") == disabled ]] ||
			[[ $(knob "bar$((bar - 1))/only_64bit") == 1 ]]
		;;
	"BAR is reserved")
		[[ $(knob "bar$bar/type") == reserved ]]
		;;
	"BAR is test register space")
		((bar == 0))
		;;
	"Subrange map is not supported")
		[[ $(knob subrange_mapping) == 0 ]]
		;;
	"Doorbell test is not supported")
		[[ $(knob dynamic_inbound_mapping) == 0 ]]
		;;
	*)
		return 1
		;;
	esac
}

# selftest DRIVER PROFILE [KNOB=VALUE...]
selftest() {
	local driver=$1 case line reason passed=0 skipped=0

	again "profile=$2" "${@:3}"
	make_functions "$driver" f0
	start
	wait_for "enumeration" test -e /dev/pci-endpoint-test.0

	echo "# $*"
	echo "1..${#cases[@]}"
	for case in "${cases[@]}"; do
		if reason=$(cannot "$case"); then
			line="ok 1 $case # SKIP $reason"
		else
			"$selftest" -r "$case" >"$selftest.out" 2>&1 || :
			line=$(grep -E '^(not )?ok 1 ' "$selftest.out") || line=
			reason=${line#*# SKIP }
		fi
		echo "${line/ok 1 /ok $((passed + skipped + 1)) }"
		case $line in
		"ok 1 $case")
			passed=$((passed + 1))
			;;
		"ok 1 $case # SKIP "*)
			cannot "$case" >/dev/null || may_skip "$case" "$reason" ||
				die "$*: skipped $case: $reason"
			skipped=$((skipped + 1))
			;;
		*)
			cat "$selftest.out" >&2
			dmesg | tail >&2
			die "$*: $case failed"
			;;
		esac
		# To free 2048 vectors may take longer than the selftest waits.
		[[ $case != *.MSIX_TEST ]] || pcitest -e >/dev/null
	done
	echo "# $*: $passed passed, $skipped skipped"

	stop
	wait_for "removal" test ! -e /sys/bus/pci/devices/0000:11:00.0
	remove_functions "$driver" f0
}

modprobe pci-epf-test
modprobe pci-epf-xtest
modprobe pci_endpoint_test
if (($#)); then
	selftest "$@"
	exit
fi
for driver in pci_epf_test pci_epf_xtest; do
	selftest $driver generic dma=memcpy
	for profile in dwc rk3588 cadence rockchip-ep rcar imx8m; do
		selftest $driver $profile
	done
done
