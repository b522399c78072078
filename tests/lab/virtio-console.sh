#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --timeout 120
#
# A console on either side, with the kernel's own driver on the host's: what is
# written to one is read from the other, and the host's is as large as the endpoint's.
# Where nobody reads it, the host's output is dropped from some time on, and the
# host does not wait. BYTES is how many go either way.

. "$EPFLAB_TOP/tests/lab/common.sh"

host=/dev/hvc0
bytes=${BYTES:-200000}
device=/sys/bus/pci/devices/0000:11:00.0

moves() {
	"$EPFLAB_TOP/tests/lab/moves.pl" "$@"
}

# Kept open, both: a terminal that nobody has open forgets its settings.
open_both() {
	wait_for "the host's console" sh -c "stty size <$host >/dev/null 2>&1"
	exec 3<>"$endpoint" 4<>$host
	stty raw -echo <&3
	stty raw -echo <&4
}

# arrives: whether a character is not dropped; it is read
arrives() {
	local before

	before=$(cat $device/dropped)
	printf x >&4
	(($(cat $device/dropped) == before)) || return 1
	is x timeout --foreground 60 head -c 1 <&3
}

# drops: the host writes more than there is room for on the way, and all of it is
# either read later or counted as dropped.
drops() {
	local before written=1048576 dropped

	before=$(cat $device/dropped)
	head -c $written /dev/zero >&4
	dropped=$(($(cat $device/dropped) - before))
	((dropped > 0)) || die "nothing was dropped of $written bytes"
	timeout --foreground 60 head -c $((written - dropped)) <&3 |
		cmp -n $((written - dropped)) - /dev/zero ||
		die "what was not dropped did not come"

	# When the second arrives, the endpoint has given back all before the first.
	wait_for "room" arrives
	wait_for "room" arrives
	before=$(cat $device/dropped)
	moves $host "$endpoint" 100000
	is "$before" cat $device/dropped
}

epfctl apply "$EPFLAB_TOP/examples/virtio-console.yaml"
function=$(echo "$ep"/functions/epf_virtio_console/console0/epf_virtio_console.*)
stop
wait_for "removal" test ! -e $device
for push in 1 0; do
	echo "# push: $push"
	epfctl unlink console0 epc-sim.0
	echo $push >"$function/push"
	ln -s "$ep/functions/epf_virtio_console/console0" \
		"$ep/controllers/epc-sim.0/console0"
	start
	endpoint=/dev/$(cat "$function/backend/tty")
	open_both
	is "PCI: 0000:11:00.0" sh -c "echo PCI: \$(basename \$(readlink -f \
		/sys/bus/virtio/devices/virtio*/..))"

	moves "$endpoint" $host "$bytes"
	moves $host "$endpoint" "$bytes"
	is 0 cat $device/dropped
	stty rows 37 cols 91 <"$endpoint"
	wait_for "the host's size" sh -c "[ \"\$(stty size <$host)\" = '37 91' ]"
	drops

	# It goes while both are open, and comes again.
	stop
	wait_for "removal" test ! -e $device
	exec 3>&- 4>&-
	start
	open_both
	moves "$endpoint" $host 100000
	moves $host "$endpoint" 100000
	exec 3>&- 4>&-
	stop
	wait_for "removal" test ! -e $device
done
epfctl unlink console0 epc-sim.0
epfctl delete console0
