// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * Host driver of virtio devices behind an endpoint, pci-epf-virtio. It makes a
 * virtio device of the function, and any virtio driver then binds to that. What
 * a function is like it says itself, in a BAR: see
 * docs/epf-virtio-transport.md.
 */

#include <linux/atomic.h>
#include <linux/cleanup.h>
#include <linux/dma-mapping.h>
#include <linux/errno.h>
#include <linux/io-64-nonatomic-lo-hi.h>
#include <linux/module.h>
#include <linux/pci_ids.h>
#include <linux/slab.h>
#include <linux/sysfs.h>
#include <linux/wait_bit.h>
#include <linux/virtio_config.h>
#include <linux/virtio_ids.h>
#include <linux/virtio_ring.h>

#include "virtio-epf.h"

#define NAME "virtio_epf"

/* As many as a split ring may have; the format has no more. */
#define MAX_QUEUE_SIZE	32768
#define MAX_QUEUES	1024

static bool push = true;
module_param(push, bool, 0444);
MODULE_PARM_DESC(push, "write descriptors to the endpoint, which else reads them (default: on)");

/* Is there a piece of a BAR, aligned? */
static bool bar_has(resource_size_t bar_size, u64 offset, u64 size,
		    unsigned int align)
{
	return size <= bar_size && offset <= bar_size - size &&
	       IS_ALIGNED(offset, align);
}

static bool is_discovery(const struct epf_virtio_discovery *discovery)
{
	return le32_to_cpu(discovery->magic) == EPF_VIRTIO_MAGIC;
}

static int read_discovery(struct pci_dev *pdev, int bar,
			  struct epf_virtio_discovery *discovery)
{
	void __iomem *registers;

	if (!(pci_resource_flags(pdev, bar) & IORESOURCE_MEM) ||
	    pci_resource_len(pdev, bar) < sizeof(*discovery))
		return -ENODEV;

	registers = pci_iomap(pdev, bar, sizeof(*discovery));
	if (!registers)
		return -ENOMEM;

	/* The magic number is written last. */
	discovery->magic = cpu_to_le32(readl(registers));
	if (is_discovery(discovery))
		memcpy_fromio(discovery, registers, sizeof(*discovery));
	pci_iounmap(pdev, registers);
	return is_discovery(discovery) ? 0 : -ENODEV;
}

static int find_discovery(struct pci_dev *pdev,
			  struct epf_virtio_discovery *discovery)
{
	int bar;

	for (bar = 0; bar < PCI_STD_NUM_BARS; bar++)
		if (!read_discovery(pdev, bar, discovery))
			return bar;

	pci_err(pdev, "no BAR says what it is: is the endpoint set up?\n");
	return -ENODEV;
}

static int init_queue(struct virtio_epf *epf, unsigned int index,
		      const struct epf_virtio_discovery *discovery)
{
	struct virtio_epf_queue *queue = &epf->queues[index];
	u32 offset = le32_to_cpu(discovery->queues_offset) +
		     index * le16_to_cpu(discovery->queue_stride);
	struct epf_virtio_queue_info info;
	unsigned int size;
	u32 shadow;

	memcpy_fromio(&info, epf->bar + offset, sizeof(info));
	size = le16_to_cpu(info.max_size);
	shadow = le32_to_cpu(info.shadow_offset);
	if (!is_power_of_2(size) || size > MAX_QUEUE_SIZE)
		return -EINVAL;
	if (epf->push &&
	    !bar_has(epf->bar_size, shadow,
		     size * sizeof(struct vring_desc) +
		     offsetof(struct vring_avail, ring[size]),
		     sizeof(struct vring_desc)))
		return -EINVAL;

	spin_lock_init(&queue->lock);
	queue->max_size = size;
	queue->notify = epf->bar + le32_to_cpu(discovery->notify_offset) +
			index * sizeof(__le32);
	queue->shadow_desc = epf->bar + shadow;
	queue->shadow_avail = queue->shadow_desc +
			      size * sizeof(struct vring_desc);
	return 0;
}

static int init_queues(struct virtio_epf *epf,
		       const struct epf_virtio_discovery *discovery)
{
	unsigned int stride = le16_to_cpu(discovery->queue_stride);
	unsigned int i;
	int ret;

	epf->num_queues = le16_to_cpu(discovery->num_queues);
	if (!epf->num_queues || epf->num_queues > MAX_QUEUES ||
	    stride < sizeof(struct epf_virtio_queue_info) ||
	    !bar_has(epf->bar_size, le32_to_cpu(discovery->queues_offset),
		     epf->num_queues * stride, 4) ||
	    !bar_has(epf->bar_size, le32_to_cpu(discovery->notify_offset),
		     epf->num_queues * sizeof(__le32), 4))
		return -EINVAL;

	epf->queues = devm_kcalloc(&epf->pdev->dev, epf->num_queues,
				   sizeof(*epf->queues), GFP_KERNEL);
	if (!epf->queues)
		return -ENOMEM;

	for (i = 0; i < epf->num_queues; i++) {
		ret = init_queue(epf, i, discovery);
		if (ret)
			return ret;
	}

	return 0;
}

static int init_doorbell(struct virtio_epf *epf, int register_bar,
			 const struct epf_virtio_discovery *discovery)
{
	unsigned int bar = discovery->doorbell_bar;
	u32 offset = le32_to_cpu(discovery->doorbell_offset);

	if (!(le32_to_cpu(discovery->transport_features) &
	      EPF_VIRTIO_F_DOORBELL))
		return 0;

	if (bar >= PCI_STD_NUM_BARS ||
	    !(pci_resource_flags(epf->pdev, bar) & IORESOURCE_MEM) ||
	    !bar_has(pci_resource_len(epf->pdev, bar), offset, 4, 4))
		return -EINVAL;

	epf->doorbell_data = le32_to_cpu(discovery->doorbell_data);
	if (bar == register_bar) {
		epf->doorbell = epf->bar + offset;
		return 0;
	}

	epf->doorbell_bar = pci_iomap(epf->pdev, bar, 0);
	if (!epf->doorbell_bar)
		return -ENOMEM;

	epf->doorbell = epf->doorbell_bar + offset;
	return 0;
}

static int init_device(struct virtio_epf *epf, int register_bar,
		       const struct epf_virtio_discovery *discovery)
{
	u32 control = le32_to_cpu(discovery->control_offset);
	u32 config = le32_to_cpu(discovery->config_offset);
	u32 transport = le32_to_cpu(discovery->transport_features);

	if (le16_to_cpu(discovery->version) != EPF_VIRTIO_VERSION ||
	    le16_to_cpu(discovery->length) < sizeof(*discovery)) {
		pci_err(epf->pdev, "transport version %u, this driver knows %u\n",
			le16_to_cpu(discovery->version), EPF_VIRTIO_VERSION);
		return -EPROTONOSUPPORT;
	}

	epf->config_size = le16_to_cpu(discovery->config_size);
	/* 0 would be for ever. */
	epf->timeout_ms = le16_to_cpu(discovery->timeout_ms) ?: 1;
	if (!bar_has(epf->bar_size, control,
		     sizeof(struct epf_virtio_control), 8) ||
	    !bar_has(epf->bar_size, config, epf->config_size, 8))
		return -EINVAL;

	epf->control = epf->bar + control;
	epf->config = epf->bar + config;
	virtio_epf_meet(epf);
	epf->device_features = le64_to_cpu(discovery->device_features);
	epf->push = push && transport & EPF_VIRTIO_F_PUSH;
	epf->vdev.id.device = le32_to_cpu(discovery->device_id);
	epf->vdev.id.vendor = le32_to_cpu(discovery->vendor_id);
	return init_doorbell(epf, register_bar, discovery) ?:
	       init_queues(epf, discovery);
}

/*
 * Devices that somebody holds on to, as long as a disk is open, say. The module has
 * to stay for them, and there is one of it: static.
 */
static atomic_t held = ATOMIC_INIT(0);

/* The virtio core's, which drivers may hold on to. */
static void release_vdev(struct device *dev)
{
	kfree(to_virtio_epf(dev_to_virtio(dev)));
	if (atomic_dec_and_test(&held))
		wake_up_var(&held);
}

static int enable_pci(struct pci_dev *pdev)
{
	int ret;

	ret = dma_set_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(64));
	if (ret)
		ret = dma_set_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(32));
	if (ret)
		return ret;
	dma_set_max_seg_size(&pdev->dev, UINT_MAX);

	ret = pci_enable_device(pdev);
	if (ret)
		return ret;

	ret = pci_request_regions(pdev, NAME);
	if (ret)
		pci_disable_device(pdev);
	return ret;
}

static void disable_pci(struct pci_dev *pdev)
{
	pci_clear_master(pdev);
	pci_release_regions(pdev);
	pci_disable_device(pdev);
}

static void unmap(struct virtio_epf *epf)
{
	if (epf->doorbell_bar)
		pci_iounmap(epf->pdev, epf->doorbell_bar);
	pci_iounmap(epf->pdev, epf->bar);
}

static int map(struct virtio_epf *epf)
{
	struct epf_virtio_discovery discovery;
	int bar, ret;

	bar = find_discovery(epf->pdev, &discovery);
	if (bar < 0)
		return bar;

	epf->bar_size = pci_resource_len(epf->pdev, bar);
	epf->bar = pci_iomap(epf->pdev, bar, 0);
	if (!epf->bar)
		return -ENOMEM;

	ret = init_device(epf, bar, &discovery);
	if (ret == -EINVAL)
		pci_err(epf->pdev, "BAR%d: what it says does not fit into it\n",
			bar);
	if (ret)
		unmap(epf);
	return ret;
}

static const struct virtio_epf_request reset_request = {
	.command = EPF_VIRTIO_SET_STATUS,
};

static int virtio_epf_probe(struct pci_dev *pdev,
			    const struct pci_device_id *id)
{
	struct virtio_epf *epf;
	int ret;

	epf = kzalloc(sizeof(*epf), GFP_KERNEL);
	if (!epf)
		return -ENOMEM;

	epf->pdev = pdev;
	epf->vdev.dev.parent = &pdev->dev;
	epf->vdev.dev.release = release_vdev;
	epf->vdev.config = &virtio_epf_config_ops;
	mutex_init(&epf->control_lock);
	virtio_epf_init_irqs(epf);
	virtio_epf_init_loss(epf);

	ret = enable_pci(pdev);
	if (ret)
		goto free;

	ret = map(epf);
	if (ret)
		goto disable;

	pci_set_master(pdev);
	/* What it did for a driver before us is over when this is. */
	ret = virtio_epf_request(epf, &reset_request);
	if (ret)
		goto unmap;

	pci_set_drvdata(pdev, epf);
	atomic_inc(&held);
	WRITE_ONCE(epf->hurry, true);
	ret = register_virtio_device(&epf->vdev);
	WRITE_ONCE(epf->hurry, false);
	if (ret)
		goto put;

	return 0;

put:
	virtio_epf_forget_loss(epf);
	unmap(epf);
	disable_pci(pdev);
	put_device(&epf->vdev.dev);
	return ret;
unmap:
	unmap(epf);
disable:
	disable_pci(pdev);
free:
	kfree(epf);
	return ret;
}

static void virtio_epf_remove(struct pci_dev *pdev)
{
	struct virtio_epf *epf = pci_get_drvdata(pdev);
	struct device *dev = get_device(&epf->vdev.dev);

	if (!pci_device_is_present(pdev)) {
		guard(mutex)(&epf->control_lock);
		virtio_epf_give_up(epf);
	}

	WRITE_ONCE(epf->hurry, true);
	unregister_virtio_device(&epf->vdev);
	/* It does not remember us. */
	virtio_epf_request(epf, &reset_request);
	virtio_epf_forget_loss(epf);
	unmap(epf);
	disable_pci(pdev);
	put_device(dev);
}

/* The virtio driver lets go before, and takes the device as a new one after. */
static void virtio_epf_reset_prepare(struct pci_dev *pdev)
{
	struct virtio_epf *epf = pci_get_drvdata(pdev);

	WRITE_ONCE(epf->hurry, true);
	device_release_driver(&epf->vdev.dev);
	virtio_epf_request(epf, &reset_request);
}

static void virtio_epf_reset_done(struct pci_dev *pdev)
{
	struct virtio_epf *epf = pci_get_drvdata(pdev);

	virtio_epf_meet(epf);
	pci_set_master(pdev);
	if (virtio_epf_request(epf, &reset_request))
		return;

	virtio_add_status(&epf->vdev, VIRTIO_CONFIG_S_ACKNOWLEDGE);
	if (device_attach(&epf->vdev.dev) < 0)
		dev_err(&epf->vdev.dev, "no driver takes it after a reset\n");
	WRITE_ONCE(epf->hurry, false);
}

static ssize_t dropped_show(struct device *dev, struct device_attribute *attr,
			    char *buf)
{
	struct virtio_epf *epf = dev_get_drvdata(dev);

	return sysfs_emit(buf, "%lld\n", (s64)atomic64_read(&epf->dropped));
}

static DEVICE_ATTR_RO(dropped);

static struct attribute *virtio_epf_attrs[] = {
	&dev_attr_dropped.attr,
	NULL,
};

/* Of other devices, nothing is. */
static umode_t attr_is_visible(struct kobject *kobj, struct attribute *attr, int i)
{
	struct virtio_epf *epf = dev_get_drvdata(kobj_to_dev(kobj));

	return epf->vdev.id.device == VIRTIO_ID_CONSOLE ? attr->mode : 0;
}

static const struct attribute_group virtio_epf_group = {
	.attrs = virtio_epf_attrs,
	.is_visible = attr_is_visible,
};

static const struct attribute_group *virtio_epf_groups[] = {
	&virtio_epf_group,
	NULL,
};

static const struct pci_error_handlers virtio_epf_error_handlers = {
	.reset_prepare = virtio_epf_reset_prepare,
	.reset_done = virtio_epf_reset_done,
};

/*
 * All types of devices have the same id: the type is in the BAR. No vendor has
 * an id for this; this one is of a range for experiments without registration
 * (QEMU, docs/specs/pci-ids.rst). For any other there are driver_override and
 * new_id.
 */
static const struct pci_device_id virtio_epf_ids[] = {
	{ PCI_DEVICE(PCI_VENDOR_ID_REDHAT_QUMRANET, 0x10f1) },
	{ }
};
MODULE_DEVICE_TABLE(pci, virtio_epf_ids);

static struct pci_driver virtio_epf_driver = {
	.name = NAME,
	.id_table = virtio_epf_ids,
	.probe = virtio_epf_probe,
	.remove = virtio_epf_remove,
	.dev_groups = virtio_epf_groups,
	.err_handler = &virtio_epf_error_handlers,
};

static int __init virtio_epf_init(void)
{
	return pci_register_driver(&virtio_epf_driver);
}
module_init(virtio_epf_init);

static void __exit virtio_epf_exit(void)
{
	pci_unregister_driver(&virtio_epf_driver);
	wait_var_event(&held, !atomic_read(&held));
}
module_exit(virtio_epf_exit);

MODULE_DESCRIPTION("Virtio over PCI endpoint: host driver");
MODULE_LICENSE("GPL");
