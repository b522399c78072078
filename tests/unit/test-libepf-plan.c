// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

/* Plans as such; making and deleting functions, setting attributes: what each
 * step does, and what it says when it cannot. */

#include <unistd.h>

#include "plan-fixture.h"

static void steps_can_be_looked_at_before_they_run(void **state)
{
	struct fixture *f = *state;
	const struct epf_step *step;
	static const struct {
		enum epf_operation operation;
		const char *name;
		const char *path;
		const char *value;
	} expected[] = {
		{ EPF_OPERATION_CREATE, "create", "functions/d/f", NULL },
		{ EPF_OPERATION_SET, "set", "functions/d/f/revid", "0x1" },
		{ EPF_OPERATION_LINK, "link", "functions/d/f/d:v",
		  "functions/d/v" },
		{ EPF_OPERATION_LINK, "link", "controllers/c/d:f",
		  "functions/d/f" },
		{ EPF_OPERATION_LINK, "link", "functions/d/f/secondary/c",
		  "controllers/c" },
		{ EPF_OPERATION_START, "start", "controllers/c/start", "1" },
		{ EPF_OPERATION_STOP, "stop", "controllers/c/start", "0" },
		{ EPF_OPERATION_UNLINK, "unlink", "controllers/c/d:f",
		  "functions/d/f" },
		{ EPF_OPERATION_UNLINK, "unlink", "functions/d/f/d:v",
		  "functions/d/v" },
		{ EPF_OPERATION_DELETE, "delete", "functions/d/f", NULL },
	};
	size_t i;

	add(epf_plan_create(f->plan, "d", "f"));
	add(epf_plan_set(f->plan, "d", "f", "revid", "0x1"));
	add(epf_plan_add_vf(f->plan, "d", "f", "d", "v"));
	add(epf_plan_link(f->plan, "d", "f", "c", EPF_INTERFACE_PRIMARY));
	add(epf_plan_link(f->plan, "d", "f", "c", EPF_INTERFACE_SECONDARY));
	add(epf_plan_start(f->plan, "c"));
	add(epf_plan_stop(f->plan, "c"));
	add(epf_plan_unlink(f->plan, "d", "f", "c", EPF_INTERFACE_PRIMARY));
	add(epf_plan_remove_vf(f->plan, "d", "f", "d", "v"));
	add(epf_plan_delete(f->plan, "d", "f"));
	assert_int_equal(epf_plan_get_num_steps(f->plan), 10);
	for (i = 0; i < 10; i++) {
		step = epf_plan_get_step(f->plan, i);
		assert_int_equal(epf_step_get_operation(step),
				 expected[i].operation);
		assert_string_equal(epf_step_get_operation_name(step),
				    expected[i].name);
		assert_string_equal(epf_step_get_path(step), expected[i].path);
		if (expected[i].value)
			assert_string_equal(epf_step_get_value(step),
					    expected[i].value);
		else
			assert_null(epf_step_get_value(step));
		assert_int_equal(epf_step_get_state(step), EPF_STEP_PENDING);
	}
	assert_int_equal(model_count(f->model), 0);
}

static void a_plan_runs_once(void **state)
{
	struct fixture *f = *state;

	add(epf_plan_create(f->plan, "pci_epf_test", "f0"));
	assert_int_equal(epf_plan_execute(f->plan), 0);
	assert_int_equal(epf_step_get_state(epf_plan_get_step(f->plan, 0)),
			 EPF_STEP_DONE);
	assert_int_equal(epf_plan_execute(f->plan), -EINVAL);
	check_text(f, "this plan was executed before", NULL);
}

static void an_empty_plan_does_nothing(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(run(f), 0);
	assert_int_equal(model_count(f->model), 0);
	epf_plan_free(NULL);
}

static void says_what_to_do_without_a_tree(void **state)
{
	struct fixture *f = *state;

	model_remove_tree(f->model);
	add(epf_plan_create(f->plan, "pci_epf_test", "f0"));
	assert_int_equal(epf_plan_execute(f->plan), -ENODEV);
	assert_int_equal(epf_step_get_state(epf_plan_get_step(f->plan, 0)),
			 EPF_STEP_FAILED);
	check_record(f, ENODEV, "open", "/sys/kernel/config/pci_ep", NULL);
	check_text(f, "no PCI endpoint configuration here",
		   "add a tree to the model");
}

static void names_are_file_names(void **state)
{
	static const char *const bad[] = { "", ".", "..", "a/b", "/" };
	struct epf_plan *plan = ((struct fixture *)*state)->plan;
	struct fixture *f = *state;
	char longest[257];
	size_t i;

	for (i = 0; i < 5; i++) {
		assert_int_equal(epf_plan_create(plan, bad[i], "f"), -EINVAL);
		assert_int_equal(epf_plan_create(plan, "d", bad[i]), -EINVAL);
		assert_string_equal(epf_error_get_value(
			epf_ctx_get_error(f->ctx)), bad[i]);
		assert_int_equal(epf_plan_delete(plan, "d", bad[i]), -EINVAL);
		assert_int_equal(epf_plan_set(plan, bad[i], "f", "a", "0"),
				 -EINVAL);
		/* An attribute may be below the driver's directory. */
		if (strcmp(bad[i], "a/b") != 0)
			assert_int_equal(epf_plan_set(plan, "d", "f", bad[i],
						      "0"), -EINVAL);
		assert_int_equal(epf_plan_link(plan, "d", "f", bad[i],
					       EPF_INTERFACE_PRIMARY),
				 -EINVAL);
		assert_int_equal(epf_plan_unlink(plan, "d", bad[i], "c",
						 EPF_INTERFACE_PRIMARY),
				 -EINVAL);
		assert_int_equal(epf_plan_add_vf(plan, "d", bad[i], "d", "v"),
				 -EINVAL);
		assert_int_equal(epf_plan_remove_vf(plan, "d", "p", "d",
						    bad[i]), -EINVAL);
		assert_int_equal(epf_plan_start(plan, bad[i]), -EINVAL);
		assert_int_equal(epf_plan_stop(plan, bad[i]), -EINVAL);
	}
	assert_int_equal(epf_plan_link(plan, "d", "f", "c",
				       (enum epf_interface)0), -EINVAL);
	memset(longest, 'x', sizeof(longest));
	longest[256] = '\0';
	assert_int_equal(epf_plan_start(plan, longest), -EINVAL);
	assert_int_equal(epf_plan_get_num_steps(plan), 0);
	longest[255] = '\0';
	add(epf_plan_start(plan, longest));
}

/* Create and delete. */

static void creates_and_deletes(void **state)
{
	struct fixture *f = *state;

	create(f, "pci_epf_test", "f0");
	assert_true(has(f, "functions/pci_epf_test/f0/"));
	add(epf_plan_delete(f->plan, "pci_epf_test", "f0"));
	assert_int_equal(run(f), 0);
	assert_false(has(f, "functions/pci_epf_test/f0/"));
}

static void create_needs_a_driver(void **state)
{
	struct fixture *f = *state;

	add(epf_plan_create(f->plan, "pci_epf_late", "f0"));
	assert_int_equal(run(f), -ESRCH);
	check_record(f, ESRCH, "mkdir", BASE "functions/pci_epf_late", NULL);
	check_text(f, "no such driver",
		   "load its module: modprobe pci_epf_late");
}

static void create_refuses_what_is_there(void **state)
{
	struct fixture *f = *state;

	create(f, "pci_epf_test", "f0");
	add(epf_plan_create(f->plan, "pci_epf_test", "f0"));
	assert_int_equal(run(f), -EEXIST);
	check_record(f, EEXIST, "mkdir", BASE "functions/pci_epf_test/f0",
		     NULL);
	check_text(f, strerror(EEXIST), "take another name");
}

static void delete_needs_the_function(void **state)
{
	struct fixture *f = *state;

	add(epf_plan_delete(f->plan, "pci_epf_test", "f0"));
	assert_int_equal(run(f), -ESRCH);
	check_record(f, ESRCH, "rmdir", BASE "functions/pci_epf_test/f0",
		     NULL);
	check_text(f, "no such function", NULL);
}

static void delete_refuses_a_linked_function(void **state)
{
	struct fixture *f = *state;

	create(f, "pci_epf_test", "f0");
	link_primary(f, "f0", "sim.0");
	add(epf_plan_delete(f->plan, "pci_epf_test", "f0"));
	assert_int_equal(run(f), -EBUSY);
	check_text(f, strerror(EBUSY), "unlink it first");
	assert_true(has(f, "functions/pci_epf_test/f0/"));
}

static void delete_refuses_a_physical_function(void **state)
{
	struct fixture *f = *state;

	create(f, "pci_epf_test", "pf");
	create(f, "pci_epf_test", "vf");
	add(epf_plan_add_vf(f->plan, "pci_epf_test", "pf", "pci_epf_test",
			    "vf"));
	assert_int_equal(run(f), 0);
	add(epf_plan_delete(f->plan, "pci_epf_test", "pf"));
	assert_int_equal(run(f), -ENOTEMPTY);
	add(epf_plan_delete(f->plan, "pci_epf_test", "vf"));
	assert_int_equal(run(f), -EBUSY);
}

/* Modules. */

static void loads_a_module_when_asked_to(void **state)
{
	struct fixture *f = *state;
	struct epf_plan *plan;
	struct epf_ctx *ctx;

	ctx = model_ctx(f->model, EPF_CTX_LOAD_MODULES);
	assert_int_equal(epf_plan_new(ctx, &plan), 0);
	add(epf_plan_create(plan, "pci_epf_test", "there"));
	add(epf_plan_create(plan, "pci_epf_late", "f0"));
	add(epf_plan_create(plan, "pci_epf_late", "f1"));
	assert_int_equal(epf_plan_get_num_steps(plan), 4);
	assert_int_equal(epf_step_get_operation(epf_plan_get_step(plan, 1)),
			 EPF_OPERATION_LOAD_MODULE);
	assert_string_equal(epf_step_get_path(epf_plan_get_step(plan, 1)),
			    "pci_epf_late");
	assert_int_equal(epf_plan_execute(plan), 0);
	assert_true(has(f, "functions/pci_epf_late/f1/"));
	epf_plan_free(plan);
	epf_ctx_free(ctx);
}

static void says_that_there_is_no_module(void **state)
{
	struct fixture *f = *state;
	struct epf_plan *plan;
	struct epf_ctx *ctx;

	ctx = model_ctx(f->model, EPF_CTX_LOAD_MODULES);
	assert_int_equal(epf_plan_new(ctx, &plan), 0);
	add(epf_plan_create(plan, "none", "f0"));
	assert_int_equal(epf_plan_execute(plan), -ESRCH);
	assert_string_equal(epf_error_get_operation(epf_ctx_get_error(ctx)),
			    "load");
	assert_string_equal(epf_error_get_path(epf_ctx_get_error(ctx)),
			    "none");
	assert_string_equal(epf_error_get_message(epf_ctx_get_error(ctx)),
			    "no module for this driver");
	epf_plan_free(plan);
	epf_ctx_free(ctx);
}

/* Set. */

static void sets_a_field_of_the_header(void **state)
{
	struct fixture *f = *state;

	create(f, "pci_epf_test", "f0");
	add(epf_plan_set(f->plan, "pci_epf_test", "f0", "vendorid", "0x104c"));
	add(epf_plan_set(f->plan, "pci_epf_test", "f0", "revid", "010"));
	add(epf_plan_set(f->plan, "pci_epf_test", "f0", "msi_interrupts",
			 "32"));
	assert_int_equal(run(f), 0);
	assert_true(has(f, "functions/pci_epf_test/f0/vendorid = 0x104c"));
	assert_true(has(f, "functions/pci_epf_test/f0/revid = 0x0008"));
	assert_true(has(f, "functions/pci_epf_test/f0/msi_interrupts = 32"));
}

static void sets_an_attribute_of_the_driver(void **state)
{
	const char *nqn = "nqn.2014-08.org.nvmexpress:uuid:1";
	struct fixture *f = *state;

	create(f, "nvmet_pci_epf", "n0");
	add(epf_plan_set(f->plan, "nvmet_pci_epf", "n0", "subsysnqn", nqn));
	assert_string_equal(epf_step_get_path(epf_plan_get_step(f->plan, 0)),
			    "functions/nvmet_pci_epf/n0/subsysnqn");
	assert_int_equal(epf_plan_execute(f->plan), 0);
	assert_string_equal(epf_step_get_path(epf_plan_get_step(f->plan, 0)),
			    "functions/nvmet_pci_epf/n0/nvme/subsysnqn");
	/* All of it: the driver drops the last character, a newline. */
	assert_true(has(f, "functions/nvmet_pci_epf/n0/*/subsysnqn = "
			   "nqn.2014-08.org.nvmexpress:uuid:1"));
}

static void waits_for_the_drivers_directory(void **state)
{
	struct fixture *f = *state;

	model_set_late(f->model, 8);
	add(epf_plan_create(f->plan, "pci_epf_vntb", "ntb"));
	add(epf_plan_set(f->plan, "pci_epf_vntb", "ntb", "num_mws", "2"));
	add(epf_plan_set(f->plan, "pci_epf_vntb", "ntb", "mw2", "4096"));
	assert_int_equal(run(f), 0);
	assert_true(has(f, "functions/pci_epf_vntb/ntb/*/mw2 = 4096"));
}

static void gives_up_on_a_function_that_stays_incomplete(void **state)
{
	struct fixture *f = *state;

	model_set_late(f->model, 100000);
	create(f, "pci_epf_vntb", "ntb");
	add(epf_plan_set(f->plan, "pci_epf_vntb", "ntb", "num_mws", "2"));
	assert_int_equal(run(f), -ETIMEDOUT);
	check_record(f, ETIMEDOUT, "write",
		     BASE "functions/pci_epf_vntb/ntb/num_mws", "2");
	add(epf_plan_link(f->plan, "pci_epf_vntb", "ntb", "sim.1",
			  EPF_INTERFACE_SECONDARY));
	assert_int_equal(run(f), -ETIMEDOUT);
	check_record(f, ETIMEDOUT, "symlink",
		     BASE "functions/pci_epf_vntb/ntb/secondary",
		     "controllers/sim.1");
	check_text(f, "the kernel did not make this directory", NULL);
}

static void set_checks_the_range_of_fields(void **state)
{
	static const struct {
		const char *attribute;
		const char *good;
		const char *bad;
	} ranges[] = {
		{ "vendorid", "0xffff", "0x10000" },
		{ "deviceid", "65535", "65536" },
		{ "subsys_vendor_id", "0", "65536" },
		{ "subsys_id", "0177777", "0200000" },
		{ "revid", "255", "256" },
		{ "progif_code", "0xff", "0x100" },
		{ "subclass_code", "0XFF", "0X100" },
		{ "baseclass_code", "255", "256" },
		{ "cache_line_size", "255", "256" },
		{ "interrupt_pin", "4", "5" },
		{ "msi_interrupts", "32", "33" },
		{ "msix_interrupts", "2048", "2049" },
		{ "revid", "0", "18446744073709551616" },
	};
	static const char *const no_numbers[] = {
		"", "x", "-1", "+1", " 1", "1 ", "0x", "08", "1k", "0b1",
		"0x0g",
	};
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		add(epf_plan_set(f->plan, "d", "f", ranges[i].attribute,
				 ranges[i].good));
		assert_int_equal(epf_plan_set(f->plan, "d", "f",
					      ranges[i].attribute,
					      ranges[i].bad), -EINVAL);
		check_record(f, EINVAL, "check", ranges[i].attribute,
			     ranges[i].bad);
	}
	check_text(f, "out of range 0..255", NULL);
	for (i = 0; i < sizeof(no_numbers) / sizeof(no_numbers[0]); i++) {
		assert_int_equal(epf_plan_set(f->plan, "d", "f", "revid",
					      no_numbers[i]), -EINVAL);
		check_text(f, "not a number", NULL);
	}
}

static void a_value_is_one_line(void **state)
{
	struct fixture *f = *state;
	char value[4096];

	assert_int_equal(epf_plan_set(f->plan, "d", "f", "own", "a\nb"),
			 -EINVAL);
	memset(value, 'x', sizeof(value));
	value[4095] = '\0';
	assert_int_equal(epf_plan_set(f->plan, "d", "f", "own", value),
			 -EINVAL);
	value[4094] = '\0';
	add(epf_plan_set(f->plan, "d", "f", "own", value));
	add(epf_plan_set(f->plan, "d", "f", "own", ""));
}

static void set_needs_the_function_and_the_attribute(void **state)
{
	struct fixture *f = *state;

	add(epf_plan_set(f->plan, "pci_epf_test", "f0", "revid", "1"));
	assert_int_equal(run(f), -ESRCH);
	check_record(f, ESRCH, "write", BASE "functions/pci_epf_test/f0", "1");
	check_text(f, "no such function", NULL);

	create(f, "pci_epf_test", "f0");
	add(epf_plan_set(f->plan, "pci_epf_test", "f0", "revision", "1"));
	assert_int_equal(run(f), -ENOENT);
	check_record(f, ENOENT, "write",
		     BASE "functions/pci_epf_test/f0/revision", "1");
	check_text(f, "no such attribute", NULL);
	/* A directory is not one. */
	add(epf_plan_set(f->plan, "pci_epf_test", "f0", "primary", "1"));
	assert_int_equal(run(f), -ENOENT);
}

static void set_passes_the_drivers_refusal_on(void **state)
{
	struct fixture *f = *state;

	create(f, "pci_epf_test", "f0");
	add(epf_plan_set(f->plan, "pci_epf_test", "f0", "bar0_size", "3"));
	assert_int_equal(run(f), -EINVAL);
	check_record(f, EINVAL, "write",
		     BASE "functions/pci_epf_test/f0/pci_epf_test.0/bar0_size",
		     "3");
	create(f, "nvmet_pci_epf", "n0");
	add(epf_plan_set(f->plan, "nvmet_pci_epf", "n0", "version", "3"));
	assert_int_equal(run(f), -EACCES);
	check_text(f, strerror(EACCES), geteuid() ? "run as root" :
		   "the attribute is read-only");
	link_primary(f, "f0", "sim.0");
	add(epf_plan_set(f->plan, "pci_epf_test", "f0", "bar0_size", "4096"));
	assert_int_equal(run(f), -EOPNOTSUPP);
	check_text(f, strerror(EOPNOTSUPP), "unlink the function first");
}

static void set_refuses_a_field_that_would_not_reach_the_host(void **state)
{
	struct fixture *f = *state;

	create(f, "pci_epf_test", "f0");
	link_primary(f, "f0", "sim.0");
	add(epf_plan_set(f->plan, "pci_epf_test", "f0", "revid", "1"));
	assert_int_equal(run(f), -EBUSY);
	check_text(f, "the function is linked: the value would not reach the "
		   "host", "unlink the function first");
	assert_true(has(f, "functions/pci_epf_test/f0/revid = 0x0000"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(steps_can_be_looked_at_before_they_run),
		TEST(a_plan_runs_once),
		TEST(an_empty_plan_does_nothing),
		TEST(says_what_to_do_without_a_tree),
		TEST(names_are_file_names),
		TEST(creates_and_deletes),
		TEST(create_needs_a_driver),
		TEST(create_refuses_what_is_there),
		TEST(delete_needs_the_function),
		TEST(delete_refuses_a_linked_function),
		TEST(delete_refuses_a_physical_function),
		TEST(loads_a_module_when_asked_to),
		TEST(says_that_there_is_no_module),
		TEST(sets_a_field_of_the_header),
		TEST(sets_an_attribute_of_the_driver),
		TEST(waits_for_the_drivers_directory),
		TEST(gives_up_on_a_function_that_stays_incomplete),
		TEST(set_checks_the_range_of_fields),
		TEST(a_value_is_one_line),
		TEST(set_needs_the_function_and_the_attribute),
		TEST(set_passes_the_drivers_refusal_on),
		TEST(set_refuses_a_field_that_would_not_reach_the_host),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
