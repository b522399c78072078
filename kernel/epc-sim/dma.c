// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * The controller's DMA engine, as endpoint controllers have it: two private
 * channels, of which one reads the host's memory and the other writes it. The
 * far end of a transfer is a PCI address; the engine needs no outbound window.
 * A channel works on one descriptor after the other, and is done with each
 * when the link would be.
 */

#include <linux/cleanup.h>
#include <linux/dmaengine.h>
#include <linux/list.h>
#include <linux/overflow.h>
#include <linux/platform_device.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "../compat/hrtimer.h"
#include "epc-sim.h"

struct dma_segment {
	phys_addr_t local;
	u64 remote;
	size_t len;
};

struct dma_descriptor {
	struct dma_async_tx_descriptor tx;
	struct list_head node;
	bool failed;
	unsigned int count;
	struct dma_segment segments[] __counted_by(count);
};

struct dma_channel {
	struct dma_chan chan;
	struct epc_sim *sim;
	enum dma_transfer_direction direction;
	/* Protects the lists and what follows. */
	spinlock_t lock;
	struct list_head submitted;	/* not to be started yet */
	struct list_head issued;	/* the first one is under way */
	struct dma_slave_config config;
	dma_cookie_t failed_cookie;	/* the last transfer that failed */
	struct hrtimer done;
};

struct epc_sim_dma {
	struct dma_device device;
	struct dma_channel channels[2];
};

static struct dma_channel *to_channel(struct dma_chan *chan)
{
	return container_of(chan, struct dma_channel, chan);
}

static struct dma_descriptor *to_descriptor(struct dma_async_tx_descriptor *tx)
{
	return container_of(tx, struct dma_descriptor, tx);
}

/* Move the data of a descriptor; how long it takes. */
static u64 run(struct dma_channel *channel, struct dma_descriptor *descriptor)
{
	/* The first function is who transfers, as by default in hardware. */
	struct epc_sim_function *function = epc_sim_function(channel->sim, 0, 0);
	bool write = channel->direction == DMA_MEM_TO_DEV;
	u64 cost_ns = 0;
	unsigned int i;

	for (i = 0; i < descriptor->count; i++) {
		const struct dma_segment *segment = &descriptor->segments[i];
		void *memory = epc_sim_ram(segment->local, segment->len);

		if (!memory ||
		    !epc_sim_outbound_dma(channel->sim, function,
					  segment->remote, memory, segment->len,
					  write, &cost_ns)) {
			descriptor->failed = true;
			break;
		}
	}

	/* The link serves in order: the last segment's time is the time. */
	return cost_ns;
}

/* With the channel's lock held: start the first one that is issued. */
static void start_next(struct dma_channel *channel)
{
	struct dma_descriptor *descriptor;

	descriptor = list_first_entry_or_null(&channel->issued,
					      struct dma_descriptor, node);
	if (!descriptor)
		return;

	hrtimer_start(&channel->done, ns_to_ktime(run(channel, descriptor)),
		      HRTIMER_MODE_REL_SOFT);
}

static void complete_descriptor(struct dma_descriptor *descriptor)
{
	struct dmaengine_result result = {
		.result = descriptor->failed ? DMA_TRANS_ABORTED :
					       DMA_TRANS_NOERROR,
	};
	struct dma_async_tx_descriptor *tx = &descriptor->tx;

	if (tx->callback_result)
		tx->callback_result(tx->callback_param, &result);
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
		descriptor = list_first_entry_or_null(&channel->issued,
						      struct dma_descriptor,
						      node);
		if (!descriptor)
			return HRTIMER_NORESTART;

		list_del(&descriptor->node);
		channel->chan.completed_cookie = descriptor->tx.cookie;
		if (descriptor->failed)
			channel->failed_cookie = descriptor->tx.cookie;
		start_next(channel);
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
	list_add_tail(&to_descriptor(tx)->node, &channel->submitted);
	return cookie;
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

	descriptor = kzalloc(struct_size(descriptor, segments, sg_len),
			     GFP_NOWAIT);
	if (!descriptor)
		return NULL;

	scoped_guard(spinlock_irqsave, &channel->lock)
		remote = direction == DMA_MEM_TO_DEV ?
			 channel->config.dst_addr : channel->config.src_addr;

	/* The far end is one range, the near end a list. */
	descriptor->count = sg_len;
	for_each_sg(sgl, sg, sg_len, i) {
		descriptor->segments[i].local = sg_dma_address(sg);
		descriptor->segments[i].remote = remote;
		descriptor->segments[i].len = sg_dma_len(sg);
		remote += sg_dma_len(sg);
	}

	dma_async_tx_descriptor_init(&descriptor->tx, chan);
	descriptor->tx.flags = flags;
	descriptor->tx.tx_submit = submit;
	return &descriptor->tx;
}

static void issue_pending(struct dma_chan *chan)
{
	struct dma_channel *channel = to_channel(chan);
	bool idle;

	guard(spinlock_irqsave)(&channel->lock);
	idle = list_empty(&channel->issued);
	list_splice_tail_init(&channel->submitted, &channel->issued);
	if (idle)
		start_next(channel);
}

static enum dma_status tx_status(struct dma_chan *chan, dma_cookie_t cookie,
				 struct dma_tx_state *state)
{
	struct dma_channel *channel = to_channel(chan);

	guard(spinlock_irqsave)(&channel->lock);
	if (state) {
		state->last = chan->completed_cookie;
		state->used = chan->cookie;
		state->residue = 0;
	}
	if (cookie == channel->failed_cookie)
		return DMA_ERROR;
	return dma_async_is_complete(cookie, chan->completed_cookie,
				     chan->cookie);
}

static int config(struct dma_chan *chan, struct dma_slave_config *config)
{
	struct dma_channel *channel = to_channel(chan);

	guard(spinlock_irqsave)(&channel->lock);
	channel->config = *config;
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
		chan->completed_cookie = chan->cookie;
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

/* A channel has one direction, the device has both. */
static void caps(struct dma_chan *chan, struct dma_slave_caps *caps)
{
	caps->directions = BIT(to_channel(chan)->direction);
}

static void channel_init(struct epc_sim *sim, struct dma_channel *channel,
			 enum dma_transfer_direction direction)
{
	struct dma_device *device = &sim->dma->device;

	channel->sim = sim;
	channel->direction = direction;
	spin_lock_init(&channel->lock);
	INIT_LIST_HEAD(&channel->submitted);
	INIT_LIST_HEAD(&channel->issued);
	hrtimer_setup(&channel->done, done, CLOCK_MONOTONIC,
		      HRTIMER_MODE_REL_SOFT);

	channel->chan.device = device;
	channel->chan.cookie = DMA_MIN_COOKIE;
	channel->chan.completed_cookie = DMA_MIN_COOKIE;
	list_add_tail(&channel->chan.device_node, &device->channels);
}

/**
 * epc_sim_dma_init() - make the DMA engine
 * @sim: the instance
 *
 * Return: 0, or -errno of the DMA engine core.
 */
int epc_sim_dma_init(struct epc_sim *sim)
{
	struct dma_device *device;
	int ret;

	sim->dma = kzalloc(sizeof(*sim->dma), GFP_KERNEL);
	if (!sim->dma)
		return -ENOMEM;

	device = &sim->dma->device;
	device->dev = &sim->pdev->dev;
	INIT_LIST_HEAD(&device->channels);
	dma_cap_set(DMA_SLAVE, device->cap_mask);
	dma_cap_set(DMA_PRIVATE, device->cap_mask);
	device->directions = BIT(DMA_DEV_TO_MEM) | BIT(DMA_MEM_TO_DEV);
	device->src_addr_widths = BIT(DMA_SLAVE_BUSWIDTH_1_BYTE);
	device->dst_addr_widths = BIT(DMA_SLAVE_BUSWIDTH_1_BYTE);
	device->residue_granularity = DMA_RESIDUE_GRANULARITY_DESCRIPTOR;
	device->device_free_chan_resources = free_resources;
	device->device_caps = caps;
	device->device_config = config;
	device->device_prep_slave_sg = prep_slave_sg;
	device->device_issue_pending = issue_pending;
	device->device_tx_status = tx_status;
	device->device_terminate_all = terminate_all;
	device->device_synchronize = synchronize;
	channel_init(sim, &sim->dma->channels[0], DMA_DEV_TO_MEM);
	channel_init(sim, &sim->dma->channels[1], DMA_MEM_TO_DEV);

	ret = dma_async_device_register(device);
	if (ret) {
		kfree(sim->dma);
		sim->dma = NULL;
	}

	return ret;
}

/**
 * epc_sim_dma_exit() - take the DMA engine away
 * @sim: the instance; no function uses it any more
 */
void epc_sim_dma_exit(struct epc_sim *sim)
{
	if (!sim->dma)
		return;

	dma_async_device_unregister(&sim->dma->device);
	kfree(sim->dma);
	sim->dma = NULL;
}
