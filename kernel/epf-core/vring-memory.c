// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * How a ring reaches the host: through maps of its areas that last as long as
 * the ring. What is long enough is read by DMA, as a load of the CPU's is a round
 * trip for every few bytes. Indirect tables are anywhere: they are transfers
 * like the data.
 */

#include <linux/err.h>
#include <linux/export.h>
#include <linux/io.h>
#include <linux/minmax.h>
#include <linux/moduleparam.h>
#include <linux/overflow.h>
#include <linux/sizes.h>
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

/* Areas that are closer to each other share a map. */
#define MAX_GAP		SZ_4K

/* Where a controller's maps are short, an area takes several. */
#define MAX_MAPS	16

/**
 * struct epf_vring_memory - a ring's areas in the host's memory
 * @maps: the function's maps
 * @transfers: the function's transfers
 * @dma: there are DMA channels
 * @num: number of maps that last
 * @pinned: these maps
 */
struct epf_vring_memory {
	struct epf_maps *maps;
	struct epf_transfers *transfers;
	bool dma;
	unsigned int num;
	struct epf_map pinned[MAX_MAPS];
};

/* The map that has an address, or NULL. */
static const struct epf_map *memory_find(const struct epf_vring_memory *memory,
					 u64 pci_addr)
{
	unsigned int i;

	for (i = 0; i < memory->num; i++) {
		const struct epf_map *map = &memory->pinned[i];

		if (pci_addr >= map->pci_addr &&
		    pci_addr - map->pci_addr < map->size)
			return map;
	}

	return NULL;
}

static int memory_transfer(struct epf_vring_memory *memory, u64 pci_addr,
			   void *buf, size_t len, enum epf_engine engine)
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
		.engine = engine,
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
		return memory_transfer(memory, pci_addr, buf, len,
				       EPF_ENGINE_DMA);

	while (len) {
		const struct epf_map *map = memory_find(memory, pci_addr);
		size_t offset, part;

		if (!map)
			return memory_transfer(memory, pci_addr, buf, len,
					       EPF_ENGINE_CPU);

		offset = pci_addr - map->pci_addr;
		part = min(len, map->size - offset);
		load(buf, map->virt + offset, part);
		pci_addr += part;
		buf += part;
		len -= part;
	}

	return 0;
}

static int memory_write(void *context, u64 pci_addr, const void *buf,
			size_t len)
{
	struct epf_vring_memory *memory = context;

	while (len) {
		const struct epf_map *map = memory_find(memory, pci_addr);
		size_t offset, part;

		if (!map)
			return -EFAULT;

		offset = pci_addr - map->pci_addr;
		part = min(len, map->size - offset);
		store(map->virt + offset, buf, part);
		pci_addr += part;
		buf += part;
		len -= part;
	}

	return 0;
}

static const struct epf_vring_memory_ops memory_ops = {
	.read = memory_read,
	.write = memory_write,
};

static int memory_pin(struct epf_vring_memory *memory, u64 pci_addr,
		      size_t size)
{
	while (size) {
		struct epf_map *map = &memory->pinned[memory->num];
		int ret;

		if (memory->num == MAX_MAPS)
			return -ENOSPC;

		ret = epf_map_get(memory->maps, pci_addr, size, map);
		if (ret)
			return ret;

		memory->num++;
		pci_addr += map->size;
		size -= map->size;
	}

	return 0;
}

/* Areas that follow each other are mapped together. */
static int memory_pin_areas(struct epf_vring_memory *memory,
			    const struct vring_area *areas, unsigned int num)
{
	u64 start = areas[0].pci_addr, last = start + areas[0].size - 1;
	unsigned int i;
	int ret;

	for (i = 1; i < num; i++) {
		const struct vring_area *area = &areas[i];

		if (area->pci_addr < start || area->pci_addr - start > SZ_16M ||
		    (area->pci_addr > last &&
		     area->pci_addr - last > MAX_GAP)) {
			ret = memory_pin(memory, start, last - start + 1);
			if (ret)
				return ret;
			start = area->pci_addr;
			last = start;
		}
		last = max(last, area->pci_addr + area->size - 1);
	}

	return memory_pin(memory, start, last - start + 1);
}

/**
 * epf_vring_memory_create() - map the areas of a ring
 * @maps: the function's maps; some are in use from now on
 * @transfers: the function's transfers
 * @config: what the ring is made of; its @ops, @context, @burst and @by_field are
 *	set
 *
 * Context: may sleep.
 * Return: the memory, or an error: -EINVAL where @config does not go together,
 *	-ENOMEM, or one of epf_map_get().
 */
struct epf_vring_memory *
epf_vring_memory_create(struct epf_maps *maps, struct epf_transfers *transfers,
			struct epf_vring_config *config)
{
	struct vring_area areas[VRING_NUM_AREAS];
	struct epf_vring_memory *memory;
	unsigned int first;
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
	first = config->shadow_desc ? VRING_DEVICE_AREA : 0;
	ret = memory_pin_areas(memory, &areas[first], VRING_NUM_AREAS - first);
	if (ret) {
		epf_vring_memory_destroy(memory);
		return ERR_PTR(ret);
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
	while (memory->num)
		epf_map_put(memory->maps, &memory->pinned[--memory->num]);
	kfree(memory);
}
EXPORT_SYMBOL_GPL(epf_vring_memory_destroy);
