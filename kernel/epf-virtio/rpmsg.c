// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * Remote processor messaging: a bus for messages between drivers of the host and
 * of the endpoint, which the kernel's virtio_rpmsg_bus drives on both sides.
 * What one side announces appears as a channel on the other. Neither announces
 * what both only have clients for; that is a service: both are told that it is
 * at an address of its own, the host as soon as the endpoint has a driver. Who
 * writes there reaches the driver of the other side.
 *
 *	backend/services	their names
 */

#include <linux/cleanup.h>
#include <linux/dma-mapping.h>
#include <linux/err.h>
#include <linux/platform_device.h>
#include <linux/rpmsg.h>
#include <linux/rpmsg/ns.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysfs.h>
#include <uapi/linux/virtio_ids.h>

#include "../compat/dma.h"
#include "rpmsg.h"

/*
 * Addresses of services. Those below 1024 are for what is agreed on; both sides
 * give away others.
 */
#define SERVICE_ADDRESS	0x300

/**
 * struct announcement - what is sent to the name service
 * @header: from anyone to RPMSG_NS_ADDR
 * @message: what is announced
 */
struct announcement {
	struct rpmsg_header header;
	struct rpmsg_ns_msg message;
};

static_assert(sizeof(struct rpmsg_header) == 16);
static_assert(sizeof(struct announcement) == 16 + 40);

static u32 address_of(const struct rpmsg *rpmsg,
		      const struct rpmsg_service *service)
{
	return SERVICE_ADDRESS + (service - rpmsg->services);
}

static struct rpmsg_service *service_at(struct rpmsg *rpmsg, u32 address)
{
	u32 index = address - SERVICE_ADDRESS;

	return index < rpmsg->num_services ? &rpmsg->services[index] : NULL;
}

static void fill_announcement(struct announcement *announcement,
			      const struct rpmsg *rpmsg,
			      const struct rpmsg_service *service, u32 flags)
{
	struct rpmsg_ns_msg *message = &announcement->message;

	announcement->header = (struct rpmsg_header) {
		.src = cpu_to_le32(RPMSG_NS_ADDR),
		.dst = cpu_to_le32(RPMSG_NS_ADDR),
		.len = cpu_to_le16(sizeof(*message)),
	};
	strscpy_pad(message->name, service->name, sizeof(message->name));
	message->addr = __cpu_to_rpmsg32(true, address_of(rpmsg, service));
	message->flags = __cpu_to_rpmsg32(true, flags);
}

/* A driver of the endpoint is told of all services at once. */
static bool offer(struct rpmsg *rpmsg)
{
	struct announcement announcement;

	for (; rpmsg->offered < rpmsg->num_services; rpmsg->offered++) {
		if (!rpmsg_port_has_room(rpmsg->port))
			return false;
		fill_announcement(&announcement, rpmsg,
				  &rpmsg->services[rpmsg->offered],
				  RPMSG_NS_CREATE);
		rpmsg_port_give(rpmsg->port, &announcement,
				sizeof(announcement));
	}
	return true;
}

/*
 * Set the addresses of a message of the host to a service. Whether somebody
 * gets it.
 */
static bool route_to_endpoint(struct rpmsg *rpmsg, struct rpmsg_header *header)
{
	u32 address = le32_to_cpu(header->dst);
	struct rpmsg_service *service = service_at(rpmsg, address);

	if (!service)
		return true;

	service->host = le32_to_cpu(header->src);
	header->src = cpu_to_le32(address);
	header->dst = cpu_to_le32(service->endpoint);
	return service->endpoint != RPMSG_ADDR_ANY;
}

static bool route_to_host(struct rpmsg *rpmsg, struct rpmsg_header *header)
{
	u32 address = le32_to_cpu(header->dst);
	struct rpmsg_service *service = service_at(rpmsg, address);

	if (!service)
		return true;

	header->src = cpu_to_le32(address);
	header->dst = cpu_to_le32(service->host);
	return service->host != RPMSG_ADDR_ANY;
}

/*
 * Whether it is as long as it says. The driver of the bus keeps the buffer of
 * one that is not for good.
 */
static bool is_whole(const struct rpmsg_header *header, unsigned int len)
{
	return len >= sizeof(*header) &&
	       le16_to_cpu(header->len) <= len - sizeof(*header);
}

/* No message is lost: where one cannot be moved, both begin anew. */
static void give_up(struct rpmsg *rpmsg, int error)
{
	dev_err_ratelimited(&rpmsg->device->epf->dev,
			    "a message cannot be moved: error %d\n", error);
	rpmsg->gave_up = true;
	epf_virtio_needs_reset(rpmsg->device);
}

static void move_to_endpoint(struct rpmsg *rpmsg,
			     struct epf_virtio_chain *chain)
{
	u32 len = chain->vring.readable;
	int ret = -EMSGSIZE;

	if (len && len <= RPMSG_MAX)
		ret = epf_virtio_read(chain, 0, rpmsg->in, len);
	epf_virtio_complete(chain, 0);
	if (ret)
		give_up(rpmsg, ret);
	else if (is_whole(rpmsg->in, len) &&
		 route_to_endpoint(rpmsg, rpmsg->in))
		rpmsg_port_give(rpmsg->port, rpmsg->in, len);
}

static void to_endpoint(struct rpmsg *rpmsg, struct epf_virtio_queue *queue)
{
	struct epf_virtio_chain *chain;

	if (!offer(rpmsg))
		return;

	while (!rpmsg->gave_up && rpmsg_port_has_room(rpmsg->port)) {
		chain = epf_virtio_get(queue);
		if (!chain)
			return;
		move_to_endpoint(rpmsg, chain);
	}
}

/* Whether the host had a buffer for it. */
static bool send_to_host(struct epf_virtio_queue *queue, const void *message,
			 unsigned int len)
{
	struct epf_virtio_chain *chain = epf_virtio_get(queue);
	int ret;

	if (!chain)
		return false;

	ret = epf_virtio_write(chain, 0, message, len);
	if (ret)
		give_up(queue->device->priv, ret);
	epf_virtio_complete(chain, ret ? 0 : len);
	return true;
}

/* What the host has not been told of a service. Bytes; 0: it knows of all. */
static unsigned int take_announcement(struct rpmsg *rpmsg, void *message)
{
	struct rpmsg_service *service = rpmsg->services;
	unsigned int i;
	bool found;

	if (!epf_virtio_has_feature(rpmsg->device, RPMSG_F_NS))
		return 0;

	for (i = 0; i < rpmsg->num_services; i++, service++) {
		found = service->endpoint != RPMSG_ADDR_ANY;
		if (found == service->announced)
			continue;
		fill_announcement(message, rpmsg, service,
				  found ? RPMSG_NS_CREATE : RPMSG_NS_DESTROY);
		service->announced = found;
		service->host = RPMSG_ADDR_ANY;
		return sizeof(struct announcement);
	}
	return 0;
}

/* A port without a driver, too, may have been what services went with. */
static unsigned int take_message(struct rpmsg *rpmsg, void *message)
{
	unsigned int len = take_announcement(rpmsg, message);

	if (len || !rpmsg_port_ready(rpmsg->port))
		return len;

	do {
		len = rpmsg_port_take(rpmsg->port, message);
	} while (len && !(is_whole(message, len) &&
			  route_to_host(rpmsg, message)));
	return len;
}

static void to_host(struct rpmsg *rpmsg, struct epf_virtio_queue *queue)
{
	while (!rpmsg->gave_up) {
		if (!rpmsg->out_bytes)
			rpmsg->out_bytes = take_message(rpmsg, rpmsg->out);
		if (!rpmsg->out_bytes ||
		    !send_to_host(queue, rpmsg->out, rpmsg->out_bytes))
			return;
		rpmsg->out_bytes = 0;
	}
}

static void rpmsg_queue_work(struct epf_virtio_queue *queue)
{
	struct rpmsg *rpmsg = queue->device->priv;

	guard(mutex)(&rpmsg->lock);
	if (!rpmsg->port || rpmsg->port->session != rpmsg->session)
		return;

	if (queue->index == DRIVER_READS)
		to_host(rpmsg, queue);
	else if (rpmsg_port_ready(rpmsg->port))
		to_endpoint(rpmsg, queue);
}

static int rpmsg_start(struct epf_virtio_device *device)
{
	struct rpmsg *rpmsg = device->priv;
	unsigned int i;

	for (i = 0; i < rpmsg->num_services; i++) {
		rpmsg->services[i].announced = false;
		rpmsg->services[i].host = RPMSG_ADDR_ANY;
	}
	rpmsg->out_bytes = 0;
	rpmsg->gave_up = false;
	scoped_guard(mutex, &rpmsg->lock) {
		rpmsg->session++;
		rpmsg->started = true;
	}
	queue_work(rpmsg->wq, &rpmsg->plug);
	return 0;
}

/* Channels of the endpoint go with the host's driver, as they came. */
static void rpmsg_stop(struct epf_virtio_device *device)
{
	struct rpmsg *rpmsg = device->priv;

	scoped_guard(mutex, &rpmsg->lock) {
		rpmsg->started = false;
		if (rpmsg->port)
			rpmsg_port_drop(rpmsg->port);
	}
	queue_work(rpmsg->wq, &rpmsg->plug);
}

/*
 * The bus has no name outside of its module. A driver for no device knows it,
 * and holds it.
 */
static int no_probe(struct rpmsg_device *channel)
{
	return -ENODEV;
}

static struct rpmsg_driver bus_driver = {
	.drv.name = "epf_virtio_rpmsg",
	.drv.suppress_bind_attrs = true,
	.probe = no_probe,
};

/* The driver of a service came or went: the host is told. */
static int bound(struct notifier_block *block, unsigned long action,
		 void *data)
{
	struct rpmsg *rpmsg = container_of(block, struct rpmsg, bound);
	struct rpmsg_device *channel = container_of((struct device *)data,
						    struct rpmsg_device, dev);
	struct rpmsg_service *service = service_at(rpmsg, channel->dst);

	if (!service || (action != BUS_NOTIFY_BOUND_DRIVER &&
			 action != BUS_NOTIFY_UNBOUND_DRIVER))
		return NOTIFY_DONE;

	guard(mutex)(&rpmsg->lock);
	if (!rpmsg->port || channel->dev.parent != &rpmsg->port->vdev.dev)
		return NOTIFY_DONE;

	service->endpoint = action == BUS_NOTIFY_BOUND_DRIVER ?
			    channel->src : RPMSG_ADDR_ANY;
	if (rpmsg->started)
		epf_virtio_queue_wake(&rpmsg->device->queues[DRIVER_READS]);
	return NOTIFY_OK;
}

static void free_rpmsg(struct rpmsg *rpmsg)
{
	if (rpmsg->wq)
		destroy_workqueue(rpmsg->wq);
	kfree(rpmsg->in);
	kfree(rpmsg->out);
	rpmsg->wq = NULL;
	rpmsg->in = NULL;
	rpmsg->out = NULL;
}

static int rpmsg_bind(struct epf_virtio_device *device)
{
	struct rpmsg *rpmsg = device->priv;
	struct platform_device_info info = {
		.parent = &device->epf->dev,
		.name = "epf-virtio-rpmsg",
		.id = PLATFORM_DEVID_AUTO,
		.dma_mask = DMA_BIT_MASK(64),
	};
	int ret = -ENOMEM;

	rpmsg->in = kmalloc(RPMSG_MAX, GFP_KERNEL);
	rpmsg->out = kmalloc(RPMSG_MAX, GFP_KERNEL);
	rpmsg->wq = alloc_ordered_workqueue("%s", 0,
					    dev_name(&device->epf->dev));
	if (!rpmsg->in || !rpmsg->out || !rpmsg->wq)
		goto free;

	rpmsg->parent = platform_device_register_full(&info);
	if (IS_ERR(rpmsg->parent)) {
		ret = PTR_ERR(rpmsg->parent);
		goto free;
	}

	/* Messages of the endpoint's driver are for its own processors. */
	compat_set_dma_coherent(&rpmsg->parent->dev);
	ret = bus_register_notifier(bus_driver.drv.bus, &rpmsg->bound);
	if (!ret)
		return 0;

	platform_device_unregister(rpmsg->parent);
free:
	free_rpmsg(rpmsg);
	return ret;
}

static void rpmsg_unbind(struct epf_virtio_device *device)
{
	struct rpmsg *rpmsg = device->priv;

	/* The last stop has asked for the port to go. */
	flush_work(&rpmsg->plug);
	bus_unregister_notifier(bus_driver.drv.bus, &rpmsg->bound);
	platform_device_unregister(rpmsg->parent);
	free_rpmsg(rpmsg);
}

static int rpmsg_probe(struct epf_virtio_device *device)
{
	struct rpmsg *rpmsg;
	int ret;

	rpmsg = devm_kzalloc(&device->epf->dev, sizeof(*rpmsg), GFP_KERNEL);
	if (!rpmsg)
		return -ENOMEM;

	ret = devm_mutex_init(&device->epf->dev, &rpmsg->lock);
	if (ret)
		return ret;

	INIT_WORK(&rpmsg->plug, rpmsg_plug_work);
	rpmsg->bound.notifier_call = bound;
	rpmsg->device = device;
	device->priv = rpmsg;
	return 0;
}

static ssize_t rpmsg_services_show(struct config_item *item, char *page)
{
	struct epf_virtio_device *device = epf_virtio_from_item(item);
	struct rpmsg *rpmsg = device->priv;
	unsigned int i;
	int len = 0;

	guard(mutex)(&device->settings_lock);
	for (i = 0; i < rpmsg->num_services; i++)
		len += sysfs_emit_at(page, len, "%s%s", i ? " " : "",
				     rpmsg->services[i].name);
	return len + sysfs_emit_at(page, len, "\n");
}

static int add_service(struct rpmsg_service *services, unsigned int *count,
		       const char *name)
{
	unsigned int i;

	if (*count == RPMSG_MAX_SERVICES)
		return -E2BIG;
	for (i = 0; i < *count; i++)
		if (!strcmp(services[i].name, name))
			return -EEXIST;
	if (strscpy(services[*count].name, name,
		    sizeof(services[*count].name)) < 0)
		return -ENAMETOOLONG;

	++*count;
	return 0;
}

static int add_services(struct rpmsg_service *services, unsigned int *count,
			char *names)
{
	char *name;
	int ret;

	while ((name = strsep(&names, " ,\n"))) {
		ret = *name ? add_service(services, count, name) : 0;
		if (ret)
			return ret;
	}
	return 0;
}

static ssize_t rpmsg_services_store(struct config_item *item,
				    const char *page, size_t count)
{
	struct epf_virtio_device *device = epf_virtio_from_item(item);
	struct rpmsg *rpmsg = device->priv;
	struct rpmsg_service services[RPMSG_MAX_SERVICES] = {};
	unsigned int num_services = 0;
	char *names;
	int ret;

	names = kstrndup(page, count, GFP_KERNEL);
	if (!names)
		return -ENOMEM;

	ret = add_services(services, &num_services, names);
	kfree(names);
	if (ret)
		return ret;

	guard(mutex)(&device->settings_lock);
	if (device->bound)
		return -EBUSY;

	memcpy(rpmsg->services, services, sizeof(services));
	rpmsg->num_services = num_services;
	return count;
}

CONFIGFS_ATTR(rpmsg_, services);

static struct configfs_attribute *rpmsg_attrs[] = {
	&rpmsg_attr_services,
	NULL,
};

static const struct config_item_type rpmsg_type = {
	.ct_attrs = rpmsg_attrs,
	.ct_owner = THIS_MODULE,
};

static struct epf_virtio_backend rpmsg_backend = {
	.name = "rpmsg",
	.owner = THIS_MODULE,
	.device_id = VIRTIO_ID_RPMSG,
	.class = 0x0780, /* communication controller, other */
	.features = BIT_ULL(RPMSG_F_NS),
	.num_queues = NUM_QUEUES,
	.group_type = &rpmsg_type,
	.probe = rpmsg_probe,
	.bind = rpmsg_bind,
	.unbind = rpmsg_unbind,
	.start = rpmsg_start,
	.stop = rpmsg_stop,
	.queue_work = rpmsg_queue_work,
};

static int __init rpmsg_init(void)
{
	int ret = register_rpmsg_driver(&bus_driver);

	if (ret)
		return ret;

	ret = epf_virtio_register_backend(&rpmsg_backend);
	if (ret)
		unregister_rpmsg_driver(&bus_driver);
	return ret;
}
module_init(rpmsg_init);

static void __exit rpmsg_exit(void)
{
	epf_virtio_unregister_backend(&rpmsg_backend);
	unregister_rpmsg_driver(&bus_driver);
}
module_exit(rpmsg_exit);

MODULE_DESCRIPTION("PCI endpoint function: virtio rpmsg");
MODULE_LICENSE("GPL");
