// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

/* The points of each benchmark. */

#include <inttypes.h>
#include <stdio.h>

#include "bench.h"
#include "endpoint.h"

#define VALUES(...) (struct values){ \
	.list = { __VA_ARGS__ }, \
	.count = sizeof((uint64_t[]){ __VA_ARGS__ }) / sizeof(uint64_t) }

#define BYTES_PER_MB 1e6

/* The digit of an index that runs through these values. */
static uint64_t pick(const struct values *values, size_t *index)
{
	uint64_t value = values->list[*index % values->count];

	*index /= values->count;
	return value;
}

static bool plan_transfer(const struct bench_options *options, size_t index,
			  struct point *point)
{
	point->stock = options->stock;
	point->size = pick(&options->sizes, &index);
	point->alignment = pick(&options->alignments, &index);
	point->segments = pick(&options->segments, &index);
	point->depth = pick(&options->depths, &index);
	point->engine = pick(&options->engines, &index);
	point->operation = pick(&options->operations, &index);
	point->commands = options->commands ? options->commands
					    : 4 * point->depth;
	return index == 0;
}

static void set_transfer_defaults(struct bench_options *options)
{
	options->operations = VALUES(OPERATION_READ, OPERATION_WRITE,
				     OPERATION_COPY);
	options->engines = VALUES(XTEST_ENGINE_AUTO);
	options->alignments = VALUES(0);
}

static void set_xfer_defaults(struct bench_options *options)
{
	set_transfer_defaults(options);
	options->sizes = VALUES(1, 64, 1024, 4096, 16384, 65536, 262144,
				1048576, 1048577);
	options->segments = VALUES(1);
	options->depths = VALUES(1);
}

static void set_sg_defaults(struct bench_options *options)
{
	set_transfer_defaults(options);
	options->sizes = VALUES(4096);
	options->segments = VALUES(1, 4, 16, 64);
	options->depths = VALUES(1, 8, 32);
}

static bool plan_map(const struct bench_options *options, size_t index,
		     struct point *point)
{
	point->map = true;
	point->stride = pick(&options->strides, &index);
	point->size = pick(&options->sizes, &index);
	point->alignment = pick(&options->alignments, &index);
	point->pattern = pick(&options->patterns, &index);
	point->policy = pick(&options->policies, &index);
	point->range = options->range;
	point->commands = options->commands ? options->commands : 256;
	return index == 0;
}

static void set_map_defaults(struct bench_options *options)
{
	options->policies = VALUES(XTEST_POLICY_TRANSFER, XTEST_POLICY_CACHED,
				   XTEST_POLICY_STATIC);
	options->patterns = VALUES(XTEST_SEQUENTIAL, XTEST_RANDOM);
	options->sizes = VALUES(64, 4096);
	options->alignments = VALUES(0);
	options->strides = VALUES(4096, 16384, 65536);
	options->range = 1048576;
}

static bool plan_virtio(const struct bench_options *options, size_t index,
			struct point *point)
{
	point->virtio = true;
	point->size = pick(&options->sizes, &index);
	point->segments = pick(&options->segments, &index);
	point->depth = pick(&options->depths, &index);
	point->queues = pick(&options->queues, &index);
	point->operation = pick(&options->operations, &index);
	point->commands = options->commands
		? options->commands : 16 * point->depth * point->queues;
	return index == 0;
}

static void set_virtio_defaults(struct bench_options *options)
{
	options->operations = VALUES(OPERATION_READ, OPERATION_WRITE,
				     OPERATION_COPY);
	options->sizes = VALUES(64, 4096);
	options->segments = VALUES(1);
	options->depths = VALUES(1, 16, 64);
	options->queues = VALUES(1);
}

static double x_depth(const struct point *point)
{
	return point->depth;
}

static double x_size(const struct point *point)
{
	return point->size;
}

static double x_segments(const struct point *point)
{
	return point->segments;
}

static double x_stride(const struct point *point)
{
	return point->stride;
}

static double y_rate(const struct point *point, uint64_t rate)
{
	(void)point;
	return rate / BYTES_PER_MB;
}

static double y_access(const struct point *point, uint64_t rate)
{
	return rate ? point->size * 1e9 / rate : 0;
}

void point_label(const struct point *point, const struct bench *bench,
		 char *label, size_t size)
{
	char alignment[40] = "", part[40] = "";

	if (point->alignment)
		snprintf(alignment, sizeof(alignment), ", alignment %" PRIu64,
			 point->alignment);
	if (point->map) {
		snprintf(label, size, "%s %s, size %" PRIu64 "%s",
			 policy_name(point->policy),
			 pattern_name(point->pattern), point->size, alignment);
		return;
	}
	if (point->virtio) {
		snprintf(label, size, "%s, size %" PRIu64 ", segments %" PRIu64
			 ", queues %" PRIu64,
			 operation_name(point->operation), point->size,
			 point->segments, point->queues);
		return;
	}
	if (bench->x == x_segments)
		snprintf(part, sizeof(part), ", size %" PRIu64, point->size);
	snprintf(label, size, "%s %s%s%s%s, depth %" PRIu64,
		 operation_name(point->operation), engine_name(point->engine),
		 point->stock ? " stock" : "", part, alignment, point->depth);
}

const struct bench bench_xfer = {
	.name = "xfer",
	.summary = "transfers of one segment, by size",
	.set_defaults = set_xfer_defaults,
	.plan = plan_transfer,
	.measure = transfer_measure,
	.x_title = "bytes",
	.y_title = "MB/s",
	.x = x_size,
	.y = y_rate,
};

const struct bench bench_sg = {
	.name = "sg",
	.summary = "transfers of scatter lists, by segments and depth",
	.set_defaults = set_sg_defaults,
	.plan = plan_transfer,
	.measure = transfer_measure,
	.x_title = "segments",
	.y_title = "MB/s",
	.x = x_segments,
	.y = y_rate,
};

const struct bench bench_map = {
	.name = "map",
	.summary = "accesses through maps, by policy, size, alignment and stride",
	.set_defaults = set_map_defaults,
	.plan = plan_map,
	.measure = map_measure,
	.x_title = "stride, bytes",
	.y_title = "ns per access",
	.x = x_stride,
	.y = y_access,
	.in_ns = true,
};

const struct bench bench_virtio = {
	.name = "virtio",
	.summary = "buffers through a virtio device, by size, segments, depth and queues",
	.kind = ENDPOINT_VIRTIO,
	.set_defaults = set_virtio_defaults,
	.plan = plan_virtio,
	.measure = virtio_measure,
	.x_title = "buffers under way at once in a queue",
	.y_title = "MB/s",
	.x = x_depth,
	.y = y_rate,
};
