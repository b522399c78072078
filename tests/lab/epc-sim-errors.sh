#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --module tests/lab/host-errors --timeout 120
#
# What goes wrong is recorded where hardware records it, counted by the kernel's
# error reporting, and contained and recovered from by its drivers.

. "$EPFLAB_TOP/tests/lab/common.sh"

aer=/sys/kernel/debug/pci_epc_sim/epc-sim.0/aer
port=/sys/bus/pci/devices/0000:10:00.0
endpoint=/sys/bus/pci/devices/0000:11:00.0

# counted WHERE KIND NAME: how many errors of that name and kind.
counted() {
	awk -v name="$3" '$1 == name { print $2 }' "$1/aer_dev_$2"
}

counted_is() {
	[[ $(counted "$2" "$3" "$4") == "$1" ]]
}

# counts N WHERE KIND NAME: it must come to be so many.
counts() {
	wait_for "$3 $4 $1 times" counted_is "$@"
}

said() {
	dmesg | grep -qF "$1"
}

link_is() {
	[[ $(cat $port/current_link_width) == "$1" ]]
}

with() {
	[[ ! -e $endpoint ]] || { stop; wait_for "removal" test ! -e $endpoint; }
	[[ ! -e $ep/functions/pci_epf_test/f0 ]] ||
		remove_functions pci_epf_test f0
	again "$@"
	make_functions pci_epf_test f0
	start
	wait_for "enumeration" test -e $endpoint/driver
	dmesg -C
}

modprobe pci-epf-test
modprobe host-errors

with
for wrong in nonesuch "fatal function8" "fatal nowhere" "fatal port 1"; do
	refused "Invalid argument" $aer "$wrong"
done

# Correctable: counted, and no more.
echo "correctable function0" >$aer
counts 1 $endpoint correctable RxErr
echo "bad-tlp function0" >$aer
counts 1 $endpoint correctable BadTLP
echo "replay-timeout" >$aer
counts 1 $port correctable Timeout
is 3 cat $port/aer_rootport_total_err_cor
link_is 4 || die "a correctable error took the link down"

# A function that is not there detects nothing; what is masked is not told.
echo "correctable function1" >$aer
setpci -s 11:00.0 ECAP_AER+14.l=ffff
echo "bad-dllp function0" >$aer
is 00000080 setpci -s 11:00.0 ECAP_AER+10.l
is 3 cat $port/aer_rootport_total_err_cor

# Non-fatal: the drivers are asked.
with
echo "nonfatal function0" >$aer
counts 1 $endpoint nonfatal CmpltTO
wait_for "recovery" said "host-errors: resumed"
said "host-errors: detected" || die "not asked"

# Fatal, contained: the link is down, and up again, and the device as it was.
with
before=$(setpci -s 11:00.0 COMMAND BASE_ADDRESS_0)
echo "fatal function0" >$aer
wait_for "recovery" said "host-errors: resumed"
said "DPC: containment event" || die "not contained"
said "ERR_FATAL received from 0000:11:00.0" || die "by somebody else"
said "host-errors: detected, link lost" || die "not told"
said "host-errors: reset" || die "not reset"
said "device recovery successful" || die "not recovered"
wait_for "the slot" said "ignored"
[[ -e $endpoint ]] || die "removed"
link_is 4 || die "the link is down"
is "$before" setpci -s 11:00.0 COMMAND BASE_ADDRESS_0

# Whatever the port itself detects is contained, too.
with
echo "nonfatal port" >$aer
wait_for "recovery" said "device recovery successful"
said "unmasked uncorrectable error detected" || die "not contained"
counts 1 $port nonfatal CmpltTO

# By hand, as a test of the path (DPC Software Trigger).
with
setpci -s 10:00.0 ECAP_DPC+6.w=40:40
wait_for "recovery" said "device recovery successful"
said "software trigger detected" || die "for another reason"

# Fatal, not contained: the root port resets the link. Not with lockdep, which
# reports the order of the locks that the kernel takes to reset a slot.
if [[ ! -e /proc/lockdep ]]; then
	with port/dpc=0
	echo "fatal function0" >$aer
	wait_for "recovery" said "host-errors: resumed"
	said "Root Port link has been reset" || die "no reset"
	is 1 cat $port/aer_rootport_total_err_fatal
fi

# A request that the function does not support: it says which.
with port/dpc=1
modprobe pci_endpoint_test
echo pci-endpoint-test >$endpoint/driver_override
echo 0000:11:00.0 >$endpoint/driver/unbind
echo 0000:11:00.0 >/sys/bus/pci/drivers/pci-endpoint-test/bind
tests -b 4
bar=$(sed -n 5p $endpoint/resource | cut -c 11-18)
setpci -s 11:00.0 COMMAND=0:2
! pcitest -b 4 >/dev/null || die "BAR 4 answers"
wait_for "the report" said "UnsupReq"
# Newer kernels reset the link then; nobody may be stopped meanwhile.
wait_for "recovery" said "device recovery"
counts 1 $endpoint nonfatal UnsupReq
dmesg | grep -qi "TLP Header: .*40000002 .*$bar" || die "not to $bar: $(dmesg)"

# Surprise Down, where the slot does not expect it: fatal, and contained.
with port/surprise=0 port/surprise_down=1
lspci -vvv -s 10:00.0 | grep -q "ClockPM- Surprise+" || die "no such error"
stop
wait_for "removal" test ! -e $endpoint
is 00000000 setpci -s 10:00.0 ECAP_AER+4.l
is 0000 setpci -s 10:00.0 ECAP_DPC+8.w
start
wait_for "enumeration" test -e $endpoint/driver

# Extensions of the root port: an unsupported request of a program's.
with port/surprise=1 port/surprise_down=0 port/dpc_rp_extensions=1
lspci -vvv -s 10:00.0 | grep -q "RPExt+.*RP PIO Log 5" || die "no extensions"
is 00070707 setpci -s 10:00.0 ECAP_DPC+10.l
