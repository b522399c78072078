// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

/* Buffers through the queues of a virtio device. */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "clock.h"
#include "endpoint.h"

/* One point under way. */
struct measure {
	struct bench_session *session;
	struct point *point;
	struct counter_files files;
	uint64_t *latencies;      /* of the buffers */
	struct samples rates, all_latencies;
};

static bool possible(const struct bench_session *session, struct point *point)
{
	const struct virtio_xtest_info *info = &session->virtio.info;
	char *error = point->error;
	size_t size = sizeof(point->error);

	if (point->queues > info->num_queues)
		snprintf(error, size, "the device has %u queues",
			 info->num_queues);
	else if (point->size * point->segments > info->max_bytes)
		snprintf(error, size, "the device takes %u bytes",
			 info->max_bytes);
	else if (virtio_descriptors(point->operation, point->segments) >
		 info->queue_size)
		snprintf(error, size, "a queue has %u descriptors",
			 info->queue_size);
	return !error[0];
}

/* What the counters say of a repetition, or why nothing. */
static void count(struct measure *measure, const struct counters *before)
{
	struct point *point = measure->point;
	struct counters after;
	int err;

	if (point->uncounted[0])
		return;
	err = counters_read(&measure->files, &after);
	if (err) {
		snprintf(point->uncounted, sizeof(point->uncounted),
			 "the endpoint's counters: %s", strerror(-err));
		return;
	}
	point->reads = after.reads - before->reads;
	point->writes = after.writes - before->writes;
	point->maps = after.maps - before->maps;
}

static bool repeat(struct measure *measure, bool counts)
{
	struct bench_session *session = measure->session;
	const struct bench_options *options = session->options;
	struct point *point = measure->point;
	struct virtio_xtest_run run = {
		.operation = virtio_operation(point->operation),
		.num_queues = point->queues,
		.count = point->commands,
		.depth = point->depth,
		.segments = point->segments,
		.bytes = point->size * point->segments,
		.timeout_ms = options->timeout * 1000,
		.batch = point->depth,
		.seed = options->seed,
		.latencies = (uintptr_t)measure->latencies,
	};
	struct counters before = { 0 };
	int err;

	if (!point->uncounted[0] &&
	    (err = counters_read(&measure->files, &before)) < 0)
		snprintf(point->uncounted, sizeof(point->uncounted),
			 "the endpoint's counters: %s", strerror(-err));
	err = virtio_run(&session->virtio, &run);
	if (err || run.wrong) {
		if (err)
			snprintf(point->error, sizeof(point->error), "%s",
				 virtio_error(err));
		else
			snprintf(point->error, sizeof(point->error),
				 "%u of %u buffers have wrong data", run.wrong,
				 run.count);
		return false;
	}
	if (!counts)
		return true;

	count(measure, &before);
	point->bytes = point->commands * run.bytes;
	point->interrupts = run.interrupts;
	samples_add(&measure->rates, point->bytes * (double)NSEC_PER_SEC /
			    (run.duration_ns ? run.duration_ns : 1));
	for (uint64_t i = 0; i < point->commands; i++)
		samples_add(&measure->all_latencies, measure->latencies[i]);
	return true;
}

void virtio_measure(struct bench_session *session, struct point *point)
{
	struct measure measure = { .session = session, .point = point };
	uint64_t started_ns;

	if (!possible(session, point))
		return;
	measure.latencies = calloc(point->commands, sizeof(uint64_t));
	if (!measure.latencies) {
		snprintf(point->error, sizeof(point->error), "out of memory");
		return;
	}
	counters_find(&measure.files, COUNTERS_SYSFS, session->endpoint->address,
		      point->uncounted, sizeof(point->uncounted));
	for (unsigned int i = 0; i < session->options->warm_up &&
				 !point->error[0]; i++)
		repeat(&measure, false);

	started_ns = clock_now_ns();
	while (!point->error[0] &&
	       bench_goes_on(session, point->repetitions, started_ns))
		if (repeat(&measure, true))
			point->repetitions++;

	/* The driver compares what comes back, always. */
	point->verified = !point->error[0];
	point->rate = samples_spread(&measure.rates);
	point->latency = samples_spread(&measure.all_latencies);
	free(measure.rates.values);
	free(measure.all_latencies.values);
	free(measure.latencies);
}
