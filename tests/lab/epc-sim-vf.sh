#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --module tests/lab/sriov-pf --timeout 120
#
# Virtual functions: made by the endpoint, enabled by the host, each with its
# own BARs, interrupts, maps and counters.

# shellcheck source=tests/lab/vf.sh
. "$EPFLAB_TOP/tests/lab/vf.sh"

# works BDF: all that the stock test has, but INTx and DMA.
works() {
	local said

	said=$(pcitest run -D "$(device "$1")") || die "$1: $said"
	[[ $said == *"68 passed, 0 failed, 31 skipped"* ||
		$1 == 11:00.2 ]] || die "$1: $said"
}

# answer BDF...: data and interrupts of each, in short.
answer() {
	local bdf node

	for bdf; do
		node=$(device "$bdf")
		tests -D "$node" -b 2
		pcitest -D "$node" -i 1 >/dev/null
		tests -D "$node" -m 4
		tests -D "$node" -w -s 1025
	done
}

modprobe pci-epf-test
modprobe pci_endpoint_test
modprobe sriov-pf

# Three physical functions, two of them with virtual ones.
make_physical a pci_epf_test pci_epf_test pci_epf_test
make_physical b pci_epf_test pci_epf_test
make_physical c
start
wait_for "enumeration" test -e $devices/0000:11:00.2/driver
is 3 cat $devices/0000:11:00.0/sriov_totalvfs
is 2 cat $devices/0000:11:00.1/sriov_totalvfs
[[ ! -e $devices/0000:11:00.2/sriov_totalvfs ]] || die "no VFs, but SR-IOV"
refused "Numerical result out of range" $devices/0000:11:00.0/sriov_numvfs 4
[[ -z $(lspci -s 11:01.0) ]] || die "a virtual function before its time"

enable_vfs 11:00.0 3
enable_vfs 11:00.1 2
is "00.0 00.1 00.2 01.0 01.1 02.0 02.1 03.0" \
	sh -c 'lspci -s 11: | sed "s/11:\(....\).*/\1/" | sort | paste -sd " "'
is 11:00.1 sh -c "readlink $devices/0000:11:02.1/physfn | sed 's/.*0000://'"
is "ffffffff" setpci -s 11:02.1 0.l
is "00" setpci -s 11:02.1 INTERRUPT_PIN

echo 1 >"$sim/epc-sim.0/stats"
pids=()
for bdf in 11:00.2 11:01.0 11:01.1 11:02.0 11:02.1 11:03.0; do
	works $bdf &
	pids+=($!)
done
for pid in "${pids[@]}"; do
	wait "$pid" || die "not all at once"
done

# Each counts for itself, and all together.
is 0 stat function0 msi
for counter in host_write_bytes endpoint_read_bytes msi msix maps; do
	sum=0
	for function in function2 function0/vf{1,2,3} function1/vf{1,2}; do
		value=$(stat "$function" $counter)
		((value > 0)) || die "$function: no $counter"
		((sum += value))
	done
	is $sum stat . $counter
done
is 0 stat function3/vf1 host_writes

# A reset of one leaves the others alone; bus mastering and power are its own.
echo 1 >$devices/0000:11:02.0/reset
answer 11:01.0 11:02.0
setpci -s 11:01.0 COMMAND=0:4
aborted=$(stat function0/vf1 aborted_no_bus_master)
pcitest -D "$(device 11:01.0)" -i 1 >/dev/null
pcitest -D "$(device 11:01.0)" -m 1 | grep -q "NOT OKAY" ||
	die "an interrupt without bus mastering"
is $((aborted + 1)) stat function0/vf1 aborted_no_bus_master
answer 11:02.0
setpci -s 11:01.0 COMMAND=4:4
setpci -s 11:01.0 CAP_PM+4.w=3:3
pcitest -D "$(device 11:01.0)" -b 2 | grep -q "NOT OKAY" || die "D3hot"
(($(stat function0/vf1 aborted_power_state) > 0)) || die "D3hot not counted"
answer 11:02.0
setpci -s 11:01.0 CAP_PM+4.w=0:3
answer 11:01.0

# As many as the host asks for; those beyond do not answer.
enable_vfs 11:00.0 0
[[ ! -e $devices/0000:11:01.0 ]] || die "virtual functions while disabled"
enable_vfs 11:00.0 2
[[ ! -e $devices/0000:11:03.0 ]] || die "three virtual functions, not two"
answer 11:01.0 11:02.0
enable_vfs 11:00.0 0
echo 1 >$devices/0000:11:00.0/reset
enable_vfs 11:00.0 3
answer 11:03.0

# A reset of the physical function takes its virtual ones away for the host.
setpci -s 11:00.0 CAP_EXP+8.w=8000:8000
is ffff setpci -s 11:01.0 CLASS_DEVICE
is ff00 setpci -s 11:01.1 CLASS_DEVICE
answer 11:02.1

# The link goes down under them, where no leak of the kernel's is looked for.
[[ ! -e /sys/kernel/debug/kmemleak ]] || disable_vfs
while [[ -e $devices/0000:11:02.1 ]]; do
	setpci -s 11:02.1 CLASS_DEVICE >/dev/null 2>&1 || :
done &
sleep 0.05
stop
wait
wait_for "removal" test ! -e $devices/0000:11:00.0
[[ ! -e $devices/0000:11:02.1 ]] || die "a virtual function without its physical"
start
wait_for "enumeration" test -e $devices/0000:11:00.2/driver
enable_vfs 11:00.1 1
answer 11:01.1
disable_vfs
stop
wait_for "removal" test ! -e $devices/0000:11:00.0

# Fewer than before, when they are linked anew.
remove_physical a
remove_physical b
remove_physical c
make_physical a pci_epf_test
start
wait_for "enumeration" test -e $devices/0000:11:00.0/driver
is 1 cat $devices/0000:11:00.0/sriov_totalvfs
stop
wait_for "removal" test ! -e $devices/0000:11:00.0
remove_physical a
