// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

/* JUnit XML: testsuites, testsuite, testcase with failure, error or skipped;
 * the part of it that every reader knows. */

#include <inttypes.h>
#include <stdbool.h>

#include "endpoint.h"
#include "report.h"

#define NSEC_PER_SEC 1e9

static void print_escaped(const char *text, FILE *out)
{
	for (; *text; text++) {
		switch (*text) {
		case '&':
			fputs("&amp;", out);
			break;
		case '<':
			fputs("&lt;", out);
			break;
		case '>':
			fputs("&gt;", out);
			break;
		case '"':
			fputs("&quot;", out);
			break;
		default:
			/* XML has no way to write the others. */
			fputc((unsigned char)*text < ' ' ? ' ' : *text, out);
		}
	}
}

static void print_attribute(const char *name, const char *value, FILE *out)
{
	fprintf(out, " %s=\"", name);
	print_escaped(value, out);
	fputc('"', out);
}

static void print_counts(const struct summary *summary, unsigned int errors,
			 FILE *out)
{
	fprintf(out,
		" tests=\"%u\" failures=\"%u\" errors=\"%u\" skipped=\"%u\" time=\"%.9f\"",
		summary->count[TEST_PASS] + summary->count[TEST_FAIL] +
			summary->count[TEST_SKIP] + errors,
		summary->count[TEST_FAIL], errors, summary->count[TEST_SKIP],
		summary->duration_ns / NSEC_PER_SEC);
}

static void print_outcome(const char *element, const char *message, FILE *out)
{
	fprintf(out, ">\n      <%s", element);
	print_attribute("message", message, out);
	fprintf(out, "/>\n    </testcase>\n");
}

static void print_test(const struct test *test, FILE *out)
{
	fprintf(out, "    <testcase classname=\"pcitest.%s\"",
		test->suite->name);
	print_attribute("name", test->name, out);
	fprintf(out, " time=\"%.9f\"", test->duration_ns / NSEC_PER_SEC);
	switch (test->result) {
	case TEST_PASS:
		fprintf(out, "/>\n");
		break;
	case TEST_FAIL:
		print_outcome("failure", test->reason, out);
		break;
	case TEST_SKIP:
		print_outcome("skipped", test->reason, out);
		break;
	}
}

static void print_property(const char *name, const char *value, FILE *out)
{
	fprintf(out, "      <property");
	print_attribute("name", name, out);
	print_attribute("value", value, out);
	fprintf(out, "/>\n");
}

static void print_properties(const struct report *report, FILE *out)
{
	char seed[16];

	snprintf(seed, sizeof(seed), "%" PRIu32, report->parameters->seed);
	fprintf(out, "    <properties>\n");
	print_property("device", report->endpoint->node, out);
	print_property("address", report->endpoint->address, out);
	print_property("kernel", report->kernel, out);
	print_property("seed", seed, out);
	fprintf(out, "    </properties>\n");
}

static void print_suite(const struct report *report, const struct suite *suite,
			FILE *out)
{
	struct summary summary = { 0 };

	for (size_t i = 0; i < report->done; i++) {
		const struct test *test = &report->plan->tests[i];

		if (test->suite != suite)
			continue;
		summary.count[test->result]++;
		summary.duration_ns += test->duration_ns;
	}

	fprintf(out, "  <testsuite");
	print_attribute("name", suite->name, out);
	print_counts(&summary, 0, out);
	fprintf(out, ">\n");
	print_properties(report, out);
	for (size_t i = 0; i < report->done; i++)
		if (report->plan->tests[i].suite == suite)
			print_test(&report->plan->tests[i], out);
	fprintf(out, "  </testsuite>\n");
}

/* Nothing was tested: one test case that says why. */
static void print_error(const struct report *report, FILE *out)
{
	bool skipped = report->status == EXIT_CODE_NOTHING;
	struct summary summary = { .count[TEST_SKIP] = skipped };

	fprintf(out, "  <testsuite name=\"device\"");
	print_counts(&summary, !skipped, out);
	fprintf(out, ">\n    <testcase classname=\"pcitest.device\" name=\"device\" time=\"0\"");
	print_outcome(skipped ? "skipped" : "error", report->error, out);
	fprintf(out, "  </testsuite>\n");
}

static void junit_end(const struct report *report, FILE *out)
{
	struct summary summary = report_summary(report);
	const struct parameters *parameters = report->parameters;

	fprintf(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"pcitest\"");
	if (report->error) {
		bool skipped = report->status == EXIT_CODE_NOTHING;

		summary.count[TEST_SKIP] = skipped;
		print_counts(&summary, !skipped, out);
		fprintf(out, ">\n");
		print_error(report, out);
	} else {
		print_counts(&summary, 0, out);
		fprintf(out, ">\n");
		for (size_t i = 0; i < parameters->suite_count; i++)
			print_suite(report, parameters->suites[i], out);
	}
	fprintf(out, "</testsuites>\n");
}

const struct printer printer_junit = {
	.end = junit_end,
};
