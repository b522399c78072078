/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef REPORT_H
#define REPORT_H

#include <stdio.h>

#include "exit.h"
#include "test.h"

/* What a run has to tell. */
struct report {
	const char *version;              /* of pcitest */
	const char *kernel;               /* release of the running kernel */
	const struct endpoint *endpoint;  /* NULL: no device was found */
	const char *abi;                  /* NULL: not known */
	const struct parameters *parameters;
	const struct plan *plan;
	size_t done;                      /* tests of the plan that are over */
	bool interrupted;
	const char *error;                /* why nothing was tested, or NULL */
	enum exit_code status;
};

struct summary {
	unsigned int count[3];            /* by enum test_result */
	uint64_t duration_ns;
};

/* One form of a report. begin() and end() are called once, test() after each
 * test, the last one of report->done; with report->error set there is end()
 * alone. Only end() need be there. */
struct printer {
	void (*begin)(const struct report *report, FILE *out);
	void (*test)(const struct report *report, FILE *out);
	void (*end)(const struct report *report, FILE *out);
};

extern const struct printer printer_text, printer_json, printer_tap,
	printer_junit;

struct summary report_summary(const struct report *report);

#endif
