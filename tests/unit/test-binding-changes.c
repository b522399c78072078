// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

/* Plans for systems that are somewhere on the way already. */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "binding-fixture.h"

#define FILE_WITH(functions) \
	"version: 1\n" \
	"controllers:\n" \
	"- name: epc-sim.0\n" \
	"  start: false\n" \
	"  functions:\n" functions

#define F0 "  - { reg: 0, function-name: pci_epf_test, name: f0 }\n"
#define F1 "  - { reg: 1, function-name: pci_epf_test, name: f1 }\n"

static int set_up(void **state)
{
	*state = fixture_new();
	return 0;
}

static int tear_down(void **state)
{
	fixture_free(*state);
	return 0;
}

static void expect_plan(struct fixture *fixture, const char *file,
			const char *expected)
{
	_cleanup_free_ char *steps = NULL;
	struct epf_plan *plan;

	if (fixture_plan_text(fixture, file, &plan))
		fail_msg("%s", error_text(fixture));
	steps = plan_text(plan);
	assert_string_equal(steps, expected);
	epf_plan_free(plan);
}

static void expect_error(struct fixture *fixture, const char *file, int err,
			 const char *expected)
{
	_cleanup_free_ char *message = NULL;
	struct epf_plan *plan;

	assert_int_equal(fixture_plan_text(fixture, file, &plan), err);
	message = error_text(fixture);
	assert_string_equal(message, expected);
}

static void a_controller_that_is_not_there(void **state)
{
	expect_error(*state, "version: 1\ncontrollers: [ { name: nosuch } ]\n",
		     -ESRCH,
		     "test.yaml:2:24: name: no controller 'nosuch'; "
		     "the controllers are epc-b, epc-sim.0\n");
}

static void a_controller_by_pattern(void **state)
{
	struct fixture *fixture = *state;
	_cleanup_free_ char *steps = NULL;
	struct epf_plan *plan;

	assert_int_equal(fixture_plan_text(fixture,
					   "version: 1\n"
					   "controllers:\n"
					   "  - pattern: epc-[a-c]\n"
					   "    functions:\n"
					   "      - { reg: 0, function-name: pci_epf_test }\n",
					   &plan), 0);
	steps = plan_text(plan);
	epf_plan_free(plan);
	assert_string_equal(steps,
			    "create functions/pci_epf_test/endpoint.0\n"
			    "link controllers/epc-b/pci_epf_test:endpoint.0 functions/pci_epf_test/endpoint.0\n"
			    "start controllers/epc-b/start 1\n");
}

static void the_only_controller_must_be_the_only_one(void **state)
{
	static const char text[] = "version: 1\ncontrollers: [ { only: true } ]\n";
	struct fixture *fixture = *state;
	_cleanup_free_ char *message = NULL;
	struct epf_plan *plan;

	assert_int_equal(fixture_plan_text(fixture, text, &plan), -ENOTUNIQ);
	message = error_text(fixture);
	assert_string_equal(message,
			    "test.yaml:2:24: only: there is more than one controller; the controllers are epc-b, epc-sim.0\n");
}

static void a_system_without_controllers(void **state)
{
	struct fixture *fixture = *state;

	model_remove_tree(fixture->model);
	expect_error(fixture, "version: 1\ncontrollers: [ { name: a } ]\n",
		     -ESRCH,
		     "test.yaml:2:24: name: no controller 'a'; there are no "
		     "controllers: is the driver of one loaded?\n");
}

static void further_functions_are_linked_after_those_there(void **state)
{
	fixture_apply_text(*state, FILE_WITH(F0));
	expect_plan(*state, FILE_WITH(F0 F1),
		    "create functions/pci_epf_test/f1\n"
		    "link controllers/epc-sim.0/pci_epf_test:f1 "
		    "functions/pci_epf_test/f1\n");
}

static void an_earlier_function_cannot_be_added(void **state)
{
	fixture_apply_text(*state,
			   FILE_WITH("  - { reg: 0, function-name: "
				     "pci_epf_test, name: f1 }\n"));
	expect_error(*state, FILE_WITH(F0 F1), -EBUSY,
		     "test.yaml:6:12: epc-sim.0: a function is missing before "
		     "others that are linked, and numbers go by the order of "
		     "linking; unlink the later ones and apply again\n");
}

static void a_number_may_be_taken_by_a_stranger(void **state)
{
	fixture_apply_text(*state, FILE_WITH(F0 F1));
	expect_error(*state, FILE_WITH(F0 "  - { reg: 1, function-name: "
				       "pci_epf_test, name: f2 }\n"),
		     -EBUSY,
		     "test.yaml:7:12: epc-sim.0: functions that the file does "
		     "not name are linked, and numbers go by the order of "
		     "linking; unlink them, or add them to the file\n");
}

static void strangers_do_no_harm_when_all_is_linked(void **state)
{
	fixture_apply_text(*state, FILE_WITH(F0 F1));
	expect_plan(*state, FILE_WITH(F0), "");
}

static void an_unlinked_function_is_written_and_linked(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(model_ops.mkdir(fixture->model,
					 "functions/pci_epf_test/f0"), 0);
	expect_plan(fixture,
		    FILE_WITH("  - { reg: 0, function-name: pci_epf_test, "
			      "name: f0, vendor-id: 4172 }\n"),
		    "set functions/pci_epf_test/f0/vendorid 0x104c\n"
		    "link controllers/epc-sim.0/pci_epf_test:f0 "
		    "functions/pci_epf_test/f0\n");
}

/* The functions of pci_epf_test share a header, which f0 changes for f1. */
static void a_shared_header_is_written_for_each_function(void **state)
{
	struct fixture *fixture = *state;
	struct model *model = fixture->model;

	assert_int_equal(model_ops.mkdir(model, "functions/pci_epf_test/f0"),
			 0);
	assert_int_equal(model_ops.mkdir(model, "functions/pci_epf_test/f1"),
			 0);
	expect_plan(fixture,
		    FILE_WITH("  - { reg: 0, function-name: pci_epf_test, "
			      "name: f0, vendor-id: 1 }\n"
			      "  - { reg: 1, function-name: pci_epf_test, "
			      "name: f1, vendor-id: 0xffff }\n"),
		    "set functions/pci_epf_test/f0/vendorid 0x0001\n"
		    "link controllers/epc-sim.0/pci_epf_test:f0 "
		    "functions/pci_epf_test/f0\n"
		    "set functions/pci_epf_test/f1/vendorid 0xffff\n"
		    "link controllers/epc-sim.0/pci_epf_test:f1 "
		    "functions/pci_epf_test/f1\n");
}

static void numbers_are_compared_as_numbers(void **state)
{
	fixture_apply_text(*state,
			   FILE_WITH("  - { reg: 0, function-name: "
				     "pci_epf_vntb, name: f0, vendor-id: 1, "
				     "interrupts: { msi: 4 }, "
				     "attributes: { num_mws: 2, mw2: 0x10 } }\n"));
	expect_plan(*state,
		    FILE_WITH("  - { reg: 0, function-name: pci_epf_vntb, "
			      "name: f0, vendor-id: 0x0001, "
			      "interrupts: { msi: 0x4 }, "
			      "attributes: { mw2: 16 } }\n"), "");
}

static void the_header_of_a_linked_function_stays(void **state)
{
	fixture_apply_text(*state, FILE_WITH(F0));
	expect_error(*state,
		     FILE_WITH("  - reg: 0\n"
			       "    function-name: pci_epf_test\n"
			       "    name: f0\n"
			       "    vendor-id: 0x1234\n"),
		     -EBUSY,
		     "test.yaml:9:16: f0: vendorid is 0xffff, not 0x1234, and "
		     "the function is linked to epc-sim.0; unlink it "
		     "first\n");
}

static void a_driver_may_take_its_attributes_at_any_time(void **state)
{
	fixture_apply_text(*state, FILE_WITH("  - { reg: 0, function-name: "
					     "pci_epf_vntb, name: f0 }\n"));
	expect_plan(*state,
		    FILE_WITH("  - { reg: 0, function-name: pci_epf_vntb, "
			      "name: f0, attributes: { num_mws: 1 } }\n"),
		    "set functions/pci_epf_vntb/f0/num_mws 1\n");
}

static void a_function_belongs_to_another_controller(void **state)
{
	fixture_apply_text(*state, FILE_WITH(F0));
	expect_error(*state,
		     "version: 1\n"
		     "controllers:\n"
		     "- name: epc-b\n"
		     "  functions:\n" F0,
		     -EBUSY,
		     "test.yaml:5:12: f0: it belongs to epc-b, and the "
		     "function is linked to epc-sim.0; unlink it "
		     "first\n");
}

static void a_started_controller_gets_no_function(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(model_ops.write(fixture->model,
					 "controllers/epc-sim.0/start", "1"),
			 0);
	expect_error(fixture,
		     "version: 1\n"
		     "controllers:\n"
		     "- name: epc-sim.0\n"
		     "  functions:\n" F0,
		     -EBUSY,
		     "test.yaml:5:12: epc-sim.0: the controller is started, "
		     "and a function is to be linked to it; stop it "
		     "first\n");
}

static void a_controller_is_stopped_before_it_is_changed(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(model_ops.write(fixture->model,
					 "controllers/epc-sim.0/start", "1"),
			 0);
	expect_plan(fixture, FILE_WITH(F0),
		    "stop controllers/epc-sim.0/start 0\n"
		    "create functions/pci_epf_test/f0\n"
		    "link controllers/epc-sim.0/pci_epf_test:f0 "
		    "functions/pci_epf_test/f0\n");
}

#define PF(vfs) \
	FILE_WITH("  - reg: 0\n" \
		  "    function-name: pci_epf_test\n" \
		  "    name: pf\n" \
		  "    virtual-functions:\n" vfs)
#define VF(number, name) \
	"    - { reg: " number ", function-name: pci_epf_test, name: " name \
	" }\n"

static void a_linked_function_gets_no_virtual_ones(void **state)
{
	fixture_apply_text(*state, PF(VF("1", "v1")));
	expect_error(*state, PF(VF("1", "v1") VF("2", "v2")), -EBUSY,
		     "test.yaml:11:7: pf: a virtual function is missing, and "
		     "the function is linked to epc-sim.0; unlink it "
		     "first\n");
}

static void virtual_functions_are_added_in_order(void **state)
{
	struct fixture *fixture = *state;
	struct model *model = fixture->model;

	assert_int_equal(model_ops.mkdir(model, "functions/pci_epf_test/pf"),
			 0);
	assert_int_equal(model_ops.mkdir(model, "functions/pci_epf_test/v1"),
			 0);
	assert_int_equal(model_ops.symlink(model, "functions/pci_epf_test/v1",
					   "functions/pci_epf_test/pf/any"),
			 0);
	expect_plan(fixture, PF(VF("1", "v1") VF("2", "v2")),
		    "create functions/pci_epf_test/v2\n"
		    "link functions/pci_epf_test/pf/pci_epf_test:v2 "
		    "functions/pci_epf_test/v2\n"
		    "link controllers/epc-sim.0/pci_epf_test:pf "
		    "functions/pci_epf_test/pf\n");
	expect_error(fixture, PF(VF("2", "v1") VF("1", "v2")), -EBUSY,
		     "test.yaml:11:7: pf: a function is missing before others "
		     "that are linked, and numbers go by the order of linking; "
		     "unlink the later ones and apply again\n");
	expect_error(fixture, PF(VF("1", "v2")), -EBUSY,
		     "test.yaml:10:7: pf: functions that the file does not "
		     "name are linked, and numbers go by the order of linking; "
		     "unlink them, or add them to the file\n");
	expect_error(fixture, FILE_WITH("  - { reg: 0, function-name: "
					"pci_epf_test, name: v1 }\n"),
		     -EBUSY,
		     "test.yaml:6:12: v1: it is a virtual function of pf; "
		     "unlink and delete it, then apply again\n");
}

static void a_linked_function_becomes_no_virtual_one(void **state)
{
	fixture_apply_text(*state, FILE_WITH(F0));
	expect_error(*state, PF(VF("1", "f0")), -EBUSY,
		     "test.yaml:10:52: f0: it is to become a virtual function, "
		     "and the function is linked to epc-sim.0; unlink it "
		     "first\n");
}

static void a_virtual_function_of_another_stays_that(void **state)
{
	struct fixture *fixture = *state;
	struct model *model = fixture->model;

	assert_int_equal(model_ops.mkdir(model, "functions/pci_epf_test/f0"),
			 0);
	assert_int_equal(model_ops.mkdir(model, "functions/pci_epf_test/v1"),
			 0);
	assert_int_equal(model_ops.symlink(model, "functions/pci_epf_test/v1",
					   "functions/pci_epf_test/f0/any"),
			 0);
	expect_error(fixture, PF(VF("1", "v1")), -EBUSY,
		     "test.yaml:10:52: v1: it is a virtual function of f0; "
		     "unlink and delete it, then apply again\n");
}

static void one_controller_is_not_in_a_file_twice(void **state)
{
	expect_error(*state, "version: 1\n"
			     "controllers:\n"
			     "- name: epc-b\n"
			     "- pattern: '*-b'\n",
		     -ENOTUNIQ,
		     "test.yaml:4:12: this is epc-b, which the file has at line 3\n");
}

static void numbers_that_others_have_are_not_changed(void **state)
{
	fixture_apply_text(*state, FILE_WITH(F0 F1));
	expect_error(*state, FILE_WITH("  - { reg: 1, function-name: "
				       "pci_epf_test, name: f0 }\n"
				       "  - { reg: 0, function-name: "
				       "pci_epf_test, name: f1 }\n"),
		     -EBUSY,
		     "test.yaml:7:12: f1: by the order of linking it is "
		     "function 1, and the function is linked to epc-sim.0; "
		     "unlink it first\n");
}

static void flags_of_a_comparison_are_known(void **state)
{
	static const char file[] = "version: 1\ncontrollers: []\n";
	struct fixture *fixture = *state;
	struct epf_topology *topology;
	struct epf_config *config;
	struct epf_diff *diff;

	assert_int_equal(epf_config_parse(fixture->ctx, "test.yaml", file,
					  strlen(file), &config), 0);
	assert_int_equal(epf_topology_new(fixture->ctx, &topology), 0);
	assert_int_equal(epf_diff_new(config, topology, EPF_DIFF_EXACT << 1,
				      &diff), -EINVAL);
	assert_string_equal(epf_error_get_message(
				    epf_ctx_get_error(fixture->ctx)),
			    "unknown flag");
	epf_topology_free(topology);
	epf_config_free(config);
}

static void a_failed_step_is_owed_to_its_line(void **state)
{
	struct fixture *fixture = *state;
	_cleanup_free_ char *message = NULL;
	struct epf_plan *plan;

	assert_int_equal(fixture_plan_text(
		fixture,
		FILE_WITH(F0 "  - reg: 1\n"
			     "    function-name: pci_epf_test\n"
			     "    attributes:\n"
			     "      nosuch: 1\n"), &plan), 0);
	assert_int_equal(epf_plan_execute(plan), -ENOENT);
	message = error_text(fixture);
	assert_non_null(strstr(message, "test.yaml:10:15: "));
	assert_non_null(strstr(message, "pci_epf_test/epc-sim.0.1/nosuch: "
					"no such attribute"));
	epf_plan_free(plan);
}

static void a_plan_keeps_what_was_in_it(void **state)
{
	static const char file[] = "version: 1\n"
				   "controllers:\n"
				   "- name: epc-b\n"
				   "- name: nosuch\n";
	struct fixture *fixture = *state;
	struct epf_topology *topology;
	struct epf_config *config;
	struct epf_plan *plan;

	assert_int_equal(epf_config_parse(fixture->ctx, "test.yaml", file,
					  strlen(file), &config), 0);
	assert_int_equal(epf_topology_new(fixture->ctx, &topology), 0);
	assert_int_equal(epf_plan_new(fixture->ctx, &plan), 0);
	assert_int_equal(epf_plan_start(plan, "epc-sim.0"), 0);
	assert_int_equal(epf_plan_configure(plan, config, topology), -ESRCH);
	assert_int_equal(epf_plan_get_num_steps(plan), 1);
	epf_plan_free(plan);
	epf_topology_free(topology);
	epf_config_free(config);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_controller_that_is_not_there),
		TEST(a_controller_by_pattern),
		TEST(the_only_controller_must_be_the_only_one),
		TEST(a_system_without_controllers),
		TEST(further_functions_are_linked_after_those_there),
		TEST(an_earlier_function_cannot_be_added),
		TEST(a_number_may_be_taken_by_a_stranger),
		TEST(strangers_do_no_harm_when_all_is_linked),
		TEST(an_unlinked_function_is_written_and_linked),
		TEST(a_shared_header_is_written_for_each_function),
		TEST(numbers_are_compared_as_numbers),
		TEST(the_header_of_a_linked_function_stays),
		TEST(a_driver_may_take_its_attributes_at_any_time),
		TEST(a_function_belongs_to_another_controller),
		TEST(a_started_controller_gets_no_function),
		TEST(a_controller_is_stopped_before_it_is_changed),
		TEST(a_linked_function_gets_no_virtual_ones),
		TEST(virtual_functions_are_added_in_order),
		TEST(a_linked_function_becomes_no_virtual_one),
		TEST(a_virtual_function_of_another_stays_that),
		TEST(one_controller_is_not_in_a_file_twice),
		TEST(numbers_that_others_have_are_not_changed),
		TEST(flags_of_a_comparison_are_known),
		TEST(a_failed_step_is_owed_to_its_line),
		TEST(a_plan_keeps_what_was_in_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
