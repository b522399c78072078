/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef EPF_POOL_H
#define EPF_POOL_H

#include <linux/types.h>

struct epf_pool;

/**
 * struct epf_pool_stats - how full a pool is
 * @size: bytes in the pool
 * @used: bytes allocated, with what granularity and alignment cost
 * @largest_free: bytes of the largest allocation that would succeed
 * @fragmentation: share of the free bytes that are outside the largest free
 *	piece, in thousandths
 */
struct epf_pool_stats {
	size_t size;
	size_t used;
	size_t largest_free;
	unsigned int fragmentation;
};

struct epf_pool *epf_pool_create(size_t granule, bool natural);
void epf_pool_destroy(struct epf_pool *pool);
int epf_pool_add(struct epf_pool *pool, phys_addr_t phys, size_t size,
		 void *owner);
int epf_pool_alloc(struct epf_pool *pool, size_t size, phys_addr_t *phys,
		   void **owner);
void epf_pool_free(struct epf_pool *pool, phys_addr_t phys, size_t size);
void epf_pool_get_stats(struct epf_pool *pool, struct epf_pool_stats *stats);

#endif
