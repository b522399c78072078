// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

/* Transfers through the rings of the extended test function. */

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "bench.h"
#include "clock.h"
#include "crc32c.h"
#include "random.h"

/* Of all lists, so that it fits what the driver takes and the host has. */
#define MAX_BYTES 33554432

/* One point under way. */
struct transfer {
	struct bench_session *session;
	struct point *point;
	uint32_t num_lists, num_sources, num_destinations;
	/* Of all lists, each its sources and then its destinations */
	struct pci_endpoint_xtest_segment *segments;
	size_t num_segments;      /* that have memory */
	uint32_t *crcs;           /* of the sources, by list */
	struct pci_endpoint_xtest_result *results;
	struct samples rates, latencies;
};

static struct pci_endpoint_xtest_segment *list_of(struct transfer *transfer,
						  uint32_t list)
{
	return transfer->segments +
	       list * (transfer->num_sources + transfer->num_destinations);
}

static uint32_t crc_of(const struct pci_endpoint_xtest_segment *segments,
		       uint32_t count)
{
	uint32_t crc = CRC32C_INIT;

	for (uint32_t i = 0; i < count; i++)
		crc = crc32c_add(crc, (void *)segments[i].addr,
				 segments[i].len);
	return crc32c_value(crc);
}

/* Each segment is in one piece, and none next to another. */
static int make_segments(struct transfer *transfer)
{
	size_t all = transfer->num_lists *
		     (transfer->num_sources + transfer->num_destinations);
	struct extended *extended = &transfer->session->extended;
	uint64_t alignment = transfer->point->alignment;
	uint64_t size = transfer->point->size;
	uint64_t state = transfer->session->options->seed;
	void *memory;
	int err;

	transfer->segments = calloc(all, sizeof(*transfer->segments));
	transfer->crcs = calloc(transfer->num_lists, sizeof(*transfer->crcs));
	if (!transfer->segments || !transfer->crcs)
		return -ENOMEM;

	for (; transfer->num_segments < all; transfer->num_segments++) {
		err = extended_memory(extended, alignment + size, &memory);
		if (err)
			return err;
		random_fill(&state, memory, alignment + size);
		transfer->segments[transfer->num_segments] =
			(struct pci_endpoint_xtest_segment){
				.addr = (uintptr_t)memory + alignment,
				.len = size,
			};
	}
	for (uint32_t i = 0; i < transfer->num_lists; i++)
		transfer->crcs[i] = crc_of(list_of(transfer, i),
					   transfer->num_sources);
	return 0;
}

static int prepare(struct transfer *transfer)
{
	const struct point *point = transfer->point;
	uint64_t sides, lists;

	if (point->operation != OPERATION_PING) {
		if (point->operation != OPERATION_READ)
			transfer->num_sources = point->segments;
		if (point->operation != OPERATION_WRITE)
			transfer->num_destinations = point->segments;
		sides = point->operation == OPERATION_COPY ? 2 : 1;
		lists = MAX_BYTES / (point->size * point->segments * sides);
		if (!lists)
			lists = 1;
		if (lists > point->depth)
			lists = point->depth;
		if (lists > point->commands)
			lists = point->commands;
		transfer->num_lists = lists;
	}

	transfer->results = calloc(point->commands,
				   sizeof(*transfer->results));
	if (!transfer->results)
		return -ENOMEM;
	return transfer->num_lists ? make_segments(transfer) : 0;
}

static void finish(struct transfer *transfer)
{
	uint64_t alignment = transfer->point->alignment;

	for (size_t i = 0; i < transfer->num_segments; i++)
		munmap((void *)(transfer->segments[i].addr - alignment),
		       alignment + transfer->segments[i].len);
	free(transfer->segments);
	free(transfer->crcs);
	free(transfer->results);
	free(transfer->rates.values);
	free(transfer->latencies.values);
}

/* What was there before must not pass for what should have come. */
static void wipe_destinations(struct transfer *transfer)
{
	for (uint32_t i = 0; i < transfer->num_lists; i++)
		for (uint32_t j = 0; j < transfer->num_destinations; j++) {
			const struct pci_endpoint_xtest_segment *segment =
				list_of(transfer, i) + transfer->num_sources +
				j;

			memset((void *)segment->addr, 0, segment->len);
		}
}

static bool verify(struct transfer *transfer)
{
	struct point *point = transfer->point;
	uint64_t bytes = transfer->num_lists ? point->size * point->segments
					     : 0;

	for (uint64_t i = 0; i < point->commands; i++) {
		const struct pci_endpoint_xtest_result *result =
			&transfer->results[i];

		if (result->bytes != bytes ||
		    (transfer->num_sources &&
		     result->crc != transfer->crcs[i % transfer->num_lists])) {
			snprintf(point->error, sizeof(point->error),
				 "command %" PRIu64 ": the endpoint read other data",
				 i);
			return false;
		}
	}
	for (uint32_t i = 0; i < transfer->num_lists &&
			     transfer->num_destinations; i++) {
		uint32_t crc = crc_of(list_of(transfer, i) +
				      transfer->num_sources,
				      transfer->num_destinations);

		if (crc != transfer->results[i].crc) {
			snprintf(point->error, sizeof(point->error),
				 "command %" PRIu32 ": other data arrived", i);
			return false;
		}
	}
	return true;
}

static bool repeat(struct transfer *transfer, bool counts)
{
	const struct bench_options *options = transfer->session->options;
	struct point *point = transfer->point;
	struct pci_endpoint_xtest_run run = {
		.opcode = operation_opcode(point->operation),
		.engine = point->engine,
		.flags = options->poll ? PCI_ENDPOINT_XTEST_POLL : 0,
		.timeout_ms = options->timeout * 1000,
		.count = point->commands,
		.depth = point->depth,
		.seed = options->seed,
		.num_lists = transfer->num_lists,
		.num_sources = transfer->num_sources,
		.num_destinations = transfer->num_destinations,
		.segments = (uintptr_t)transfer->segments,
		.results = (uintptr_t)transfer->results,
	};
	int err;

	if (options->verify)
		wipe_destinations(transfer);
	err = extended_run(&transfer->session->extended, &run);
	if (err || run.error) {
		snprintf(point->error, sizeof(point->error), "%s%s",
			 err ? "" : "the endpoint says: ",
			 err ? extended_error(err) : strerror(run.error));
		return false;
	}
	if (options->verify && !verify(transfer))
		return false;
	if (!counts)
		return true;

	point->bytes = run.bytes;
	point->interrupts = run.interrupts;
	point->reads = run.reads;
	/* A ping moves nothing. */
	samples_add(&transfer->rates,
		    run.bytes * (double)NSEC_PER_SEC /
			    (run.elapsed_ns ? run.elapsed_ns : 1));
	for (uint64_t i = 0; i < point->commands; i++)
		samples_add(&transfer->latencies,
			    transfer->results[i].latency_ns);
	return true;
}

void transfer_measure(struct bench_session *session, struct point *point)
{
	struct transfer transfer = { .session = session, .point = point };
	uint64_t started_ns;
	int err;

	if (point->stock) {
		stock_measure(session, point);
		return;
	}

	err = prepare(&transfer);
	if (err)
		snprintf(point->error, sizeof(point->error), "memory: %s",
			 strerror(-err));
	for (unsigned int i = 0; i < session->options->warm_up &&
				 !point->error[0]; i++)
		repeat(&transfer, false);

	started_ns = clock_now_ns();
	while (!point->error[0] &&
	       bench_goes_on(session, point->repetitions, started_ns))
		if (repeat(&transfer, true))
			point->repetitions++;

	point->verified = session->options->verify && !point->error[0];
	point->rate = samples_spread(&transfer.rates);
	point->latency = samples_spread(&transfer.latencies);
	finish(&transfer);
}
