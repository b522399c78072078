// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

/* Tables, comma-separated values, and JSON. */

#include <inttypes.h>
#include <stddef.h>

#include <json-c/json.h>

#include "array.h"
#include "bench.h"
#include "document.h"
#include "endpoint-json.h"
#include "endpoint.h"

#define SCHEMA_VERSION 1
#define BYTES_PER_MB 1e6
#define NSEC_PER_USEC 1e3

static const char *path_name(const struct point *point)
{
	return point->virtio ? "virtio" : point->stock ? "stock" : "extended";
}

void bench_print_header(const struct bench_report *report, FILE *out)
{
	fprintf(out, "%s at %s, kernel %s\n", report->endpoint->node,
		report->endpoint->address, report->kernel);
	if (report->bench == &bench_map)
		fprintf(out, "%-9s %-10s %8s %5s %8s %12s %12s %9s %9s\n",
			"policy", "pattern", "size", "align", "stride",
			"ns/access", "+-", "maps", "hits");
	else if (report->bench == &bench_virtio)
		fprintf(out, "%-5s %8s %8s %5s %6s %10s %10s %12s %12s %9s %9s %9s %9s\n",
			"", "size", "segments", "depth", "queues", "MB/s", "+-",
			"median us", "p99 us", "irqs/buf", "reads/buf",
			"posts/buf", "maps/buf");
	else
		fprintf(out, "%-5s %-6s %8s %5s %8s %5s %10s %10s %12s %12s %9s %9s\n",
			"", "engine", "size", "align", "segments", "depth", "MB/s",
			"+-", "median us", "p99 us", "irqs", "reads");
}

/* Half of the interval */
static double uncertainty(const struct spread *spread)
{
	return (spread->high - spread->low) / 2.0;
}

static void print_per_buffer(const struct point *point, uint64_t count,
			     FILE *out)
{
	if (point->uncounted[0])
		fprintf(out, " %9s", "-");
	else
		fprintf(out, " %9.3f", (double)count / point->commands);
}

static void print_virtio(const struct point *point, FILE *out)
{
	fprintf(out, "%-5s %8" PRIu64 " %8" PRIu64 " %5" PRIu64 " %6" PRIu64,
		operation_name(point->operation), point->size, point->segments,
		point->depth, point->queues);
	if (point->error[0]) {
		fprintf(out, "  %s\n", point->error);
		return;
	}
	fprintf(out, " %10.2f %10.2f %12.3f %12.3f %9.3f",
		point->rate.median / BYTES_PER_MB,
		uncertainty(&point->rate) / BYTES_PER_MB,
		point->latency.median / NSEC_PER_USEC,
		point->latency.p99 / NSEC_PER_USEC,
		(double)point->interrupts / point->commands);
	print_per_buffer(point, point->reads, out);
	print_per_buffer(point, point->writes, out);
	print_per_buffer(point, point->maps, out);
	fprintf(out, "\n");
}

void bench_print_point(const struct point *point, FILE *out)
{
	if (point->virtio) {
		print_virtio(point, out);
		fflush(out);
		return;
	}
	if (point->map)
		fprintf(out, "%-9s %-10s %8" PRIu64 " %5" PRIu64 " %8" PRIu64,
			policy_name(point->policy),
			pattern_name(point->pattern), point->size,
			point->alignment, point->stride);
	else
		fprintf(out, "%-5s %-6s %8" PRIu64 " %5" PRIu64 " %8" PRIu64
			" %5" PRIu64,
			operation_name(point->operation),
			engine_name(point->engine), point->size,
			point->alignment, point->segments, point->depth);
	if (point->error[0])
		fprintf(out, "  %s\n", point->error);
	else if (point->map)
		fprintf(out, " %12" PRIu64 " %12.1f %9" PRIu64 " %9" PRIu64 "\n",
			point->latency.median, uncertainty(&point->latency),
			point->maps, point->hits);
	else
		fprintf(out, " %10.2f %10.2f %12.3f %12.3f %9" PRIu64 " %9" PRIu64 "\n",
			point->rate.median / BYTES_PER_MB,
			uncertainty(&point->rate) / BYTES_PER_MB,
			point->latency.median / NSEC_PER_USEC,
			point->latency.p99 / NSEC_PER_USEC, point->interrupts,
			point->reads);
	fflush(out);
}

static const char *engine_of(const struct point *point)
{
	return point->map || point->virtio ? NULL : engine_name(point->engine);
}

static void print_counted(const struct point *point, uint64_t count, FILE *out)
{
	if (point->uncounted[0])
		fprintf(out, ",");
	else
		fprintf(out, ",%" PRIu64, count);
}

/* One row a point; the columns are the keys of the JSON document. */
void bench_print_csv(const struct bench_report *report, FILE *out)
{
	fprintf(out, "path,operation,engine,policy,pattern,size,segments,depth,alignment,stride,range,commands,repetitions,bytes,rate_median,rate_low,rate_high,rate_min,rate_max,latency_median,latency_p99,interrupts,reads,maps,hits,verified,error,queues,writes,uncounted\n");
	for (size_t i = 0; i < report->count; i++) {
		const struct point *point = &report->points[i];

		fprintf(out, "%s,%s,%s,%s,%s", path_name(point),
			point->map ? "map" : operation_name(point->operation),
			engine_of(point) ? engine_of(point) : "",
			point->map ? policy_name(point->policy) : "",
			point->map ? pattern_name(point->pattern) : "");
		fprintf(out, ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64
			",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64
			",%" PRIu64,
			point->size, point->segments, point->depth,
			point->alignment, point->stride, point->range,
			point->commands, point->repetitions, point->bytes);
		fprintf(out, ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64
			",%" PRIu64 ",%" PRIu64 ",%" PRIu64,
			point->rate.median, point->rate.low, point->rate.high,
			point->rate.min, point->rate.max,
			point->latency.median, point->latency.p99);
		fprintf(out, ",%" PRIu64, point->interrupts);
		print_counted(point, point->reads, out);
		print_counted(point, point->maps, out);
		fprintf(out, ",%" PRIu64 ",%d,\"%s\",%" PRIu64, point->hits,
			point->verified, point->error, point->queues);
		print_counted(point, point->writes, out);
		fprintf(out, ",\"%s\"\n", point->uncounted);
	}
}

static void add_number(struct json_object *object, const char *key,
		       uint64_t value)
{
	json_object_object_add(object, key, json_object_new_uint64(value));
}

static void add_string(struct json_object *object, const char *key,
		       const char *value)
{
	json_object_object_add(object, key, document_string(value));
}

/* Members of a structure that are numbers, by their keys. */
struct number {
	const char *key;
	size_t offset;
};
#define NUMBER(type, key, member) { key, offsetof(struct type, member) }

static void add_numbers(struct json_object *object, const void *structure,
			const struct number *numbers, size_t count)
{
	for (size_t i = 0; i < count; i++)
		add_number(object, numbers[i].key,
			   *(const uint64_t *)((const char *)structure +
					       numbers[i].offset));
}

static struct json_object *spread_json(const struct spread *spread)
{
	static const struct number numbers[] = {
		NUMBER(spread, "median", median), NUMBER(spread, "low", low),
		NUMBER(spread, "high", high), NUMBER(spread, "min", min),
		NUMBER(spread, "max", max), NUMBER(spread, "p99", p99),
	};
	struct json_object *object = json_object_new_object();

	add_numbers(object, spread, numbers, ARRAY_SIZE(numbers));
	return object;
}

static struct json_object *point_json(const struct point *point)
{
	static const struct number parameters[] = {
		NUMBER(point, "size", size),
		NUMBER(point, "segments", segments),
		NUMBER(point, "depth", depth),
		NUMBER(point, "queues", queues),
		NUMBER(point, "alignment", alignment),
		NUMBER(point, "stride", stride),
		NUMBER(point, "range", range),
		NUMBER(point, "commands", commands),
		NUMBER(point, "repetitions", repetitions),
		NUMBER(point, "bytes", bytes),
	};
	static const struct number counts[] = {
		NUMBER(point, "interrupts", interrupts),
		NUMBER(point, "hits", hits),
	};
	/* null where they cannot be read */
	static const struct number counted[] = {
		NUMBER(point, "reads", reads), NUMBER(point, "writes", writes),
		NUMBER(point, "maps", maps),
	};
	struct json_object *object = json_object_new_object();
	bool map = point->map;

	add_string(object, "path", path_name(point));
	add_string(object, "operation",
		   map ? "map" : operation_name(point->operation));
	add_string(object, "engine", engine_of(point));
	add_string(object, "policy", map ? policy_name(point->policy) : NULL);
	add_string(object, "pattern",
		   map ? pattern_name(point->pattern) : NULL);
	add_numbers(object, point, parameters, ARRAY_SIZE(parameters));
	json_object_object_add(object, "rate_bytes_s",
			       spread_json(&point->rate));
	json_object_object_add(object, "latency_ns",
			       spread_json(&point->latency));
	add_numbers(object, point, counts, ARRAY_SIZE(counts));
	if (!point->uncounted[0])
		add_numbers(object, point, counted, ARRAY_SIZE(counted));
	for (size_t i = 0; point->uncounted[0] && i < ARRAY_SIZE(counted); i++)
		add_string(object, counted[i].key, NULL);
	add_string(object, "uncounted",
		   point->uncounted[0] ? point->uncounted : NULL);
	json_object_object_add(object, "verified",
			       json_object_new_boolean(point->verified));
	add_string(object, "error", point->error[0] ? point->error : NULL);
	return object;
}

static struct json_object *options_json(const struct bench_options *options)
{
	struct json_object *object = json_object_new_object();

	add_number(object, "warm_up", options->warm_up);
	add_number(object, "repetitions", options->repetitions);
	add_number(object, "duration_s", options->duration);
	add_number(object, "timeout_s", options->timeout);
	add_number(object, "budget", options->budget);
	add_number(object, "seed", options->seed);
	json_object_object_add(object, "poll",
			       json_object_new_boolean(options->poll));
	json_object_object_add(object, "verify",
			       json_object_new_boolean(options->verify));
	return object;
}

void bench_print_json(const struct bench_report *report, FILE *out)
{
	struct json_object *document = document_new("pcitest-bench",
						    SCHEMA_VERSION);
	struct json_object *results = json_object_new_array();

	for (size_t i = 0; i < report->count; i++)
		json_object_array_add(results, point_json(&report->points[i]));
	add_string(document, "bench", report->bench->name);
	add_string(document, "version", PROJECT_VERSION);
	add_string(document, "kernel", report->kernel);
	json_object_object_add(document, "device", report->endpoint
		? endpoint_json(report->endpoint, NULL) : NULL);
	json_object_object_add(document, "parameters",
			       options_json(report->options));
	json_object_object_add(document, "results", results);
	json_object_object_add(document, "interrupted",
			       json_object_new_boolean(report->interrupted));
	json_object_object_add(document, "error",
			       document_error(report->error));
	document_write(document, out);
}
