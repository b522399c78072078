// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

/* All or nothing: whatever operation fails, the tree is as it was before, and
 * where undoing fails as well, the stuck steps name what is not. */

#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "attr.h"
#include "model.h"

#define P EPF_INTERFACE_PRIMARY
#define S EPF_INTERFACE_SECONDARY

/* A tree, and a plan for it. */
struct scenario {
	const char *name;
	void (*prepare)(struct epf_plan *plan);
	void (*build)(struct epf_plan *plan);
};

struct fixture {
	struct model *model;
	struct epf_ctx *ctx;
	struct epf_plan *plan;
	char *before;
	char *after;
	int err;
};

static void add(int err)
{
	assert_int_equal(err, 0);
}

static void nothing(struct epf_plan *plan)
{
}

/* Functions of pci_epf_test share a header: f1 shows what is done to f0. */
static void build_other(struct epf_plan *plan)
{
	add(epf_plan_create(plan, "pci_epf_test", "f1"));
	add(epf_plan_create(plan, "pci_epf_vntb", "ntb1"));
}

static void build_up(struct epf_plan *plan)
{
	add(epf_plan_create(plan, "pci_epf_test", "f0"));
	add(epf_plan_set(plan, "pci_epf_test", "f0", "vendorid", "0x104c"));
	add(epf_plan_set(plan, "pci_epf_test", "f0", "bar0_size", "4096"));
	add(epf_plan_set(plan, "pci_epf_test", "f0", "msi_interrupts", "16"));
	add(epf_plan_create(plan, "pci_epf_vntb", "ntb"));
	add(epf_plan_set(plan, "pci_epf_vntb", "ntb", "num_mws", "1"));
	add(epf_plan_set(plan, "pci_epf_vntb", "ntb", "mw1", "65536"));
	add(epf_plan_link(plan, "pci_epf_test", "f0", "sim.0", P));
	add(epf_plan_link(plan, "pci_epf_vntb", "ntb", "sim.0", P));
	add(epf_plan_link(plan, "pci_epf_vntb", "ntb", "sim.1", S));
	add(epf_plan_start(plan, "sim.0"));
	add(epf_plan_start(plan, "sim.1"));
}

static void build_down(struct epf_plan *plan)
{
	add(epf_plan_stop(plan, "sim.1"));
	add(epf_plan_stop(plan, "sim.0"));
	add(epf_plan_unlink(plan, "pci_epf_vntb", "ntb", "sim.1", S));
	add(epf_plan_unlink(plan, "pci_epf_vntb", "ntb", "sim.0", P));
	add(epf_plan_unlink(plan, "pci_epf_test", "f0", "sim.0", P));
	add(epf_plan_delete(plan, "pci_epf_vntb", "ntb"));
	add(epf_plan_delete(plan, "pci_epf_test", "f0"));
}

static void build_change(struct epf_plan *plan)
{
	add(epf_plan_stop(plan, "sim.0"));
	add(epf_plan_unlink(plan, "pci_epf_vntb", "ntb", "sim.0", P));
	add(epf_plan_unlink(plan, "pci_epf_test", "f0", "sim.0", P));
	add(epf_plan_set(plan, "pci_epf_test", "f0", "deviceid", "0xb500"));
	add(epf_plan_set(plan, "pci_epf_test", "f0", "bar0_size", "8192"));
	add(epf_plan_link(plan, "pci_epf_test", "f0", "sim.0", P));
	add(epf_plan_link(plan, "pci_epf_vntb", "ntb", "sim.0", P));
	add(epf_plan_start(plan, "sim.0"));
}

static void build_vfs(struct epf_plan *plan)
{
	add(epf_plan_create(plan, "pci_epf_test", "pf"));
	add(epf_plan_create(plan, "pci_epf_test", "v0"));
	add(epf_plan_create(plan, "pci_epf_vntb", "v0"));
	add(epf_plan_add_vf(plan, "pci_epf_test", "pf", "pci_epf_test", "v0"));
	add(epf_plan_add_vf(plan, "pci_epf_test", "pf", "pci_epf_vntb", "v0"));
	add(epf_plan_link(plan, "pci_epf_test", "pf", "sim.0", P));
	add(epf_plan_start(plan, "sim.0"));
}

static void prepare_vfs(struct epf_plan *plan)
{
	add(epf_plan_create(plan, "pci_epf_test", "pf"));
	add(epf_plan_create(plan, "pci_epf_test", "v0"));
	add(epf_plan_create(plan, "pci_epf_vntb", "v0"));
	add(epf_plan_add_vf(plan, "pci_epf_test", "pf", "pci_epf_test", "v0"));
	add(epf_plan_add_vf(plan, "pci_epf_test", "pf", "pci_epf_vntb", "v0"));
	add(epf_plan_set(plan, "pci_epf_test", "v0", "msix_interrupts", "8"));
}

static void build_without_vfs(struct epf_plan *plan)
{
	add(epf_plan_remove_vf(plan, "pci_epf_test", "pf", "pci_epf_vntb",
			       "v0"));
	add(epf_plan_remove_vf(plan, "pci_epf_test", "pf", "pci_epf_test",
			       "v0"));
	add(epf_plan_delete(plan, "pci_epf_test", "v0"));
	add(epf_plan_delete(plan, "pci_epf_test", "pf"));
	add(epf_plan_link(plan, "pci_epf_test", "f1", "sim.0", P));
}

static const struct scenario scenarios[] = {
	{ "bring up", nothing, build_up },
	{ "take down", build_up, build_down },
	{ "change", build_up, build_change },
	{ "virtual functions", nothing, build_vfs },
	{ "no virtual functions", prepare_vfs, build_without_vfs },
};

#define NUM_SCENARIOS (sizeof(scenarios) / sizeof(scenarios[0]))

static void prepare(struct fixture *f, void (*build)(struct epf_plan *plan))
{
	struct epf_plan *plan;

	assert_int_equal(epf_plan_new(f->ctx, &plan), 0);
	build(plan);
	assert_int_equal(epf_plan_execute(plan), 0);
	epf_plan_free(plan);
}

static void begin(struct fixture *f, const struct scenario *scenario)
{
	f->model = model_new();
	model_add_controller(f->model, "sim.0", 8, 4);
	model_add_controller(f->model, "sim.1", 8, 0);
	f->ctx = model_ctx(f->model, 0);
	prepare(f, build_other);
	prepare(f, scenario->prepare);
	f->before = model_print(f->model);
	assert_int_equal(epf_plan_new(f->ctx, &f->plan), 0);
	scenario->build(f->plan);
}

static void run(struct fixture *f)
{
	f->err = epf_plan_execute(f->plan);
	model_fail_nth(f->model, 0, 0);
	f->after = model_print(f->model);
	assert_int_equal(model_warnings(f->model), 0);
}

static void end(struct fixture *f)
{
	free(f->before);
	free(f->after);
	epf_plan_free(f->plan);
	epf_ctx_free(f->ctx);
	model_free(f->model);
}

/* The tree after a scenario, and how many operations it takes. */
static char *run_well(const struct scenario *scenario, unsigned int *total)
{
	struct fixture f = { 0 };
	char *tree;

	begin(&f, scenario);
	*total = model_count(f.model);
	run(&f);
	*total = model_count(f.model) - *total;
	assert_int_equal(f.err, 0);
	tree = f.after;
	f.after = NULL;
	assert_string_not_equal(tree, f.before);
	end(&f);
	return tree;
}

/* Steps before the one that failed are undone or stuck, those after pending. */
static void check_states(const struct fixture *f)
{
	size_t i, count = epf_plan_get_num_steps(f->plan);
	enum epf_step_state state;
	bool failed = false, stuck = false;

	for (i = 0; i < count; i++) {
		state = epf_step_get_state(epf_plan_get_step(f->plan, i));
		if (!f->err) {
			assert_int_equal(state, EPF_STEP_DONE);
		} else if (failed) {
			assert_int_equal(state, EPF_STEP_PENDING);
		} else if (state == EPF_STEP_FAILED) {
			failed = true;
		} else {
			stuck = stuck || state == EPF_STEP_STUCK;
			assert_true(state == EPF_STEP_UNDONE ||
				    state == EPF_STEP_STUCK);
		}
	}
	assert_true(failed == !!f->err);
	assert_true(stuck == epf_plan_is_incomplete(f->plan));
}

/* Whether a stuck step accounts for a line of the tree. */
static bool covers(const struct epf_step *step, const char *line)
{
	const char *path = epf_step_get_path(step);
	const char *name = strrchr(path, '/') + 1;
	size_t length = strlen(path);
	const char *end = strpbrk(line, "= ");

	if (!strncmp(line, path, length) && strchr("/ \n", line[length]))
		return true;
	/* Elsewhere: a header that functions share, a driver's directory. */
	if (epf_step_get_operation(step) != EPF_OPERATION_SET)
		return false;
	if (strncmp(line, path, strchr(path + strlen("functions/"), '/') -
		    path))
		return false;
	length = strlen(name);
	return end && (size_t)(end - line) > length &&
	       !strncmp(end - length, name, length);
}

static bool is_covered(const struct fixture *f, const char *line)
{
	size_t i;

	for (i = 0; i < epf_plan_get_num_steps(f->plan); i++) {
		const struct epf_step *step = epf_plan_get_step(f->plan, i);

		if (epf_step_get_state(step) == EPF_STEP_STUCK &&
		    covers(step, line))
			return true;
	}
	return false;
}

/* Call check for each line that is in one tree and not in the other. */
static void each_missing_line(const struct fixture *f, const char *from,
			      const char *in, void *data,
			      void (*check)(const struct fixture *f,
					    const char *line, void *data))
{
	_cleanup_free_ char *lines = strdup(from);
	char *line, *rest;

	for (line = strtok_r(lines, "\n", &rest); line;
	     line = strtok_r(NULL, "\n", &rest)) {
		_cleanup_free_ char *whole = string_format("\n%s\n", line);

		if (!strstr(in, whole + 1))
			check(f, line, data);
	}
}

static void check_covered(const struct fixture *f, const char *line, void *data)
{
	if (!is_covered(f, line))
		fail_msg("'%s' differs and no step is stuck for it", line);
}

static void note_cover(const struct fixture *f, const char *line, void *data)
{
	const struct epf_step **step = data;

	if (*step && covers(*step, line))
		*step = NULL;
}

/* Every difference has a stuck step. */
static void check_differences(const struct fixture *f)
{
	each_missing_line(f, f->before, f->after, NULL, check_covered);
	each_missing_line(f, f->after, f->before, NULL, check_covered);
}

/* Stuck steps may cancel each other out: an unlink and a link. */
static bool is_alone(const struct fixture *f, const struct epf_step *stuck)
{
	size_t i;

	for (i = 0; i < epf_plan_get_num_steps(f->plan); i++) {
		const struct epf_step *step = epf_plan_get_step(f->plan, i);

		if (step != stuck &&
		    epf_step_get_state(step) == EPF_STEP_STUCK &&
		    !strcmp(epf_step_get_path(step), epf_step_get_path(stuck)))
			return false;
	}
	return true;
}

/* Every stuck step has a difference, and is named in the record. */
static void check_stuck(const struct fixture *f)
{
	const char *hint = epf_error_get_hint(epf_ctx_get_error(f->ctx));
	size_t i;

	for (i = 0; i < epf_plan_get_num_steps(f->plan); i++) {
		const struct epf_step *step = epf_plan_get_step(f->plan, i);
		const struct epf_step *false_claim = step;

		if (epf_step_get_state(step) != EPF_STEP_STUCK)
			continue;
		assert_non_null(strstr(hint, epf_step_get_path(step)));
		each_missing_line(f, f->before, f->after, &false_claim,
				  note_cover);
		each_missing_line(f, f->after, f->before, &false_claim,
				  note_cover);
		if (false_claim && is_alone(f, step))
			fail_msg("'%s' is stuck, and nothing differs",
				 epf_step_get_path(step));
	}
}

static void one_fault_leaves_the_tree_as_it_was(void **state)
{
	unsigned int total, n, refused;
	size_t i;

	for (i = 0; i < NUM_SCENARIOS; i++) {
		_cleanup_free_ char *wanted = run_well(&scenarios[i], &total);

		refused = 0;
		for (n = 1; n <= total; n++) {
			struct fixture f = { 0 };

			begin(&f, &scenarios[i]);
			model_fail_nth(f.model, n, EIO);
			run(&f);
			check_states(&f);
			assert_false(epf_plan_is_incomplete(f.plan));
			assert_string_equal(f.after,
					    f.err ? f.before : wanted);
			if (f.err) {
				assert_int_equal(f.err, -EIO);
				assert_int_equal(epf_error_get_errno(
					epf_ctx_get_error(f.ctx)), EIO);
				refused++;
			}
			end(&f);
		}
		/* A plan has more operations than changes: some may fail
		 * without harm. */
		assert_in_range(refused, 7, total - 1);
	}
}

static void when_all_fails_the_stuck_steps_name_what_remains(void **state)
{
	unsigned int total, n;
	size_t i;

	for (i = 0; i < NUM_SCENARIOS; i++) {
		free(run_well(&scenarios[i], &total));
		for (n = 1; n <= total; n++) {
			struct fixture f = { 0 };

			begin(&f, &scenarios[i]);
			model_fail_from(f.model, n, EIO);
			run(&f);
			assert_int_equal(f.err, -EIO);
			check_states(&f);
			check_differences(&f);
			check_stuck(&f);
			end(&f);
		}
	}
}

static void two_faults_leave_nothing_unnamed(void **state)
{
	unsigned int total, n, m, count;
	size_t i;

	for (i = 0; i < NUM_SCENARIOS; i++) {
		_cleanup_free_ char *wanted = run_well(&scenarios[i], &total);

		for (n = 1; n <= total; n++) {
			count = UINT_MAX;
			for (m = n + 1; m <= count; m++) {
				struct fixture f = { 0 };

				begin(&f, &scenarios[i]);
				count = model_count(f.model);
				model_fail_two(f.model, n, m, EIO);
				run(&f);
				count = model_count(f.model) - count;
				check_states(&f);
				if (f.err)
					check_differences(&f);
				else
					assert_string_equal(f.after, wanted);
				end(&f);
			}
		}
	}
}

static const struct scenario empty = { "empty", nothing, nothing };

static void the_first_failure_stays_on_record(void **state)
{
	struct fixture f = { 0 };
	const struct epf_error *error;

	begin(&f, &empty);
	prepare(&f, build_up);
	free(f.before);
	f.before = model_print(f.model);
	/* A link to a started controller cannot be taken away again. */
	add(epf_plan_create(f.plan, "pci_epf_test", "f2"));
	add(epf_plan_set(f.plan, "pci_epf_test", "f2", "bar0_size", "8192"));
	add(epf_plan_link(f.plan, "pci_epf_test", "f2", "sim.1", P));
	add(epf_plan_create(f.plan, "pci_epf_test", "f2"));
	run(&f);
	assert_int_equal(f.err, -EEXIST);
	check_states(&f);
	check_differences(&f);
	assert_true(epf_plan_is_incomplete(f.plan));
	error = epf_ctx_get_error(f.ctx);
	assert_int_equal(epf_error_get_errno(error), EEXIST);
	assert_string_equal(epf_error_get_operation(error), "mkdir");
	assert_string_equal(epf_error_get_hint(error),
		"take another name; could not undo: "
		"create functions/pci_epf_test/f2, "
		"set functions/pci_epf_test/f2/pci_epf_test.4/bar0_size, "
		"link controllers/sim.1/pci_epf_test:f2");
	end(&f);
}

static void what_is_set_goes_with_the_function(void **state)
{
	struct fixture f = { 0 };
	unsigned int n;

	/* The value before cannot be read: with the function it goes. */
	for (n = 1; n < 12; n++) {
		begin(&f, &empty);
		add(epf_plan_create(f.plan, "pci_epf_vntb", "f2"));
		add(epf_plan_set(f.plan, "pci_epf_vntb", "f2", "num_mws", "2"));
		add(epf_plan_create(f.plan, "pci_epf_vntb", "f2"));
		model_fail_nth(f.model, n, EIO);
		run(&f);
		assert_true(f.err);
		assert_false(epf_plan_is_incomplete(f.plan));
		assert_string_equal(f.after, f.before);
		end(&f);
	}
}

static void a_loaded_module_stays(void **state)
{
	struct fixture f = { 0 };
	struct epf_plan *plan;
	struct epf_ctx *ctx;

	begin(&f, &empty);
	ctx = model_ctx(f.model, EPF_CTX_LOAD_MODULES);
	assert_int_equal(epf_plan_new(ctx, &plan), 0);
	add(epf_plan_create(plan, "pci_epf_late", "f0"));
	add(epf_plan_start(plan, "none"));
	assert_int_equal(epf_plan_execute(plan), -ESRCH);
	assert_false(epf_plan_is_incomplete(plan));
	assert_int_equal(epf_step_get_state(epf_plan_get_step(plan, 0)),
			 EPF_STEP_DONE);
	assert_int_equal(epf_step_get_state(epf_plan_get_step(plan, 1)),
			 EPF_STEP_UNDONE);
	f.after = model_print(f.model);
	assert_non_null(strstr(f.after, "functions/pci_epf_late/\n"));
	assert_null(strstr(f.after, "functions/pci_epf_late/f0/\n"));
	epf_plan_free(plan);
	epf_ctx_free(ctx);
	end(&f);
}

/* The kernel cannot make a function virtual again once it was in use. */
static void a_used_virtual_function_is_stuck(void **state)
{
	struct fixture f = { 0 };

	begin(&f, &empty);
	prepare(&f, build_vfs);
	free(f.before);
	f.before = model_print(f.model);
	add(epf_plan_stop(f.plan, "sim.0"));
	add(epf_plan_unlink(f.plan, "pci_epf_test", "pf", "sim.0", P));
	add(epf_plan_remove_vf(f.plan, "pci_epf_test", "pf", "pci_epf_vntb",
			       "v0"));
	add(epf_plan_start(f.plan, "none"));
	run(&f);
	assert_int_equal(f.err, -ESRCH);
	check_states(&f);
	check_differences(&f);
	check_stuck(&f);
	assert_int_equal(epf_step_get_state(epf_plan_get_step(f.plan, 2)),
			 EPF_STEP_STUCK);
	assert_int_equal(epf_step_get_state(epf_plan_get_step(f.plan, 0)),
			 EPF_STEP_UNDONE);
	end(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_fault_leaves_the_tree_as_it_was),
		cmocka_unit_test(
			when_all_fails_the_stuck_steps_name_what_remains),
		cmocka_unit_test(two_faults_leave_nothing_unnamed),
		cmocka_unit_test(the_first_failure_stays_on_record),
		cmocka_unit_test(what_is_set_goes_with_the_function),
		cmocka_unit_test(a_loaded_module_stays),
		cmocka_unit_test(a_used_virtual_function_is_stuck),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
