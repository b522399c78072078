// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * CPU or DMA: whichever was faster for segments of that size. Both are tried a
 * few times, and the slower one now and then again, as links and loads change;
 * but only when there is something to learn from it, and when that costs little.
 *
 * The two differ in what a wrong try costs. DMA takes its start longer, whatever
 * the size. A CPU that waits for the link with each load takes longer by each
 * byte, up to hundreds of times. So it is tried with a few bytes first, and from
 * there on only as far as it would not be much slower.
 */

#include <kunit/visibility.h>
#include <linux/log2.h>
#include <linux/math64.h>
#include <linux/minmax.h>

#include "choice.h"

/* Measurements before an engine's time is believed. */
#define ENOUGH_SAMPLES	4

/* The CPU is tried with so many bytes when nothing is known of it. */
#define FEW_BYTES	128

/* And with more if it would take no longer than so many times what DMA takes. */
#define MUCH_SLOWER	2

/* Of the time, so much is for second thoughts: one part of. */
#define SECOND_THOUGHTS	64

/* More often slower than this is as slow as this. */
#define MAX_RATIO	1024

/*
 * What takes longer has mostly had to wait for something else, on the link say,
 * where there may be many times as much before it. So the average rises by this
 * share of the difference, and with each measurement as if it were no more than
 * so many times the average.
 */
#define WEIGHT		64
#define MAX_RISE	2

static unsigned int class_of(size_t segment)
{
	return min_t(unsigned int, ilog2(segment | 1), EPF_CHOICE_CLASSES - 1);
}

static bool is_measured(const struct epf_choice *choice, unsigned int class)
{
	return min(choice->engines[class][EPF_ENGINE_CPU].samples,
		   choice->engines[class][EPF_ENGINE_DMA].samples) >=
	       ENOUGH_SAMPLES;
}

static bool dma_is_faster(const struct epf_choice *choice, unsigned int class)
{
	return choice->engines[class][EPF_ENGINE_DMA].ps_per_byte <
	       choice->engines[class][EPF_ENGINE_CPU].ps_per_byte;
}

/* How many times longer the slower one takes */
static u64 ratio_of(const struct epf_choice *choice, unsigned int class)
{
	u64 cpu = choice->engines[class][EPF_ENGINE_CPU].ps_per_byte;
	u64 dma = choice->engines[class][EPF_ENGINE_DMA].ps_per_byte;

	return min(div64_u64(max(cpu, dma), min(cpu, dma)), MAX_RATIO);
}

/*
 * What is known of the CPU for no more than that size: its time for a byte falls
 * with the size, if it changes at all. 0: nothing
 */
static u64 cpu_ps_per_byte(const struct epf_choice *choice, unsigned int class)
{
	do {
		const struct epf_speed *cpu =
			&choice->engines[class][EPF_ENGINE_CPU];

		if (cpu->samples)
			return cpu->ps_per_byte;
	} while (class--);

	return 0;
}

static bool cpu_may_be_tried(const struct epf_choice *choice,
			     unsigned int class, size_t len)
{
	u64 dma = choice->engines[class][EPF_ENGINE_DMA].ps_per_byte;
	u64 cpu = cpu_ps_per_byte(choice, class);

	return cpu ? cpu < MUCH_SLOWER * dma : len <= FEW_BYTES;
}

static bool thinks_again(struct epf_choice *choice, unsigned int class,
			 size_t len)
{
	u64 rounds = SECOND_THOUGHTS * ratio_of(choice, class);

	if (dma_is_faster(choice, class) &&
	    !cpu_may_be_tried(choice, class, len))
		return false;
	if (++choice->asked[class] < rounds)
		return false;

	choice->asked[class] = 0;
	return true;
}

/* One of them has not been measured often enough yet. */
static bool tries_dma(const struct epf_choice *choice, unsigned int class,
		      size_t len)
{
	return choice->engines[class][EPF_ENGINE_DMA].samples <
	       ENOUGH_SAMPLES || !cpu_may_be_tried(choice, class, len);
}

/**
 * epf_choice_engine() - choose an engine
 * @choice: what was measured
 * @segment: bytes of a segment
 * @len: bytes of all segments
 * @measured: epf_choice_measured() will be told how long it takes
 *
 * Context: one caller at a time.
 * Return: EPF_ENGINE_CPU or EPF_ENGINE_DMA.
 */
enum epf_engine epf_choice_engine(struct epf_choice *choice, size_t segment,
				  size_t len, bool measured)
{
	unsigned int class = class_of(segment);
	bool dma = true;

	if (is_measured(choice, class)) {
		dma = dma_is_faster(choice, class);
		if (measured && thinks_again(choice, class, len))
			dma = !dma;
	} else if (measured) {
		dma = tries_dma(choice, class, len);
	}

	return dma ? EPF_ENGINE_DMA : EPF_ENGINE_CPU;
}
EXPORT_SYMBOL_IF_KUNIT(epf_choice_engine);

/**
 * epf_choice_measured() - note how long a transfer took
 * @choice: what was measured
 * @engine: what moved it
 * @segment: bytes of a segment
 * @len: bytes of all segments
 * @ns: time it took
 *
 * Context: one caller at a time.
 */
void epf_choice_measured(struct epf_choice *choice, enum epf_engine engine,
			 size_t segment, size_t len, u64 ns)
{
	unsigned int class = class_of(segment);
	u64 now = div64_u64(ns * 1000, len) + 1;
	u64 *average = &choice->engines[class][engine].ps_per_byte;

	if (!choice->engines[class][engine].samples++ || now < *average)
		*average = now;
	else
		*average += div_u64(min(now, *average * MAX_RISE) - *average,
				    WEIGHT);
}
EXPORT_SYMBOL_IF_KUNIT(epf_choice_measured);

/**
 * epf_choice_crossover() - from which size DMA is chosen
 * @choice: what was measured
 *
 * Return: bytes; 0: from none that was measured. Sizes not measured count as
 *	the next smaller one that was.
 */
size_t epf_choice_crossover(const struct epf_choice *choice)
{
	size_t crossover = 0;
	unsigned int class;

	for (class = 0; class < EPF_CHOICE_CLASSES; class++) {
		if (!is_measured(choice, class))
			continue;
		if (!dma_is_faster(choice, class))
			crossover = 0;
		else if (!crossover)
			crossover = 1UL << class;
	}

	return crossover;
}
EXPORT_SYMBOL_IF_KUNIT(epf_choice_crossover);
