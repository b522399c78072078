// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * /dev/host-window: the BARs of function 0000:11:00.0 as the host sees them, for a
 * program to read and write, whatever driver the function has. BAR n begins at
 * n << 32; what is read or written is one word of 32 bits.
 */

#include <linux/err.h>
#include <linux/fs.h>
#include <linux/io.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

/* What an open file has; the function may be gone meanwhile. */
struct window {
	struct pci_dev *pdev;
	void __iomem *bars[PCI_STD_NUM_BARS];
	resource_size_t sizes[PCI_STD_NUM_BARS];
};

static void window_free(struct window *window)
{
	unsigned int bar;

	for (bar = 0; bar < PCI_STD_NUM_BARS; bar++)
		if (window->bars[bar])
			iounmap(window->bars[bar]);
	if (window->pdev)
		pci_disable_device(window->pdev);
	pci_dev_put(window->pdev);
	kfree(window);
}

static int window_find(struct window *window)
{
	struct pci_dev *pdev = pci_get_domain_bus_and_slot(0, 0x11, 0);
	unsigned int bar;
	int ret;

	if (!pdev)
		return -ENODEV;

	ret = pci_enable_device_mem(pdev);
	if (ret) {
		pci_dev_put(pdev);
		return ret;
	}

	window->pdev = pdev;
	for (bar = 0; bar < PCI_STD_NUM_BARS; bar++) {
		if (!(pci_resource_flags(pdev, bar) & IORESOURCE_MEM) ||
		    !pci_resource_len(pdev, bar))
			continue;
		window->sizes[bar] = pci_resource_len(pdev, bar);
		window->bars[bar] = ioremap(pci_resource_start(pdev, bar),
					    window->sizes[bar]);
		if (!window->bars[bar])
			return -ENOMEM;
	}

	return 0;
}

static int window_open(struct inode *inode, struct file *file)
{
	struct window *window;
	int ret;

	window = kzalloc(sizeof(*window), GFP_KERNEL);
	if (!window)
		return -ENOMEM;

	ret = window_find(window);
	if (ret) {
		window_free(window);
		return ret;
	}

	file->private_data = window;
	return 0;
}

static int window_release(struct inode *inode, struct file *file)
{
	window_free(file->private_data);
	return 0;
}

static void __iomem *window_at(const struct window *window, size_t count,
			       loff_t pos)
{
	u32 offset = lower_32_bits(pos);
	u32 bar = upper_32_bits(pos);

	if (count != sizeof(u32) || bar >= PCI_STD_NUM_BARS ||
	    !window->bars[bar] || offset % sizeof(u32) ||
	    offset >= window->sizes[bar])
		return NULL;

	return window->bars[bar] + offset;
}

static ssize_t window_read(struct file *file, char __user *to, size_t count,
			   loff_t *pos)
{
	void __iomem *from = window_at(file->private_data, count, *pos);
	u32 value;

	if (!from)
		return -EINVAL;

	value = readl(from);
	return copy_to_user(to, &value, sizeof(value)) ? -EFAULT : count;
}

static ssize_t window_write(struct file *file, const char __user *from,
			    size_t count, loff_t *pos)
{
	void __iomem *to = window_at(file->private_data, count, *pos);
	u32 value;

	if (!to)
		return -EINVAL;
	if (copy_from_user(&value, from, sizeof(value)))
		return -EFAULT;

	writel(value, to);
	return count;
}

static const struct file_operations window_fops = {
	.owner = THIS_MODULE,
	.open = window_open,
	.release = window_release,
	.read = window_read,
	.write = window_write,
	.llseek = default_llseek,
};

static struct miscdevice window_node = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "host-window",
	.fops = &window_fops,
};
module_misc_device(window_node);

MODULE_DESCRIPTION("The BARs of a function, for a program");
MODULE_LICENSE("GPL");
