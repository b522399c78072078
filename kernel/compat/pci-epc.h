/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef COMPAT_PCI_EPC_H
#define COMPAT_PCI_EPC_H

#include <linux/pci-epc.h>
#include <linux/pci-epf.h>
#include <linux/sizes.h>

/*
 * What newer frameworks have words for. The drivers of older ones called a
 * resizable BAR fixed at 1 MiB, which it is until it is told otherwise, and a
 * disabled one reserved.
 */

static inline void compat_bar_resizable(struct pci_epc_bar_desc *desc)
{
#ifdef HAVE_BAR_RESIZABLE
	desc->type = BAR_RESIZABLE;
#else
	desc->type = BAR_FIXED;
	desc->fixed_size = SZ_1M;
#endif
}

static inline void compat_bar_disabled(struct pci_epc_bar_desc *desc)
{
#ifdef HAVE_BAR_DISABLED
	desc->type = BAR_DISABLED;
#else
	desc->type = BAR_RESERVED;
#endif
}

static inline void compat_set_inbound(struct pci_epc_features *features,
				      bool dynamic, bool subranges)
{
#ifdef HAVE_BAR_SUBMAP
	features->dynamic_inbound_mapping = dynamic;
	features->subrange_mapping = subranges;
#endif
}

static inline void compat_set_intx(struct pci_epc_features *features, bool intx)
{
#ifdef HAVE_INTX_CAPABLE
	features->intx_capable = intx;
#endif
}

#ifndef HAVE_BAR_SUBMAP
struct pci_epf_bar_submap {
	dma_addr_t phys_addr;
	size_t size;
};
#endif

/* The ranges that a BAR is made of, in *@submap; 0: it is one. */
static inline unsigned int
compat_bar_submap(const struct pci_epf_bar *bar,
		  const struct pci_epf_bar_submap **submap)
{
#ifdef HAVE_BAR_SUBMAP
	*submap = bar->submap;
	return bar->num_submap;
#else
	*submap = NULL;
	return 0;
#endif
}

/*
 * A controller of which the kernel's driver says one thing, and its driver in
 * kernels before 7.1 said another.
 */
#ifdef HAVE_BAR_DISABLED
#define COMPAT_DRIVERS_OF_7_1	1
#else
#define COMPAT_DRIVERS_OF_7_1	0
#endif

#define COMPAT_DRIVER_SAYS(_now, _before)	\
	(COMPAT_DRIVERS_OF_7_1 ? (_now) : (_before))

#endif
