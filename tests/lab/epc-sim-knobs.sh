#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --bare --timeout 120
#
# Each limit of a controller can be set by itself, takes only what makes sense,
# says in the log why it took no other, and stays as it is while live.

. "$EPFLAB_TOP/tests/lab/common.sh"

einval="Invalid argument"
erange="Numerical result out of range"
ebusy="Device or resource busy"

# logs TEXT: the module must have said so by the end, and nothing else.
logs() {
	said+="$1"$'\n'
}
said=

# knob NAME TAKES GOOD [BAD ERROR]...
knob() {
	local name=$1 takes=$2 good=$3 got
	shift 3

	echo "$good" >"$sim/one/$name"
	while (($#)); do
		refused "$2" "$sim/one/$name" "$1"
		logs "one: $name is $takes, not \"$1\""
		shift 2
	done
	read -r got <"$sim/one/$name"
	[[ $got == "$good" ]] || die "$name is $got, not $good"
	[[ " $known " == *" $name "* ]] || known+=" $name"
}

number() {
	knob "$1" "$2 to $3" "$3" many "$einval" $(($3 + 1)) "$erange"
}

# power NAME MIN MAX
power() {
	local takes="a power of two up to $3"

	(($2)) || takes="0 or $takes"
	knob "$1" "$takes" "$3" $(($3 * 2)) "$erange" $(($3 - 1)) "$einval"
}

flag() {
	knob "$1" "0 or 1" 0 maybe "$einval"
	knob "$1" "0 or 1" 1
}

choice() {
	local name=$1 takes=$2 word
	shift 2

	for word; do
		knob "$name" "one of $takes" "$word"
	done
	knob "$name" "one of $takes" "$word" other "$einval"
}

modprobe pci-epc-sim
mkdir "$sim/one"
known=" profile link live stats link_up"

number max_functions 1 8
number max_vfs 0 8
number max_maps 1 256
number min_pass_bits 0 63
number max_pass_bits 0 63
number num_windows 1 32
number max_inbound_maps 0 256
number latency_ns 1 1000000
power region_align 1 1048576
power bar_align 0 1048576
power vf_bar_align 0 1048576
power window_size 4096 1073741824
power window_page_size 4096 1073741824
for name in align_addr map_for_message refuse_masked_msix no_intx \
	no_intx_with_msi only_inta rigid_bars dynamic_inbound_mapping \
	subrange_mapping doorbell intx_capable msi_capable msix_capable \
	linkup_notifier soft_reset one_vendor first_vf_has_bars vf_events; do
	flag $name
done
errors="EBUSY, EINVAL, EIO, ENOMEM, ENOSPC, ETIMEDOUT"
choice no_map_error "$errors" EBUSY EINVAL EIO ENOMEM ENOSPC ETIMEDOUT
choice no_link_error "none, $errors" none ETIMEDOUT
choice dma "none, private, memcpy, both" none private memcpy both
choice bar0/type "programmable, fixed, resizable, reserved, disabled" \
	programmable fixed resizable reserved disabled
for name in dma_registers msix_table msix_pba; do
	power bar0/$name 0 1048576
done
power bar0/fixed_size 0 16777216
flag bar0/only_64bit
for name in vectors host_vectors; do
	knob port/$name "a power of two up to 32" 32 64 "$erange" 31 "$einval" \
		0 "$erange"
done
for name in message_pcie message_aer message_dpc; do
	number port/$name 0 31
done
for name in switch hotplug surprise command_completed surprise_down aer dpc \
	dpc_rp_extensions acs capability_loop native_aer native_pme native_hotplug; do
	flag port/$name
done
choice port/interrupts "none, intx, msi, msi-x" none intx msi msi-x

# The other BARs have the same.
for name in bar1 bar2 bar3 bar4 bar5; do
	is "$(ls "$sim/one/bar0")" ls "$sim/one/$name"
	refused "$einval" "$sim/one/$name/type" other
	logs "one: $name/type is one of programmable, fixed, resizable, reserved, disabled, not \"other\""
done

# There is no other.
for file in "$sim/one"/* "$sim/one"/bar0/* "$sim/one"/port/*; do
	[[ -d $file || " $known " == *" ${file#"$sim/one/"} "* ]] ||
		die "$file: not tested"
done

# What does not go together is refused as a whole.
together() {
	local message=$1 knob
	shift

	echo generic >"$sim/one/profile"
	for knob; do
		echo "${knob#*=}" >"$sim/one/${knob%%=*}"
	done
	refused "$einval" "$sim/one/live" 1
	logs "one: $message"
	is 0 cat "$sim/one/live"
	[[ ! -e $ep/controllers/one ]] || die "half made: $message"
}
together "pages of 8192 bytes in windows of 4096" \
	window_size=4096 window_page_size=8192
together "32 windows of 268435456 bytes are more than 4096 MiB" \
	num_windows=32 window_size=268435456
together "min_pass_bits 9 is above max_pass_bits 8" \
	min_pass_bits=9 max_pass_bits=8
together "subrange_mapping without dynamic_inbound_mapping" \
	dynamic_inbound_mapping=0
together "bar3 is fixed, but has no fixed_size" bar3/type=fixed
together "bar2 is not reserved, but there is something in it" \
	bar2/msix_table=4096
together "bar5 cannot be 64-bit, it is the last" bar5/only_64bit=1

# Nobody sets whether the link is up.
is 0 cat "$sim/one/link_up"
is 444 stat -c %a "$sim/one/link_up"

# A profile sets them all.
echo rcar >"$sim/one/profile"
is 4 cat "$sim/one/max_maps"
is ETIMEDOUT cat "$sim/one/no_link_error"
is fixed cat "$sim/one/bar2/type"
is 256 cat "$sim/one/bar2/fixed_size"
is 0 cat "$sim/one/bar5/only_64bit"

# While live all stays as it is, and epfctl shows it.
echo 1 >"$sim/one/live"
shown=$(epfctl --json show one)
is pci_epc_sim jq -r .controller.driver <<<"$shown"
is "$(for name in $known; do
	[[ $name == stats ]] || echo "$name $(<"$sim/one/$name")"
done | sort)" sh -c "jq -r '.controller.attributes | to_entries[] |
	select(.key | test(\"bar[1-5]\") | not) | \"\(.key) \(.value)\"' |
	sort" <<<"$shown"
for name in $known; do
	case $name in
	live | stats | link_up) continue ;;
	esac
	refused "$ebusy" "$sim/one/$name" "$(cat "$sim/one/$name")"
	logs "one: $name cannot be set while live"
done
echo 0 >"$sim/one/live"
rmdir "$sim/one"

is "${said%$'\n'}" sh -c 'dmesg | sed -n "s/^.*pci-epc-sim: //p"'
