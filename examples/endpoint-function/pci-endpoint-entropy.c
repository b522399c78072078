// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * The host's side: /dev/entropy-ADDRESS, which gives the endpoint's random
 * bytes to whoever reads it.
 */

#include <linux/cleanup.h>
#include <linux/dma-mapping.h>
#include <linux/fs.h>
#include <linux/interrupt.h>
#include <linux/io-64-nonatomic-lo-hi.h>
#include <linux/kref.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/wait.h>

#include "entropy.h"

static bool pull;
module_param(pull, bool, 0644);
MODULE_PARM_DESC(pull, "read answers from the BAR of devices bound from now on");

struct entropy {
	struct kref ref;		/* the driver's, and each open file's */
	struct pci_dev *pdev;
	struct miscdevice misc;
	struct entropy_bar __iomem *bar;
	struct entropy_answer *answer;
	bool pull;
	wait_queue_head_t wait;
	bool gone;

	/* One request at a time; after it was held with gone set, none. */
	struct mutex lock;
	u32 request;
};

static void entropy_release(struct kref *ref)
{
	struct entropy *entropy = container_of(ref, struct entropy, ref);

	mutex_destroy(&entropy->lock);
	kfree(entropy);
}

static void entropy_put(void *data)
{
	struct entropy *entropy = data;

	kref_put(&entropy->ref, entropy_release);
}

static irqreturn_t entropy_interrupt(int irq, void *data)
{
	struct entropy *entropy = data;

	wake_up(&entropy->wait);
	return IRQ_HANDLED;
}

/* Has the answer come? In the BAR, that is a read across the link. */
static bool entropy_answered(struct entropy *entropy)
{
	__le32 number;

	if (entropy->pull)
		return readl(&entropy->bar->answer.request) == entropy->request;

	number = READ_ONCE(entropy->answer->request);
	dma_rmb();
	return le32_to_cpu(number) == entropy->request;
}

/* An answer of the endpoint into entropy->answer, or -ENODEV, -ETIMEDOUT. */
static int entropy_request(struct entropy *entropy)
{
	long left;

	writel(++entropy->request, &entropy->bar->request);
	left = wait_event_interruptible_timeout(entropy->wait,
						READ_ONCE(entropy->gone) ||
						entropy_answered(entropy),
						HZ);
	if (left < 0)
		return left;
	if (READ_ONCE(entropy->gone))
		return -ENODEV;
	if (!left)
		return -ETIMEDOUT;

	if (entropy->pull)
		memcpy_fromio(entropy->answer->data, entropy->bar->answer.data,
			      sizeof(entropy->answer->data));
	return 0;
}

static ssize_t entropy_read(struct file *file, char __user *to, size_t size,
			    loff_t *position)
{
	struct entropy *entropy = file->private_data;
	int ret;

	size = min(size, ENTROPY_BYTES);
	if (!size)
		return 0;

	if (mutex_lock_interruptible(&entropy->lock))
		return -ERESTARTSYS;

	ret = entropy->gone ? -ENODEV : entropy_request(entropy);
	if (!ret) {
		if (copy_to_user(to, entropy->answer->data, size))
			ret = -EFAULT;
		/* Nobody gets the same bytes again. */
		memzero_explicit(entropy->answer->data, ENTROPY_BYTES);
	}
	mutex_unlock(&entropy->lock);

	return ret ?: size;
}

static int entropy_open(struct inode *inode, struct file *file)
{
	struct entropy *entropy = container_of(file->private_data,
					       struct entropy, misc);

	kref_get(&entropy->ref);
	file->private_data = entropy;
	return nonseekable_open(inode, file);
}

static int entropy_close(struct inode *inode, struct file *file)
{
	entropy_put(file->private_data);
	return 0;
}

static const struct file_operations entropy_fops = {
	.owner = THIS_MODULE,
	.open = entropy_open,
	.read = entropy_read,
	.release = entropy_close,
};

/* Which BAR the function could have depends on its controller. */
static int entropy_find_bar(struct entropy *entropy)
{
	struct pci_dev *pdev = entropy->pdev;
	struct entropy_bar __iomem *bar;
	int i;

	for (i = 0; i < PCI_STD_NUM_BARS; i++) {
		if (!(pci_resource_flags(pdev, i) & IORESOURCE_MEM) ||
		    pci_resource_len(pdev, i) < sizeof(*bar))
			continue;
		bar = pcim_iomap_region(pdev, i, KBUILD_MODNAME);
		if (IS_ERR(bar))
			return PTR_ERR(bar);
		if (readl(&bar->magic) == ENTROPY_MAGIC) {
			entropy->bar = bar;
			return 0;
		}
	}

	return dev_err_probe(&pdev->dev, -ENODEV, "no BAR with our magic\n");
}

static int entropy_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct device *dev = &pdev->dev;
	struct entropy *entropy;
	dma_addr_t address;
	int ret;

	entropy = kzalloc(sizeof(*entropy), GFP_KERNEL);
	if (!entropy)
		return -ENOMEM;

	kref_init(&entropy->ref);
	mutex_init(&entropy->lock);
	init_waitqueue_head(&entropy->wait);
	entropy->pdev = pdev;
	entropy->pull = pull;
	pci_set_drvdata(pdev, entropy);
	ret = devm_add_action_or_reset(dev, entropy_put, entropy);
	if (ret)
		return ret;

	ret = pcim_enable_device(pdev);
	if (ret)
		return ret;
	ret = entropy_find_bar(entropy);
	if (ret)
		return ret;

	ret = dma_set_mask_and_coherent(dev, DMA_BIT_MASK(64));
	if (ret)
		return ret;
	entropy->answer = dmam_alloc_coherent(dev, sizeof(*entropy->answer),
					      &address, GFP_KERNEL);
	if (!entropy->answer)
		return -ENOMEM;

	ret = pci_alloc_irq_vectors(pdev, 1, 1, PCI_IRQ_MSI);
	if (ret < 0)
		return dev_err_probe(dev, ret, "no MSI\n");
	ret = devm_request_irq(dev, pci_irq_vector(pdev, 0), entropy_interrupt,
			       0, KBUILD_MODNAME, entropy);
	if (ret)
		return ret;

	/* Forget the buffer of the driver before; go on with its numbers. */
	writeq(entropy->pull ? 0 : address, &entropy->bar->address);
	entropy->request = readl(&entropy->bar->request);
	pci_set_master(pdev);

	entropy->misc.minor = MISC_DYNAMIC_MINOR;
	entropy->misc.fops = &entropy_fops;
	entropy->misc.parent = dev;
	entropy->misc.name = devm_kasprintf(dev, GFP_KERNEL, "entropy-%s",
					    pci_name(pdev));
	if (!entropy->misc.name)
		return -ENOMEM;

	ret = misc_register(&entropy->misc);
	if (ret)
		pci_clear_master(pdev);
	return ret;
}

static void entropy_remove(struct pci_dev *pdev)
{
	struct entropy *entropy = pci_get_drvdata(pdev);

	misc_deregister(&entropy->misc);

	/* The last answer is waited for, unless the device cannot give it. */
	if (!pci_device_is_present(pdev)) {
		WRITE_ONCE(entropy->gone, true);
		wake_up(&entropy->wait);
	}
	scoped_guard(mutex, &entropy->lock)
		WRITE_ONCE(entropy->gone, true);

	/* Nothing may be written to the buffer once it is somebody else's. */
	pci_clear_master(pdev);
}

static const struct pci_device_id entropy_ids[] = {
	{ PCI_DEVICE(ENTROPY_VENDOR, ENTROPY_DEVICE) },
	{ }
};
MODULE_DEVICE_TABLE(pci, entropy_ids);

static struct pci_driver entropy_driver = {
	.name = KBUILD_MODNAME,
	.id_table = entropy_ids,
	.probe = entropy_probe,
	.remove = entropy_remove,
};
module_pci_driver(entropy_driver);

MODULE_DESCRIPTION("Host driver for the endpoint function pci_epf_entropy");
MODULE_AUTHOR("The epf-utils authors");
MODULE_LICENSE("GPL");
