/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef EPF_DMA_H
#define EPF_DMA_H

#include <linux/dmaengine.h>

#include "epf-core.h"

struct pci_epf;

/* More than one, for one waits for the link while another uses it. */
#define EPF_DMA_CHANNELS	2

/**
 * struct epf_dma - the DMA channels that a function can use
 * @kind: what they do about maps
 * @channels: by direction; one channel may be both
 * @num_channels: by direction
 * @turn: of the next channel, by direction
 */
struct epf_dma {
	enum epf_dma_kind kind;
	struct dma_chan *channels[EPF_NUM_DIRECTIONS][EPF_DMA_CHANNELS];
	unsigned int num_channels[EPF_NUM_DIRECTIONS];
	unsigned int turn[EPF_NUM_DIRECTIONS];
};

void epf_dma_request(struct epf_dma *dma, struct pci_epf *epf);
void epf_dma_release(struct epf_dma *dma);
struct dma_async_tx_descriptor *
epf_dma_prepare(struct epf_dma *dma, enum epf_direction direction,
		u64 host, dma_addr_t local, size_t len);
void epf_dma_terminate(struct epf_dma *dma);

#endif
