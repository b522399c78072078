// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

/* The files of tests/data/binding (the current directory): each good one gives
 * the plan next to it, each bad one the message next to it. */

#include <errno.h>
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "binding-fixture.h"

/* Call a test for each file that matches, and be sure there are some. */
static void for_each(const char *pattern, void (*test)(const char *path))
{
	glob_t files;

	assert_int_equal(glob(pattern, 0, NULL, &files), 0);
	for (size_t i = 0; i < files.gl_pathc; i++) {
		print_message("%s\n", files.gl_pathv[i]);
		test(files.gl_pathv[i]);
	}
	globfree(&files);
}

/* The text of PATH with .EXTENSION instead of .yaml. */
static char *read_golden(const char *path, const char *extension)
{
	_cleanup_free_ char *golden = NULL;

	golden = string_format("%.*s%s", (int)(strlen(path) - strlen("yaml")),
			       path, extension);
	assert_non_null(golden);
	return read_text(golden);
}

static void check_message(const char *path)
{
	_cleanup_free_ char *expected = read_golden(path, "err");
	_cleanup_free_ char *message = NULL;
	struct fixture *fixture = fixture_new();
	struct epf_config *untouched = (void *)fixture, *config = untouched;

	assert_int_equal(epf_config_read(fixture->ctx, path, &config),
			 -EILSEQ);
	assert_ptr_equal(config, untouched);
	assert_int_equal(model_count(fixture->model), 0);
	message = error_text(fixture);
	assert_string_equal(message, expected);
	fixture_free(fixture);
}

static void bad_files_are_refused_with_place_and_reason(void **state)
{
	for_each("bad/*.yaml", check_message);
}

static void check_plan(const char *path)
{
	_cleanup_free_ char *expected = read_golden(path, "plan");
	_cleanup_free_ char *steps = NULL;
	struct fixture *fixture = fixture_new();
	struct epf_plan *plan;

	if (fixture_plan_file(fixture, path, &plan))
		fail_msg("%s", error_text(fixture));
	steps = plan_text(plan);
	assert_string_equal(steps, expected);
	epf_plan_free(plan);
	fixture_free(fixture);
}

static void good_files_give_the_expected_plan(void **state)
{
	for_each("good/*.yaml", check_plan);
}

static void check_second_apply(const char *path)
{
	struct fixture *fixture = fixture_new();
	struct epf_plan *plan;

	assert_int_equal(fixture_plan_file(fixture, path, &plan), 0);
	if (epf_plan_execute(plan))
		fail_msg("%s", error_text(fixture));
	epf_plan_free(plan);
	if (fixture_plan_file(fixture, path, &plan))
		fail_msg("%s", error_text(fixture));
	assert_int_equal(epf_plan_get_num_steps(plan), 0);
	assert_int_equal(epf_plan_execute(plan), 0);
	epf_plan_free(plan);
	fixture_free(fixture);
}

static void a_second_apply_has_nothing_to_do(void **state)
{
	for_each("good/*.yaml", check_second_apply);
}

/* Apply with the nth operation of the plan failing. Return false when there was
 * no such operation. */
static bool apply_failing(const char *path, unsigned int nth)
{
	_cleanup_free_ char *before = NULL, *after = NULL;
	struct fixture *fixture = fixture_new();
	struct epf_plan *plan;
	bool failed;

	before = model_print(fixture->model);
	assert_int_equal(fixture_plan_file(fixture, path, &plan), 0);
	model_fail_nth(fixture->model, nth, -EIO);
	failed = epf_plan_execute(plan) != 0;
	model_fail_nth(fixture->model, 0, 0);
	if (failed) {
		assert_false(epf_plan_is_incomplete(plan));
		after = model_print(fixture->model);
		assert_string_equal(after, before);
		assert_string_equal(epf_error_get_file(
					epf_ctx_get_error(fixture->ctx)),
				    path);
	}
	epf_plan_free(plan);
	fixture_free(fixture);
	return failed;
}

/* Some questions that the library asks on its way may go unanswered, so that a
 * run without a failure is the end only after the last operation. */
static unsigned int count_operations(const char *path)
{
	struct fixture *fixture = fixture_new();
	struct epf_plan *plan;
	unsigned int count;

	assert_int_equal(fixture_plan_file(fixture, path, &plan), 0);
	count = model_count(fixture->model);
	assert_int_equal(epf_plan_execute(plan), 0);
	count = model_count(fixture->model) - count;
	epf_plan_free(plan);
	fixture_free(fixture);
	return count;
}

static void check_rollback(const char *path)
{
	unsigned int count = count_operations(path), failures = 0;

	for (unsigned int nth = 1; nth <= count; nth++)
		failures += apply_failing(path, nth);
	assert_true(failures > 0 || count == 0);
	assert_false(apply_failing(path, count + 1));
}

static void a_failed_apply_leaves_the_tree_as_it_was(void **state)
{
	for_each("good/*.yaml", check_rollback);
}

static void a_missing_file_is_an_error_of_open(void **state)
{
	struct fixture *fixture = fixture_new();
	const struct epf_error *error;
	struct epf_config *config;

	assert_int_equal(epf_config_read(fixture->ctx, "none.yaml", &config),
			 -ENOENT);
	error = epf_ctx_get_error(fixture->ctx);
	assert_string_equal(epf_error_get_operation(error), "open");
	assert_string_equal(epf_error_get_path(error), "none.yaml");
	assert_null(epf_error_get_file(error));
	fixture_free(fixture);
}

static void a_directory_is_an_error_of_read(void **state)
{
	struct fixture *fixture = fixture_new();
	struct epf_config *config;

	assert_int_equal(epf_config_read(fixture->ctx, "good", &config),
			 -EISDIR);
	fixture_free(fixture);
}

static void an_endless_file_is_refused(void **state)
{
	struct fixture *fixture = fixture_new();
	struct epf_config *config;

	assert_int_equal(epf_config_read(fixture->ctx, "/dev/zero", &config),
			 -EFBIG);
	fixture_free(fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bad_files_are_refused_with_place_and_reason),
		cmocka_unit_test(good_files_give_the_expected_plan),
		cmocka_unit_test(a_second_apply_has_nothing_to_do),
		cmocka_unit_test(a_failed_apply_leaves_the_tree_as_it_was),
		cmocka_unit_test(a_missing_file_is_an_error_of_open),
		cmocka_unit_test(a_directory_is_an_error_of_read),
		cmocka_unit_test(an_endless_file_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
