/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef SUITE_EXTENDED_H
#define SUITE_EXTENDED_H

#include "extended.h"
#include "test.h"

/* Add a test as plan_add() does that needs a device of pci_endpoint_xtest; it
 * is skipped where the device is another. A test by DMA is skipped where the
 * function has none. */
struct test *plan_extended(struct plan *plan, const struct suite *suite,
			   const struct parameters *parameters,
			   void (*run)(struct test *test,
				       struct extended *extended),
			   const char *format, ...)
	__attribute__((format(printf, 5, 6)));

/* Make calls that must be refused, each with memory of LIMITS_MEMORY bytes in one
 * piece, until one of them fails the test. */
#define LIMITS_MEMORY 4096
void try_limits(struct test *test, struct extended *extended, size_t count,
		void (*try)(struct test *test, struct extended *extended,
			    size_t index, void *memory));

#endif
