// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * pci_ep/functions/epf_virtio_BACKEND/NAME/epf_virtio_BACKEND.N/
 *	queue_size	descriptors of a queue; as long as it is not bound, like
 *			all that follow
 *	poll_us		between two looks
 *	timeout_ms	of a request
 *	push		descriptors are pushed
 *	doorbell	the host rings, where there is a doorbell
 *	features_off	virtio features that are not offered
 *	transport	registers that the host sees: epf or legacy
 *	features	virtio features that were negotiated
 *	status		of the virtio device
 *	stats		of the queues, and of the worker
 *	backend/	of the backend
 *	outbound/	see epf-core/outbound.c
 */

#include <linux/cleanup.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/kstrtox.h>
#include <linux/log2.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "virtio.h"

/**
 * epf_virtio_settings_init() - what holds until the user says something else
 * @settings: filled
 */
void epf_virtio_settings_init(struct epf_virtio_settings *settings)
{
	*settings = (struct epf_virtio_settings) {
		.queue_size = 256,
		.poll_us = 100,
		.timeout_ms = 10000,
		.push = true,
		.doorbell = true,
		.transport = &epf_virtio_own_transport,
	};
}

static struct epf_virtio_device *to_device(struct config_item *item)
{
	return container_of(to_config_group(item), struct epf_virtio_device,
			    group);
}

/**
 * epf_virtio_store_uint() - store a number that the user sets
 * @device: the device
 * @page: what the user wrote
 * @count: bytes of it
 * @number: changed, unless there is an error
 * @min: the least that it can be
 * @max: the most
 *
 * Context: as of an attribute in configfs.
 * Return: @count, -EINVAL where it is no number, -ERANGE, or -EBUSY as long as the
 *	device is bound.
 */
ssize_t epf_virtio_store_uint(struct epf_virtio_device *device,
			      const char *page, size_t count,
			      unsigned int *number, unsigned int min,
			      unsigned int max)
{
	unsigned int value;
	int ret;

	ret = kstrtouint(page, 0, &value);
	if (ret)
		return ret;
	if (value < min || value > max)
		return -ERANGE;

	guard(mutex)(&device->settings_lock);
	if (device->bound)
		return -EBUSY;

	*number = value;
	return count;
}
EXPORT_SYMBOL_GPL(epf_virtio_store_uint);

/**
 * epf_virtio_store_bool() - store a yes or no that the user sets
 * @device: the device
 * @page: what the user wrote
 * @count: bytes of it
 * @yes: changed, unless there is an error
 *
 * Context: as of an attribute in configfs.
 * Return: @count, -EINVAL where it is neither, or -EBUSY as long as the device is
 *	bound.
 */
ssize_t epf_virtio_store_bool(struct epf_virtio_device *device,
			      const char *page, size_t count, bool *yes)
{
	bool value;
	int ret;

	ret = kstrtobool(page, &value);
	if (ret)
		return ret;

	guard(mutex)(&device->settings_lock);
	if (device->bound)
		return -EBUSY;

	*yes = value;
	return count;
}
EXPORT_SYMBOL_GPL(epf_virtio_store_bool);

/**
 * epf_virtio_store_text() - store a text that the user sets
 * @device: the device
 * @page: what the user wrote
 * @count: bytes of it; a line end behind it is not stored
 * @text: changed, unless there is an error
 * @size: bytes of @text that can be used, zeroed behind what is stored. To have a
 *	terminator, there is one more
 *
 * Context: as of an attribute in configfs.
 * Return: @count, -ENAMETOOLONG, or -EBUSY as long as the device is bound.
 */
ssize_t epf_virtio_store_text(struct epf_virtio_device *device,
			      const char *page, size_t count, char *text,
			      size_t size)
{
	size_t len = count;

	if (len && page[len - 1] == '\n')
		len--;
	if (len > size)
		return -ENAMETOOLONG;

	guard(mutex)(&device->settings_lock);
	if (device->bound)
		return -EBUSY;

	memset(text, 0, size);
	memcpy(text, page, len);
	return count;
}
EXPORT_SYMBOL_GPL(epf_virtio_store_text);

static ssize_t epf_virtio_queue_size_show(struct config_item *item, char *page)
{
	return sysfs_emit(page, "%u\n", to_device(item)->settings.queue_size);
}

static ssize_t epf_virtio_queue_size_store(struct config_item *item,
					   const char *page, size_t count)
{
	struct epf_virtio_device *device = to_device(item);
	unsigned int value;
	int ret;

	ret = kstrtouint(page, 0, &value);
	if (ret)
		return ret;
	if (!is_power_of_2(value))
		return -EINVAL;

	return epf_virtio_store_uint(device, page, count,
				     &device->settings.queue_size, 2,
				     EPF_VIRTIO_MAX_QUEUE_SIZE);
}

CONFIGFS_ATTR(epf_virtio_, queue_size);

static ssize_t epf_virtio_poll_us_show(struct config_item *item, char *page)
{
	return sysfs_emit(page, "%u\n", to_device(item)->settings.poll_us);
}

static ssize_t epf_virtio_poll_us_store(struct config_item *item,
					const char *page, size_t count)
{
	struct epf_virtio_device *device = to_device(item);

	return epf_virtio_store_uint(device, page, count,
				     &device->settings.poll_us, 1,
				     USEC_PER_SEC);
}

CONFIGFS_ATTR(epf_virtio_, poll_us);

static ssize_t epf_virtio_timeout_ms_show(struct config_item *item, char *page)
{
	return sysfs_emit(page, "%u\n", to_device(item)->settings.timeout_ms);
}

static ssize_t epf_virtio_timeout_ms_store(struct config_item *item,
					   const char *page, size_t count)
{
	struct epf_virtio_device *device = to_device(item);

	return epf_virtio_store_uint(device, page, count,
				     &device->settings.timeout_ms, 1, U16_MAX);
}

CONFIGFS_ATTR(epf_virtio_, timeout_ms);

static ssize_t epf_virtio_push_show(struct config_item *item, char *page)
{
	return sysfs_emit(page, "%u\n", to_device(item)->settings.push);
}

static ssize_t epf_virtio_push_store(struct config_item *item,
				     const char *page, size_t count)
{
	struct epf_virtio_device *device = to_device(item);

	return epf_virtio_store_bool(device, page, count,
				     &device->settings.push);
}

CONFIGFS_ATTR(epf_virtio_, push);

static ssize_t epf_virtio_doorbell_show(struct config_item *item, char *page)
{
	return sysfs_emit(page, "%u\n", to_device(item)->settings.doorbell);
}

static ssize_t epf_virtio_doorbell_store(struct config_item *item,
					 const char *page, size_t count)
{
	struct epf_virtio_device *device = to_device(item);

	return epf_virtio_store_bool(device, page, count,
				     &device->settings.doorbell);
}

CONFIGFS_ATTR(epf_virtio_, doorbell);

static ssize_t epf_virtio_features_off_show(struct config_item *item,
					    char *page)
{
	return sysfs_emit(page, "%#018llx\n",
			  to_device(item)->settings.features_off);
}

static ssize_t epf_virtio_features_off_store(struct config_item *item,
					     const char *page, size_t count)
{
	struct epf_virtio_device *device = to_device(item);
	u64 features;
	int ret;

	ret = kstrtou64(page, 0, &features);
	if (ret)
		return ret;

	guard(mutex)(&device->settings_lock);
	if (device->bound)
		return -EBUSY;

	device->settings.features_off = features;
	return count;
}

CONFIGFS_ATTR(epf_virtio_, features_off);

static ssize_t epf_virtio_transport_show(struct config_item *item, char *page)
{
	return sysfs_emit(page, "%s\n",
			  to_device(item)->settings.transport->name);
}

static ssize_t epf_virtio_transport_store(struct config_item *item,
					  const char *page, size_t count)
{
	static const struct epf_virtio_transport *const transports[] = {
		&epf_virtio_own_transport,
		&epf_virtio_legacy_transport,
	};
	struct epf_virtio_device *device = to_device(item);
	unsigned int i = 0;

	while (!sysfs_streq(page, transports[i]->name))
		if (++i == ARRAY_SIZE(transports))
			return -EINVAL;

	guard(mutex)(&device->settings_lock);
	if (device->bound)
		return -EBUSY;
	if (transports[i] == &epf_virtio_legacy_transport &&
	    !device->backend->legacy_device) {
		dev_err(&device->epf->dev,
			"%s is no legacy device: those have one queue, and nothing of virtio 1.0\n",
			device->backend->name);
		return -EOPNOTSUPP;
	}
	if (device->settings.transport == transports[i])
		return count;

	device->settings.transport = transports[i];
	transports[i]->choose_ids(device);
	/* How many there are depends on it. */
	device->epf->msix_interrupts = 0;
	return count;
}

CONFIGFS_ATTR(epf_virtio_, transport);

static ssize_t epf_virtio_features_show(struct config_item *item, char *page)
{
	return sysfs_emit(page, "%#018llx\n",
			  READ_ONCE(to_device(item)->features));
}

CONFIGFS_ATTR_RO(epf_virtio_, features);

static ssize_t epf_virtio_status_show(struct config_item *item, char *page)
{
	return sysfs_emit(page, "%#04x\n", READ_ONCE(to_device(item)->status));
}

CONFIGFS_ATTR_RO(epf_virtio_, status);

static ssize_t epf_virtio_stats_show(struct config_item *item, char *page)
{
	struct epf_virtio_device *device = to_device(item);
	struct epf_virtio_stats stats = {};
	unsigned int i;
	int len = 0;

	scoped_guard(mutex, &device->settings_lock)
		epf_virtio_get_stats(device, &stats);

	const struct {
		const char *name;
		u64 value;
	} figures[] = {
		{ "chains", stats.chains },
		{ "interrupts", stats.interrupts },
		{ "ring_reads", stats.reads },
		{ "ring_writes", stats.writes },
		{ "looks", atomic64_read(&device->num_looks) },
		{ "doorbells", atomic64_read(&device->num_rings) },
	};

	for (i = 0; i < ARRAY_SIZE(figures); i++)
		len += sysfs_emit_at(page, len, "%s %llu\n", figures[i].name,
				     figures[i].value);
	return len;
}

CONFIGFS_ATTR_RO(epf_virtio_, stats);

struct configfs_attribute *epf_virtio_attrs[] = {
	&epf_virtio_attr_queue_size,
	&epf_virtio_attr_poll_us,
	&epf_virtio_attr_timeout_ms,
	&epf_virtio_attr_push,
	&epf_virtio_attr_doorbell,
	&epf_virtio_attr_features_off,
	&epf_virtio_attr_transport,
	&epf_virtio_attr_features,
	&epf_virtio_attr_status,
	&epf_virtio_attr_stats,
	NULL,
};
