// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

/* Maps: the endpoint reads host memory of every size at every alignment, by
 * each of its policies; the data is compared by its CRC-32C, and what the
 * policies promise by the maps that were made. */

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/mman.h>

#include "array.h"
#include "crc32c.h"
#include "extended.h"
#include "random.h"
#include "suite-extended.h"
#include "test.h"

#define MAX_ALIGNMENT 4096

static const uint64_t sizes[] = {
	1, 2, 3, 7, 64, 1000, 4095, 4096, 4097, 65535, 65536, 65537,
	1048575, 1048576, 1048577,
};

static const uint64_t alignments[] = {
	0, 1, 2, 3, 4, 8, 15, 64, 255, 100, 256, 1000, 1024, 2047, 2048, 4095,
	4096,
};

/* Larger accesses take their time: three alignments, and once each. */
#define LARGE 8192

/* Once, or when it was done before. */
static bool read_at(struct test *test, struct extended *extended,
		    const uint8_t *memory, uint64_t alignment, bool again)
{
	struct pci_endpoint_xtest_map map = {
		.addr = (uintptr_t)memory + alignment,
		.range = test->size,
		.stride = test->size,
		.size = test->size,
		.count = 1,
		.warm_up = again,
		.policy = test->policy,
		.timeout_ms = test->timeout * 1000,
	};
	uint32_t crc;
	int err;

	err = extended_map(extended, &map);
	test->duration_ns += map.elapsed_ns;
	test->bytes += map.bytes;
	if (err) {
		test_fail(test, "alignment %" PRIu64 ": %s", alignment,
			  extended_error(err));
		return false;
	}
	if (map.error) {
		test_fail(test, "alignment %" PRIu64 ": the endpoint says: %s",
			  alignment, strerror(map.error));
		return false;
	}
	crc = crc32c_value(crc32c_add(CRC32C_INIT, memory + alignment,
				      test->size));
	if (crc != map.crc) {
		test_fail(test, "alignment %" PRIu64 ": the endpoint read other data: CRC-32C 0x%08x, not 0x%08x",
			  alignment, map.crc, crc);
		return false;
	}
	if (test->policy == XTEST_POLICY_TRANSFER && (!map.maps || map.hits)) {
		test_fail(test, "alignment %" PRIu64 ": %" PRIu64 " maps were made and %" PRIu64 " used again, by a policy that keeps none",
			  alignment, (uint64_t)map.maps, (uint64_t)map.hits);
		return false;
	}
	return true;
}

static void run_size(struct test *test, struct extended *extended)
{
	uint64_t size = test->size + MAX_ALIGNMENT, state = test->seed;
	bool large = test->size > LARGE;
	void *memory;
	int err;

	err = extended_memory(extended, size, &memory);
	if (err) {
		test_fail(test, "memory: %s", strerror(-err));
		return;
	}
	random_fill(&state, memory, size);
	test->result = TEST_PASS;
	for (size_t i = 0; i < ARRAY_SIZE(alignments); i += large ? 8 : 1)
		if (!read_at(test, extended, memory, alignments[i], false) ||
		    (!large && !read_at(test, extended, memory, alignments[i],
					true)))
			break;
	munmap(memory, size);
}

/* A call that the endpoint must refuse. */
struct refusal {
	const char *what;
	struct pci_endpoint_xtest_map map;
	uint32_t error;
};

static const struct refusal refusals[] = {
	{ "no size", { .range = 64, .stride = 1, .count = 1 }, EINVAL },
	{ "no stride", { .range = 64, .size = 1, .count = 1 }, EINVAL },
	{ "no count", { .range = 64, .size = 1, .stride = 1 }, EINVAL },
	{ "an access larger than the range",
	  { .range = 64, .size = 65, .stride = 1, .count = 1 }, EINVAL },
	{ "a pattern that is none",
	  { .range = 64, .size = 1, .stride = 1, .count = 1,
	    .pattern = XTEST_NUM_PATTERNS }, EINVAL },
	{ "a policy that is none",
	  { .range = 64, .size = 1, .stride = 1, .count = 1,
	    .policy = XTEST_NUM_POLICIES }, EINVAL },
	{ "more accesses than there may be",
	  { .range = 64, .size = 1, .stride = 1, .count = UINT32_MAX }, E2BIG },
};

static void try_refusal(struct test *test, struct extended *extended,
			size_t index, void *memory)
{
	struct pci_endpoint_xtest_map map = refusals[index].map;
	int err;

	map.addr = (uintptr_t)memory;
	map.timeout_ms = test->timeout * 1000;
	err = extended_map(extended, &map);
	if (err || map.error != refusals[index].error)
		test_fail(test, "%s: %s; should be: %s", refusals[index].what,
			  err ? extended_error(err) : strerror(map.error),
			  strerror(refusals[index].error));
}

static void run_limits(struct test *test, struct extended *extended)
{
	try_limits(test, extended, ARRAY_SIZE(refusals), try_refusal);
}

static void plan_map(struct plan *plan, const struct parameters *parameters)
{
	struct test *test;

	for (uint32_t policy = 0; policy < XTEST_NUM_POLICIES; policy++)
		for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
			test = plan_extended(plan, &suite_map, parameters,
					     run_size, "%s.%" PRIu64,
					     policy_name(policy), sizes[i]);
			test->policy = policy;
			test->size = sizes[i];
		}
	plan_extended(plan, &suite_map, parameters, run_limits, "limits");
}

const struct suite suite_map = {
	.name = "map",
	.summary = "sizes, alignments and policies of the endpoint's maps",
	.plan = plan_map,
};
