// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include <inttypes.h>

#include "endpoint.h"
#include "interrupt.h"
#include "report.h"

#define NSEC_PER_MSEC 1e6

static void text_begin(const struct report *report, FILE *out)
{
	const struct endpoint *endpoint = report->endpoint;

	fprintf(out, "%s at %s, %04x:%04x, kernel %s\n", endpoint->node,
		endpoint->address, endpoint->vendor, endpoint->device,
		report->kernel);
}

static void print_measures(const struct report *report,
			   const struct test *test, FILE *out)
{
	unsigned int wanted;

	fprintf(out, "%12.3f ms  ", test->duration_ns / NSEC_PER_MSEC);
	if (!test->vectors) {
		fprintf(out, "%" PRIu64 " byte%s\n", test->bytes,
			test->bytes == 1 ? "" : "s");
		return;
	}

	/* The host may grant fewer than the function asks for. */
	wanted = interrupt_wanted(report->endpoint, test->interrupt);
	fprintf(out, "%u", test->vectors);
	if (wanted > test->vectors)
		fprintf(out, " of %u", wanted);
	fprintf(out, " vector%s\n", test->vectors == 1 ? "" : "s");
}

static void text_test(const struct report *report, FILE *out)
{
	const struct test *test = &report->plan->tests[report->done - 1];

	fprintf(out, "%s  %-28s  ", test_result_name(test->result),
		test->name);
	if (test->result == TEST_PASS)
		print_measures(report, test, out);
	else
		fprintf(out, "%s\n", test->reason);
	fflush(out);
}

static void text_end(const struct report *report, FILE *out)
{
	struct summary summary = report_summary(report);

	if (report->error)
		return;
	fprintf(out,
		"%u passed, %u failed, %u skipped; %.3f ms; seed %" PRIu32
		"%s\n",
		summary.count[TEST_PASS], summary.count[TEST_FAIL],
		summary.count[TEST_SKIP], summary.duration_ns / NSEC_PER_MSEC,
		report->parameters->seed,
		report->interrupted ? "; interrupted" : "");
}

const struct printer printer_text = {
	.begin = text_begin,
	.test = text_test,
	.end = text_end,
};
