// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * Chains of buffers to the device and back: as many at once as wanted, and what
 * comes back is checked.
 */

#include <linux/crc32c.h>
#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/minmax.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/virtio_config.h>

#include "virtio-xtest.h"

#define MAX_DEPTH	4096
#define MAX_SLOTS	65536
#define MAX_SEGMENTS	1024

/**
 * struct slot - a chain that is sent again and again
 * @request: what is first in it
 * @reply: what is last in it
 * @out: segments that the device reads; NULL where there are none
 * @in: segments that it writes; the same
 * @out_sg: the request and @out
 * @in_sg: @in and the reply
 * @crc: that the data should have
 * @sent: when it was sent
 * @number: of the chain in the run
 */
struct slot {
	struct virtio_xtest_request *request;
	struct virtio_xtest_reply *reply;
	void **out;
	void **in;
	struct scatterlist *out_sg;
	struct scatterlist *in_sg;
	u32 crc;
	ktime_t sent;
	u32 number;
};

/**
 * struct lane - a queue of a run
 * @vq: the queue
 * @free: its slots that are not under way
 * @num_free: their number
 */
struct lane {
	struct virtqueue *vq;
	struct slot **free;
	unsigned int num_free;
};

/**
 * struct runner - a run
 * @xtest: the device
 * @run: what is wanted, and how it went
 * @segment: bytes of one
 * @num_slots: as many as are under way at once
 * @slots: these
 * @free: room for what is free in the lanes
 * @lanes: the queues
 * @added: chains sent so far
 */
struct runner {
	struct virtio_xtest *xtest;
	struct virtio_xtest_run *run;
	size_t segment;
	unsigned int num_slots;
	struct slot *slots;
	struct slot **free;
	struct lane *lanes;
	u32 added;
};

static bool reads(const struct virtio_xtest_run *run)
{
	return run->operation != VIRTIO_XTEST_SOURCE;
}

static bool writes(const struct virtio_xtest_run *run)
{
	return run->operation != VIRTIO_XTEST_SINK;
}

static void free_segments(void **segments, unsigned int count)
{
	while (segments && count--)
		kfree(segments[count]);
	kfree(segments);
}

static void **alloc_segments(unsigned int count, size_t size)
{
	void **segments = kcalloc(count, sizeof(*segments), GFP_KERNEL);
	unsigned int i;

	if (!segments)
		return NULL;

	for (i = 0; i < count; i++) {
		segments[i] = kzalloc(size, GFP_KERNEL);
		if (!segments[i]) {
			free_segments(segments, count);
			return NULL;
		}
	}
	return segments;
}

static void slot_free(struct slot *slot, unsigned int segments)
{
	kfree(slot->in_sg);
	kfree(slot->out_sg);
	free_segments(slot->in, segments);
	free_segments(slot->out, segments);
	kfree(slot->reply);
	kfree(slot->request);
}

/* Bytes that differ from slot to slot, as the device makes them. */
static u32 slot_fill(struct slot *slot, const struct runner *runner, u32 seed)
{
	u32 crc = ~0, value = seed;
	unsigned int i;
	size_t at;

	for (i = 0; i < runner->run->segments; i++) {
		u8 *bytes = slot->out ? slot->out[i] : slot->in[i];

		for (at = 0; at < runner->segment; at++)
			bytes[at] = value++;
		crc = crc32c(crc, bytes, runner->segment);
	}
	return crc;
}

static int slot_alloc(struct slot *slot, const struct runner *runner, u32 seed)
{
	const struct virtio_xtest_run *run = runner->run;
	unsigned int segments = run->segments;

	slot->request = kzalloc(sizeof(*slot->request), GFP_KERNEL);
	slot->reply = kzalloc(sizeof(*slot->reply), GFP_KERNEL);
	slot->out_sg = kcalloc(1 + segments, sizeof(*slot->out_sg), GFP_KERNEL);
	slot->in_sg = kcalloc(segments + 1, sizeof(*slot->in_sg), GFP_KERNEL);
	if (reads(run))
		slot->out = alloc_segments(segments, runner->segment);
	if (writes(run))
		slot->in = alloc_segments(segments, runner->segment);
	if (!slot->request || !slot->reply || !slot->out_sg || !slot->in_sg ||
	    (reads(run) && !slot->out) || (writes(run) && !slot->in)) {
		slot_free(slot, segments);
		return -ENOMEM;
	}

	slot->request->operation = cpu_to_le32(run->operation);
	slot->request->seed = cpu_to_le32(seed);
	slot->crc = slot_fill(slot, runner, seed);
	return 0;
}

static void slot_make_sg(struct slot *slot, const struct runner *runner)
{
	unsigned int i, segments = runner->run->segments;
	unsigned int outs = 0, ins = 0;

	sg_init_table(slot->out_sg, 1 + (slot->out ? segments : 0));
	sg_init_table(slot->in_sg, (slot->in ? segments : 0) + 1);
	sg_set_buf(&slot->out_sg[outs++], slot->request,
		   sizeof(*slot->request));
	for (i = 0; slot->out && i < segments; i++)
		sg_set_buf(&slot->out_sg[outs++], slot->out[i],
			   runner->segment);
	for (i = 0; slot->in && i < segments; i++)
		sg_set_buf(&slot->in_sg[ins++], slot->in[i], runner->segment);
	sg_set_buf(&slot->in_sg[ins], slot->reply, sizeof(*slot->reply));
}

static int slot_send(struct slot *slot, struct runner *runner,
		     struct virtqueue *vq)
{
	struct scatterlist *sgs[] = { slot->out_sg, slot->in_sg };
	unsigned int i;

	/* What was there before is not taken for an answer. */
	slot->reply->error = cpu_to_le32(~0);
	for (i = 0; slot->in && i < runner->run->segments; i++)
		memset(slot->in[i], 0, runner->segment);
	slot_make_sg(slot, runner);
	slot->number = runner->added;
	slot->sent = ktime_get();
	return virtqueue_add_sgs(vq, sgs, 1, 1, slot, GFP_KERNEL);
}

static bool slot_is_right(const struct slot *slot, const struct runner *runner,
			  unsigned int len)
{
	const struct virtio_xtest_run *run = runner->run;
	size_t want = sizeof(*slot->reply) + (slot->in ? run->bytes : 0);
	u32 crc = ~0;
	unsigned int i;

	if (len != want || slot->reply->error)
		return false;
	if (virtio_has_feature(runner->xtest->vdev, VIRTIO_XTEST_F_CRC) &&
	    le32_to_cpu(slot->reply->crc) != slot->crc)
		return false;
	if (!slot->in)
		return true;

	for (i = 0; i < run->segments; i++)
		crc = crc32c(crc, slot->in[i], runner->segment);
	return crc == slot->crc;
}

static void tell(struct runner *runner, struct lane *lane)
{
	if (!virtqueue_kick_prepare(lane->vq))
		return;

	runner->run->notifications++;
	virtqueue_notify(lane->vq);
}

/* Send what can be sent, and tell the device. */
static int send(struct runner *runner, struct lane *lane)
{
	struct virtio_xtest_run *run = runner->run;
	unsigned int batch = 0;
	int ret = 0;

	while (lane->num_free && runner->added < run->count) {
		ret = slot_send(lane->free[lane->num_free - 1], runner,
				lane->vq);
		if (ret)
			break;
		lane->num_free--;
		runner->added++;
		run->peak = max(run->peak, runner->added - run->completed);
		if (++batch % run->batch == 0)
			tell(runner, lane);
	}
	if (batch % run->batch)
		tell(runner, lane);
	/* As many as the ring has room for are under way. */
	return ret == -ENOSPC ? 0 : ret;
}

static int take(struct runner *runner, struct lane *lane)
{
	struct virtio_xtest_run *run = runner->run;
	u64 __user *latencies = u64_to_user_ptr(run->latencies);
	struct slot *slot;
	unsigned int len;
	int taken = 0;

	while ((slot = virtqueue_get_buf(lane->vq, &len)) != NULL) {
		u64 ns = ktime_to_ns(ktime_sub(ktime_get(), slot->sent));

		if (!slot_is_right(slot, runner, len))
			run->wrong++;
		run->completed++;
		lane->free[lane->num_free++] = slot;
		taken++;
		if (latencies && put_user(ns, &latencies[slot->number]))
			return -EFAULT;
	}
	return taken;
}

static bool is_broken(const struct runner *runner)
{
	unsigned int i;

	for (i = 0; i < runner->run->num_queues; i++)
		if (virtqueue_is_broken(runner->lanes[i].vq))
			return true;
	return false;
}

static bool is_called(const struct runner *runner, unsigned int seen)
{
	return READ_ONCE(runner->xtest->gone) || is_broken(runner) ||
	       atomic_read(&runner->xtest->callbacks) != seen;
}

/* Whether nothing came before the device knew. */
static bool enable_callbacks(struct runner *runner)
{
	bool none = true;
	unsigned int i;

	for (i = 0; i < runner->run->num_queues; i++)
		none &= virtqueue_enable_cb(runner->lanes[i].vq);
	return none;
}

static void disable_callbacks(struct runner *runner)
{
	unsigned int i;

	for (i = 0; i < runner->run->num_queues; i++)
		virtqueue_disable_cb(runner->lanes[i].vq);
}

static int wait_for_more(struct runner *runner)
{
	struct virtio_xtest *xtest = runner->xtest;
	unsigned int seen = atomic_read(&xtest->callbacks);
	long left = msecs_to_jiffies(runner->run->timeout_ms);

	if (enable_callbacks(runner))
		left = wait_event_interruptible_timeout(xtest->wait,
							is_called(runner, seen),
							left);
	disable_callbacks(runner);
	if (READ_ONCE(xtest->gone))
		return -ENODEV;
	if (is_broken(runner))
		return -EIO;
	if (left < 0)
		return -EINTR;

	return left ? 0 : -ETIMEDOUT;
}

/* Whether any chain came back; or an error. */
static int turn(struct runner *runner)
{
	int ret, taken = 0;
	unsigned int i;

	for (i = 0; i < runner->run->num_queues; i++) {
		ret = send(runner, &runner->lanes[i]);
		if (!ret)
			ret = take(runner, &runner->lanes[i]);
		if (ret < 0)
			return ret;
		taken += ret;
	}
	return READ_ONCE(runner->xtest->gone) ? -ENODEV : taken;
}

static int run_all(struct runner *runner)
{
	struct virtio_xtest_run *run = runner->run;
	int ret = 0;

	disable_callbacks(runner);
	while (ret >= 0 && run->completed < run->count) {
		ret = turn(runner);
		if (!ret)
			ret = wait_for_more(runner);
	}
	return min(ret, 0);
}

static int check(const struct virtio_xtest *xtest,
		 const struct virtio_xtest_run *run)
{
	unsigned int size, descs;

	if (!xtest->vqs)
		return -EIO;
	if (!run->num_queues || run->num_queues > xtest->num_queues ||
	    run->queue > xtest->num_queues - run->num_queues ||
	    run->operation >= VIRTIO_XTEST_NUM_OPERATIONS ||
	    !run->count || !run->depth || run->depth > MAX_DEPTH ||
	    run->num_queues * run->depth > MAX_SLOTS ||
	    !run->segments || run->segments > MAX_SEGMENTS || !run->bytes ||
	    run->bytes % run->segments || !run->timeout_ms || !run->batch)
		return -EINVAL;

	size = virtqueue_get_vring_size(xtest->vqs[run->queue]);
	descs = 2 + (reads(run) ? run->segments : 0) +
		(writes(run) ? run->segments : 0);
	return descs > size ? -EINVAL : 0;
}

static void runner_exit(struct runner *runner, unsigned int made)
{
	while (made--)
		slot_free(&runner->slots[made], runner->run->segments);
	kfree(runner->lanes);
	kvfree(runner->free);
	kvfree(runner->slots);
}

static int runner_init(struct runner *runner)
{
	struct virtio_xtest_run *run = runner->run;
	unsigned int i, made;
	int ret;

	runner->segment = run->bytes / run->segments;
	runner->num_slots = run->num_queues * run->depth;
	runner->slots = kvcalloc(runner->num_slots, sizeof(*runner->slots),
				 GFP_KERNEL);
	runner->free = kvcalloc(runner->num_slots, sizeof(*runner->free),
				GFP_KERNEL);
	runner->lanes = kcalloc(run->num_queues, sizeof(*runner->lanes),
				GFP_KERNEL);
	if (!runner->slots || !runner->free || !runner->lanes) {
		runner_exit(runner, 0);
		return -ENOMEM;
	}

	for (i = 0; i < run->num_queues; i++) {
		runner->lanes[i].vq = runner->xtest->vqs[run->queue + i];
		runner->lanes[i].free = &runner->free[i * run->depth];
	}

	for (made = 0; made < runner->num_slots; made++) {
		struct lane *lane = &runner->lanes[made / run->depth];

		ret = slot_alloc(&runner->slots[made], runner,
				 run->seed + made);
		if (ret) {
			runner_exit(runner, made);
			return ret;
		}
		lane->free[lane->num_free++] = &runner->slots[made];
	}
	return 0;
}

/* Whether the device has a chain still. */
static bool is_under_way(const struct runner *runner)
{
	return runner->added != runner->run->completed;
}

/**
 * virtio_xtest_run() - send chains, and take them back
 * @xtest: the device
 * @run: what is wanted; completed with how it went
 *
 * Context: may sleep; under the lock.
 * Return: 0, or what VIRTIO_XTEST_RUN returns.
 */
int virtio_xtest_run(struct virtio_xtest *xtest, struct virtio_xtest_run *run)
{
	struct runner runner = { .xtest = xtest, .run = run };
	unsigned int callbacks;
	ktime_t started;
	int ret;

	ret = check(xtest, run);
	if (ret)
		return ret;

	run->completed = 0;
	run->wrong = 0;
	run->peak = 0;
	run->notifications = 0;
	ret = runner_init(&runner);
	if (ret)
		return ret;

	callbacks = atomic_read(&xtest->callbacks);
	started = ktime_get();
	ret = run_all(&runner);
	run->duration_ns = ktime_to_ns(ktime_sub(ktime_get(), started));
	run->interrupts = (u32)atomic_read(&xtest->callbacks) - callbacks;

	/* What is under way still is the device's until it is reset. */
	if (is_under_way(&runner))
		virtio_xtest_reset(xtest);
	runner_exit(&runner, runner.num_slots);
	return ret;
}
