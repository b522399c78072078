// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

/* Scatter lists: segments of odd sizes at odd addresses, with memory between
 * them that the endpoint may not touch. The CRC-32C that the endpoint tells is
 * compared with that of the data as the host has it. */

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "array.h"
#include "crc32c.h"
#include "endpoint.h"
#include "extended.h"
#include "random.h"
#include "suite-extended.h"
#include "test.h"

#define MAX_SEGMENTS 64
#define MAX_SEGMENT 12345
#define MAX_GAP 67
#define GUARD 0x5a
#define PAGE 4096
#define MAX_PAGES 20

/* One side of a transfer. */
struct side {
	uint8_t *memory;
	size_t size;
	struct pci_endpoint_xtest_segment segments[MAX_SEGMENTS];
	unsigned int count;
};

static uint32_t side_crc(const struct side *side)
{
	uint32_t crc = CRC32C_INIT;

	for (unsigned int i = 0; i < side->count; i++)
		crc = crc32c_add(crc, (void *)side->segments[i].addr,
				 side->segments[i].len);
	return crc32c_value(crc);
}

/* Whether the memory around the segments is as it was. */
static bool side_intact(const struct side *side)
{
	const uint8_t *byte = side->memory;

	for (unsigned int i = 0; i <= side->count; i++) {
		const uint8_t *end = i < side->count
			? (const uint8_t *)side->segments[i].addr
			: side->memory + side->size;

		while (byte < end)
			if (*byte++ != GUARD)
				return false;
		if (i < side->count)
			byte += side->segments[i].len;
	}
	return true;
}

/* Cut bytes into segments of random sizes, with gaps between them; as many as
 * wanted where there is a byte for each. */
static int side_make(struct extended *extended, struct side *side,
		     unsigned int count, uint64_t bytes, uint64_t *state)
{
	uint64_t addr;
	void *memory;
	int err;

	side->size = bytes + (count + 1) * MAX_GAP;
	err = extended_memory(extended, side->size, &memory);
	if (err)
		return err;

	side->memory = memory;
	side->count = count;
	memset(memory, GUARD, side->size);
	addr = (uintptr_t)memory;
	for (unsigned int i = 0; i < count; i++) {
		uint64_t left = count - i - 1; /* segments after this one */
		uint64_t mean = bytes / (left + 1);
		uint64_t len = left ? 1 + random_next(state) % (2 * mean)
				    : bytes;

		if (len > bytes - left)
			len = bytes - left;
		addr += random_next(state) % MAX_GAP;
		side->segments[i].addr = addr;
		side->segments[i].len = len;
		addr += len;
		bytes -= len;
	}
	return 0;
}

static void side_fill(struct side *side, uint64_t *state)
{
	for (unsigned int i = 0; i < side->count; i++)
		random_fill(state, (void *)side->segments[i].addr,
			    side->segments[i].len);
}

static void side_free(struct side *side)
{
	if (side->memory)
		munmap(side->memory, side->size);
}

static void run_and_compare(struct test *test, struct extended *extended,
			    const struct side *source,
			    const struct side *destination)
{
	struct pci_endpoint_xtest_segment segments[2 * MAX_SEGMENTS];
	struct pci_endpoint_xtest_result result = { 0 };
	struct pci_endpoint_xtest_run run = {
		.opcode = operation_opcode(test->operation),
		.engine = test->dma ? XTEST_ENGINE_DMA : XTEST_ENGINE_CPU,
		.timeout_ms = test->timeout * 1000,
		.count = 1,
		.seed = test->seed,
		.num_lists = 1,
		.num_sources = source->count,
		.num_destinations = destination->count,
		.segments = (uintptr_t)segments,
		.results = (uintptr_t)&result,
	};
	int err;

	memcpy(segments, source->segments,
	       source->count * sizeof(*segments));
	memcpy(segments + source->count, destination->segments,
	       destination->count * sizeof(*segments));

	err = extended_run(extended, &run);
	test->duration_ns = run.elapsed_ns;
	if (err)
		test_fail(test, "%s", extended_error(err));
	else if (result.error)
		test_fail(test, "the endpoint says: %s",
			  strerror(result.error));
	else if (result.bytes != test->bytes)
		test_fail(test, "the endpoint moved %" PRIu64 " bytes of %" PRIu64,
			  (uint64_t)result.bytes, test->bytes);
	else if (source->count && side_crc(source) != result.crc)
		test_fail(test, "the endpoint read other data: CRC-32C 0x%08x, not 0x%08x",
			  result.crc, side_crc(source));
	else if (destination->count && side_crc(destination) != result.crc)
		test_fail(test, "other data arrived: CRC-32C 0x%08x, not 0x%08x",
			  side_crc(destination), result.crc);
	else if (destination->count && !side_intact(destination))
		test_fail(test, "the endpoint wrote next to a segment");
	else
		test->result = TEST_PASS;
}

static void run_lists(struct test *test, struct extended *extended)
{
	uint64_t state = test->seed + test->segments;
	struct side source = { 0 }, destination = { 0 };
	uint64_t bytes = 0;
	int err = 0;

	if (test->segments > extended->info.max_segments) {
		test_skip(test, "the function takes %u segments",
			  extended->info.max_segments);
		return;
	}

	for (unsigned int i = 0; i < test->segments; i++)
		bytes += 1 + random_next(&state) % MAX_SEGMENT;
	test->bytes = bytes;

	if (test->operation != OPERATION_READ)
		err = side_make(extended, &source, test->segments, bytes,
				&state);
	if (!err && test->operation != OPERATION_WRITE)
		err = side_make(extended, &destination, test->segments, bytes,
				&state);
	if (err) {
		test_fail(test, "memory: %s", strerror(-err));
	} else {
		side_fill(&source, &state);
		run_and_compare(test, extended, &source, &destination);
	}
	side_free(&destination);
	side_free(&source);
}

/* Memory as programs have it, whose pages are anywhere. */
static void run_pages(struct test *test, struct extended *extended)
{
	uint64_t state = test->seed;
	struct side source = { .count = 1 }, none = { 0 };

	if (extended->info.max_segments < 2) {
		test_skip(test, "the function takes 1 segment");
		return;
	}
	source.size = PAGE * (extended->info.max_segments < MAX_PAGES
				      ? extended->info.max_segments
				      : MAX_PAGES);
	source.memory = aligned_alloc(PAGE, source.size);
	if (!source.memory) {
		test_fail(test, "%s", strerror(ENOMEM));
		return;
	}
	memset(source.memory, GUARD, source.size);
	source.segments[0].addr = (uintptr_t)source.memory + 1001;
	source.segments[0].len = source.size - 2003;
	test->bytes = source.segments[0].len;
	if (test->operation == OPERATION_WRITE) {
		side_fill(&source, &state);
		run_and_compare(test, extended, &source, &none);
	} else {
		run_and_compare(test, extended, &none, &source);
	}
	free(source.memory);
}

/* A call that must fail, in the driver or in the endpoint. */
struct limit {
	const char *what;
	uint32_t opcode, sources, destinations;
	uint64_t source_len, destination_len;
	int error;              /* of the driver */
	uint32_t endpoint_error;
};

static const struct limit limits[] = {
	{ "a read without memory", XTEST_READ, 0, 0, 0, 0, 0, EINVAL },
	{ "a write from memory", XTEST_WRITE, 1, 0, 64, 0, 0, EINVAL },
	{ "a copy to nowhere", XTEST_COPY, 1, 0, 64, 0, 0, EINVAL },
	{ "a copy to less memory", XTEST_COPY, 1, 1, 64, 63, 0, EINVAL },
	{ "an empty segment", XTEST_READ, 1, 0, 0, 0, -EINVAL, 0 },
	{ "a command that is none", XTEST_NUM_OPCODES, 1, 0, 64, 0, -EINVAL, 0 },
	{ "more segments than there may be", XTEST_READ, MAX_SEGMENTS + 1, 0, 1,
	  0, -E2BIG, 0 },
	{ "more bytes than there may be", XTEST_READ, 1, 0,
	  PCI_ENDPOINT_XTEST_MAX_BYTES + 1ull, 0, -ERANGE, 0 },
};

static void try_limit(struct test *test, struct extended *extended,
		      size_t index, void *memory)
{
	const struct limit *limit = &limits[index];
	struct pci_endpoint_xtest_segment segments[MAX_SEGMENTS + 1];
	struct pci_endpoint_xtest_run run = {
		.opcode = limit->opcode,
		.engine = XTEST_ENGINE_CPU,
		.timeout_ms = test->timeout * 1000,
		.count = 1,
		.num_lists = limit->sources + limit->destinations ? 1 : 0,
		.num_sources = limit->sources,
		.num_destinations = limit->destinations,
		.segments = (uintptr_t)segments,
	};
	int err;

	for (unsigned int i = 0; i < limit->sources + limit->destinations; i++)
		segments[i] = (struct pci_endpoint_xtest_segment){
			.addr = (uintptr_t)memory,
			.len = i < limit->sources ? limit->source_len
						  : limit->destination_len,
		};
	err = extended_run(extended, &run);
	test->duration_ns += run.elapsed_ns;
	if (err != limit->error)
		test_fail(test, "%s: %s; should be: %s", limit->what,
			  strerror(-err), strerror(-limit->error));
	else if (run.error != limit->endpoint_error)
		test_fail(test, "%s: the endpoint says: %s; should be: %s",
			  limit->what, strerror(run.error),
			  strerror(limit->endpoint_error));
}

static void run_limits(struct test *test, struct extended *extended)
{
	try_limits(test, extended, ARRAY_SIZE(limits), try_limit);
}

static void plan_engine(struct plan *plan, const struct parameters *parameters,
			bool dma)
{
	static const unsigned int counts[] = { 1, 2, 3, 8, 17, 33, 64 };
	const char *suffix = dma ? ".dma" : "";
	struct test *test;

	for (int operation = 0; operation < OPERATION_PING; operation++) {
		for (size_t i = 0; i < ARRAY_SIZE(counts); i++) {
			test = plan_extended(plan, &suite_sg, parameters,
					     run_lists, "%s.%u%s",
					     operation_name(operation),
					     counts[i], suffix);
			test->operation = operation;
			test->segments = counts[i];
			test->dma = dma;
		}
		if (operation == OPERATION_COPY)
			continue;
		test = plan_extended(plan, &suite_sg, parameters, run_pages,
				     "%s.pages%s", operation_name(operation),
				     suffix);
		test->operation = operation;
		test->segments = 1;
		test->dma = dma;
	}
}

static void plan_sg(struct plan *plan, const struct parameters *parameters)
{
	plan_engine(plan, parameters, false);
	if (parameters->dma != DMA_OFF)
		plan_engine(plan, parameters, true);
	plan_extended(plan, &suite_sg, parameters, run_limits, "limits");
}

const struct suite suite_sg = {
	.name = "sg",
	.summary = "scatter lists of 1 to 64 segments",
	.plan = plan_sg,
};
