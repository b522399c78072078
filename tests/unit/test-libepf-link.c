// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

/* Linking functions to controllers and to each other, and starting: what each
 * step does, and what it says when it cannot. */

#include <stdio.h>

#include "plan-fixture.h"

static void links_and_unlinks_both_sides(void **state)
{
	struct fixture *f = *state;

	create(f, "pci_epf_vntb", "ntb");
	add(epf_plan_link(f->plan, "pci_epf_vntb", "ntb", "sim.0",
			  EPF_INTERFACE_PRIMARY));
	add(epf_plan_link(f->plan, "pci_epf_vntb", "ntb", "sim.1",
			  EPF_INTERFACE_SECONDARY));
	assert_int_equal(run(f), 0);
	assert_true(has(f, "controllers/sim.0/pci_epf_vntb:ntb -> "
			   "functions/pci_epf_vntb/ntb #0"));
	assert_true(has(f, "functions/pci_epf_vntb/ntb/secondary/sim.1 -> "
			   "controllers/sim.1 #0"));
	add(epf_plan_unlink(f->plan, "pci_epf_vntb", "ntb", "sim.1",
			    EPF_INTERFACE_SECONDARY));
	add(epf_plan_unlink(f->plan, "pci_epf_vntb", "ntb", "sim.0",
			    EPF_INTERFACE_PRIMARY));
	add(epf_plan_delete(f->plan, "pci_epf_vntb", "ntb"));
	assert_int_equal(run(f), 0);
}

static void links_functions_of_one_name_and_two_drivers(void **state)
{
	struct fixture *f = *state;

	create(f, "pci_epf_test", "f0");
	create(f, "pci_epf_vntb", "f0");
	link_primary(f, "f0", "sim.0");
	add(epf_plan_link(f->plan, "pci_epf_vntb", "f0", "sim.0",
			  EPF_INTERFACE_PRIMARY));
	assert_int_equal(run(f), 0);
	assert_true(has(f, "controllers/sim.0/pci_epf_vntb:f0 -> "
			   "functions/pci_epf_vntb/f0 #1"));
}

static void waits_for_secondary(void **state)
{
	struct fixture *f = *state;

	model_set_late(f->model, 8);
	add(epf_plan_create(f->plan, "pci_epf_vntb", "ntb"));
	add(epf_plan_link(f->plan, "pci_epf_vntb", "ntb", "sim.1",
			  EPF_INTERFACE_SECONDARY));
	assert_int_equal(run(f), 0);
}

static void unlinks_what_others_linked(void **state)
{
	struct fixture *f = *state;

	create(f, "pci_epf_test", "f0");
	create(f, "pci_epf_test", "f1");
	assert_int_equal(model_ops.symlink(f->model,
		"functions/pci_epf_test/f0", "controllers/sim.0/any"), 0);
	assert_int_equal(model_ops.symlink(f->model, "controllers/sim.0",
		"functions/pci_epf_test/f1/primary/any"), 0);
	add(epf_plan_unlink(f->plan, "pci_epf_test", "f1", "sim.0",
			    EPF_INTERFACE_PRIMARY));
	add(epf_plan_unlink(f->plan, "pci_epf_test", "f0", "sim.0",
			    EPF_INTERFACE_PRIMARY));
	assert_int_equal(epf_plan_execute(f->plan), 0);
	assert_string_equal(epf_step_get_path(epf_plan_get_step(f->plan, 0)),
			    "functions/pci_epf_test/f1/primary/any");
	assert_string_equal(epf_step_get_path(epf_plan_get_step(f->plan, 1)),
			    "controllers/sim.0/any");
	assert_false(has(f, "controllers/sim.0/any -> "
			    "functions/pci_epf_test/f0 #0"));
}

static void link_needs_both_ends(void **state)
{
	struct fixture *f = *state;
	enum epf_interface side;

	for (side = EPF_INTERFACE_PRIMARY; side <= EPF_INTERFACE_SECONDARY;
	     side++) {
		add(epf_plan_link(f->plan, "pci_epf_test", "none", "sim.0",
				  side));
		assert_int_equal(run(f), -ESRCH);
		check_text(f, "no such function", NULL);
		assert_string_equal(epf_error_get_path(epf_ctx_get_error(
			f->ctx)), BASE "functions/pci_epf_test/none");
	}
	create(f, "pci_epf_test", "f0");
	for (side = EPF_INTERFACE_PRIMARY; side <= EPF_INTERFACE_SECONDARY;
	     side++) {
		add(epf_plan_link(f->plan, "pci_epf_test", "f0", "none", side));
		assert_int_equal(run(f), -ESRCH);
		check_text(f, "no such controller", NULL);
		assert_string_equal(epf_error_get_path(epf_ctx_get_error(
			f->ctx)), BASE "controllers/none");
	}
}

static void link_passes_the_kernels_refusals_on(void **state)
{
	struct fixture *f = *state;

	create(f, "pci_epf_test", "f0");
	link_primary(f, "f0", "sim.0");
	add(epf_plan_link(f->plan, "pci_epf_test", "f0", "sim.1",
			  EPF_INTERFACE_PRIMARY));
	assert_int_equal(run(f), -EBUSY);
	check_text(f, strerror(EBUSY), "it is linked already, or was, as a "
		   "virtual function: delete and make it again");
	add(epf_plan_link(f->plan, "pci_epf_test", "f0", "sim.0",
			  EPF_INTERFACE_PRIMARY));
	assert_int_equal(run(f), -EEXIST);

	/* sim.0 has two functions. */
	create(f, "pci_epf_test", "f1");
	create(f, "pci_epf_test", "f2");
	link_primary(f, "f1", "sim.0");
	add(epf_plan_link(f->plan, "pci_epf_test", "f2", "sim.0",
			  EPF_INTERFACE_PRIMARY));
	assert_int_equal(run(f), -EINVAL);
	check_record(f, EINVAL, "symlink",
		     BASE "controllers/sim.0/pci_epf_test:f2",
		     "functions/pci_epf_test/f2");

	model_fail_bind(f->model, "pci_epf_test", -ENOSPC);
	add(epf_plan_link(f->plan, "pci_epf_test", "f2", "sim.1",
			  EPF_INTERFACE_PRIMARY));
	assert_int_equal(run(f), -ENOSPC);
}

static void unlink_needs_the_link(void **state)
{
	struct fixture *f = *state;

	create(f, "pci_epf_test", "f0");
	link_primary(f, "f0", "sim.0");
	add(epf_plan_unlink(f->plan, "pci_epf_test", "f0", "sim.1",
			    EPF_INTERFACE_PRIMARY));
	assert_int_equal(run(f), -ENOENT);
	check_text(f, "no such link", NULL);
	add(epf_plan_unlink(f->plan, "pci_epf_test", "f0", "sim.0",
			    EPF_INTERFACE_SECONDARY));
	assert_int_equal(run(f), -ENOENT);
	check_text(f, "no such link", NULL);
	add(epf_plan_unlink(f->plan, "pci_epf_test", "none", "sim.0",
			    EPF_INTERFACE_PRIMARY));
	assert_int_equal(run(f), -ESRCH);
}

static void unlink_refuses_a_started_controller(void **state)
{
	struct fixture *f = *state;

	create(f, "pci_epf_test", "f0");
	link_primary(f, "f0", "sim.0");
	start(f, "sim.0");
	add(epf_plan_unlink(f->plan, "pci_epf_test", "f0", "sim.0",
			    EPF_INTERFACE_PRIMARY));
	assert_int_equal(run(f), -EBUSY);
	check_record(f, EBUSY, "unlink",
		     BASE "controllers/sim.0/pci_epf_test:f0",
		     "functions/pci_epf_test/f0");
	check_text(f, "the controller is started", "stop it first");

	create(f, "pci_epf_vntb", "ntb");
	add(epf_plan_link(f->plan, "pci_epf_vntb", "ntb", "sim.1",
			  EPF_INTERFACE_SECONDARY));
	add(epf_plan_start(f->plan, "sim.1"));
	assert_int_equal(run(f), 0);
	add(epf_plan_unlink(f->plan, "pci_epf_vntb", "ntb", "sim.1",
			    EPF_INTERFACE_SECONDARY));
	assert_int_equal(run(f), -EBUSY);

	add(epf_plan_stop(f->plan, "sim.0"));
	add(epf_plan_unlink(f->plan, "pci_epf_test", "f0", "sim.0",
			    EPF_INTERFACE_PRIMARY));
	assert_int_equal(run(f), 0);
}

/* Virtual functions. */

static void adds_and_removes_virtual_functions(void **state)
{
	struct fixture *f = *state;

	create(f, "pci_epf_test", "pf");
	create(f, "pci_epf_test", "v0");
	create(f, "pci_epf_vntb", "v0");
	add(epf_plan_add_vf(f->plan, "pci_epf_test", "pf", "pci_epf_test",
			    "v0"));
	add(epf_plan_add_vf(f->plan, "pci_epf_test", "pf", "pci_epf_vntb",
			    "v0"));
	assert_int_equal(run(f), 0);
	assert_true(has(f, "functions/pci_epf_test/pf/pci_epf_test:v0 -> "
			   "functions/pci_epf_test/v0 #1"));
	assert_true(has(f, "functions/pci_epf_test/pf/pci_epf_vntb:v0 -> "
			   "functions/pci_epf_vntb/v0 #2"));
	link_primary(f, "pf", "sim.0");

	add(epf_plan_remove_vf(f->plan, "pci_epf_test", "pf", "pci_epf_vntb",
			       "v0"));
	assert_int_equal(run(f), -EBUSY);
	check_text(f, "the physical function is linked",
		   "unlink that one first");
	add(epf_plan_unlink(f->plan, "pci_epf_test", "pf", "sim.0",
			    EPF_INTERFACE_PRIMARY));
	add(epf_plan_remove_vf(f->plan, "pci_epf_test", "pf", "pci_epf_vntb",
			       "v0"));
	add(epf_plan_delete(f->plan, "pci_epf_vntb", "v0"));
	assert_int_equal(run(f), 0);
}

static void a_virtual_function_needs_an_unlinked_physical_one(void **state)
{
	struct fixture *f = *state;

	create(f, "pci_epf_test", "pf");
	create(f, "pci_epf_test", "vf");
	link_primary(f, "pf", "sim.0");
	add(epf_plan_add_vf(f->plan, "pci_epf_test", "pf", "pci_epf_test",
			    "vf"));
	assert_int_equal(run(f), -EBUSY);
	add(epf_plan_add_vf(f->plan, "pci_epf_test", "pf", "pci_epf_test",
			    "none"));
	assert_int_equal(run(f), -ESRCH);
	add(epf_plan_remove_vf(f->plan, "pci_epf_test", "pf", "pci_epf_test",
			       "vf"));
	assert_int_equal(run(f), -ENOENT);
}

/* Start and stop. */

static void starts_and_stops(void **state)
{
	struct fixture *f = *state;

	start(f, "sim.0");
	assert_true(has(f, "controllers/sim.0/start = 1"));
	add(epf_plan_start(f->plan, "sim.0"));
	assert_int_equal(run(f), -EALREADY);
	check_record(f, EALREADY, "write", BASE "controllers/sim.0/start",
		     "1");
	check_text(f, "it is started", NULL);
	add(epf_plan_stop(f->plan, "sim.0"));
	assert_int_equal(run(f), 0);
	add(epf_plan_stop(f->plan, "sim.0"));
	assert_int_equal(run(f), -EALREADY);
	check_text(f, "it is stopped", NULL);
	add(epf_plan_start(f->plan, "none"));
	assert_int_equal(run(f), -ESRCH);
	check_text(f, "no such controller", NULL);
}

static void a_failed_start_points_to_the_kernel_log(void **state)
{
	struct fixture *f = *state;

	model_fail_start(f->model, "sim.0", true);
	add(epf_plan_start(f->plan, "sim.0"));
	assert_int_equal(run(f), -EINVAL);
	check_text(f, strerror(EINVAL),
		   "the cause is in the kernel log (dmesg)");
}

/* The log. */

static void keep_line(void *data, const char *line)
{
	char *log = data;

	snprintf(log + strlen(log), 512 - strlen(log), "%s\n", line);
}

static void logs_every_change(void **state)
{
	struct fixture *f = *state;
	char log[512] = "";

	f->ctx->cfs.log = keep_line;
	f->ctx->cfs.log_data = log;
	add(epf_plan_create(f->plan, "pci_epf_test", "f0"));
	add(epf_plan_set(f->plan, "pci_epf_test", "f0", "revid", "7"));
	add(epf_plan_link(f->plan, "pci_epf_test", "f0", "sim.0",
			  EPF_INTERFACE_PRIMARY));
	add(epf_plan_create(f->plan, "pci_epf_test", "f0"));
	assert_int_equal(run(f), -EEXIST);
	assert_string_equal(log,
		"mkdir functions/pci_epf_test/f0\n"
		"write functions/pci_epf_test/f0/revid 7\n"
		"symlink controllers/sim.0/pci_epf_test:f0 "
		"functions/pci_epf_test/f0\n"
		"mkdir functions/pci_epf_test/f0: File exists\n"
		"unlink controllers/sim.0/pci_epf_test:f0\n"
		"write functions/pci_epf_test/f0/revid 0x0000\n"
		"rmdir functions/pci_epf_test/f0\n");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(links_and_unlinks_both_sides),
		TEST(links_functions_of_one_name_and_two_drivers),
		TEST(waits_for_secondary),
		TEST(unlinks_what_others_linked),
		TEST(link_needs_both_ends),
		TEST(link_passes_the_kernels_refusals_on),
		TEST(unlink_needs_the_link),
		TEST(unlink_refuses_a_started_controller),
		TEST(adds_and_removes_virtual_functions),
		TEST(a_virtual_function_needs_an_unlinked_physical_one),
		TEST(starts_and_stops),
		TEST(a_failed_start_points_to_the_kernel_log),
		TEST(logs_every_change),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
