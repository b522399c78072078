// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 *	backend/path		of the file or block device; as long as the
 *				function is not bound, like the next four
 *	backend/serial		what the host reads as the disk's id
 *	backend/read_only	the host can only read
 *	backend/direct		a file is not cached
 *	backend/num_queues	for requests
 *	backend/size		bytes that are served
 *	backend/revalidate_size	1: tell the host of another size
 */

#include <linux/cleanup.h>
#include <linux/errno.h>
#include <linux/kstrtox.h>
#include <linux/sysfs.h>

#include "blk.h"

static struct blk *to_blk(struct config_item *item)
{
	return epf_virtio_from_item(item)->priv;
}

static ssize_t blk_path_show(struct config_item *item, char *page)
{
	guard(mutex)(&epf_virtio_from_item(item)->settings_lock);
	return sysfs_emit(page, "%s\n", to_blk(item)->path);
}

static ssize_t blk_path_store(struct config_item *item, const char *page,
			      size_t count)
{
	struct epf_virtio_device *device = epf_virtio_from_item(item);
	struct blk *blk = device->priv;

	return epf_virtio_store_text(device, page, count, blk->path,
				     sizeof(blk->path) - 1);
}

CONFIGFS_ATTR(blk_, path);

static ssize_t blk_serial_show(struct config_item *item, char *page)
{
	struct blk *blk = to_blk(item);

	guard(mutex)(&epf_virtio_from_item(item)->settings_lock);
	return sysfs_emit(page, "%.*s\n", (int)sizeof(blk->serial),
			  blk->serial);
}

static ssize_t blk_serial_store(struct config_item *item, const char *page,
				size_t count)
{
	struct epf_virtio_device *device = epf_virtio_from_item(item);
	struct blk *blk = device->priv;

	return epf_virtio_store_text(device, page, count, blk->serial,
				     sizeof(blk->serial));
}

CONFIGFS_ATTR(blk_, serial);

static ssize_t blk_read_only_show(struct config_item *item, char *page)
{
	return sysfs_emit(page, "%u\n", to_blk(item)->read_only);
}

static ssize_t blk_read_only_store(struct config_item *item, const char *page,
				   size_t count)
{
	struct epf_virtio_device *device = epf_virtio_from_item(item);
	struct blk *blk = device->priv;

	return epf_virtio_store_bool(device, page, count, &blk->read_only);
}

CONFIGFS_ATTR(blk_, read_only);

static ssize_t blk_direct_show(struct config_item *item, char *page)
{
	return sysfs_emit(page, "%u\n", to_blk(item)->direct);
}

static ssize_t blk_direct_store(struct config_item *item, const char *page,
				size_t count)
{
	struct epf_virtio_device *device = epf_virtio_from_item(item);
	struct blk *blk = device->priv;

	return epf_virtio_store_bool(device, page, count, &blk->direct);
}

CONFIGFS_ATTR(blk_, direct);

static ssize_t blk_num_queues_show(struct config_item *item, char *page)
{
	return sysfs_emit(page, "%u\n", to_blk(item)->num_queues);
}

static ssize_t blk_num_queues_store(struct config_item *item, const char *page,
				    size_t count)
{
	struct epf_virtio_device *device = epf_virtio_from_item(item);
	struct blk *blk = device->priv;

	return epf_virtio_store_uint(device, page, count,
				     &blk->num_queues, 1, BLK_MAX_QUEUES);
}

CONFIGFS_ATTR(blk_, num_queues);

static ssize_t blk_size_show(struct config_item *item, char *page)
{
	struct epf_virtio_device *device = epf_virtio_from_item(item);
	const struct virtio_blk_config *config = device->config;
	u64 sectors;

	guard(mutex)(&device->settings_lock);
	sectors = to_blk(item)->store.file ? from_virtio64(config->capacity) : 0;
	return sysfs_emit(page, "%llu\n", sectors << SECTOR_SHIFT);
}

CONFIGFS_ATTR_RO(blk_, size);

static ssize_t blk_revalidate_size_store(struct config_item *item,
					 const char *page, size_t count)
{
	struct epf_virtio_device *device = epf_virtio_from_item(item);
	bool yes;
	int ret;

	ret = kstrtobool(page, &yes);
	if (ret)
		return ret;
	if (!yes)
		return -EINVAL;

	guard(mutex)(&device->settings_lock);
	if (!to_blk(item)->store.file)
		return -ENODEV;

	blk_refresh(device);
	return count;
}

CONFIGFS_ATTR_WO(blk_, revalidate_size);

static struct configfs_attribute *blk_attrs[] = {
	&blk_attr_path,
	&blk_attr_serial,
	&blk_attr_read_only,
	&blk_attr_direct,
	&blk_attr_num_queues,
	&blk_attr_size,
	&blk_attr_revalidate_size,
	NULL,
};

const struct config_item_type blk_type = {
	.ct_attrs = blk_attrs,
	.ct_owner = THIS_MODULE,
};
