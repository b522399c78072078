// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * What is under way in the queues of disks, whose drivers wait for each request. A
 * ring does not say that by itself: it is counted.
 *
 * The endpoint does not write to the ring that the driver reads, but to another, and
 * what it says there is taken over when it can be so. A request that it never had,
 * or twice, would stop the driver for ever (virtqueue_get_buf(), BAD_RING()).
 */

#include <linux/cleanup.h>
#include <linux/dma-mapping.h>
#include <linux/slab.h>
#include <linux/virtio_ids.h>
#include <linux/virtio_ring.h>

#include "virtio-epf.h"

#define SCSI_EVENTS	1

/* Header and status of a request; the rest are segments of its data. */
#define OVERHEAD	2

/**
 * virtio_epf_is_waited_for() - does a device's driver wait for all its requests?
 * @epf: the device
 *
 * Context: any.
 * Return: if so. Its rings have to be split and without indirect descriptors: only
 *	there one sees what is under way.
 */
bool virtio_epf_is_waited_for(const struct virtio_epf *epf)
{
	return epf->vdev.id.device == VIRTIO_ID_BLOCK ||
	       epf->vdev.id.device == VIRTIO_ID_SCSI;
}

static bool has_requests(const struct virtqueue *vq)
{
	return virtio_epf_is_waited_for(to_virtio_epf(vq->vdev)) &&
	       !(vq->vdev->id.device == VIRTIO_ID_SCSI &&
		 vq->index == SCSI_EVENTS);
}

/**
 * virtio_epf_max_segments() - how much data fits into a request
 * @epf: the device, whose driver waits for all its requests
 *
 * Of a request that does not fit into a ring a driver waits until it does.
 *
 * Context: any.
 * Return: the most segments that a request may have; 0: there is none that fits.
 */
unsigned int virtio_epf_max_segments(const struct virtio_epf *epf)
{
	unsigned int i, size = UINT_MAX;

	for (i = 0; i < epf->num_queues; i++)
		size = min(size, epf->queues[i].max_size);
	return size > OVERHEAD ? size - OVERHEAD : 0;
}

/*
 * Where there is no interrupt, a driver looks into its split ring by itself. Of a packed
 * one the area has but what the device wants to be told of, and that is everything:
 * we do not see by ourselves for what a driver stands still there.
 */
static bool is_area_ours(const struct virtqueue *vq)
{
	return vq->callback ? has_requests(vq) :
			      virtio_has_feature(vq->vdev, VIRTIO_F_RING_PACKED);
}

static size_t used_size(const struct virtio_epf_queue *queue)
{
	/* The index that the device wants to be told of comes after. */
	return offsetof(struct vring_used, ring[queue->max_size]) +
	       sizeof(__virtio16);
}

/**
 * virtio_epf_account_begin() - nothing is under way in a queue
 * @queue: the queue; the endpoint does not use it
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int virtio_epf_account_begin(struct virtio_epf_queue *queue)
{
	struct device *dev = queue->vq->vdev->dev.parent;

	if (is_area_ours(queue->vq) && !queue->device_used) {
		queue->device_used = dma_alloc_coherent(dev, used_size(queue),
							&queue->device_used_at,
							GFP_KERNEL);
		if (!queue->device_used)
			return -ENOMEM;
	}

	if (!has_requests(queue->vq))
		return 0;

	if (!queue->under_way)
		queue->under_way = kvcalloc(queue->max_size,
					    sizeof(*queue->under_way),
					    GFP_KERNEL);
	if (!queue->under_way)
		return -ENOMEM;

	guard(spinlock_irqsave)(&queue->lock);
	memset(queue->under_way, 0,
	       queue->max_size * sizeof(*queue->under_way));
	if (queue->device_used)
		memset(queue->device_used, 0, used_size(queue));
	queue->seen_available = 0;
	queue->seen_used = 0;
	queue->watched_used = 0;
	queue->was_waiting = false;
	queue->lost_count = false;
	queue->is_stuck = false;
	queue->is_ours = false;
	queue->is_wrong = false;
	return 0;
}

/**
 * virtio_epf_account_end() - undo virtio_epf_account_begin()
 * @queue: the queue, which is no more
 *
 * Context: may sleep.
 */
void virtio_epf_account_end(struct virtio_epf_queue *queue)
{
	if (queue->device_used)
		dma_free_coherent(queue->vq->vdev->dev.parent,
				  used_size(queue), queue->device_used,
				  queue->device_used_at);
	queue->device_used = NULL;
	kvfree(queue->under_way);
	queue->under_way = NULL;
}

/**
 * virtio_epf_used_address() - where the endpoint says what it has used, or wants
 * @queue: the queue, after virtio_epf_account_begin()
 *
 * Context: any.
 * Return: the PCI address of its device area.
 */
u64 virtio_epf_used_address(const struct virtio_epf_queue *queue)
{
	return queue->device_used ? queue->device_used_at :
				    virtqueue_get_used_addr(queue->vq);
}

static void count_available(struct virtio_epf_queue *queue)
{
	const struct vring *vring = virtqueue_get_vring(queue->vq);
	u16 available = virtio_epf_to_cpu(READ_ONCE(vring->avail->idx));

	/* Entries are there before the index. */
	virt_rmb();
	if ((u16)(available - queue->seen_available) > vring->num) {
		queue->lost_count = true;
		queue->seen_available = available;
	}
	for (; queue->seen_available != available; queue->seen_available++) {
		unsigned int slot = queue->seen_available % vring->num;
		u16 head = virtio_epf_to_cpu(READ_ONCE(vring->avail->ring[slot]));

		if (head < vring->num)
			queue->under_way[head]++;
	}
}

/* Returns whether the element is of something that is under way. */
static bool take_element(struct virtio_epf_queue *queue,
			 const struct vring_used *from)
{
	const struct vring *vring = virtqueue_get_vring(queue->vq);
	unsigned int slot = queue->seen_used % vring->num;
	__virtio32 id = READ_ONCE(from->ring[slot].id);
	u32 head = __virtio32_to_cpu(true, id);

	if (head >= vring->num || !queue->under_way[head])
		return false;

	queue->under_way[head]--;
	if (from != vring->used) {
		vring->used->ring[slot].id = id;
		vring->used->ring[slot].len = READ_ONCE(from->ring[slot].len);
	}
	return true;
}

/**
 * virtio_epf_take_used() - give the driver what the endpoint has used
 * @queue: the queue, which is accounted, and whose lock is held
 *
 * It stops where the endpoint is wrong.
 *
 * Context: any.
 */
void virtio_epf_take_used(struct virtio_epf_queue *queue)
{
	const struct vring *vring = virtqueue_get_vring(queue->vq);
	const struct vring_used *from = queue->device_used ?: vring->used;
	u16 used = virtio_epf_to_cpu(READ_ONCE(from->idx));

	lockdep_assert_held(&queue->lock);
	/* What is used up to there has been made available before. */
	dma_rmb();
	count_available(queue);
	if (queue->is_ours)
		return;

	while (!queue->is_wrong && queue->seen_used != used)
		if (take_element(queue, from))
			queue->seen_used++;
		else
			queue->is_wrong = true;
	if (from == vring->used)
		return;

	/* Elements are there before the index. */
	virt_wmb();
	WRITE_ONCE(vring->used->idx, __cpu_to_virtio16(true, queue->seen_used));
}

/**
 * virtio_epf_account_kick() - see what came in a queue
 * @queue: the queue, which a driver uses
 *
 * At each kick, and at each interrupt before the driver sees it: a driver cannot
 * make more requests in between than its ring shows, as each has two descriptors or
 * more and takes its turn with the interrupt's handler.
 *
 * Context: any; the queue's lock is not held.
 */
void virtio_epf_account_kick(struct virtio_epf_queue *queue)
{
	if (!queue->under_way)
		return;

	scoped_guard(spinlock_irqsave, &queue->lock) {
		if (queue->device_used)
			count_available(queue);
		else
			virtio_epf_take_used(queue);
	}
	virtio_epf_watch(to_virtio_epf(queue->vq->vdev), false);
}

/**
 * virtio_epf_account_interrupt() - see what came and went in a queue
 * @queue: the queue, which a driver uses
 *
 * Context: any; the queue's lock is not held.
 */
void virtio_epf_account_interrupt(struct virtio_epf_queue *queue)
{
	struct virtio_epf *epf = to_virtio_epf(queue->vq->vdev);
	bool is_wrong;

	if (!queue->under_way)
		return;

	scoped_guard(spinlock_irqsave, &queue->lock) {
		virtio_epf_take_used(queue);
		is_wrong = queue->is_wrong;
	}
	virtio_epf_watch(epf, is_wrong);
}

/**
 * virtio_epf_is_behind() - did the endpoint use more meanwhile?
 * @queue: the queue, after the driver's callback
 *
 * The driver sees what it was given, and asks for an interrupt for what comes. For
 * what came before that, there is none.
 *
 * Context: any; the queue's lock is not held.
 * Return: whether there is something for virtio_epf_account_interrupt().
 */
bool virtio_epf_is_behind(struct virtio_epf_queue *queue)
{
	if (!queue->device_used)
		return false;

	/* The endpoint writes its index, then looks what the driver asks for. */
	virt_mb();
	guard(spinlock_irqsave)(&queue->lock);
	return !queue->is_ours && !queue->is_wrong &&
	       queue->seen_used !=
	       virtio_epf_to_cpu(READ_ONCE(queue->device_used->idx));
}
