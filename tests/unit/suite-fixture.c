// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <string.h>

#include <cmocka.h>

#include "device.h"
#include "suite-fixture.h"

/* The tests with this name, or all; how many there are. */
static size_t run(const struct suite *suite,
		  const struct parameters *parameters, const char *name,
		  enum test_result result, const char *reason)
{
	const struct endpoint endpoint = { .node = (char *)"/dev/null" };
	struct device device = { 0 };
	struct session session = { .device = &device, .endpoint = &endpoint };
	struct plan plan = { 0 };
	size_t count = 0;

	suite->plan(&plan, parameters);
	for (size_t i = 0; i < plan.count; i++) {
		struct test *test = &plan.tests[i];

		if (name && strcmp(test->name, name) != 0)
			continue;
		test_run(test, &session);
		if (test->result != result || !strstr(test->reason, reason))
			fail_msg("%s: %s: %s", test->name,
				 test_result_name(test->result), test->reason);
		count++;
	}
	plan_free(&plan);
	assert_true(count);
	return count;
}

size_t suite_passes(const struct suite *suite,
		    const struct parameters *parameters)
{
	return run(suite, parameters, NULL, TEST_PASS, "");
}

void suite_expect(const struct suite *suite,
		  const struct parameters *parameters, const char *name,
		  enum test_result result, const char *reason)
{
	run(suite, parameters, name, result, reason);
}
