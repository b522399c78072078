// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

/* From any state to exactly that of a file, and back: whatever operation fails,
 * the system is as it was; wherever a plan is cut off, the next one gets there. */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "model.h"

static const char nothing[] = "version: 1\ncontrollers: []\n";

static const char one[] =
	"version: 1\n"
	"controllers:\n"
	"  - name: sim.0\n"
	"    functions:\n"
	"      - { reg: 0, function-name: pci_epf_test, name: a,\n"
	"          device-id: 0xb500 }\n"
	"      - { reg: 1, function-name: pci_epf_vntb, name: bridge,\n"
	"          ntb-windows: [ { size: 1 MiB } ], \n"
	"          secondary: { controller: sim.1, reg: 1 } }\n"
	"  - name: sim.1\n"
	"    start: false\n"
	"    functions:\n"
	"      - { reg: 0, function-name: nvmet_pci_epf, name: disk }\n";

/* a stays, bridge is another one and disk, without a window before it, is
 * another number. */
static const char other[] =
	"version: 1\n"
	"controllers:\n"
	"  - name: sim.1\n"
	"    functions:\n"
	"      - { reg: 0, function-name: pci_epf_test, name: b,\n"
	"          device-id: 0xb500 }\n"
	"      - { reg: 1, function-name: nvmet_pci_epf, name: disk }\n"
	"  - name: sim.0\n"
	"    functions:\n"
	"      - { reg: 0, function-name: pci_epf_test, name: a,\n"
	"          device-id: 0xb500 }\n"
	"      - { reg: 1, function-name: pci_epf_vntb, name: bridge,\n"
	"          interrupts: { msi: 4 } }\n";

static const char virtual[] =
	"version: 1\n"
	"controllers:\n"
	"  - name: sim.0\n"
	"    functions:\n"
	"      - reg: 0\n"
	"        function-name: pci_epf_test\n"
	"        name: pf\n"
	"        device-id: 0xb500\n"
	"        virtual-functions:\n"
	"          - { reg: 1, function-name: pci_epf_vntb, name: v1 }\n"
	"          - { reg: 2, function-name: nvmet_pci_epf, name: v2 }\n"
	"      - { reg: 1, function-name: pci_epf_vntb, name: after }\n";

static const char *const states[] = { nothing, one, other, virtual };

#define NUM_STATES (sizeof(states) / sizeof(states[0]))

struct fixture {
	struct model *model;
	struct epf_ctx *ctx;
};

static struct fixture begin(void)
{
	struct fixture f;

	f.model = model_new();
	model_add_controller(f.model, "sim.0", 8, 4);
	model_add_controller(f.model, "sim.1", 8, 0);
	f.ctx = model_ctx(f.model, 0);
	return f;
}

static void end(struct fixture *f)
{
	epf_ctx_free(f->ctx);
	assert_int_equal(model_warnings(f->model), 0);
	model_free(f->model);
}

/* Plan the way to text; count what differs on it. */
static struct epf_plan *plan(struct fixture *f, const char *text, bool replace,
			     size_t *num_differences)
{
	struct epf_topology *topology;
	struct epf_config *config;
	struct epf_plan *plan;
	struct epf_diff *diff;
	int err;

	assert_int_equal(epf_config_parse(f->ctx, "file", text, strlen(text),
					  &config), 0);
	assert_int_equal(epf_topology_new(f->ctx, &topology), 0);
	assert_int_equal(epf_plan_new(f->ctx, &plan), 0);
	err = replace ? epf_plan_replace(plan, config, topology)
		      : epf_plan_configure(plan, config, topology);
	if (err)
		fail_msg("%s", epf_error_get_message(
			epf_ctx_get_error(f->ctx)));
	assert_int_equal(epf_diff_new(config, topology,
				      replace ? EPF_DIFF_EXACT : 0, &diff), 0);
	*num_differences = epf_diff_get_num_differences(diff);
	epf_diff_free(diff);
	epf_topology_free(topology);
	epf_config_free(config);
	return plan;
}

static int execute(struct fixture *f, const char *text, bool replace)
{
	struct epf_plan *steps;
	size_t differences;
	int err;

	steps = plan(f, text, replace, &differences);
	assert_int_equal(differences == 0, epf_plan_get_num_steps(steps) == 0);
	err = epf_plan_execute(steps);
	if (err && epf_plan_is_incomplete(steps))
		err = -ENOTRECOVERABLE;
	epf_plan_free(steps);
	return err;
}

/* As a file: what the system is, and as far as a file can tell. */
static char *export(struct fixture *f)
{
	struct epf_topology *topology;
	struct epf_config *config;
	char *text;

	assert_int_equal(epf_topology_new(f->ctx, &topology), 0);
	assert_int_equal(epf_config_capture(f->ctx, topology, NULL, 0, &config),
			 0);
	assert_int_equal(epf_config_print(config, &text), 0);
	epf_config_free(config);
	epf_topology_free(topology);
	return text;
}

static void for_each_pair(void (*test)(const char *from, const char *to))
{
	for (size_t i = 0; i < NUM_STATES; i++)
		for (size_t j = 0; j < NUM_STATES; j++)
			test(states[i], states[j]);
}

static void check_twice(const char *from, const char *to)
{
	struct fixture f = begin();
	struct epf_plan *steps;
	size_t differences;

	assert_int_equal(execute(&f, from, true), 0);
	assert_int_equal(execute(&f, to, true), 0);
	steps = plan(&f, to, true, &differences);
	assert_int_equal(differences, 0);
	assert_int_equal(epf_plan_get_num_steps(steps), 0);
	epf_plan_free(steps);
	steps = plan(&f, to, false, &differences);
	assert_int_equal(differences, 0);
	assert_int_equal(epf_plan_get_num_steps(steps), 0);
	epf_plan_free(steps);
	end(&f);
}

static void a_second_time_there_is_nothing_to_do(void **state)
{
	for_each_pair(check_twice);
}

/* All that the tree is, but for the names of links and the order of making. */
static void check_export(const char *from, const char *to)
{
	_cleanup_free_ char *before = NULL, *text = NULL, *after = NULL;
	struct fixture f = begin(), g = begin();

	assert_int_equal(execute(&f, from, true), 0);
	assert_int_equal(execute(&f, to, true), 0);
	before = model_print(f.model);
	text = export(&f);
	assert_int_equal(execute(&g, text, true), 0);
	after = model_print(g.model);
	assert_string_equal(after, before);
	end(&f);
	end(&g);
}

static void what_was_exported_makes_the_same(void **state)
{
	for_each_pair(check_export);
}

/* Return whether there was such an operation. */
static bool fail_at(const char *from, const char *to, unsigned int nth)
{
	_cleanup_free_ char *before = NULL, *after = NULL, *file = NULL;
	_cleanup_free_ char *file_after = NULL;
	struct fixture f = begin();
	struct epf_plan *steps;
	size_t differences;
	unsigned int count;
	int err;

	assert_int_equal(execute(&f, from, true), 0);
	before = model_print(f.model);
	file = export(&f);
	steps = plan(&f, to, true, &differences);
	count = model_count(f.model);
	model_fail_nth(f.model, nth, -EIO);
	err = epf_plan_execute(steps);
	model_fail_nth(f.model, 0, 0);
	count = model_count(f.model) - count;
	after = model_print(f.model);
	file_after = export(&f);
	/* What was virtual once cannot be it again: the kernel's rule. */
	if (err && epf_plan_is_incomplete(steps)) {
		assert_ptr_equal(from, virtual);
		assert_non_null(strstr(epf_error_get_hint(
			epf_ctx_get_error(f.ctx)), "could not undo: "));
	} else if (err) {
		assert_string_equal(after, before);
		assert_string_equal(file_after, file);
	}
	epf_plan_free(steps);
	end(&f);
	return nth <= count;
}

static void check_failures(const char *from, const char *to)
{
	for (unsigned int nth = 1; fail_at(from, to, nth); nth++)
		;
}

static void a_failure_leaves_all_as_it_was(void **state)
{
	for_each_pair(check_failures);
}

/* Cut off at the nth operation, and not even undone. */
static bool cut_at(const char *from, const char *to, unsigned int nth)
{
	_cleanup_free_ char *wanted = NULL, *got = NULL;
	struct fixture f = begin(), g = begin();
	struct epf_plan *steps;
	size_t differences;
	bool failed;

	assert_int_equal(execute(&g, to, true), 0);
	wanted = export(&g);

	assert_int_equal(execute(&f, from, true), 0);
	steps = plan(&f, to, true, &differences);
	model_fail_from(f.model, nth, -EIO);
	failed = epf_plan_execute(steps) != 0;
	model_fail_nth(f.model, 0, 0);
	epf_plan_free(steps);
	assert_int_equal(execute(&f, to, true), 0);
	got = export(&f);
	assert_string_equal(got, wanted);
	end(&f);
	end(&g);
	return failed;
}

static void check_cuts(const char *from, const char *to)
{
	for (unsigned int nth = 1; cut_at(from, to, nth); nth++)
		;
}

static void an_interrupted_plan_converges(void **state)
{
	for_each_pair(check_cuts);
}

/* The same without taking anything down that is not in the way. */
static void an_interrupted_first_plan_converges(void **state)
{
	for (size_t i = 0; i < NUM_STATES; i++) {
		bool failed = true;

		for (unsigned int nth = 1; failed; nth++) {
			_cleanup_free_ char *wanted = NULL, *got = NULL;
			struct fixture f = begin(), g = begin();
			struct epf_plan *steps;
			size_t differences;

			assert_int_equal(execute(&g, states[i], false), 0);
			wanted = export(&g);
			steps = plan(&f, states[i], false, &differences);
			model_fail_from(f.model, nth, -EIO);
			failed = epf_plan_execute(steps) != 0;
			model_fail_nth(f.model, 0, 0);
			epf_plan_free(steps);
			assert_int_equal(execute(&f, states[i], false), 0);
			got = export(&f);
			assert_string_equal(got, wanted);
			end(&f);
			end(&g);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_second_time_there_is_nothing_to_do),
		cmocka_unit_test(what_was_exported_makes_the_same),
		cmocka_unit_test(a_failure_leaves_all_as_it_was),
		cmocka_unit_test(an_interrupted_plan_converges),
		cmocka_unit_test(an_interrupted_first_plan_converges),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
