#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --time-travel --module tests/lab/epf-maps
#
# Of kept maps the one goes first that was not used for longest, one in use never; and
# none outlives the link, nor the function.

. "$EPFLAB_TOP/tests/lab/common.sh"

modprobe pci-epf-maps
function=$ep/functions/pci_epf_maps/x0
for profile in generic cadence; do
	again profile=$profile
	mkdir "$function"
	ln -s "$function" $ep/controllers/epc-sim.0/x0 ||
		die "$profile: $(dmesg | grep 'pci_epf_maps.[0-9]*: ')"
	is 0 stat_of maps_live
	(($(stat_of maps) > 0)) || die "$profile: no map was made"
	rm $ep/controllers/epc-sim.0/x0
	rmdir "$function"
done
