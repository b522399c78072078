// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * The endpoint's view: the controller. Its operations are called by the EPC
 * core with the controller's mutex held.
 */

#include <linux/align.h>
#include <linux/bitfield.h>
#include <linux/cleanup.h>
#include <linux/err.h>
#include <linux/log2.h>
#include <linux/pci-epf.h>
#include <linux/platform_device.h>
#include <linux/slab.h>

#include "epc-sim.h"

static int sim_write_header(struct pci_epc *epc, u8 func_no, u8 vfunc_no,
			    struct pci_epf_header *header)
{
	struct epc_sim *sim = epc_get_drvdata(epc);
	struct epc_sim_function *function;

	if (sim->profile.only_inta && header->interrupt_pin > PCI_INTERRUPT_INTA)
		return -EINVAL;

	guard(raw_spinlock_irqsave)(&sim->lock);
	function = epc_sim_function(sim, func_no, 0);
	/* Virtual functions have but a device id, the same for all. */
	if (vfunc_no)
		function->vf_device_id = header->deviceid;
	else
		epc_sim_function_set_header(function, header);
	return 0;
}

/* Whether a BAR is one that memory can have at all. */
static int check_bar(struct epc_sim *sim, const struct pci_epf_bar *bar)
{
	bool wide = bar->flags & PCI_BASE_ADDRESS_MEM_TYPE_64;
	struct pci_epc *epc = sim->epc;

	if (bar->barno < 0 || bar->barno >= PCI_STD_NUM_BARS ||
	    (wide && bar->barno == PCI_STD_NUM_BARS - 1))
		return -EINVAL;

	if (bar->flags & PCI_BASE_ADDRESS_SPACE_IO) {
		dev_err(&epc->dev, "BAR%d: no I/O space here\n", bar->barno);
		return -EINVAL;
	}
	/* 16 bytes is the least that a memory BAR can ask for. */
	if (bar->size < 16 || !is_power_of_2(bar->size) ||
	    bar->size > EPC_SIM_MAX_IOREMAP) {
		dev_err(&epc->dev,
			"BAR%d: %zu bytes are not a power of two from 16 to %u\n",
			bar->barno, bar->size,
			(unsigned int)EPC_SIM_MAX_IOREMAP);
		return -EINVAL;
	}
	/* NTB functions say later where the memory is, by setting it again. */
	if (bar->phys_addr && !epc_sim_ram(bar->phys_addr, bar->size) &&
	    !epc_sim_registers_hold(sim, bar->phys_addr, bar->size) &&
	    !epc_sim_space_is_outbound(bar->phys_addr, bar->size)) {
		dev_err(&epc->dev, "BAR%d: no memory at %pad\n", bar->barno,
			&bar->phys_addr);
		return -EINVAL;
	}

	return 0;
}

/* Whether it is one that this controller has. */
static int check_bar_of(struct epc_sim *sim, u8 vfunc_no,
			const struct pci_epf_bar *bar)
{
	const struct epc_sim_bar_limits *limits =
		&sim->profile.bars[bar->barno];
	unsigned int align = vfunc_no ? sim->profile.vf_bar_align :
					sim->profile.bar_align;
	const struct pci_epc_bar_desc *desc = &sim->features.bar[bar->barno];
	struct pci_epc *epc = sim->epc;

	if (limits->type == EPC_SIM_BAR_RESERVED ||
	    limits->type == EPC_SIM_BAR_DISABLED) {
		dev_err(&epc->dev, "BAR%d: this controller does not have it\n",
			bar->barno);
		return -EINVAL;
	}
	if (bar->barno && limits[-1].only_64bit) {
		dev_err(&epc->dev, "BAR%d: it is the upper half of another\n",
			bar->barno);
		return -EINVAL;
	}
	/* To a kernel that knows no resizable ones they are fixed, too. */
	if (desc->type == BAR_FIXED && bar->size != desc->fixed_size) {
		dev_err(&epc->dev, "BAR%d: %zu bytes, but it is fixed at %llu\n",
			bar->barno, bar->size, desc->fixed_size);
		return -EINVAL;
	}
	if (limits->type == EPC_SIM_BAR_RESIZABLE && bar->size < SZ_1M) {
		dev_err(&epc->dev, "BAR%d: resizable, but not to %zu bytes\n",
			bar->barno, bar->size);
		return -EINVAL;
	}
	if (!IS_ALIGNED(bar->phys_addr, align ?: 1)) {
		dev_err(&epc->dev, "BAR%d: memory at %pad is not aligned to %u\n",
			bar->barno, &bar->phys_addr, align);
		return -EINVAL;
	}
	if (sim->profile.rigid_bars && bar->barno & 1 &&
	    bar->flags & PCI_BASE_ADDRESS_MEM_TYPE_64)
		return -EINVAL;

	return 0;
}

static int sim_set_bar(struct pci_epc *epc, u8 func_no, u8 vfunc_no,
		       struct pci_epf_bar *bar)
{
	struct epc_sim *sim = epc_get_drvdata(epc);
	struct epc_sim_function *function;
	const struct epc_sim_bar *shared;
	struct epc_sim_bar *old;
	bool was_set;
	int ret;

	ret = check_bar(sim, bar);
	if (!ret)
		ret = check_bar_of(sim, vfunc_no, bar);
	if (ret)
		return ret;

	/* The hardware knows no other; some drivers do not say so. */
	if (sim->profile.bars[bar->barno].only_64bit)
		bar->flags |= PCI_BASE_ADDRESS_MEM_TYPE_64;

	scoped_guard(raw_spinlock_irqsave, &sim->lock) {
		function = epc_sim_function(sim, func_no, vfunc_no);
		old = &function->bars[bar->barno];
		was_set = old->size;
		if (sim->profile.rigid_bars && was_set &&
		    (old->size != bar->size || old->flags != bar->flags))
			return -EINVAL;

		/* The host gives virtual functions the same. */
		shared = epc_sim_sriov_bar(sim, func_no, bar->barno);
		if (vfunc_no && shared && !sim->profile.first_vf_has_bars &&
		    (shared->size != bar->size || shared->flags != bar->flags))
			return -EINVAL;

		ret = epc_sim_bar_check(sim, function, bar);
		if (ret) {
			/* What was there is gone by then. */
			epc_sim_bar_unmap(old);
			break;
		}

		epc_sim_function_set_bar(function, bar);
		epc_sim_bar_map(old, bar);
		epc_sim_rebar_update(sim, function);
		epc_sim_sriov_update_bars(sim, function);
	}

	/* The caller may free the memory that was behind it. */
	if (was_set)
		synchronize_srcu(&sim->srcu);
	return ret;
}

static void sim_clear_bar(struct pci_epc *epc, u8 func_no, u8 vfunc_no,
			  struct pci_epf_bar *bar)
{
	struct epc_sim *sim = epc_get_drvdata(epc);
	struct epc_sim_function *function = epc_sim_function(sim, func_no,
							     vfunc_no);

	scoped_guard(raw_spinlock_irqsave, &sim->lock) {
		epc_sim_function_clear_bar(function, bar);
		epc_sim_rebar_update(sim, function);
		epc_sim_sriov_update_bars(sim, function);
	}

	/* The caller frees the memory next. */
	synchronize_srcu(&sim->srcu);
}

static u64 sim_align_addr(struct pci_epc *epc, u64 pci_addr, size_t *size,
			  size_t *offset)
{
	return epc_sim_outbound_align(epc_get_drvdata(epc), pci_addr, size,
				      offset);
}

static int sim_map_addr(struct pci_epc *epc, u8 func_no, u8 vfunc_no,
			phys_addr_t addr, u64 pci_addr, size_t size)
{
	struct epc_sim *sim = epc_get_drvdata(epc);

	return epc_sim_outbound_map(sim, epc_sim_function(sim, func_no, vfunc_no),
				    addr, pci_addr, size);
}

static void sim_unmap_addr(struct pci_epc *epc, u8 func_no, u8 vfunc_no,
			   phys_addr_t addr)
{
	struct epc_sim *sim = epc_get_drvdata(epc);

	epc_sim_outbound_unmap(sim, epc_sim_function(sim, func_no, vfunc_no),
			       addr);
}

static int sim_set_msi(struct pci_epc *epc, u8 func_no, u8 vfunc_no, u8 count)
{
	struct epc_sim *sim = epc_get_drvdata(epc);

	if (sim->irq_observed) {
		*sim->irq_observed = count;
		return 0;
	}
	if (!sim->profile.msi_capable)
		return -EINVAL;
	if (!sim->irq_count.set_msi_log2)
		count = order_base_2(count);

	guard(raw_spinlock_irqsave)(&sim->lock);
	epc_sim_function_set_msi(epc_sim_function(sim, func_no, vfunc_no),
				 count);
	return 0;
}

static int sim_get_msi(struct pci_epc *epc, u8 func_no, u8 vfunc_no)
{
	struct epc_sim *sim = epc_get_drvdata(epc);
	struct epc_sim_function *function = epc_sim_function(sim, func_no,
							     vfunc_no);
	u16 flags;
	u8 order;

	if (sim->irq_observed)
		return *sim->irq_observed;

	guard(raw_spinlock_irqsave)(&sim->lock);
	flags = epc_sim_config_read(&function->config,
				    EPC_SIM_CAP_MSI + PCI_MSI_FLAGS, 2);
	if (!function->has_msi || !(flags & PCI_MSI_FLAGS_ENABLE))
		return -EINVAL;

	order = FIELD_GET(PCI_MSI_FLAGS_QSIZE, flags);
	return sim->irq_count.get_msi_log2 ? order : 1 << order;
}

static int sim_set_msix(struct pci_epc *epc, u8 func_no, u8 vfunc_no,
			u16 count, enum pci_barno barno, u32 offset)
{
	struct epc_sim *sim = epc_get_drvdata(epc);

	if (sim->irq_observed) {
		*sim->irq_observed = count;
		return 0;
	}
	if (sim->irq_count.set_msix_minus_one)
		count++;
	if (!sim->profile.msix_capable || barno < 0 ||
	    barno >= PCI_STD_NUM_BARS ||
	    !IS_ALIGNED(offset, PCI_MSIX_TABLE_BIR + 1))
		return -EINVAL;

	guard(raw_spinlock_irqsave)(&sim->lock);
	epc_sim_function_set_msix(epc_sim_function(sim, func_no, vfunc_no),
				  count, barno, offset);
	return 0;
}

static int sim_get_msix(struct pci_epc *epc, u8 func_no, u8 vfunc_no)
{
	struct epc_sim *sim = epc_get_drvdata(epc);
	struct epc_sim_function *function = epc_sim_function(sim, func_no,
							     vfunc_no);
	u16 flags;

	if (sim->irq_observed)
		return *sim->irq_observed;

	guard(raw_spinlock_irqsave)(&sim->lock);
	flags = epc_sim_config_read(&function->config,
				    EPC_SIM_CAP_MSIX + PCI_MSIX_FLAGS, 2);
	if (!function->msix_count || !(flags & PCI_MSIX_FLAGS_ENABLE))
		return -EINVAL;

	return function->msix_count - sim->irq_count.get_msix_minus_one;
}

static int sim_raise_irq(struct pci_epc *epc, u8 func_no, u8 vfunc_no,
			 unsigned int type, u16 number)
{
	struct epc_sim *sim = epc_get_drvdata(epc);
	struct epc_sim_function *function = epc_sim_function(sim, func_no,
							     vfunc_no);

	switch (type) {
	case PCI_IRQ_INTX:
		return epc_sim_interrupt_raise_intx(sim, function);
	case PCI_IRQ_MSI:
		return epc_sim_interrupt_raise_msi(sim, function, number);
	case PCI_IRQ_MSIX:
		return epc_sim_interrupt_raise_msix(sim, function, number);
	default:
		return -EINVAL;
	}
}

static int sim_start(struct pci_epc *epc)
{
	struct epc_sim *sim = epc_get_drvdata(epc);
	unsigned int i;

	/* The core does not say when a function was taken away. */
	scoped_guard(raw_spinlock_irqsave, &sim->lock)
		for (i = 0; i < sim->num_functions; i++)
			if (!test_bit(sim->functions[i].func_no,
				      &epc->function_num_map)) {
				epc_sim_function_init(&sim->functions[i]);
				epc_sim_bars_init(sim, &sim->functions[i]);
			}

	epc_sim_link_start(sim);
	return 0;
}

static void sim_stop(struct pci_epc *epc)
{
	epc_sim_link_stop(epc_get_drvdata(epc));
}

static const struct pci_epc_features *sim_get_features(struct pci_epc *epc,
						       u8 func_no, u8 vfunc_no)
{
	struct epc_sim *sim = epc_get_drvdata(epc);

	return vfunc_no ? &sim->vf_features : &sim->features;
}

/*
 * No .owner: the core takes a reference to it for the controller's own configfs
 * directory, which would be a reference to ourselves.
 */
static const struct pci_epc_ops sim_epc_ops = {
	.write_header = sim_write_header,
	.set_bar = sim_set_bar,
	.clear_bar = sim_clear_bar,
	.align_addr = sim_align_addr,
	.map_addr = sim_map_addr,
	.unmap_addr = sim_unmap_addr,
	.set_msi = sim_set_msi,
	.get_msi = sim_get_msi,
	.set_msix = sim_set_msix,
	.get_msix = sim_get_msix,
	.raise_irq = sim_raise_irq,
	.start = sim_start,
	.stop = sim_stop,
	.get_features = sim_get_features,
};

static int sim_init_windows(struct epc_sim *sim)
{
	const struct epc_sim_profile *profile = &sim->profile;
	struct pci_epc_mem_window *windows __free(kfree) = NULL;
	unsigned int i;

	windows = kcalloc(profile->num_windows, sizeof(*windows), GFP_KERNEL);
	if (!windows)
		return -ENOMEM;

	for (i = 0; i < profile->num_windows; i++) {
		windows[i].phys_base = epc_sim_space_outbound(sim) +
				       i * profile->window_size;
		windows[i].size = profile->window_size;
		windows[i].page_size = profile->window_page_size;
	}

	return pci_epc_multi_mem_init(sim->epc, windows, profile->num_windows);
}

/**
 * epc_sim_epc_init() - add the controller to the system
 * @sim: the instance, otherwise complete
 *
 * Return: 0, or -errno of the EPC core.
 */
int epc_sim_epc_init(struct epc_sim *sim)
{
	struct pci_epc *epc;
	int ret;

	epc_sim_profile_features(sim);
	sim->vf_features = sim->features;
	sim->vf_features.align = sim->profile.vf_bar_align;
	compat_set_intx(&sim->vf_features, false);
	compat_set_inbound(&sim->vf_features,
			   sim->profile.dynamic_inbound_mapping, false);
	sim->epc_ops = sim_epc_ops;
	compat_set_aux_ops(&sim->epc_ops, epc_sim_doorbell_count,
			   epc_sim_doorbell_get);
	if (!sim->profile.align_addr)
		sim->epc_ops.align_addr = NULL;

	epc = pci_epc_create(&sim->pdev->dev, &sim->epc_ops);
	if (IS_ERR(epc))
		return PTR_ERR(epc);

	/* The link's thread may use it until the thread is gone. */
	get_device(&epc->dev);
	sim->epc = epc;
	epc->max_functions = sim->profile.max_functions;
	if (sim->profile.max_vfs) {
		memset(sim->max_vfs, sim->profile.max_vfs,
		       sizeof(sim->max_vfs));
		epc->max_vfs = sim->max_vfs;
	}
	epc_set_drvdata(epc, sim);
	epc_sim_irq_count_calibrate(sim);

	ret = sim_init_windows(sim);
	if (ret) {
		pci_epc_destroy(epc);
		put_device(&epc->dev);
		return ret;
	}

	pci_epc_init_notify(epc);
	return 0;
}

/**
 * epc_sim_epc_exit() - remove the controller from the system
 * @sim: the instance; no function is linked to it
 *
 * The structure itself stays: put_device() it after epc_sim_link_exit().
 */
void epc_sim_epc_exit(struct epc_sim *sim)
{
	pci_epc_deinit_notify(sim->epc);
	pci_epc_mem_exit(sim->epc);
	pci_epc_destroy(sim->epc);
}
