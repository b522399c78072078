// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * Controllers as their drivers have them in drivers/pci/controller of Linux
 * 6.12. Windows are no larger than the lab can ioremap() at once.
 */

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/sizes.h>
#include <linux/string.h>

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
	.num_windows = 1,						\
	.window_size = EPC_SIM_MAX_IOREMAP,				\
	.window_page_size = SZ_64K,					\
	.dma = EPC_SIM_DMA_PRIVATE

static const struct epc_sim_profile epc_sim_profiles[] = {
	{
		/* All that the framework can express. */
		.name = "generic",
		.max_functions = EPC_SIM_MAX_FUNCTIONS,
		.max_maps = 32,
		.no_map_error = -ENOSPC,
		.region_align = 1,
		.align_addr = true,
		.num_windows = 4,
		.window_size = EPC_SIM_MAX_IOREMAP,
		.window_page_size = SZ_4K,
		.dma = EPC_SIM_DMA_PRIVATE,
		.features = {
			.linkup_notifier = true,
			.msi_capable = true,
			.msix_capable = true,
		},
	},
	{
		/* dwc/pcie-designware-plat.c */
		.name = "dwc",
		DESIGNWARE_CORE,
		.no_intx = true,
		.features = {
			.msi_capable = true,
			.msix_capable = true,
		},
	},
	{
		/* dwc/pci-imx6.c */
		.name = "imx8m",
		DESIGNWARE_CORE,
		.no_intx = true,
		.features = {
			.msi_capable = true,
			.bar[BAR_1] = { .type = BAR_RESERVED, },
			.bar[BAR_3] = { .type = BAR_RESERVED, },
			.bar[BAR_4] = { .type = BAR_FIXED, .fixed_size = SZ_256, },
			.bar[BAR_5] = { .type = BAR_RESERVED, },
			.align = SZ_64K,
		},
	},
	{
		/* dwc/pci-imx6.c; the BARs that ntb_hw_epf expects */
		.name = "imx8q",
		DESIGNWARE_CORE,
		.no_intx = true,
		.features = {
			.msi_capable = true,
			.bar[BAR_1] = { .type = BAR_RESERVED, },
			.bar[BAR_3] = { .type = BAR_RESERVED, },
			.bar[BAR_5] = { .type = BAR_RESERVED, },
			.align = SZ_64K,
		},
	},
	{
		/* dwc/pcie-dw-rockchip.c; BAR4 shows the translation unit */
		.name = "rk3588",
		DESIGNWARE_CORE,
		.no_intx = true,
		.features = {
			.linkup_notifier = true,
			.msi_capable = true,
			.msix_capable = true,
			.align = SZ_64K,
			.bar[BAR_0] = { .type = BAR_FIXED, .fixed_size = SZ_1M, },
			.bar[BAR_1] = { .type = BAR_FIXED, .fixed_size = SZ_1M, },
			.bar[BAR_2] = { .type = BAR_FIXED, .fixed_size = SZ_1M, },
			.bar[BAR_3] = { .type = BAR_FIXED, .fixed_size = SZ_1M, },
			.bar[BAR_4] = { .type = BAR_RESERVED, },
			.bar[BAR_5] = { .type = BAR_FIXED, .fixed_size = SZ_1M, },
		},
	},
	{
		/* dwc/pci-keystone.c */
		.name = "am654",
		DESIGNWARE_CORE,
		.no_intx = true,
		.features = {
			.msi_capable = true,
			.msix_capable = true,
			.bar[BAR_0] = { .type = BAR_RESERVED, },
			.bar[BAR_1] = { .type = BAR_RESERVED, },
			.bar[BAR_2] = { .type = BAR_FIXED, .fixed_size = SZ_1M, },
			.bar[BAR_3] = { .type = BAR_FIXED, .fixed_size = SZ_64K, },
			.bar[BAR_4] = { .type = BAR_FIXED, .fixed_size = SZ_256, },
			.bar[BAR_5] = { .type = BAR_FIXED, .fixed_size = SZ_1M, },
			.align = SZ_1M,
		},
	},
	{
		/* dwc/pcie-tegra194.c */
		.name = "tegra234",
		DESIGNWARE_CORE,
		.features = {
			.linkup_notifier = true,
			.bar[BAR_0] = { .type = BAR_FIXED, .fixed_size = SZ_1M,
					.only_64bit = true, },
			.bar[BAR_1] = { .type = BAR_RESERVED, },
			.bar[BAR_2] = { .type = BAR_RESERVED, },
			.bar[BAR_3] = { .type = BAR_RESERVED, },
			.bar[BAR_4] = { .type = BAR_RESERVED, },
			.bar[BAR_5] = { .type = BAR_RESERVED, },
			.align = SZ_64K,
		},
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
		.features = {
			.msi_capable = true,
			.align = 256,
		},
	},
	{
		/*
		 * cadence/pcie-cadence-ep.c: 32 regions, the first for
		 * interrupts, the last never used
		 */
		.name = "cadence",
		.max_functions = 8,
		.max_maps = 30,
		.no_map_error = -EINVAL,
		.region_align = 1,
		.rigid_bars = true,
		.num_windows = 4,
		.window_size = EPC_SIM_MAX_IOREMAP,
		.window_page_size = SZ_4K,
		.features = {
			.msi_capable = true,
			.msix_capable = true,
			.align = 256,
		},
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
		.features = {
			.msi_capable = true,
			.bar[BAR_0] = { .type = BAR_FIXED, .fixed_size = 128,
					.only_64bit = true, },
			.bar[BAR_1] = { .type = BAR_RESERVED, },
			.bar[BAR_2] = { .type = BAR_FIXED, .fixed_size = 256,
					.only_64bit = true, },
			.bar[BAR_3] = { .type = BAR_RESERVED, },
			.bar[BAR_4] = { .type = BAR_FIXED, .fixed_size = 256,
					.only_64bit = true, },
			.bar[BAR_5] = { .type = BAR_RESERVED, },
		},
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
