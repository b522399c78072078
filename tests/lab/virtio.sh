# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# shellcheck shell=bash
#
# For the tests of virtio functions, after common.sh.
# shellcheck disable=SC2154 # common.sh has ep

device=/sys/bus/pci/devices/0000:11:00.0
node=/dev/virtio-xtest.0

# xtest COMMAND [KEY=VALUE...]: have the driver of the test device do something.
xtest() {
	"$EPFLAB_TOP/tests/lab/virtio-xtest.pl" "$node" "$@"
}

# virtio_make [ATTRIBUTE=VALUE...]: a test device on epc-sim.0; sets function, its
# directory.
virtio_make() {
	local attribute

	modprobe epf-virtio-xtest
	mkdir "$ep/functions/epf_virtio_xtest/v0"
	function=$(echo "$ep"/functions/epf_virtio_xtest/v0/epf_virtio_xtest.*)
	for attribute; do
		echo "${attribute#*=}" >"$function/${attribute%%=*}"
	done
	ln -s "$ep/functions/epf_virtio_xtest/v0" "$ep/controllers/epc-sim.0/v0"
}

# virtio_up [ATTRIBUTE=VALUE...]: the same, and wait for its driver.
virtio_up() {
	virtio_make "$@"
	start
	wait_for "the driver" test -e "$node"
}

virtio_down() {
	stop
	wait_for "removal" test ! -e "$device"
	remove_functions epf_virtio_xtest v0
}
