// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * The controller's DMA engines, of two kinds:
 *
 *   private   two channels, of which one reads the host's memory and the other
 *             writes it, as endpoint controllers have them. One end of a
 *             transfer is a PCI address; no outbound map is needed.
 *   memcpy    one channel for anyone, from one address of the endpoint's bus to
 *             another. A window leads where it is mapped to, as for a CPU.
 *
 * A channel works on one descriptor after the other. The data moves when its
 * turn comes; it is done when the link would be.
 */

#include <linux/cleanup.h>
#include <linux/dmaengine.h>
#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/lockdep.h>
#include <linux/minmax.h>
#include <linux/overflow.h>
#include <linux/platform_device.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>
#include <linux/sizes.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "../compat/hrtimer.h"
#include "epc-sim.h"

/* What the engine holds of a copy from window to window. */
#define DMA_BUFFER	SZ_4K

/* Of the private engine, in each direction; as DesignWare's can have */
#define PRIVATE_CHANNELS	8

/* How many transfers back one can ask whether one failed. */
#define DMA_HISTORY	64

struct dma_segment {
	u64 from;
	u64 to;
	size_t len;
};

struct dma_descriptor {
	struct dma_async_tx_descriptor tx;
	struct list_head node;
	struct dmaengine_result result;
	size_t len;
	unsigned int count;
	struct dma_segment segments[] __counted_by(count);
};

struct dma_channel {
	struct dma_chan chan;
	struct epc_sim *sim;
	enum dma_transfer_direction direction;
	void *buffer;			/* of a memcpy channel */
	/* Protects the lists and what follows. */
	spinlock_t lock;
	struct list_head prepared;	/* not submitted yet */
	struct list_head submitted;	/* not to be started yet */
	struct list_head issued;	/* the first one is under way */
	struct dma_slave_config config;
	u64 failed;			/* bit n: n before the last one */
	bool paused;
	ktime_t due;			/* when the first one is done */
	struct hrtimer done;
};

/* One device of the DMA engine core; it may outlive the instance's hardware. */
struct epc_sim_dma {
	struct dma_device device;
	unsigned int num_channels;
	struct dma_channel channels[] __counted_by(num_channels);
};

static struct dma_channel *to_channel(struct dma_chan *chan)
{
	return container_of(chan, struct dma_channel, chan);
}

static struct dma_descriptor *to_descriptor(struct dma_async_tx_descriptor *tx)
{
	return container_of(tx, struct dma_descriptor, tx);
}

/* --- Moving data -------------------------------------------------------- */

/* Private channels work for the first function, as by default in hardware. */
static struct epc_sim_function *function_of(struct dma_channel *channel)
{
	return epc_sim_function(channel->sim, 0, 0);
}

static enum dmaengine_tx_result read_host(struct dma_channel *channel,
					  const struct dma_segment *segment,
					  u64 *cost_ns)
{
	void *memory = epc_sim_ram(segment->to, segment->len);

	if (!memory)
		return DMA_TRANS_WRITE_FAILED;

	return epc_sim_outbound_dma(channel->sim, function_of(channel),
				    segment->from, memory, segment->len, false,
				    cost_ns) ?
	       DMA_TRANS_NOERROR : DMA_TRANS_READ_FAILED;
}

static enum dmaengine_tx_result write_host(struct dma_channel *channel,
					   const struct dma_segment *segment,
					   u64 *cost_ns)
{
	void *memory = epc_sim_ram(segment->from, segment->len);

	if (!memory)
		return DMA_TRANS_READ_FAILED;

	return epc_sim_outbound_dma(channel->sim, function_of(channel),
				    segment->to, memory, segment->len, true,
				    cost_ns) ?
	       DMA_TRANS_NOERROR : DMA_TRANS_WRITE_FAILED;
}

/* From anywhere to anywhere; what is not memory should be a window. */
static enum dmaengine_tx_result copy(struct dma_channel *channel,
				     const struct dma_segment *segment,
				     u64 *cost_ns)
{
	void *from = epc_sim_ram(segment->from, segment->len);
	void *to = epc_sim_ram(segment->to, segment->len);
	struct epc_sim *sim = channel->sim;
	u64 read_ns = 0, write_ns = 0;
	size_t done, len;

	if (from && to) {
		memmove(to, from, segment->len);
		return DMA_TRANS_NOERROR;
	}

	for (done = 0; done < segment->len; done += len) {
		len = segment->len - done;
		if (!from && !to)
			len = min(len, DMA_BUFFER);

		if (!from &&
		    !epc_sim_outbound_dma_window(sim, segment->from + done,
						 to ?: channel->buffer, len,
						 false, &read_ns))
			return DMA_TRANS_READ_FAILED;
		if (!to &&
		    !epc_sim_outbound_dma_window(sim, segment->to + done,
						 from ?: channel->buffer, len,
						 true, &write_ns))
			return DMA_TRANS_WRITE_FAILED;

		/* It writes one part while it reads the next. */
		*cost_ns = max(read_ns, write_ns);
	}

	return DMA_TRANS_NOERROR;
}

static enum dmaengine_tx_result move(struct dma_channel *channel,
				     const struct dma_segment *segment,
				     u64 *cost_ns)
{
	switch (channel->direction) {
	case DMA_DEV_TO_MEM:
		return read_host(channel, segment, cost_ns);
	case DMA_MEM_TO_DEV:
		return write_host(channel, segment, cost_ns);
	default:
		return copy(channel, segment, cost_ns);
	}
}

/* Move the data of a descriptor; how long it takes. */
static u64 run(struct dma_channel *channel, struct dma_descriptor *descriptor)
{
	struct dmaengine_result *result = &descriptor->result;
	u64 cost_ns = 0;
	unsigned int i;

	if (epc_sim_fault_dma(channel->sim, function_of(channel),
			      descriptor->len)) {
		result->result = DMA_TRANS_ABORTED;
		return 0;
	}

	for (i = 0; i < descriptor->count; i++) {
		result->result = move(channel, &descriptor->segments[i],
				      &cost_ns);
		if (result->result != DMA_TRANS_NOERROR)
			break;
		result->residue -= descriptor->segments[i].len;
	}

	/* The link serves in order: the last segment's time is the time. */
	return cost_ns;
}

/* --- The queue of a channel --------------------------------------------- */

static struct dma_descriptor *first_issued(struct dma_channel *channel)
{
	lockdep_assert_held(&channel->lock);
	return list_first_entry_or_null(&channel->issued,
					struct dma_descriptor, node);
}

static void start_first(struct dma_channel *channel)
{
	struct dma_descriptor *descriptor = first_issued(channel);

	if (!descriptor)
		return;

	channel->due = ktime_add_ns(ktime_get(), run(channel, descriptor));
	if (!channel->paused)
		hrtimer_start(&channel->done, channel->due,
			      HRTIMER_MODE_ABS_SOFT);
}

static void complete_descriptor(struct dma_descriptor *descriptor)
{
	struct dma_async_tx_descriptor *tx = &descriptor->tx;

	if (tx->callback_result)
		tx->callback_result(tx->callback_param, &descriptor->result);
	else if (tx->callback)
		tx->callback(tx->callback_param);
	dma_run_dependencies(tx);
	kfree(descriptor);
}

static enum hrtimer_restart done(struct hrtimer *timer)
{
	struct dma_channel *channel = container_of(timer, struct dma_channel,
						   done);
	struct dma_descriptor *descriptor;

	scoped_guard(spinlock_irqsave, &channel->lock) {
		descriptor = first_issued(channel);
		/* Terminated or paused meanwhile; or it is the next one's turn. */
		if (!descriptor || channel->paused ||
		    ktime_before(ktime_get(), channel->due))
			return HRTIMER_NORESTART;

		list_del(&descriptor->node);
		channel->chan.completed_cookie = descriptor->tx.cookie;
		channel->failed = channel->failed << 1 |
			(descriptor->result.result != DMA_TRANS_NOERROR);
		start_first(channel);
	}

	complete_descriptor(descriptor);
	return HRTIMER_NORESTART;
}

static dma_cookie_t submit(struct dma_async_tx_descriptor *tx)
{
	struct dma_channel *channel = to_channel(tx->chan);
	dma_cookie_t cookie;

	guard(spinlock_irqsave)(&channel->lock);
	cookie = channel->chan.cookie + 1;
	if (cookie < DMA_MIN_COOKIE)
		cookie = DMA_MIN_COOKIE;
	tx->cookie = cookie;
	channel->chan.cookie = cookie;
	list_move_tail(&to_descriptor(tx)->node, &channel->submitted);
	return cookie;
}

static struct dma_descriptor *prepare(struct dma_channel *channel,
				      unsigned int count, unsigned long flags)
{
	struct dma_descriptor *descriptor;

	descriptor = kzalloc(struct_size(descriptor, segments, count),
			     GFP_NOWAIT);
	if (!descriptor)
		return NULL;

	descriptor->count = count;
	dma_async_tx_descriptor_init(&descriptor->tx, &channel->chan);
	descriptor->tx.flags = flags;
	descriptor->tx.tx_submit = submit;
	return descriptor;
}

static struct dma_async_tx_descriptor *
prepared(struct dma_channel *channel, struct dma_descriptor *descriptor)
{
	unsigned int i;

	for (i = 0; i < descriptor->count; i++)
		descriptor->len += descriptor->segments[i].len;
	descriptor->result.residue = descriptor->len;

	guard(spinlock_irqsave)(&channel->lock);
	list_add_tail(&descriptor->node, &channel->prepared);
	return &descriptor->tx;
}

static struct dma_async_tx_descriptor *
prep_slave_sg(struct dma_chan *chan, struct scatterlist *sgl,
	      unsigned int sg_len, enum dma_transfer_direction direction,
	      unsigned long flags, void *context)
{
	struct dma_channel *channel = to_channel(chan);
	struct dma_descriptor *descriptor;
	struct scatterlist *sg;
	unsigned int i;
	u64 remote;

	if (direction != channel->direction || !sg_len)
		return NULL;

	descriptor = prepare(channel, sg_len, flags);
	if (!descriptor)
		return NULL;

	scoped_guard(spinlock_irqsave, &channel->lock)
		remote = direction == DMA_MEM_TO_DEV ?
			 channel->config.dst_addr : channel->config.src_addr;

	/* The far end is one range, the near end a list. */
	for_each_sg(sgl, sg, sg_len, i) {
		struct dma_segment *segment = &descriptor->segments[i];

		segment->from = direction == DMA_MEM_TO_DEV ?
				sg_dma_address(sg) : remote;
		segment->to = direction == DMA_MEM_TO_DEV ?
			      remote : sg_dma_address(sg);
		segment->len = sg_dma_len(sg);
		remote += segment->len;
	}

	return prepared(channel, descriptor);
}

static struct dma_async_tx_descriptor *
prep_memcpy(struct dma_chan *chan, dma_addr_t to, dma_addr_t from, size_t len,
	    unsigned long flags)
{
	struct dma_channel *channel = to_channel(chan);
	struct dma_descriptor *descriptor;

	descriptor = prepare(channel, 1, flags);
	if (!descriptor)
		return NULL;

	descriptor->segments[0] = (struct dma_segment) {
		.from = from,
		.to = to,
		.len = len,
	};
	return prepared(channel, descriptor);
}

static void issue_pending(struct dma_chan *chan)
{
	struct dma_channel *channel = to_channel(chan);
	bool idle;

	guard(spinlock_irqsave)(&channel->lock);
	idle = list_empty(&channel->issued);
	list_splice_tail_init(&channel->submitted, &channel->issued);
	if (idle)
		start_first(channel);
}

/* Of one that is not complete, bytes to go: by whole descriptors. */
static u32 residue(struct dma_channel *channel, dma_cookie_t cookie)
{
	struct dma_descriptor *descriptor;

	list_for_each_entry(descriptor, &channel->issued, node)
		if (descriptor->tx.cookie == cookie)
			return descriptor->len;
	list_for_each_entry(descriptor, &channel->submitted, node)
		if (descriptor->tx.cookie == cookie)
			return descriptor->len;

	return 0;
}

static bool has_failed(const struct dma_channel *channel, dma_cookie_t cookie)
{
	unsigned int ago = channel->chan.completed_cookie - cookie;

	return ago < DMA_HISTORY && channel->failed & BIT_ULL(ago);
}

static enum dma_status tx_status(struct dma_chan *chan, dma_cookie_t cookie,
				 struct dma_tx_state *state)
{
	struct dma_channel *channel = to_channel(chan);
	enum dma_status status;

	guard(spinlock_irqsave)(&channel->lock);
	status = dma_async_is_complete(cookie, chan->completed_cookie,
				       chan->cookie);
	if (state) {
		state->last = chan->completed_cookie;
		state->used = chan->cookie;
		state->residue = residue(channel, cookie);
	}

	if (status == DMA_COMPLETE)
		return has_failed(channel, cookie) ? DMA_ERROR : DMA_COMPLETE;
	return channel->paused ? DMA_PAUSED : status;
}

static int config(struct dma_chan *chan, struct dma_slave_config *config)
{
	struct dma_channel *channel = to_channel(chan);

	guard(spinlock_irqsave)(&channel->lock);
	channel->config = *config;
	return 0;
}

static int pause(struct dma_chan *chan)
{
	struct dma_channel *channel = to_channel(chan);

	guard(spinlock_irqsave)(&channel->lock);
	channel->paused = true;
	return 0;
}

static int resume(struct dma_chan *chan)
{
	struct dma_channel *channel = to_channel(chan);

	guard(spinlock_irqsave)(&channel->lock);
	channel->paused = false;
	if (first_issued(channel))
		hrtimer_start(&channel->done, channel->due,
			      HRTIMER_MODE_ABS_SOFT);
	return 0;
}

static int terminate_all(struct dma_chan *chan)
{
	struct dma_channel *channel = to_channel(chan);
	struct dma_descriptor *descriptor, *next;
	LIST_HEAD(dropped);

	scoped_guard(spinlock_irqsave, &channel->lock) {
		list_splice_tail_init(&channel->issued, &dropped);
		list_splice_tail_init(&channel->submitted, &dropped);
		list_splice_tail_init(&channel->prepared, &dropped);
		chan->completed_cookie = chan->cookie;
		channel->failed = 0;
		channel->paused = false;
	}

	list_for_each_entry_safe(descriptor, next, &dropped, node)
		kfree(descriptor);
	return 0;
}

static void synchronize(struct dma_chan *chan)
{
	hrtimer_cancel(&to_channel(chan)->done);
}

static void free_resources(struct dma_chan *chan)
{
	terminate_all(chan);
	synchronize(chan);
}

/* --- The devices of the DMA engine core --------------------------------- */

/* A channel has one direction, the device has both. */
static void caps(struct dma_chan *chan, struct dma_slave_caps *caps)
{
	caps->directions = BIT(to_channel(chan)->direction);
}

static void free_dma(struct epc_sim_dma *dma)
{
	unsigned int i;

	for (i = 0; i < dma->num_channels; i++) {
		kfree(dma->channels[i].buffer);
		epc_sim_put(dma->channels[i].sim);
	}
	kfree(dma);
}

static void release(struct dma_device *device)
{
	free_dma(container_of(device, struct epc_sim_dma, device));
}

static struct epc_sim_dma *alloc_dma(struct epc_sim *sim,
				     unsigned int num_channels)
{
	struct epc_sim_dma *dma;
	struct dma_device *device;

	dma = kzalloc(struct_size(dma, channels, num_channels), GFP_KERNEL);
	if (!dma)
		return NULL;

	device = &dma->device;
	device->dev = &sim->pdev->dev;
	INIT_LIST_HEAD(&device->channels);
	device->residue_granularity = DMA_RESIDUE_GRANULARITY_DESCRIPTOR;
	device->device_free_chan_resources = free_resources;
	device->device_issue_pending = issue_pending;
	device->device_tx_status = tx_status;
	device->device_pause = pause;
	device->device_resume = resume;
	device->device_terminate_all = terminate_all;
	device->device_synchronize = synchronize;
	device->device_release = release;
	return dma;
}

static void add_channel(struct epc_sim *sim, struct epc_sim_dma *dma,
			enum dma_transfer_direction direction)
{
	struct dma_channel *channel = &dma->channels[dma->num_channels++];

	channel->sim = epc_sim_get(sim);
	channel->direction = direction;
	spin_lock_init(&channel->lock);
	INIT_LIST_HEAD(&channel->prepared);
	INIT_LIST_HEAD(&channel->submitted);
	INIT_LIST_HEAD(&channel->issued);
	hrtimer_setup(&channel->done, done, CLOCK_MONOTONIC,
		      HRTIMER_MODE_ABS_SOFT);

	channel->chan.device = &dma->device;
	channel->chan.cookie = DMA_MIN_COOKIE;
	channel->chan.completed_cookie = DMA_MIN_COOKIE;
	list_add_tail(&channel->chan.device_node, &dma->device.channels);
}

static struct epc_sim_dma *alloc_private(struct epc_sim *sim)
{
	struct epc_sim_dma *dma = alloc_dma(sim, 2 * PRIVATE_CHANNELS);
	struct dma_device *device;
	unsigned int i;

	if (!dma)
		return NULL;

	device = &dma->device;
	dma_cap_set(DMA_SLAVE, device->cap_mask);
	dma_cap_set(DMA_PRIVATE, device->cap_mask);
	device->directions = BIT(DMA_DEV_TO_MEM) | BIT(DMA_MEM_TO_DEV);
	device->src_addr_widths = BIT(DMA_SLAVE_BUSWIDTH_1_BYTE);
	device->dst_addr_widths = BIT(DMA_SLAVE_BUSWIDTH_1_BYTE);
	device->device_caps = caps;
	device->device_config = config;
	device->device_prep_slave_sg = prep_slave_sg;
	for (i = 0; i < PRIVATE_CHANNELS; i++) {
		add_channel(sim, dma, DMA_DEV_TO_MEM);
		add_channel(sim, dma, DMA_MEM_TO_DEV);
	}
	return dma;
}

static struct epc_sim_dma *alloc_memcpy(struct epc_sim *sim)
{
	struct epc_sim_dma *dma = alloc_dma(sim, 1);

	if (!dma)
		return NULL;

	dma_cap_set(DMA_MEMCPY, dma->device.cap_mask);
	dma->device.device_prep_dma_memcpy = prep_memcpy;
	add_channel(sim, dma, DMA_MEM_TO_MEM);

	dma->channels[0].buffer = kmalloc(DMA_BUFFER, GFP_KERNEL);
	if (!dma->channels[0].buffer) {
		free_dma(dma);
		return NULL;
	}

	return dma;
}

static int register_dma(struct epc_sim_dma *dma, struct epc_sim_dma **slot)
{
	int ret;

	if (!dma)
		return -ENOMEM;

	ret = dma_async_device_register(&dma->device);
	if (ret) {
		free_dma(dma);
		return ret;
	}

	*slot = dma;
	return 0;
}

/**
 * epc_sim_dma_init() - make the DMA engines that the profile has
 * @sim: the instance
 *
 * Return: 0, or -errno of the DMA engine core.
 */
int epc_sim_dma_init(struct epc_sim *sim)
{
	int ret = 0;

	if (sim->profile.dma & EPC_SIM_DMA_PRIVATE)
		ret = register_dma(alloc_private(sim), &sim->dma_private);
	if (!ret && sim->profile.dma & EPC_SIM_DMA_MEMCPY)
		ret = register_dma(alloc_memcpy(sim), &sim->dma_memcpy);
	if (ret)
		epc_sim_dma_exit(sim);

	return ret;
}

static void unregister_dma(struct epc_sim_dma **slot)
{
	if (*slot)
		dma_async_device_unregister(&(*slot)->device);
	*slot = NULL;
}

/**
 * epc_sim_dma_exit() - take the DMA engines away
 * @sim: the instance; no function uses them any more
 */
void epc_sim_dma_exit(struct epc_sim *sim)
{
	unregister_dma(&sim->dma_memcpy);
	unregister_dma(&sim->dma_private);
}
