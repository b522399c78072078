// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

/* The suites sg and map and the benchmarks of transfers and maps, over a model
 * of pci_endpoint_xtest and its function that does all right, or one thing
 * wrong. The linker brings the calls here (--wrap). */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "array.h"
#include "bench.h"
#include "crc32c.h"
#include "extended.h"
#include "random.h"
#include "suite-fixture.h"

/* What the model does wrong. */
enum fault {
	NONE,
	OTHER_DRIVER,
	OTHER_VERSION,
	GONE,
	NO_ANSWER,
	ENDPOINT_FAILS,
	MOVES_LESS,
	READS_OTHER_DATA,
	WRITES_OTHER_DATA,
	WRITES_BEFORE,
	WRITES_BETWEEN,
	WRITES_AFTER,
	MAKES_NO_MAPS,
	KEEPS_MAPS,
	DRIVER_TAKES_ALL,
	ENDPOINT_TAKES_ALL,
};

static struct {
	enum fault fault;
	uint32_t caps, max_segments;
	/* Which allocation fails, from 1; 0: none */
	unsigned int calloc, reallocarray, memory, aligned;
} model;

static void reset_model(enum fault fault)
{
	memset(&model, 0, sizeof(model));
	model.fault = fault;
	model.caps = XTEST_CAP_DMA_PRIVATE;
	model.max_segments = 64;
}

static bool fails(unsigned int *countdown)
{
	return *countdown && --*countdown == 0;
}

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size)
{
	return fails(&model.calloc) ? NULL : __real_calloc(count, size);
}

void *__real_reallocarray(void *memory, size_t count, size_t size);
void *__wrap_reallocarray(void *memory, size_t count, size_t size);
void *__wrap_reallocarray(void *memory, size_t count, size_t size)
{
	return fails(&model.reallocarray)
		? NULL : __real_reallocarray(memory, count, size);
}

void *__real_aligned_alloc(size_t alignment, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size)
{
	return fails(&model.aligned) ? NULL
				     : __real_aligned_alloc(alignment, size);
}

int __wrap_extended_memory(struct extended *extended, size_t size,
			   void **memory);
int __wrap_extended_memory(struct extended *extended, size_t size,
			   void **memory)
{
	void *mapped;

	if (fails(&model.memory))
		return -ENOMEM;
	mapped = mmap(NULL, size, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(mapped, MAP_FAILED);
	*memory = mapped;
	return 0;
}

static uint8_t *memory_of(const struct pci_endpoint_xtest_segment *segment)
{
	return (uint8_t *)(uintptr_t)segment->addr;
}

static uint64_t bytes_of(const struct pci_endpoint_xtest_segment *segments,
			 uint32_t count)
{
	uint64_t bytes = 0;

	for (uint32_t i = 0; i < count; i++)
		bytes += segments[i].len;
	return bytes;
}

static uint8_t *gather(const struct pci_endpoint_xtest_segment *segments,
		       uint32_t count)
{
	uint8_t *data = malloc(bytes_of(segments, count) + 1), *end = data;

	assert_non_null(data);
	for (uint32_t i = 0; i < count; i++) {
		memcpy(end, memory_of(&segments[i]), segments[i].len);
		end += segments[i].len;
	}
	return data;
}

static void scatter(const struct pci_endpoint_xtest_segment *segments,
		    uint32_t count, const uint8_t *data)
{
	for (uint32_t i = 0; i < count; i++) {
		memcpy(memory_of(&segments[i]), data, segments[i].len);
		data += segments[i].len;
	}
}

/* A byte that is of no segment. */
static void write_astray(const struct pci_endpoint_xtest_segment *segments,
			 uint32_t count)
{
	const struct pci_endpoint_xtest_segment *last = &segments[count - 1];

	switch (model.fault) {
	case WRITES_BEFORE:
		memory_of(segments)[-1] ^= 1;
		break;
	case WRITES_BETWEEN:
		while (segments->addr + segments->len == segments[1].addr)
			segments++;
		assert_true(segments < last);
		memory_of(segments)[segments->len] ^= 1;
		break;
	case WRITES_AFTER:
		memory_of(last)[last->len] ^= 1;
		break;
	default:
		break;
	}
}

/* What the endpoint answers to a command. */
static void
run_command(const struct pci_endpoint_xtest_run *run,
	    const struct pci_endpoint_xtest_segment *sources,
	    struct pci_endpoint_xtest_result *result)
{
	const struct pci_endpoint_xtest_segment *destinations =
		sources + run->num_sources;
	uint64_t in = bytes_of(sources, run->num_sources), state = run->seed;
	uint64_t out = bytes_of(destinations, run->num_destinations);
	bool reads = run->opcode == XTEST_READ || run->opcode == XTEST_COPY;
	bool writes = run->opcode == XTEST_WRITE || run->opcode == XTEST_COPY;
	uint8_t *data;

	*result = (struct pci_endpoint_xtest_result){ .latency_ns = 1000 };
	if (reads != !!in || writes != !!out ||
	    (reads && writes && in != out)) {
		result->error = model.fault == ENDPOINT_TAKES_ALL ? 0 : EINVAL;
		return;
	}
	if (model.fault == ENDPOINT_FAILS) {
		result->error = EIO;
		return;
	}

	result->bytes = in > out ? in : out;
	if (reads) {
		data = gather(sources, run->num_sources);
	} else {
		data = malloc(result->bytes + 1);
		assert_non_null(data);
		random_fill(&state, data, result->bytes);
	}
	result->crc = crc32c_value(crc32c_add(CRC32C_INIT, data,
					      result->bytes));
	if (writes) {
		data[0] ^= model.fault == WRITES_OTHER_DATA;
		scatter(destinations, run->num_destinations, data);
		write_astray(destinations, run->num_destinations);
	}
	free(data);
	result->crc ^= model.fault == READS_OTHER_DATA;
	result->bytes -= model.fault == MOVES_LESS;
}

/* Why the driver refuses. */
static int check_run(const struct pci_endpoint_xtest_run *run,
		     const struct pci_endpoint_xtest_segment *segments,
		     uint32_t per_list)
{
	if (run->opcode >= XTEST_NUM_OPCODES)
		return -EINVAL;
	if (run->num_sources > model.max_segments)
		return -E2BIG;
	for (uint32_t i = 0; i < run->num_lists * per_list; i++)
		if (!segments[i].len)
			return -EINVAL;
	if (bytes_of(segments, run->num_lists * per_list) >
	    PCI_ENDPOINT_XTEST_MAX_BYTES)
		return -ERANGE;
	return 0;
}

static int run(struct pci_endpoint_xtest_run *run)
{
	const struct pci_endpoint_xtest_segment *segments =
		(void *)(uintptr_t)run->segments;
	struct pci_endpoint_xtest_result *results =
		(void *)(uintptr_t)run->results;
	uint32_t per_list = run->num_sources + run->num_destinations;
	struct pci_endpoint_xtest_result result;
	int err = check_run(run, segments, per_list);

	run->elapsed_ns = 1000 * run->count;
	if (err)
		return model.fault == DRIVER_TAKES_ALL ? 0 : err;
	if (model.fault == NO_ANSWER)
		return -ETIMEDOUT;
	for (uint32_t i = 0; i < run->count; i++) {
		run_command(run, run->num_lists
				? segments + i % run->num_lists * per_list
				: NULL, &result);
		if (!run->error)
			run->error = result.error;
		run->bytes += result.bytes;
		if (results)
			results[i] = result;
	}
	return 0;
}

static uint32_t check_map(const struct pci_endpoint_xtest_map *map)
{
	if (!map->size || !map->stride || !map->count ||
	    map->size > map->range || map->pattern >= XTEST_NUM_PATTERNS ||
	    map->policy >= XTEST_NUM_POLICIES)
		return EINVAL;
	return map->count > PCI_ENDPOINT_XTEST_MAX_COUNT ? E2BIG : 0;
}

static int measure_maps(struct pci_endpoint_xtest_map *map)
{
	bool keeps = map->policy != XTEST_POLICY_TRANSFER && map->warm_up;
	uint64_t last, places;

	map->error = check_map(map);
	if (map->error) {
		if (model.fault == ENDPOINT_TAKES_ALL)
			map->error = 0;
		return 0;
	}
	if (model.fault == NO_ANSWER)
		return -ETIMEDOUT;
	if (model.fault == ENDPOINT_FAILS) {
		map->error = EIO;
		return 0;
	}
	places = (map->range - map->size) / map->stride + 1;
	last = ((uint64_t)map->warm_up + map->count - 1) % places;
	map->crc = crc32c_value(crc32c_add(CRC32C_INIT,
		(uint8_t *)(uintptr_t)map->addr + last * map->stride,
		map->size));
	map->crc ^= model.fault == READS_OTHER_DATA;
	map->bytes = (uint64_t)map->count * map->size;
	map->elapsed_ns = 1000 * map->count;
	map->maps = keeps || model.fault == MAKES_NO_MAPS ? 0 : map->count;
	map->hits = keeps || model.fault == KEEPS_MAPS ? map->count : 0;
	return 0;
}

static int get_info(struct pci_endpoint_xtest_info *info)
{
	*info = (struct pci_endpoint_xtest_info){
		.version = PCI_ENDPOINT_XTEST_VERSION +
			   (model.fault == OTHER_VERSION),
		.caps = model.caps,
		.depth = 32,
		.max_segments = model.max_segments,
	};
	return model.fault == OTHER_DRIVER ? -EINVAL
	     : model.fault == GONE	   ? -ENODEV
					   : 0;
}

int __wrap_ioctl(int fd, unsigned long command, ...);
int __wrap_ioctl(int fd, unsigned long command, ...)
{
	va_list args;
	void *data;
	int err;

	va_start(args, command);
	data = va_arg(args, void *);
	va_end(args);
	switch (command) {
	case PCI_ENDPOINT_XTEST_INFO:
		err = get_info(data);
		break;
	case PCI_ENDPOINT_XTEST_RUN:
		err = run(data);
		break;
	case PCI_ENDPOINT_XTEST_MAP:
		err = measure_maps(data);
		break;
	default:
		err = -ENOTTY;
	}
	errno = -err;
	return err ? -1 : 0;
}

static const struct parameters parameters = {
	.seed = 1,
	.dma = DMA_ON,
	.timeout = 1,
};

static void expect(const struct suite *suite, const char *name,
		   enum test_result result, const char *reason)
{
	suite_expect(suite, &parameters, name, result, reason);
}

static const struct suite *suite_of(const char *name)
{
	return strncmp(name, "map.", 4) == 0 ? &suite_map : &suite_sg;
}

static void a_sound_device_passes_all_of_it(void **state)
{
	const struct suite *const suites[] = { &suite_sg, &suite_map };

	for (size_t i = 0; i < ARRAY_SIZE(suites); i++) {
		reset_model(NONE);
		assert_in_range(suite_passes(suites[i], &parameters), 40, 100);
	}
}

static void what_is_wrong_is_found_and_said(void **state)
{
	static const struct {
		enum fault fault;
		const char *test, *reason;
	} cases[] = {
		{ OTHER_VERSION, "sg.read.3", "of another version" },
		{ GONE, "map.cached.64", "the function is gone" },
		{ NO_ANSWER, "sg.read.3", "the endpoint does not answer" },
		{ NO_ANSWER, "map.cached.64",
		  "alignment 0: the endpoint does not answer" },
		{ ENDPOINT_FAILS, "sg.write.3.dma",
		  "the endpoint says: Input/output error" },
		{ ENDPOINT_FAILS, "map.static.4096",
		  "alignment 0: the endpoint says: Input/output error" },
		{ MOVES_LESS, "sg.write.pages",
		  "the endpoint moved 79916 bytes of 79917" },
		{ READS_OTHER_DATA, "sg.write.3",
		  "the endpoint read other data: CRC-32C 0x" },
		{ READS_OTHER_DATA, "sg.copy.64",
		  "the endpoint read other data: CRC-32C 0x" },
		{ READS_OTHER_DATA, "map.cached.1",
		  "alignment 0: the endpoint read other data: CRC-32C 0x" },
		{ WRITES_OTHER_DATA, "sg.read.1",
		  "other data arrived: CRC-32C 0x" },
		{ WRITES_OTHER_DATA, "sg.copy.2",
		  "other data arrived: CRC-32C 0x" },
		{ WRITES_BEFORE, "sg.read.pages",
		  "the endpoint wrote next to a segment" },
		{ WRITES_BETWEEN, "sg.copy.17",
		  "the endpoint wrote next to a segment" },
		{ WRITES_AFTER, "sg.read.1.dma",
		  "the endpoint wrote next to a segment" },
		{ MAKES_NO_MAPS, "map.transfer.64",
		  "alignment 0: 0 maps were made and 0 used again, by a policy that keeps none" },
		{ KEEPS_MAPS, "map.transfer.64",
		  "alignment 0: 1 maps were made and 1 used again, by a policy that keeps none" },
		{ DRIVER_TAKES_ALL, "sg.limits",
		  "an empty segment: Success; should be: Invalid argument" },
		{ ENDPOINT_TAKES_ALL, "sg.limits",
		  "a read without memory: the endpoint says: Success; should be: Invalid argument" },
		{ ENDPOINT_TAKES_ALL, "map.limits",
		  "no size: Success; should be: Invalid argument" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		reset_model(cases[i].fault);
		expect(suite_of(cases[i].test), cases[i].test, TEST_FAIL,
		       cases[i].reason);
	}
}

static void what_a_device_is_not_made_for_is_skipped(void **state)
{
	reset_model(OTHER_DRIVER);
	expect(&suite_sg, "sg.read.1", TEST_SKIP,
	       "needs the driver pci_endpoint_xtest");
	reset_model(NONE);
	model.caps = 0;
	expect(&suite_sg, "sg.read.1.dma", TEST_SKIP,
	       "the endpoint has no DMA");
	model.max_segments = 1;
	expect(&suite_sg, "sg.read.2", TEST_SKIP,
	       "the function takes 1 segments");
	expect(&suite_sg, "sg.write.pages", TEST_SKIP,
	       "the function takes 1 segment");
}

static void tests_without_memory_fail(void **state)
{
	static const char *const tests[] = {
		"sg.copy.3", "sg.limits", "map.cached.64", "map.limits",
	};

	for (size_t i = 0; i < ARRAY_SIZE(tests); i++) {
		reset_model(NONE);
		model.memory = 1;
		expect(suite_of(tests[i]), tests[i], TEST_FAIL,
		       "memory: Cannot allocate memory");
	}
	/* Of the destination */
	model.memory = 2;
	expect(&suite_sg, "sg.copy.3", TEST_FAIL,
	       "memory: Cannot allocate memory");
	model.aligned = 1;
	expect(&suite_sg, "sg.read.pages", TEST_FAIL,
	       "Cannot allocate memory");
}

static const struct bench_options options = {
	.timeout = 1,
	.warm_up = 1,
	.repetitions = 2,
	.seed = 1,
	.verify = true,
};

static struct point transfer(enum operation operation)
{
	return (struct point){
		.operation = operation,
		.size = 100,
		.segments = operation == OPERATION_PING ? 0 : 3,
		.depth = 4,
		.alignment = 5,
		.commands = 8,
	};
}

static struct point map(uint32_t policy)
{
	return (struct point){
		.map = true,
		.policy = policy,
		.size = 64,
		.stride = 100,
		.range = 1000,
		.alignment = 3,
		.commands = 8,
	};
}

/* Measure it, and expect this error, or none. */
static void measure(struct point point, const char *error)
{
	static const volatile sig_atomic_t interrupted;
	struct bench_session session = {
		.options = &options,
		.interrupted = &interrupted,
	};

	assert_int_equal(extended_open(&session.extended, "/dev/null"), 0);
	(point.map ? map_measure : transfer_measure)(&session, &point);
	extended_close(&session.extended);
	assert_string_equal(point.error, error);
	if (error[0]) {
		assert_int_equal(point.repetitions, 0);
		assert_false(point.verified);
	} else {
		assert_int_equal(point.repetitions, 2);
		assert_true(point.verified);
		assert_true(point.latency.median);
	}
}

static void a_sound_device_is_measured(void **state)
{
	reset_model(NONE);
	for (int operation = 0; operation < OPERATION_KINDS; operation++)
		measure(transfer(operation), "");
	for (uint32_t policy = 0; policy < XTEST_NUM_POLICIES; policy++)
		measure(map(policy), "");
}

static void nothing_wrong_is_measured(void **state)
{
	static const struct {
		enum fault fault;
		enum operation operation;
		const char *error;
	} cases[] = {
		{ NO_ANSWER, OPERATION_PING, "the endpoint does not answer" },
		{ ENDPOINT_FAILS, OPERATION_READ,
		  "the endpoint says: Input/output error" },
		{ MOVES_LESS, OPERATION_WRITE,
		  "command 0: the endpoint read other data" },
		{ READS_OTHER_DATA, OPERATION_COPY,
		  "command 0: the endpoint read other data" },
		{ WRITES_OTHER_DATA, OPERATION_READ,
		  "command 0: other data arrived" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		reset_model(cases[i].fault);
		measure(transfer(cases[i].operation), cases[i].error);
	}
	reset_model(NO_ANSWER);
	measure(map(XTEST_POLICY_CACHED), "the endpoint does not answer");
	reset_model(ENDPOINT_FAILS);
	measure(map(XTEST_POLICY_CACHED),
		"the endpoint says: Input/output error");
	reset_model(READS_OTHER_DATA);
	measure(map(XTEST_POLICY_CACHED), "the endpoint read other data");
}

static void nothing_is_measured_without_memory(void **state)
{
	/* Results, segments, checksums */
	for (unsigned int n = 1; n <= 3; n++) {
		reset_model(NONE);
		model.calloc = n;
		measure(transfer(OPERATION_COPY),
			"memory: Cannot allocate memory");
	}
	/* The last of the segments */
	model.memory = 4 * 6;
	measure(transfer(OPERATION_COPY), "memory: Cannot allocate memory");
	measure(transfer(OPERATION_COPY), "");
	model.memory = 1;
	measure(map(XTEST_POLICY_STATIC), "memory: Cannot allocate memory");
}

/* Samples grow while it measures: there it ends. */
static void measuring_ends_without_memory(void **state)
{
	FILE *messages = tmpfile();
	char text[100] = "";
	int status;
	pid_t pid;

	assert_non_null(messages);
	fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		dup2(fileno(messages), STDERR_FILENO);
		reset_model(NONE);
		model.reallocarray = 2;
		measure(transfer(OPERATION_PING), "");
		_exit(99);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), EXIT_CODE_FAILED);
	rewind(messages);
	assert_non_null(fgets(text, sizeof(text), messages));
	assert_non_null(strstr(text, ": out of memory\n"));
	fclose(messages);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sound_device_passes_all_of_it),
		cmocka_unit_test(what_is_wrong_is_found_and_said),
		cmocka_unit_test(what_a_device_is_not_made_for_is_skipped),
		cmocka_unit_test(tests_without_memory_fail),
		cmocka_unit_test(a_sound_device_is_measured),
		cmocka_unit_test(nothing_wrong_is_measured),
		cmocka_unit_test(nothing_is_measured_without_memory),
		cmocka_unit_test(measuring_ends_without_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
