#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --module tests/lab/epf-probe
#
# What the stock test function never asks of its controller: every kind of BAR,
# maps that must be refused, accesses that cannot complete.

. "$EPFLAB_TOP/tests/lab/common.sh"

check=$ep/functions/pci_epf_probe/f0/probe/check

# counts COUNTER COMMAND...: COMMAND must succeed and raise COUNTER.
counts() {
	local counter=$1 before
	shift

	before=$(stat_of "$counter")
	"$@" || die "$* failed"
	(($(stat_of "$counter") > before)) || die "$*: $counter is still $before"
}

check() {
	echo "$1" >"$check"
}

modprobe epf-probe
modprobe pci_endpoint_test

# The host would reset the link for an unsupported request that it is told of.
again port/aer=0 port/dpc=0
make_functions pci_epf_probe f0

# Before the link is up
counts aborted_no_map check unmapped
counts aborted_link_down check aborted

start
wait_for "enumeration" test -e /dev/pci-endpoint-test.0

check map
check refused
check bars
check interrupts
check exhausted
dmesg | grep -q "epf-probe: 32 maps, then -28" || die "not 32 maps and ENOSPC"
counts aborted_no_map check unmapped
counts aborted_no_memory check nowhere
is 0 stat_of maps_live
is 32 stat_of maps_peak

# guard FIRST LAST READS WRITES: what of the probe's page the endpoint should not
# touch, by offsets; and what of its read and its write of eight bytes at 64 is
# counted. Nothing is stopped.
guard() {
	local before after

	printf '%x-%x\n' $((page + $1)) $((page + $2)) >$guards
	before="$(stat_of guarded_reads) $(stat_of guarded_writes)"
	check touch
	after="$(stat_of guarded_reads) $(stat_of guarded_writes)"
	is "$3 $4" echo $((${after% *} - ${before% *})) \
		$((${after#* } - ${before#* }))
}
guards=/sys/kernel/debug/pci_epc_sim/epc-sim.0/guards
page=$(cat "${check%check}page")
guard 0 63 0 0
guard 0 64 1 1
guard 66 68 1 1
guard 71 4095 1 1
guard 72 4095 0 0
two=$(printf '0-%x %x-%x' $((page - 1)) $((page + 4096)) -1)
echo "$two" >$guards
check map
check touch
is "3 3" echo "$(stat_of guarded_reads)" "$(stat_of guarded_writes)"
for wrong in 10 10-f 10-20,30-40 "10-20 30" 10-20g x-y; do
	refused "Invalid argument" $guards "$wrong"
done
refused "Argument list too long" $guards "$(printf '%x-%x ' {0..17})"
is "$two" cat $guards
two=$(printf '0-%x %x-%x' $((page - 1)) $((page + 71)) $((page + 71)))
echo "$two" >$guards
check touch
is "4 4" echo "$(stat_of guarded_reads)" "$(stat_of guarded_writes)"
echo >$guards
is "" cat $guards
check touch
is "4 4" echo "$(stat_of guarded_reads)" "$(stat_of guarded_writes)"

# 64-bit BARs, prefetchable or not, where the host put them
lspci -vv -s 11:00.0 >/tmp/lspci
grep -q "Region 0: Memory at 1[0-9a-f]* (64-bit, prefetchable) .size=64K" /tmp/lspci
grep -q "Region 2: Memory at [0-9a-f]* (64-bit, non-prefetchable) .size=4K" /tmp/lspci
grep -q "Region 4: Memory at [0-9a-f]* (32-bit, prefetchable) .size=1M" /tmp/lspci
grep -q "Region 5: Memory at [0-9a-f]* (32-bit, non-prefetchable) .size=512" /tmp/lspci
for bar in 0 2 4 5; do
	is "BAR$bar:		OKAY" pcitest -b $bar
done

silent() {
	pcitest -b 4 | grep -q "NOT OKAY"
}

# A BAR need not have memory, and keeps its address without it.
check bar-away
counts aborted_no_memory silent
check bar-back
tests -b 4

# What the host turns off is off.
setpci -s 11:00.0 COMMAND=2
counts aborted_no_bus_master check aborted
setpci -s 11:00.0 COMMAND=4
counts aborted_no_bar silent
setpci -s 11:00.0 COMMAND=6
tests -b 4
setpci -s 11:00.0 CAP_PM+4.w=3
counts aborted_power_state silent
counts aborted_power_state check aborted
setpci -s 11:00.0 CAP_PM+4.w=0
tests -b 4
setpci -s 10:00.0 COMMAND=2
counts aborted_no_bus_master check aborted
setpci -s 10:00.0 COMMAND=4
counts aborted_no_bar silent
setpci -s 10:00.0 COMMAND=6
check map

# A function-level reset takes what the host wrote.
setpci -s 11:00.0 CAP_EXP+8.w=8000
is 0000 setpci -s 11:00.0 COMMAND
is 00000008 setpci -s 11:00.0 BASE_ADDRESS_4

stop
counts aborted_link_down check aborted
remove_functions pci_epf_probe f0

# Nothing is left of the function that had the number before.
modprobe pci-epf-test
make_functions pci_epf_test f0
remove_functions pci_epf_test f0
make_functions pci_epf_probe f0
start
wait_for "enumeration" test -e /dev/pci-endpoint-test.0
lspci -vv -s 11:00.0 >/tmp/lspci
grep -q "MSI: .*Count=1/1" /tmp/lspci || die "$(</tmp/lspci)"
grep -q MSI-X /tmp/lspci && die "$(</tmp/lspci)"
stop
remove_functions pci_epf_probe f0

# Counters start again; what is not live reads as zero.
echo >"$sim/epc-sim.0/stats"
is 0 stat_of maps
mkdir "$sim/other"
is 0 stat_of maps other
rmdir "$sim/other"
