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
#include <linux/slab.h>
#include <uapi/linux/virtio_config.h>
#include <uapi/linux/virtio_ring.h>

#include "virtio.h"

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
		epf_virtio_init_moderation(queue);
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
	queue->untold_frames = 0;
	queue->told = 0;
	queue->size = config.num;
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
	unsigned int chains = 0, frames = 0;
	LIST_HEAD(completed);
	int ret;

	if (!take_completed(queue, &completed))
		return false;

	list_for_each_entry_safe(chain, next, &completed, node) {
		epf_vring_complete(queue->vring, chain->vring.id,
				   chain->written);
		list_move(&chain->node, &queue->spares);
		queue->held--;
		chains++;
		frames += chain->is_last;
	}
	if (queue->broken)
		return true;

	ret = epf_vring_flush(queue->vring);
	if (ret)
		ring_broke(queue, ret);
	else
		epf_virtio_is_untold(queue, chains, frames);
	return true;
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

	if (!epf_virtio_has_to_tell(queue))
		return false;

	if (!queue->refused && !is_awaited(queue)) {
		epf_virtio_told(queue);
		return true;
	}

	ret = epf_virtio_raise(queue->device, queue->vector);
	if (!ret) {
		epf_virtio_told(queue);
		guard(spinlock_irqsave)(&queue->lock);
		queue->stats.interrupts++;
	} else if (!epf_virtio_retries(queue)) {
		epf_virtio_told(queue);
		queue_broke(queue, "the host cannot be interrupted", ret);
	}
	return true;
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
	epf_virtio_told(queue);
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
			/* The host may need these to go on. */
			post_completed(queue);
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
		chain->is_last = false;
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
		queue->got_since++;
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
 * epf_virtio_complete_together() - give chains back to the host's driver
 * @chains: the chains, of one queue, by their node, with what was written to each
 *	in @written, as of epf_virtio_complete(); empty on return. No transfer of
 *	them is under way
 *
 * The driver sees all of them, or none.
 *
 * Context: any.
 */
void epf_virtio_complete_together(struct list_head *chains)
{
	struct epf_virtio_chain *last = list_last_entry(chains,
							struct epf_virtio_chain,
							node);
	struct epf_virtio_queue *queue = last->queue;
	struct epf_virtio_device *device = queue->device;

	last->is_last = true;
	guard(spinlock_irqsave)(&queue->lock);
	list_splice_tail_init(chains, &queue->completed);
	/* Under the lock: a queue does not go before its waker has. */
	epf_virtio_wake(device);
}
EXPORT_SYMBOL_GPL(epf_virtio_complete_together);

/**
 * epf_virtio_complete() - give a chain back to the host's driver
 * @chain: the chain; no transfer of it is under way
 * @written: bytes from the start of what is writable that were written
 *
 * Context: any.
 */
void epf_virtio_complete(struct epf_virtio_chain *chain, u32 written)
{
	LIST_HEAD(chains);

	chain->written = written;
	list_add(&chain->node, &chains);
	epf_virtio_complete_together(&chains);
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
