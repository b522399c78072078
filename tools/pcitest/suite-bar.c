// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

/* BARs: the driver writes a pattern to the whole of a BAR and reads it back. */

#include <errno.h>

#include "device.h"
#include "test.h"

#define VENDOR_TI 0x104c
#define DEVICE_AM654 0xb00c

/* The BAR with the registers of the test function: there the driver tests the
 * first register alone. */
static int register_bar(const struct endpoint *endpoint)
{
	bool am654 = endpoint->vendor == VENDOR_TI &&
		     endpoint->device == DEVICE_AM654;

	return am654 ? 2 : 0;
}

static void run_bar(struct test *test, struct session *session)
{
	const struct endpoint *endpoint = session->endpoint;
	const struct endpoint_bar *bar = &endpoint->bars[test->bar];
	struct request request = {
		.command = PCITEST_BAR,
		.argument = test->bar,
		.bytes = bar->size,
	};
	int err;

	/* Asked for these, some drivers of the bool convention say passed. */
	if (bar->upper_half) {
		test_skip(test, "upper half of the 64-bit BAR %d",
			  test->bar - 1);
		return;
	}
	if (!bar->size) {
		test_skip(test, "the function has no BAR %d", test->bar);
		return;
	}
	if (bar->io) {
		test_skip(test, "port I/O; the driver tests memory only");
		return;
	}

	err = device_test(session->device, &request, &test->duration_ns);
	switch (session->device->fault[0] ? 0 : err) {
	case -ENODATA:
		test_skip(test, "disabled by the endpoint");
		return;
	case -ENOBUFS:
		test_skip(test, "reserved by the endpoint");
		return;
	case -EINVAL:
		test_skip(test, "the driver does not test this BAR");
		return;
	}
	test->bytes = test->bar == register_bar(endpoint) ? 4 : bar->size;
	test_judge(test, session, err);
}

static void plan_bar(struct plan *plan, const struct parameters *parameters)
{
	for (int bar = 0; bar < ENDPOINT_BARS; bar++)
		plan_add(plan, &suite_bar, run_bar, "%d", bar)->bar = bar;
}

const struct suite suite_bar = {
	.name = "bar",
	.summary = "write and read back each BAR",
	.plan = plan_bar,
};
