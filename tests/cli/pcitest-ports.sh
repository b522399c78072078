#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
#
# pcitest ports on saved dumps, of real machines' ports among others, and on
# folders that are made here. Needs PCITEST, the program, and TOP, the source
# tree. With an argument it writes what is expected anew.

. "$TOP/tests/cli/common.sh"

: "${PCITEST:?}"
data=$TOP/tests/data/ports

# run STATUS ARGUMENT...: with files of at most $limit KiB.
limit=
run() {
	what="pcitest ports ${*:2}"
	ends "$1" limited "$PCITEST" ports "${@:2}"
}

# shellcheck disable=SC2317 # ends calls it
limited() (
	trap '' XFSZ
	[[ -z $limit ]] || ulimit -f "$limit"
	exec "$@"
)

error() {
	grep -qxF -- "pcitest: $1" "$work/err" || complain "$what: no \"$1\""
	(($(wc -l <"$work/err") == 1)) || complain "$what: long error"
}

shows() {
	local got

	got=$(jq -rc "$2" "$work/out")
	[[ $got == "$1" ]] || complain "$what: $2 is $got, not $1"
}

# Each dump as text and JSON.
documents=()
count=0
for dump in "$data"/*.dump; do
	name=$(basename "$dump" .dump)
	expected=0
	! grep -q "^    FINDING" "$data/$name.txt" 2>"$work/err" || expected=3
	(($# == 0)) || "$PCITEST" ports --dump "$dump" >"$data/$name.txt"
	run $expected --dump "$dump"
	diff "$data/$name.txt" "$work/out" || complain "$what: other text"
	run $expected --dump "$dump" --json
	cp "$work/out" "$work/$name.json"
	documents+=(-i "$work/$name.json")
	grep -q "^# Made up" "$dump" || count=$((count + 1))
done
((count >= 10)) || complain "$count dumps of real ports"
/usr/bin/python3 -m jsonschema "${documents[@]}" \
	"$TOP/docs/schema/pcitest-ports.json" || complain "not a pcitest-ports"

# What is no dump, with the line, and as JSON.
for dump in "$data"/bad/*.dump; do
	name=$(basename "$dump" .dump)
	cd "$data/bad" || exit
	(($# == 0)) || "$PCITEST" ports --dump "$name.dump" 2>"$name.err"
	run 2 --dump "$name.dump"
	[[ ! -s $work/out ]] || complain "$what: writes to standard output"
	diff "$name.err" "$work/err" || complain "$what: another error"
	run 2 --dump "$name.dump" --json
	[[ "pcitest: $(jq -r .error.message "$work/out")" == "$(<"$name.err")" ]] ||
		complain "$what: another error in the document"
done
printf '00:02.0 PCI\0bridge\n' >"$work/zero"
run 2 --dump "$work/zero"
error "$work/zero:1: a zero byte; not a text file"
run 1 --dump "$work/none"
error "$work/none: No such file or directory"

# Windows' line ends, and standard input.
sed 's/$/\r/' "$data/intel-x58.dump" >"$work/crlf"
run 0 --dump "$work/crlf"
diff "$data/intel-x58.txt" "$work/out" || complain "$what: other text"
run 0 --dump - <"$data/intel-x58.dump"
diff "$data/intel-x58.txt" "$work/out" || complain "$what: other text"

# The way to a function; one that is not there; no port on the way.
run 3 --json --dump "$data/features.dump" 0001:01:00.0
shows '["0001:00:01.0"]' '[.ports[].address]'
run 1 --json --dump "$data/features.dump" 01:00.0
shows "0000:01:00.0: no such PCI function" .error.message

# The command line.
run 2 nonsense
run 2 00:01.0 00:02.0
run 2 --dump x --root y
run 2 --dump x --save y
run 1 --root "$work/none"
error "$work/none/sys/bus/pci/devices: No such file or directory"

# port ROOT DUMP: a folder with the port of a dump in it, bound, with two MSI.
port() {
	local devices=$1/sys/bus/pci/devices address=0000:00:01.0

	mkdir -p "$devices/$address/msi_irqs" "$1/proc" \
		"$1/sys/bus/pci_express/drivers/aer"
	/usr/bin/python3 - "$2" >"$devices/$address/config" <<-'END'
		import re, sys
		space = b""
		for line in open(sys.argv[1]):
		    found = re.match("([0-9a-f]{2,3}): (.*)", line)
		    if found:
		        while len(space) < int(found[1], 16):
		            space += space[-16:]
		        space += bytes.fromhex(found[2])
		    elif space and line == "\n":
		        break
		sys.stdout.buffer.write(space)
	END
	ln -s ../drivers/pcieport "$devices/$address/driver"
	printf '0x8086\n' >"$devices/$address/vendor"
	printf '0x7075\n' >"$devices/$address/device"
	printf '0x060400\n' >"$devices/$address/class"
	printf '24\n' >"$devices/$address/irq"
	for name in 001 002 004; do
		mkdir "$devices/$address/$address:pcie$name"
	done
	ln -s ../aer "$devices/$address/$address:pcie002/driver"
	printf 'msi\n' | tee "$devices/$address/msi_irqs/25" \
		>"$devices/$address/msi_irqs/24"
	printf 'quiet pci=noats,noaer\n' >"$1/proc/cmdline"
	printf '%s\n' '     CPU0  CPU1' \
		' 24:    7     1  PCI-MSI-0000:00:01.0  0-edge  PCIe PME, pciehp' \
		' 25:   40     2  PCI-MSI-0000:00:01.0  1-edge  aerdrv' \
		'NMI:    1     2  Non-maskable interrupts' >"$1/proc/interrupts"
}
port "$work/root" "$data/qemu-cxl.dump"
run 3 --json --root "$work/root"
shows '["MSI",2,2,[[24,0,8],[25,1,42]]]' '.ports[0].interrupts | [.mode,
	.vectors_allocated, .vectors_needed, [.irqs[] | [.irq, .vector, .count]]]'
shows '["bound",25,42]' '.ports[0].services[1] | [.state, .irq, .count]'
shows '["no-driver",24,8]' '.ports[0].services[2] | [.state, .irq, .count]'

# Without /proc that is not seen, and said.
rm -r "$work/root/proc"
run 3 --json --root "$work/root"
shows '[2,null]' '.ports[0] | [(.unseen | length), .services[1].count]'

# Nor where its files cannot be read; they are not saved then.
mkdir -p "$work/root/proc/cmdline" "$work/root/proc/interrupts"
run 3 --json --root "$work/root" --save "$work/unread"
shows '[2,null]' '.ports[0] | [(.unseen | length), .services[1].count]'
[[ ! -e $work/unread/proc ]] || complain "$what: saves a folder"
rm -r "$work/root/proc"

# Registers of a monitor, in a BAR of the port; they are saved with the rest.
port "$work/monitor" "$data/features.dump"
truncate -s $((0x100040000)) "$work/monitor/sys/bus/pci/devices/0000:00:01.0/resource2"
printf '\0\0\0\0\0\x70\0\0' | dd of="$work/monitor/sys/bus/pci/devices/0000:00:01.0/resource2" \
	bs=1 seek=$((0x100030000)) conv=notrunc status=none
run 3 --json --root "$work/monitor" --save "$work/saved"
shows 7 '.ports[0].features[] | select(.kind == "cxl-pmu").message'
shows 1 '.ports[0].advice[0].features'
cp "$work/out" "$work/before"
run 3 --json --root "$work/saved"
diff "$work/before" "$work/out" || complain "not saved as it was"

# What cannot be saved is said, by name, and that is the end.
run 1 --root "$work/root" --save "$work/saved"
error "cannot save $work/saved: File exists"
run 1 --root "$work/root" --save "$work/none/saved"
error "cannot save $work/none/saved: No such file or directory"
limit=1 run 1 --root "$work/monitor" --save "$work/fullest"
error "cannot save sys/bus/pci/devices/0000:00:01.0/config: File too large"
limit=64 run 1 --root "$work/monitor" --save "$work/full"
error "cannot save sys/bus/pci/devices/0000:00:01.0/resource2: File too large"
printf '%65600s\n' ' ' >>"$work/monitor/proc/interrupts"
limit=64 run 1 --root "$work/monitor" --save "$work/fuller"
error "cannot save proc/interrupts: File too large"
[[ ! -e $work/fuller/sys/bus/pci/devices/0000:00:01.0 ]] ||
	complain "$what: goes on"
ln -sfn pcieport/ "$work/root/sys/bus/pci/devices/0000:00:01.0/driver"
run 1 --root "$work/root" --save "$work/nameless"
error "cannot save sys/bus/pci/devices/0000:00:01.0/driver: No such file or directory"

# A BAR that is shorter than what it should hold is not read, nor saved.
truncate -s $((0x100030007)) "$work/monitor/sys/bus/pci/devices/0000:00:01.0/resource2"
run 3 --json --root "$work/monitor" --save "$work/short"
shows null '.ports[0].features[] | select(.kind == "cxl-pmu").message'
[[ ! -e $work/short/sys/bus/pci/devices/0000:00:01.0/resource2 ]] ||
	complain "$what: saves registers that were not read"

# What libpci has to say comes in our name: the end, or a warning.
rm "$work/root/sys/bus/pci/devices/0000:00:01.0/config"
run 0 --root "$work/root"
grep -qx "pcitest: PCI access: .*$work/root/.*/config.*" "$work/err" ||
	complain "$what: no warning"
(($(wc -l <"$work/err") == 1)) || complain "$what: warns more than once"
[[ ! -s $work/out ]] || complain "$what: a port of which nothing is known"
mkdir "$work/root/sys/bus/pci/devices/nonsense"
run 1 --root "$work/root"
grep -qx "pcitest: PCI access: .*nonsense" "$work/err" ||
	complain "$what: no error"
[[ ! -s $work/out ]] || complain "$what: writes to standard output"
run 1 --root "$work/root" --json
conforms pcitest-error
grep -qxF "pcitest: $(jq -r .error.message "$work/out")" "$work/err" ||
	complain "$what: another error in the document"

exit $((failures > 0))
