// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * Virtual functions as the host sees them: the capabilities SR-IOV and ARI of
 * physical functions (PCIe 6.0, 9.3.3 and 7.8.8), through which it counts,
 * places and enables them. Virtual function v of function f is device number v,
 * function f of the endpoint's bus, which takes a port that forwards by ARI.
 */

#include <linux/align.h>
#include <linux/bitops.h>
#include <linux/lockdep.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/sizes.h>

#include "epc-sim.h"

/* Page sizes that a physical function must support: 4 KiB to 4 MiB. */
#define SRIOV_PAGE_SIZES	0x553

#define SRIOV_BAR(barno)	(EPC_SIM_ECAP_SRIOV + PCI_SRIOV_BAR + \
				 4 * (barno))

/**
 * epc_sim_sriov_enabled() - how many virtual functions the host has enabled
 * @function: a function
 *
 * Return: number of virtual functions that it shows the host; 0 for one that
 *	is virtual itself.
 */
unsigned int epc_sim_sriov_enabled(const struct epc_sim_function *function)
{
	const struct epc_sim_config *config = &function->config;
	const int sriov = EPC_SIM_ECAP_SRIOV;

	if (!function->num_vfs ||
	    !(epc_sim_config_read(config, sriov + PCI_SRIOV_CTRL, 2) &
	      PCI_SRIOV_CTRL_VFE))
		return 0;

	return min_t(unsigned int, function->num_vfs,
		     epc_sim_config_read(config, sriov + PCI_SRIOV_NUM_VF, 2));
}

/* What a BAR of a virtual function occupies: whole pages of the host. */
static size_t sriov_aperture(const struct epc_sim_function *physical,
			     const struct epc_sim_bar *bar)
{
	unsigned long pages = epc_sim_config_read(&physical->config,
						  EPC_SIM_ECAP_SRIOV +
						  PCI_SRIOV_SYS_PGSIZE, 4);

	return max_t(size_t, bar->size, SZ_4K << (pages ? __ffs(pages) : 0));
}

/**
 * epc_sim_sriov_physical() - the physical function of a virtual one
 * @sim: the instance
 * @function: a function
 *
 * Return: the physical function, which is itself for one.
 */
struct epc_sim_function *
epc_sim_sriov_physical(struct epc_sim *sim,
		       const struct epc_sim_function *function)
{
	return epc_sim_function(sim, function->func_no, 0);
}

/**
 * epc_sim_sriov_answers() - whether a virtual function is there for the host
 * @sim: the instance
 * @function: the virtual function
 *
 * Return: true where the endpoint has made it and the host has enabled it.
 */
bool epc_sim_sriov_answers(struct epc_sim *sim,
			   const struct epc_sim_function *function)
{
	lockdep_assert_held(&sim->lock);
	return function->present && function->vfunc_no <=
	       epc_sim_sriov_enabled(epc_sim_sriov_physical(sim, function));
}

/**
 * epc_sim_sriov_bar() - the BAR that all virtual functions have in common
 * @sim: the instance
 * @func_no: number of the physical function
 * @barno: number of the BAR
 *
 * The host gives the space for all of them at once, so that they can differ in
 * the memory behind it, but not in size.
 *
 * Return: the BAR of the first of them that has it, or NULL.
 */
const struct epc_sim_bar *epc_sim_sriov_bar(struct epc_sim *sim, u8 func_no,
					    enum pci_barno barno)
{
	unsigned int last = sim->profile.first_vf_has_bars ?
			    min(sim->profile.max_vfs, 1) : sim->profile.max_vfs;
	unsigned int i;

	lockdep_assert_held(&sim->lock);
	for (i = 1; i <= last; i++) {
		const struct epc_sim_bar *bar =
			&epc_sim_function(sim, func_no, i)->bars[barno];

		if (bar->size)
			return bar;
	}

	return NULL;
}

/**
 * epc_sim_sriov_update_bars() - show the BARs that virtual functions have
 * @sim: the instance
 * @function: one of them, or their physical function
 */
void epc_sim_sriov_update_bars(struct epc_sim *sim,
			       const struct epc_sim_function *function)
{
	struct epc_sim_function *physical = epc_sim_sriov_physical(sim,
								   function);
	struct epc_sim_config *config = &physical->config;
	const struct epc_sim_bar *bar;
	int barno;

	lockdep_assert_held(&sim->lock);
	for (barno = 0; barno < PCI_SRIOV_NUM_BARS; barno++) {
		bar = epc_sim_sriov_bar(sim, physical->func_no, barno);
		if (!bar) {
			epc_sim_config_clear_bar(config, SRIOV_BAR(barno));
			continue;
		}

		epc_sim_config_set_bar(config, SRIOV_BAR(barno),
				       sriov_aperture(physical, bar),
				       bar->flags);
		if (bar->flags & PCI_BASE_ADDRESS_MEM_TYPE_64)
			barno++;
	}
}

static void sriov_show_ari(struct epc_sim_function *physical, u8 next)
{
	struct epc_sim_config *config = &physical->config;

	epc_sim_config_add_ext(config, EPC_SIM_ECAP_ARI, PCI_EXT_CAP_ID_ARI, 1);
	epc_sim_config_set(config, EPC_SIM_ECAP_ARI + PCI_ARI_CAP, 2,
			   next << 8);
}

static void sriov_show(struct epc_sim_function *physical)
{
	struct epc_sim_config *config = &physical->config;
	const int sriov = EPC_SIM_ECAP_SRIOV;
	u16 control = PCI_SRIOV_CTRL_VFE | PCI_SRIOV_CTRL_MSE;

	/* The hierarchy is the same for all: one function has the bit. */
	if (!physical->func_no)
		control |= PCI_SRIOV_CTRL_ARI;

	epc_sim_config_add_ext(config, sriov, PCI_EXT_CAP_ID_SRIOV, 1);
	epc_sim_config_allow(config, sriov + PCI_SRIOV_CTRL, 2, control);
	epc_sim_config_set(config, sriov + PCI_SRIOV_INITIAL_VF, 2,
			   physical->num_vfs);
	epc_sim_config_set(config, sriov + PCI_SRIOV_TOTAL_VF, 2,
			   physical->num_vfs);
	epc_sim_config_allow(config, sriov + PCI_SRIOV_NUM_VF, 2, 0xffff);
	epc_sim_config_set(config, sriov + PCI_SRIOV_FUNC_LINK, 1,
			   physical->func_no);
	epc_sim_config_set(config, sriov + PCI_SRIOV_VF_OFFSET, 2,
			   EPC_SIM_MAX_FUNCTIONS);
	epc_sim_config_set(config, sriov + PCI_SRIOV_VF_STRIDE, 2,
			   EPC_SIM_MAX_FUNCTIONS);
	epc_sim_config_set(config, sriov + PCI_SRIOV_VF_DID, 2,
			   physical->vf_device_id);
	epc_sim_config_set(config, sriov + PCI_SRIOV_SUP_PGSIZE, 4,
			   SRIOV_PAGE_SIZES);
	epc_sim_config_preset(config, sriov + PCI_SRIOV_SYS_PGSIZE, 4, 1);
	epc_sim_config_allow(config, sriov + PCI_SRIOV_SYS_PGSIZE, 4,
			     SRIOV_PAGE_SIZES);
}

/*
 * What a virtual function has from its physical one. Its own ids read as ones;
 * the host knows them from the physical function (PCIe 6.0, 9.3.4.1).
 */
static void sriov_show_virtual(const struct epc_sim_function *physical,
			       struct epc_sim_function *function)
{
	const struct epc_sim_config *from = &physical->config;
	struct epc_sim_config *to = &function->config;

	epc_sim_config_set(to, PCI_VENDOR_ID, 4, ~0U);
	epc_sim_config_set(to, PCI_CLASS_REVISION, 4,
			   epc_sim_config_read(from, PCI_CLASS_REVISION, 4));
	epc_sim_config_set(to, PCI_SUBSYSTEM_VENDOR_ID, 4,
			   epc_sim_config_read(from, PCI_SUBSYSTEM_VENDOR_ID,
					       4));
	epc_sim_config_add_ext(to, EPC_SIM_ECAP_ARI, PCI_EXT_CAP_ID_ARI, 1);
}

/**
 * epc_sim_sriov_show() - let the host find what virtual functions there are
 * @sim: the instance, before its link comes up
 */
void epc_sim_sriov_show(struct epc_sim *sim)
{
	struct epc_sim_function *physical, *function;
	unsigned int i, v;
	u8 next = 0;

	lockdep_assert_held(&sim->lock);
	if (!sim->profile.max_vfs)
		return;

	for (i = EPC_SIM_MAX_FUNCTIONS; i-- > 0; ) {
		physical = epc_sim_function(sim, i, 0);
		if (!physical->present)
			continue;

		sriov_show_ari(physical, next);
		next = i;

		physical->num_vfs = 0;
		for (v = 1; v <= sim->profile.max_vfs; v++) {
			function = epc_sim_function(sim, i, v);
			if (!function->present)
				continue;
			physical->num_vfs = v;
			sriov_show_virtual(physical, function);
		}
		if (physical->num_vfs)
			sriov_show(physical);
		epc_sim_sriov_update_bars(sim, physical);
	}
}

/**
 * epc_sim_sriov_reset() - reset the virtual functions of a physical one
 * @sim: the instance
 * @physical: the physical function, which has none enabled any more
 */
void epc_sim_sriov_reset(struct epc_sim *sim, struct epc_sim_function *physical)
{
	unsigned int i;

	lockdep_assert_held(&sim->lock);
	for (i = 1; i <= sim->profile.max_vfs; i++)
		epc_sim_function_reset(epc_sim_function(sim, physical->func_no,
							i));
	epc_sim_sriov_update_bars(sim, physical);
}

/**
 * epc_sim_sriov_find_bar() - find the virtual function that has an address
 * @sim: the instance
 * @physical: physical function to search
 * @addr: PCI address
 * @len: bytes
 * @barno: set to the number of the BAR
 * @offset: set to the offset in the BAR
 *
 * Return: the virtual function whose BAR holds it all, or NULL.
 */
struct epc_sim_function *
epc_sim_sriov_find_bar(struct epc_sim *sim, struct epc_sim_function *physical,
		       u64 addr, size_t len, int *barno, u64 *offset)
{
	const struct epc_sim_config *config = &physical->config;
	unsigned int vfs = epc_sim_sriov_enabled(physical);

	lockdep_assert_held(&sim->lock);
	if (!vfs ||
	    !(epc_sim_config_read(config, EPC_SIM_ECAP_SRIOV + PCI_SRIOV_CTRL,
				  2) & PCI_SRIOV_CTRL_MSE))
		return NULL;

	for (*barno = 0; *barno < PCI_SRIOV_NUM_BARS; (*barno)++) {
		const struct epc_sim_bar *shared =
			epc_sim_sriov_bar(sim, physical->func_no, *barno);
		struct epc_sim_function *function;
		const struct epc_sim_bar *bar;
		unsigned int shift;
		u64 base, aperture, memory;

		if (!shared)
			continue;

		aperture = sriov_aperture(physical, shared);
		shift = ilog2(aperture);
		base = epc_sim_config_bar_address(config, SRIOV_BAR(*barno));
		if (addr < base || (addr - base) >> shift >= vfs)
			continue;

		function = epc_sim_function(sim, physical->func_no,
					    1 + ((addr - base) >> shift));
		bar = &function->bars[*barno];
		*offset = (addr - base) & (aperture - 1);

		/* Memory behind a BAR ends where its alignment does. */
		memory = ALIGN(bar->size, sim->profile.vf_bar_align ?: 1);
		return *offset + len <= min(aperture, memory) ? function : NULL;
	}

	return NULL;
}
