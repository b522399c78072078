/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef COMPAT_DMA_H
#define COMPAT_DMA_H

#include <linux/device.h>

/* A device's coherent memory is cached, as all other. */
static inline void compat_set_dma_coherent(struct device *dev)
{
#ifdef HAVE_DEV_SET_DMA_COHERENT
	dev_set_dma_coherent(dev);
#elif defined(CONFIG_ARCH_HAS_SYNC_DMA_FOR_DEVICE) || \
	defined(CONFIG_ARCH_HAS_SYNC_DMA_FOR_CPU) || \
	defined(CONFIG_ARCH_HAS_SYNC_DMA_FOR_CPU_ALL)
	dev->dma_coherent = true;
#endif
}

#endif
