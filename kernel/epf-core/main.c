// SPDX-License-Identifier: GPL-2.0-only
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#include <linux/module.h>

MODULE_DESCRIPTION("What PCI endpoint functions share: windows, maps, transfers, rings");
MODULE_LICENSE("GPL");
