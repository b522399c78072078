// SPDX-License-Identifier: GPL-2.0-only
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#include <linux/msi.h>
#include <linux/pci-epc.h>
#include <linux/pci-ep-msi.h>
#include <linux/pci-epf.h>

int probe(struct pci_epf *epf);

int probe(struct pci_epf *epf)
{
	int ret = pci_epf_alloc_doorbell(epf, 1);

	if (ret || epf->db_msg->bar != NO_BAR)
		return ret;
	return epf->db_msg->irq_flags ? epf->db_msg->virq : 0;
}
