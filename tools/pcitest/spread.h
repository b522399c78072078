/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef SPREAD_H
#define SPREAD_H

#include <stddef.h>
#include <stdint.h>

/* What repeated measurements say. All but the interval are values that were
 * measured: an even number of values has the lower of its two medians. */
struct spread {
	uint64_t median, p99, min, max;
	/* Where the median lies with 95 % confidence, whatever the distribution:
	 * order statistics. With fewer than 6 values it is all of them. */
	uint64_t low, high;
};

/* Sorts the values, of which there is at least one. */
struct spread spread_of(uint64_t *values, size_t count);

#endif
