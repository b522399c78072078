# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# shellcheck shell=bash
#
# For the tests of virtual functions: those of the stock driver or of others,
# below a function of the stock driver; the host's sriov-pf enables them.

# shellcheck source=tests/lab/common.sh
. "$EPFLAB_TOP/tests/lab/common.sh"

devices=/sys/bus/pci/devices

# make_physical NAME [DRIVER...]: make a function of the stock driver, with a
# virtual function NAME1, NAME2, ... of each of the drivers, and link it.
make_physical() {
	local name=$1 driver dir i=0
	shift

	for driver in pci_epf_test "$@"; do
		dir=$ep/functions/$driver/$name${i/#0/}
		mkdir "$dir"
		echo 0x104c >"$dir/vendorid"
		echo 0xb500 >"$dir/deviceid"
		echo 4 >"$dir/msi_interrupts"
		echo 8 >"$dir/msix_interrupts"
		((i == 0)) ||
			ln -s "$dir" "$ep/functions/pci_epf_test/$name/vf$i"
		((++i))
	done
	ln -s "$ep/functions/pci_epf_test/$name" "$ep/controllers/epc-sim.0"
}

# remove_physical NAME: undo make_physical.
remove_physical() {
	local dir=$ep/functions/pci_epf_test/$1 link vf

	rm -f "$ep/controllers/epc-sim.0/$1"
	for link in "$dir"/vf*; do
		[[ -L $link ]] || continue
		vf=$(readlink -f "$link")
		rm "$link"
		rmdir "$vf"
	done
	rmdir "$dir"
}

# enable_vfs BDF COUNT: the host enables virtual functions of a function.
enable_vfs() {
	local name=0000:$1 dir
	dir=$devices/$name

	if [[ $(readlink "$dir/driver") != */sriov-pf ]]; then
		echo sriov-pf >"$dir/driver_override"
		[[ ! -e $dir/driver ]] || echo "$name" >"$dir/driver/unbind"
		echo "$name" >/sys/bus/pci/drivers_probe
	fi
	echo "$2" >"$dir/sriov_numvfs"
}

# disable_vfs: the host disables all. A physical function that goes after its
# virtual ones is leaked by the kernel's PCI core (pci_iov_remove_virtfn() finds
# none of them then, and drops no reference), which kmemleak tells.
disable_vfs() {
	local numvfs

	for numvfs in "$devices"/*/sriov_numvfs; do
		[[ ! -e $numvfs || $(<"$numvfs") == 0 ]] || echo 0 >"$numvfs"
	done
}

# device BDF: the test device of that function.
device() {
	local node

	for node in "$devices/0000:$1"/misc/*; do
		echo "/dev/${node##*/}"
	done
}

# stat FOLDER COUNTER: a counter of a function.
stat() {
	awk -v name="$2" '$1 == name { print $2 }' "$sim/epc-sim.0/$1/stats"
}
