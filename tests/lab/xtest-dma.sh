#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --time-travel --timeout 300
#
# DMA other than by channels of the controller: by none, and then it is refused, or
# by one that takes addresses of the endpoint, so that host memory is mapped for it.

# shellcheck source=tests/lab/xtest-faults.sh
. "$EPFLAB_TOP/tests/lab/xtest-faults.sh"

modprobe pci-epf-xtest
modprobe pci_endpoint_xtest

# None: who asks for it is told so, and who does not gets a copy.
again dma=none
up
is none cat "$outbound/dma"
for operation in read write copy; do
	fails "Operation not supported" --operation $operation --engine dma
	fails "Input/output error" --operation $operation --engine dma --stock
	bench --operation $operation --engine auto || die "$(cat /tmp/bench)"
done
pcitest run --suite sg --dma on --json >/tmp/run ||
	die "$(cat /tmp/run)"
is "the endpoint has no DMA" jq -r \
	'[.tests[] | select(.result == "skip").reason] | unique[]' /tmp/run
down

# One that takes addresses, and but one map
again dma=memcpy
BUDGET=1 up
is memcpy cat "$outbound/dma"
pcitest run --suite sg,map --dma on --seed 1 --json >/tmp/run ||
	die "$(cat /tmp/run)"
is "" jq -r '.tests[] | select(.result != "pass")' /tmp/run
inject dma_error 1
fails "Input/output error" --operation read --engine dma
no_more dma_error
inject map_error -1 errno=5
for operation in read write copy; do
	fails "Input/output error" --operation $operation --engine dma
done
no_more map_error
works "after errors"
# The channel does not end: nobody waits for ever, for it or for its map.
inject slow -1 delay_ns=1000000000 requests=dma_write
KIND=sg fails "Connection timed out" --operation read --engine dma --segments 4
no_more slow
works "after a channel that did not end"
down
