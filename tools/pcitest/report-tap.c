// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

/* TAP, version 13. */

#include <ctype.h>
#include <inttypes.h>

#include "endpoint.h"
#include "report.h"

static void tap_begin(const struct report *report, FILE *out)
{
	fprintf(out, "TAP version 13\n1..%zu\n# %s at %s, kernel %s, seed %" PRIu32
		"\n", report->plan->count, report->endpoint->node,
		report->endpoint->address, report->kernel,
		report->parameters->seed);
}

/* A "#" begins a directive, and a line is a line. */
static void print_plain(const char *text, FILE *out)
{
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '#')
			fputc('\\', out);
		fputc(iscntrl(c) ? ' ' : c, out);
	}
}

static void tap_test(const struct report *report, FILE *out)
{
	const struct test *test = &report->plan->tests[report->done - 1];

	fprintf(out, "%sok %zu - %s", test->result == TEST_FAIL ? "not " : "",
		report->done, test->name);
	if (test->result == TEST_SKIP) {
		fprintf(out, " # SKIP ");
		print_plain(test->reason, out);
	}
	fputc('\n', out);

	if (test->result == TEST_FAIL) {
		/* A YAML block; JSON strings are YAML, and a reason has
		 * nothing to escape but quotation marks. */
		fprintf(out, "  ---\n  message: \"");
		for (const char *c = test->reason; *c; c++) {
			if (*c == '"' || *c == '\\')
				fputc('\\', out);
			fputc(iscntrl((unsigned char)*c) ? ' ' : *c, out);
		}
		fprintf(out, "\"\n  bytes: %" PRIu64 "\n  duration_ns: %" PRIu64
			"\n  ...\n", test->bytes, test->duration_ns);
	}
	fflush(out);
}

static void tap_end(const struct report *report, FILE *out)
{
	if (!report->error)
		return;
	fprintf(out, "TAP version 13\n");
	if (report->status == EXIT_CODE_NOTHING)
		fprintf(out, "1..0 # SKIP ");
	else
		fprintf(out, "Bail out! ");
	print_plain(report->error, out);
	fputc('\n', out);
}

const struct printer printer_tap = {
	.begin = tap_begin,
	.test = tap_test,
	.end = tap_end,
};
