// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

/* Interrupts: the endpoint raises each vector, the driver waits a second. */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "device.h"
#include "interrupt.h"
#include "test.h"

#define NSEC_PER_SEC UINT64_C(1000000000)

/* An endpoint that raises nothing costs a second a vector: half an hour with
 * MSI-X. After so many in a row the rest is taken as failed. */
#define GIVE_UP_AFTER 8

/* The vectors that failed, as text: "1-8,13". */
struct failures {
	char text[100];
	unsigned int count, first, last;
};

static void flush_range(struct failures *failures)
{
	size_t length = strlen(failures->text);
	char *end = failures->text + length;
	size_t room = sizeof(failures->text) - length;
	const char *comma = length ? "," : "";

	if (!failures->first)
		return;
	if (room < sizeof(",2048-2048,...")) {
		if (!strstr(failures->text, "..."))
			snprintf(end, room, ",...");
	} else if (failures->first == failures->last) {
		snprintf(end, room, "%s%u", comma, failures->first);
	} else {
		snprintf(end, room, "%s%u-%u", comma, failures->first,
			 failures->last);
	}
	failures->first = 0;
}

static void add_failure(struct failures *failures, unsigned int vector)
{
	if (!failures->first || vector != failures->last + 1) {
		flush_range(failures);
		failures->first = vector;
	}
	failures->last = vector;
	failures->count++;
}

/* The bool convention does not tell a wrong vector from none; the time does. */
static bool timed_out(int err, uint64_t duration_ns)
{
	return err == -ETIMEDOUT || duration_ns >= NSEC_PER_SEC;
}

static void run_irq(struct test *test, struct session *session)
{
	struct failures failures = { 0 };
	unsigned int vectors, in_a_row = 0;
	bool silent = true;
	uint64_t duration_ns = 0;
	int err;

	if (!interrupt_select(session, test->interrupt, test, &vectors))
		return;

	while (test->vectors < vectors && in_a_row < GIVE_UP_AFTER) {
		test->vectors++;
		err = interrupt_raise(session, test->interrupt, test->vectors,
				      &duration_ns);
		if (session->device->fault[0]) {
			test_judge(test, session, err);
			return;
		}
		test->duration_ns += duration_ns;
		in_a_row = err ? in_a_row + 1 : 0;
		if (!err)
			continue;
		add_failure(&failures, test->vectors);
		silent = silent && timed_out(err, duration_ns);
	}
	flush_range(&failures);

	if (!failures.count) {
		test_judge(test, session, 0);
		return;
	}
	test_fail(test, "vector %s of %u: %s%s", failures.text, vectors,
		  silent ? "no interrupt within 1 s"
			 : "no interrupt, or not of the right vector",
		  test->vectors < vectors ? "; the others were not tried" : "");
}

static void plan_irq(struct plan *plan, const struct parameters *parameters)
{
	for (int kind = 0; kind < INTERRUPT_KINDS; kind++)
		plan_add(plan, &suite_irq, run_irq, "%s",
			 interrupt_name(kind))->interrupt = kind;
}

const struct suite suite_irq = {
	.name = "irq",
	.summary = "raise every vector of INTx, MSI and MSI-X",
	.plan = plan_irq,
};
