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

/* Make a BAR of these ranges, or of one; 0, or -EOPNOTSUPP. */
static inline int compat_bar_set_submap(struct pci_epf_bar *bar,
					struct pci_epf_bar_submap *submap,
					unsigned int count)
{
#ifdef HAVE_BAR_SUBMAP
	bar->submap = submap;
	bar->num_submap = count;
	return 0;
#else
	return -EOPNOTSUPP;
#endif
}

/* Whether the controller says that what is behind a BAR can be exchanged. */
static inline bool
compat_has_dynamic_inbound(const struct pci_epc_features *features)
{
#ifdef HAVE_BAR_SUBMAP
	return features->dynamic_inbound_mapping;
#else
	return false;
#endif
}

/* Whether it says that a BAR can be made of ranges. */
static inline bool compat_has_subranges(const struct pci_epc_features *features)
{
#ifdef HAVE_BAR_SUBMAP
	return features->dynamic_inbound_mapping && features->subrange_mapping;
#else
	return false;
#endif
}

/* Whether it says that it has INTx; those of older frameworks cannot say. */
static inline bool compat_has_intx(const struct pci_epc_features *features)
{
#ifdef HAVE_INTX_CAPABLE
	return features->intx_capable;
#else
	return true;
#endif
}

#ifndef HAVE_BAR_RSVD_REGIONS
enum pci_epc_bar_rsvd_region_type {
	PCI_EPC_BAR_RSVD_DMA_CTRL_MMIO,
	PCI_EPC_BAR_RSVD_MSIX_TBL_RAM,
	PCI_EPC_BAR_RSVD_MSIX_PBA_RAM,
};

struct pci_epc_bar_rsvd_region {
	enum pci_epc_bar_rsvd_region_type type;
	resource_size_t offset;
	resource_size_t size;
};
#endif

static inline void
compat_bar_regions(struct pci_epc_bar_desc *desc,
		   const struct pci_epc_bar_rsvd_region *regions,
		   unsigned int count)
{
#ifdef HAVE_BAR_RSVD_REGIONS
	desc->rsvd_regions = regions;
	desc->nr_rsvd_regions = count;
#endif
}

#ifndef HAVE_AUX_RESOURCES
enum pci_epc_aux_resource_type {
	PCI_EPC_AUX_DOORBELL_MMIO,
};

struct pci_epc_aux_resource {
	enum pci_epc_aux_resource_type type;
	phys_addr_t phys_addr;
	resource_size_t size;
	enum pci_barno bar;
	resource_size_t bar_offset;
	union {
		struct {
			int irq;
			u32 data;
		} db_mmio;
	} u;
};
#endif

static inline void
compat_set_aux_ops(struct pci_epc_ops *ops,
		   int (*count)(struct pci_epc *epc, u8 func_no, u8 vfunc_no),
		   int (*get)(struct pci_epc *epc, u8 func_no, u8 vfunc_no,
			      struct pci_epc_aux_resource *resources,
			      int num_resources))
{
#ifdef HAVE_AUX_RESOURCES
	ops->get_aux_resources_count = count;
	ops->get_aux_resources = get;
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
