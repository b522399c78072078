// SPDX-License-Identifier: GPL-2.0-only
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/sizes.h>
#include <linux/string.h>

#include "epc-sim.h"

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
		.dma = true,
		.features = {
			.linkup_notifier = true,
			.msi_capable = true,
			.msix_capable = true,
		},
	},
	{
		/*
		 * The DesignWare core as designware-plat has it
		 * (drivers/pci/controller/dwc/pcie-designware-ep.c): maps by an
		 * address translation unit with few regions.
		 */
		.name = "dwc",
		.max_functions = 1,
		.max_maps = 16,
		.no_map_error = -EINVAL,
		.region_align = SZ_64K,
		.align_addr = true,
		.map_for_message = true,
		.refuse_masked_msix = true,
		.no_intx = true,
		.rigid_bars = true,
		.num_windows = 1,
		.window_size = EPC_SIM_MAX_IOREMAP,
		.window_page_size = SZ_64K,
		.dma = true,
		.features = {
			.msi_capable = true,
			.msix_capable = true,
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
