#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --time-travel --bare --release
#
# A day passes in no time.

# shellcheck source=tests/lab/common.sh
. "$EPFLAB_TOP/tests/lab/common.sh"

before=$(date +%s)
sleep 86400
after=$(date +%s)
((after - before >= 86400 && after - before < 86410)) ||
	die "$((after - before)) s have passed"
