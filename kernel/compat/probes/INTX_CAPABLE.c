// SPDX-License-Identifier: GPL-2.0-only
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#include <linux/pci-epc.h>

bool probe(const struct pci_epc_features *features);

bool probe(const struct pci_epc_features *features)
{
	return features->intx_capable;
}
