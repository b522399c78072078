// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * What is behind a function's BARs: memory of the endpoint, in one range or in
 * several that follow each other in the BAR. Each range takes one of the
 * controller's inbound maps. The errors are those of dwc/pcie-designware-ep.c,
 * whose maps are few.
 */

#include <linux/align.h>
#include <linux/bitfield.h>
#include <linux/lockdep.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/sizes.h>

#include "../compat/pci-epc.h"
#include "epc-sim.h"

static unsigned int inbound_maps_of(const struct epc_sim_bar *bar)
{
	return bar->size && !bar->reserved ? max(bar->num_ranges, 1U) : 0;
}

/* Whether there are as many maps as a BAR needs, less those that it has. */
static bool inbound_maps_suffice(struct epc_sim *sim,
				 const struct epc_sim_bar *bar,
				 unsigned int needed)
{
	unsigned int i, barno;

	if (!sim->profile.max_inbound_maps)
		return true;

	for (i = 0; i < sim->num_functions; i++) {
		const struct epc_sim_bar *bars = sim->functions[i].bars;

		for (barno = 0; barno < PCI_STD_NUM_BARS; barno++)
			if (&bars[barno] != bar)
				needed += inbound_maps_of(&bars[barno]);
	}

	return needed <= sim->profile.max_inbound_maps;
}

/* Ranges fill the BAR, without gaps, in units that can be mapped. */
static int check_ranges(struct epc_sim *sim, size_t size,
			const struct pci_epf_bar_submap *ranges,
			unsigned int count)
{
	unsigned int align = sim->profile.region_align;
	size_t left = size;
	unsigned int i;

	for (i = 0; i < count; i++) {
		if (!ranges[i].size || ranges[i].size > left ||
		    !IS_ALIGNED(ranges[i].size, align) ||
		    !IS_ALIGNED(ranges[i].phys_addr, align) ||
		    !epc_sim_ram(ranges[i].phys_addr, ranges[i].size))
			return -EINVAL;
		left -= ranges[i].size;
	}

	return left ? -EINVAL : 0;
}

/**
 * epc_sim_bar_check() - whether a BAR can be set so
 * @sim: the instance
 * @function: the function
 * @bar: the BAR, good by itself
 *
 * Ranges are for a BAR that is set already, and has its address from the host:
 * the maps are made by address then.
 *
 * Context: with sim->lock held.
 * Return: 0, -EINVAL for what cannot be, or for want of inbound maps: -EINVAL
 *	for one range, -ENOSPC for several.
 */
int epc_sim_bar_check(struct epc_sim *sim,
		      const struct epc_sim_function *function,
		      const struct pci_epf_bar *bar)
{
	const struct epc_sim_bar *old = &function->bars[bar->barno];
	const struct pci_epf_bar_submap *ranges;
	unsigned int count = compat_bar_submap(bar, &ranges);
	int ret;

	lockdep_assert_held(&sim->lock);
	if (!count) {
		if (inbound_maps_suffice(sim, old, 1))
			return 0;
		dev_err(&sim->epc->dev, "BAR%d: no inbound map left\n",
			bar->barno);
		return -EINVAL;
	}

	if (!sim->profile.subrange_mapping || !old->size ||
	    !epc_sim_config_bar_address(&function->config,
					PCI_BASE_ADDRESS_0 + 4 * bar->barno))
		return -EINVAL;

	ret = check_ranges(sim, bar->size, ranges, count);
	if (ret)
		return ret;

	return count <= EPC_SIM_MAX_RANGES &&
	       inbound_maps_suffice(sim, old, count) ? 0 : -ENOSPC;
}

/**
 * epc_sim_bar_map() - put memory behind a BAR
 * @bar: the BAR, set
 * @epf_bar: says which memory; epc_sim_bar_check() has passed it
 *
 * Context: with sim->lock held. What was behind it may still be accessed until
 * a grace period of sim->srcu has passed.
 */
void epc_sim_bar_map(struct epc_sim_bar *bar, const struct pci_epf_bar *epf_bar)
{
	const struct pci_epf_bar_submap *ranges;
	unsigned int i;

	bar->phys = epf_bar->phys_addr;
	bar->num_ranges = compat_bar_submap(epf_bar, &ranges);
	for (i = 0; i < bar->num_ranges; i++) {
		bar->ranges[i].phys = ranges[i].phys_addr;
		bar->ranges[i].size = ranges[i].size;
	}
}

/**
 * epc_sim_bar_unmap() - take the memory from behind a BAR, which stays
 * @bar: the BAR
 *
 * Context: as epc_sim_bar_map().
 */
void epc_sim_bar_unmap(struct epc_sim_bar *bar)
{
	bar->phys = 0;
	bar->num_ranges = 0;
}

/**
 * epc_sim_bar_find() - physical address behind a BAR
 * @bar: the BAR
 * @offset: in it
 * @len: bytes; with the offset within the BAR. Set to how many of them there
 *	are before the next range
 *
 * Context: with sim->lock held.
 * Return: the address, or 0 where there is no memory yet.
 */
phys_addr_t epc_sim_bar_find(const struct epc_sim_bar *bar, u64 offset,
			     size_t *len)
{
	const struct epc_sim_range *range = bar->ranges;

	if (!bar->num_ranges)
		return bar->phys ? bar->phys + offset : 0;

	for (; offset >= range->size; range++)
		offset -= range->size;

	*len = min_t(u64, *len, range->size - offset);
	return range->phys + offset;
}

/**
 * epc_sim_bar_memory() - memory behind a BAR
 * @bar: the BAR
 * @offset: in it
 * @len: bytes; with @offset within the BAR
 *
 * Context: with sim->lock held.
 * Return: kernel address, or NULL where there is no memory for all of it, in
 *	one range.
 */
void *epc_sim_bar_memory(const struct epc_sim_bar *bar, u64 offset, size_t len)
{
	size_t found = len;
	phys_addr_t phys = epc_sim_bar_find(bar, offset, &found);

	return phys && found == len ? epc_sim_ram(phys, len) : NULL;
}

/*
 * The Resizable BAR capability (PCIe 6.0, 7.8.6) has a pair of registers for
 * each resizable BAR. As with the DesignWare core, the one size that it offers
 * is that which the endpoint has set, 1 MiB before; the host's choice of it is
 * therefore read-only.
 */
static void rebar_set(struct epc_sim_config *config, int entry,
		      enum pci_barno barno, unsigned int count, size_t size)
{
	unsigned int order = ilog2(size / SZ_1M);

	epc_sim_config_set(config, entry + PCI_REBAR_CAP, 4, BIT(order + 4));
	epc_sim_config_set(config, entry + PCI_REBAR_CTRL, 4,
			   FIELD_PREP(PCI_REBAR_CTRL_BAR_IDX, barno) |
			   FIELD_PREP(PCI_REBAR_CTRL_NBAR_MASK, count) |
			   FIELD_PREP(PCI_REBAR_CTRL_BAR_SIZE, order));
}

/**
 * epc_sim_rebar_update() - offer the sizes that resizable BARs have
 * @sim: the instance
 * @function: the function; it gets the capability if there are such BARs
 *
 * Context: with sim->lock held, or before others know of the function.
 */
void epc_sim_rebar_update(struct epc_sim *sim,
			  struct epc_sim_function *function)
{
	const struct epc_sim_bar_limits *limits = sim->profile.bars;
	int entry = EPC_SIM_ECAP_REBAR;
	unsigned int count = 0;
	int barno;

	for (barno = 0; barno < PCI_STD_NUM_BARS; barno++)
		count += limits[barno].type == EPC_SIM_BAR_RESIZABLE;
	if (!count || function->vfunc_no)
		return;

	epc_sim_config_add_ext(&function->config, EPC_SIM_ECAP_REBAR,
			       PCI_EXT_CAP_ID_REBAR, 1);
	for (barno = 0; barno < PCI_STD_NUM_BARS; barno++) {
		if (limits[barno].type != EPC_SIM_BAR_RESIZABLE)
			continue;
		/* The first says how many there are. */
		rebar_set(&function->config, entry, barno, count,
			  function->bars[barno].size ?: SZ_1M);
		entry += 8;
		count = 0;
	}
}

/*
 * A reserved BAR with something in it is there without the endpoint's doing, and
 * as large as it must be.
 */
static void show_reserved(struct epc_sim *sim,
			  struct epc_sim_function *function,
			  enum pci_barno barno)
{
	const struct epc_sim_bar_limits *limits = &sim->profile.bars[barno];
	unsigned int size = limits->dma_registers + limits->msix_table +
			    limits->msix_pba;
	struct pci_epf_bar bar = {
		.barno = barno,
		.phys_addr = epc_sim_space_registers(sim),
		.size = roundup_pow_of_two(size),
		.flags = limits->only_64bit ? PCI_BASE_ADDRESS_MEM_TYPE_64 : 0,
	};

	/* The doorbell is in the registers of the DMA engine only. */
	if (!limits->dma_registers)
		bar.phys_addr += EPC_SIM_REGISTERS_SIZE / 2;

	epc_sim_function_set_bar(function, &bar);
	function->bars[barno].reserved = true;
}

/**
 * epc_sim_bars_init() - what a function's BARs are before the endpoint sets any
 * @sim: the instance
 * @function: the function, blank
 *
 * Context: with sim->lock held, or before others know of the function.
 */
void epc_sim_bars_init(struct epc_sim *sim, struct epc_sim_function *function)
{
	enum pci_barno barno;

	if (function->vfunc_no)
		return;

	epc_sim_rebar_update(sim, function);
	for (barno = BAR_0; barno <= BAR_5; barno++) {
		const struct epc_sim_bar_limits *limits =
			&sim->profile.bars[barno];

		if (limits->dma_registers || limits->msix_table ||
		    limits->msix_pba)
			show_reserved(sim, function, barno);
	}
}
