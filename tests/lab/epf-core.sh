#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --bare
#
# The KUnit tests of epf-core pass.

# shellcheck source=tests/lab/common.sh
. "$EPFLAB_TOP/tests/lab/common.sh"

modprobe epf-core-test
results=/sys/kernel/debug/kunit
for suite in epf-pool epf-choice epf-vring epf-vring-hostile \
	epf-vring-driver; do
	cat "$results/$suite/results"
	grep -q "^ok 1 $suite\$" "$results/$suite/results" ||
		die "$suite: not all passed"
done
