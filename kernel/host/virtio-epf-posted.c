// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * Output of consoles. Their driver waits in a loop until the device has used a
 * buffer: with interrupts off for a terminal's, with preemption off for a message
 * about ports. A device behind a link may take its time, or never do so. So here a
 * buffer is copied, and is used for the driver when that begins to wait; the
 * endpoint gets the copy, in a ring of its own.
 *
 * Where it does not take them as fast as they come, there is a short wait for it,
 * and then they are dropped: a console loses output rather than stop the host.
 */

#include <linux/bitmap.h>
#include <linux/cleanup.h>
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/slab.h>
#include <linux/virtio_ids.h>
#include <linux/virtio_ring.h>
#include <uapi/linux/virtio_console.h>

#include "virtio-epf.h"

/* Bytes of copies, and the most pieces that they are in: one descriptor for each */
#define ROOM		SZ_64K
#define MAX_PIECES	256

/* How long a kick may wait for the endpoint in all, and how often it looks */
#define WAIT_US		20000
#define LOOK_US		10

/* Where the queues of a console are */
#define OUTPUT_0	1
#define CONTROL_OUTPUT	3

/**
 * struct virtio_epf_posted - copies of what a driver sends
 * @vring: the endpoint's ring
 * @vring_at: PCI address of that
 * @pieces: for each descriptor of it, memory for a part of a buffer
 * @pieces_at: PCI address of that
 * @piece_size: bytes of each
 * @lock: protects all below; taken before the queue's lock
 * @under_way: those that the endpoint has
 * @seen_available: the driver's available index, up to which they are copied
 * @seen_used: the endpoint's used index, up to which pieces are free again
 * @is_slow: there was a wait in vain, and none became free since
 * @looks: for a piece to become free, that this kick has left
 */
struct virtio_epf_posted {
	struct vring vring;
	dma_addr_t vring_at;
	u8 *pieces;
	dma_addr_t pieces_at;
	unsigned int piece_size;

	spinlock_t lock; /* see above */
	DECLARE_BITMAP(under_way, MAX_PIECES);
	u16 seen_available;
	u16 seen_used;
	bool is_slow;
	unsigned int looks;
};

/**
 * virtio_epf_is_posted() - is what a driver sends in a queue copied?
 * @epf: the device; features were negotiated
 * @index: of the queue
 *
 * Ports of a console but the first are character devices, whose driver does not wait:
 * programs do, and lose nothing.
 *
 * Context: any.
 * Return: if so. The queue has to be split and without indirect descriptors.
 */
bool virtio_epf_is_posted(struct virtio_epf *epf, unsigned int index)
{
	return epf->vdev.id.device == VIRTIO_ID_CONSOLE &&
	       (index == OUTPUT_0 ||
		(index == CONTROL_OUTPUT &&
		 virtio_has_feature(&epf->vdev, VIRTIO_CONSOLE_F_MULTIPORT)));
}

static size_t ring_size(const struct virtio_epf_posted *posted)
{
	return vring_size(posted->vring.num, VRING_USED_ALIGN_SIZE);
}

static void free_posted(struct virtio_epf_queue *queue)
{
	struct virtio_epf_posted *posted = queue->posted;
	struct device *dev = queue->vq->vdev->dev.parent;

	if (posted->pieces)
		dma_free_coherent(dev, ROOM, posted->pieces, posted->pieces_at);
	if (posted->vring.desc)
		dma_free_coherent(dev, ring_size(posted), posted->vring.desc,
				  posted->vring_at);
	kfree(posted);
	queue->posted = NULL;
}

static int alloc_posted(struct virtio_epf_queue *queue)
{
	unsigned int num = min(queue->max_size, MAX_PIECES);
	struct device *dev = queue->vq->vdev->dev.parent;
	struct virtio_epf_posted *posted;
	void *ring;

	posted = kzalloc(sizeof(*posted), GFP_KERNEL);
	if (!posted)
		return -ENOMEM;

	queue->posted = posted;
	spin_lock_init(&posted->lock);
	posted->piece_size = ROOM / num;
	posted->vring.num = num;
	posted->pieces = dma_alloc_coherent(dev, ROOM, &posted->pieces_at,
					    GFP_KERNEL);
	ring = dma_alloc_coherent(dev, ring_size(posted), &posted->vring_at,
				  GFP_KERNEL);
	if (ring)
		vring_init(&posted->vring, num, ring, VRING_USED_ALIGN_SIZE);
	if (!ring || !posted->pieces) {
		free_posted(queue);
		return -ENOMEM;
	}
	return 0;
}

/**
 * virtio_epf_posted_begin() - nothing was sent in a queue
 * @queue: the queue; the endpoint does not use it
 *
 * Sets vring of the queue to the ring that the endpoint is to use.
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int virtio_epf_posted_begin(struct virtio_epf_queue *queue)
{
	struct virtio_epf *epf = to_virtio_epf(queue->vq->vdev);
	struct virtio_epf_posted *posted;

	queue->vring = virtqueue_get_vring(queue->vq);
	if (!virtio_epf_is_posted(epf, queue->vq->index))
		return 0;

	if (!queue->posted) {
		int ret = alloc_posted(queue);

		if (ret)
			return ret;
	}

	posted = queue->posted;
	queue->vring = &posted->vring;
	guard(spinlock_irqsave)(&posted->lock);
	memset(posted->vring.desc, 0, ring_size(posted));
	/* When pieces are free is looked up when one is needed. */
	posted->vring.avail->flags =
		__cpu_to_virtio16(true, VRING_AVAIL_F_NO_INTERRUPT);
	bitmap_zero(posted->under_way, MAX_PIECES);
	posted->seen_available = 0;
	posted->seen_used = 0;
	posted->is_slow = false;
	return 0;
}

/**
 * virtio_epf_posted_end() - undo virtio_epf_posted_begin()
 * @queue: the queue, which is no more
 *
 * Context: may sleep.
 */
void virtio_epf_posted_end(struct virtio_epf_queue *queue)
{
	if (queue->posted)
		free_posted(queue);
	queue->vring = NULL;
}

/**
 * virtio_epf_posted_addresses() - where the ring is that the endpoint is to use
 * @queue: the queue, which is posted, after virtio_epf_posted_begin()
 * @args: set to the PCI addresses of descriptors, available ring and used ring
 *
 * Context: any.
 */
void virtio_epf_posted_addresses(const struct virtio_epf_queue *queue, u64 *args)
{
	const struct virtio_epf_posted *posted = queue->posted;
	const void *ring = posted->vring.desc;

	args[0] = posted->vring_at;
	args[1] = posted->vring_at + ((void *)posted->vring.avail - ring);
	args[2] = posted->vring_at + ((void *)posted->vring.used - ring);
}

/* An endpoint that says what cannot be does harm to its own output alone. */
static void take_used(struct virtio_epf_posted *posted)
{
	const struct vring *vring = &posted->vring;
	u16 used = virtio_epf_to_cpu(READ_ONCE(vring->used->idx));

	if ((u16)(used - posted->seen_used) > vring->num)
		return;

	/* Elements are there before the index. */
	dma_rmb();
	for (; posted->seen_used != used; posted->seen_used++) {
		unsigned int slot = posted->seen_used % vring->num;
		u32 id = __virtio32_to_cpu(true, READ_ONCE(vring->used->ring[slot].id));

		if (id < vring->num && __test_and_clear_bit(id, posted->under_way))
			posted->is_slow = false;
	}
}

/* Returns the number of a piece, or that of all. */
static unsigned int find_piece(struct virtio_epf_queue *queue)
{
	struct virtio_epf_posted *posted = queue->posted;
	unsigned int num = posted->vring.num, piece;

	take_used(posted);
	piece = find_first_zero_bit(posted->under_way, num);
	if (piece < num || posted->is_slow)
		return piece;

	/* It may not have been told of the last ones. */
	virtio_epf_tell(queue);
	while (piece == num && posted->looks) {
		posted->looks--;
		udelay(LOOK_US);
		take_used(posted);
		piece = find_first_zero_bit(posted->under_way, num);
	}
	if (piece == num) {
		posted->is_slow = true;
		/* This may be called for a message to be written to the log. */
		virtio_epf_watch(to_virtio_epf(queue->vq->vdev), true);
	}
	return piece;
}

static void make_available(struct virtio_epf_posted *posted, unsigned int piece,
			   unsigned int size)
{
	const struct vring *vring = &posted->vring;
	u16 available = virtio_epf_to_cpu(vring->avail->idx);

	__set_bit(piece, posted->under_way);
	vring->desc[piece] = (struct vring_desc) {
		.addr = __cpu_to_virtio64(true, posted->pieces_at +
					  piece * posted->piece_size),
		.len = __cpu_to_virtio32(true, size),
	};
	vring->avail->ring[available % vring->num] = __cpu_to_virtio16(true, piece);
	/* All is there before the index. */
	dma_wmb();
	WRITE_ONCE(vring->avail->idx, __cpu_to_virtio16(true, available + 1));
}

static void *memory_of(const struct virtio_epf_posted *posted, unsigned int piece)
{
	return posted->pieces + piece * posted->piece_size;
}

static void post_segment(struct virtio_epf_queue *queue, dma_addr_t address,
			 u32 size)
{
	struct virtio_epf *epf = to_virtio_epf(queue->vq->vdev);
	struct virtio_epf_posted *posted = queue->posted;

	while (size) {
		unsigned int part = min(size, posted->piece_size);
		unsigned int piece = find_piece(queue);

		if (piece == posted->vring.num ||
		    !virtio_epf_read_memory(&epf->pdev->dev, address,
					    memory_of(posted, piece), part)) {
			atomic64_add(size, &epf->dropped);
			return;
		}
		make_available(posted, piece, part);
		address += part;
		size -= part;
	}
}

static void post_chain(struct virtio_epf_queue *queue, const struct vring *vring,
		       unsigned int next)
{
	unsigned int left;

	for (left = vring->num; left && next < vring->num; left--) {
		const struct vring_desc *desc = &vring->desc[next];
		u16 flags = virtio_epf_to_cpu(desc->flags);

		if (!(flags & VRING_DESC_F_WRITE))
			post_segment(queue, __virtio64_to_cpu(true, desc->addr),
				     __virtio32_to_cpu(true, desc->len));
		if (!(flags & VRING_DESC_F_NEXT))
			return;
		next = virtio_epf_to_cpu(desc->next);
	}
}

/**
 * virtio_epf_post() - take what a driver has sent
 * @queue: the queue, which is posted
 *
 * The endpoint is told of it.
 *
 * Context: any; the queue's lock is not held. Waits for WAIT_US at most.
 */
void virtio_epf_post(struct virtio_epf_queue *queue)
{
	const struct vring *vring = virtqueue_get_vring(queue->vq);
	struct virtio_epf_posted *posted = queue->posted;
	u16 available;

	guard(spinlock_irqsave)(&posted->lock);
	available = virtio_epf_to_cpu(READ_ONCE(vring->avail->idx));
	/* Entries are there before the index. */
	virt_rmb();
	posted->looks = WAIT_US / LOOK_US;
	for (; posted->seen_available != available; posted->seen_available++) {
		unsigned int slot = posted->seen_available % vring->num;
		u16 head = virtio_epf_to_cpu(vring->avail->ring[slot]);

		post_chain(queue, vring, head);
		vring->used->ring[slot].id = __cpu_to_virtio32(true, head);
		vring->used->ring[slot].len = 0;
	}
	/* Elements are there before the index. */
	virt_wmb();
	WRITE_ONCE(vring->used->idx, __cpu_to_virtio16(true, available));
	virtio_epf_tell(queue);
}

/**
 * virtio_epf_report_dropped() - say where output is being dropped
 * @epf: the device
 *
 * Context: may sleep.
 */
void virtio_epf_report_dropped(struct virtio_epf *epf)
{
	unsigned int i;

	for (i = 0; i < epf->num_queues; i++) {
		struct virtio_epf_posted *posted = epf->queues[i].posted;

		if (posted && READ_ONCE(posted->is_slow))
			dev_warn_ratelimited(&epf->vdev.dev,
					     "queue %u: the endpoint does not take output: it is dropped\n",
					     i);
	}
}
