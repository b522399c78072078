// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

/* The snapshot. */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "model.h"

struct fixture {
	struct model *model;
	struct epf_ctx *ctx;
	struct epf_topology *topology;
};

static int set_up(void **state)
{
	static struct fixture fixture;

	fixture.model = model_new();
	model_add_controller(fixture.model, "sim.1", 8, 0);
	model_add_controller(fixture.model, "sim.0", 8, 4);
	fixture.ctx = model_ctx(fixture.model, 0);
	fixture.topology = NULL;
	*state = &fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	epf_topology_free(f->topology);
	epf_ctx_free(f->ctx);
	assert_int_equal(model_warnings(f->model), 0);
	model_free(f->model);
	return 0;
}

/* Change the tree behind the library's back. */
static void make(struct fixture *f, const char *path)
{
	assert_int_equal(model_ops.mkdir(f->model, path), 0);
}

static void link_to(struct fixture *f, const char *path, const char *target)
{
	assert_int_equal(model_ops.symlink(f->model, target, path), 0);
}

static void look(struct fixture *f)
{
	assert_int_equal(epf_topology_new(f->ctx, &f->topology), 0);
}

static const struct epf_function *function(struct fixture *f, const char *name)
{
	const struct epf_function *found;

	assert_int_equal(epf_topology_find_function(f->topology, name, &found),
			 0);
	return found;
}

static void is_empty_without_a_tree(void **state)
{
	struct fixture *f = *state;

	model_remove_tree(f->model);
	look(f);
	assert_int_equal(epf_topology_get_num_drivers(f->topology), 0);
	assert_int_equal(epf_topology_get_num_controllers(f->topology), 0);
	assert_int_equal(epf_topology_get_num_functions(f->topology), 0);
}

static void objects_are_sorted_by_name(void **state)
{
	struct fixture *f = *state;
	const struct epf_driver *driver;

	make(f, "functions/pci_epf_vntb/a");
	make(f, "functions/pci_epf_test/c");
	make(f, "functions/pci_epf_test/b");
	look(f);
	assert_int_equal(epf_topology_get_num_drivers(f->topology), 3);
	driver = epf_topology_get_driver(f->topology, 0);
	assert_string_equal(epf_driver_get_name(driver), "nvmet_pci_epf");
	driver = epf_topology_get_driver(f->topology, 2);
	assert_string_equal(epf_driver_get_name(driver), "pci_epf_vntb");

	assert_int_equal(epf_topology_get_num_functions(f->topology), 3);
	assert_string_equal(epf_function_get_name(
		epf_topology_get_function(f->topology, 0)), "b");
	assert_string_equal(epf_function_get_name(
		epf_topology_get_function(f->topology, 1)), "c");
	assert_string_equal(epf_function_get_name(
		epf_topology_get_function(f->topology, 2)), "a");
	assert_ptr_equal(epf_function_get_driver(
		epf_topology_get_function(f->topology, 2)), driver);

	assert_int_equal(epf_topology_get_num_controllers(f->topology), 2);
	assert_string_equal(epf_controller_get_name(
		epf_topology_get_controller(f->topology, 0)), "sim.0");
}

static void finds_by_name(void **state)
{
	const struct epf_controller *controller = NULL;
	const struct epf_function *found = NULL;
	struct fixture *f = *state;

	make(f, "functions/pci_epf_test/only");
	make(f, "functions/pci_epf_test/both");
	make(f, "functions/pci_epf_vntb/both");
	look(f);
	assert_string_equal(epf_function_get_name(function(f, "only")), "only");
	assert_string_equal(epf_driver_get_name(epf_function_get_driver(
		function(f, "pci_epf_vntb/both"))), "pci_epf_vntb");

	assert_int_equal(epf_topology_find_function(f->topology, "both",
						    &found), -ENOTUNIQ);
	assert_string_equal(epf_error_get_hint(epf_ctx_get_error(f->ctx)),
			    "name it DRIVER/NAME");
	assert_int_equal(epf_topology_find_function(f->topology, "none",
						    &found), -ESRCH);
	assert_int_equal(epf_topology_find_function(
		f->topology, "pci_epf_ntb/both", &found), -ESRCH);
	assert_int_equal(epf_topology_find_function(f->topology, "pci/both",
						    &found), -ESRCH);
	assert_null(found);
	assert_string_equal(epf_error_get_path(epf_ctx_get_error(f->ctx)),
			    "pci/both");

	assert_int_equal(epf_topology_find_controller(f->topology, "sim.1",
						      &controller), 0);
	assert_string_equal(epf_controller_get_name(controller), "sim.1");
	controller = NULL;
	assert_int_equal(epf_topology_find_controller(f->topology, "sim",
						      &controller), -ESRCH);
	assert_null(controller);
}

static void attributes_are_the_headers_and_the_drivers_own(void **state)
{
	struct fixture *f = *state;
	const struct epf_function *nvme;
	uint64_t value = 0;

	make(f, "functions/nvmet_pci_epf/nvme0");
	look(f);
	nvme = function(f, "nvme0");
	assert_int_equal(epf_function_get_num_attributes(nvme), 12 + 3);
	assert_string_equal(epf_function_get_attribute_name(nvme, 0),
			    "baseclass_code");
	assert_string_equal(epf_function_get_attribute(nvme, "vendorid"),
			    "0xffff");
	assert_string_equal(epf_function_get_attribute(nvme, "portid"), "0");
	assert_string_equal(epf_function_get_attribute(nvme, "subsysnqn"), "");
	assert_null(epf_function_get_attribute(nvme, "nvme"));

	assert_int_equal(epf_function_get_attribute_u64(nvme, "vendorid",
							&value), 0);
	assert_int_equal(value, 0xffff);
	value = 7;
	assert_int_equal(epf_function_get_attribute_u64(nvme, "subsysnqn",
							&value), -EINVAL);
	assert_int_equal(epf_function_get_attribute_u64(nvme, "none", &value),
			 -ENOENT);
	assert_string_equal(epf_error_get_path(epf_ctx_get_error(f->ctx)),
			    "none");
	assert_int_equal(value, 7);
}

static void unreadable_attributes_have_no_value(void **state)
{
	struct fixture *f = *state;
	const struct epf_function *ntb;

	make(f, "functions/pci_epf_vntb/ntb");
	look(f);
	ntb = function(f, "ntb");
	assert_int_equal(epf_function_get_num_attributes(ntb), 12 + 3);
	assert_null(epf_function_get_attribute(ntb, "mw1"));
	assert_string_equal(epf_function_get_attribute(ntb, "num_mws"), "0");
}

static void a_broken_function_does_not_hide_the_others(void **state)
{
	struct fixture *f = *state;

	make(f, "functions/pci_epf_test/good");
	model_fail_probe(f->model, "pci_epf_vntb");
	make(f, "functions/pci_epf_vntb/bad");
	look(f);
	assert_null(epf_function_get_attribute(function(f, "bad"), "vendorid"));
	assert_string_equal(epf_function_get_attribute(function(f, "bad"),
						       "msi_interrupts"), "0");
	assert_string_equal(epf_function_get_attribute(function(f, "good"),
						       "vendorid"), "0xffff");
}

static void sees_links_wherever_they_are(void **state)
{
	const struct epf_controller *sim0, *sim1;
	const struct epf_link *link;
	struct fixture *f = *state;
	const struct epf_function *ntb;

	make(f, "functions/pci_epf_test/f0");
	make(f, "functions/pci_epf_test/f1");
	make(f, "functions/pci_epf_vntb/ntb");
	/* In the controller under any name, in primary/, in secondary/. */
	link_to(f, "functions/pci_epf_vntb/ntb/secondary/y",
		"controllers/sim.1");
	link_to(f, "controllers/sim.0/z", "functions/pci_epf_vntb/ntb");
	link_to(f, "functions/pci_epf_test/f1/primary/x", "controllers/sim.0");
	look(f);

	assert_int_equal(epf_topology_find_controller(f->topology, "sim.0",
						      &sim0), 0);
	assert_int_equal(epf_topology_find_controller(f->topology, "sim.1",
						      &sim1), 0);
	ntb = function(f, "ntb");
	assert_int_equal(epf_function_get_num_links(ntb), 2);
	link = epf_function_get_link(ntb, 0);
	assert_int_equal(epf_link_get_interface(link), EPF_INTERFACE_PRIMARY);
	assert_ptr_equal(epf_link_get_controller(link), sim0);
	assert_ptr_equal(epf_link_get_function(link), ntb);
	link = epf_function_get_link(ntb, 1);
	assert_int_equal(epf_link_get_interface(link), EPF_INTERFACE_SECONDARY);
	assert_ptr_equal(epf_link_get_controller(link), sim1);

	assert_int_equal(epf_function_get_num_links(function(f, "f0")), 0);
	assert_int_equal(epf_function_get_num_links(function(f, "f1")), 1);
	assert_int_equal(epf_controller_get_num_links(sim0), 2);
	/* In the order of their numbers: of linking, wherever. */
	assert_ptr_equal(epf_link_get_function(epf_controller_get_link(sim0,
								       0)),
			 ntb);
	link = epf_controller_get_link(sim0, 1);
	assert_ptr_equal(epf_link_get_function(link), function(f, "f1"));
	assert_int_equal(epf_link_get_number(link), 1);
	assert_int_equal(epf_controller_get_num_links(sim1), 1);
}

static void sees_virtual_functions(void **state)
{
	struct fixture *f = *state;
	const struct epf_function *pf;

	make(f, "functions/pci_epf_test/pf");
	make(f, "functions/pci_epf_test/vf1");
	make(f, "functions/pci_epf_test/vf0");
	link_to(f, "functions/pci_epf_test/pf/a", "functions/pci_epf_test/vf1");
	link_to(f, "functions/pci_epf_test/pf/b", "functions/pci_epf_test/vf0");
	look(f);
	pf = function(f, "pf");
	assert_int_equal(epf_function_get_num_vfs(pf), 2);
	assert_ptr_equal(epf_function_get_vf(pf, 0), function(f, "vf1"));
	assert_ptr_equal(epf_function_get_pf(function(f, "vf0")), pf);
	assert_null(epf_function_get_pf(pf));
	assert_int_equal(epf_function_get_num_links(pf), 0);
}

static void sees_what_is_started(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(model_ops.write(f->model, "controllers/sim.1/start",
					 "1\n"), 0);
	look(f);
	assert_false(epf_controller_is_started(
		epf_topology_get_controller(f->topology, 0)));
	assert_true(epf_controller_is_started(
		epf_topology_get_controller(f->topology, 1)));
}

static void a_snapshot_never_changes(void **state)
{
	struct fixture *f = *state;

	make(f, "functions/pci_epf_test/f0");
	look(f);
	assert_int_equal(model_ops.write(
		f->model, "functions/pci_epf_test/f0/vendorid", "1\n"), 0);
	make(f, "functions/pci_epf_test/f1");
	assert_string_equal(epf_function_get_attribute(function(f, "f0"),
						       "vendorid"), "0xffff");
	assert_int_equal(epf_topology_get_num_functions(f->topology), 1);
}

/* Whatever fails, there is a snapshot or a record. */
static void survives_any_failing_operation(void **state)
{
	struct fixture *f = *state;
	unsigned int before, total, n;

	make(f, "functions/pci_epf_vntb/ntb");
	make(f, "functions/pci_epf_test/pf");
	make(f, "functions/pci_epf_test/vf");
	link_to(f, "functions/pci_epf_test/pf/a", "functions/pci_epf_test/vf");
	link_to(f, "controllers/sim.0/pf", "functions/pci_epf_test/pf");
	link_to(f, "functions/pci_epf_vntb/ntb/secondary/a",
		"controllers/sim.1");
	before = model_count(f->model);
	look(f);
	total = model_count(f->model) - before;
	assert_in_range(total, 30, 200);

	for (n = 1; n <= total; n++) {
		struct epf_topology *topology = NULL;
		int err;

		model_fail_nth(f->model, n, EIO);
		err = epf_topology_new(f->ctx, &topology);
		if (err) {
			assert_int_equal(err, -EIO);
			assert_null(topology);
			assert_int_equal(epf_error_get_errno(
				epf_ctx_get_error(f->ctx)), EIO);
		} else {
			assert_in_range(epf_topology_get_num_functions(
				topology), 1, 3);
		}
		epf_topology_free(topology);
	}
	model_fail_nth(f->model, 0, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(is_empty_without_a_tree),
		TEST(objects_are_sorted_by_name),
		TEST(finds_by_name),
		TEST(attributes_are_the_headers_and_the_drivers_own),
		TEST(unreadable_attributes_have_no_value),
		TEST(a_broken_function_does_not_hide_the_others),
		TEST(sees_links_wherever_they_are),
		TEST(sees_virtual_functions),
		TEST(sees_what_is_started),
		TEST(a_snapshot_never_changes),
		TEST(survives_any_failing_operation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
