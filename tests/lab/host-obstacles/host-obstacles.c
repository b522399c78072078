// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * Has what a driver wants: BAR 0 of the host's function 0000:11:00.0 or its device
 * node, as the parameter "taken" says: region, node or none; its BAR 2, of which the
 * host does not know where it is (bar); and, for itself alone, the interrupt whose
 * number the parameter "irq" is, or none where it is 0. (A module that is loaded again
 * runs into what KASAN remembers of it in User-Mode Linux; this one stays.)
 */

#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/interrupt.h>
#include <linux/ioport.h>
#include <linux/kernel.h>
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

/* These are the parameters', whose lock the kernel has. */
static struct resource *region;
static bool has_node;
static struct pci_dev *without_bar;
static unsigned int taken_irq;

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

/* Who enables the function first is refused it then, but nobody after that. */
static int take_bar(void)
{
	struct pci_dev *pdev = pci_get_domain_bus_and_slot(0, 0x11, 0);
	int ret;

	if (!pdev)
		return -ENODEV;

	ret = pci_enable_device(pdev);
	if (ret) {
		pci_dev_put(pdev);
		return ret;
	}

	pci_resource_n(pdev, 2)->flags |= IORESOURCE_UNSET;
	without_bar = pdev;
	return 0;
}

static void give_bar(void)
{
	if (!without_bar)
		return;

	pci_resource_n(without_bar, 2)->flags &= ~IORESOURCE_UNSET;
	pci_disable_device(without_bar);
	pci_dev_put(without_bar);
	without_bar = NULL;
}

static void give_all(void)
{
	give_bar();
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
	if (sysfs_streq(text, "bar"))
		return take_bar();

	return sysfs_streq(text, "none") ? 0 : -EINVAL;
}

static const struct kernel_param_ops taken_ops = {
	.set = set_taken,
};
module_param_cb(taken, &taken_ops, NULL, 0200);

static irqreturn_t ignore(int irq, void *data)
{
	return IRQ_NONE;
}

static void give_irq(void)
{
	if (taken_irq)
		free_irq(taken_irq, &taken_irq);
	taken_irq = 0;
}

static int set_irq(const char *text, const struct kernel_param *param)
{
	unsigned int irq;
	int ret;

	ret = kstrtouint(text, 0, &irq);
	if (ret)
		return ret;

	give_irq();
	if (!irq)
		return 0;

	ret = request_irq(irq, ignore, 0, KBUILD_MODNAME, &taken_irq);
	if (!ret)
		taken_irq = irq;
	return ret;
}

static const struct kernel_param_ops irq_ops = {
	.set = set_irq,
};
module_param_cb(irq, &irq_ops, NULL, 0200);

static int __init obstacles_init(void)
{
	return 0;
}
module_init(obstacles_init);

static void __exit obstacles_exit(void)
{
	give_all();
	give_irq();
}
module_exit(obstacles_exit);

MODULE_DESCRIPTION("Has what a driver wants");
MODULE_AUTHOR("The epf-utils authors");
MODULE_LICENSE("GPL");
