#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
#
# How long epfctl apply takes, at best, for the eight functions of tests/data/lab/eight.yaml,
# and the shell script of mkdir, echo and ln that does the same:
#
#	lab/epflab run --module tests/lab/epf-sides -- tests/bench/apply.sh [RUNS]
#
# Both in one run, so that the machine is the same. Controllers stay stopped: what
# the host does is not of interest. The program is an installed one: where it was
# built, its library is looked for in twenty folders first.

# shellcheck source=tests/lab/common.sh
. "$EPFLAB_TOP/tests/lab/common.sh"

runs=${1:-20}
empty=/tmp/empty.yaml
file=/tmp/eight.yaml
script=/tmp/eight.sh

printf 'version: 1\ncontrollers: []\n' >$empty
sed '/^    start: false$/d' "$EPFLAB_TOP/tests/data/lab/eight.yaml" |
	sed 's/^  - name: .*/&\n    start: false/' >$file
mkdir $sim/epc-sim.1
echo 1 >$sim/epc-sim.1/live
modprobe -a pci-epf-test pci-epf-sides pci-epf-xtest
meson install -C "$(dirname -- "$(command -v epfctl)")/../.." --no-rebuild >/tmp/install
ldconfig
PATH=/usr/local/bin:$PATH

# The script is what epfctl does, command by command, as an admin would write it:
# nothing is checked but that older kernels have made the directories of a function,
# which takes a millisecond, and no command: how often one had to be waited for would
# be up to the machine.
epfctl --verbose apply $file 2>&1 >/dev/null |
	sed -n "s|^epfctl: mkdir \(functions/[^/]*/[^/]*\)\$|mkdir $ep/\1\nuntil [ -d $ep/\1/secondary ]; do :; done|p; t
		s|^epfctl: mkdir \(.*\)|mkdir $ep/\1|p
		s|^epfctl: write \([^ ]*\) \(.*\)|echo \2 >$ep/\1|p
		s|^epfctl: symlink \([^ ]*\) \(.*\)|ln -s $ep/\2 $ep/\1|p" >$script
# The kernel counts the directories of drivers up.
sed -i -E 's#/(pci_epf_[a-z]+)\.[0-9]+/#/*/#
	s#^mkdir (.*/\*/.*)/([^/]*)$#(cd \1 \&\& mkdir \2)#' $script
epfctl export >/tmp/by-epfctl.yaml
epfctl -q apply --replace $empty

# microseconds COMMAND...
microseconds() {
	local start=${EPOCHREALTIME/./}

	"$@" >/dev/null
	echo $((${EPOCHREALTIME/./} - start))
}

by_epfctl=() by_script=()
for ((i = 0; i < runs; i++)); do
	by_epfctl+=("$(microseconds epfctl -q apply $file)")
	epfctl -q apply --replace $empty
	by_script+=("$(microseconds bash -e $script)")
	((i > 0)) || epfctl export | cmp - /tmp/by-epfctl.yaml
	epfctl -q apply --replace $empty
done

# The fastest: all others had to wait for the machine.
fastest() {
	printf '%s\n' "$@" | sort -n | head -n 1
}
awk -v e="$(fastest "${by_epfctl[@]}")" -v s="$(fastest "${by_script[@]}")" \
	-v lines="$(grep -vc '^until' $script)" 'BEGIN {
	printf "epfctl apply   %8.2f ms\n", e / 1000
	printf "shell script   %8.2f ms  (%d commands)\n", s / 1000, lines
	printf "ratio          %8.2f\n", s / e
}'
