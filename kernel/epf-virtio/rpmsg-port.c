// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * The endpoint's side of the bus is a virtio device of its own, in its own
 * memory, so that the kernel's virtio_rpmsg_bus drives both sides: what it takes
 * to offer channels without that is private to drivers/rpmsg.
 */

#include <linux/cleanup.h>
#include <linux/err.h>
#include <linux/highmem.h>
#include <linux/minmax.h>
#include <linux/platform_device.h>
#include <linux/rpmsg.h>
#include <linux/slab.h>
#include <linux/virtio_config.h>
#include <linux/virtio_ring.h>
#include <uapi/linux/virtio_ids.h>

#include "rpmsg.h"

#define RING_SIZE	256

static struct rpmsg_port *to_port(struct virtio_device *vdev)
{
	return container_of(vdev, struct rpmsg_port, vdev);
}

/* Indices of a ring are two bytes, and are looked at while they change. */
static void copy(void *to, const void *from, size_t len)
{
	if (len == sizeof(u16))
		WRITE_ONCE(*(u16 *)to, READ_ONCE(*(const u16 *)from));
	else
		memcpy(to, from, len);
}

static void move(phys_addr_t address, void *buf, size_t len, bool to_memory)
{
	while (len) {
		size_t offset = offset_in_page(address);
		size_t piece = min(len, PAGE_SIZE - offset);
		void *page = kmap_local_page(pfn_to_page(PHYS_PFN(address)));

		if (to_memory)
			copy(page + offset, buf, piece);
		else
			copy(buf, page + offset, piece);
		kunmap_local(page);
		address += piece;
		buf += piece;
		len -= piece;
	}
}

static int memory_read(void *context, u64 address, void *buf, size_t len)
{
	move(address, buf, len, false);
	return 0;
}

static int memory_write(void *context, u64 address, const void *buf,
			size_t len)
{
	move(address, (void *)buf, len, true);
	return 0;
}

static const struct epf_vring_memory_ops memory_ops = {
	.read = memory_read,
	.write = memory_write,
};

static bool hold(struct rpmsg_ring *ring)
{
	if (!ring->held && ring->vring)
		ring->held = epf_vring_get(ring->vring, &ring->chain) == 1;
	return ring->held;
}

static void release(struct rpmsg_ring *ring, unsigned int written)
{
	epf_vring_complete(ring->vring, ring->chain.id, written);
	epf_vring_flush(ring->vring);
	ring->held = false;
}

/**
 * rpmsg_port_ready() - is there a driver?
 * @port: the port, or NULL
 *
 * Context: under the lock.
 * Return: whether messages can be given and taken.
 */
bool rpmsg_port_ready(const struct rpmsg_port *port)
{
	return port && (port->status & VIRTIO_CONFIG_S_DRIVER_OK);
}

/**
 * rpmsg_port_has_room() - does it take a message?
 * @port: the port, ready
 *
 * Context: under the lock.
 * Return: whether rpmsg_port_give() may be called.
 */
bool rpmsg_port_has_room(struct rpmsg_port *port)
{
	return hold(&port->rings[DRIVER_READS]);
}

/**
 * rpmsg_port_give() - give the endpoint's driver a message
 * @port: the port, with room
 * @message: the message, with its header
 * @len: bytes; what is too long for it is cut, and refused by its driver
 *
 * Context: under the lock.
 */
void rpmsg_port_give(struct rpmsg_port *port, const void *message,
		     unsigned int len)
{
	struct rpmsg_ring *ring = &port->rings[DRIVER_READS];
	const struct epf_vring_segment *segment = ring->chain.segments;
	unsigned int done = 0;

	len = min(len, ring->chain.writable);
	for (; done < len; segment++) {
		unsigned int piece = min(len - done, segment->len);

		move(segment->pci_addr, (void *)message + done, piece, true);
		done += piece;
	}
	release(ring, len);
	queue_work(port->rpmsg->wq, &port->interrupt);
}

/**
 * rpmsg_port_take() - take a message of the endpoint's driver
 * @port: the port, ready
 * @message: filled, up to RPMSG_MAX bytes
 *
 * Context: under the lock.
 * Return: bytes; 0 where there is none.
 */
unsigned int rpmsg_port_take(struct rpmsg_port *port, void *message)
{
	struct rpmsg_ring *ring = &port->rings[DRIVER_WRITES];
	const struct epf_vring_segment *segment;
	unsigned int len, done = 0;

	if (!hold(ring))
		return 0;

	len = min(ring->chain.readable, RPMSG_MAX);
	for (segment = ring->chain.segments; done < len; segment++) {
		unsigned int piece = min(len - done, segment->len);

		move(segment->pci_addr, message + done, piece, false);
		done += piece;
	}
	release(ring, 0);
	/* Who waits for a buffer to write to is woken: that does not sleep. */
	vring_interrupt(0, ring->vq);
	return len;
}

/**
 * rpmsg_port_drop() - nobody takes messages of the endpoint's driver
 * @port: the port
 *
 * Context: under the lock.
 */
void rpmsg_port_drop(struct rpmsg_port *port)
{
	struct rpmsg_ring *ring = &port->rings[DRIVER_WRITES];

	while (hold(ring)) {
		release(ring, 0);
		vring_interrupt(0, ring->vq);
	}
}

/* Its callbacks sleep, and may wait for what the worker does. */
static void interrupt_work(struct work_struct *work)
{
	struct rpmsg_port *port = container_of(work, struct rpmsg_port,
					       interrupt);

	vring_interrupt(0, port->rings[DRIVER_READS].vq);
}

static bool port_notify(struct virtqueue *vq)
{
	struct rpmsg_port *port = to_port(vq->vdev);
	struct rpmsg *rpmsg = port->rpmsg;

	guard(mutex)(&rpmsg->lock);
	/* There is work for the queue at the other end. */
	if (rpmsg->started && rpmsg->port == port && rpmsg_port_ready(port))
		epf_virtio_queue_wake(&rpmsg->device->queues[!vq->index]);
	else if (vq->index == DRIVER_WRITES)
		rpmsg_port_drop(port);
	return true;
}

static void port_get(struct virtio_device *vdev, unsigned int offset,
		     void *buf, unsigned int len)
{
	memset(buf, 0, len);
}

static u8 port_get_status(struct virtio_device *vdev)
{
	return to_port(vdev)->status;
}

static void port_set_status(struct virtio_device *vdev, u8 status)
{
	struct rpmsg_port *port = to_port(vdev);
	struct rpmsg *rpmsg = port->rpmsg;
	unsigned int i;

	guard(mutex)(&rpmsg->lock);
	port->status = status;
	if (rpmsg->started && rpmsg->port == port)
		for (i = 0; i < NUM_QUEUES; i++)
			epf_virtio_queue_wake(&rpmsg->device->queues[i]);
}

/* From here on it may still write, until its queues go. */
static void port_reset(struct virtio_device *vdev)
{
	struct rpmsg_port *port = to_port(vdev);
	struct rpmsg *rpmsg = port->rpmsg;

	scoped_guard(mutex, &rpmsg->lock) {
		port->status = 0;
		if (rpmsg->port == port)
			rpmsg->offered = 0;
		rpmsg_port_drop(port);
	}
	cancel_work_sync(&port->interrupt);
}

static void free_ring(struct rpmsg_port *port, struct rpmsg_ring *ring)
{
	scoped_guard(mutex, &port->rpmsg->lock) {
		if (ring->vring)
			epf_vring_destroy(ring->vring);
		epf_vring_chain_free(&ring->chain);
		ring->vring = NULL;
		ring->held = false;
	}
	if (ring->vq)
		vring_del_virtqueue(ring->vq);
	ring->vq = NULL;
}

static void port_del_vqs(struct virtio_device *vdev)
{
	struct rpmsg_port *port = to_port(vdev);
	unsigned int i;

	for (i = 0; i < NUM_QUEUES; i++)
		free_ring(port, &port->rings[i]);
}

static int make_ring(struct rpmsg_port *port, unsigned int index,
		     const struct virtqueue_info *info)
{
	struct rpmsg_ring *ring = &port->rings[index];
	struct epf_vring_config config = {
		.num = RING_SIZE,
		.features = BIT_ULL(VIRTIO_F_VERSION_1),
		.ops = &memory_ops,
	};
	struct epf_vring *vring;

	ring->vq = vring_create_virtqueue(index, RING_SIZE, PAGE_SIZE,
					  &port->vdev, true, false, info->ctx,
					  port_notify, info->callback,
					  info->name);
	if (!ring->vq)
		return -ENOMEM;

	ring->vq->num_max = RING_SIZE;
	config.desc = virtqueue_get_desc_addr(ring->vq);
	config.driver = virtqueue_get_avail_addr(ring->vq);
	config.device = virtqueue_get_used_addr(ring->vq);
	vring = epf_vring_create(&config);
	if (IS_ERR(vring))
		return PTR_ERR(vring);

	guard(mutex)(&port->rpmsg->lock);
	ring->vring = vring;
	return 0;
}

static int port_find_vqs(struct virtio_device *vdev, unsigned int nvqs,
			 struct virtqueue *vqs[],
			 struct virtqueue_info infos[],
			 struct irq_affinity *desc)
{
	struct rpmsg_port *port = to_port(vdev);
	unsigned int i;
	int ret;

	if (nvqs != NUM_QUEUES)
		return -ENOENT;

	for (i = 0; i < nvqs; i++) {
		ret = make_ring(port, i, &infos[i]);
		if (ret) {
			port_del_vqs(vdev);
			return ret;
		}
		vqs[i] = port->rings[i].vq;
	}
	return 0;
}

static u64 port_get_features(struct virtio_device *vdev)
{
	return BIT_ULL(VIRTIO_F_VERSION_1) | BIT_ULL(RPMSG_F_NS);
}

static int port_finalize_features(struct virtio_device *vdev)
{
	vring_transport_features(vdev);
	return __virtio_test_bit(vdev, VIRTIO_F_VERSION_1) ? 0 : -EINVAL;
}

static const char *port_bus_name(struct virtio_device *vdev)
{
	return dev_name(vdev->dev.parent);
}

static const struct virtio_config_ops port_ops = {
	.get = port_get,
	.get_status = port_get_status,
	.set_status = port_set_status,
	.reset = port_reset,
	.find_vqs = port_find_vqs,
	.del_vqs = port_del_vqs,
	.get_features = port_get_features,
	.finalize_features = port_finalize_features,
	.bus_name = port_bus_name,
};

static void port_release(struct device *dev)
{
	kfree(to_port(dev_to_virtio(dev)));
}

static void unplug(struct rpmsg *rpmsg)
{
	struct rpmsg_port *port = rpmsg->port;

	scoped_guard(mutex, &rpmsg->lock) {
		rpmsg->port = NULL;
		rpmsg_port_drop(port);
	}
	unregister_virtio_device(&port->vdev);
}

static void plug(struct rpmsg *rpmsg, unsigned int session)
{
	struct rpmsg_port *port = kzalloc(sizeof(*port), GFP_KERNEL);
	unsigned int i;
	int ret;

	if (!port)
		return;

	port->rpmsg = rpmsg;
	port->session = session;
	INIT_WORK(&port->interrupt, interrupt_work);
	port->vdev.id.device = VIRTIO_ID_RPMSG;
	port->vdev.config = &port_ops;
	port->vdev.dev.parent = &rpmsg->parent->dev;
	port->vdev.dev.release = port_release;
	scoped_guard(mutex, &rpmsg->lock) {
		rpmsg->port = port;
		rpmsg->offered = 0;
		for (i = 0; i < rpmsg->num_services; i++)
			rpmsg->services[i].endpoint = RPMSG_ADDR_ANY;
	}

	ret = register_virtio_device(&port->vdev);
	if (!ret)
		return;

	dev_err(&rpmsg->device->epf->dev, "no virtio device: error %d\n", ret);
	scoped_guard(mutex, &rpmsg->lock)
		rpmsg->port = NULL;
	put_device(&port->vdev.dev);
}

/**
 * rpmsg_plug_work() - have a port for the driver of the host that there is
 * @work: struct rpmsg.plug
 *
 * Context: may sleep.
 */
void rpmsg_plug_work(struct work_struct *work)
{
	struct rpmsg *rpmsg = container_of(work, struct rpmsg, plug);
	unsigned int session;
	bool started;

	scoped_guard(mutex, &rpmsg->lock) {
		session = rpmsg->session;
		started = rpmsg->started;
	}
	/* Nobody else changes which port there is. */
	if (rpmsg->port && (!started || rpmsg->port->session != session))
		unplug(rpmsg);
	if (started && !rpmsg->port)
		plug(rpmsg, session);
}
