// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include <math.h>
#include <stdlib.h>

#include "spread.h"

static int compare(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

	return (left > right) - (left < right);
}

/* How many values at each end may be left out: the most for which the chance
 * that the median is among them is 2.5 % at most; of n tosses of a coin, as many
 * or fewer heads. By the normal distribution where there are many. */
static size_t outside(size_t count)
{
	double chance, sum;
	size_t k;

	if (count > 1000)
		return (size_t)(count / 2.0 - 0.98 * sqrt(count));

	chance = sum = pow(0.5, count);
	for (k = 0; sum <= 0.025; k++) {
		chance *= (double)(count - k) / (k + 1);
		sum += chance;
	}
	return k;
}

struct spread spread_of(uint64_t *values, size_t count)
{
	size_t left_out = outside(count);

	qsort(values, count, sizeof(*values), compare);
	/* Those at the edge of what may be left out bound the interval. */
	if (left_out)
		left_out--;
	return (struct spread){
		.median = values[(count - 1) / 2],
		.p99 = values[(count * 99 + 99) / 100 - 1],
		.min = values[0],
		.max = values[count - 1],
		.low = values[left_out],
		.high = values[count - 1 - left_out],
	};
}
