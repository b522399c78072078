// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * Has what a host driver of function 0000:11:00.0 wants: its BAR 0 or its device
 * node, as the parameter "taken" says: region, node or none. (A module that is
 * loaded again runs into what KASAN remembers of it in User-Mode Linux; this one
 * stays.)
 */

#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/ioport.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/string.h>

static const struct file_operations fops = {
	.owner = THIS_MODULE,
};

static struct miscdevice node = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "pci-endpoint-xtest.0",
	.fops = &fops,
};

/* Both are the parameter's, whose lock the kernel has. */
static struct resource *region;
static bool has_node;

static int take_region(void)
{
	struct pci_dev *pdev = pci_get_domain_bus_and_slot(0, 0x11, 0);

	if (!pdev)
		return -ENODEV;

	region = request_mem_region(pci_resource_start(pdev, 0),
				    pci_resource_len(pdev, 0), KBUILD_MODNAME);
	pci_dev_put(pdev);
	return region ? 0 : -EBUSY;
}

static int take_node(void)
{
	int ret = misc_register(&node);

	has_node = !ret;
	return ret;
}

static void give_all(void)
{
	if (region)
		release_mem_region(region->start, resource_size(region));
	region = NULL;
	if (has_node)
		misc_deregister(&node);
	has_node = false;
}

static int set_taken(const char *text, const struct kernel_param *param)
{
	give_all();
	if (sysfs_streq(text, "region"))
		return take_region();
	if (sysfs_streq(text, "node"))
		return take_node();

	return sysfs_streq(text, "none") ? 0 : -EINVAL;
}

static const struct kernel_param_ops taken_ops = {
	.set = set_taken,
};
module_param_cb(taken, &taken_ops, NULL, 0200);

static int __init obstacles_init(void)
{
	return 0;
}
module_init(obstacles_init);

static void __exit obstacles_exit(void)
{
	give_all();
}
module_exit(obstacles_exit);

MODULE_DESCRIPTION("Has what a host driver wants");
MODULE_AUTHOR("The epf-utils authors");
MODULE_LICENSE("GPL");
