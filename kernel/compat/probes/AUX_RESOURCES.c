// SPDX-License-Identifier: GPL-2.0-only
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#include <linux/pci-epc.h>

int probe(const struct pci_epc_ops *ops, struct pci_epc *epc,
	  struct pci_epc_aux_resource *resource);

int probe(const struct pci_epc_ops *ops, struct pci_epc *epc,
	  struct pci_epc_aux_resource *resource)
{
	resource->type = PCI_EPC_AUX_DOORBELL_MMIO;
	resource->u.db_mmio.irq = 0;
	return ops->get_aux_resources_count(epc, 0, 0) +
	       ops->get_aux_resources(epc, 0, 0, resource, 1);
}
