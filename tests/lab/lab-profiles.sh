#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --outside
#
# pcitest has something to test on each profile, and what the profile does not
# have is skipped, not failed.
set -eu

for profile in generic imx8m imx8q rockchip-ep cadence rcar; do
	"${EPFLAB:-lab/epflab}" run --profile "$profile" -- \
		pcitest run --suite bar,xfer
done
