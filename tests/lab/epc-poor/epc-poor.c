// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * A controller, epc-poor, that tells nothing of itself; or, with the parameter
 * "features", what it can do, but it has no address space for the host's memory.
 */

#include <linux/device.h>
#include <linux/err.h>
#include <linux/module.h>
#include <linux/pci-epc.h>

static bool features;
module_param(features, bool, 0600);
MODULE_PARM_DESC(features, "tell of them (default: off)");

static const struct pci_epc_features poor_features;

static const struct pci_epc_features *poor_get_features(struct pci_epc *epc,
							u8 func_no,
							u8 vfunc_no)
{
	return features ? &poor_features : NULL;
}

static const struct pci_epc_ops poor_ops = {
	.get_features = poor_get_features,
	.owner = THIS_MODULE,
};

/* The module's, from its beginning to its end. */
static struct device *parent;
static struct pci_epc *controller;

static int __init poor_init(void)
{
	parent = root_device_register("epc-poor");
	if (IS_ERR(parent))
		return PTR_ERR(parent);

	controller = pci_epc_create(parent, &poor_ops);
	if (IS_ERR(controller)) {
		root_device_unregister(parent);
		return PTR_ERR(controller);
	}

	controller->max_functions = 1;
	return 0;
}
module_init(poor_init);

static void __exit poor_exit(void)
{
	pci_epc_destroy(controller);
	root_device_unregister(parent);
}
module_exit(poor_exit);

MODULE_DESCRIPTION("Endpoint controller that can do nothing, for tests");
MODULE_LICENSE("GPL");
