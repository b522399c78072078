/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef SUITE_FIXTURE_H
#define SUITE_FIXTURE_H

#include "test.h"

/* Suites of pcitest on /dev/null, for which a model answers. */

/* Run all tests of a suite; each has to pass. Return how many there are. */
size_t suite_passes(const struct suite *suite,
		    const struct parameters *parameters);

/* Run the test of that name alone; it has to end so, and say that reason. */
void suite_expect(const struct suite *suite,
		  const struct parameters *parameters, const char *name,
		  enum test_result result, const char *reason);

#endif
