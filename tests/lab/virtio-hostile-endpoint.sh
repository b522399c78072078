#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --module tests/lab/virtio-hostile-endpoint --timeout 180
#
# An endpoint that lies does no harm to the host: virtio_epf and the kernel's drivers
# above it come, go, and work with a good function afterwards. HOSTILE_MS is for how
# long, for each type of device, HOSTILE_SEED what it begins with, and HOSTILE which
# types: with "-pull" the endpoint reads the rings by itself, with "-packed" these are
# packed.
#
# What it spares the drivers is what they take from a device on any bus: a console
# that goes just after it was closed frees its terminal twice over (__hvc_poll,
# queue_release_one_tty), one whose queue is broken loses a buffer (fill_readbuf), and
# messages about ports are taken for as long as they should be
# (handle_control_message); the block layer warns of segments smaller than a page
# (blk_validate_limits), and virtio_scsi of more sense data than there is room for
# (virtscsi_complete_cmd); that makes the work of an event anew while it is cancelled,
# so there are no events (virtscsi_kick_event, virtscsi_cancel_event_work); and the
# virtio core follows flags of descriptors in memory that a device may write to
# (detach_buf_split).
# virtio_rpmsg_bus warns of queues of different sizes (rpmsg_probe), and waits 15 s
# for each message that a broken queue does not take (rpmsg_send_offchannel_raw); a
# service that ends is taken for a deadlock by lockdep (rpmsg_ns_cb,
# rpmsg_destroy_ept). virtio_net loses the indirect descriptors of a control request
# that is not answered (free_unused_bufs), and on 6.12 some 16 bytes when it does not
# come (virtnet_probe, rss_hdr): that kmemleak says so is checked here.
#
# For a minute of one type with the kernel that finds mistakes:
#	HOSTILE=blk HOSTILE_MS=60000 lab/epflab run --debug --timeout 300 \
#		--module tests/lab/virtio-hostile-endpoint \
#		-- tests/lab/virtio-hostile-endpoint.sh

. "$EPFLAB_TOP/tests/lab/common.sh"

parameters=/sys/module/pci_epf_hostile/parameters
driver=/sys/bus/pci/drivers/virtio_epf
address=0000:11:00.0
device=/sys/bus/pci/devices/$address
declare -A id_of=([net]=1 [blk]=2 [console]=3 [rpmsg]=7 [scsi]=8 [xtest]=4336)
declare -A module_of=([net]=virtio_net [blk]=virtio_blk [console]=virtio_console
	[rpmsg]=virtio_rpmsg_bus [scsi]=virtio_scsi [xtest]=virtio_xtest)
# Of the type, without what the drivers have to be spared.
declare -A features_of=([net]=$((0x318fa3 | 1 << 17 | 1 << 18 | 1 << 19 | 1 << 23))
	[blk]=$((1 << 2 | 1 << 9 | 1 << 12)) [console]=1 [rpmsg]=1
	[scsi]=$((1 << 3)) [xtest]=1)
# Indirect descriptors and event indices, and with packed rings
declare -A ring_of=([push]=0 [pull]=$((3 << 28)) [packed]=$((3 << 28 | 1 << 34)))
kmemleak=/sys/kernel/debug/kmemleak

# kinds of lies, see pci-epf-hostile.c
lengths=1 ids=2 interrupts=4 config=8 answers=16 discovery=32 silence=64
generations=128 data=256 resets=512 idle=1024 deaf=2048

# lie KINDS: from now on.
lie() {
	round=$((round + 1))
	echo $(($1)) >$parameters/kinds
	echo $round >$parameters/round
	wait_for "the next round" grep -qx $round $parameters/ready
}

# lie_on KINDS: the same, but go on as before else.
lie_on() {
	echo $(($1)) >$parameters/kinds
	wait_for "lies" grep -qx $(($1)) $parameters/lied
}

# use_it TYPE: as far as it goes.
use_it() {
	local interface

	case $1 in
	net)
		interface=$(basename "$(echo "$device"/virtio*/net/*)")
		ip link set "$interface" up || :
		ip link set "$interface" promisc on || :
		ip link set "$interface" address 02:00:00:00:00:01 || :
		ip addr add 192.0.2.1/24 dev "$interface" || :
		ping -c 10 -i 0.01 -s 1000 -W 0.1 192.0.2.2 || :
		;;
	blk) timeout 1 dd if=/dev/vda of=/dev/null bs=4k count=100 || : ;;
	rpmsg) sleep 0.1 ;;
	scsi) timeout 1 dd if=/dev/sda of=/dev/null bs=4k count=100 || : ;;
	console)
		[[ ! -e /proc/self/fd/3 ]] || {
			head -c 200000 /dev/zero >&3
			timeout --foreground 0.2 cat <&3
		} || :
		;;
	xtest)
		"$EPFLAB_TOP/tests/lab/virtio-xtest.pl" /dev/virtio-xtest.0 \
			echo count=100 timeout_ms=50 || :
		;;
	esac >/dev/null 2>&1
}

# open_console: as raw bytes, none of which is sent back or is a signal.
open_console() {
	exec 3<>/dev/hvc0
	stty raw -echo <&3
}

# attempt TYPE KINDS
attempt() {
	[[ $1 != console || $2 != *"|$ids|"* ]] || return 0
	if [[ $1 == console && $2 == "$harm"* ]]; then
		lie $idle
		echo $address >$driver/bind
		wait_for "the console" test -e /dev/hvc0
		open_console
		echo $(($2)) >$parameters/kinds
	else
		lie "$2"
		echo $address >$driver/bind 2>/dev/null || return 0
	fi
	use_it "$1"
	if [[ $1 == console ]]; then
		echo $idle >$parameters/kinds
		# Nothing is left to be read when the queue is broken.
		[[ ! -e /proc/self/fd/3 ]] ||
			timeout --foreground 0.5 cat <&3 >/dev/null 2>&1 || :
	fi
	echo $address >$driver/unbind
	exec 3>&-
	count=$((count + 1))
}

# Each time the first, an attempt to be found, and one of the others in turn
harm="$lengths|$interrupts|$data|$config"
others=("$answers|$interrupts" "$silence" "$harm|$ids|$resets" "$generations")
next=0

# up TYPE RING: a function that does not lie yet, with its driver
up() {
	modprobe "${module_of[$1]}"
	[[ $1 != rpmsg ]] || modprobe rpmsg_client_sample count=2
	echo 0 >$parameters/kinds
	echo "${id_of[$1]}" >$parameters/device_type
	echo $((features_of[$1] | ring_of[$2])) >$parameters/features
	if [[ $2 == push ]]; then
		echo 1 >$parameters/push
	else
		echo 0 >$parameters/push
	fi
	mkdir "$ep/functions/pci_epf_hostile/v0"
	ln -s "$ep/functions/pci_epf_hostile/v0" "$ep/controllers/epc-sim.0/v0"
	start
	wait_for "the driver" test -e "$device/driver"
}

down() {
	stop
	wait_for "removal" test ! -e "$device"
	remove_functions pci_epf_hostile v0
}

# forget_leaks: of what virtio_net loses, and nothing else. A table of descriptors
# begins with that of the request's two bytes, which say what it is.
forget_leaks() {
	local known

	[[ -e $kmemleak ]] || return 0
	# kmemleak leaves out what was allocated less than 5 s before its scan.
	sleep 6
	echo scan >$kmemleak
	echo scan >$kmemleak
	known=$(awk '/^unreferenced object/ { objects++; size = $NF }
		/^    [0-9a-f][0-9a-f] / && size {
			bytes = $0
			sub(/^ +/, "", bytes)
			known += size == "16):" && bytes ~ /^(00 )+ / ||
				size == "64):" && substr(bytes, 25, 12) == "02 00 00 00 "
			size = ""
		}
		END { print known + 0; exit objects != known }' $kmemleak) ||
		die "$(cat $kmemleak)"
	echo "<4>kmemleak: $known known" >/dev/kmsg
	echo clear >$kmemleak
}

# unanswered: how often virtio_epf gave up one that does not answer
unanswered() {
	dmesg | grep -c "a control request is not answered" || :
}

# stands_still RING: virtio_net does not wait for ever for the answer to a control
# request, nor when the driver was to tell of none.
stands_still() {
	local interface before

	up net "$1"
	wait_for "the interface" compgen -G "$device/virtio*/net/*" >/dev/null
	interface=$(basename "$(echo "$device"/virtio*/net/*)")
	ip link set "$interface" address 02:00:00:00:00:02 ||
		die "$1: an address cannot be set"
	before=$(unanswered)
	# Pushed descriptors are not seen without that.
	lie_on $deaf
	[[ $1 == push ]] || ip link set "$interface" address 02:00:00:00:00:03 ||
		die "$1: an address cannot be set when nothing is told"
	# Longer than there may be something that sees to answers of before
	sleep 1.5
	lie_on "$deaf|$idle"
	! ip link set "$interface" address 02:00:00:00:00:04 2>/dev/null ||
		die "$1: an address is set that nobody took"
	wait_for "the interface to be given up" has_given_up "$before"
	down
}

has_given_up() {
	(($(unanswered) > $1))
}

# A console that we have open goes.
trap '' HUP
modprobe -a virtio_epf pci-epf-hostile
echo "${HOSTILE_SEED:-1}" >$parameters/seed
round=0 used=0
for name in ${HOSTILE:-net net-pull net-packed blk blk-pull console console-pull \
	scsi xtest xtest-pull xtest-packed rpmsg}; do
	type=${name%-*} ring=push
	[[ $name == "$type" ]] || ring=${name#*-}
	up "$type" "$ring"
	echo $address >$driver/unbind

	count=0 attempts=0
	end=$(($(date +%s%3N) + ${HOSTILE_MS:-1000}))
	while ((!attempts || $(date +%s%3N) < end)); do
		attempt "$type" "$harm"
		attempt "$type" $discovery
		attempt "$type" "${others[next++ % ${#others[@]}]}"
		attempts=$((attempts + 3))
	done
	lie 0
	echo "$name: seed ${HOSTILE_SEED:-1}: $attempts attempts, $count with a driver, $(cat $parameters/used) buffers used"
	((count)) || die "$name: no driver ever came"
	(($(cat $parameters/used) > used)) || die "$name: no buffer was used"
	used=$(cat $parameters/used)
	down
done

for ring in push pull packed; do
	stands_still $ring
done
forget_leaks

# A good one works.
. "$EPFLAB_TOP/tests/lab/virtio.sh"
virtio_up push=1
xtest echo >/tmp/run || die "a good function: $(cat /tmp/run)"
is 0 figure wrong /tmp/run
virtio_down
