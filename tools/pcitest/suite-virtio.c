// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

/* A virtio device: what is negotiated, and that its queues keep to it. The driver
 * compares each chain's data, length and result when it takes the chain back, and
 * wipes them before: what is not there yet when the device says so is wrong. */

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <linux/virtio_config.h>
#include <linux/virtio_ring.h>

#include "array.h"
#include "clock.h"
#include "endpoint.h"
#include "test.h"
#include "virtio.h"

#define FEATURE(bit) (UINT64_C(1) << (bit))
#define LOOK_US 1000
#define RESETS 5

static bool has_feature(const struct virtio *virtio, unsigned int bit)
{
	return virtio->info.features & FEATURE(bit);
}

static void run_virtio(struct test *test, struct session *session)
{
	struct virtio virtio;
	int err;

	err = virtio_open(&virtio, session->endpoint->node);
	if (err) {
		test_fail(test, "%s", virtio_error(err));
		return;
	}
	test->run_virtio(test, &virtio);
	virtio_close(&virtio);
}

/* Chains as the test has them, one queue, one at a time, told of each. */
static struct virtio_xtest_run chains_of(const struct test *test)
{
	return (struct virtio_xtest_run){
		.operation = virtio_operation(test->operation),
		.num_queues = 1,
		.count = 16,
		.depth = 1,
		.segments = test->segments,
		.bytes = test->size,
		.timeout_ms = test->timeout * 1000,
		.batch = 1,
		.seed = test->seed,
	};
}

/* Pass where all chains came back right. */
static bool expect_right(struct test *test, struct virtio *virtio,
			 struct virtio_xtest_run *run)
{
	int err = virtio_run(virtio, run);

	test->duration_ns += run->duration_ns;
	test->bytes += (uint64_t)run->completed * run->bytes;
	if (err)
		test_fail(test, "%s; %u of %u chains came back",
			  virtio_error(err), run->completed, run->count);
	else if (run->wrong)
		test_fail(test, "%u of %u chains have a wrong checksum, length or result",
			  run->wrong, run->count);
	else
		test->result = TEST_PASS;
	return test->result == TEST_PASS;
}

static void run_data(struct test *test, struct virtio *virtio)
{
	struct virtio_xtest_run run = chains_of(test);

	run.depth = 4;
	expect_right(test, virtio, &run);
}

static void run_features(struct test *test, struct virtio *virtio)
{
	uint64_t features = virtio->info.features;
	int err;

	if (!has_feature(virtio, VIRTIO_F_VERSION_1) ||
	    !has_feature(virtio, VIRTIO_F_ACCESS_PLATFORM)) {
		test_fail(test, "VERSION_1 and ACCESS_PLATFORM have to be negotiated: 0x%016" PRIx64,
			  features);
		return;
	}
	if (!has_feature(virtio, VIRTIO_XTEST_F_CRC)) {
		test_fail(test, "the device offers no checksums: 0x%016" PRIx64,
			  features);
		return;
	}
	err = virtio_reset(virtio);
	if (!err)
		err = virtio_get_info(virtio);
	if (err)
		test_fail(test, "%s", virtio_error(err));
	else if (virtio->info.features != features)
		test_fail(test, "negotiated anew, the features are 0x%016" PRIx64 ", and were 0x%016" PRIx64,
			  (uint64_t)virtio->info.features, features);
	else
		test->result = TEST_PASS;
}

static void run_reset(struct test *test, struct virtio *virtio)
{
	uint32_t marker = virtio->info.marker;

	for (unsigned int i = 0; i < RESETS; i++) {
		struct virtio_xtest_run run = chains_of(test);
		int err;

		if (!expect_right(test, virtio, &run))
			return;
		err = virtio_reset(virtio);
		if (!err)
			err = virtio_get_info(virtio);
		if (err) {
			test_fail(test, "reset: %s", virtio_error(err));
			return;
		}
		if (virtio->info.marker != marker) {
			test_fail(test, "a reset has changed the configuration");
			return;
		}
	}
}

/* Calls that the driver must refuse. */
static void run_arguments(struct test *test, struct virtio *virtio)
{
	struct virtio_xtest_run good = chains_of(test), bad[9];
	unsigned int size = virtio->info.queue_size;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		bad[i] = good;
	bad[0].queue = virtio->info.num_queues;
	bad[1].num_queues = virtio->info.num_queues + 1;
	bad[2].operation = VIRTIO_XTEST_NUM_OPERATIONS;
	bad[3].count = 0;
	bad[4].depth = 0;
	bad[5].segments = bad[5].bytes + 1;
	bad[6].bytes = 0;
	bad[7].timeout_ms = 0;
	/* A descriptor more than the ring has */
	bad[8].operation = VIRTIO_XTEST_SINK;
	bad[8].segments = size - 1;
	bad[8].bytes = size - 1;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		int err = virtio_run(virtio, &bad[i]);

		if (err != -EINVAL) {
			test_fail(test, "call %zu of those that make no sense: %s",
				  i, err ? virtio_error(err)
					 : "it was taken");
			return;
		}
	}
	expect_right(test, virtio, &good);
}

/* The most descriptors that a chain can have, and the last of the ring */
static void run_longest(struct test *test, struct virtio *virtio)
{
	struct virtio_xtest_run run = chains_of(test);

	if (virtio->info.queue_size <= 2) {
		test_skip(test, "a queue has %u descriptors",
			  virtio->info.queue_size);
		return;
	}
	test->segments = virtio->info.queue_size - 2;
	if (test->segments > 1000)
		test->segments = 1000;
	run.segments = test->segments;
	run.bytes = 16 * run.segments;
	run.depth = 2;
	expect_right(test, virtio, &run);
}

/* As much as the device takes; then more, which it must refuse and live on. */
static void run_largest(struct test *test, struct virtio *virtio)
{
	struct virtio_xtest_run run = chains_of(test), more;
	int err;

	run.count = 2;
	run.bytes = virtio->info.max_bytes / run.segments * run.segments;
	more = run;
	more.bytes += 16 * run.segments;
	if (!expect_right(test, virtio, &run))
		return;
	err = virtio_run(virtio, &more);
	if (err)
		test_fail(test, "more than the device takes: %s",
			  virtio_error(err));
	else if (more.wrong != more.count)
		test_fail(test, "the device took more than it says it does");
	else
		expect_right(test, virtio, &run);
}

/* Many under way, each with other data, several times around the ring. */
static void run_order(struct test *test, struct virtio *virtio)
{
	struct virtio_xtest_run run = chains_of(test);

	run.count = 4 * virtio->info.queue_size;
	run.depth = 64;
	expect_right(test, virtio, &run);
}

/* How many chains a ring that is full has */
static unsigned int capacity_of(const struct test *test,
				const struct virtio *virtio)
{
	unsigned int descriptors = virtio_descriptors(test->operation,
						      test->segments);

	return has_feature(virtio, VIRTIO_RING_F_INDIRECT_DESC)
		? virtio->info.queue_size
		: virtio->info.queue_size / descriptors;
}

/* The ring is filled before the device is told, more than once. */
static void run_full_ring(struct test *test, struct virtio *virtio)
{
	unsigned int capacity = capacity_of(test, virtio);
	struct virtio_xtest_run run = chains_of(test);

	if (!capacity || capacity >= 4096) {
		test_skip(test, "a queue has %u descriptors",
			  virtio->info.queue_size);
		return;
	}
	run.depth = capacity + 1;
	run.batch = run.depth;
	run.count = 3 * capacity;
	if (expect_right(test, virtio, &run) && run.peak != capacity)
		test_fail(test, "%u chains were under way at once; the ring has room for %u",
			  run.peak, capacity);
}

/* A table is one descriptor of the ring, whatever is in it. */
static void run_indirect(struct test *test, struct virtio *virtio)
{
	if (!has_feature(virtio, VIRTIO_RING_F_INDIRECT_DESC))
		test_skip(test, "INDIRECT_DESC is not negotiated, as where the host pushes descriptors");
	else
		run_full_ring(test, virtio);
}

/* Each side is told once there is something, and not told of what it will see
 * anyhow. One at a time, neither may miss the other; then around the ring, where
 * indices wrap. */
static void run_event_index(struct test *test, struct virtio *virtio)
{
	struct virtio_xtest_run one = chains_of(test), many = one;

	if (!has_feature(virtio, VIRTIO_RING_F_EVENT_IDX)) {
		test_skip(test, "EVENT_IDX is not negotiated, as where the host pushes descriptors");
		return;
	}
	one.count = virtio->info.queue_size + 1;
	many.count = 4 * virtio->info.queue_size + 1;
	many.depth = 16;
	if (expect_right(test, virtio, &one))
		expect_right(test, virtio, &many);
}

/* More than the device has memory for: it takes the rest when it has. */
static void run_full_device(struct test *test, struct virtio *virtio)
{
	struct virtio_xtest_run run = chains_of(test);

	run.bytes = virtio->info.max_bytes / run.segments * run.segments;
	run.depth = 24;
	run.count = 48;
	run.batch = run.depth;
	expect_right(test, virtio, &run);
}

static void run_queues(struct test *test, struct virtio *virtio)
{
	struct virtio_xtest_run run = chains_of(test);

	run.num_queues = virtio->info.num_queues;
	run.count = 32 * run.num_queues;
	run.depth = 8;
	/* Each by itself, and then all of them */
	for (uint32_t i = 0; i < virtio->info.num_queues; i++) {
		struct virtio_xtest_run alone = chains_of(test);

		alone.queue = i;
		if (!expect_right(test, virtio, &alone))
			return;
	}
	expect_right(test, virtio, &run);
}

/* Whether the device has answered, and told of that. */
static bool is_answered(const struct virtio *virtio, uint32_t marker,
			uint32_t changes)
{
	return virtio->info.answer == marker &&
	       virtio->info.config_changes != changes;
}

static void run_config(struct test *test, struct virtio *virtio)
{
	static const uint32_t markers[] = { 1, UINT32_MAX, 0x12345678, 0 };

	for (size_t i = 0; i < ARRAY_SIZE(markers); i++) {
		uint64_t started_ns = clock_now_ns();
		uint32_t changes = virtio->info.config_changes;
		int err = virtio_mark(virtio, markers[i]);

		while (!err && !is_answered(virtio, markers[i], changes) &&
		       clock_now_ns() - started_ns <
			       test->timeout * NSEC_PER_SEC) {
			usleep(LOOK_US);
			err = virtio_get_info(virtio);
		}
		test->duration_ns += clock_now_ns() - started_ns;
		if (err) {
			test_fail(test, "%s", virtio_error(err));
			return;
		}
		if (!is_answered(virtio, markers[i], changes)) {
			test_fail(test, "0x%08x was written to the configuration: the answer is 0x%08x, and the device told of %u changes",
				  markers[i], virtio->info.answer,
				  virtio->info.config_changes - changes);
			return;
		}
	}
	test->result = TEST_PASS;
}

static struct test *plan_one(struct plan *plan,
			     const struct parameters *parameters,
			     void (*run)(struct test *test,
					 struct virtio *virtio),
			     const char *name)
{
	struct test *test = plan_add(plan, &suite_virtio, run_virtio, "%s",
				     name);

	test->run_virtio = run;
	test->operation = OPERATION_COPY;
	test->segments = 1;
	test->size = 256;
	test->seed = parameters->seed;
	test->timeout = parameters->timeout;
	return test;
}

static void plan_data(struct plan *plan, const struct parameters *parameters)
{
	static const struct {
		unsigned int segments;
		uint64_t size;
	} shapes[] = {
		{ 1, 1 }, { 1, 4096 }, { 3, 3003 }, { 17, 17 * 509 },
		{ 32, 262144 },
	};
	char name[32];

	for (int operation = 0; operation < OPERATION_PING; operation++)
		for (size_t i = 0; i < ARRAY_SIZE(shapes); i++) {
			struct test *test;

			snprintf(name, sizeof(name), "%s.%u.%" PRIu64,
				 operation_name(operation), shapes[i].segments,
				 shapes[i].size);
			test = plan_one(plan, parameters, run_data, name);
			test->operation = operation;
			test->segments = shapes[i].segments;
			test->size = shapes[i].size;
		}
}

static void plan_virtio(struct plan *plan, const struct parameters *parameters)
{
	struct test *test;

	plan_one(plan, parameters, run_features, "features");
	plan_one(plan, parameters, run_reset, "reset");
	plan_data(plan, parameters);
	plan_one(plan, parameters, run_arguments, "limits.arguments");
	test = plan_one(plan, parameters, run_longest, "limits.descriptors");
	test->operation = OPERATION_WRITE;
	test = plan_one(plan, parameters, run_largest, "limits.bytes");
	test->segments = 8;
	plan_one(plan, parameters, run_order, "order");
	test = plan_one(plan, parameters, run_indirect, "indirect");
	test->segments = 8;
	plan_one(plan, parameters, run_event_index, "event-index");
	test = plan_one(plan, parameters, run_full_ring, "back-pressure.ring");
	test->segments = 4;
	test = plan_one(plan, parameters, run_full_device,
			"back-pressure.device");
	test->operation = OPERATION_READ;
	test->segments = 8;
	plan_one(plan, parameters, run_queues, "queues");
	plan_one(plan, parameters, run_config, "config");
}

const struct suite suite_virtio = {
	.name = "virtio",
	.summary = "a virtio device: features, queues, limits, configuration",
	.kind = ENDPOINT_VIRTIO,
	.plan = plan_virtio,
};
