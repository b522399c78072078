// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

/* Accesses of the endpoint through its maps. The endpoint measures. */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "bench.h"
#include "clock.h"
#include "crc32c.h"
#include "random.h"

struct measure {
	struct bench_session *session;
	struct point *point;
	uint8_t *memory;
	struct samples rates, latencies;
};

static int read_through_maps(struct measure *measure, uint32_t count,
			     uint32_t warm_up,
			     struct pci_endpoint_xtest_map *map)
{
	const struct bench_options *options = measure->session->options;
	const struct point *point = measure->point;

	*map = (struct pci_endpoint_xtest_map){
		.addr = (uintptr_t)measure->memory + point->alignment,
		.range = point->range,
		.stride = point->stride,
		.size = point->size,
		.count = count,
		.warm_up = warm_up,
		.pattern = point->pattern,
		.policy = point->policy,
		.budget = options->budget,
		.seed = options->seed,
		.timeout_ms = options->timeout * 1000,
	};
	return extended_map(&measure->session->extended, map);
}

/* The last access of a walk one by one is known. */
static bool verify(struct measure *measure,
		   const struct pci_endpoint_xtest_map *map)
{
	struct point *point = measure->point;
	uint64_t places = (point->range - point->size) / point->stride + 1;
	uint64_t last = map->warm_up + (uint64_t)map->count - 1;
	const uint8_t *data = measure->memory + point->alignment +
			      last % places * point->stride;

	if (point->pattern != XTEST_SEQUENTIAL)
		return true;
	if (crc32c_value(crc32c_add(CRC32C_INIT, data, point->size)) ==
	    map->crc)
		return true;
	snprintf(point->error, sizeof(point->error),
		 "the endpoint read other data");
	return false;
}

static bool repeat(struct measure *measure)
{
	const struct bench_options *options = measure->session->options;
	struct point *point = measure->point;
	struct pci_endpoint_xtest_map map;
	int err;

	err = read_through_maps(measure, point->commands,
				options->warm_up * point->commands, &map);
	if (err || map.error) {
		snprintf(point->error, sizeof(point->error), "%s%s",
			 err ? "" : "the endpoint says: ",
			 err ? extended_error(err) : strerror(map.error));
		return false;
	}
	if (options->verify && !verify(measure, &map))
		return false;

	point->bytes = map.bytes;
	point->maps = map.maps;
	point->hits = map.hits;
	samples_add(&measure->rates,
		    map.bytes * (double)NSEC_PER_SEC /
			    (map.elapsed_ns ? map.elapsed_ns : 1));
	samples_add(&measure->latencies, map.elapsed_ns / point->commands);
	return true;
}

void map_measure(struct bench_session *session, struct point *point)
{
	struct measure measure = { .session = session, .point = point };
	uint64_t state = session->options->seed;
	uint64_t size = point->range + point->alignment;
	uint64_t started_ns;
	void *memory;
	int err;

	err = extended_memory(&session->extended, size, &memory);
	if (err) {
		snprintf(point->error, sizeof(point->error), "memory: %s",
			 strerror(-err));
		return;
	}
	measure.memory = memory;
	random_fill(&state, memory, size);

	started_ns = clock_now_ns();
	while (!point->error[0] &&
	       bench_goes_on(session, point->repetitions, started_ns))
		if (repeat(&measure))
			point->repetitions++;

	point->verified = session->options->verify && !point->error[0] &&
			  point->pattern == XTEST_SEQUENTIAL;
	point->rate = samples_spread(&measure.rates);
	point->latency = samples_spread(&measure.latencies);
	free(measure.rates.values);
	free(measure.latencies.values);
	munmap(memory, size);
}
