// SPDX-License-Identifier: GPL-2.0-only
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#include <linux/pci-epc.h>

void probe(struct pci_epc_bar_desc *desc,
	   const struct pci_epc_bar_rsvd_region *regions);

void probe(struct pci_epc_bar_desc *desc,
	   const struct pci_epc_bar_rsvd_region *regions)
{
	desc->rsvd_regions = regions;
	desc->nr_rsvd_regions = 1;
}
