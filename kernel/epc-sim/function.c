// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * One function of the endpoint as the host sees it: a type 0 header with BARs
 * and capabilities, as the endpoint function driver asked for them.
 */

#include <linux/lockdep.h>
#include <linux/pci-epf.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "epc-sim.h"

#define BAR(barno)	(PCI_BASE_ADDRESS_0 + 4 * (barno))

/**
 * epc_sim_functions_alloc() - make the functions that a controller can have
 * @sim: the instance
 *
 * Sets sim->functions, for the caller to kvfree(), and sim->num_functions.
 *
 * Return: 0 or -ENOMEM.
 */
int epc_sim_functions_alloc(struct epc_sim *sim)
{
	unsigned int i;

	sim->num_functions = EPC_SIM_MAX_FUNCTIONS *
			     (1 + sim->profile.max_vfs);
	sim->functions = kvcalloc(sim->num_functions, sizeof(*sim->functions),
				  GFP_KERNEL);
	if (!sim->functions)
		return -ENOMEM;

	for (i = 0; i < sim->num_functions; i++) {
		sim->functions[i].func_no = i % EPC_SIM_MAX_FUNCTIONS;
		sim->functions[i].vfunc_no = i / EPC_SIM_MAX_FUNCTIONS;
		epc_sim_function_init(&sim->functions[i]);
		epc_sim_bars_init(sim, &sim->functions[i]);
	}

	return 0;
}

/**
 * epc_sim_function() - a function by its numbers
 * @sim: the instance
 * @func_no: number of the physical function
 * @vfunc_no: number of its virtual function, or 0 for itself
 *
 * Return: the function, present or not; the numbers are within the profile's.
 */
struct epc_sim_function *epc_sim_function(struct epc_sim *sim, u8 func_no,
					  u8 vfunc_no)
{
	return &sim->functions[func_no + EPC_SIM_MAX_FUNCTIONS * vfunc_no];
}

/**
 * epc_sim_function_at() - a function by its place on the endpoint's bus
 * @sim: the instance
 * @devfn: device and function number
 *
 * Return: the function, present or not, or NULL where there can be none.
 */
struct epc_sim_function *epc_sim_function_at(struct epc_sim *sim,
					     unsigned int devfn)
{
	return devfn < sim->num_functions ? &sim->functions[devfn] : NULL;
}

/**
 * epc_sim_function_init() - make a function absent and blank
 * @function: the function; its numbers and counters stay
 */
void epc_sim_function_init(struct epc_sim_function *function)
{
	struct epc_sim_config *config = &function->config;

	memset_startat(function, 0, present);
	epc_sim_config_add_pm(config, false);
	epc_sim_config_add_exp(config, PCI_EXP_TYPE_ENDPOINT);
	epc_sim_config_link_caps(config, false, false);

	/* A virtual one has little of its own (PCIe 6.0, 9.3.4 and 9.3.5). */
	if (function->vfunc_no) {
		epc_sim_config_allow(config, PCI_COMMAND, 2,
				     PCI_COMMAND_MASTER);
		epc_sim_config_preset(config, EPC_SIM_CAP_EXP + PCI_EXP_DEVCTL,
				      2, 0);
		epc_sim_config_allow(config, EPC_SIM_CAP_EXP + PCI_EXP_DEVCTL,
				     2, PCI_EXP_DEVCTL_BCR_FLR);
		epc_sim_config_allow(config, EPC_SIM_CAP_EXP + PCI_EXP_LNKCTL,
				     2, 0);
		epc_sim_config_allow(config, EPC_SIM_CAP_EXP + PCI_EXP_LNKCTL2,
				     2, 0);
		return;
	}

	epc_sim_config_allow(config, PCI_COMMAND, 2,
			     PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER |
			     PCI_COMMAND_PARITY | PCI_COMMAND_SERR |
			     PCI_COMMAND_INTX_DISABLE);
	epc_sim_config_allow(config, PCI_CACHE_LINE_SIZE, 1, 0xff);
	epc_sim_config_allow(config, PCI_INTERRUPT_LINE, 1, 0xff);
	epc_sim_aer_init(config, 0);
}

/**
 * epc_sim_function_set_header() - give a function its identity
 * @function: the function, a physical one; present from now on
 * @header: its identity
 */
void epc_sim_function_set_header(struct epc_sim_function *function,
				 const struct pci_epf_header *header)
{
	struct epc_sim_config *config = &function->config;

	epc_sim_config_set(config, PCI_VENDOR_ID, 2, header->vendorid);
	epc_sim_config_set(config, PCI_DEVICE_ID, 2, header->deviceid);
	epc_sim_config_set(config, PCI_REVISION_ID, 1, header->revid);
	epc_sim_config_set(config, PCI_CLASS_PROG, 1, header->progif_code);
	epc_sim_config_set(config, PCI_CLASS_DEVICE, 2,
			   header->baseclass_code << 8 |
			   header->subclass_code);
	epc_sim_config_set(config, PCI_CACHE_LINE_SIZE, 1,
			   header->cache_line_size);
	epc_sim_config_set(config, PCI_SUBSYSTEM_VENDOR_ID, 2,
			   header->subsys_vendor_id);
	epc_sim_config_set(config, PCI_SUBSYSTEM_ID, 2, header->subsys_id);
	epc_sim_config_set(config, PCI_INTERRUPT_PIN, 1,
			   header->interrupt_pin);

	function->vfs_told = false;
	function->present = true;
}

/**
 * epc_sim_function_set_bar() - give a function a BAR
 * @function: the function
 * @bar: the BAR; its size is a power of two
 */
void epc_sim_function_set_bar(struct epc_sim_function *function,
			      const struct pci_epf_bar *bar)
{
	function->bars[bar->barno] = (struct epc_sim_bar) {
		.phys = bar->phys_addr,
		.size = bar->size,
		.flags = bar->flags,
	};

	/* Those of virtual functions are in the physical one: see sriov.c. */
	if (function->vfunc_no)
		function->present = true;
	else
		epc_sim_config_set_bar(&function->config, BAR(bar->barno),
				       bar->size, bar->flags);
}

static bool has_bars(const struct epc_sim_function *function)
{
	unsigned int i;

	for (i = 0; i < PCI_STD_NUM_BARS; i++)
		if (function->bars[i].size && !function->bars[i].reserved)
			return true;

	return false;
}

/**
 * epc_sim_function_clear_bar() - take a BAR away
 * @function: the function; a virtual one is gone with its last
 * @bar: the BAR
 *
 * With its last BAR it loses its interrupt messages: nobody says when it goes
 * away, and the next one with its number may not ask for any.
 */
void epc_sim_function_clear_bar(struct epc_sim_function *function,
				const struct pci_epf_bar *bar)
{
	struct epc_sim_bar *old = &function->bars[bar->barno];

	if (!old->size || old->reserved)
		return;

	memset(old, 0, sizeof(*old));
	if (!function->vfunc_no)
		epc_sim_config_clear_bar(&function->config, BAR(bar->barno));
	if (has_bars(function))
		return;

	if (function->vfunc_no) {
		epc_sim_function_init(function);
		return;
	}
	function->has_msi = false;
	function->msix_count = 0;
	epc_sim_config_link_caps(&function->config, false, false);
}

/**
 * epc_sim_function_set_msi() - give a function its MSI capability
 * @function: the function
 * @order: log2 of the number of messages
 */
void epc_sim_function_set_msi(struct epc_sim_function *function, u8 order)
{
	function->has_msi = true;
	function->msi_order = order;
	epc_sim_config_add_msi(&function->config, order);
	epc_sim_config_link_caps(&function->config, true,
				 function->msix_count);
}

/**
 * epc_sim_function_set_msix() - give a function its MSI-X capability
 * @function: the function
 * @count: number of vectors, 1 to 2048
 * @bar: BAR that holds the table
 * @offset: of the table in the BAR; the pending bits follow the table
 */
void epc_sim_function_set_msix(struct epc_sim_function *function, u16 count,
			       u8 bar, u32 offset)
{
	struct epc_sim_config *config = &function->config;
	const int msix = EPC_SIM_CAP_MSIX;

	function->msix_count = count;
	function->msix_bar = bar;
	function->msix_offset = offset;

	epc_sim_config_set(config, msix, 1, PCI_CAP_ID_MSIX);
	epc_sim_config_set(config, msix + PCI_MSIX_FLAGS, 2, count - 1);
	epc_sim_config_allow(config, msix + PCI_MSIX_FLAGS, 2,
			     PCI_MSIX_FLAGS_ENABLE | PCI_MSIX_FLAGS_MASKALL);
	epc_sim_config_set(config, msix + PCI_MSIX_TABLE, 4, offset | bar);
	epc_sim_config_set(config, msix + PCI_MSIX_PBA, 4,
			   (offset + count * PCI_MSIX_ENTRY_SIZE) | bar);
	epc_sim_config_link_caps(config, function->has_msi, true);
}

/**
 * epc_sim_function_reset() - forget all that the host wrote
 * @function: the function
 *
 * What a reset of any kind does; the endpoint's own settings stay.
 */
void epc_sim_function_reset(struct epc_sim_function *function)
{
	struct epc_sim_config *config = &function->config;

	epc_sim_config_reset(config);
	if (function->has_msi)
		epc_sim_config_set(config,
				   EPC_SIM_CAP_MSI + PCI_MSI_PENDING_64, 4, 0);
}

/**
 * epc_sim_function_write() - write a register as the host does
 * @sim: the instance
 * @function: the function
 * @where: offset; with @size within the space
 * @size: 1, 2 or 4 bytes
 * @value: value
 */
void epc_sim_function_write(struct epc_sim *sim,
			    struct epc_sim_function *function, int where,
			    int size, u32 value)
{
	struct epc_sim_config *config = &function->config;
	const int devctl = EPC_SIM_CAP_EXP + PCI_EXP_DEVCTL;
	u16 before = epc_sim_config_read(config, PCI_COMMAND, 2);
	bool slept = !epc_sim_config_in_d0(config);
	unsigned int vfs = epc_sim_sriov_enabled(function);
	u16 after;

	lockdep_assert_held(&sim->lock);
	epc_sim_config_write(config, where, size, value);

	if (epc_sim_config_read(config, devctl, 2) & PCI_EXP_DEVCTL_BCR_FLR ||
	    (slept && epc_sim_config_in_d0(config) && sim->profile.soft_reset))
		epc_sim_function_reset(function);
	if (vfs && !epc_sim_sriov_enabled(function))
		epc_sim_sriov_reset(sim, function);
	else if (function->num_vfs)
		epc_sim_sriov_update_bars(sim, function);

	after = epc_sim_config_read(config, PCI_COMMAND, 2);
	if (after & ~before & PCI_COMMAND_MASTER)
		epc_sim_link_bus_master(sim);
}

/**
 * epc_sim_function_in_d0() - whether a function is powered
 * @sim: the instance
 * @function: the function; a virtual one is no longer so than its physical one
 *
 * Return: false in D3hot, where only configuration accesses are answered.
 */
bool epc_sim_function_in_d0(struct epc_sim *sim,
			    const struct epc_sim_function *function)
{
	return epc_sim_config_in_d0(&function->config) &&
	       epc_sim_config_in_d0(&epc_sim_sriov_physical(sim,
							    function)->config);
}

/**
 * epc_sim_functions_reset() - reset all functions, as with the link
 * @sim: the instance
 */
void epc_sim_functions_reset(struct epc_sim *sim)
{
	unsigned int i;

	lockdep_assert_held(&sim->lock);
	for (i = 0; i < sim->num_functions; i++)
		epc_sim_function_reset(&sim->functions[i]);
	for (i = 0; i < EPC_SIM_MAX_FUNCTIONS; i++)
		epc_sim_sriov_update_bars(sim, &sim->functions[i]);
}

/* Whether D3hot ends in a reset. */
static void show_soft_reset(struct epc_sim *sim,
			    struct epc_sim_config *config)
{
	const int pmcsr = EPC_SIM_CAP_PM + PCI_PM_CTRL;
	u16 control = epc_sim_config_read(config, pmcsr, 2);

	control &= ~PCI_PM_CTRL_NO_SOFT_RESET;
	if (!sim->profile.soft_reset)
		control |= PCI_PM_CTRL_NO_SOFT_RESET;
	epc_sim_config_set(config, pmcsr, 2, control);
}

static void show_vendor_of(struct epc_sim_config *config,
			   const struct epc_sim_config *from)
{
	epc_sim_config_set(config, PCI_VENDOR_ID, 2,
			   epc_sim_config_read(from, PCI_VENDOR_ID, 2));
	epc_sim_config_set(config, PCI_SUBSYSTEM_VENDOR_ID, 2,
			   epc_sim_config_read(from, PCI_SUBSYSTEM_VENDOR_ID,
					       2));
}

/**
 * epc_sim_functions_show() - let the host find what functions there are
 * @sim: the instance, before its link comes up
 */
void epc_sim_functions_show(struct epc_sim *sim)
{
	struct epc_sim_config *first = &sim->functions[0].config;
	u8 type = PCI_HEADER_TYPE_NORMAL;
	unsigned int i;

	lockdep_assert_held(&sim->lock);
	for (i = 1; i < EPC_SIM_MAX_FUNCTIONS; i++) {
		struct epc_sim_function *function = &sim->functions[i];

		if (!function->present)
			continue;

		type |= PCI_HEADER_TYPE_MFD;
		if (sim->profile.one_vendor)
			show_vendor_of(&function->config, first);
	}

	/* Function 0 says that there are others. */
	epc_sim_config_set(first, PCI_HEADER_TYPE, 1, type);
	for (i = 0; i < sim->num_functions; i++)
		show_soft_reset(sim, &sim->functions[i].config);
	epc_sim_sriov_show(sim);
}

/**
 * epc_sim_function_find_bar() - find the BAR that answers to an address
 * @function: the function
 * @addr: PCI address
 * @len: bytes
 * @offset: set to the offset in the BAR
 *
 * Return: number of the BAR that holds it all, or -1.
 */
int epc_sim_function_find_bar(const struct epc_sim_function *function, u64 addr,
			      size_t len, u64 *offset)
{
	const struct epc_sim_config *config = &function->config;
	int barno;

	if (!(epc_sim_config_read(config, PCI_COMMAND, 2) & PCI_COMMAND_MEMORY))
		return -1;

	for (barno = 0; barno < PCI_STD_NUM_BARS; barno++) {
		const struct epc_sim_bar *bar = &function->bars[barno];
		u64 base;

		if (!bar->size)
			continue;

		base = epc_sim_config_bar_address(config, BAR(barno));
		if (addr < base || addr - base >= bar->size ||
		    len > bar->size - (addr - base))
			continue;

		*offset = addr - base;
		return barno;
	}

	return -1;
}
