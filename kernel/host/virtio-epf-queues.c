// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * Queues. A kick pushes what is new in a ring to the endpoint: the descriptors,
 * the available entries, and then the index, as posted writes. The endpoint so
 * never has to read a ring over the link.
 */

#include <linux/cleanup.h>
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/virtio_config.h>
#include <linux/virtio_ring.h>

#include "virtio-epf.h"

static struct virtio_epf_queue *to_queue(struct virtqueue *vq)
{
	return vq->priv;
}

/*
 * Push the chain that begins at @next, with as few writes as there are runs of
 * neighbours. The ring is memory that the endpoint can write to: what is in it
 * is not trusted. There are no more than @left descriptors; returns what is left.
 */
static unsigned int push_chain(struct virtio_epf_queue *queue,
			       const struct vring *vring, unsigned int next,
			       unsigned int left)
{
	bool more = true;

	while (more && left && next < vring->num) {
		unsigned int first = next, count = 0;

		do {
			const struct vring_desc *desc = &vring->desc[next];

			more = virtio_epf_to_cpu(READ_ONCE(desc->flags)) &
			       VRING_DESC_F_NEXT;
			next = virtio_epf_to_cpu(READ_ONCE(desc->next));
			count++;
			left--;
		} while (more && left && next == first + count &&
			 next < vring->num);

		memcpy_toio(queue->shadow_desc + first * sizeof(*vring->desc),
			    &vring->desc[first], count * sizeof(*vring->desc));
	}
	return left;
}

static u16 available_index(const struct virtio_epf_queue *queue)
{
	return virtio_epf_to_cpu(READ_ONCE(queue->vring->avail->idx));
}

static void push(struct virtio_epf_queue *queue)
{
	const struct vring *vring = queue->vring;
	unsigned int left = vring->num;
	u16 available;

	guard(spinlock_irqsave)(&queue->lock);
	available = available_index(queue);
	/* The entries and descriptors up to there are written. */
	virt_rmb();
	if (available == queue->pushed)
		return;

	/* No descriptor is in two chains: more than there are is nonsense. */
	while (queue->pushed != available && left) {
		unsigned int slot = queue->pushed % vring->num;
		u16 head = virtio_epf_to_cpu(READ_ONCE(vring->avail->ring[slot]));

		left = min(left - 1, push_chain(queue, vring, head, left));
		writew(head, queue->shadow_avail +
		       offsetof(struct vring_avail, ring[slot]));
		queue->pushed++;
	}
	/* In order: all is there when the endpoint sees this. */
	writel(queue->pushed, queue->notify);
}

/*
 * The endpoint reads the ring by itself; the available index of a split one it need
 * not. What is above that in the notification differs from the one before: of some
 * buffers the endpoint is not notified, and so the index may be the same again.
 */
static void let_pull(struct virtio_epf_queue *queue)
{
	bool packed = virtio_has_feature(queue->vq->vdev, VIRTIO_F_RING_PACKED);
	u16 available;

	guard(spinlock_irqsave)(&queue->lock);
	available = packed ? 0 : available_index(queue);
	/* The ring up to there is written when the endpoint sees it. */
	writel(++queue->kicks << 16 | available, queue->notify);
}

/**
 * virtio_epf_tell() - tell the endpoint what is new in its ring
 * @queue: the queue
 *
 * Context: any; the queue's lock is not held.
 */
void virtio_epf_tell(struct virtio_epf_queue *queue)
{
	struct virtio_epf *epf = to_virtio_epf(queue->vq->vdev);

	if (epf->push)
		push(queue);
	else
		let_pull(queue);
	virtio_epf_ring_doorbell(epf);
}

static bool notify(struct virtqueue *vq)
{
	struct virtio_epf_queue *queue = to_queue(vq);

	if (queue->posted) {
		virtio_epf_post(queue);
		return true;
	}

	virtio_epf_account_kick(queue);
	virtio_epf_tell(queue);
	return true;
}

static void set_ring(struct virtio_epf_request *request,
		     const struct virtio_epf_queue *queue)
{
	if (queue->posted) {
		request->size = queue->vring->num;
		virtio_epf_posted_addresses(queue, request->args);
		return;
	}

	request->size = virtqueue_get_vring_size(queue->vq);
	request->args[0] = virtqueue_get_desc_addr(queue->vq);
	request->args[1] = virtqueue_get_avail_addr(queue->vq);
	request->args[2] = virtio_epf_used_address(queue);
}

static int enable(struct virtio_epf_queue *queue)
{
	struct virtqueue *vq = queue->vq;
	struct virtio_epf *epf = to_virtio_epf(vq->vdev);
	struct virtio_epf_request request = {
		.command = EPF_VIRTIO_ENABLE_QUEUE,
		.queue = vq->index,
		.vector = queue->vector,
	};
	int ret;

	ret = virtio_epf_account_begin(queue) ?: virtio_epf_posted_begin(queue);
	if (ret)
		return ret;

	set_ring(&request, queue);
	scoped_guard(spinlock_irqsave, &queue->lock) {
		queue->pushed = 0;
		queue->kicks = 0;
		queue->was_waiting = false;
		writel(0, queue->notify);
	}
	/* It may interrupt us before we see that it has answered. */
	WRITE_ONCE(queue->enabled, true);
	ret = virtio_epf_request(epf, &request);
	if (ret)
		WRITE_ONCE(queue->enabled, false);
	else
		virtio_epf_expect_answers(queue);
	return ret;
}

static int disable(struct virtio_epf_queue *queue)
{
	struct virtqueue *vq = queue->vq;
	struct virtio_epf_request request = {
		.command = EPF_VIRTIO_RESET_QUEUE,
		.queue = vq->index,
	};

	if (!queue->enabled)
		return 0;

	WRITE_ONCE(queue->enabled, false);
	return virtio_epf_request(to_virtio_epf(vq->vdev), &request);
}

/**
 * virtio_epf_reset_queue() - have the endpoint stop using a queue
 * @vq: the queue
 *
 * Context: may sleep.
 * Return: 0, or an error of virtio_epf_request().
 */
int virtio_epf_reset_queue(struct virtqueue *vq)
{
	struct virtio_epf_queue *queue = to_queue(vq);
	int ret;

	if (!virtio_has_feature(vq->vdev, VIRTIO_F_RING_RESET))
		return -ENOENT;

	ret = disable(queue);
	if (ret)
		return ret;

	virtio_epf_synchronize_irqs(vq->vdev);
	vq->reset = true;
	return 0;
}

/**
 * virtio_epf_enable_queue() - have the endpoint use a queue again
 * @vq: the queue, after virtio_epf_reset_queue()
 *
 * Context: may sleep.
 * Return: 0, -EBUSY where it was not reset, or an error of
 *	virtio_epf_request().
 */
int virtio_epf_enable_queue(struct virtqueue *vq)
{
	int ret;

	if (!vq->reset)
		return -EBUSY;

	ret = enable(to_queue(vq));
	if (!ret)
		vq->reset = false;
	return ret;
}

static int setup_queue(struct virtio_epf *epf, unsigned int index,
		       const struct virtqueue_info *info, unsigned int vector,
		       bool own_vector)
{
	struct virtio_epf_queue *queue;
	struct virtqueue *vq;
	int ret;

	if (index >= epf->num_queues)
		return -ENOENT;

	queue = &epf->queues[index];
	/* The endpoint is far away: barriers are those for devices. */
	vq = vring_create_virtqueue(index, queue->max_size, PAGE_SIZE,
				    &epf->vdev, false, true, info->ctx,
				    notify, info->callback, info->name);
	if (!vq)
		return -ENOMEM;

	vq->num_max = queue->max_size;
	vq->priv = queue;
	queue->vector = vector;
	queue->vq = vq;
	if (own_vector) {
		ret = virtio_epf_request_queue_irq(queue, vector);
		if (ret)
			return ret;
	}

	return enable(queue);
}

static void del_queue(struct virtio_epf_queue *queue)
{
	virtio_epf_posted_end(queue);
	virtio_epf_account_end(queue);
	vring_del_virtqueue(queue->vq);
	queue->vq = NULL;
}

/**
 * virtio_epf_del_vqs() - let go of all queues
 * @vdev: the device
 *
 * Context: may sleep.
 */
void virtio_epf_del_vqs(struct virtio_device *vdev)
{
	struct virtio_epf *epf = to_virtio_epf(vdev);
	unsigned int i;

	for (i = 0; i < epf->num_queues; i++) {
		if (!epf->queues[i].vq)
			continue;
		disable(&epf->queues[i]);
		virtio_epf_free_queue_irq(&epf->queues[i]);
	}
	virtio_epf_free_irqs(epf);
	virtio_epf_forget_loss(epf);
	for (i = 0; i < epf->num_queues; i++)
		if (epf->queues[i].vq)
			del_queue(&epf->queues[i]);
}

/* Nobody waits for a posted buffer. */
static bool needs_interrupt(struct virtio_epf *epf, unsigned int index,
			    const struct virtqueue_info *info)
{
	return info->callback && !virtio_epf_is_posted(epf, index);
}

static unsigned int count_interrupts(struct virtio_epf *epf,
				     const struct virtqueue_info *infos,
				     unsigned int nvqs)
{
	unsigned int i, index = 0, count = 0;

	for (i = 0; i < nvqs; i++)
		if (infos[i].name)
			count += needs_interrupt(epf, index++, &infos[i]);
	return count;
}

/**
 * virtio_epf_find_vqs() - make the queues that a driver wants
 * @vdev: the device
 * @nvqs: their number
 * @vqs: set to the queues, NULL for those without a name
 * @infos: what they are
 * @desc: how their interrupts are spread over processors, or NULL
 *
 * Context: may sleep.
 * Return: 0, -ENOENT where the device has fewer queues, -ENOMEM, or an error of
 *	the PCI core or of virtio_epf_request().
 */
int virtio_epf_find_vqs(struct virtio_device *vdev, unsigned int nvqs,
			struct virtqueue *vqs[],
			struct virtqueue_info infos[],
			struct irq_affinity *desc)
{
	struct virtio_epf *epf = to_virtio_epf(vdev);
	unsigned int wanted = count_interrupts(epf, infos, nvqs);
	unsigned int i, index = 0, vector = 0;
	bool own_vectors;
	int ret;

	if (virtio_epf_is_waited_for(epf) && !virtio_epf_max_segments(epf)) {
		dev_err(&vdev->dev, "the queues are too small for a request\n");
		return -EINVAL;
	}

	ret = virtio_epf_alloc_irqs(epf, wanted, desc);
	if (ret)
		return ret;

	own_vectors = epf->num_vectors > wanted;
	for (i = 0; i < nvqs; i++) {
		bool calls;

		if (!infos[i].name) {
			vqs[i] = NULL;
			continue;
		}

		calls = needs_interrupt(epf, index, &infos[i]);
		if (!own_vectors)
			vector = epf->num_vectors - 1;
		else if (calls)
			vector++;
		ret = setup_queue(epf, index, &infos[i],
				  calls ? vector : EPF_VIRTIO_NO_VECTOR,
				  calls && own_vectors);
		if (ret)
			goto del;
		vqs[i] = epf->queues[index++].vq;
	}

	return 0;

del:
	virtio_epf_del_vqs(vdev);
	return ret;
}
