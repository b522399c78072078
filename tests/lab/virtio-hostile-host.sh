#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --module tests/lab/virtio-hostile-host --timeout 180
#
# A host that writes requests, descriptors, indices and notifications at random does
# no harm: the endpoint reads and writes no memory that the host did not name, none
# at all once it is reset, answers, and works with the driver that comes then.
# HOSTILE_MS is for how long, for each type of device, HOSTILE_SEED what it begins
# with, and HOSTILE which types; "ports" is a console with several.

. "$EPFLAB_TOP/tests/lab/common.sh"

target=/sys/kernel/config/target
device=0000:11:00.0
node=/dev/virtio-xtest.0
# Types that are another's, set up in another way
declare -A backend_of=([ports]=console)
declare -A driver_of=([console]=virtio_console [net]=virtio_net [blk]=virtio_blk
	[scsi]=virtio_scsi [xtest]=virtio_xtest [rpmsg]=virtio_rpmsg_bus)
declare -A set_up=([ports]="backend/num_ports=4"
	[rpmsg]="backend/services=rpmsg-client-sample"
	[net]="backend/queue_pairs=2 backend/ifname=epvnet0"
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
	ports) wait_for "ports" has_ports ;;
	rpmsg) wait_for "a channel" has_channel ;;
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

# The host has heard the names of the others than the console.
has_ports() {
	[[ $(cat /sys/class/virtio-ports/*/name 2>/dev/null | grep -c '[1-9]$') == 3 ]]
}

# The host has heard of the service, and its driver is there.
has_channel() {
	compgen -G "/sys/bus/pci/devices/$device/virtio*/*.rpmsg-client-sample.*/driver" >/dev/null
}

reads() {
	[[ -b $1 ]] && dd if="$1" of=/dev/null bs=64k count=16 status=none
}

# attack TYPE MILLISECONDS SEED: the attack is a driver's probe.
attack() {
	local parameters=/sys/module/virtio_hostile_host/parameters said before

	echo "$2" >$parameters/milliseconds
	echo "$3" >$parameters/seed
	guard_rest virtio_hostile_host
	refused "No such device" /sys/bus/pci/drivers/virtio-hostile/bind $device
	said=$(dmesg | grep "virtio-hostile: device" | tail -n 1)
	echo "$1: ${said##*hostile: }"
	[[ $said == *" intact" ]] || die "$1: $said"
	is "0 reads, 0 writes" strayed
	# Nor does it try to now: it was reset.
	before=$(tries)
	read -rt 0.1 -u "$never" || :
	is "$before" tries
	guard_rest
}

# tries: how often the endpoint accessed the host's memory, or was kept from it.
tries() {
	echo "$(stat_of endpoint_reads) $(stat_of endpoint_writes)" \
		"$(stat_of dma_reads) $(stat_of dma_writes)"
}

truncate -s 4M /run/disk
modprobe virtio_epf
modprobe virtio-hostile-host
seed=${HOSTILE_SEED:-1}
milliseconds=${HOSTILE_MS:-1000}
for type in ${HOSTILE:-net blk scsi console ports rpmsg xtest}; do
	backend=${backend_of[$type]-$type}
	function=$ep/functions/epf_virtio_$backend/v0
	modprobe -a "epf-virtio-$backend" "${driver_of[$backend]}"
	[[ $type != scsi ]] || { make_unit && modprobe sd_mod; }
	[[ $type != rpmsg ]] || modprobe rpmsg_client_sample
	mkdir "$function"
	# It does not ring.
	for attribute in doorbell=0 ${set_up[$type]-}; do
		echo "${attribute#*=}" >"$(echo "$function"/epf_virtio_"$backend".*)/${attribute%%=*}"
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
	remove_functions "epf_virtio_$backend" v0
done
