#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --outside
#
# What goes wrong ends in a status of its own, and a line that says what.

# shellcheck source=tests/lab/outside.sh
. "$(dirname -- "$0")/outside.sh"

module=$top/tests/lab/lab-report

# 121: the kernel reported a mistake, whatever the command's status
ends 0 run --bare --module "$module" -- modprobe lab-report
ends 121 run --bare --module "$module" -- modprobe lab-report mistake=warn
says "epflab: the kernel's log holds a report:"
says "lab-report: as told"
ends 121 run --bare --module "$module" -- sh -c '
	dmesg --console-off
	modprobe lab-report mistake=flood
	dmesg --clear'
says "lab-report: before much else"

# The endpoint core warns of each controller here; that is not a mistake, but
# one beside it is.
ends 0 run -- true
ends 121 run --module "$module" -- modprobe lab-report mistake=warn

# 122: too late
ends 122 run --bare --timeout 1 -- sleep 100
says "epflab: the command did not end within 1 s"

# 123: the kernel died, or never lived
ends 123 run --bare --module "$module" -- modprobe lab-report mistake=panic
says "epflab: the kernel died"
says "Kernel panic - not syncing: lab-report: as told"
EPFLAB_MEMORY=1M ends 123 run --bare -- true
says "epflab: the kernel did not boot"

# 124: nothing was run
ends 124
ends 124 nonsense
says "epflab: nonsense: no such command"
ends 124 run
ends 124 run --nonsense -- true
says "epflab: --nonsense: no such option"
ends 124 run --timeout soon -- true
ends 124 run --timeout
ends 124 run --kernel 5.0 -- true
ends 124 run --kernel "$work" -- true
says "not a kernel source"
ends 124 run --module "$work" -- true
says "no folder with a Kbuild file"
mkdir "$work/broken"
echo 'obj-m := broken.o' >"$work/broken/Kbuild"
echo '#error as told' >"$work/broken/broken.c"
ends 124 run --bare --module "$work/broken" -- true
says "#error as told"
ends 124 run --profile nonsense -- true
says "profile"
ends 124 run --set nonsense -- true
says "--set nonsense: not KNOB=VALUE"
ends 124 run --set max_maps=0 -- true
says "max_maps: 0: Numerical result out of range"
! grep -q "Linux version" "$work/err" || die "told of the boot, too"
ends 0 run --set max_maps=3 --set max_functions=2 -- \
	grep -q "^3$" /sys/kernel/config/pci_epc_sim/epc-sim.0/max_maps
