#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --timeout 120
#
# A console on either side, with the kernel's own driver on the host's: what is
# written to the endpoint's is read from the host's, and that has the same size.
# When it writes, that driver waits for the endpoint in a loop with interrupts
# off: nothing of the endpoint runs meanwhile where both are one kernel. So here
# the host only reads.

. "$EPFLAB_TOP/tests/lab/common.sh"

host=/dev/hvc0
bytes=${BYTES:-100000}

# moves FROM TO: random bytes arrive as they are.
moves() {
	local reader

	head -c "$bytes" /dev/urandom >/tmp/sent
	timeout 300 head -c "$bytes" <"$2" >/tmp/received &
	reader=$!
	cat /tmp/sent >"$1"
	wait "$reader" || die "from $1 to $2: $(stat -c %s /tmp/received) bytes"
	cmp /tmp/sent /tmp/received || die "from $1 to $2"
}

epfctl apply "$EPFLAB_TOP/examples/virtio-console.yaml"
wait_for "the host's console" test -e $host
function=$(echo "$ep"/functions/epf_virtio_console/console0/epf_virtio_console.*)
endpoint=/dev/$(cat "$function/backend/tty")
is "PCI: 0000:11:00.0" sh -c "echo PCI: \$(basename \$(readlink -f \
	/sys/bus/virtio/devices/virtio*/..))"

# Kept open, both: a terminal that nobody has open forgets its settings.
exec 3<>"$endpoint"
stty raw -echo <"$endpoint"
exec 4<>$host
stty raw -echo <$host

moves "$endpoint" $host
stty rows 37 cols 91 <"$endpoint"
wait_for "the host's size" sh -c "[ \"\$(stty size <$host)\" = '37 91' ]"

# It goes while both are open, and comes again.
stop
wait_for "removal" test ! -e /sys/bus/pci/devices/0000:11:00.0
exec 4>&-
start
wait_for "the host's console" sh -c "stty size <$host >/dev/null 2>&1"
exec 4<>$host
stty raw -echo <$host
moves "$endpoint" $host
exec 3>&- 4>&-
stop
wait_for "removal" test ! -e /sys/bus/pci/devices/0000:11:00.0
epfctl unlink console0 epc-sim.0
epfctl delete console0
