// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * When the host is told of frames: as seems good here, until its driver says what
 * it wants, for all queues of a direction or for one.
 */

#include "net.h"

/*
 * Of frames that the host sends: its driver frees them, and nobody waits for
 * that as long as there is room for others.
 */
static const struct epf_virtio_moderation sent = {
	.max_us = 300,
	.idle_us = 100,
	.max_frames = 64,
};

/*
 * Of frames that it receives. As long as it sends, it waits for none of them:
 * they acknowledge what it sent.
 */
static const struct epf_virtio_moderation received = {
	.max_us = 200,
	.max_frames = 32,
};

static bool is_sender(const struct epf_virtio_queue *queue)
{
	return queue->index % 2;
}

static void moderate(struct epf_net *net, struct epf_virtio_queue *queue)
{
	const struct net_coalescing *wanted =
		&net->coalescing[is_sender(queue)];

	if (wanted->is_set) {
		net_coalesce(queue, wanted->us, wanted->frames);
	} else if (is_sender(queue)) {
		queue->moderation = sent;
	} else {
		queue->moderation = received;
		if (!net->coalescing[true].is_set)
			queue->partner = queue + 1;
	}
}

/**
 * net_coalesce() - tell the host as its driver wants it
 * @queue: of which queue
 * @us: after so long, or
 * @frames: so many frames
 *
 * Context: the function's worker.
 */
void net_coalesce(struct epf_virtio_queue *queue, u32 us, u32 frames)
{
	struct epf_virtio_queue *receiver = queue - is_sender(queue);

	queue->moderation = (struct epf_virtio_moderation) {
		.max_us = us,
		.idle_us = us,
		.max_frames = frames,
	};
	receiver->partner = NULL;
}

/**
 * net_get_coalescing() - find out what the host's driver wants
 * @queue: of which queue
 * @us: set to after how long
 * @frames: set to after how many frames; 0 both, where it has not said anything
 *
 * Context: the function's worker.
 */
void net_get_coalescing(const struct epf_virtio_queue *queue, u32 *us,
			u32 *frames)
{
	const struct epf_virtio_moderation *moderation = &queue->moderation;
	bool is_ours = moderation->idle_us < moderation->max_us;

	*us = is_ours ? 0 : moderation->max_us;
	*frames = is_ours ? 0 : moderation->max_frames;
}

/**
 * net_coalesce_all() - the same for all queues of a direction
 * @net: the device
 * @sender: those by which the host sends
 * @us: after so long, or
 * @frames: so many frames
 *
 * Context: the function's worker.
 */
void net_coalesce_all(struct epf_net *net, bool sender, u32 us,
		      u32 frames)
{
	unsigned int i;

	net->coalescing[sender] = (struct net_coalescing) {
		.is_set = true,
		.us = us,
		.frames = frames,
	};
	for (i = sender; i < net->queue_pairs * 2; i += 2)
		moderate(net, &net->device->queues[i]);
}

/**
 * net_moderation_reset_queue() - forget what was wanted for one queue
 * @net: the device
 * @queue: the queue
 *
 * Context: the function's worker.
 */
void net_moderation_reset_queue(struct epf_net *net,
				struct epf_virtio_queue *queue)
{
	moderate(net, queue);
}

/**
 * net_moderation_reset() - forget what was wanted
 * @net: the device
 *
 * Context: the function's worker.
 */
void net_moderation_reset(struct epf_net *net)
{
	unsigned int i;

	memset(net->coalescing, 0, sizeof(net->coalescing));
	for (i = 0; i < net->queue_pairs * 2; i++)
		moderate(net, &net->device->queues[i]);
}
