// SPDX-License-Identifier: GPL-2.0-only
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#include <linux/pci-epc.h>

/* Linux 6.13, 6.12.77: the controller says how a map must be aligned. */
u64 probe(struct pci_epc *epc, u64 pci_addr, size_t *size, size_t *offset);
u64 probe(struct pci_epc *epc, u64 pci_addr, size_t *size, size_t *offset)
{
	return epc->ops->align_addr(epc, pci_addr, size, offset);
}
