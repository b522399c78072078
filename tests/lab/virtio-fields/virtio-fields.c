// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * For tests: reads the capacity of a virtio disk as a driver does, by halves, and
 * stops between them. What is written to the parameter "read" is "begin", which
 * reads the generation of the configuration and the lower half, then "end", which
 * reads the upper half and the generation; and "halves", "generations" and "whole"
 * say what was read, the last by the virtio core at the end.
 */

#include <linux/device.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/string.h>
#include <linux/virtio.h>
#include <linux/virtio_config.h>
#include <uapi/linux/virtio_blk.h>

static unsigned int halves[2];
module_param_array(halves, uint, NULL, 0444);
static unsigned int generations[2];
module_param_array(generations, uint, NULL, 0444);
static unsigned long long whole;
module_param(whole, ullong, 0444);

static void read_half(struct virtio_device *vdev, unsigned int i)
{
	__le32 half;

	vdev->config->get(vdev, offsetof(struct virtio_blk_config, capacity) +
			  i * sizeof(half), &half, sizeof(half));
	halves[i] = le32_to_cpu(half);
}

static int read_set(const char *value, const struct kernel_param *param)
{
	struct pci_dev *pdev = pci_get_domain_bus_and_slot(0, 0x11, 0);
	struct virtio_device *vdev;
	struct device *dev = NULL;
	u64 capacity;

	if (pdev)
		dev = device_find_any_child(&pdev->dev);
	pci_dev_put(pdev);
	if (!dev)
		return -ENODEV;

	vdev = dev_to_virtio(dev);
	if (sysfs_streq(value, "begin")) {
		generations[0] = vdev->config->generation(vdev);
		read_half(vdev, 0);
	} else {
		read_half(vdev, 1);
		generations[1] = vdev->config->generation(vdev);
		virtio_cread_le(vdev, struct virtio_blk_config, capacity, &capacity);
		whole = capacity;
	}
	put_device(dev);
	return 0;
}

static const struct kernel_param_ops read_ops = { .set = read_set };
module_param_cb(read, &read_ops, NULL, 0200);

MODULE_DESCRIPTION("Fields of a virtio disk's configuration, one by one");
MODULE_LICENSE("GPL");
