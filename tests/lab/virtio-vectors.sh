#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --timeout 120
#
# Each queue of a virtio function has an interrupt of its own, which goes to the
# processors that the host's driver wants, where there are several.

. "$EPFLAB_TOP/tests/lab/common.sh"
. "$EPFLAB_TOP/tests/lab/virtio.sh"

# shellcheck source=tests/lab/vnet.sh
. "$EPFLAB_TOP/tests/lab/vnet.sh"

# calls NAME...: how often each interrupt of these names came, on any processor, as
# lines NUMBER COUNT.
calls() {
	awk -v names="$*" -v processors="$(nproc --all)" '
		BEGIN { for (n = split(names, list, " "); n; n--) wanted[list[n]] = 1 }
		$NF in wanted {
			sum = 0
			for (i = 2; i <= processors + 1; i++)
				sum += $i
			print $1 + 0, sum
		}' /proc/interrupts
}

# new_calls: which of the interrupts of the queues came the first time.
new_calls() {
	calls "$virtio-requests" | awk -v known="${known[*]}" '
		BEGIN { for (n = split(known, list, " "); n; n--) is_known[list[n]] = 1 }
		$2 && !($1 in is_known) { print $1 }'
}

has_new() {
	[[ -n $(new_calls) ]]
}

# irq_of NAME: its number.
irq_of() {
	calls "$virtio-$1" | cut -d " " -f 1
}

# goes_to CPUS NAME...: the interrupts of these names.
goes_to() {
	local cpus=$1 name
	shift

	for name; do
		is "$cpus" cat "/proc/irq/$(irq_of "$name")/smp_affinity_list"
	done
}

name_of_virtio() {
	basename "$device"/virtio*
}

# --- Each queue has its own -------------------------------------------------

virtio_up backend/num_queues=4
virtio=$(name_of_virtio)
is 1 grep -c "$virtio-config\$" /proc/interrupts
is 4 grep -c "$virtio-requests\$" /proc/interrupts
known=()
for queue in 0 1 2 3; do
	xtest echo "queue=$queue" >/tmp/run || die "queue $queue: $(cat /tmp/run)"
	wait_for "an interrupt of queue $queue" has_new
	mapfile -t came < <(new_calls)
	((${#came[@]} == 1)) || die "queue $queue: interrupts ${came[*]}"
	known+=("${came[0]}")
done
virtio_down

# --- Where it goes ----------------------------------------------------------

(($(nproc) > 1)) || exit 0

# The network's driver says it of each pair,
vnet_up backend/queue_pairs=2
virtio=$(name_of_virtio)
on host ethtool --set-channels "${device_of[host]}" combined 2
goes_to 0 input.0 output.0
goes_to 1 input.1 output.1
for name in input.0:1 output.0:1 input.1:2 output.1:2; do
	is "${name#*:}" cat "/proc/irq/$(irq_of "${name%:*}")/affinity_hint"
done
on host ethtool --set-channels "${device_of[host]}" combined 1
goes_to 0-1 input.0 output.0
pings endpoint 192.0.2.2
vnet_down

# that of disks has them spread, and a queue for each.
modprobe -a virtio_blk epf-virtio-blk
truncate -s 4M /run/disk
mkdir "$ep/functions/epf_virtio_blk/v0"
function=$(echo "$ep"/functions/epf_virtio_blk/v0/epf_virtio_blk.*)
echo /run/disk >"$function/backend/path"
echo 2 >"$function/backend/num_queues"
ln -s "$ep/functions/epf_virtio_blk/v0" "$ep/controllers/epc-sim.0/v0"
start
wait_for "a disk" test -b /dev/vda
virtio=$(name_of_virtio)
for queue in 0 1; do
	cpu=$(cat /sys/block/vda/mq/$queue/cpu_list)
	[[ $cpu == [01] ]] || die "queue $queue is for $cpu"
	goes_to "$cpu" req.$queue
	taskset -c "$cpu" dd if=/dev/vda of=/dev/null bs=64k iflag=direct status=none
	is 1 echo $(($(calls "$virtio-req.$queue" | cut -d " " -f 2) > 0))
done
stop
wait_for "removal" test ! -e "$device"
remove_functions epf_virtio_blk v0
