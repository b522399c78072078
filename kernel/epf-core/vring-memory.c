// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * How a ring reaches the host: through maps, of which those of its areas stay as
 * long as the ring where there are enough. What is long enough is read by DMA, as
 * a load of the CPU's is a round trip for every few bytes.
 */

#include <linux/err.h>
#include <linux/export.h>
#include <linux/io.h>
#include <linux/moduleparam.h>
#include <linux/slab.h>

#include "epf-core.h"
#include "vring.h"

static bool ring_by_field;
module_param(ring_by_field, bool, 0444);
MODULE_PARM_DESC(ring_by_field, "read split rings field by field, for comparison (default: off)");

/* From so many bytes on, one DMA read takes less time than loads of 8. */
#define MIN_DMA		64

/* What a DMA engine asks for with one read at least. */
#define DMA_BURST	256

/**
 * struct epf_vring_memory - a ring's areas in the host's memory
 * @maps: the function's maps
 * @transfers: the function's transfers
 * @dma: there are DMA channels
 * @areas: areas that the device accesses
 * @num_areas: their number
 */
struct epf_vring_memory {
	struct epf_maps *maps;
	struct epf_transfers *transfers;
	bool dma;
	struct vring_area areas[VRING_NUM_AREAS];
	unsigned int num_areas;
};

static int memory_read_by_dma(struct epf_vring_memory *memory, u64 pci_addr,
			      void *buf, size_t len)
{
	struct epf_segment segment = {
		.pci_addr = pci_addr,
		.buf = buf,
		.len = len,
	};
	struct epf_transfer transfer = {
		.segments = &segment,
		.num_segments = 1,
		.direction = EPF_FROM_HOST,
		.engine = EPF_ENGINE_DMA,
	};

	return epf_transfer_run(memory->transfers, &transfer);
}

/* Indices and flags in one access each: copies may go byte by byte. */
static void load(void *buf, const void __iomem *from, size_t len)
{
	if (len == sizeof(u16))
		*(u16 *)buf = __raw_readw(from);
	else if (len == sizeof(u32))
		*(u32 *)buf = __raw_readl(from);
	else
		memcpy_fromio(buf, from, len);
}

static void store(void __iomem *to, const void *buf, size_t len)
{
	if (len == sizeof(u16))
		__raw_writew(*(const u16 *)buf, to);
	else if (len == sizeof(u32))
		__raw_writel(*(const u32 *)buf, to);
	else
		memcpy_toio(to, buf, len);
}

static int memory_read(void *context, u64 pci_addr, void *buf, size_t len)
{
	struct epf_vring_memory *memory = context;

	if (memory->dma && len >= MIN_DMA)
		return memory_read_by_dma(memory, pci_addr, buf, len);

	while (len) {
		struct epf_map map;
		int ret;

		ret = epf_map_get(memory->maps, pci_addr, len, &map);
		if (ret)
			return ret;

		load(buf, map.virt, map.size);
		pci_addr += map.size;
		buf += map.size;
		len -= map.size;
		epf_map_put(memory->maps, &map);
	}

	return 0;
}

static int memory_write(void *context, u64 pci_addr, const void *buf,
			size_t len)
{
	struct epf_vring_memory *memory = context;

	while (len) {
		struct epf_map map;
		int ret;

		ret = epf_map_get(memory->maps, pci_addr, len, &map);
		if (ret)
			return ret;

		store(map.virt, buf, map.size);
		pci_addr += map.size;
		buf += map.size;
		len -= map.size;
		epf_map_put(memory->maps, &map);
	}

	return 0;
}

static const struct epf_vring_memory_ops memory_ops = {
	.read = memory_read,
	.write = memory_write,
};

/**
 * epf_vring_memory_create() - map the areas of a ring
 * @maps: the function's maps
 * @transfers: the function's transfers
 * @config: what the ring is made of; its @ops, @context, @burst and @by_field are
 *	set
 *
 * Context: may sleep.
 * Return: the memory, or an error: -EINVAL where @config does not go together,
 *	-ENOMEM, or one of epf_map_keep().
 */
struct epf_vring_memory *
epf_vring_memory_create(struct epf_maps *maps, struct epf_transfers *transfers,
			struct epf_vring_config *config)
{
	struct vring_area areas[VRING_NUM_AREAS];
	struct epf_vring_memory *memory;
	unsigned int i;
	int ret;

	ret = vring_get_areas(config, areas);
	if (ret)
		return ERR_PTR(ret);

	memory = kzalloc(sizeof(*memory), GFP_KERNEL);
	if (!memory)
		return ERR_PTR(-ENOMEM);

	memory->maps = maps;
	memory->transfers = transfers;
	memory->dma = epf_transfers_dma_kind(transfers) != EPF_DMA_NONE;

	/* What the host pushes, nobody reads from it. */
	for (i = config->shadow_desc ? VRING_DEVICE_AREA : 0;
	     i < VRING_NUM_AREAS; i++) {
		ret = epf_map_keep(maps, areas[i].pci_addr, areas[i].size);
		if (ret) {
			epf_vring_memory_destroy(memory);
			return ERR_PTR(ret);
		}
		memory->areas[memory->num_areas++] = areas[i];
	}

	config->ops = &memory_ops;
	config->context = memory;
	config->burst = memory->dma ? DMA_BURST : 0;
	config->by_field = ring_by_field;
	return memory;
}
EXPORT_SYMBOL_GPL(epf_vring_memory_create);

/**
 * epf_vring_memory_destroy() - let go of the areas of a ring
 * @memory: the memory; the ring that it is for is destroyed
 *
 * Context: may sleep.
 */
void epf_vring_memory_destroy(struct epf_vring_memory *memory)
{
	while (memory->num_areas--) {
		const struct vring_area *area =
			&memory->areas[memory->num_areas];

		epf_map_unkeep(memory->maps, area->pci_addr, area->size);
	}
	kfree(memory);
}
EXPORT_SYMBOL_GPL(epf_vring_memory_destroy);
