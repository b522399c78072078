// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include "report.h"

struct summary report_summary(const struct report *report)
{
	struct summary summary = { 0 };

	for (size_t i = 0; i < report->done; i++) {
		const struct test *test = &report->plan->tests[i];

		summary.count[test->result]++;
		summary.duration_ns += test->duration_ns;
	}
	return summary;
}
