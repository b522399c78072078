#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --timeout 120
#
# Each kind of fault happens when it is asked for, as often as asked for, to
# what it was asked for; then everything works again.

# shellcheck source=tests/lab/faults.sh
. "$EPFLAB_TOP/tests/lab/faults.sh"

MSIX=32
tracing=/sys/kernel/tracing
endpoint=/sys/bus/pci/devices/0000:11:00.0

# happened KIND COUNT: so often until now, and never again.
happened() {
	is "$2" stat_of "fault_$1"
	echo 0 >"$faults/$1/probability"
	echo >"$sim/epc-sim.0/stats"
}

# fails ARGUMENT...: pcitest with these must say NOT OKAY, or TEST FAILED where
# the kernel's driver gives an error.
fails() {
	local said

	said=$(pcitest "$@") && die "pcitest $*: $said"
	[[ $said == *"NOT OKAY" || $said == *"TEST FAILED" ]] ||
		die "pcitest $*: $said"
}

enumerated() {
	[[ -e /dev/pci-endpoint-test.0 ]]
}

gone() {
	[[ ! -e $endpoint ]]
}

read_vendor() {
	od -An -tx2 -N2 "$endpoint/config"
}

write_command() {
	printf '\x06\x00' |
		dd of="$endpoint/config" bs=2 seek=2 conv=notrunc status=none || :
}

# traced PATTERN: how many events look so.
traced() {
	grep -c -- "$1" $tracing/trace
}

# Error recovery reads the configuration, too, and containment takes the link
# down; both have their turn at the end.
modprobe -a pci-epf-test pci_endpoint_test
again port/dpc=0 port/aer=0
make_functions pci_epf_test f0
start
wait_for "enumeration" enumerated
pcitest -i 1 >/dev/null
echo mono >$tracing/trace_clock
echo 1 >$tracing/events/epc_sim/enable
echo >"$sim/epc-sim.0/stats"

# The link goes down, and comes up by itself.
inject link_down 1 duration_ms=300
read_vendor >/dev/null
wait_for "link down" gone
wait_for "link up" enumerated
tests -b 0
happened link_down 1
is 1 traced "epc_sim_fault: epc-sim.0: link_down function=0"

# A card that is pulled stays out until the controller is started again. (Not
# under pcitest, whose driver in the kernel does not survive that.)
inject removal 1 requests=config_write
read_vendor >/dev/null
is 0 stat_of fault_removal
write_command
wait_for "removal" gone
sleep 0.5
gone || die "the card came back by itself"
happened removal 1
stop
start
wait_for "enumeration" enumerated
tests -b 0
inject removal 1 duration_ms=300 "requests=config_read config_write"
write_command
wait_for "removal" gone
wait_for "return" enumerated
happened removal 1
pcitest -i 1 >/dev/null

# Reads of all kinds give ones.
inject read_ones 2 requests=config_read
is " ffff" read_vendor
is " ffff" read_vendor
is " 104c" read_vendor
happened read_ones 2
inject read_ones 1 requests=host_read
fails -b 1
tests -b 1
happened read_ones 1
inject read_ones 1 requests=endpoint_read
fails -w -s 1024
tests -w -s 1024
is 1 stat_of aborted_fault
happened read_ones 1

# Only to the function that is meant; every third time; with luck.
inject read_ones 1 requests=config_read function=1
is " 104c" read_vendor
echo 0 >$faults/read_ones/function
is " ffff" read_vendor
happened read_ones 1
inject read_ones 2 interval=3 function=-1
for want in 104c 104c ffff 104c 104c ffff 104c 104c 104c; do
	is " $want" read_vendor
done
happened read_ones 2
inject read_ones -1 interval=1 probability=50
echo 50 >$faults/read_ones/probability
for _ in {1..30}; do
	read_vendor
done >/tmp/vendors
is 2 eval "sort -u /tmp/vendors | wc -l"
is "$(grep -c ffff /tmp/vendors)" stat_of fault_read_ones
happened read_ones "$(grep -c ffff /tmp/vendors)"

# One bit of what is transferred flips, which the checksums see.
for direction in host_read:-b2 host_write:-b2 endpoint_read:-w \
		 endpoint_write:-r dma_read:-dw dma_write:-dr; do
	inject corrupt 1 "requests=${direction%:*}"
	fails "${direction#*:}" -s 1024
	tests "${direction#*:}" -s 1024
	happened corrupt 1
done

# A slow endpoint: each access of eight bytes takes that much longer.
echo >$tracing/trace
inject slow 2 delay_ns=1234 requests=config_read
read_vendor >/dev/null
read_vendor >/dev/null
read_vendor >/dev/null
is 2 traced "config read .* ok cost_ns=1234$"
happened slow 2
inject slow 1 requests=host_read
tests -b 1
len=$(stat_of host_read_bytes)
words=$((len / 8))
is 1 traced "host read .* len=$len ok cost_ns=$((words * 1234))$"
happened slow 1

# Interrupts get lost: all three kinds.
for type in 0:-l 1:-m1 2:-x1; do
	pcitest -i ${type%:*} >/dev/null
	echo >"$sim/epc-sim.0/stats"
	inject interrupt_lost 1
	fails ${type#*:}
	is 0 eval "echo $(($(stat_of intx) + $(stat_of msi) + $(stat_of msix)))"
	tests ${type#*:}
	happened interrupt_lost 1
done

# Or come late, but they come.
echo 1 >$tracing/events/irq/irq_handler_entry/enable
for type in 0:-l 1:-m1 2:-x1; do
	pcitest -i ${type%:*} >/dev/null
	echo >$tracing/trace
	inject interrupt_late 1 delay_ns=50000000
	tests ${type#*:}
	awk '{ sub(":", "", $4) }
	     /interrupt_late/ { from = $4 }
	     /irq_handler_entry.*endpoint-test/ && from { exit $4 - from < 0.05 }
	     END { if (!from) exit 1 }' $tracing/trace ||
		die "${type#*:}: not late: $(cat $tracing/trace)"
	happened interrupt_late 1
done
echo 0 >$tracing/events/irq/irq_handler_entry/enable

# Maps fail, with any error, or with the controller's own.
echo >$tracing/trace
for errno in 12 22 0:28; do
	inject map_error 2 errno=${errno%:*}
	fails -w -s 1024
	fails -r -s 1024
	tests -w -s 1024
	is 2 traced "epc_sim_map: .* ret=-${errno#*:}$"
	happened map_error 2
done
inject maps_exhausted 1
fails -c -s 1024
tests -c -s 1024
is 3 traced "epc_sim_map: .* ret=-28$"
happened maps_exhausted 1
is 0 stat_of maps_live

# The DMA engine fails.
dmesg -C
inject dma_error 1
fails -dr -s 1024
is 1 eval "dmesg | grep -c 'DMA transfer failed'"
tests -dr -s 1024
happened dma_error 1

# What makes no sense is refused.
refused "out of range" $faults/slow/delay_ns 1000000001
refused "out of range" $faults/map_error/errno 4096
refused "out of range" $faults/corrupt/function 8
refused "Invalid argument" $faults/corrupt/requests config_read
refused "Invalid argument" $faults/corrupt/requests everything
is "dma_write" cat $faults/corrupt/requests

# On a controller that sends messages through maps, these need one, too; an
# instance that is made anew has no faults.
stop
wait_for "removal" gone
remove_functions pci_epf_test f0
inject read_ones -1 function=-1
again profile=dwc
make_functions pci_epf_test f0
start
wait_for "enumeration" enumerated
is 0 cat $faults/read_ones/probability
is 0 stat_of fault_read_ones
for type in 1:-m1 2:-x1; do
	pcitest -i ${type%:*} >/dev/null
	inject maps_exhausted 1
	fails ${type#*:}
	tests ${type#*:}
	happened maps_exhausted 1
done

# It goes away with everything on its way.
inject interrupt_late -1 delay_ns=4000000000
fails -x2
inject link_down 1 duration_ms=1000
read_vendor >/dev/null
stop
wait_for "removal" gone
remove_functions pci_epf_test f0
again profile=generic port/aer=1
[[ -d $faults ]] || die "no faults in the new instance"

# A read that is not answered is a completion timeout of whoever asked. Newer
# kernels reset the link for it: what the stock host driver reads then is all
# ones, which it takes for success, and an interrupt that is lost it awaits
# without end; so the endpoint's read is for older ones only.
timeouts() {
	awk '$1 == "CmpltTO" { print $2 }' "/sys/bus/pci/devices/$1/aer_dev_nonfatal"
}
recovered() {
	wait_for "recovery" eval "dmesg | grep -q 'device recovery'"
}
make_functions pci_epf_test f0
start
wait_for "enumeration" enumerated
pcitest -i 1 >/dev/null
if [[ $(uname -r) == 6.12.* ]]; then
	inject read_ones 1 requests=endpoint_read
	fails -w -s 1024
	wait_for "the function's error" \
		eval "[[ \$(timeouts 0000:11:00.0) == 1 ]]"
	happened read_ones 1
	recovered
fi
dmesg -C
inject read_ones 1 requests=config_read
is " ffff" read_vendor
wait_for "the port's error" eval "[[ \$(timeouts 0000:10:00.0) == 1 ]]"
happened read_ones 1
recovered
tests -w -s 1024
stop
wait_for "removal" gone
remove_functions pci_epf_test f0

# A port with containment has one of its own as a reason for it.
again port/dpc=1
make_functions pci_epf_test f0
start
wait_for "enumeration" enumerated
dmesg -C
inject read_ones 1 requests=config_read
is " ffff" read_vendor
wait_for "containment" eval "dmesg | grep -q 'DPC: containment event'"
happened read_ones 1
recovered
