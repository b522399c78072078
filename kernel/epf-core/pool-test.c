// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * KUnit tests of the pool of outbound addresses.
 */

#include <linux/bitmap.h>
#include <linux/module.h>
#include <linux/prandom.h>
#include <linux/sizes.h>
#include <kunit/test.h>

#include "../compat/kunit.h"
#include "pool.h"

#define BASE		0x2000000000ULL
#define SIZE		SZ_16M
#define GRANULE		SZ_4K

static int owner;

static struct epf_pool *make_pool(struct kunit *test, size_t granule,
				  bool natural)
{
	struct epf_pool *pool = epf_pool_create(granule, natural);

	KUNIT_ASSERT_NOT_NULL(test, pool);
	KUNIT_ASSERT_EQ(test, 0, epf_pool_add(pool, BASE, SIZE, &owner));
	return pool;
}

static phys_addr_t alloc(struct kunit *test, struct epf_pool *pool, size_t size)
{
	phys_addr_t phys;
	void *found;

	KUNIT_ASSERT_EQ(test, 0, epf_pool_alloc(pool, size, &phys, &found));
	KUNIT_EXPECT_PTR_EQ(test, found, (void *)&owner);
	KUNIT_EXPECT_GE(test, (u64)phys, BASE);
	KUNIT_EXPECT_LE(test, (u64)phys + size, BASE + SIZE);
	return phys;
}

static void pool_rounds_to_the_granule_only(struct kunit *test)
{
	struct epf_pool *pool = make_pool(test, SZ_64K, false);
	struct epf_pool_stats stats;
	phys_addr_t first = alloc(test, pool, SZ_256K + 1);
	phys_addr_t second = alloc(test, pool, 1);

	KUNIT_EXPECT_EQ(test, (u64)second, first + SZ_256K + SZ_64K);
	epf_pool_get_stats(pool, &stats);
	KUNIT_EXPECT_EQ(test, stats.size, (size_t)SIZE);
	KUNIT_EXPECT_EQ(test, stats.used, (size_t)SZ_256K + 2 * SZ_64K);
	KUNIT_EXPECT_EQ(test, stats.largest_free, stats.size - stats.used);
	KUNIT_EXPECT_EQ(test, stats.fragmentation, 0U);

	epf_pool_free(pool, first, SZ_256K + 1);
	epf_pool_get_stats(pool, &stats);
	KUNIT_EXPECT_GT(test, stats.fragmentation, 0U);

	epf_pool_free(pool, second, 1);
	epf_pool_get_stats(pool, &stats);
	KUNIT_EXPECT_EQ(test, stats.used, (size_t)0);
	KUNIT_EXPECT_EQ(test, stats.fragmentation, 0U);
	epf_pool_destroy(pool);
}

static void pool_aligns_naturally_on_request(struct kunit *test)
{
	struct epf_pool *pool = make_pool(test, GRANULE, true);
	struct epf_pool_stats stats;
	phys_addr_t small = alloc(test, pool, GRANULE);
	phys_addr_t large = alloc(test, pool, SZ_1M - GRANULE);

	KUNIT_EXPECT_EQ(test, large & (SZ_1M - 1), 0ULL);
	/* What is free on both sides of it is 8 MiB at most, aligned. */
	epf_pool_get_stats(pool, &stats);
	KUNIT_EXPECT_EQ(test, stats.largest_free, (size_t)SZ_8M);

	epf_pool_free(pool, small, GRANULE);
	epf_pool_free(pool, large, SZ_1M - GRANULE);
	epf_pool_destroy(pool);
}

static void pool_fails_when_full(struct kunit *test)
{
	struct epf_pool *pool = make_pool(test, GRANULE, false);
	phys_addr_t all = alloc(test, pool, SIZE);
	struct epf_pool_stats stats;
	phys_addr_t phys = 1;
	void *found;

	KUNIT_EXPECT_EQ(test, -ENOSPC, epf_pool_alloc(pool, 1, &phys, &found));
	KUNIT_EXPECT_EQ(test, (u64)phys, 1ULL);
	epf_pool_get_stats(pool, &stats);
	KUNIT_EXPECT_EQ(test, stats.largest_free, (size_t)0);

	epf_pool_free(pool, all, SIZE);
	KUNIT_EXPECT_EQ(test, 0, epf_pool_alloc(pool, SIZE, &phys, &found));
	epf_pool_free(pool, phys, SIZE);
	epf_pool_destroy(pool);
}

static void pool_keeps_chunks_apart(struct kunit *test)
{
	struct epf_pool *pool = make_pool(test, GRANULE, false);
	phys_addr_t phys[2];
	int other, i;
	void *found;

	KUNIT_ASSERT_EQ(test, 0,
			epf_pool_add(pool, BASE + SIZE, SIZE, &other));
	KUNIT_EXPECT_EQ(test, -ENOSPC,
			epf_pool_alloc(pool, SIZE + GRANULE, phys, &found));
	for (i = 0; i < 2; i++) {
		KUNIT_ASSERT_EQ(test, 0,
				epf_pool_alloc(pool, SIZE, &phys[i], &found));
		KUNIT_EXPECT_PTR_EQ(test, found,
				    phys[i] == BASE ? &owner : (void *)&other);
	}
	KUNIT_EXPECT_NE(test, (u64)phys[0], (u64)phys[1]);

	epf_pool_free(pool, phys[0], SIZE);
	epf_pool_free(pool, phys[1], SIZE);
	epf_pool_destroy(pool);
}

/* A size as functions ask for: from a granule to 1 MiB, odd more often. */
static size_t random_size(struct rnd_state *random)
{
	size_t limit = (size_t)GRANULE << (prandom_u32_state(random) % 9);

	return prandom_u32_state(random) % limit + 1;
}

/*
 * Bytes asked for and given by the EPC core's allocator before it first fails: a
 * model of pci_epc_mem_alloc_addr(), which itself also ioremap()s each, for which
 * there is a controller needed, and in User-Mode Linux room for 128.
 */
static size_t bytes_from_bitmap(struct kunit *test, u64 seed)
{
	const unsigned int pages = SIZE / GRANULE;
	unsigned long *bitmap = bitmap_zalloc(pages, GFP_KERNEL);
	struct rnd_state random;
	size_t bytes = 0, size;

	KUNIT_ASSERT_NOT_NULL(test, bitmap);
	prandom_seed_state(&random, seed);
	for (;;) {
		size = random_size(&random);
		if (bitmap_find_free_region(bitmap, pages,
					    order_base_2(DIV_ROUND_UP(size,
								      GRANULE))) < 0)
			break;
		bytes += size;
	}

	bitmap_free(bitmap);
	return bytes;
}

static size_t bytes_from_pool(struct kunit *test, u64 seed, bool natural)
{
	struct epf_pool *pool = make_pool(test, GRANULE, natural);
	const unsigned int max = SIZE / GRANULE;
	size_t *sizes = kunit_kcalloc(test, max, sizeof(*sizes), GFP_KERNEL);
	phys_addr_t *given = kunit_kcalloc(test, max, sizeof(*given),
					   GFP_KERNEL);
	struct rnd_state random;
	size_t bytes = 0;
	unsigned int n;
	void *found;

	KUNIT_ASSERT_NOT_NULL(test, sizes);
	KUNIT_ASSERT_NOT_NULL(test, given);
	prandom_seed_state(&random, seed);
	for (n = 0; n < max; n++) {
		sizes[n] = random_size(&random);
		if (epf_pool_alloc(pool, sizes[n], &given[n], &found))
			break;
		bytes += sizes[n];
	}

	while (n--)
		epf_pool_free(pool, given[n], sizes[n]);
	epf_pool_destroy(pool);
	return bytes;
}

static void pool_satisfies_more_than_the_bitmap(struct kunit *test)
{
	u64 bitmap = 0, natural = 0, pool = 0;
	u64 seed;

	for (seed = 1; seed <= 64; seed++) {
		bitmap += bytes_from_bitmap(test, seed);
		natural += bytes_from_pool(test, seed, true);
		pool += bytes_from_pool(test, seed, false);
	}

	kunit_info(test, "bitmap %llu bytes, pool %llu, aligned naturally %llu",
		   bitmap, pool, natural);
	KUNIT_EXPECT_GE(test, 10 * pool, 13 * bitmap);
	KUNIT_EXPECT_GE(test, 10 * natural, 11 * bitmap);
}

static struct kunit_case pool_cases[] = {
	KUNIT_CASE(pool_rounds_to_the_granule_only),
	KUNIT_CASE(pool_aligns_naturally_on_request),
	KUNIT_CASE(pool_fails_when_full),
	KUNIT_CASE(pool_keeps_chunks_apart),
	KUNIT_CASE(pool_satisfies_more_than_the_bitmap),
	{ }
};

static struct kunit_suite pool_suite = {
	.name = "epf-pool",
	.test_cases = pool_cases,
};

kunit_test_suite(pool_suite);

MODULE_DESCRIPTION("KUnit tests of the PCI endpoint function core");
COMPAT_IMPORT_KUNIT();
MODULE_LICENSE("GPL");
