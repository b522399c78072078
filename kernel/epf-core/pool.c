// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * Addresses to give out. The memory behind them is neither touched nor mapped
 * here, so genalloc's "virtual" address is simply the physical one again: a
 * name for the place, on 32-bit machines as on others.
 *
 * The EPC core hands windows out in powers of two (pci-epc-mem.c): a map of
 * 260 KiB takes 512. Here it takes 260, rounded to the granule that the
 * controller can tell two maps apart by.
 */

#include <kunit/visibility.h>
#include <linux/align.h>
#include <linux/bitmap.h>
#include <linux/genalloc.h>
#include <linux/limits.h>
#include <linux/log2.h>
#include <linux/math.h>
#include <linux/math64.h>
#include <linux/numa.h>
#include <linux/minmax.h>
#include <linux/sizes.h>
#include <linux/slab.h>

#include "pool.h"

struct epf_pool {
	struct gen_pool *pool;
	bool natural;
};

/**
 * epf_pool_create() - make an empty pool
 * @granule: bytes that an allocation is rounded up to; a power of two
 * @natural: an allocation is aligned to its size, rounded up to a power of two,
 *	as translation by masking address bits wants it
 *
 * Return: the pool, or NULL where there is no memory for it.
 */
struct epf_pool *epf_pool_create(size_t granule, bool natural)
{
	struct epf_pool *pool;

	pool = kzalloc(sizeof(*pool), GFP_KERNEL);
	if (!pool)
		return NULL;

	pool->natural = natural;
	pool->pool = gen_pool_create(ilog2(granule), NUMA_NO_NODE);
	if (!pool->pool) {
		kfree(pool);
		return NULL;
	}

	return pool;
}
EXPORT_SYMBOL_IF_KUNIT(epf_pool_create);

/**
 * epf_pool_destroy() - free a pool
 * @pool: the pool; nothing is allocated from it
 */
void epf_pool_destroy(struct epf_pool *pool)
{
	gen_pool_destroy(pool->pool);
	kfree(pool);
}
EXPORT_SYMBOL_IF_KUNIT(epf_pool_destroy);

/**
 * epf_pool_add() - add addresses to a pool
 * @pool: the pool
 * @phys: the first; not 0, a multiple of the granule
 * @size: bytes; a multiple of the granule
 * @owner: comes back with every allocation from these addresses
 *
 * Return: 0, -ENOMEM, or -ERANGE where an unsigned long cannot hold the
 *	addresses.
 */
int epf_pool_add(struct epf_pool *pool, phys_addr_t phys, size_t size,
		 void *owner)
{
	if (phys + size - 1 > ULONG_MAX)
		return -ERANGE;

	return gen_pool_add_owner(pool->pool, phys, phys, size, NUMA_NO_NODE,
				  owner);
}
EXPORT_SYMBOL_IF_KUNIT(epf_pool_add);

/**
 * epf_pool_alloc() - allocate addresses
 * @pool: the pool
 * @size: bytes; not 0
 * @phys: set to the first address
 * @owner: set to the owner of the addresses
 *
 * Return: 0, or -ENOSPC where no free piece is large enough.
 */
int epf_pool_alloc(struct epf_pool *pool, size_t size, phys_addr_t *phys,
		   void **owner)
{
	struct genpool_data_align data = { .align = 1 };
	unsigned long addr;

	/* genalloc cannot align to more; no window is that large. */
	if (pool->natural && size <= SZ_1G)
		data.align = roundup_pow_of_two(size);

	addr = gen_pool_alloc_algo_owner(pool->pool, size,
					 gen_pool_first_fit_align, &data,
					 owner);
	if (!addr)
		return -ENOSPC;

	*phys = addr;
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(epf_pool_alloc);

/**
 * epf_pool_free() - give addresses back
 * @pool: the pool
 * @phys: the first
 * @size: bytes, as allocated
 */
void epf_pool_free(struct epf_pool *pool, phys_addr_t phys, size_t size)
{
	gen_pool_free(pool->pool, phys, size);
}
EXPORT_SYMBOL_IF_KUNIT(epf_pool_free);

struct largest {
	bool natural;
	size_t size;
};

/* What fits between two addresses: all, or the largest power of two. */
static size_t pool_fits(unsigned long start, unsigned long end, bool natural)
{
	size_t size = end - start;

	if (!natural)
		return size;

	size = rounddown_pow_of_two(size);
	while (ALIGN(start, size) + size > end)
		size >>= 1;
	return size;
}

static void pool_find_largest(struct gen_pool *pool,
			      struct gen_pool_chunk *chunk, void *data)
{
	int order = pool->min_alloc_order;
	unsigned long bits = (chunk->end_addr - chunk->start_addr + 1) >> order;
	struct largest *largest = data;
	unsigned long start, end;

	for_each_clear_bitrange(start, end, chunk->bits, bits)
		largest->size = max(largest->size,
				    pool_fits(chunk->start_addr +
					      (start << order),
					      chunk->start_addr +
					      (end << order),
					      largest->natural));
}

/**
 * epf_pool_get_stats() - find out how full a pool is
 * @pool: the pool
 * @stats: filled
 */
void epf_pool_get_stats(struct epf_pool *pool, struct epf_pool_stats *stats)
{
	struct largest largest = { .natural = pool->natural };
	size_t free = gen_pool_avail(pool->pool);

	*stats = (struct epf_pool_stats) {
		.size = gen_pool_size(pool->pool),
	};
	stats->used = stats->size - free;
	gen_pool_for_each_chunk(pool->pool, pool_find_largest, &largest);
	stats->largest_free = largest.size;
	if (free)
		stats->fragmentation =
			1000 - div64_u64(1000ULL * stats->largest_free, free);
}
EXPORT_SYMBOL_IF_KUNIT(epf_pool_get_stats);
