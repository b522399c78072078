// SPDX-License-Identifier: GPL-2.0-only
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#include <linux/pci-epc.h>

enum pci_epc_bar_type probe = BAR_DISABLED;
