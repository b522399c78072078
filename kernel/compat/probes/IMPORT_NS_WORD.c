// SPDX-License-Identifier: GPL-2.0-only
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#include <linux/module.h>

/* Before Linux 6.13: a bare word, not yet a string. */
MODULE_IMPORT_NS(PROBE);
