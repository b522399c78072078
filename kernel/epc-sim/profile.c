// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * Controllers as the running kernel's drivers have them in
 * drivers/pci/controller. Windows are no larger than the lab can ioremap() at
 * once.
 */

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/sizes.h>
#include <linux/string.h>

#include "../compat/pci-epc.h"
#include "epc-sim.h"

/* dwc/pcie-designware-ep.c: maps by a translation unit with few regions */
#define DESIGNWARE_CORE							\
	.max_functions = 1,						\
	.max_maps = 16,							\
	.no_map_error = -EINVAL,					\
	.region_align = SZ_64K,						\
	.align_addr = true,						\
	.map_for_message = true,					\
	.refuse_masked_msix = true,					\
	.rigid_bars = true,						\
	.max_inbound_maps = 16,						\
	.dynamic_inbound_mapping = true,				\
	.subrange_mapping = true,					\
	.doorbell = true,						\
	.num_windows = 1,						\
	.window_size = EPC_SIM_MAX_IOREMAP,				\
	.window_page_size = SZ_64K,					\
	.dma = EPC_SIM_DMA_PRIVATE

/* What a BAR can be. */
#define RESERVED		{ .type = EPC_SIM_BAR_RESERVED }
#define DISABLED		{ .type = EPC_SIM_BAR_DISABLED }
#define RESIZABLE		{ .type = EPC_SIM_BAR_RESIZABLE }
#define FIXED(_size)		{ .type = EPC_SIM_BAR_FIXED, \
				  .fixed_size = (_size) }
#define UPPER_HALF		{ .type = COMPAT_DRIVER_SAYS( \
					EPC_SIM_BAR_PROGRAMMABLE, \
					EPC_SIM_BAR_RESERVED) }
#define FIXED_64BIT(_size)	{ .type = EPC_SIM_BAR_FIXED, \
				  .fixed_size = (_size), .only_64bit = true }

static const struct epc_sim_profile epc_sim_profiles[] = {
	{
		/* All that the framework can express. */
		.name = "generic",
		.max_functions = EPC_SIM_MAX_FUNCTIONS,
		.max_vfs = 4,
		.vf_bar_align = SZ_4K,
		.vf_events = true,
		.max_maps = 32,
		.no_map_error = -ENOSPC,
		.region_align = 1,
		.align_addr = true,
		.num_windows = 4,
		.window_size = EPC_SIM_MAX_IOREMAP,
		.window_page_size = SZ_4K,
		.dma = EPC_SIM_DMA_PRIVATE,
		.dynamic_inbound_mapping = true,
		.subrange_mapping = true,
		.doorbell = true,
		.linkup_notifier = true,
		.intx_capable = true,
		.msi_capable = true,
		.msix_capable = true,
	},
	{
		/* dwc/pcie-designware-plat.c */
		.name = "dwc",
		DESIGNWARE_CORE,
		.no_intx = true,
		.msi_capable = true,
		.msix_capable = true,
	},
	{
		/* dwc/pci-imx6.c */
		.name = "imx8m",
		DESIGNWARE_CORE,
		.no_intx = true,
		.msi_capable = true,
		.bars[BAR_1] = DISABLED,
		.bars[BAR_3] = DISABLED,
		.bars[BAR_4] = FIXED(SZ_256),
		.bars[BAR_5] = DISABLED,
		.bar_align = SZ_64K,
	},
	{
		/* dwc/pci-imx6.c; the BARs that ntb_hw_epf expects */
		.name = "imx8q",
		DESIGNWARE_CORE,
		.no_intx = true,
		.msi_capable = true,
		.bars[BAR_1] = DISABLED,
		.bars[BAR_3] = DISABLED,
		.bars[BAR_5] = DISABLED,
		.bar_align = SZ_64K,
	},
	{
		/* dwc/pcie-dw-rockchip.c; BAR4 shows the translation unit */
		.name = "rk3588",
		DESIGNWARE_CORE,
		.no_intx = true,
		.linkup_notifier = true,
		.msi_capable = true,
		.msix_capable = true,
		.bar_align = SZ_64K,
		.bars[BAR_0] = RESIZABLE,
		.bars[BAR_1] = RESIZABLE,
		.bars[BAR_2] = RESIZABLE,
		.bars[BAR_3] = RESIZABLE,
		.bars[BAR_4] = {
			.type = EPC_SIM_BAR_RESERVED,
			.dma_registers = SZ_8K,
		},
		.bars[BAR_5] = RESIZABLE,
	},
	{
		/* dwc/pci-keystone.c */
		.name = "am654",
		DESIGNWARE_CORE,
		.no_intx = true,
		.msi_capable = true,
		.msix_capable = true,
		.bars[BAR_0] = RESERVED,
		.bars[BAR_1] = RESERVED,
		.bars[BAR_2] = RESIZABLE,
		.bars[BAR_3] = FIXED(SZ_64K),
		.bars[BAR_4] = FIXED(SZ_256),
		.bars[BAR_5] = RESIZABLE,
		.bar_align = COMPAT_DRIVER_SAYS(SZ_64K, SZ_1M),
	},
	{
		/* dwc/pcie-tegra194.c */
		.name = "tegra234",
		DESIGNWARE_CORE,
		.linkup_notifier = true,
		.msi_capable = COMPAT_DRIVER_SAYS(true, false),
		.bars[BAR_0] = {
			.type = COMPAT_DRIVER_SAYS(EPC_SIM_BAR_PROGRAMMABLE,
						   EPC_SIM_BAR_FIXED),
			.fixed_size = COMPAT_DRIVER_SAYS(0, SZ_1M),
			.only_64bit = true,
		},
		.bars[BAR_1] = UPPER_HALF,
		.bars[BAR_2] = {
			.type = EPC_SIM_BAR_RESERVED,
			.only_64bit = true,
			.msix_table = SZ_64K,
			.msix_pba = SZ_64K,
		},
		.bars[BAR_3] = UPPER_HALF,
		.bars[BAR_4] = {
			.type = EPC_SIM_BAR_RESERVED,
			.only_64bit = true,
			.dma_registers = SZ_4K,
		},
		.bars[BAR_5] = UPPER_HALF,
		.bar_align = SZ_64K,
	},
	{
		/*
		 * pcie-rockchip-ep.c: 32 regions of 1 MiB, one of them for
		 * interrupts; the align_addr operation is that of 6.13
		 */
		.name = "rockchip-ep",
		.max_functions = 1,
		.max_maps = 31,
		.no_map_error = -EINVAL,
		.region_align = 1,
		.min_pass_bits = 8,
		.max_pass_bits = 20,
		.align_addr = true,
		.rigid_bars = true,
		.num_windows = 2,
		.window_size = EPC_SIM_MAX_IOREMAP,
		.window_page_size = SZ_1M,
		.msi_capable = true,
		.bar_align = 256,
		.linkup_notifier = COMPAT_DRIVER_SAYS(true, false),
		.intx_capable = true,
	},
	{
		/*
		 * cadence/pcie-cadence-ep.c: 32 regions, the first for
		 * interrupts, the last never used
		 */
		.name = "cadence",
		.max_functions = 8,
		.one_vendor = true,
		.max_vfs = 4,
		.vf_bar_align = SZ_64K,
		.first_vf_has_bars = true,
		.max_maps = 30,
		.no_map_error = -EINVAL,
		.region_align = 1,
		.rigid_bars = true,
		.num_windows = 4,
		.window_size = EPC_SIM_MAX_IOREMAP,
		.window_page_size = SZ_4K,
		.msi_capable = true,
		.msix_capable = true,
		.bar_align = 256,
	},
	{
		/*
		 * pcie-rcar-ep.c: four windows, each good for one allocation;
		 * maps only over a link
		 */
		.name = "rcar",
		.max_functions = 1,
		.max_maps = 4,
		.no_map_error = -EINVAL,
		.region_align = 1,
		.no_link_error = -ETIMEDOUT,
		.no_intx_with_msi = true,
		.only_inta = true,
		.num_windows = 4,
		.window_size = EPC_SIM_MAX_IOREMAP,
		.window_page_size = EPC_SIM_MAX_IOREMAP,
		.msi_capable = true,
		.bars[BAR_0] = FIXED_64BIT(128),
		.bars[BAR_1] = UPPER_HALF,
		.bars[BAR_2] = FIXED_64BIT(256),
		.bars[BAR_3] = UPPER_HALF,
		.bars[BAR_4] = FIXED_64BIT(256),
		.bars[BAR_5] = UPPER_HALF,
	},
};

/**
 * epc_sim_profile_find() - find a hardware profile
 * @name: its name
 *
 * Return: the profile, or NULL.
 */
const struct epc_sim_profile *epc_sim_profile_find(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(epc_sim_profiles); i++)
		if (!strcmp(epc_sim_profiles[i].name, name))
			return &epc_sim_profiles[i];

	return NULL;
}

/**
 * epc_sim_profile_check() - whether the limits of a controller go together
 * @profile: the limits, each of them in its own range
 * @name: name of the instance, for the log
 *
 * Return: 0, or -EINVAL, and the log says why.
 */
int epc_sim_profile_check(const struct epc_sim_profile *profile,
			  const char *name)
{
	unsigned int i;

	if (profile->window_page_size > profile->window_size) {
		pr_err("pci-epc-sim: %s: pages of %u bytes in windows of %u\n",
		       name, profile->window_page_size, profile->window_size);
		return -EINVAL;
	}
	if (profile->num_windows * (u64)profile->window_size >
	    EPC_SIM_OUTBOUND_SIZE) {
		pr_err("pci-epc-sim: %s: %u windows of %u bytes are more than %llu MiB\n",
		       name, profile->num_windows, profile->window_size,
		       EPC_SIM_OUTBOUND_SIZE / SZ_1M);
		return -EINVAL;
	}
	if (profile->min_pass_bits > profile->max_pass_bits) {
		pr_err("pci-epc-sim: %s: min_pass_bits %u is above max_pass_bits %u\n",
		       name, profile->min_pass_bits, profile->max_pass_bits);
		return -EINVAL;
	}

	if (profile->subrange_mapping && !profile->dynamic_inbound_mapping) {
		pr_err("pci-epc-sim: %s: subrange_mapping without dynamic_inbound_mapping\n",
		       name);
		return -EINVAL;
	}

	for (i = 0; i < PCI_STD_NUM_BARS; i++) {
		const struct epc_sim_bar_limits *bar = &profile->bars[i];

		if (bar->type == EPC_SIM_BAR_FIXED && !bar->fixed_size) {
			pr_err("pci-epc-sim: %s: bar%u is fixed, but has no fixed_size\n",
			       name, i);
			return -EINVAL;
		}
		if (bar->type != EPC_SIM_BAR_RESERVED &&
		    (bar->dma_registers || bar->msix_table || bar->msix_pba)) {
			pr_err("pci-epc-sim: %s: bar%u is not reserved, but there is something in it\n",
			       name, i);
			return -EINVAL;
		}
		if (bar->only_64bit && i == PCI_STD_NUM_BARS - 1) {
			pr_err("pci-epc-sim: %s: bar%u cannot be 64-bit, it is the last\n",
			       name, i);
			return -EINVAL;
		}
	}

	return 0;
}

/* What is in a reserved BAR, one after the other; returns how many. */
static unsigned int fill_regions(const struct epc_sim_bar_limits *bar,
				 struct pci_epc_bar_rsvd_region *regions)
{
	const struct pci_epc_bar_rsvd_region all[] = {
		{ PCI_EPC_BAR_RSVD_DMA_CTRL_MMIO, 0, bar->dma_registers },
		{ PCI_EPC_BAR_RSVD_MSIX_TBL_RAM, 0, bar->msix_table },
		{ PCI_EPC_BAR_RSVD_MSIX_PBA_RAM, 0, bar->msix_pba },
	};
	unsigned int i, count = 0, offset = 0;

	for (i = 0; i < ARRAY_SIZE(all); i++) {
		if (!all[i].size)
			continue;
		regions[count] = all[i];
		regions[count++].offset = offset;
		offset += all[i].size;
	}

	return count;
}

/**
 * epc_sim_profile_features() - tell the limits as the kernel does
 * @sim: the instance; its features are filled in with those of its profile that
 *	the framework has words for
 */
void epc_sim_profile_features(struct epc_sim *sim)
{
	const struct epc_sim_profile *profile = &sim->profile;
	struct pci_epc_features *features = &sim->features;
	unsigned int i, count;

	*features = (struct pci_epc_features) {
		.linkup_notifier = profile->linkup_notifier,
		.msi_capable = profile->msi_capable,
		.msix_capable = profile->msix_capable,
		.align = profile->bar_align,
	};
	compat_set_inbound(features, profile->dynamic_inbound_mapping,
			   profile->subrange_mapping);
	compat_set_intx(features, profile->intx_capable);

	for (i = 0; i < PCI_STD_NUM_BARS; i++) {
		const struct epc_sim_bar_limits *bar = &profile->bars[i];
		struct pci_epc_bar_desc *desc = &features->bar[i];

		desc->only_64bit = bar->only_64bit;
		switch (bar->type) {
		case EPC_SIM_BAR_PROGRAMMABLE:
			desc->type = BAR_PROGRAMMABLE;
			break;
		case EPC_SIM_BAR_FIXED:
			desc->type = BAR_FIXED;
			desc->fixed_size = bar->fixed_size;
			break;
		case EPC_SIM_BAR_RESIZABLE:
			compat_bar_resizable(desc);
			break;
		case EPC_SIM_BAR_RESERVED:
			desc->type = BAR_RESERVED;
			count = fill_regions(bar, sim->regions[i]);
			if (count)
				compat_bar_regions(desc, sim->regions[i],
						   count);
			break;
		case EPC_SIM_BAR_DISABLED:
			compat_bar_disabled(desc);
			break;
		}
	}
}
