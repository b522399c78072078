// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "device.h"
#include "exit.h"
#include "message.h"
#include "test.h"

struct test *plan_add(struct plan *plan, const struct suite *suite,
		      void (*run)(struct test *test, struct session *session),
		      const char *format, ...)
{
	struct test *test;
	va_list args;
	int length;

	test = reallocarray(plan->tests, plan->count + 1, sizeof(*test));
	if (!test) {
		message("out of memory");
		exit(EXIT_CODE_FAILED);
	}
	plan->tests = test;
	test += plan->count++;

	*test = (struct test){
		.suite = suite,
		.run = run,
		.bar = -1,
		.interrupt = INTERRUPT_NONE,
	};
	length = snprintf(test->name, sizeof(test->name), "%s.", suite->name);
	va_start(args, format);
	vsnprintf(test->name + length, sizeof(test->name) - length, format,
		  args);
	va_end(args);
	return test;
}

void plan_free(struct plan *plan)
{
	free(plan->tests);
}

static void __attribute__((format(printf, 3, 0)))
set_result(struct test *test, enum test_result result, const char *format,
	   va_list args)
{
	test->result = result;
	vsnprintf(test->reason, sizeof(test->reason), format, args);
}

void test_skip(struct test *test, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	set_result(test, TEST_SKIP, format, args);
	va_end(args);
}

void test_fail(struct test *test, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	set_result(test, TEST_FAIL, format, args);
	va_end(args);
}

void test_judge(struct test *test, const struct session *session, int err)
{
	const struct device *device = session->device;

	if (!err)
		test->result = TEST_PASS;
	else if (err == -EINTR && device->fault[0])
		test_skip(test, "%s", device->fault);
	else if (device->fault[0])
		test_fail(test, "%s", device->fault);
	else if (device->abi == ABI_BOOL && err == -EIO)
		test_fail(test, "the driver says failed, and not why; the kernel log may");
	else
		test_fail(test, "%s", strerror(-err));
}

void test_run(struct test *test, struct session *session)
{
	if (session->device->fault[0])
		test_skip(test, "not run: an earlier test got %s",
			  session->device->fault);
	else
		test->run(test, session);
}

const char *test_result_name(enum test_result result)
{
	static const char *const names[] = {
		[TEST_PASS] = "pass",
		[TEST_FAIL] = "fail",
		[TEST_SKIP] = "skip",
	};

	return names[result];
}
