// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * An endpoint that is lost. Most virtio drivers end when their queues are broken.
 * Those of disks wait for each of their requests, for ever: here these get them
 * back, with an error, from the time when the endpoint cannot write to memory any
 * more. To the driver that is a device that fails each request.
 */

#include <linux/cleanup.h>
#include <linux/slab.h>
#include <linux/virtio_ids.h>
#include <linux/virtio_ring.h>
#include <uapi/linux/virtio_blk.h>
#include <uapi/linux/virtio_scsi.h>

#include "virtio-epf.h"

/* How long nothing comes back before the endpoint is asked whether it is there */
#define SILENCE		HZ

/* How often that may be while somebody waits for the driver to come or go */
#define PATIENCE	30

struct segment {
	dma_addr_t address;
	u32 size;
};

/* The first and last segment of a chain that the device writes to */
static bool find_written(const struct vring *vring, unsigned int head,
			 struct segment *first, struct segment *last)
{
	unsigned int left, next = head;
	bool found = false;

	for (left = vring->num; left && next < vring->num; left--) {
		const struct vring_desc *desc = &vring->desc[next];
		u16 flags = virtio_epf_to_cpu(READ_ONCE(desc->flags));

		if (flags & VRING_DESC_F_WRITE) {
			last->address = __virtio64_to_cpu(true, desc->addr);
			last->size = __virtio32_to_cpu(true, desc->len);
			if (!found)
				*first = *last;
			found = true;
		}
		if (!(flags & VRING_DESC_F_NEXT))
			break;
		next = virtio_epf_to_cpu(READ_ONCE(desc->next));
	}
	return found && last->size;
}

/* The error is where the device type has it. */
static bool write_error(const struct virtqueue *vq, unsigned int head)
{
	static const struct virtio_scsi_cmd_resp no_target = {
		.response = VIRTIO_SCSI_S_BAD_TARGET,
	};
	static const u8 io_error = VIRTIO_BLK_S_IOERR;
	struct device *dev = vq->vdev->dev.parent;
	struct segment first, last;

	if (!find_written(virtqueue_get_vring(vq), head, &first, &last))
		return false;

	if (vq->vdev->id.device == VIRTIO_ID_BLOCK)
		return virtio_epf_write_memory(dev, last.address + last.size - 1,
					       &io_error, 1);
	if (vq->index == VIRTIO_EPF_SCSI_CONTROL)
		return virtio_epf_write_memory(dev, last.address + last.size - 1,
					       &no_target.response, 1);
	/* Data may follow. */
	return first.size >= sizeof(no_target) &&
	       virtio_epf_write_memory(dev, first.address, &no_target,
				       sizeof(no_target));
}

/* Returns whether the driver may have added something meanwhile. */
static bool fail_requests(struct virtio_epf_queue *queue)
{
	const struct vring *vring = virtqueue_get_vring(queue->vq);
	unsigned int head;

	virtio_epf_take_used(queue);
	queue->is_ours = true;
	queue->is_stuck |= queue->lost_count;
	for (head = 0; !queue->lost_count && head < vring->num; head++) {
		vring_used_elem_t *element =
			&vring->used->ring[queue->seen_used % vring->num];

		if (!queue->under_way[head])
			continue;
		queue->under_way[head] = 0;
		/* A request without an error looks as if it were done. */
		if (!write_error(queue->vq, head)) {
			queue->is_stuck = true;
			continue;
		}
		element->id = __cpu_to_virtio32(true, head);
		element->len = 0;
		queue->seen_used++;
	}

	/* Elements and errors are there before the index. */
	virt_wmb();
	WRITE_ONCE(vring->used->idx, __cpu_to_virtio16(true, queue->seen_used));
	/* Of each request that comes we want to be told. */
	WRITE_ONCE(vring->used->flags, 0);
	vring_avail_event(vring) = __cpu_to_virtio16(true, queue->seen_available);
	/* What comes without that is seen here. */
	virt_mb();
	return virtio_epf_to_cpu(READ_ONCE(vring->avail->idx)) != queue->seen_available;
}

static void fail_work(struct work_struct *work)
{
	struct virtio_epf *epf = container_of(work, struct virtio_epf,
					      fail_work);
	unsigned int i;

	for (i = 0; i < epf->num_queues; i++) {
		struct virtio_epf_queue *queue = &epf->queues[i];

		if (!queue->vq || !queue->under_way)
			continue;

		scoped_guard(spinlock_irqsave, &queue->lock)
			while (fail_requests(queue))
				;
		/* What the endpoint wrote into the ring may have broken it. */
		if (virtqueue_is_broken(queue->vq))
			__virtqueue_unbreak(queue->vq);
		if (queue->is_stuck)
			dev_err_ratelimited(&epf->vdev.dev,
					    "queue %u: requests are stuck\n", i);
		vring_interrupt(0, queue->vq);
	}
}

/**
 * virtio_epf_lose() - the endpoint does nothing for the queues any more
 * @epf: the device; it does not access memory either
 *
 * Requests fail, those under way and those that come; other queues are broken.
 *
 * Context: any.
 */
void virtio_epf_lose(struct virtio_epf *epf)
{
	if (!device_is_registered(&epf->vdev.dev))
		return;

	if (!virtio_epf_is_waited_for(epf)) {
		virtio_break_device(&epf->vdev);
		return;
	}

	WRITE_ONCE(epf->lost, true);
	schedule_work(&epf->fail_work);
}

/* Till it is reset it may still write to memory, and after that nothing lets it. */
static void reset_and_lose(struct virtio_epf *epf)
{
	WRITE_ONCE(epf->over, true);
	virtio_epf_reset_device(epf);
	virtio_epf_lose(epf);
}

/**
 * virtio_epf_check_reset() - does the device need a reset?
 * @epf: the device, which a driver uses
 *
 * Context: may sleep.
 */
void virtio_epf_check_reset(struct virtio_epf *epf)
{
	u8 status = virtio_epf_get_status(&epf->vdev);

	if (!(status & VIRTIO_CONFIG_S_NEEDS_RESET))
		return;

	dev_err_ratelimited(&epf->vdev.dev, "the device needs a reset\n");
	if (virtio_epf_is_waited_for(epf))
		reset_and_lose(epf);
	else
		virtio_epf_lose(epf);
}

/* Has a request waited since the last look, and none come back? */
static bool is_silent(struct virtio_epf_queue *queue, bool *is_busy)
{
	bool waits = false, silent;
	unsigned int head;

	guard(spinlock_irqsave)(&queue->lock);
	if (!queue->vq || !queue->under_way)
		return false;

	virtio_epf_take_used(queue);
	for (head = 0; head < queue->max_size && !waits; head++)
		waits = queue->under_way[head];
	silent = waits && queue->was_waiting &&
		 queue->watched_used == queue->seen_used;
	queue->was_waiting = waits;
	queue->watched_used = queue->seen_used;
	*is_busy |= waits;
	return silent;
}

static void ask(struct virtio_epf *epf)
{
	struct virtio_epf_request nothing_new = {
		.command = EPF_VIRTIO_SET_CONFIG_VECTOR,
	};

	if (virtio_epf_request(epf, &nothing_new))
		return;

	virtio_epf_check_reset(epf);
	if (READ_ONCE(epf->lost) ||
	    virtio_epf_read_status(epf) & VIRTIO_CONFIG_S_DRIVER_OK)
		return;

	dev_err(&epf->vdev.dev, "the device was reset\n");
	reset_and_lose(epf);
}

static bool has_lied(struct virtio_epf *epf)
{
	bool is_wrong = false;
	unsigned int i;

	for (i = 0; i < epf->num_queues && !is_wrong; i++) {
		struct virtio_epf_queue *queue = &epf->queues[i];

		guard(spinlock_irqsave)(&queue->lock);
		is_wrong = queue->vq && queue->under_way && queue->is_wrong;
		if (is_wrong)
			dev_err(&epf->vdev.dev,
				"queue %u: the device used what it does not have\n",
				i);
	}
	return is_wrong;
}

static bool is_packed(const struct virtqueue *vq)
{
	return virtio_has_feature(vq->vdev, VIRTIO_F_RING_PACKED);
}

/*
 * Does the driver look by itself for an answer, and nothing else until it comes? What
 * a packed ring says we do not see: only of networks it is known that the driver
 * takes an answer when it comes.
 */
static bool is_polled(const struct virtio_epf_queue *queue)
{
	const struct virtqueue *vq = queue->vq;

	return vq && !vq->callback && !queue->under_way && !queue->posted &&
	       (!is_packed(vq) || vq->vdev->id.device == VIRTIO_ID_NET);
}

/* With each answer another: in a packed ring, the driver tells of each request. */
static u16 answers(const struct virtio_epf_queue *queue)
{
	const struct vring *vring = virtqueue_get_vring(queue->vq);

	return is_packed(queue->vq) ? queue->kicks :
	       virtio_epf_to_cpu(READ_ONCE(vring->used->idx));
}

static bool is_answered(const struct virtio_epf_queue *queue)
{
	const struct vring *vring = virtqueue_get_vring(queue->vq);
	const struct virtqueue *vq = queue->vq;

	if (is_packed(vq))
		return READ_ONCE(vq->num_free) == virtqueue_get_vring_size(vq);
	return virtio_epf_to_cpu(READ_ONCE(vring->avail->idx)) == answers(queue);
}

static unsigned long next_look(const struct virtio_epf *epf)
{
	return jiffies + max(SILENCE, msecs_to_jiffies(epf->timeout_ms));
}

/**
 * virtio_epf_expect_answers() - see that answers come
 * @queue: the queue, which is enabled
 *
 * A device may say that it need not be told of requests, so it is not known when one
 * comes.
 *
 * Context: any.
 */
void virtio_epf_expect_answers(struct virtio_epf_queue *queue)
{
	struct virtio_epf *epf = to_virtio_epf(queue->vq->vdev);

	if (is_polled(queue))
		mod_timer(&epf->answer_timer, next_look(epf));
}

/*
 * That driver may have a processor to itself until its queue is broken, so this is
 * a timer.
 */
static void answer_timeout(struct timer_list *timer)
{
	struct virtio_epf *epf = container_of(timer, struct virtio_epf,
					      answer_timer);
	unsigned int i;

	if (READ_ONCE(epf->dead))
		return;

	for (i = 0; i < epf->num_queues; i++) {
		struct virtio_epf_queue *queue = &epf->queues[i];
		bool waits;

		if (!READ_ONCE(queue->enabled) || !is_polled(queue))
			continue;

		guard(spinlock_irqsave)(&queue->lock);
		waits = !is_answered(queue);
		if (waits && queue->was_waiting &&
		    queue->watched_used == answers(queue)) {
			WRITE_ONCE(epf->unanswered, true);
			__virtqueue_break(queue->vq);
		}
		queue->was_waiting = waits;
		queue->watched_used = answers(queue);
	}

	if (READ_ONCE(epf->unanswered))
		virtio_epf_watch(epf, true);
	else
		mod_timer(timer, next_look(epf));
}

static void give_up(struct virtio_epf *epf)
{
	guard(mutex)(&epf->control_lock);
	virtio_epf_give_up(epf);
}

/*
 * An endpoint that is there takes its time, but not while the driver comes or goes,
 * when nobody can take the device away; one that crashed does not come back.
 */
static void watch_work(struct work_struct *work)
{
	struct virtio_epf *epf = container_of(work, struct virtio_epf,
					      watch_work.work);
	bool is_busy = false, silent = false;
	unsigned int i;

	virtio_epf_report_dropped(epf);
	if (READ_ONCE(epf->lost))
		return;

	if (READ_ONCE(epf->unanswered))
		dev_err(&epf->vdev.dev, "a control request is not answered\n");
	if (READ_ONCE(epf->unanswered) || has_lied(epf)) {
		give_up(epf);
		return;
	}

	for (i = 0; i < epf->num_queues; i++) {
		struct virtio_epf_queue *queue = &epf->queues[i];

		silent |= is_silent(queue, &is_busy);
		/* An endpoint that was cut off cannot tell of what it used last. */
		if (queue->vq && queue->under_way)
			vring_interrupt(0, queue->vq);
	}
	epf->silences = silent && READ_ONCE(epf->hurry) ? epf->silences + 1 : 0;
	if (epf->silences > PATIENCE) {
		dev_err(&epf->vdev.dev, "requests are not answered\n");
		give_up(epf);
		return;
	}
	if (silent)
		ask(epf);
	if (is_busy)
		schedule_delayed_work(&epf->watch_work, SILENCE);
}

/**
 * virtio_epf_watch() - see that something comes back from the endpoint
 * @epf: the device, whose driver waits for it
 * @at_once: it is known already that something is wrong
 *
 * Context: any.
 */
void virtio_epf_watch(struct virtio_epf *epf, bool at_once)
{
	if (READ_ONCE(epf->lost))
		schedule_work(&epf->fail_work);
	else if (at_once)
		mod_delayed_work(system_wq, &epf->watch_work, 0);
	else
		schedule_delayed_work(&epf->watch_work, SILENCE);
}

/**
 * virtio_epf_init_loss() - before all else
 * @epf: the device
 */
void virtio_epf_init_loss(struct virtio_epf *epf)
{
	INIT_WORK(&epf->fail_work, fail_work);
	INIT_DELAYED_WORK(&epf->watch_work, watch_work);
	timer_setup(&epf->answer_timer, answer_timeout, 0);
}

/**
 * virtio_epf_forget_loss() - nothing is under way in any queue
 * @epf: the device; no requests come
 *
 * Context: may sleep.
 */
void virtio_epf_forget_loss(struct virtio_epf *epf)
{
	timer_delete_sync(&epf->answer_timer);
	cancel_delayed_work_sync(&epf->watch_work);
	WRITE_ONCE(epf->unanswered, false);
	cancel_work_sync(&epf->fail_work);
	WRITE_ONCE(epf->lost, false);
	WRITE_ONCE(epf->over, false);
}
