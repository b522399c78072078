// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * When the host is told of completed chains: one interrupt for many, but not so
 * late that it has nothing to do meanwhile. So nothing is held back that nothing
 * follows.
 */

#include <linux/export.h>
#include <linux/ktime.h>
#include <linux/minmax.h>

#include "virtio.h"

/*
 * One that the controller refuses is tried again, later each time: the host may
 * have masked it, or windows are scarce. After all of them, 6.5 s, nobody hears it.
 */
#define MAX_REFUSED	16
#define RETRY_US	100

/* A driver that is told of less than this part of a ring always has some left. */
#define RING_PART	4

/*
 * The driver, told of some chains, makes others available. As long as it does, it
 * need not be told of more, but it may as well have none, or wait for them all.
 */
#define DRIVER_US	50

/* Unless the backend knows better */
static const struct epf_virtio_moderation moderation = {
	.max_us = 100,
	.idle_us = 100,
	.max_frames = 32,
	.half = true,
};

/**
 * epf_virtio_init_moderation() - moderate as is good for most
 * @queue: the queue, new
 */
void epf_virtio_init_moderation(struct epf_virtio_queue *queue)
{
	queue->moderation = moderation;
}

/**
 * epf_virtio_is_untold() - note that chains were completed
 * @queue: the queue
 * @chains: how many
 * @frames: in how many calls
 *
 * Context: the function's worker.
 */
void epf_virtio_is_untold(struct epf_virtio_queue *queue, unsigned int chains,
			  unsigned int frames)
{
	queue->last_untold = ktime_get();
	if (!queue->untold)
		queue->first_untold = queue->last_untold;
	queue->untold += chains;
	queue->untold_frames += frames;
}

static unsigned int under_way(const struct epf_virtio_queue *queue)
{
	return queue->held + (queue->partner ? queue->partner->held : 0);
}

static bool is_half(const struct epf_virtio_queue *queue)
{
	return queue->moderation.half && queue->untold >= under_way(queue);
}

static bool is_enough(const struct epf_virtio_queue *queue)
{
	if (queue->refused)
		return false;

	return queue->untold_frames >= queue->moderation.max_frames ||
	       queue->untold >= queue->size / RING_PART ||
	       (is_half(queue) && queue->got_since >= queue->told);
}

/* Until the host has to be told: 0 or less: now */
static s64 time_left_us(const struct epf_virtio_queue *queue)
{
	const struct epf_virtio_moderation *moderation = &queue->moderation;
	ktime_t now = ktime_get();
	s64 left = moderation->max_us -
		   ktime_us_delta(now, queue->first_untold);

	if (queue->refused)
		return ktime_us_delta(queue->retry_at, now);
	if (!under_way(queue))
		left = min(left, moderation->idle_us -
				 ktime_us_delta(now, queue->last_untold));
	if (is_half(queue))
		left = min(left, DRIVER_US -
				 ktime_us_delta(now, queue->told_at));
	return left;
}

/**
 * epf_virtio_has_to_tell() - is it time for an interrupt?
 * @queue: the queue
 *
 * Context: the function's worker.
 * Return: whether it is.
 */
bool epf_virtio_has_to_tell(const struct epf_virtio_queue *queue)
{
	return queue->untold &&
	       (is_enough(queue) || time_left_us(queue) <= 0);
}

/**
 * epf_virtio_told() - the host knows of all that was completed
 * @queue: the queue
 *
 * Context: the function's worker.
 */
void epf_virtio_told(struct epf_virtio_queue *queue)
{
	queue->told = queue->untold;
	queue->told_at = ktime_get();
	queue->got_since = 0;
	queue->untold = 0;
	queue->untold_frames = 0;
	queue->refused = 0;
	/* It looks there, too. */
	if (queue->partner) {
		queue->partner->first_untold = queue->told_at;
		queue->partner->last_untold = queue->told_at;
	}
}

/**
 * epf_virtio_retries() - the controller has refused an interrupt
 * @queue: the queue
 *
 * Context: the function's worker.
 * Return: whether it is tried once more.
 */
bool epf_virtio_retries(struct epf_virtio_queue *queue)
{
	if (++queue->refused >= MAX_REFUSED)
		return false;

	queue->retry_at = ktime_add_us(ktime_get(),
				       RETRY_US << queue->refused);
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

	for (i = 0; i < device->num_queues; i++)
		if (device->queues[i].untold)
			us = clamp_t(s64, time_left_us(&device->queues[i]), 1,
				     us);
	return us;
}
