// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * Host driver of the extended test function, pci-epf-xtest. What a function is
 * like it says itself, in a BAR: nothing here depends on its ids.
 */

#include <linux/cleanup.h>
#include <linux/dma-mapping.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/idr.h>
#include <linux/io.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "../compat/pcitest.h"
#include "../epf-xtest/stock.h"
#include "xtest-host.h"

#define NAME "pci-endpoint-xtest"

/* Numbers of device nodes are the driver's, not a function's. */
static DEFINE_IDA(xtest_ids);

static void xtest_release_ref(struct kref *ref)
{
	struct xtest_device *xtest = container_of(ref, struct xtest_device,
						  ref);

	ida_free(&xtest_ids, xtest->id);
	mutex_destroy(&xtest->lock);
	kfree(xtest);
}

/* The node cannot go meanwhile. */
static int xtest_open(struct inode *inode, struct file *file)
{
	struct xtest_device *xtest = container_of(file->private_data,
						  struct xtest_device, misc);

	kref_get(&xtest->ref);
	file->private_data = xtest;
	return 0;
}

static int xtest_release(struct inode *inode, struct file *file)
{
	struct xtest_device *xtest = file->private_data;

	kref_put(&xtest->ref, xtest_release_ref);
	return 0;
}

static long info_ioctl(struct xtest_device *xtest, void __user *arg)
{
	struct pci_endpoint_xtest_info info = {
		.version = PCI_ENDPOINT_XTEST_VERSION,
		.function_version = xtest->ring.version,
		.caps = xtest->ring.caps,
		.depth = xtest->ring.depth,
		.max_segments = xtest->ring.max_segments,
		.register_bar = xtest->register_bar,
		.irq_type = xtest->irq_type,
		.num_vectors = xtest->num_vectors,
	};
	int bar;

	for (bar = 0; bar < PCI_ENDPOINT_XTEST_BARS; bar++)
		if (xtest->bars[bar])
			info.bar_size[bar] = pci_resource_len(xtest->pdev, bar);

	return copy_to_user(arg, &info, sizeof(info)) ? -EFAULT : 0;
}

static long run_ioctl(struct xtest_device *xtest, void __user *arg)
{
	struct pci_endpoint_xtest_run run;
	int ret;

	if (copy_from_user(&run, arg, sizeof(run)))
		return -EFAULT;

	ret = xtest_run(xtest, &run);
	if (copy_to_user(arg, &run, sizeof(run)))
		return -EFAULT;
	return ret;
}

static long map_ioctl(struct xtest_device *xtest, void __user *arg)
{
	struct pci_endpoint_xtest_map map;
	int ret;

	if (copy_from_user(&map, arg, sizeof(map)))
		return -EFAULT;

	ret = xtest_map(xtest, &map);
	if (copy_to_user(arg, &map, sizeof(map)))
		return -EFAULT;
	return ret;
}

static long ready_ioctl(struct xtest_device *xtest, unsigned int command,
			unsigned long arg)
{
	bool uses_rings = command == PCI_ENDPOINT_XTEST_RUN ||
			  command == PCI_ENDPOINT_XTEST_MAP;
	int ret;

	ret = xtest_ready(xtest);
	if (!ret)
		ret = xtest_ring_use_doorbell(xtest, uses_rings);
	if (ret)
		return ret;

	switch (command) {
	case PCI_ENDPOINT_XTEST_RUN:
		return run_ioctl(xtest, (void __user *)arg);
	case PCI_ENDPOINT_XTEST_MAP:
		return map_ioctl(xtest, (void __user *)arg);
	default:
		return xtest_stock_ioctl(xtest, command, arg);
	}
}

static long xtest_ioctl(struct file *file, unsigned int command,
			unsigned long arg)
{
	struct xtest_device *xtest = file->private_data;
	long ret;

	if (mutex_lock_interruptible(&xtest->lock))
		return -EINTR;

	if (xtest->gone)
		ret = -ENODEV;
	else if (command == PCI_ENDPOINT_XTEST_INFO)
		ret = info_ioctl(xtest, (void __user *)arg);
	else
		ret = ready_ioctl(xtest, command, arg);

	mutex_unlock(&xtest->lock);
	return ret;
}

static int xtest_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct xtest_device *xtest = file->private_data;

	if (READ_ONCE(xtest->gone))
		return -ENODEV;

	return xtest_memory_mmap(vma);
}

static const struct file_operations xtest_fops = {
	.owner = THIS_MODULE,
	.open = xtest_open,
	.release = xtest_release,
	.unlocked_ioctl = xtest_ioctl,
	.mmap = xtest_mmap,
};

/* A BAR that cannot be mapped is one that cannot be tested. */
static void map_bars(struct xtest_device *xtest)
{
	int bar;

	for (bar = 0; bar < PCI_STD_NUM_BARS; bar++)
		if (pci_resource_flags(xtest->pdev, bar) & IORESOURCE_MEM &&
		    pci_resource_len(xtest->pdev, bar))
			xtest->bars[bar] = pci_ioremap_bar(xtest->pdev, bar);
}

static void unmap_bars(struct xtest_device *xtest)
{
	int bar;

	for (bar = 0; bar < PCI_STD_NUM_BARS; bar++)
		if (xtest->bars[bar])
			iounmap(xtest->bars[bar]);
}

static struct xtest_device *xtest_create(struct pci_dev *pdev)
{
	struct xtest_device *xtest;

	xtest = kzalloc(sizeof(*xtest), GFP_KERNEL);
	if (!xtest)
		return ERR_PTR(-ENOMEM);

	xtest->id = ida_alloc(&xtest_ids, GFP_KERNEL);
	if (xtest->id < 0) {
		int ret = xtest->id;

		kfree(xtest);
		return ERR_PTR(ret);
	}

	kref_init(&xtest->ref);
	mutex_init(&xtest->lock);
	init_waitqueue_head(&xtest->wait);
	xtest->pdev = pdev;
	xtest->irq_type = PCITEST_IRQ_TYPE_UNDEFINED;
	snprintf(xtest->name, sizeof(xtest->name), NAME ".%d", xtest->id);
	xtest->misc = (struct miscdevice) {
		.minor = MISC_DYNAMIC_MINOR,
		.name = xtest->name,
		.parent = &pdev->dev,
		.fops = &xtest_fops,
	};
	return xtest;
}

static int xtest_find(struct xtest_device *xtest)
{
	int ret;

	ret = xtest_ring_init(xtest);
	if (ret)
		return ret;

	xtest->stock_caps = readl(xtest->bars[xtest->register_bar] +
				  offsetof(struct xtest_stock_registers, caps));
	/* Who does not answer this is not told to wait for our doorbell. */
	ret = xtest_ring_reset(xtest);
	if (!ret)
		ret = xtest_ring_use_doorbell(xtest, true);
	if (ret == -ETIMEDOUT)
		pci_err(xtest->pdev, "the endpoint does not empty the rings\n");
	return ret;
}

static int xtest_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct xtest_device *xtest;
	int ret;

	xtest = xtest_create(pdev);
	if (IS_ERR(xtest))
		return PTR_ERR(xtest);

	ret = dma_set_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(64));
	if (ret)
		ret = dma_set_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(32));
	if (ret)
		goto put;
	dma_set_max_seg_size(&pdev->dev, UINT_MAX);

	ret = pci_enable_device(pdev);
	if (ret)
		goto put;

	ret = pci_request_regions(pdev, NAME);
	if (ret)
		goto disable;

	map_bars(xtest);
	/* What it did for a driver before us is over when this is. */
	ret = xtest_find(xtest);
	if (ret)
		goto unmap;

	pci_set_master(pdev);
	pci_set_drvdata(pdev, xtest);
	ret = misc_register(&xtest->misc);
	if (ret)
		goto release_ring;

	return 0;

release_ring:
	xtest->gone = true;
	xtest_ring_release(xtest);
	pci_clear_master(pdev);
unmap:
	unmap_bars(xtest);
	pci_release_regions(pdev);
disable:
	pci_disable_device(pdev);
put:
	kref_put(&xtest->ref, xtest_release_ref);
	return ret;
}

static void xtest_remove(struct pci_dev *pdev)
{
	struct xtest_device *xtest = pci_get_drvdata(pdev);

	misc_deregister(&xtest->misc);
	WRITE_ONCE(xtest->gone, true);
	wake_up_all(&xtest->wait);

	/* Who has an open file is past the function when this is ours. */
	mutex_lock(&xtest->lock);
	xtest_ring_release(xtest);
	xtest_clear_irqs(xtest);
	pci_clear_master(pdev);
	unmap_bars(xtest);
	mutex_unlock(&xtest->lock);

	pci_release_regions(pdev);
	pci_disable_device(pdev);
	kref_put(&xtest->ref, xtest_release_ref);
}

/*
 * No vendor has an id for this function. This one is of a range for experiments
 * without registration (QEMU, docs/specs/pci-ids.rst); for any other there are
 * driver_override and new_id.
 */
static const struct pci_device_id xtest_id_table[] = {
	{ PCI_DEVICE(PCI_VENDOR_ID_REDHAT_QUMRANET, 0x10f0) },
	{ }
};
MODULE_DEVICE_TABLE(pci, xtest_id_table);

static struct pci_driver xtest_driver = {
	.name = NAME,
	.id_table = xtest_id_table,
	.probe = xtest_probe,
	.remove = xtest_remove,
};
module_pci_driver(xtest_driver);

MODULE_DESCRIPTION("PCI endpoint extended test: host driver");
MODULE_LICENSE("GPL");
