// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include <json-c/json.h>

#include "document.h"
#include "endpoint-json.h"
#include "interrupt.h"
#include "report.h"
#include "sizes.h"

#define SCHEMA_VERSION 1

static struct json_object *tool_json(const char *version)
{
	struct json_object *tool = json_object_new_object();

	json_object_object_add(tool, "name", document_string("pcitest"));
	json_object_object_add(tool, "version", document_string(version));
	return tool;
}

static struct json_object *parameters_json(const struct parameters *parameters)
{
	static const char *const dma[] = {
		[DMA_AUTO] = "auto",
		[DMA_ON] = "on",
		[DMA_OFF] = "off",
	};
	struct json_object *object = json_object_new_object();
	struct json_object *suites = json_object_new_array();
	struct json_object *sizes = json_object_new_array();

	for (size_t i = 0; i < parameters->suite_count; i++)
		json_object_array_add(suites,
			document_string(parameters->suites[i]->name));
	for (size_t i = 0; i < parameters->sizes->count; i++)
		json_object_array_add(sizes, json_object_new_uint64(
			parameters->sizes->list[i].bytes));
	json_object_object_add(object, "suites", suites);
	json_object_object_add(object, "sizes", sizes);
	json_object_object_add(object, "seed",
			       json_object_new_int64(parameters->seed));
	json_object_object_add(object, "dma",
			       document_string(dma[parameters->dma]));
	json_object_object_add(object, "timeout_s",
			       json_object_new_int(parameters->timeout));
	return object;
}

static struct json_object *test_json(const struct test *test)
{
	struct json_object *object = json_object_new_object();

	json_object_object_add(object, "name", document_string(test->name));
	json_object_object_add(object, "suite",
			       document_string(test->suite->name));
	json_object_object_add(object, "result",
		document_string(test_result_name(test->result)));
	json_object_object_add(object, "reason", document_string(
		test->reason[0] ? test->reason : NULL));
	json_object_object_add(object, "bar", test->bar < 0
		? NULL : json_object_new_int(test->bar));
	json_object_object_add(object, "interrupt",
		document_string(interrupt_name(test->interrupt)));
	json_object_object_add(object, "dma",
			       json_object_new_boolean(test->dma));
	json_object_object_add(object, "bytes",
			       json_object_new_uint64(test->bytes));
	json_object_object_add(object, "vectors",
			       json_object_new_int(test->vectors));
	json_object_object_add(object, "duration_ns",
			       json_object_new_uint64(test->duration_ns));
	return object;
}

static struct json_object *summary_json(const struct report *report)
{
	struct summary summary = report_summary(report);
	struct json_object *object = json_object_new_object();

	json_object_object_add(object, "total",
			       json_object_new_int(report->done));
	json_object_object_add(object, "passed",
		json_object_new_int(summary.count[TEST_PASS]));
	json_object_object_add(object, "failed",
		json_object_new_int(summary.count[TEST_FAIL]));
	json_object_object_add(object, "skipped",
		json_object_new_int(summary.count[TEST_SKIP]));
	json_object_object_add(object, "duration_ns",
			       json_object_new_uint64(summary.duration_ns));
	return object;
}

static void json_end(const struct report *report, FILE *out)
{
	struct json_object *document, *tests = json_object_new_array();

	for (size_t i = 0; i < report->done; i++)
		json_object_array_add(tests,
				      test_json(&report->plan->tests[i]));

	document = document_new("pcitest-run", SCHEMA_VERSION);
	json_object_object_add(document, "tool",
			       tool_json(report->version));
	json_object_object_add(document, "kernel",
			       document_string(report->kernel));
	json_object_object_add(document, "device", report->endpoint
		? endpoint_json(report->endpoint, report->abi) : NULL);
	json_object_object_add(document, "parameters",
			       parameters_json(report->parameters));
	json_object_object_add(document, "tests", tests);
	json_object_object_add(document, "summary", summary_json(report));
	json_object_object_add(document, "interrupted",
			       json_object_new_boolean(report->interrupted));
	json_object_object_add(document, "error",
			       document_error(report->error));
	document_write(document, out);
}

const struct printer printer_json = {
	.end = json_end,
};
