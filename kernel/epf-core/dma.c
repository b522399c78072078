// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * The DMA channels that can move data across the link. There are two kinds, and
 * nothing but where a channel was found tells them apart:
 *
 *   private	a channel of the controller itself: takes PCI addresses, needs no
 *		map (dw-edma)
 *   memcpy	a channel of the system: takes addresses of the endpoint, so that
 *		the host's memory has to be mapped first
 */

#include <linux/device.h>
#include <linux/pci-epc.h>
#include <linux/pci-epf.h>

#include "dma.h"

struct wanted {
	struct device *dev;
	u32 directions;
};

static bool channel_is_wanted(struct dma_chan *chan, void *data)
{
	const struct wanted *wanted = data;
	struct dma_slave_caps caps;

	return chan->device->dev == wanted->dev &&
	       !dma_get_slave_caps(chan, &caps) &&
	       caps.directions & wanted->directions;
}

static struct dma_chan *request_private(struct device *dev,
					enum dma_transfer_direction direction)
{
	struct wanted wanted = {
		.dev = dev,
		.directions = BIT(direction),
	};
	dma_cap_mask_t mask;

	dma_cap_zero(mask);
	dma_cap_set(DMA_SLAVE, mask);
	return dma_request_channel(mask, channel_is_wanted, &wanted);
}

static struct dma_chan *request_memcpy(void)
{
	dma_cap_mask_t mask;
	struct dma_chan *chan;

	dma_cap_zero(mask);
	dma_cap_set(DMA_MEMCPY, mask);
	chan = dma_request_chan_by_mask(&mask);
	return IS_ERR(chan) ? NULL : chan;
}

static void add_channel(struct epf_dma *dma, enum epf_direction direction,
			struct dma_chan *chan)
{
	dma->channels[direction][dma->num_channels[direction]++] = chan;
}

static void request_all_private(struct epf_dma *dma, struct device *dev,
				enum epf_direction direction,
				enum dma_transfer_direction dma_direction)
{
	while (dma->num_channels[direction] < EPF_DMA_CHANNELS) {
		struct dma_chan *chan = request_private(dev, dma_direction);

		if (!chan)
			return;
		add_channel(dma, direction, chan);
	}
}

/**
 * epf_dma_request() - look for DMA channels
 * @dma: set to what was found; EPF_DMA_NONE is an answer, not an error
 * @epf: the function, bound to its controller
 *
 * Context: may sleep.
 */
void epf_dma_request(struct epf_dma *dma, struct pci_epf *epf)
{
	struct device *dev = epf->epc->dev.parent;
	struct dma_chan *chan;

	*dma = (struct epf_dma) { .kind = EPF_DMA_NONE };
	request_all_private(dma, dev, EPF_FROM_HOST, DMA_DEV_TO_MEM);
	request_all_private(dma, dev, EPF_TO_HOST, DMA_MEM_TO_DEV);
	if (dma->num_channels[EPF_FROM_HOST] &&
	    dma->num_channels[EPF_TO_HOST]) {
		dma->kind = EPF_DMA_PRIVATE;
		return;
	}

	epf_dma_release(dma);
	chan = request_memcpy();
	if (chan) {
		dma->kind = EPF_DMA_MEMCPY;
		add_channel(dma, EPF_FROM_HOST, chan);
		add_channel(dma, EPF_TO_HOST, chan);
	}
}

/* A memcpy channel is there for both directions. */
static bool is_shared(const struct epf_dma *dma, enum epf_direction direction)
{
	return dma->kind == EPF_DMA_MEMCPY && direction == EPF_TO_HOST;
}

/**
 * epf_dma_release() - give the channels back
 * @dma: the channels; idle
 *
 * Context: may sleep.
 */
void epf_dma_release(struct epf_dma *dma)
{
	unsigned int direction, i;

	for (direction = 0; direction < EPF_NUM_DIRECTIONS; direction++)
		for (i = 0; i < dma->num_channels[direction]; i++)
			if (!is_shared(dma, direction))
				dma_release_channel(dma->channels[direction][i]);

	*dma = (struct epf_dma) { .kind = EPF_DMA_NONE };
}

/**
 * epf_dma_terminate() - end what the channels do
 * @dma: the channels
 *
 * No callback runs after this.
 *
 * Context: may sleep.
 */
void epf_dma_terminate(struct epf_dma *dma)
{
	unsigned int direction, i;

	for (direction = 0; direction < EPF_NUM_DIRECTIONS; direction++)
		for (i = 0; i < dma->num_channels[direction]; i++)
			dmaengine_terminate_sync(dma->channels[direction][i]);
}

static struct dma_async_tx_descriptor *
prepare_private(struct dma_chan *chan, enum epf_direction direction,
		u64 host, dma_addr_t local, size_t len)
{
	struct dma_slave_config config = {};

	if (direction == EPF_FROM_HOST) {
		config.direction = DMA_DEV_TO_MEM;
		config.src_addr = host;
	} else {
		config.direction = DMA_MEM_TO_DEV;
		config.dst_addr = host;
	}
	if (dmaengine_slave_config(chan, &config))
		return NULL;

	return dmaengine_prep_slave_single(chan, local, len, config.direction,
					   DMA_CTRL_ACK | DMA_PREP_INTERRUPT);
}

/**
 * epf_dma_prepare() - prepare the move of one piece, on the next channel
 * @dma: the channels; not EPF_DMA_NONE
 * @direction: where to
 * @host: host memory: a PCI address for EPF_DMA_PRIVATE, an address in a map for
 *	EPF_DMA_MEMCPY
 * @local: the endpoint's memory, mapped for the channel's device
 * @len: bytes
 *
 * Context: may sleep; one caller at a time.
 * Return: a descriptor to submit, or NULL where the channel has none.
 */
struct dma_async_tx_descriptor *
epf_dma_prepare(struct epf_dma *dma, enum epf_direction direction,
		u64 host, dma_addr_t local, size_t len)
{
	unsigned int turn = dma->turn[direction]++;
	struct dma_chan *chan;

	chan = dma->channels[direction][turn % dma->num_channels[direction]];
	if (dma->kind == EPF_DMA_PRIVATE)
		return prepare_private(chan, direction, host, local, len);

	return dmaengine_prep_dma_memcpy(chan,
					 direction == EPF_FROM_HOST ? local :
								      host,
					 direction == EPF_FROM_HOST ? host :
								      local,
					 len,
					 DMA_CTRL_ACK | DMA_PREP_INTERRUPT);
}
