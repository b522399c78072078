// SPDX-License-Identifier: GPL-2.0-only
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#include <linux/pci-epc.h>
#include <linux/pci-epf.h>

bool probe(const struct pci_epf_bar *bar,
	   const struct pci_epc_features *features);

bool probe(const struct pci_epf_bar *bar,
	   const struct pci_epc_features *features)
{
	return features->dynamic_inbound_mapping &&
	       features->subrange_mapping &&
	       bar->num_submap && bar->submap[0].size;
}
