// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * A simulated PCI endpoint controller together with the host it is plugged
 * into, for developing and testing endpoint functions and host drivers without
 * hardware. Instances are made through configfs: see pci-epc-sim(4).
 */

#include <linux/module.h>

#include "epc-sim.h"

static int __init epc_sim_init(void)
{
	int ret;

	ret = epc_sim_register_driver();
	if (ret)
		return ret;

	ret = epc_sim_space_init();
	if (ret)
		return ret;

	epc_sim_debugfs_register();
	return epc_sim_configfs_register();
}
module_init(epc_sim_init);

/*
 * No module_exit(): emulated I/O memory cannot be given back
 * (logic_iomem_add_region() has no inverse), so the module stays.
 */

MODULE_DESCRIPTION("Simulated PCI endpoint controller and root port");
MODULE_AUTHOR("The epf-utils authors");
MODULE_LICENSE("GPL");
