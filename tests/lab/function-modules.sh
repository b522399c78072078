#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --set max_vfs=4 --module tests/lab/epf-sides
#
# The module of a function's driver stays as long as there is a function, bound or
# not, physical or virtual, busy or idle; and a function stays with its driver. One
# that cannot be bound, to two controllers or at all, can be later.

# shellcheck source=tests/lab/vf.sh
. "$EPFLAB_TOP/tests/lab/vf.sh"

# stays MODULE WHILE
stays() {
	! rmmod "$1" 2>/dev/null || die "$1 went while $2"
}

modprobe pci-epf-test
modprobe pci-epf-sides
modprobe pci-epf-xtest
modprobe epf-virtio-console
mkdir $sim/epc-sim.1
echo 4 >$sim/epc-sim.1/max_vfs
echo 1 >$sim/epc-sim.1/live
for driver in pci_epf_xtest epf_virtio_console; do
	function=$ep/functions/$driver/x0

	# Idle, bound, started; and idle again
	mkdir "$function"
	stays $driver "a function was idle"
	rmdir "$function"
	MSIX=8 make_functions $driver x0
	stays $driver "a function was bound"
	start
	stays $driver "a function was started"
	test ! -e /sys/bus/pci-epf/drivers/$driver/unbind ||
		die "$driver: functions can be taken from it"
	stop

	# A second interface there is not; the core unbinds from the first then.
	! ln -s $ep/controllers/epc-sim.1 "$function/secondary/epc" 2>/dev/null ||
		die "$driver: it has two interfaces"
	rm $ep/controllers/epc-sim.0/x0
	! ln -s $ep/controllers/epc-sim.1 "$function/secondary/epc" 2>/dev/null ||
		die "$driver: it has a secondary interface"
	ln -s "$function" $ep/controllers/epc-sim.0/x0

	# Bound once, it cannot be bound without a BAR, and then again can be.
	rm $ep/controllers/epc-sim.0/x0
	again bar{0..5}/type=disabled
	! ln -s "$function" $ep/controllers/epc-sim.0/x0 2>/dev/null ||
		die "$driver: bound without a BAR"
	again bar{0..5}/type=programmable
	ln -s "$function" $ep/controllers/epc-sim.0/x0
	remove_functions $driver x0

	# Virtual
	make_physical x0 $driver
	stays $driver "a function was virtual"
	start
	stays $driver "a virtual function was started"
	stop
	remove_physical x0

	# Below one with two interfaces: bound to the first, and to it alone
	parent=$ep/functions/pci_epf_sides/x0
	mkdir "$parent" "$function"
	echo 4 >"$function/msi_interrupts"
	ln -s "$function" "$parent/vf1"
	ln -s $ep/controllers/epc-sim.0 "$parent/primary/epc"
	ln -s $ep/controllers/epc-sim.1 "$parent/secondary/epc"
	policy=$(echo "$function/$driver".*/outbound/policy)
	refused busy "$policy" transfer
	rm "$parent/secondary/epc" "$parent/primary/epc" "$parent/vf1"
	echo transfer >"$policy"
	rmdir "$parent" "$function"
done

# None is left. (Last: with KASAN, UML does not survive that memory of a module is
# used again.)
modprobe -r pci_epf_xtest epf_virtio_console
