// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

/* Each kind of step: what it does, and what it says when it cannot. */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "model.h"

#define BASE "/sys/kernel/config/pci_ep/"

struct fixture {
	struct model *model;
	struct epf_ctx *ctx;
	struct epf_plan *plan;
};

static int set_up(void **state)
{
	static struct fixture fixture;

	fixture.model = model_new();
	model_add_controller(fixture.model, "sim.0", 2, 2);
	model_add_controller(fixture.model, "sim.1", 8, 0);
	fixture.ctx = model_ctx(fixture.model, 0);
	assert_int_equal(epf_plan_new(fixture.ctx, &fixture.plan), 0);
	*state = &fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	epf_plan_free(f->plan);
	epf_ctx_free(f->ctx);
	assert_int_equal(model_warnings(f->model), 0);
	model_free(f->model);
	return 0;
}

/* Run what was added, and begin a new plan. */
static int run(struct fixture *f)
{
	int err;

	err = epf_plan_execute(f->plan);
	assert_false(epf_plan_is_incomplete(f->plan));
	epf_plan_free(f->plan);
	assert_int_equal(epf_plan_new(f->ctx, &f->plan), 0);
	return err;
}

static void add(int err)
{
	assert_int_equal(err, 0);
}

static void create(struct fixture *f, const char *driver, const char *name)
{
	add(epf_plan_create(f->plan, driver, name));
	assert_int_equal(run(f), 0);
}

static void link_primary(struct fixture *f, const char *name,
			 const char *controller)
{
	add(epf_plan_link(f->plan, "pci_epf_test", name, controller,
			  EPF_INTERFACE_PRIMARY));
	assert_int_equal(run(f), 0);
}

static void start(struct fixture *f, const char *controller)
{
	add(epf_plan_start(f->plan, controller));
	assert_int_equal(run(f), 0);
}

/* The tree has this line, and says so nowhere else. */
static bool has(struct fixture *f, const char *line)
{
	_cleanup_free_ char *tree = model_print(f->model);
	const char *at = tree;
	size_t length = strlen(line);

	while ((at = strstr(at, line))) {
		if ((at == tree || at[-1] == '\n') && at[length] == '\n')
			return true;
		at += length;
	}
	return false;
}

static void check_record(struct fixture *f, int err, const char *operation,
			 const char *path, const char *value)
{
	const struct epf_error *error = epf_ctx_get_error(f->ctx);

	assert_int_equal(epf_error_get_errno(error), err);
	assert_string_equal(epf_error_get_operation(error), operation);
	assert_string_equal(epf_error_get_path(error), path);
	if (value)
		assert_string_equal(epf_error_get_value(error), value);
	else
		assert_null(epf_error_get_value(error));
	assert_non_null(epf_error_get_message(error));
}

static void check_text(struct fixture *f, const char *message, const char *hint)
{
	const struct epf_error *error = epf_ctx_get_error(f->ctx);

	assert_string_equal(epf_error_get_message(error), message);
	if (hint)
		assert_string_equal(epf_error_get_hint(error), hint);
	else
		assert_null(epf_error_get_hint(error));
}

/* Plans as such. */

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
		assert_int_equal(epf_plan_set(plan, "d", "f", bad[i], "0"),
				 -EINVAL);
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

/* Links. */

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
	check_text(f, strerror(EBUSY), "it is linked already");
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
