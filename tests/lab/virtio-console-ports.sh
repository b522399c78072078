#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --timeout 120
#
# A console with several ports, with the kernel's own driver on the host's side:
# bytes go either way on each, and either side learns whether the other has it
# open.

. "$EPFLAB_TOP/tests/lab/common.sh"

bytes=${BYTES:-1M}
device=/sys/bus/pci/devices/0000:11:00.0

# make_console [ATTRIBUTE=VALUE...]: a function with four ports; sets function.
make_console() {
	local attribute

	mkdir "$ep/functions/epf_virtio_console/console0"
	function=$(echo "$ep"/functions/epf_virtio_console/console0/epf_virtio_console.*)
	for attribute in backend/num_ports=4 "$@"; do
		echo "${attribute#*=}" >"$function/${attribute%%=*}"
	done
	ln -s "$ep/functions/epf_virtio_console/console0" \
		"$ep/controllers/epc-sim.0/console0"
	mapfile -t terminals <"$function/backend/tty"
}

# port NUMBER: the host's device that is connected with that terminal, by the name
# that it was told.
port() {
	local name

	name=$(grep -lx "${terminals[$1]}" /sys/class/virtio-ports/*/name) ||
		return 1
	basename "${name%/name}"
}

has_ports() {
	port 1 && port 2 && port 3
} >/dev/null 2>&1

# open_port NUMBER: both ends of it, as descriptors 10 and 20 and so many more. The
# host's first: stty waits until it has read what was written before.
open_port() {
	eval "exec $((20 + $1))<>/dev/$(port "$1")"
	eval "exec $((10 + $1))<>/dev/${terminals[$1]}"
	stty raw -echo <"/dev/${terminals[$1]}"
}

close_port() {
	eval "exec $((20 + $1))>&- $((10 + $1))>&-"
}

# moves FROM TO: random bytes arrive as they are; from and to a descriptor.
moves() {
	local reader sent

	# The first terminal that is opened is the test's own.
	timeout --foreground 300 head -c "$bytes" <&"$2" |
		sha256sum >"/tmp/received.$2" &
	reader=$!
	sent=$(head -c "$bytes" /dev/urandom | tee >(cat >&"$1") | sha256sum)
	wait "$reader"
	is "$sent" cat "/tmp/received.$2"
}

modprobe -a epf-virtio-console
make_console
refused "Device or resource busy" "$function/backend/num_ports" 1
rm "$ep/controllers/epc-sim.0/console0"
refused "Numerical result out of range" "$function/backend/num_ports" 0
refused "Numerical result out of range" "$function/backend/num_ports" 33
rmdir "$ep/functions/epf_virtio_console/console0"

echo "# each port, either way"
make_console
start
wait_for "the ports" has_ports
is 4 grep -c . "$function/backend/tty"
for i in 1 3; do
	open_port $i
	moves $((10 + i)) $((20 + i))
	moves $((20 + i)) $((10 + i))
done

echo "# two ports, both ways at once"
runs=()
for i in 1 3; do
	moves $((10 + i)) $((20 + i)) &
	runs+=($!)
	moves $((20 + i)) $((10 + i)) &
	runs+=($!)
done
for run in "${runs[@]}"; do
	wait "$run" || die "at once"
done
close_port 3

echo "# open and closed"
# The host reads an end while the terminal is closed,
exec 23<>"/dev/$(port 3)"
is "" timeout 60 cat <&23
exec 13<>"/dev/${terminals[3]}"
stty raw -echo <"/dev/${terminals[3]}"
# and what is written while it has not opened the port waits for it.
exec 23>&-
echo held >&13
sleep 0.1
exec 23<>"/dev/$(port 3)"
is held timeout 60 head -n 1 <&23
close_port 3

echo "# the console"
exec 10<>"/dev/${terminals[0]}"
stty raw -echo <"/dev/${terminals[0]}"
exec 20<>/dev/hvc0
stty raw -echo </dev/hvc0
stty rows 37 cols 91 <"/dev/${terminals[0]}"
wait_for "the host's size" sh -c "[ \"\$(stty size </dev/hvc0)\" = '37 91' ]"
bytes=100000 moves 10 20
"$EPFLAB_TOP/tests/lab/moves.pl" /dev/hvc0 "/dev/${terminals[0]}" 100000
is 0 cat $device/dropped
exec 10>&- 20>&-

echo "# the driver goes and comes, and so does the link"
echo 0000:11:00.0 >$device/driver/unbind
close_port 1
wait_for "the reset" grep -qx 0x00 "$function/status"
echo 0000:11:00.0 >/sys/bus/pci/drivers_probe
wait_for "the ports" has_ports
open_port 1
moves 11 21
moves 21 11
cat /dev/zero >&11 2>/dev/null &
writer=$!
cat <&21 >/dev/null 2>&1 &
reader=$!
stop
wait_for "removal" test ! -e $device
kill $writer
wait
close_port 1
start
wait_for "the ports" has_ports
open_port 1
moves 21 11
close_port 1
stop
wait_for "removal" test ! -e $device
remove_functions epf_virtio_console console0

echo "# a driver that knows of one port"
make_console features_off=2
start
wait_for "the host's console" test -e /dev/hvc0
wait_for "the driver" grep -qx 0x0f "$function/status"
is 1 sh -c 'ls /sys/class/virtio-ports | wc -l'
stop
wait_for "removal" test ! -e $device
remove_functions epf_virtio_console console0
