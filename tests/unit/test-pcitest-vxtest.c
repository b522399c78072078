// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

/* The suite and the benchmark of virtio devices, over a model of virtio_xtest
 * that does all right, or one thing wrong. The linker brings the calls here
 * (--wrap). */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <stdlib.h>
#include <string.h>

#include <linux/virtio_config.h>
#include <linux/virtio_ring.h>

#include <cmocka.h>

#include "array.h"
#include "bench.h"
#include "counters.h"
#include "suite-fixture.h"
#include "virtio.h"

#define FEATURE(bit) (UINT64_C(1) << (bit))
#define QUEUES 4
#define MAX_BYTES 262144

/* What the model does wrong. */
enum fault {
	NONE,
	OTHER_DRIVER,
	OTHER_VERSION,
	GONE,
	SILENT,
	BROKEN,
	WRONG_DATA,
	RESET_FAILS,
	RESET_CHANGES_FEATURES,
	RESET_CHANGES_MARKER,
	TAKES_ALL,
	TAKES_MORE,
	BREAKS_OF_MORE,
	NEVER_FULL,
	MARK_FAILS,
	NO_ANSWER,
};

static struct {
	enum fault fault;
	struct virtio_xtest_info info;
	bool no_memory;
	/* What reading the counters ends with, call by call */
	int counted[3];
	unsigned int counts;
} model;

static void reset_model(enum fault fault)
{
	memset(&model, 0, sizeof(model));
	model.fault = fault;
	model.info = (struct virtio_xtest_info){
		.features = FEATURE(VIRTIO_F_VERSION_1) |
			    FEATURE(VIRTIO_F_ACCESS_PLATFORM) |
			    FEATURE(VIRTIO_RING_F_INDIRECT_DESC) |
			    FEATURE(VIRTIO_RING_F_EVENT_IDX) |
			    FEATURE(VIRTIO_XTEST_F_CRC),
		.version = VIRTIO_XTEST_VERSION + (fault == OTHER_VERSION),
		.num_queues = QUEUES,
		.queue_size = 256,
		.max_bytes = MAX_BYTES,
		.marker = 7,
	};
}

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size)
{
	return model.no_memory ? NULL : __real_calloc(count, size);
}

int __wrap_counters_find(struct counter_files *files, const char *sysfs,
			 const char *address, char *reason, size_t size);
int __wrap_counters_find(struct counter_files *files, const char *sysfs,
			 const char *address, char *reason, size_t size)
{
	return 0;
}

int __wrap_counters_read(const struct counter_files *files,
			 struct counters *counters);
int __wrap_counters_read(const struct counter_files *files,
			 struct counters *counters)
{
	unsigned int call = model.counts++;

	*counters = (struct counters){ .reads = call };
	return call < ARRAY_SIZE(model.counted) ? model.counted[call] : 0;
}

static int get_info(struct virtio_xtest_info *info)
{
	*info = model.info;
	return model.fault == OTHER_DRIVER ? -ENOTTY
	     : model.fault == GONE	   ? -ENODEV
					   : 0;
}

/* Whether the driver takes these chains. */
static bool makes_sense(const struct virtio_xtest_run *run)
{
	bool reads = run->operation != VIRTIO_XTEST_SOURCE;
	bool writes = run->operation != VIRTIO_XTEST_SINK;
	uint32_t descriptors = 2 + (reads + writes) * run->segments;

	return run->num_queues && run->count && run->depth && run->segments &&
	       run->bytes && run->timeout_ms &&
	       run->operation < VIRTIO_XTEST_NUM_OPERATIONS &&
	       run->bytes % run->segments == 0 &&
	       run->queue + run->num_queues <= model.info.num_queues &&
	       descriptors <= model.info.queue_size;
}

static int send_chains(struct virtio_xtest_run *run)
{
	bool more = run->bytes > model.info.max_bytes;
	uint64_t *latencies = (void *)(uintptr_t)run->latencies;

	run->completed = 3;
	if (model.fault == SILENT)
		return -ETIMEDOUT;
	if (model.fault == BROKEN || (more && model.fault == BREAKS_OF_MORE))
		return -EIO;
	if (!makes_sense(run))
		return model.fault == TAKES_ALL ? 0 : -EINVAL;

	run->completed = run->count;
	run->duration_ns = 1000 * run->count;
	run->peak = run->depth - 1 - (model.fault == NEVER_FULL);
	if (model.fault == WRONG_DATA)
		run->wrong = 2;
	else if (more && model.fault != TAKES_MORE)
		run->wrong = run->count;
	for (uint32_t i = 0; latencies && i < run->count; i++)
		latencies[i] = 1000;
	return 0;
}

static int mark(uint32_t marker)
{
	if (model.fault == MARK_FAILS)
		return -EIO;
	if (model.fault == NO_ANSWER)
		return 0;
	model.info.answer = marker;
	model.info.config_changes++;
	return 0;
}

static int reset(void)
{
	if (model.fault == RESET_FAILS)
		return -EIO;
	if (model.fault == RESET_CHANGES_FEATURES)
		model.info.features ^= FEATURE(VIRTIO_RING_F_EVENT_IDX);
	if (model.fault == RESET_CHANGES_MARKER)
		model.info.marker++;
	return 0;
}

int __wrap_ioctl(int fd, unsigned long command, ...);
int __wrap_ioctl(int fd, unsigned long command, ...)
{
	unsigned long argument;
	va_list args;
	int err;

	va_start(args, command);
	argument = va_arg(args, unsigned long);
	va_end(args);
	switch (command) {
	case VIRTIO_XTEST_INFO:
		err = get_info((void *)argument);
		break;
	case VIRTIO_XTEST_RUN:
		err = send_chains((void *)argument);
		break;
	case VIRTIO_XTEST_MARK:
		err = mark(argument);
		break;
	case VIRTIO_XTEST_RESET:
		err = reset();
		break;
	default:
		err = -ENOTTY;
	}
	errno = -err;
	return err ? -1 : 0;
}

/* The test must end so; it waits for nothing that does not come. */
static void expect(const char *name, enum test_result result,
		   const char *reason)
{
	const struct parameters parameters = {
		.seed = 1,
		.timeout = strcmp(name, "virtio.config") != 0,
	};

	suite_expect(&suite_virtio, &parameters, name, result, reason);
}

static void a_sound_device_passes_all_of_it(void **state)
{
	static const unsigned int sizes[] = { 128, 256, 2048 };
	const struct parameters parameters = { .seed = 1, .timeout = 1 };

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		reset_model(NONE);
		model.info.queue_size = sizes[i];
		suite_passes(&suite_virtio, &parameters);
	}
}

static void what_is_wrong_is_found_and_said(void **state)
{
	static const struct {
		enum fault fault;
		const char *test, *reason;
	} cases[] = {
		{ OTHER_DRIVER, "virtio.order",
		  "not a device of virtio_xtest, or of another version of that" },
		{ OTHER_VERSION, "virtio.order",
		  "the driver is of another version" },
		{ GONE, "virtio.order", "the device is gone" },
		{ SILENT, "virtio.order",
		  "the device does not answer; 3 of 1024 chains came back" },
		{ BROKEN, "virtio.queues",
		  "the device is broken; 3 of 16 chains came back" },
		{ WRONG_DATA, "virtio.read.3.3003",
		  "2 of 16 chains have a wrong checksum, length or result" },
		{ WRONG_DATA, "virtio.reset", "2 of 16 chains" },
		{ WRONG_DATA, "virtio.limits.bytes", "2 of 2 chains" },
		{ RESET_FAILS, "virtio.features", "the device is broken" },
		{ RESET_FAILS, "virtio.reset", "reset: the device is broken" },
		{ RESET_CHANGES_FEATURES, "virtio.features",
		  "negotiated anew, the features are 0x0000000310000001, and were 0x0000000330000001" },
		{ RESET_CHANGES_MARKER, "virtio.reset",
		  "a reset has changed the configuration" },
		{ TAKES_ALL, "virtio.limits.arguments",
		  "call 0 of those that make no sense: it was taken" },
		{ BROKEN, "virtio.limits.arguments",
		  "call 0 of those that make no sense: the device is broken" },
		{ TAKES_MORE, "virtio.limits.bytes",
		  "the device took more than it says it does" },
		{ BREAKS_OF_MORE, "virtio.limits.bytes",
		  "more than the device takes: the device is broken" },
		{ NEVER_FULL, "virtio.back-pressure.ring",
		  "255 chains were under way at once; the ring has room for 256" },
		{ MARK_FAILS, "virtio.config", "the device is broken" },
		{ NO_ANSWER, "virtio.config",
		  "0x00000001 was written to the configuration: the answer is 0x00000000, and the device told of 0 changes" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		reset_model(cases[i].fault);
		expect(cases[i].test, TEST_FAIL, cases[i].reason);
	}
}

static void features_that_have_to_be_are_asked_for(void **state)
{
	reset_model(NONE);
	model.info.features = FEATURE(VIRTIO_F_VERSION_1);
	expect("virtio.features", TEST_FAIL,
	       "VERSION_1 and ACCESS_PLATFORM have to be negotiated: 0x0000000100000000");
	model.info.features |= FEATURE(VIRTIO_F_ACCESS_PLATFORM);
	expect("virtio.features", TEST_FAIL,
	       "the device offers no checksums: 0x0000000300000000");
	expect("virtio.indirect", TEST_SKIP, "INDIRECT_DESC is not negotiated");
	expect("virtio.event-index", TEST_SKIP, "EVENT_IDX is not negotiated");
}

static void queues_that_are_too_small_are_skipped(void **state)
{
	reset_model(NONE);
	model.info.features &= ~FEATURE(VIRTIO_RING_F_INDIRECT_DESC);
	model.info.queue_size = 2;
	expect("virtio.limits.descriptors", TEST_SKIP,
	       "a queue has 2 descriptors");
	expect("virtio.back-pressure.ring", TEST_SKIP,
	       "a queue has 2 descriptors");
}

static struct point buffers(void)
{
	return (struct point){
		.virtio = true,
		.operation = OPERATION_COPY,
		.size = 64,
		.segments = 2,
		.depth = 4,
		.queues = 2,
		.commands = 16,
	};
}

/* Measure it, and expect this error, or none. */
static struct point measure(struct point point, const char *error)
{
	static const volatile sig_atomic_t interrupted;
	static const struct bench_options options = {
		.timeout = 1,
		.warm_up = 1,
		.repetitions = 2,
	};
	struct endpoint endpoint = { .node = (char *)"/dev/null" };
	struct bench_session session = {
		.options = &options,
		.endpoint = &endpoint,
		.interrupted = &interrupted,
	};

	assert_int_equal(virtio_open(&session.virtio, "/dev/null"), 0);
	virtio_measure(&session, &point);
	virtio_close(&session.virtio);
	assert_string_equal(point.error, error);
	assert_int_equal(point.repetitions, error[0] ? 0 : 2);
	assert_int_equal(point.verified, !error[0]);
	return point;
}

static void a_sound_device_is_measured(void **state)
{
	struct point point;

	reset_model(NONE);
	point = measure(buffers(), "");
	assert_string_equal(point.uncounted, "");
	assert_int_equal(point.reads, 1);
	assert_int_equal(point.bytes, 16 * 2 * 64);
	assert_int_equal(point.latency.median, 1000);
}

static void nothing_wrong_is_measured(void **state)
{
	struct point point = buffers();

	reset_model(NONE);
	point.queues = QUEUES + 1;
	measure(point, "the device has 4 queues");
	point = buffers();
	point.size = MAX_BYTES;
	measure(point, "the device takes 262144 bytes");
	point = buffers();
	point.segments = 128;
	measure(point, "a queue has 256 descriptors");
	reset_model(SILENT);
	measure(buffers(), "the device does not answer");
	reset_model(WRONG_DATA);
	measure(buffers(), "2 of 16 buffers have wrong data");
	reset_model(NONE);
	model.no_memory = true;
	measure(buffers(), "out of memory");
}

/* Before the warm-up, before or after a repetition: all else is measured. */
static void counters_that_cannot_be_read_are_not_guessed(void **state)
{
	struct point point;

	for (unsigned int call = 0; call < ARRAY_SIZE(model.counted);
	     call++) {
		reset_model(NONE);
		model.counted[call] = -EACCES;
		point = measure(buffers(), "");
		assert_string_equal(point.uncounted,
				    "the endpoint's counters: Permission denied");
		assert_int_equal(point.reads, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sound_device_passes_all_of_it),
		cmocka_unit_test(what_is_wrong_is_found_and_said),
		cmocka_unit_test(features_that_have_to_be_are_asked_for),
		cmocka_unit_test(queues_that_are_too_small_are_skipped),
		cmocka_unit_test(a_sound_device_is_measured),
		cmocka_unit_test(nothing_wrong_is_measured),
		cmocka_unit_test(counters_that_cannot_be_read_are_not_guessed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
