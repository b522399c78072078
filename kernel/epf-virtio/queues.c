// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * Queues, and the chains in them. A ring is the worker's; who completes a chain
 * in another context hands it to the worker. That posts all that is completed
 * at once, with one interrupt.
 */

#include <linux/cleanup.h>
#include <linux/err.h>
#include <linux/export.h>
#include <linux/ktime.h>
#include <linux/minmax.h>
#include <linux/slab.h>
#include <uapi/linux/virtio_config.h>
#include <uapi/linux/virtio_ring.h>

#include "virtio.h"

/*
 * An interrupt tells of several chains: it is sent when as many were completed as
 * are still under way, or so many, or so long ago. Where nobody waits for the last
 * of them, it is not for the first of these reasons.
 */
#define MAX_UNTOLD	32
#define MAX_UNTOLD_US	100

/*
 * One that the controller refuses is tried again, later each time: the host may
 * have masked it, or windows are scarce. After all of them, 6.5 s, nobody hears it.
 */
#define MAX_REFUSED	16

/**
 * epf_virtio_alloc_queues() - make the queues of a device
 * @device: the device; the number of its queues is known
 *
 * Context: may sleep.
 * Return: 0, or -ENOMEM.
 */
int epf_virtio_alloc_queues(struct epf_virtio_device *device)
{
	unsigned int i;

	device->queues = kcalloc(device->num_queues, sizeof(*device->queues),
				 GFP_KERNEL);
	if (!device->queues)
		return -ENOMEM;

	for (i = 0; i < device->num_queues; i++) {
		struct epf_virtio_queue *queue = &device->queues[i];

		queue->device = device;
		queue->index = i;
		INIT_LIST_HEAD(&queue->spares);
		INIT_LIST_HEAD(&queue->completed);
		spin_lock_init(&queue->lock);
	}
	return 0;
}

static void free_chain(struct epf_virtio_chain *chain)
{
	epf_vring_chain_free(&chain->vring);
	kfree(chain);
}

/**
 * epf_virtio_free_queues() - undo epf_virtio_alloc_queues()
 * @device: the device; none of its queues is enabled
 *
 * Context: may sleep.
 */
void epf_virtio_free_queues(struct epf_virtio_device *device)
{
	struct epf_virtio_queue *queues = device->queues;

	scoped_guard(mutex, &device->settings_lock)
		device->queues = NULL;
	kfree(queues);
}

/**
 * epf_virtio_enable_queue() - the host has made a queue
 * @queue: the queue, not enabled
 * @request: what it is like
 *
 * Context: the function's worker.
 * Return: 0, -EINVAL for what cannot be, -ENOMEM, or an error of
 *	epf_vring_memory_create().
 */
int epf_virtio_enable_queue(struct epf_virtio_queue *queue,
			    const struct epf_virtio_control *request)
{
	struct epf_virtio_device *device = queue->device;
	struct epf_vring_config config = {
		.num = le16_to_cpu(request->size),
		/* In a little-endian host, legacy rings are the same. */
		.features = device->features | BIT_ULL(VIRTIO_F_VERSION_1),
		.desc = le64_to_cpu(request->args[0]),
		.driver = le64_to_cpu(request->args[1]),
		.device = le64_to_cpu(request->args[2]),
	};
	unsigned int max_size = device->settings.queue_size;
	struct epf_vring_memory *memory;
	struct epf_vring *vring;

	if (config.num > max_size)
		return -EINVAL;
	if (device->driver_transport & EPF_VIRTIO_F_PUSH) {
		config.shadow_desc = epf_virtio_shadow(queue);
		config.shadow_avail = config.shadow_desc +
				      max_size * sizeof(struct vring_desc);
	}

	memory = epf_vring_memory_create(device->outbound.maps,
					 device->outbound.transfers, &config);
	if (IS_ERR(memory))
		return PTR_ERR(memory);

	vring = epf_vring_create(&config);
	if (IS_ERR(vring)) {
		epf_vring_memory_destroy(memory);
		return PTR_ERR(vring);
	}

	queue->vector = le16_to_cpu(request->vector);
	queue->seen = 0;
	queue->broken = false;
	queue->drained = false;
	queue->untold = 0;
	queue->refused = 0;
	queue->memory = memory;
	queue->vring = vring;
	return 0;
}

static void queue_broke(struct epf_virtio_queue *queue, const char *why,
			int error)
{
	if (queue->broken)
		return;

	queue->broken = true;
	/* The link went: that is no fault, and there is nobody to tell. */
	if (error == -ENOTCONN)
		return;

	dev_err_ratelimited(&queue->device->epf->dev, "queue %u: %s: error %d\n",
			    queue->index, why, error);
	epf_virtio_needs_reset(queue->device);
}

static void ring_broke(struct epf_virtio_queue *queue, int error)
{
	queue_broke(queue, epf_vring_fault(queue->vring) ?:
		    "the host's memory cannot be reached", error);
}

static bool take_completed(struct epf_virtio_queue *queue,
			   struct list_head *completed)
{
	guard(spinlock_irqsave)(&queue->lock);
	list_splice_init(&queue->completed, completed);
	return !list_empty(completed);
}

/* Whether there was anything. */
static bool post_completed(struct epf_virtio_queue *queue)
{
	struct epf_virtio_chain *chain, *next;
	unsigned int count = 0;
	LIST_HEAD(completed);
	int ret;

	if (!take_completed(queue, &completed))
		return false;

	list_for_each_entry_safe(chain, next, &completed, node) {
		epf_vring_complete(queue->vring, chain->vring.id,
				   chain->written);
		list_move(&chain->node, &queue->spares);
		queue->held--;
		count++;
	}
	if (queue->broken)
		return true;

	ret = epf_vring_flush(queue->vring);
	if (ret)
		ring_broke(queue, ret);
	else if (!queue->untold)
		queue->tell_at = ktime_add_us(ktime_get(), MAX_UNTOLD_US);
	queue->untold += count;
	return true;
}

static bool has_to_tell(const struct epf_virtio_queue *queue)
{
	unsigned int enough = queue->lazy ? MAX_UNTOLD :
					    min(queue->held, MAX_UNTOLD);

	return (!queue->refused && queue->untold >= enough) ||
	       ktime_after(ktime_get(), queue->tell_at);
}

static void told(struct epf_virtio_queue *queue)
{
	queue->untold = 0;
	queue->refused = 0;
}

/* Whether the driver waits for an interrupt: a read over the link. */
static bool is_awaited(struct epf_virtio_queue *queue)
{
	int ret = epf_vring_need_notify(queue->vring);

	if (ret < 0)
		ring_broke(queue, ret);
	return ret > 0 && queue->vector != EPF_VIRTIO_NO_VECTOR;
}

/*
 * Tell the host of what is completed, if that is due and it wants to know; it is
 * not asked again before it was told. Return whether there was anything.
 */
static bool tell(struct epf_virtio_queue *queue)
{
	int ret;

	if (!queue->untold || !has_to_tell(queue))
		return false;

	if (!queue->refused && !is_awaited(queue)) {
		told(queue);
		return true;
	}

	ret = epf_virtio_raise(queue->device, queue->vector);
	if (!ret) {
		told(queue);
		guard(spinlock_irqsave)(&queue->lock);
		queue->stats.interrupts++;
	} else if (++queue->refused < MAX_REFUSED) {
		queue->tell_at = ktime_add_us(ktime_get(),
					      MAX_UNTOLD_US << queue->refused);
	} else {
		told(queue);
		queue_broke(queue, "the host cannot be interrupted", ret);
	}
	return true;
}

/**
 * epf_virtio_pause() - how long the worker need not look
 * @device: the device
 * @us: how long it would not
 *
 * Context: the function's worker.
 * Return: so long; less where the host is still to be told of something.
 */
unsigned int epf_virtio_pause(const struct epf_virtio_device *device,
			      unsigned int us)
{
	unsigned int i;
	s64 left;

	for (i = 0; i < device->num_queues; i++) {
		if (!device->queues[i].untold)
			continue;
		left = ktime_us_delta(device->queues[i].tell_at, ktime_get());
		us = clamp_t(s64, left, 1, us);
	}
	return us;
}

/* Rings that went before this one count as well. */
static void count_ring(struct epf_virtio_queue *queue)
{
	struct epf_vring_stats vring;

	epf_vring_get_stats(queue->vring, &vring);
	guard(spinlock_irqsave)(&queue->lock);
	queue->stats = (struct epf_virtio_stats) {
		.chains = queue->past.chains + vring.chains,
		.interrupts = queue->stats.interrupts,
		.reads = queue->past.reads + vring.reads,
		.writes = queue->past.writes + vring.writes,
	};
}

/**
 * epf_virtio_get_stats() - find out what a device did since it was bound
 * @device: the device, under its settings_lock
 * @stats: filled
 *
 * Context: may sleep.
 */
void epf_virtio_get_stats(struct epf_virtio_device *device,
			  struct epf_virtio_stats *stats)
{
	unsigned int i;

	*stats = (struct epf_virtio_stats) {};
	if (!device->queues)
		return;

	for (i = 0; i < device->num_queues; i++) {
		struct epf_virtio_queue *queue = &device->queues[i];

		guard(spinlock_irqsave)(&queue->lock);
		stats->chains += queue->stats.chains;
		stats->interrupts += queue->stats.interrupts;
		stats->reads += queue->stats.reads;
		stats->writes += queue->stats.writes;
	}
}

/* Nobody waits for what is completed now. */
static bool drop_completed(struct epf_virtio_queue *queue)
{
	struct epf_virtio_chain *chain, *next;
	LIST_HEAD(completed);

	take_completed(queue, &completed);
	list_for_each_entry_safe(chain, next, &completed, node) {
		list_move(&chain->node, &queue->spares);
		queue->held--;
	}
	return !queue->held;
}

/**
 * epf_virtio_disable_queue() - the host takes a queue back
 * @queue: the queue, enabled or not
 *
 * Context: the function's worker, or in its place; waits for the backend to
 *	complete all chains of the queue.
 */
void epf_virtio_disable_queue(struct epf_virtio_queue *queue)
{
	struct epf_virtio_device *device = queue->device;
	struct epf_virtio_chain *chain, *next;

	if (!queue->vring)
		return;

	wait_event(device->wait, drop_completed(queue));
	list_for_each_entry_safe(chain, next, &queue->spares, node) {
		list_del(&chain->node);
		free_chain(chain);
	}
	count_ring(queue);
	queue->past = queue->stats;
	epf_vring_destroy(queue->vring);
	epf_vring_memory_destroy(queue->memory);
	queue->vring = NULL;
	queue->vector = EPF_VIRTIO_NO_VECTOR;
	told(queue);
	/* What the host writes before it enables it again is of no meaning. */
	queue->broken = true;
}

/*
 * Nothing was left: have the host notify from now on. Whether something came
 * before it knew.
 */
static bool came_meanwhile(struct epf_virtio_queue *queue)
{
	int ret;

	if (!queue->drained || queue->broken)
		return false;

	ret = epf_vring_notify_enable(queue->vring);
	if (ret < 0)
		ring_broke(queue, ret);
	return ret > 0;
}

/**
 * epf_virtio_poll_queue() - do what there is to do in a queue
 * @queue: the queue, enabled or not
 *
 * Context: the function's worker.
 * Return: whether there was anything.
 */
bool epf_virtio_poll_queue(struct epf_virtio_queue *queue)
{
	struct epf_virtio_device *device = queue->device;
	bool found;

	if (!queue->vring || !device->started)
		return false;

	found = post_completed(queue);
	found |= tell(queue);
	if (queue->broken)
		return found;

	if (device->settings.transport->is_notified(queue) ||
	    xchg(&queue->woken, false)) {
		found = true;
		epf_vring_notify_disable(queue->vring);
		do {
			queue->drained = false;
			queue->found = false;
			device->backend->queue_work(queue);
		} while (came_meanwhile(queue));
	}
	if (found)
		count_ring(queue);
	return found;
}

static struct epf_virtio_chain *new_chain(struct epf_virtio_queue *queue)
{
	struct epf_virtio_chain *chain;

	chain = list_first_entry_or_null(&queue->spares,
					 struct epf_virtio_chain, node);
	if (chain) {
		list_del(&chain->node);
		return chain;
	}

	chain = kzalloc(sizeof(*chain), GFP_KERNEL);
	if (chain)
		chain->queue = queue;
	return chain;
}

/**
 * epf_virtio_get() - take the next chain that the host's driver made available
 * @queue: the queue
 *
 * The chain is the caller's until epf_virtio_complete().
 *
 * Context: as @queue_work of struct epf_virtio_backend.
 * Return: the chain; or NULL where there is none now, or the queue is broken.
 */
struct epf_virtio_chain *epf_virtio_get(struct epf_virtio_queue *queue)
{
	struct epf_virtio_chain *chain;
	int ret;

	if (queue->broken)
		return NULL;

	/* Whether there are more is looked at when notifications are enabled. */
	if (queue->found && epf_vring_is_drained(queue->vring)) {
		queue->drained = true;
		return NULL;
	}

	chain = new_chain(queue);
	ret = chain ? epf_vring_get(queue->vring, &chain->vring) : -ENOMEM;
	if (ret == 1) {
		queue->found = true;
		queue->held++;
		return chain;
	}

	if (chain)
		list_add(&chain->node, &queue->spares);
	if (ret)
		ring_broke(queue, ret);
	else
		queue->drained = true;
	return NULL;
}
EXPORT_SYMBOL_GPL(epf_virtio_get);

/**
 * epf_virtio_complete() - give a chain back to the host's driver
 * @chain: the chain; no transfer of it is under way
 * @written: bytes from the start of what is writable that were written
 *
 * Context: any.
 */
void epf_virtio_complete(struct epf_virtio_chain *chain, u32 written)
{
	struct epf_virtio_queue *queue = chain->queue;
	struct epf_virtio_device *device = queue->device;

	chain->written = written;
	guard(spinlock_irqsave)(&queue->lock);
	list_add_tail(&chain->node, &queue->completed);
	/* Under the lock: a queue does not go before its waker has. */
	epf_virtio_wake(device);
}
EXPORT_SYMBOL_GPL(epf_virtio_complete);

/**
 * epf_virtio_queue_wake() - have @queue_work called
 * @queue: the queue; nothing happens where it is not enabled
 *
 * Context: any, between bind and unbind.
 */
void epf_virtio_queue_wake(struct epf_virtio_queue *queue)
{
	xchg(&queue->woken, true);
	epf_virtio_wake(queue->device);
}
EXPORT_SYMBOL_GPL(epf_virtio_queue_wake);
