// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "endpoint.h"
#include "suite-extended.h"

static bool has_dma(const struct extended *extended)
{
	return extended->info.caps &
	       (XTEST_CAP_DMA_PRIVATE | XTEST_CAP_DMA_MEMCPY);
}

static void run_extended(struct test *test, struct session *session)
{
	struct extended extended;
	int err;

	err = extended_open(&extended, session->endpoint->node);
	if (err == -ENOTTY) {
		test_skip(test, "needs the driver pci_endpoint_xtest");
		return;
	}
	if (err) {
		test_fail(test, "%s", extended_error(err));
		return;
	}
	if (test->dma && !has_dma(&extended))
		test_skip(test, "the endpoint has no DMA");
	else
		test->run_extended(test, &extended);
	extended_close(&extended);
	/* The driver may have set up interrupts of its choice. */
	session->interrupt = INTERRUPT_NONE;
}

struct test *plan_extended(struct plan *plan, const struct suite *suite,
			   const struct parameters *parameters,
			   void (*run)(struct test *test,
				       struct extended *extended),
			   const char *format, ...)
{
	struct test *test;
	char name[32];
	va_list args;

	va_start(args, format);
	vsnprintf(name, sizeof(name), format, args);
	va_end(args);

	test = plan_add(plan, suite, run_extended, "%s", name);
	test->run_extended = run;
	test->seed = parameters->seed;
	test->timeout = parameters->timeout;
	return test;
}

void try_limits(struct test *test, struct extended *extended, size_t count,
		void (*try)(struct test *test, struct extended *extended,
			    size_t index, void *memory))
{
	void *memory;
	int err;

	err = extended_memory(extended, LIMITS_MEMORY, &memory);
	if (err) {
		test_fail(test, "memory: %s", strerror(-err));
		return;
	}
	test->result = TEST_PASS;
	for (size_t i = 0; i < count && test->result == TEST_PASS; i++)
		try(test, extended, i, memory);
	munmap(memory, LIMITS_MEMORY);
}
