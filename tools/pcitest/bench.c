// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

/* pcitest bench */

#include <argp.h>
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "array.h"
#include "bench.h"
#include "clock.h"
#include "command.h"
#include "endpoint.h"
#include "message.h"
#include "progress.h"
#include "promise.h"
#include "select.h"
#include "sizes.h"

#define REPETITIONS 10
#define TIMEOUT_S 60
#define MAX_BYTES 33554432 /* of a command: what the function takes */

static const struct bench *const benches[] = {
	&bench_xfer,
	&bench_sg,
	&bench_map,
	&bench_virtio,
};

struct arguments {
	const struct bench *bench;
	const char *device, *plot;
	uint64_t wait;
	bool json, csv;
	/* Given, and otherwise the benchmark's own */
	struct bench_options options;
};

enum {
	KEY_OPERATION = 256,
	KEY_ENGINE,
	KEY_SIZES,
	KEY_SEGMENTS,
	KEY_DEPTH,
	KEY_QUEUES,
	KEY_POLICY,
	KEY_PATTERN,
	KEY_ALIGNMENT,
	KEY_STRIDE,
	KEY_RANGE,
	KEY_BUDGET,
	KEY_COMMANDS,
	KEY_WARM_UP,
	KEY_REPETITIONS,
	KEY_DURATION,
	KEY_TIMEOUT,
	KEY_SEED,
	KEY_POLL,
	KEY_STOCK,
	KEY_NO_VERIFY,
	KEY_WAIT,
	KEY_JSON,
	KEY_CSV,
	KEY_PLOT,
};

static const struct argp_option options[] = {
	{ "device", 'D', "DEVICE", 0,
	  "Device node or PCI address; default: the only one there is", 0 },
	{ "operation", KEY_OPERATION, "LIST", 0,
	  "All but map: read, write, copy, and but virtio, ping; default: the first three", 0 },
	{ "engine", KEY_ENGINE, "LIST", 0,
	  "xfer, sg: auto, cpu, dma; default: auto", 0 },
	{ "sizes", KEY_SIZES, "LIST", 0,
	  "Bytes of a segment, or of an access", 0 },
	{ "segments", KEY_SEGMENTS, "LIST", 0,
	  "sg, virtio: segments of a command or buffer", 0 },
	{ "depth", KEY_DEPTH, "LIST", 0,
	  "All but map: commands, or buffers in a queue, under way at once", 0 },
	{ "queues", KEY_QUEUES, "LIST", 0,
	  "virtio: queues at once; default: 1", 0 },
	{ "policy", KEY_POLICY, "LIST", 0,
	  "map: transfer, cached, static; default: all", 0 },
	{ "pattern", KEY_PATTERN, "LIST", 0,
	  "map: sequential, random; default: both", 0 },
	{ "alignment", KEY_ALIGNMENT, "LIST", 0,
	  "Where a segment, or the range, begins in a page; default: 0", 0 },
	{ "stride", KEY_STRIDE, "LIST", 0,
	  "map: bytes from one access to the next", 0 },
	{ "range", KEY_RANGE, "SIZE", 0,
	  "map: memory that is accessed; default: 1M", 0 },
	{ "budget", KEY_BUDGET, "NUMBER", 0,
	  "map: maps live at once; default: as the function is set up", 0 },
	{ "commands", KEY_COMMANDS, "NUMBER", 0,
	  "Commands, or accesses, of a repetition; default: 4 times the depth, 256 accesses, 16 times the depth of all queues",
	  0 },
	{ "warm-up", KEY_WARM_UP, "NUMBER", 0,
	  "Repetitions that do not count; default: 1", 0 },
	{ "repetitions", KEY_REPETITIONS, "NUMBER", 0,
	  "Repetitions that do; default: 10", 0 },
	{ "duration", KEY_DURATION, "SECONDS", 0,
	  "Repeat each point for this long, at least once", 0 },
	{ "poll", KEY_POLL, NULL, 0,
	  "xfer, sg: look for completions, without interrupts", 0 },
	{ "stock", KEY_STOCK, NULL, 0,
	  "xfer: use the ioctls of the kernel's test driver", 0 },
	{ "no-verify", KEY_NO_VERIFY, NULL, 0, "Do not compare the data", 0 },
	{ "seed", KEY_SEED, "NUMBER", 0, "Seed of the data; default: 1", 0 },
	{ "timeout", KEY_TIMEOUT, "SECONDS", 0,
	  "Time for a repetition; default: 60", 0 },
	{ "wait", KEY_WAIT, "SECONDS", 0,
	  "Time for the device to appear; default: 1", 0 },
	{ "json", KEY_JSON, NULL, 0, "Print a JSON document", 1 },
	{ "csv", KEY_CSV, NULL, 0, "Print comma-separated values", 1 },
	{ "plot", KEY_PLOT, "FILE", 0, "Draw a plot too, an SVG, by gnuplot",
	  1 },
	{ 0 }
};

static volatile sig_atomic_t caught;

static void catch_signal(int number)
{
	caught = number;
}

static uint64_t parse_number(struct argp_state *state, const char *option,
			     const char *text, uint64_t min, uint64_t max)
{
	uint64_t number = 0;

	/* 0 is no size, but may be an alignment. */
	if ((strcmp(text, "0") != 0 && size_parse(text, &number) < 0) ||
	    number < min || number > max)
		argp_error(state,
			   "--%s %s: not a number from %" PRIu64 " to %" PRIu64,
			   option, text, min, max);
	return number;
}

static void add_value(struct argp_state *state, const char *option,
		      struct values *values, uint64_t value)
{
	if (values->count == BENCH_MAX_VALUES)
		argp_error(state, "--%s: more than %d values", option,
			   BENCH_MAX_VALUES);
	values->list[values->count++] = value;
}

static void parse_numbers(struct argp_state *state, const char *option,
			  char *text, uint64_t min, uint64_t max,
			  struct values *values)
{
	char *word;

	values->count = 0;
	while ((word = strsep(&text, ",")))
		add_value(state, option, values,
			  parse_number(state, option, word, min, max));
}

static void parse_names(struct argp_state *state, const char *option,
			char *text, const char *(*name_of)(uint32_t),
			uint32_t count, struct values *values)
{
	char *word;
	uint32_t i;

	values->count = 0;
	while ((word = strsep(&text, ","))) {
		for (i = 0; i < count; i++)
			if (strcmp(word, name_of(i)) == 0)
				break;
		if (i == count)
			argp_error(state, "--%s: there is no %s", option, word);
		add_value(state, option, values, i);
	}
}

static const char *operation_name_of(uint32_t operation)
{
	return operation_name(operation);
}

static const struct bench *find_bench(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(benches); i++)
		if (strcmp(benches[i]->name, name) == 0)
			return benches[i];
	return NULL;
}

static void check(struct argp_state *state, const struct arguments *arguments)
{
	const struct bench_options *given = &arguments->options;
	bool map = arguments->bench == &bench_map;
	bool virtio = arguments->bench == &bench_virtio;

	if (map && (given->operations.count || given->engines.count ||
		    given->depths.count || given->poll))
		argp_error(state, "map has no --operation, --engine, --depth or --poll");
	if (!map && (given->policies.count || given->patterns.count ||
		     given->strides.count || given->range || given->budget))
		argp_error(state, "only map has --policy, --pattern, --stride, --range and --budget");
	if (arguments->bench != &bench_sg && !virtio && given->segments.count)
		argp_error(state, "only sg and virtio have --segments");
	if (!virtio && given->queues.count)
		argp_error(state, "only virtio has --queues");
	if (virtio && (given->engines.count || given->alignments.count ||
		       given->poll || !given->verify))
		argp_error(state, "virtio has no --engine, --alignment, --poll or --no-verify");
	for (size_t i = 0; virtio && i < given->operations.count; i++)
		if (given->operations.list[i] == OPERATION_PING)
			argp_error(state, "virtio has no --operation ping");
	if (arguments->bench != &bench_xfer && given->stock)
		argp_error(state, "only xfer has --stock");
	if (given->stock && given->alignments.count)
		argp_error(state, "--stock has no --alignment: the kernel chooses the memory");
	if (arguments->json && arguments->csv)
		argp_error(state, "--json and --csv both want standard output");
}

static error_t parse_what(int key, char *text, struct argp_state *state,
			  struct bench_options *given)
{
	switch (key) {
	case KEY_OPERATION:
		parse_names(state, "operation", text, operation_name_of,
			    OPERATION_KINDS, &given->operations);
		return 0;
	case KEY_ENGINE:
		parse_names(state, "engine", text, engine_name,
			    XTEST_NUM_ENGINES, &given->engines);
		return 0;
	case KEY_SIZES:
		parse_numbers(state, "sizes", text, 1,
			      PCI_ENDPOINT_XTEST_MAX_MMAP, &given->sizes);
		return 0;
	case KEY_SEGMENTS:
		parse_numbers(state, "segments", text, 1, XTEST_MAX_SEGMENTS,
			      &given->segments);
		return 0;
	case KEY_DEPTH:
		parse_numbers(state, "depth", text, 1, XTEST_MAX_DEPTH,
			      &given->depths);
		return 0;
	case KEY_QUEUES:
		parse_numbers(state, "queues", text, 1, 64, &given->queues);
		return 0;
	case KEY_POLICY:
		parse_names(state, "policy", text, policy_name,
			    XTEST_NUM_POLICIES, &given->policies);
		return 0;
	case KEY_PATTERN:
		parse_names(state, "pattern", text, pattern_name,
			    XTEST_NUM_PATTERNS, &given->patterns);
		return 0;
	case KEY_ALIGNMENT:
		parse_numbers(state, "alignment", text, 0, 4096,
			      &given->alignments);
		return 0;
	case KEY_STRIDE:
		parse_numbers(state, "stride", text, 1, UINT32_MAX,
			      &given->strides);
		return 0;
	case KEY_RANGE:
		given->range = parse_number(state, "range", text, 1,
					    PCI_ENDPOINT_XTEST_MAX_MMAP);
		return 0;
	case KEY_BUDGET:
		given->budget = parse_number(state, "budget", text, 1, 1024);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static error_t parse_how(int key, char *text, struct argp_state *state,
			 struct bench_options *given)
{
	switch (key) {
	case KEY_COMMANDS:
		given->commands = parse_number(state, "commands", text, 1,
					       PCI_ENDPOINT_XTEST_MAX_COUNT);
		return 0;
	case KEY_WARM_UP:
		given->warm_up = parse_number(state, "warm-up", text, 0, 10);
		return 0;
	case KEY_REPETITIONS:
		given->repetitions = parse_number(state, "repetitions", text,
						  1, 100000);
		return 0;
	case KEY_DURATION:
		given->duration = parse_number(state, "duration", text, 1,
					       24 * 60 * 60);
		return 0;
	case KEY_TIMEOUT:
		given->timeout = parse_number(state, "timeout", text, 1,
			PCI_ENDPOINT_XTEST_MAX_TIMEOUT_MS / 1000);
		return 0;
	case KEY_SEED:
		given->seed = parse_number(state, "seed", text, 0, UINT32_MAX);
		return 0;
	case KEY_POLL:
		given->poll = true;
		return 0;
	case KEY_STOCK:
		given->stock = true;
		return 0;
	case KEY_NO_VERIFY:
		given->verify = false;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static error_t parse(int key, char *text, struct argp_state *state)
{
	struct arguments *arguments = state->input;
	error_t err;

	switch (key) {
	case 'D':
		arguments->device = text;
		return 0;
	case KEY_WAIT:
		arguments->wait = parse_number(state, "wait", text, 0,
					       24 * 60 * 60);
		return 0;
	case KEY_JSON:
		arguments->json = true;
		return 0;
	case KEY_CSV:
		arguments->csv = true;
		return 0;
	case KEY_PLOT:
		arguments->plot = text;
		return 0;
	case ARGP_KEY_ARG:
		if (arguments->bench)
			argp_error(state, "%s: one benchmark at a time", text);
		arguments->bench = find_bench(text);
		if (!arguments->bench)
			argp_error(state, "%s: no such benchmark; there are xfer, sg, map and virtio",
				   text);
		return 0;
	case ARGP_KEY_END:
		if (!arguments->bench)
			argp_error(state, "which benchmark: xfer, sg, map or virtio?");
		check(state, arguments);
		return 0;
	default:
		err = parse_what(key, text, state, &arguments->options);
		return err ? parse_how(key, text, state, &arguments->options)
			   : 0;
	}
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.args_doc = "xfer|sg|map|virtio",
	.doc = "Measure transfers and maps of an endpoint whose host driver is pci_endpoint_xtest, or a virtio device whose driver is virtio_xtest.\v"
	       "Exit status: 0 measured, 1 a point failed, 2 usage, 77 nothing to measure.",
};

static void choose_values(struct values *values, const struct values *given)
{
	if (given->count)
		*values = *given;
}

/* What was not given is the benchmark's own. */
static void complete_options(const struct bench *bench,
			     struct bench_options *given)
{
	struct bench_options all = *given;

	bench->set_defaults(&all);
	choose_values(&all.operations, &given->operations);
	choose_values(&all.engines, &given->engines);
	choose_values(&all.sizes, &given->sizes);
	choose_values(&all.segments, &given->segments);
	choose_values(&all.depths, &given->depths);
	choose_values(&all.queues, &given->queues);
	choose_values(&all.policies, &given->policies);
	choose_values(&all.patterns, &given->patterns);
	choose_values(&all.alignments, &given->alignments);
	choose_values(&all.strides, &given->strides);
	if (given->range)
		all.range = given->range;
	*given = all;
}

void samples_add(struct samples *samples, uint64_t value)
{
	if (samples->count == samples->size) {
		samples->size = samples->size ? 2 * samples->size : 64;
		samples->values = reallocarray(samples->values, samples->size,
					       sizeof(*samples->values));
		if (!samples->values) {
			message("out of memory");
			exit(EXIT_CODE_FAILED);
		}
	}
	samples->values[samples->count++] = value;
}

struct spread samples_spread(struct samples *samples)
{
	if (!samples->count)
		return (struct spread){ 0 };
	return spread_of(samples->values, samples->count);
}

bool bench_goes_on(const struct bench_session *session, uint64_t done,
		   uint64_t started_ns)
{
	uint64_t duration_ns = session->options->duration * NSEC_PER_SEC;

	if (*session->interrupted)
		return false;
	if (!duration_ns)
		return done < session->options->repetitions;
	return !done || clock_now_ns() - started_ns < duration_ns;
}

/* The points; the caller frees them. */
static size_t make_points(const struct arguments *arguments,
			  struct point **points)
{
	struct point point, *grown;
	size_t count = 0;
	bool more;

	*points = NULL;
	for (;;) {
		point = (struct point){ 0 };
		more = arguments->bench->plan(&arguments->options, count,
					      &point);
		if (!more)
			return count;
		grown = reallocarray(*points, count + 1, sizeof(*grown));
		if (!grown) {
			message("out of memory");
			exit(EXIT_CODE_FAILED);
		}
		*points = grown;
		grown[count++] = point;
	}
}

/* What could be known before asking the device, but not from the options
 * alone. */
static bool possible(const struct bench_session *session, struct point *point)
{
	const struct pci_endpoint_xtest_info *info = &session->extended.info;

	if (point->virtio)
		return true;
	if (point->map && point->size > point->range)
		snprintf(point->error, sizeof(point->error),
			 "an access is larger than the range");
	else if (point->range + point->alignment > PCI_ENDPOINT_XTEST_MAX_MMAP)
		snprintf(point->error, sizeof(point->error),
			 "the range does not fit %d bytes",
			 PCI_ENDPOINT_XTEST_MAX_MMAP);
	else if (point->map || point->stock)
		return true;
	else if (point->depth > info->depth)
		snprintf(point->error, sizeof(point->error),
			 "the function takes %u commands at once", info->depth);
	else if (point->segments > info->max_segments)
		snprintf(point->error, sizeof(point->error),
			 "the function takes %u segments", info->max_segments);
	else if (point->size * point->segments > MAX_BYTES)
		snprintf(point->error, sizeof(point->error),
			 "the function takes %d bytes", MAX_BYTES);
	else
		return true;
	return false;
}

static size_t measure_points(const struct arguments *arguments,
			     struct bench_session *session,
			     struct point *points, size_t count,
			     const struct bench_report *report)
{
	bool text = !arguments->json && !arguments->csv;
	char label[128];
	size_t done;

	if (text)
		bench_print_header(report, stdout);
	for (done = 0; done < count && !caught; done++) {
		point_label(&points[done], arguments->bench, label,
			    sizeof(label));
		progress_show(done, count, label);
		if (possible(session, &points[done]))
			arguments->bench->measure(session, &points[done]);
		progress_clear();
		/* A point that was broken off says nothing. */
		if (caught && !points[done].repetitions)
			break;
		if (text)
			bench_print_point(&points[done], stdout);
	}
	return done;
}

/* Vectors of the best kind that the function has. */
static int open_stock(struct bench_session *session,
		      struct device_connection *connection,
		      const struct endpoint *endpoint)
{
	uint64_t duration_ns;
	int err;

	err = device_open(&session->device, connection, endpoint->node,
			  endpoint->address, session->interrupted);
	if (err)
		return err;
	session->has_stock = true;
	session->device.timeout = session->options->timeout;
	err = device_probe_abi(&session->device);
	for (unsigned long type = 3; !err && type-- > 0;) {
		struct request request = {
			.command = PCITEST_SET_IRQTYPE,
			.argument = type,
			.frees_vectors = true,
		};

		err = device_test(&session->device, &request, &duration_ns);
		if (!err)
			return 0;
		if (type && !session->device.fault[0])
			err = 0;
	}
	return err;
}

static enum exit_code measure_on(const struct arguments *arguments,
				 struct point *points, size_t count,
				 struct bench_report *report, char *error,
				 size_t size)
{
	struct bench_session session = {
		.options = &arguments->options,
		.endpoint = report->endpoint,
		.interrupted = &caught,
	};
	struct device_connection connection;
	enum exit_code status = EXIT_CODE_FAILED;
	int err;

	if (report->endpoint->kind == ENDPOINT_VIRTIO) {
		err = virtio_open(&session.virtio, report->endpoint->node);
		session.has_virtio = !err;
	} else if (arguments->options.stock) {
		err = open_stock(&session, &connection, report->endpoint);
	} else {
		err = extended_open(&session.extended, report->endpoint->node);
		session.has_extended = !err;
	}
	if (err) {
		snprintf(error, size, "%s: %s", report->endpoint->node,
			 report->endpoint->kind == ENDPOINT_VIRTIO
				 ? virtio_error(err) : extended_error(err));
		report->error = error;
		/* The driver is another: --stock may be what is wanted. */
		if (err == -ENOTTY)
			status = EXIT_CODE_NOTHING;
	} else {
		report->count = measure_points(arguments, &session, points,
					       count, report);
		report->interrupted = caught;
		status = EXIT_CODE_OK;
		for (size_t i = 0; i < report->count; i++)
			if (points[i].error[0])
				status = EXIT_CODE_FAILED;
	}
	if (session.has_extended)
		extended_close(&session.extended);
	if (session.has_virtio)
		virtio_close(&session.virtio);
	if (session.has_stock)
		device_close(&session.device);
	return status;
}

static enum exit_code print_report(const struct arguments *arguments,
				   const struct bench_report *report,
				   enum exit_code status)
{
	if (report->error)
		message("%s", report->error);
	promise_keep();
	if (arguments->json)
		bench_print_json(report, stdout);
	else if (arguments->csv && !report->error)
		bench_print_csv(report, stdout);
	if (arguments->plot && !report->error &&
	    bench_plot(report, arguments->plot) < 0)
		return EXIT_CODE_FAILED;
	return status;
}

static void catch_signals(void)
{
	struct sigaction action = { .sa_handler = catch_signal };

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

static int run(int argc, char **argv)
{
	struct arguments arguments = {
		.wait = CLOCK_DEVICE_WAIT_S,
		.options = {
			.warm_up = 1,
			.repetitions = REPETITIONS,
			.timeout = TIMEOUT_S,
			.seed = 1,
			.verify = true,
		},
	};
	struct bench_report report = { 0 };
	struct endpoint *endpoints = NULL;
	enum exit_code status;
	struct utsname system;
	struct point *points;
	size_t count, found;
	char error[512];

	argp_parse(&argp, argc, argv, 0, NULL, &arguments);
	promise_settle(arguments.json);
	complete_options(arguments.bench, &arguments.options);
	count = make_points(&arguments, &points);

	uname(&system);
	report.bench = arguments.bench;
	report.options = &arguments.options;
	report.kernel = system.release;
	report.points = points;
	catch_signals();
	report.endpoint = select_endpoint(arguments.device,
					  arguments.bench->kind,
					  arguments.wait, &endpoints, &found, &status, error,
					  sizeof(error));
	if (report.endpoint)
		status = measure_on(&arguments, points, count, &report, error,
				    sizeof(error));
	else
		report.error = error;
	status = print_report(&arguments, &report, status);

	endpoints_free(endpoints, found);
	free(points);
	if (caught) {
		close_stdout();
		signal(caught, SIG_DFL);
		raise(caught);
	}
	return status;
}

const struct command command_bench = {
	.name = "bench",
	.summary = "measure transfers, maps and virtio queues of an endpoint",
	.run = run,
};
