#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --module tests/lab/virtio-hostile-host --timeout 180
#
# A host that writes requests, descriptors, indices and notifications at random does
# no harm: the endpoint touches no memory that the host did not name, none at all
# once it is reset, answers, and works with the driver that comes then. HOSTILE_MS is
# for how long, for each type of device, HOSTILE_SEED what it begins with, and
# HOSTILE which types.

. "$EPFLAB_TOP/tests/lab/common.sh"

target=/sys/kernel/config/target
device=0000:11:00.0
node=/dev/virtio-xtest.0
declare -A driver_of=([console]=virtio_console [net]=virtio_net [blk]=virtio_blk
	[scsi]=virtio_scsi [xtest]=virtio_xtest)
declare -A set_up=([net]="backend/queue_pairs=2 backend/ifname=epvnet0"
	[blk]="backend/path=/run/disk backend/num_queues=2"
	[scsi]="backend/wwn=naa.3000000000000001" [xtest]="backend/num_queues=3")

# make_unit: something for SCSI to serve.
make_unit() {
	local port=$target/epf_virtio_scsi/naa.3000000000000001/tpgt_1
	local unit=$target/core/fileio_0/a

	modprobe target_core_file
	truncate -s 4M /run/unit
	mkdir -p "$unit"
	echo fd_dev_name=/run/unit,fd_dev_size=4194304 >"$unit/control"
	echo 1 >"$unit/enable"
	mkdir "$target/epf_virtio_scsi"
	mkdir -p "$port/lun/lun_0"
	ln -s "$unit" "$port/lun/lun_0/"
}

# works TYPE: the kernel's driver does with it what it should.
works() {
	case $1 in
	console)
		wait_for "a console" test -e /dev/hvc0
		# hvc frees a console that nobody has open with the work in it
		# that is to set its size (hvc_port_destruct()).
		sleep 0.2
		;;
	net) wait_for "an interface" has_interface ;;
	blk) wait_for "a disk" reads /dev/vda ;;
	scsi) wait_for "a disk" reads /dev/sda ;;
	xtest)
		wait_for "the driver" test -e $node
		"$EPFLAB_TOP/tests/lab/virtio-xtest.pl" $node echo >/tmp/run
		grep -qx "wrong 0" /tmp/run || die "$(cat /tmp/run)"
		;;
	esac
}

has_interface() {
	compgen -G "/sys/bus/pci/devices/$device/virtio*/net/*" >/dev/null
}

reads() {
	[[ -b $1 ]] && dd if="$1" of=/dev/null bs=64k count=16 status=none
}

# attack TYPE MILLISECONDS SEED: the attack is a driver's probe.
attack() {
	local parameters=/sys/module/virtio_hostile_host/parameters said

	echo "$2" >$parameters/milliseconds
	echo "$3" >$parameters/seed
	refused "No such device" /sys/bus/pci/drivers/virtio-hostile/bind $device
	said=$(dmesg | grep "virtio-hostile: device" | tail -n 1)
	echo "$1: ${said##*hostile: }"
	[[ $said == *" intact" ]] || die "$1: $said"
}

truncate -s 4M /run/disk
modprobe virtio_epf
modprobe virtio-hostile-host
seed=${HOSTILE_SEED:-1}
milliseconds=${HOSTILE_MS:-1000}
for type in ${HOSTILE:-net blk scsi console xtest}; do
	function=$ep/functions/epf_virtio_$type/v0
	modprobe -a "epf-virtio-$type" "${driver_of[$type]}"
	[[ $type != scsi ]] || { make_unit && modprobe sd_mod; }
	mkdir "$function"
	# It does not ring.
	for attribute in doorbell=0 ${set_up[$type]-}; do
		echo "${attribute#*=}" >"$(echo "$function"/epf_virtio_"$type".*)/${attribute%%=*}"
	done
	ln -s "$function" "$ep/controllers/epc-sim.0/v0"
	start
	works "$type"
	echo $device >/sys/bus/pci/drivers/virtio_epf/unbind

	# Who wants the device meanwhile waits, and of long waits the kernel warns.
	for ((past = 0; past < milliseconds; past += 10000)); do
		left=$((milliseconds - past))
		attack "$type" $((left < 10000 ? left : 10000)) $((seed + past))
	done

	echo $device >/sys/bus/pci/drivers/virtio_epf/bind
	works "$type"
	stop
	wait_for "removal" test ! -e /sys/bus/pci/devices/$device
	remove_functions "epf_virtio_$type" v0
done
