// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * Backend that is a disk: a file or a block device of the endpoint.
 */

#include <linux/blkdev.h>
#include <linux/cleanup.h>
#include <linux/errno.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/pci_ids.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "blk.h"

/* Header and status take a descriptor each, and there is data. */
#define MIN_QUEUE_SIZE	4

/* What follows is of features that are not offered; BARs may be small. */
#define CONFIG_SIZE	offsetof(struct virtio_blk_config,	\
				 max_secure_erase_sectors)

static unsigned int queue_size_of(const struct epf_virtio_device *device)
{
	return device->settings.queue_size;
}

static int fill_config(struct epf_virtio_device *device, u64 *features)
{
	struct virtio_blk_config *config = device->config;
	struct blk *blk = device->priv;
	int ret;

	memset(config, 0, CONFIG_SIZE);
	ret = blk_store_describe(&blk->store, config, features);
	if (ret)
		return ret;

	config->capacity = to_virtio64(blk_store_size(&blk->store) >>
				       SECTOR_SHIFT);
	config->size_max = to_virtio32(BLK_MAX_SEGMENT_SIZE);
	config->seg_max = to_virtio32(min(queue_size_of(device) - 2,
					  BLK_MAX_SEGMENTS));
	config->wce = 1;
	config->num_queues = to_virtio16(blk->num_queues);
	config->max_discard_sectors = to_virtio32(BLK_MAX_RANGE_SECTORS);
	config->max_discard_seg = to_virtio32(BLK_MAX_RANGES);
	config->max_write_zeroes_seg = to_virtio32(BLK_MAX_RANGES);
	config->write_zeroes_may_unmap = 1;
	return 0;
}

/**
 * blk_refresh() - tell the host anew how large the disk is
 * @device: the device, bound
 *
 * Context: may sleep.
 */
void blk_refresh(struct epf_virtio_device *device)
{
	struct virtio_blk_config *config = device->config;
	struct blk *blk = device->priv;

	epf_virtio_config_begin(device);
	config->capacity = to_virtio64(blk_store_size(&blk->store) >>
				       SECTOR_SHIFT);
	epf_virtio_config_end(device);
}

/**
 * blk_writes_through() - is what is written to survive from its completion on?
 * @device: the device, started
 *
 * Context: any.
 * Return: whether it is; else from the next flush on.
 */
bool blk_writes_through(struct epf_virtio_device *device)
{
	const struct virtio_blk_config *config = device->config;

	if (!epf_virtio_has_feature(device, VIRTIO_BLK_F_FLUSH))
		return true;

	return epf_virtio_has_feature(device, VIRTIO_BLK_F_CONFIG_WCE) &&
	       !READ_ONCE(config->wce);
}

/* Nothing but the cache's mode is the host's, and that until it resets. */
static void put_back(struct epf_virtio_device *device, u8 wce)
{
	struct virtio_blk_config *config = device->config;
	u64 features;

	epf_virtio_config_begin(device);
	/* What cannot be told now was the same at bind. */
	if (!fill_config(device, &features))
		config->wce = wce;
	epf_virtio_config_end(device);
}

static void blk_config_written(struct epf_virtio_device *device,
			       unsigned int offset, unsigned int len)
{
	const struct virtio_blk_config *config = device->config;

	if (offset != offsetof(struct virtio_blk_config, wce) || len != 1)
		put_back(device, config->wce);
}

static void blk_stop(struct epf_virtio_device *device)
{
	const struct virtio_blk_config *config = device->config;

	if (!config->wce)
		put_back(device, 1);
}

static int open_store(struct epf_virtio_device *device)
{
	struct blk *blk = device->priv;
	int ret;

	ret = blk_store_open(&blk->store, blk->path, blk->read_only,
			     blk->direct);
	if (ret)
		dev_err(&device->epf->dev,
			"backend/path \"%s\": cannot be opened to %s: error %d\n",
			blk->path, blk->read_only ? "read" : "read and write",
			ret);
	return ret;
}

static int blk_bind(struct epf_virtio_device *device)
{
	struct virtio_blk_config *config = device->config;
	u64 features = device->device_features;
	struct blk *blk = device->priv;
	int ret;

	if (queue_size_of(device) < MIN_QUEUE_SIZE) {
		dev_err(&device->epf->dev, "queue_size is less than %u\n",
			MIN_QUEUE_SIZE);
		return -EINVAL;
	}

	guard(mutex)(&device->settings_lock);
	ret = open_store(device);
	if (ret)
		return ret;

	ret = fill_config(device, &features);
	if (ret)
		goto close;

	blk->workqueue = alloc_workqueue("%s", WQ_UNBOUND, 0,
					 dev_name(&device->epf->dev));
	if (!blk->workqueue) {
		ret = -ENOMEM;
		goto close;
	}

	blk->block_size = from_virtio32(config->blk_size);
	blk->max_zero_sectors = from_virtio32(config->max_write_zeroes_sectors);
	atomic_set(&blk->held, 0);
	if (blk->read_only)
		features |= BIT_ULL(VIRTIO_BLK_F_RO);
	if (blk->num_queues > 1)
		features |= BIT_ULL(VIRTIO_BLK_F_MQ);
	device->device_features = features;
	device->num_queues = blk->num_queues;
	return 0;

close:
	blk_store_close(&blk->store);
	return ret;
}

static void blk_unbind(struct epf_virtio_device *device)
{
	struct blk *blk = device->priv;

	destroy_workqueue(blk->workqueue);
	guard(mutex)(&device->settings_lock);
	blk_store_close(&blk->store);
}

static int blk_probe(struct epf_virtio_device *device)
{
	struct device *dev = &device->epf->dev;
	struct blk *blk;

	blk = devm_kzalloc(dev, sizeof(*blk), GFP_KERNEL);
	if (!blk)
		return -ENOMEM;

	strscpy_pad(blk->serial, dev_name(dev));
	blk->num_queues = 1;
	device->priv = blk;
	return 0;
}

static struct epf_virtio_backend blk_backend = {
	.name = "blk",
	.owner = THIS_MODULE,
	.device_id = VIRTIO_ID_BLOCK,
	.class = PCI_CLASS_STORAGE_OTHER,
	.features = BIT_ULL(VIRTIO_BLK_F_SIZE_MAX) |
		    BIT_ULL(VIRTIO_BLK_F_SEG_MAX) |
		    BIT_ULL(VIRTIO_BLK_F_BLK_SIZE) |
		    BIT_ULL(VIRTIO_BLK_F_TOPOLOGY) |
		    BIT_ULL(VIRTIO_BLK_F_FLUSH) |
		    BIT_ULL(VIRTIO_BLK_F_CONFIG_WCE),
	.legacy_features = BIT_ULL(VIRTIO_BLK_F_SIZE_MAX) |
			   BIT_ULL(VIRTIO_BLK_F_SEG_MAX) |
			   BIT_ULL(VIRTIO_BLK_F_RO) |
			   BIT_ULL(VIRTIO_BLK_F_BLK_SIZE) |
			   BIT_ULL(VIRTIO_BLK_F_TOPOLOGY) |
			   BIT_ULL(VIRTIO_BLK_F_FLUSH) |
			   BIT_ULL(VIRTIO_BLK_F_DISCARD) |
			   BIT_ULL(VIRTIO_BLK_F_WRITE_ZEROES),
	.legacy_device = VIRTIO_TRANS_ID_BLOCK,
	.num_queues = 1,
	.max_queues = BLK_MAX_QUEUES,
	.config_size = CONFIG_SIZE,
	.group_type = &blk_type,
	.probe = blk_probe,
	.bind = blk_bind,
	.unbind = blk_unbind,
	.stop = blk_stop,
	.queue_work = blk_queue_work,
	.config_written = blk_config_written,
};
module_epf_virtio_backend(blk_backend);

MODULE_DESCRIPTION("PCI endpoint function: virtio disk");
MODULE_LICENSE("GPL");
