// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * Backend that is a SCSI host adapter: its logical units are those of a port of
 * the kernel's target core.
 *
 *	backend/wwn		name of the port; as long as the function is not
 *				bound, like all that follow
 *	backend/tag		number of its portal group
 *	backend/num_queues	for commands
 */

#include <linux/cleanup.h>
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/pci_ids.h>
#include <linux/slab.h>
#include <linux/sysfs.h>

#include "scsi.h"

/* Request and response take a descriptor each, and there is data. */
#define MIN_QUEUE_SIZE	4
#define MAX_SEGMENTS	126

#define MAX_LUN		0x3fff

static void fill_config(struct epf_virtio_device *device)
{
	struct virtio_scsi_config *config = device->config;
	unsigned int queue_size = device->settings.queue_size;
	struct scsi *scsi = device->priv;

	*config = (struct virtio_scsi_config) {
		.num_queues = to_virtio32(scsi->num_queues),
		.seg_max = to_virtio32(min(queue_size - 2, MAX_SEGMENTS)),
		.max_sectors = to_virtio32(SCSI_MAX_DATA / 512),
		.cmd_per_lun = to_virtio32(min(queue_size / 2, 128)),
		.event_info_size =
			to_virtio32(sizeof(struct virtio_scsi_event)),
		.sense_size = to_virtio32(VIRTIO_SCSI_SENSE_DEFAULT_SIZE),
		.cdb_size = to_virtio32(VIRTIO_SCSI_CDB_DEFAULT_SIZE),
		.max_lun = to_virtio32(MAX_LUN),
	};
}

/* Sizes of sense data and commands stay what they are; the host can see that. */
static void scsi_config_written(struct epf_virtio_device *device,
				unsigned int offset, unsigned int len)
{
	epf_virtio_config_begin(device);
	fill_config(device);
	epf_virtio_config_end(device);
}

static void set_running(struct scsi *scsi, bool running)
{
	guard(spinlock_irqsave)(&scsi->lock);
	scsi->running = running;
	scsi->num_events = 0;
	scsi->missed = false;
}

static int scsi_start(struct epf_virtio_device *device)
{
	set_running(device->priv,
		    epf_virtio_has_feature(device, VIRTIO_SCSI_F_HOTPLUG));
	return 0;
}

static void scsi_stop(struct epf_virtio_device *device)
{
	set_running(device->priv, false);
}

static void scsi_queue_work(struct epf_virtio_queue *queue)
{
	switch (queue->index) {
	case SCSI_CONTROL_QUEUE:
		scsi_control_queue_work(queue);
		break;
	case SCSI_EVENT_QUEUE:
		scsi_event_queue_work(queue);
		break;
	default:
		scsi_command_queue_work(queue);
		break;
	}
}

static int scsi_bind(struct epf_virtio_device *device)
{
	struct scsi *scsi = device->priv;
	int ret;

	if (device->settings.queue_size < MIN_QUEUE_SIZE) {
		dev_err(&device->epf->dev, "queue_size is less than %u\n",
			MIN_QUEUE_SIZE);
		return -EINVAL;
	}

	scsi->workqueue = alloc_workqueue("%s", WQ_UNBOUND, 0,
					  dev_name(&device->epf->dev));
	if (!scsi->workqueue)
		return -ENOMEM;

	ret = scsi_port_attach(scsi);
	if (ret) {
		dev_err(&device->epf->dev,
			"target/epf_virtio_scsi/%s/tpgt_%u %s: error %d\n",
			scsi->wwn, scsi->tag,
			ret == -ENODEV ? "does not exist" :
			ret == -EBUSY ? "is another function's" :
			"cannot be served", ret);
		destroy_workqueue(scsi->workqueue);
		return ret;
	}

	atomic_set(&scsi->held, 0);
	fill_config(device);
	device->num_queues = SCSI_FIRST_QUEUE + scsi->num_queues;
	return 0;
}

static void scsi_unbind(struct epf_virtio_device *device)
{
	struct scsi *scsi = device->priv;

	scsi_port_detach(scsi);
	destroy_workqueue(scsi->workqueue);
}

static int scsi_probe(struct epf_virtio_device *device)
{
	struct scsi *scsi;

	scsi = devm_kzalloc(&device->epf->dev, sizeof(*scsi), GFP_KERNEL);
	if (!scsi)
		return -ENOMEM;

	init_rwsem(&scsi->session_lock);
	spin_lock_init(&scsi->lock);
	INIT_LIST_HEAD(&scsi->managed);
	scsi->device = device;
	scsi->tag = 1;
	scsi->num_queues = 1;
	device->priv = scsi;
	return 0;
}

static struct scsi *to_scsi(struct config_item *item)
{
	return epf_virtio_from_item(item)->priv;
}

static ssize_t scsi_wwn_show(struct config_item *item, char *page)
{
	guard(mutex)(&epf_virtio_from_item(item)->settings_lock);
	return sysfs_emit(page, "%s\n", to_scsi(item)->wwn);
}

static ssize_t scsi_wwn_store(struct config_item *item, const char *page,
			      size_t count)
{
	struct scsi *scsi = to_scsi(item);

	return epf_virtio_store_text(scsi->device, page, count, scsi->wwn,
				     sizeof(scsi->wwn) - 1);
}

CONFIGFS_ATTR(scsi_, wwn);

static ssize_t scsi_tag_show(struct config_item *item, char *page)
{
	return sysfs_emit(page, "%u\n", to_scsi(item)->tag);
}

static ssize_t scsi_tag_store(struct config_item *item, const char *page,
			      size_t count)
{
	struct scsi *scsi = to_scsi(item);

	return epf_virtio_store_uint(scsi->device, page, count, &scsi->tag, 0,
				     U16_MAX);
}

CONFIGFS_ATTR(scsi_, tag);

static ssize_t scsi_num_queues_show(struct config_item *item, char *page)
{
	return sysfs_emit(page, "%u\n", to_scsi(item)->num_queues);
}

static ssize_t scsi_num_queues_store(struct config_item *item,
				     const char *page, size_t count)
{
	struct scsi *scsi = to_scsi(item);

	return epf_virtio_store_uint(scsi->device, page, count,
				     &scsi->num_queues, 1, SCSI_MAX_QUEUES);
}

CONFIGFS_ATTR(scsi_, num_queues);

static struct configfs_attribute *scsi_attrs[] = {
	&scsi_attr_wwn,
	&scsi_attr_tag,
	&scsi_attr_num_queues,
	NULL,
};

static const struct config_item_type scsi_type = {
	.ct_attrs = scsi_attrs,
	.ct_owner = THIS_MODULE,
};

static struct epf_virtio_backend scsi_backend = {
	.name = "scsi",
	.owner = THIS_MODULE,
	.device_id = VIRTIO_ID_SCSI,
	.class = PCI_CLASS_STORAGE_SCSI,
	.features = BIT_ULL(VIRTIO_SCSI_F_HOTPLUG),
	.num_queues = SCSI_FIRST_QUEUE + 1,
	.max_queues = SCSI_FIRST_QUEUE + SCSI_MAX_QUEUES,
	.config_size = sizeof(struct virtio_scsi_config),
	.group_type = &scsi_type,
	.probe = scsi_probe,
	.bind = scsi_bind,
	.unbind = scsi_unbind,
	.start = scsi_start,
	.stop = scsi_stop,
	.queue_work = scsi_queue_work,
	.config_written = scsi_config_written,
};

static int __init scsi_init(void)
{
	int ret;

	ret = scsi_fabric_register();
	if (ret)
		return ret;

	ret = epf_virtio_register_backend(&scsi_backend);
	if (ret)
		scsi_fabric_unregister();
	return ret;
}
module_init(scsi_init);

static void __exit scsi_exit(void)
{
	epf_virtio_unregister_backend(&scsi_backend);
	scsi_fabric_unregister();
}
module_exit(scsi_exit);

MODULE_DESCRIPTION("PCI endpoint function: virtio SCSI host adapter");
MODULE_LICENSE("GPL");
