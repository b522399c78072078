/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef INTERRUPT_H
#define INTERRUPT_H

#include "endpoint.h"
#include "test.h"

/* "intx", "msi", "msix"; NULL for none */
const char *interrupt_name(enum interrupt interrupt);

/* The vectors of this kind that the function asks for. */
unsigned int interrupt_wanted(const struct endpoint *endpoint,
			      enum interrupt interrupt);

/* Set the driver to this kind of interrupt and find out how many vectors it
 * has; what was found out is kept in the session, so that the next call costs a
 * request at most.
 * Return true, or false with the test skipped, or failed for a device that does
 * not answer. */
bool interrupt_select(struct session *session, enum interrupt interrupt,
		      struct test *test, unsigned int *vectors);

/* Have the endpoint raise a vector, the first being 1, and wait for it.
 * Return as device_test(). */
int interrupt_raise(struct session *session, enum interrupt interrupt,
		    unsigned int vector, uint64_t *duration_ns);

#endif
