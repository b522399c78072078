// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

/* Counters of the endpoint, found in a tree of files; and what the virtio suite
 * and benchmark plan. */

#include <errno.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "bench.h"
#include "counters.h"
#include "test.h"
#include "virtio.h"

#define ADDRESS "0000:11:00.0"
#define LINK "kernel/config/pci_epc_sim/epc-sim.0/stats"
#define DEVICE "devices/platform/epc-sim.0/pci0000:10/0000:10:00.0/" ADDRESS
#define FUNCTIONS "kernel/config/pci_ep/controllers/epc-sim.0/"
#define FUNCTION FUNCTIONS "v0/epf_virtio_xtest.0/stats"

static char root[32];

/* A file below the root, and the directories that it is in. */
static void make(const char *name, const char *text)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", root, name);
	for (char *slash = path + strlen(root); (slash = strchr(slash + 1, '/'));) {
		*slash = '\0';
		mkdir(path, 0755);
		*slash = '/';
	}
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static int set_up(void **state)
{
	char target[256], path[256];

	(void)state;
	strcpy(root, "/tmp/pcitest-virtio-XXXXXX");
	assert_non_null(mkdtemp(root));
	make(DEVICE "/vendor", "0x1af4\n");
	make("bus/pci/devices/none", "");
	snprintf(target, sizeof(target), "%s/" DEVICE, root);
	snprintf(path, sizeof(path), "%s/bus/pci/devices/" ADDRESS, root);
	assert_int_equal(symlink(target, path), 0);
	return 0;
}

static int remove_one(const char *path, const struct stat *status, int type,
		      struct FTW *where)
{
	(void)status;
	(void)type;
	(void)where;
	return remove(path);
}

static int tear_down(void **state)
{
	(void)state;
	return nftw(root, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void test_counted(void **state)
{
	struct counter_files files;
	struct counters counters;
	char reason[128] = "";

	(void)state;
	make(LINK, "host_reads 2\nhost_writes 30\nendpoint_reads 9\nmaps 5\n");
	make(FUNCTION, "chains 7\nring_reads 100\nring_writes 2000\n");
	assert_int_equal(counters_find(&files, root, ADDRESS, reason,
				       sizeof(reason)), 0);
	assert_string_equal(reason, "");
	assert_int_equal(counters_read(&files, &counters), 0);
	assert_int_equal(counters.reads, 102);
	assert_int_equal(counters.writes, 2030);
	assert_int_equal(counters.maps, 5);

	make(FUNCTION, "chains 7\nring_reads 100\n");
	assert_int_equal(counters_read(&files, &counters), -EPROTO);
	snprintf(files.link, sizeof(files.link), "%s/none", root);
	assert_int_equal(counters_read(&files, &counters), -ENOENT);
}

static void expect_none(const char *address, const char *why)
{
	struct counter_files files;
	char reason[128] = "";

	assert_int_equal(counters_find(&files, root, address, reason,
				       sizeof(reason)), -ENOENT);
	assert_non_null(strstr(reason, why));
}

static void test_not_counted(void **state)
{
	(void)state;
	expect_none(ADDRESS, "not a simulated one");
	expect_none("0000:12:00.0", "not a simulated one");
	make(LINK, "host_reads 0\n");
	expect_none(ADDRESS, "0 test functions");
	make(FUNCTION, "ring_reads 0\n");
	make(FUNCTIONS "v1/epf_virtio_xtest.1/stats", "ring_reads 0\n");
	expect_none(ADDRESS, "2 test functions");
}

/* Each chain of the plan fits a queue of 256 and its segments are of one size. */
static void test_plan(void **state)
{
	struct parameters parameters = { .seed = 1, .timeout = 10 };
	struct plan plan = { 0 };

	(void)state;
	suite_virtio.plan(&plan, &parameters);
	assert_in_range(plan.count, 20, 100);
	for (size_t i = 0; i < plan.count; i++) {
		const struct test *test = &plan.tests[i];

		assert_int_equal(test->size % test->segments, 0);
		assert_true(virtio_descriptors(test->operation,
					       test->segments) <= 256);
		assert_int_equal(test->seed, 1);
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(test->name, plan.tests[j].name);
	}
	plan_free(&plan);
}

static void test_points(void **state)
{
	struct bench_options options = { 0 };
	struct point point;
	size_t count = 0;

	(void)state;
	bench_virtio.set_defaults(&options);
	for (;; count++) {
		point = (struct point){ 0 };
		if (!bench_virtio.plan(&options, count, &point))
			break;
		assert_true(point.virtio);
		assert_int_equal(point.commands,
				 16 * point.depth * point.queues);
	}
	assert_int_equal(count, options.operations.count * options.sizes.count *
				options.depths.count);
}

/* What the host reads, the device makes. */
static void test_words(void **state)
{
	(void)state;
	assert_int_equal(virtio_operation(OPERATION_READ), VIRTIO_XTEST_SOURCE);
	assert_int_equal(virtio_operation(OPERATION_WRITE), VIRTIO_XTEST_SINK);
	assert_int_equal(virtio_operation(OPERATION_COPY), VIRTIO_XTEST_ECHO);
	assert_int_equal(virtio_descriptors(OPERATION_READ, 3), 5);
	assert_int_equal(virtio_descriptors(OPERATION_COPY, 3), 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_counted, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_not_counted, set_up,
						tear_down),
		cmocka_unit_test(test_plan),
		cmocka_unit_test(test_points),
		cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests_name("virtio", tests, NULL, NULL);
}
