// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * The host's driver of a physical function that does nothing but enable its
 * virtual ones, through sysfs. It binds to what names it in driver_override.
 */

#include <linux/module.h>
#include <linux/pci.h>

static int sriov_pf_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	return pcim_enable_device(pdev);
}

static void sriov_pf_remove(struct pci_dev *pdev)
{
	pci_disable_sriov(pdev);
}

static const struct pci_device_id sriov_pf_ids[] = {
	{ }
};

static struct pci_driver sriov_pf_driver = {
	.name = "sriov-pf",
	.id_table = sriov_pf_ids,
	.probe = sriov_pf_probe,
	.remove = sriov_pf_remove,
	.sriov_configure = pci_sriov_configure_simple,
};
module_pci_driver(sriov_pf_driver);

MODULE_DESCRIPTION("Host driver that enables virtual functions");
MODULE_AUTHOR("The epf-utils authors");
MODULE_LICENSE("GPL");
