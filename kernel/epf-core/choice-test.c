// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * KUnit tests of the choice between CPU and DMA.
 */

#include <linux/sizes.h>
#include <kunit/test.h>

#include "../compat/kunit.h"
#include "choice.h"

/* The CPU starts at once and is slow; DMA takes 5 us first and then is not. */
static u64 time_of(enum epf_engine engine, size_t len)
{
	return engine == EPF_ENGINE_CPU ? 10 * len : 5000 + len;
}

static unsigned int count_dma(struct epf_choice *choice, size_t segment,
			      unsigned int rounds)
{
	unsigned int dma = 0;

	while (rounds--) {
		enum epf_engine engine = epf_choice_engine(choice, segment,
							   segment, true);

		dma += engine == EPF_ENGINE_DMA;
		epf_choice_measured(choice, engine, segment, segment,
				    time_of(engine, segment));
	}

	return dma;
}

static struct epf_choice *make_choice(struct kunit *test)
{
	struct epf_choice *choice = kunit_kzalloc(test, sizeof(*choice),
						  GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, choice);
	return choice;
}

static void choice_tries_both_first(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, count_dma(make_choice(test), 16, 8), 4U);
}

static void choice_takes_the_faster(struct kunit *test)
{
	struct epf_choice *choice = make_choice(test);

	count_dma(choice, 16, 8);
	count_dma(choice, SZ_4K, 8);
	KUNIT_EXPECT_EQ(test, count_dma(choice, 16, 32), 0U);
	KUNIT_EXPECT_EQ(test, count_dma(choice, SZ_4K, 32), 32U);
	/* 10 ns a byte or 5 us and 1 ns a byte: 555 bytes. */
	count_dma(choice, SZ_512, 8);
	count_dma(choice, SZ_1K, 8);
	KUNIT_EXPECT_EQ(test, epf_choice_crossover(choice), (size_t)SZ_1K);
}

static void choice_thinks_again(struct kunit *test)
{
	struct epf_choice *choice = make_choice(test);
	unsigned int i;

	/* DMA is slow as long as others use the channel. */
	for (i = 0; i < 8; i++)
		epf_choice_measured(choice, i & 1 ? EPF_ENGINE_CPU :
						    EPF_ENGINE_DMA,
				    SZ_4K, SZ_4K, i & 1 ? 40960 : 1000000);
	KUNIT_EXPECT_EQ(test,
			epf_choice_engine(choice, SZ_4K, SZ_4K, true),
			EPF_ENGINE_CPU);
	count_dma(choice, SZ_4K, 10000);
	KUNIT_EXPECT_GE(test, count_dma(choice, SZ_4K, 64), 63U);
}

static void choice_learns_only_from_what_is_measured(struct kunit *test)
{
	struct epf_choice *choice = make_choice(test);
	unsigned int i;

	for (i = 0; i < 100; i++)
		KUNIT_EXPECT_EQ(test,
				epf_choice_engine(choice, SZ_64K, SZ_64K,
						  false),
				EPF_ENGINE_DMA);

	count_dma(choice, 16, 8);
	for (i = 0; i < 100; i++)
		KUNIT_EXPECT_EQ(test,
				epf_choice_engine(choice, 16, 16, false),
				EPF_ENGINE_CPU);
}

/* A CPU that is six times slower is not tried, neither once nor now and then. */
static void choice_tries_no_cpu_that_is_much_slower(struct kunit *test)
{
	struct epf_choice *choice = make_choice(test);

	KUNIT_EXPECT_EQ(test, count_dma(choice, SZ_64K, 1000), 1000U);
	count_dma(choice, 16, 8);
	KUNIT_EXPECT_EQ(test, count_dma(choice, SZ_8K, 1000), 1000U);
	KUNIT_EXPECT_EQ(test, count_dma(choice, SZ_64K, 1000), 1000U);
}

/* DMA takes 5016 ns where it is alone, the CPU 10 032. */
static void choice_stands_a_busy_link(struct kunit *test)
{
	struct epf_choice *choice = make_choice(test);
	unsigned int i;

	for (i = 0; i < 8; i++)
		epf_choice_measured(choice, i & 1 ? EPF_ENGINE_CPU :
						    EPF_ENGINE_DMA,
				    16, 16, i & 1 ? 10032 : 5016);
	for (i = 0; i < 32; i++)
		epf_choice_measured(choice, EPF_ENGINE_DMA, 16, 16, 200000);
	KUNIT_EXPECT_EQ(test, epf_choice_engine(choice, 16, 16, false),
			EPF_ENGINE_DMA);
	/* It is slow indeed. */
	for (i = 0; i < 32; i++)
		epf_choice_measured(choice, EPF_ENGINE_DMA, 16, 16, 200000);
	KUNIT_EXPECT_EQ(test, epf_choice_engine(choice, 16, 16, false),
			EPF_ENGINE_CPU);
}

/* Many small segments are as many bytes as one that is not. */
static void choice_tries_the_cpu_with_few_bytes(struct kunit *test)
{
	struct epf_choice *choice = make_choice(test);
	unsigned int i;

	count_dma(choice, 16, 4);
	for (i = 0; i < 100; i++)
		KUNIT_EXPECT_EQ(test,
				epf_choice_engine(choice, 16, SZ_4K, true),
				EPF_ENGINE_DMA);
	KUNIT_EXPECT_EQ(test, epf_choice_engine(choice, 16, 16, true),
			EPF_ENGINE_CPU);
}

/* DMA is not yet twice as fast: one in 64 is for second thoughts. */
static void choice_spends_little_on_second_thoughts(struct kunit *test)
{
	struct epf_choice *choice = make_choice(test);

	count_dma(choice, 64, 8);
	KUNIT_EXPECT_EQ(test, count_dma(choice, 1100, 8), 4U);
	KUNIT_EXPECT_EQ(test, count_dma(choice, 1100, 64 - 1), 63U);
	KUNIT_EXPECT_EQ(test, count_dma(choice, 1100, 64), 63U);
}

static void choice_without_measurement_has_no_crossover(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, epf_choice_crossover(make_choice(test)),
			(size_t)0);
}

static struct kunit_case choice_cases[] = {
	KUNIT_CASE(choice_tries_both_first),
	KUNIT_CASE(choice_takes_the_faster),
	KUNIT_CASE(choice_thinks_again),
	KUNIT_CASE(choice_learns_only_from_what_is_measured),
	KUNIT_CASE(choice_tries_no_cpu_that_is_much_slower),
	KUNIT_CASE(choice_stands_a_busy_link),
	KUNIT_CASE(choice_tries_the_cpu_with_few_bytes),
	KUNIT_CASE(choice_spends_little_on_second_thoughts),
	KUNIT_CASE(choice_without_measurement_has_no_crossover),
	{ }
};

static struct kunit_suite choice_suite = {
	.name = "epf-choice",
	.test_cases = choice_cases,
};

kunit_test_suite(choice_suite);
