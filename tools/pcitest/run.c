// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

/* pcitest run */

#include <argp.h>
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "array.h"
#include "clock.h"
#include "command.h"
#include "device.h"
#include "message.h"
#include "progress.h"
#include "promise.h"
#include "report.h"
#include "select.h"
#include "sizes.h"
#include "test.h"

static const struct suite *const all_suites[] = {
	&suite_bar,
	&suite_irq,
	&suite_xfer,
	/* For pci_endpoint_xtest alone, so only where they are asked for */
	&suite_sg,
	&suite_map,
	/* For virtio_xtest alone */
	&suite_virtio,
};
#define DEFAULT_SUITES 3

struct arguments {
	const char *device;
	const char *sizes;
	const char *junit;
	uint64_t wait;        /* for a device, seconds */
	bool json, tap, list_tests, seeded;
	const struct suite *suites[ARRAY_SIZE(all_suites)];
	struct parameters parameters;
};

enum {
	KEY_SUITE = 256,
	KEY_SIZES,
	KEY_SEED,
	KEY_DMA,
	KEY_TIMEOUT,
	KEY_WAIT,
	KEY_LIST_TESTS,
	KEY_JSON,
	KEY_TAP,
	KEY_JUNIT,
};

static const struct argp_option options[] = {
	{ "device", 'D', "DEVICE", 0,
	  "Device node or PCI address; default: the only one there is", 0 },
	{ "suite", KEY_SUITE, "NAME,...", 0,
	  "Suites to run: bar, irq, xfer, and with pci_endpoint_xtest sg and map, default: the first three; with virtio_xtest: virtio",
	  0 },
	{ "sizes", KEY_SIZES, "LIST", 0,
	  "Sizes of the transfers, such as 100,4K,1M,random; default: "
	  SIZES_DEFAULT, 0 },
	{ "seed", KEY_SEED, "NUMBER", 0,
	  "Seed of the random sizes; default: another each time", 0 },
	{ "dma", KEY_DMA, "auto|on|off", 0,
	  "Transfers by DMA too: on; auto, where the driver says that the endpoint has DMA; default: off",
	  0 },
	{ "timeout", KEY_TIMEOUT, "SECONDS", 0,
	  "Time for a request, and a second for each MiB; default: 10", 0 },
	{ "wait", KEY_WAIT, "SECONDS", 0,
	  "Time for the device to appear; default: 1", 0 },
	{ "list-tests", KEY_LIST_TESTS, NULL, 0,
	  "Print the names of the tests and run none", 0 },
	{ "json", KEY_JSON, NULL, 0, "Print a JSON document", 1 },
	{ "tap", KEY_TAP, NULL, 0, "Print TAP, version 13", 1 },
	{ "junit", KEY_JUNIT, "FILE", 0, "Write JUnit XML to a file too", 1 },
	{ 0 }
};

static volatile sig_atomic_t caught;

static void catch_signal(int number)
{
	caught = number;
}

static const struct suite *find_suite(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(all_suites); i++)
		if (strcmp(all_suites[i]->name, name) == 0)
			return all_suites[i];
	return NULL;
}

static void parse_suites(struct argp_state *state, char *text,
			 struct arguments *arguments)
{
	size_t *count = &arguments->parameters.suite_count;
	const struct suite *suite;
	char *name;

	*count = 0;
	while ((name = strsep(&text, ","))) {
		suite = find_suite(name);
		if (!suite)
			argp_error(state, "--suite %s: no such suite; there are bar, irq, xfer, sg, map and virtio",
				   name);
		for (size_t i = 0; i < *count; i++)
			if (arguments->suites[i] == suite)
				argp_error(state, "--suite %s: given twice",
					   name);
		if (*count && suite->kind != arguments->suites[0]->kind)
			argp_error(state, "--suite %s: for another device than %s",
				   name, arguments->suites[0]->name);
		arguments->suites[(*count)++] = suite;
	}
}

static uint64_t parse_number(struct argp_state *state, const char *option,
			     const char *text, uint64_t min, uint64_t max)
{
	uint64_t number = 0;

	if (number_parse(text, &number) < 0 || number < min || number > max)
		argp_error(state,
			   "--%s %s: not a number from %" PRIu64 " to %" PRIu64,
			   option, text, min, max);
	return number;
}

static enum dma_choice parse_dma(struct argp_state *state, const char *text)
{
	if (strcmp(text, "on") == 0)
		return DMA_ON;
	if (strcmp(text, "off") == 0)
		return DMA_OFF;
	if (strcmp(text, "auto") != 0)
		argp_error(state, "--dma %s: not auto, on or off", text);
	return DMA_AUTO;
}

static error_t parse(int key, char *text, struct argp_state *state)
{
	struct arguments *arguments = state->input;
	struct parameters *parameters = &arguments->parameters;

	switch (key) {
	case 'D':
		arguments->device = text;
		return 0;
	case KEY_SUITE:
		parse_suites(state, text, arguments);
		return 0;
	case KEY_SIZES:
		arguments->sizes = text;
		return 0;
	case KEY_SEED:
		arguments->seeded = true;
		parameters->seed = parse_number(state, "seed", text, 0,
						UINT32_MAX);
		return 0;
	case KEY_DMA:
		parameters->dma = parse_dma(state, text);
		return 0;
	case KEY_TIMEOUT:
		parameters->timeout = parse_number(state, "timeout", text, 1,
						   24 * 60 * 60);
		return 0;
	case KEY_WAIT:
		arguments->wait = parse_number(state, "wait", text, 0,
					       24 * 60 * 60);
		return 0;
	case KEY_LIST_TESTS:
		arguments->list_tests = true;
		return 0;
	case KEY_JSON:
		arguments->json = true;
		return 0;
	case KEY_TAP:
		arguments->tap = true;
		return 0;
	case KEY_JUNIT:
		arguments->junit = text;
		return 0;
	case ARGP_KEY_ARG:
		argp_error(state, "%s: run takes no argument; -D names a device",
			   text);
		return 0;
	case ARGP_KEY_END:
		if (arguments->json && arguments->tap)
			argp_error(state, "--json and --tap both want standard output");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.doc = "Test an endpoint through its host driver: pci_endpoint_test, pci_endpoint_xtest or virtio_xtest.\v"
	       "Exit status: 0 all passed, 1 one failed, 2 usage, 77 nothing to test.",
};

struct output {
	const struct printer *printer;
	FILE *file;
};

static void run_tests(struct session *session, struct report *report,
		      const struct output *outputs, size_t output_count)
{
	const struct plan *plan = report->plan;

	for (size_t i = 0; i < output_count; i++)
		if (outputs[i].printer->begin)
			outputs[i].printer->begin(report, outputs[i].file);

	while (report->done < plan->count) {
		struct test *test = &plan->tests[report->done];

		progress_show(report->done, plan->count, test->name);
		if (caught)
			test_skip(test, "interrupted");
		else
			test_run(test, session);
		progress_clear();
		report->done++;
		for (size_t i = 0; i < output_count; i++)
			if (outputs[i].printer->test)
				outputs[i].printer->test(report,
							 outputs[i].file);
	}
	report->interrupted = caught;
}

static enum exit_code exit_code_of(const struct report *report)
{
	struct summary summary = report_summary(report);

	if (summary.count[TEST_FAIL])
		return EXIT_CODE_FAILED;
	return summary.count[TEST_PASS] ? EXIT_CODE_OK : EXIT_CODE_NOTHING;
}

/* Open the device and run the plan; or set report->error. */
static void run_on(const struct endpoint *endpoint, struct report *report,
		   const struct output *outputs, size_t output_count,
		   char *error, size_t size)
{
	struct device_connection connection;
	struct device device;
	struct session session = {
		.device = &device,
		.endpoint = endpoint,
		.interrupt = INTERRUPT_NONE,
	};
	int err;

	report->endpoint = endpoint;
	report->status = EXIT_CODE_FAILED;
	err = device_open(&device, &connection, endpoint->node,
			  endpoint->address, &caught);
	if (err) {
		snprintf(error, size, "%s: %s", endpoint->node, strerror(-err));
		return;
	}
	device.timeout = report->parameters->timeout;
	err = device_probe_abi(&device);
	if (err) {
		snprintf(error, size, "%s: cannot find out the convention of the driver: %s",
			 endpoint->node,
			 device.fault[0] ? device.fault : strerror(-err));
	} else {
		report->error = NULL;
		report->abi = abi_name(device.abi);
		run_tests(&session, report, outputs, output_count);
		report->status = exit_code_of(report);
	}
	device_close(&device);
}

/* Its driver always answers in time: no process of its own is needed for that. */
static void run_on_virtio(const struct endpoint *endpoint,
			  struct report *report, const struct output *outputs,
			  size_t output_count)
{
	struct device device = { 0 };
	struct session session = {
		.device = &device,
		.endpoint = endpoint,
		.interrupt = INTERRUPT_NONE,
	};

	report->endpoint = endpoint;
	report->error = NULL;
	run_tests(&session, report, outputs, output_count);
	report->status = exit_code_of(report);
}

static void make_plan(struct plan *plan, const struct parameters *parameters)
{
	for (size_t i = 0; i < parameters->suite_count; i++)
		parameters->suites[i]->plan(plan, parameters);
}

static enum exit_code run_plan(const struct arguments *arguments,
			       const struct plan *plan,
			       const struct output *outputs,
			       size_t output_count)
{
	struct endpoint *endpoints = NULL;
	const struct endpoint *endpoint;
	struct utsname system;
	char error[512];
	size_t count = 0;
	struct report report = {
		.version = PROJECT_VERSION,
		.kernel = system.release,
		.parameters = &arguments->parameters,
		.plan = plan,
	};

	uname(&system);
	endpoint = select_endpoint(arguments->device,
				   arguments->suites[0]->kind, arguments->wait,
				   &endpoints, &count, &report.status, error,
				   sizeof(error));
	report.error = error;
	if (endpoint && endpoint->kind == ENDPOINT_VIRTIO)
		run_on_virtio(endpoint, &report, outputs, output_count);
	else if (endpoint)
		run_on(endpoint, &report, outputs, output_count, error,
		       sizeof(error));

	if (report.error)
		message("%s", report.error);
	promise_keep();
	for (size_t i = 0; i < output_count; i++)
		outputs[i].printer->end(&report, outputs[i].file);
	endpoints_free(endpoints, count);
	return report.status;
}

static void list_tests(const struct plan *plan)
{
	for (size_t i = 0; i < plan->count; i++)
		printf("%s\n", plan->tests[i].name);
}

static enum exit_code run_with_outputs(const struct arguments *arguments,
				       const struct plan *plan)
{
	struct output outputs[2] = {
		{
			.printer = arguments->json ? &printer_json
				 : arguments->tap  ? &printer_tap
						   : &printer_text,
			.file = stdout,
		},
		{ .printer = &printer_junit },
	};
	enum exit_code status;
	int err;

	/* Better now than after an hour of tests. */
	if (arguments->junit) {
		outputs[1].file = fopen(arguments->junit, "we");
		if (!outputs[1].file) {
			message("--junit %s: %s", arguments->junit,
				strerror(errno));
			return EXIT_CODE_FAILED;
		}
	}

	status = run_plan(arguments, plan, outputs, arguments->junit ? 2 : 1);

	err = arguments->junit ? close_written(outputs[1].file) : 0;
	if (err) {
		message("--junit %s: %s", arguments->junit, strerror(-err));
		status = EXIT_CODE_FAILED;
	}
	return status;
}

static void catch_signals(void)
{
	struct sigaction action = { .sa_handler = catch_signal };

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

/* End as a program that was interrupted does. */
static void pass_signal_on(void)
{
	if (!caught)
		return;
	close_stdout();
	signal(caught, SIG_DFL);
	raise(caught);
}

static int run(int argc, char **argv)
{
	struct arguments arguments = {
		.wait = CLOCK_DEVICE_WAIT_S,
		.sizes = SIZES_DEFAULT,
		.parameters = {
			.suites = arguments.suites,
			.suite_count = DEFAULT_SUITES,
			.timeout = DEVICE_TIMEOUT_DEFAULT,
		},
	};
	struct parameters *parameters = &arguments.parameters;
	struct plan plan = { 0 };
	struct sizes sizes;
	int err, status = EXIT_CODE_OK;

	memcpy(arguments.suites, all_suites, sizeof(all_suites));
	argp_parse(&argp, argc, argv, 0, NULL, &arguments);
	promise_settle(arguments.json);
	if (!arguments.seeded &&
	    getrandom(&parameters->seed, sizeof(parameters->seed), 0) < 0) {
		message("seed: %s", strerror(errno));
		return EXIT_CODE_FAILED;
	}

	err = sizes_parse(arguments.sizes, parameters->seed, &sizes);
	if (err) {
		message("--sizes %s: %s; sizes are bytes, from 1, with K, M or G after them or not",
			arguments.sizes, strerror(-err));
		return err == -ENOMEM ? EXIT_CODE_FAILED : EXIT_CODE_USAGE;
	}
	parameters->sizes = &sizes;
	make_plan(&plan, parameters);

	if (arguments.list_tests) {
		promise_keep();
		list_tests(&plan);
	} else {
		catch_signals();
		status = run_with_outputs(&arguments, &plan);
		pass_signal_on();
	}
	plan_free(&plan);
	sizes_free(&sizes);
	return status;
}

const struct command command_run = {
	.name = "run",
	.summary = "test an endpoint: BARs, interrupts, transfers, maps",
	.run = run,
};
