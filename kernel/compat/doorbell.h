/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef COMPAT_DOORBELL_H
#define COMPAT_DOORBELL_H

#include <linux/errno.h>
#include <linux/pci-epc.h>
#include <linux/pci-epf.h>

/*
 * Doorbells as Linux 7.1 has them. Older kernels that have any know nothing of
 * those that the controller shows in a BAR of its own: as if they had none.
 */

/**
 * struct compat_doorbell - a register of the endpoint that interrupts it
 * @bar: of the controller's own where the host sees it, or NO_BAR
 * @address: in that BAR, or else the endpoint's
 * @data: what to write there
 */
struct compat_doorbell {
	enum pci_barno bar;
	u64 address;
	u32 data;
};

#ifdef HAVE_DOORBELL
#include <linux/msi.h>
#include <linux/pci-ep-msi.h>

/* Get the doorbell. Returns its interrupt, and flags to request it with. */
static inline int compat_doorbell_alloc(struct pci_epf *epf,
					unsigned long *irq_flags)
{
	int ret = pci_epf_alloc_doorbell(epf, 1);

	if (ret)
		return ret;

	*irq_flags = epf->db_msg->irq_flags;
	return epf->db_msg->virq;
}

/* Where it is; known once its interrupt has been requested. */
static inline struct compat_doorbell compat_doorbell_get(struct pci_epf *epf)
{
	const struct pci_epf_doorbell_msg *message = epf->db_msg;

	return (struct compat_doorbell) {
		.bar = message->bar,
		.address = message->bar != NO_BAR ? message->offset :
			   (u64)message->msg.address_hi << 32 |
			   message->msg.address_lo,
		.data = message->msg.data,
	};
}

static inline void compat_doorbell_free(struct pci_epf *epf)
{
	pci_epf_free_doorbell(epf);
}
#else
static inline int compat_doorbell_alloc(struct pci_epf *epf,
					unsigned long *irq_flags)
{
	return -EOPNOTSUPP;
}

static inline struct compat_doorbell compat_doorbell_get(struct pci_epf *epf)
{
	return (struct compat_doorbell) { .bar = NO_BAR };
}

static inline void compat_doorbell_free(struct pci_epf *epf)
{
}
#endif

#endif
