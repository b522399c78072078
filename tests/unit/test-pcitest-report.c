// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

/* The printers, against the files in tests/data/pcitest: the same run in each
 * form. With a file name after the form's name the program writes the report
 * there instead, which is how those files are made. */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "array.h"
#include "endpoint.h"
#include "report.h"
#include "sizes.h"

static const struct form {
	const char *name;
	const struct printer *printer;
} forms[] = {
	{ "text", &printer_text },
	{ "tap", &printer_tap },
	{ "json", &printer_json },
	{ "xml", &printer_junit },
};

static const struct suite *suites[] = { &suite_bar, &suite_irq, &suite_xfer };
static struct size size_list[] = { { 1024, 0 }, { 333, 1 } };
static const struct sizes sizes = { size_list, ARRAY_SIZE(size_list) };
static const struct parameters parameters = {
	.suites = suites,
	.suite_count = ARRAY_SIZE(suites),
	.sizes = &sizes,
	.seed = 4294967295,
	.timeout = 10,
};
static const struct endpoint endpoint = {
	.node = (char *)"/dev/pci-endpoint-test.0",
	.address = "0000:01:00.0",
	.vendor = 0x104c,
	.device = 0xb500,
	.vendor_name = "Texas Instruments",
	.driver = (char *)"pci-endpoint-test",
	.bars = {
		{ .address = 0x40000000, .size = 1048576 },
		{ 0 },
		{ .address = 0x4000000000, .size = 131072, .wide = true,
		  .prefetchable = true },
		{ .upper_half = true },
		{ .address = 0x1000, .size = 256, .io = true },
	},
	.config_readable = true,
	.intx_pin = 1,
	.msi_vectors = 32,
	.msix_vectors = 2048,
};
static struct test tests[] = {
	{ .suite = &suite_bar, .name = "bar.0", .bar = 0, .interrupt = -1,
	  .result = TEST_PASS, .bytes = 4, .duration_ns = 1234 },
	{ .suite = &suite_bar, .name = "bar.1", .bar = 1, .interrupt = -1,
	  .result = TEST_SKIP, .reason = "the function has no BAR 1" },
	{ .suite = &suite_irq, .name = "irq.msi", .bar = -1,
	  .interrupt = INTERRUPT_MSI, .result = TEST_FAIL,
	  .reason = "vector 3 of 32: no interrupt within 1 s", .vectors = 32,
	  .duration_ns = 1000031000 },
	{ .suite = &suite_irq, .name = "irq.intx", .bar = -1,
	  .interrupt = INTERRUPT_INTX, .result = TEST_PASS, .vectors = 1,
	  .duration_ns = 31000 },
	{ .suite = &suite_irq, .name = "irq.msix", .bar = -1,
	  .interrupt = INTERRUPT_MSIX, .result = TEST_PASS, .vectors = 62,
	  .duration_ns = 1240000 },
	{ .suite = &suite_xfer, .name = "xfer.read.msi.1024", .bar = -1,
	  .interrupt = INTERRUPT_MSI, .result = TEST_PASS, .bytes = 1024,
	  .duration_ns = 56789 },
	{ .suite = &suite_xfer, .name = "xfer.read.msi.random1", .bar = -1,
	  .interrupt = INTERRUPT_MSI, .result = TEST_FAIL, .bytes = 333,
	  .reason = "a \"strange\" <reason> & a \\ # in it" },
	{ .suite = &suite_xfer, .name = "xfer.dma", .bar = -1,
	  .interrupt = -1, .dma = true, .result = TEST_SKIP,
	  .reason = "a \"strange\" <reason> & a # in it" },
};
static const struct plan plan = { tests, ARRAY_SIZE(tests) };

static void write_report(const struct printer *printer, FILE *out)
{
	struct report report = {
		.version = "1.2.3",
		.kernel = "6.12.0",
		.endpoint = &endpoint,
		.abi = "bool",
		.parameters = &parameters,
		.plan = &plan,
		.status = EXIT_CODE_FAILED,
	};

	if (printer->begin)
		printer->begin(&report, out);
	while (report.done < plan.count) {
		report.done++;
		if (printer->test)
			printer->test(&report, out);
	}
	printer->end(&report, out);
}

static char *read_golden(const char *form)
{
	char path[256], *text = calloc(1, 65536);
	FILE *file;

	snprintf(path, sizeof(path), "%s/run.%s", getenv("PCITEST_DATA"), form);
	file = fopen(path, "r");
	if (!text || !file)
		fail_msg("%s: %s", path, strerror(errno));
	assert_true(fread(text, 1, 65535, file) > 0);
	fclose(file);
	return text;
}

static void every_form_is_as_it_was(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
		char *golden = read_golden(forms[i].name);
		char *text = NULL;
		size_t size;
		FILE *out = open_memstream(&text, &size);

		assert_non_null(out);
		write_report(forms[i].printer, out);
		fclose(out);
		assert_string_equal(text, golden);
		free(text);
		free(golden);
	}
}

static int write_golden(const char *form, const char *path)
{
	FILE *out = fopen(path, "w");

	for (size_t i = 0; out && i < ARRAY_SIZE(forms); i++)
		if (strcmp(forms[i].name, form) == 0)
			write_report(forms[i].printer, out);
	return !out || fclose(out) != 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest cases[] = {
		cmocka_unit_test(every_form_is_as_it_was),
	};

	if (argc == 3)
		return write_golden(argv[1], argv[2]);
	return cmocka_run_group_tests(cases, NULL, NULL);
}
