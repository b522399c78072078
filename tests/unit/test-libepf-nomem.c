// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

/* Without memory every call says -ENOMEM, or does what it was asked to; none
 * leaks or crashes, whichever allocation it is that fails. */

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <libfdt.h>

#include "allocations.h"
#include "files-fixture.h"

/* Call run with every allocation failing in turn, until there are no more. */
static unsigned int try_all(struct fixture *f, int (*run)(struct fixture *f))
{
	unsigned int n, refused = 0;
	int err;

	for (n = 1;; n++) {
		allocations = 0;
		fail_at = n;
		err = run(f);
		fail_at = 0;
		if (allocations < n) {
			assert_int_equal(err, 0);
			return refused;
		}
		assert_true(err == 0 || err == -ENOMEM);
		refused += err != 0;
	}
}

static int make_context(struct fixture *f)
{
	struct epf_ctx_options options = {
		.size = sizeof(options),
		.root = f->root,
	};
	struct epf_ctx *ctx;
	int err;

	err = epf_ctx_new(&options, &ctx);
	if (!err)
		epf_ctx_free(ctx);
	return err;
}

static void contexts(void **state)
{
	assert_in_range(try_all(*state, make_context), 3, 100);
}

static int take_snapshot(struct fixture *f)
{
	struct epf_topology *topology;
	int err;

	err = epf_topology_new(f->ctx, &topology);
	if (err) {
		assert_int_equal(epf_error_get_errno(epf_ctx_get_error(f->ctx)),
				 ENOMEM);
		assert_non_null(epf_error_get_message(
			epf_ctx_get_error(f->ctx)));
	} else {
		epf_topology_free(topology);
	}
	return err;
}

static void snapshots(void **state)
{
	_cleanup_free_ char *link = NULL;
	struct fixture *f = *state;

	make_tree(f);
	make_function(f);
	link = string_format("%s/" PCI_EP "/controllers/sim.0/any", f->root);
	assert_int_equal(symlink("../../functions/pci_epf_test/f0", link), 0);
	make_ctx(f, f->root, 0);
	assert_in_range(try_all(f, take_snapshot), 30, 1000);
}

static int check_tree(struct fixture *f, bool changed)
{
	_cleanup_free_ char *made = NULL, *link = NULL;

	made = string_format("%s/" PCI_EP "/functions/pci_epf_test/f1",
			     f->root);
	link = string_format("%s/" PCI_EP "/controllers/sim.0/pci_epf_test:f0",
			     f->root);
	assert_int_equal(access(made, F_OK), changed ? 0 : -1);
	assert_int_equal(access(link, F_OK), changed ? 0 : -1);
	if (!changed)
		return 0;
	assert_int_equal(rmdir(made), 0);
	return unlink(link);
}

static int run_plan(struct fixture *f)
{
	struct epf_plan *plan = NULL;
	int err;

	err = epf_plan_new(f->ctx, &plan);
	if (!err)
		err = epf_plan_create(plan, "pci_epf_test", "f1");
	if (!err)
		err = epf_plan_set(plan, "pci_epf_test", "f0", "bar0_size",
				   "262144");
	if (!err)
		err = epf_plan_link(plan, "pci_epf_test", "f0", "sim.0",
				    EPF_INTERFACE_PRIMARY);
	if (!err)
		err = epf_plan_execute(plan);
	/* The undoing needs no memory that it could lack: one failed. */
	assert_false(plan && epf_plan_is_incomplete(plan));
	epf_plan_free(plan);
	return err;
}

static int run_and_check(struct fixture *f)
{
	unsigned int before;
	int err;

	err = run_plan(f);
	before = allocations;
	fail_at = 0;
	check_tree(f, !err);
	allocations = before;
	return err;
}

static void plans(void **state)
{
	struct fixture *f = *state;

	make_tree(f);
	make_function(f);
	make_ctx(f, f->root, 0);
	assert_in_range(try_all(f, run_and_check), 20, 1000);
}

/* A file with every key, on a system that has the first function. */
static const char binding[] =
	"version: 1\n"
	"controllers:\n"
	"- name: sim.0\n"
	"  functions:\n"
	"  - { reg: 0, function-name: pci_epf_test, name: f0 }\n"
	"  - reg: 1\n"
	"    function-name: pci_epf_test\n"
	"    vendor-id: 0x104c\n"
	"    class-code: 0xff0000\n"
	"    interrupts: { pin: A, msi: 1 }\n"
	"    bar-regions: [ { bar: 0, size: 4 KiB } ]\n"
	"    attributes: { any: thing }\n"
	"    virtual-functions:\n"
	"    - { reg: 1, function-name: pci_epf_test }\n";

static int read_binding(struct fixture *f)
{
	struct epf_config *config = NULL;
	struct epf_topology *topology = NULL;
	struct epf_plan *plan = NULL;
	int err;

	err = epf_config_parse(f->ctx, "test.yaml", binding,
			       sizeof(binding) - 1, &config);
	if (!err)
		err = epf_topology_new(f->ctx, &topology);
	if (!err)
		err = epf_plan_new(f->ctx, &plan);
	if (!err)
		err = epf_plan_configure(plan, config, topology);
	if (err && plan)
		assert_int_equal(epf_plan_get_num_steps(plan), 0);
	epf_plan_free(plan);
	epf_topology_free(topology);
	epf_config_free(config);
	return err;
}

static void bindings(void **state)
{
	struct fixture *f = *state;

	make_tree(f);
	make_function(f);
	make_ctx(f, f->root, 0);
	assert_in_range(try_all(f, read_binding), 100, 1000);
}

static void put_function(void *fdt, const char *node, uint32_t number)
{
	fdt_begin_node(fdt, node);
	fdt_property_u32(fdt, "reg", number);
	fdt_property_string(fdt, "function-name", "pci_epf_vntb");
}

/* A devicetree with all that can be said of a function. */
static void make_blob(void *fdt, int size)
{
	const fdt32_t bar[] = { cpu_to_fdt32(2), 0, cpu_to_fdt32(4096) };
	const fdt32_t secondary[] = { cpu_to_fdt32(1), 0 };

	fdt_create(fdt, size);
	fdt_finish_reservemap(fdt);
	fdt_begin_node(fdt, "");
	fdt_begin_node(fdt, "soc");
	fdt_begin_node(fdt, "one");
	fdt_property_u32(fdt, "epf-wait-link", 1);
	put_function(fdt, "function@0", 0);
	fdt_property_string(fdt, "label", "f0");
	fdt_property_u32(fdt, "vendor-id", 0x104c);
	fdt_property_u32(fdt, "class-code", 0xff0000);
	fdt_property(fdt, "bar-regions", bar, sizeof(bar));
	fdt_property(fdt, "secondary", secondary, sizeof(secondary));
	fdt_begin_node(fdt, "interrupts");
	fdt_property_string(fdt, "pin", "A");
	fdt_property_u32(fdt, "msi", 1);
	fdt_end_node(fdt);
	fdt_begin_node(fdt, "attributes");
	fdt_property_string(fdt, "any", "thing");
	fdt_begin_node(fdt, "below");
	fdt_property_string(fdt, "other", "thing");
	fdt_end_node(fdt);
	fdt_end_node(fdt);
	put_function(fdt, "function@1", 1);
	fdt_end_node(fdt);
	fdt_end_node(fdt);
	fdt_end_node(fdt);
	fdt_begin_node(fdt, "other");
	fdt_property_u32(fdt, "phandle", 1);
	fdt_end_node(fdt);
	fdt_end_node(fdt);
	fdt_end_node(fdt);
	assert_int_equal(fdt_finish(fdt), 0);
}

static int read_blob(struct fixture *f)
{
	struct epf_config *config = NULL;
	char fdt[2048];
	int err;

	make_blob(fdt, sizeof(fdt));
	error_clear(&f->ctx->error);
	err = epf_config_parse(f->ctx, "test.dtb", fdt, fdt_totalsize(fdt),
			       &config);
	if (err) {
		assert_null(config);
		assert_int_equal(epf_error_get_errno(epf_ctx_get_error(f->ctx)),
				 ENOMEM);
	}
	epf_config_free(config);
	return err;
}

static void devicetrees(void **state)
{
	struct fixture *f = *state;

	make_ctx(f, f->root, 0);
	assert_in_range(try_all(f, read_blob), 40, 1000);
}

/* One that is refused says why, or that there is no memory to say so. */
static int read_bad_blob(struct fixture *f)
{
	struct epf_config *config = NULL;
	char fdt[512];
	int err;

	fdt_create(fdt, sizeof(fdt));
	fdt_finish_reservemap(fdt);
	fdt_begin_node(fdt, "");
	fdt_begin_node(fdt, "one");
	put_function(fdt, "function@0", 64);
	fdt_end_node(fdt);
	fdt_end_node(fdt);
	fdt_end_node(fdt);
	assert_int_equal(fdt_finish(fdt), 0);
	error_clear(&f->ctx->error);
	err = epf_config_parse(f->ctx, "bad.dtb", fdt, fdt_totalsize(fdt),
			       &config);
	assert_int_not_equal(err, 0);
	assert_int_equal(epf_error_get_errno(epf_ctx_get_error(f->ctx)), -err);
	return err == -EILSEQ ? 0 : err;
}

static void refusals(void **state)
{
	struct fixture *f = *state;

	make_ctx(f, f->root, 0);
	assert_in_range(try_all(f, read_bad_blob), 5, 100);
}

/* There is no such module. */
static int load(struct fixture *f)
{
	struct epf_plan *plan = NULL;
	int err;

	err = epf_plan_new(f->ctx, &plan);
	if (!err)
		err = epf_plan_create(plan, "pci_epf_vntb", "f0");
	if (!err)
		err = epf_plan_execute(plan);
	epf_plan_free(plan);
	assert_int_not_equal(err, 0);
	return err == -ESRCH ? 0 : err;
}

static void modules(void **state)
{
	struct fixture *f = *state;

	make_tree(f);
	make_ctx(f, f->root, EPF_CTX_LOAD_MODULES);
	assert_in_range(try_all(f, load), 8, 100);
}

/* The system as a file, of each kind. */
static int export(struct fixture *f)
{
	static const char *const names[] = { "pci_epf_test/f0" };
	_cleanup_free_ char *yaml = NULL, *dts = NULL;
	struct epf_topology *topology = NULL;
	struct epf_config *config = NULL;
	int err;

	err = epf_topology_new(f->ctx, &topology);
	if (!err)
		err = epf_config_capture(f->ctx, topology, names, 1, &config);
	if (!err)
		err = epf_config_print(config, &yaml);
	if (!err)
		err = epf_config_print_dts(config, &dts);
	epf_config_free(config);
	epf_topology_free(topology);
	if (err)
		return err;
	assert_null(strstr(yaml, "start: false\n"));
	assert_non_null(strstr(yaml, "{ bar: 0, size: 131072 }\n"));
	assert_non_null(strstr(dts, "bar-regions = <0 0x0 0x20000>;\n"));
	return 0;
}

static void make_linked(struct fixture *f)
{
	_cleanup_free_ char *link = NULL;

	make_tree(f);
	make_function(f);
	make_file(f, PCI_EP "/controllers/sim.0/start", "1\n");
	make_directory(f, "sys/kernel/config/pci_epc_sim/sim.0");
	make_file(f, "sys/kernel/config/pci_epc_sim/sim.0/link_up", "1\n");
	make_file(f, "sys/kernel/config/pci_epc_sim/sim.0/dma", "none\n");
	link = string_format("%s/" PCI_EP "/controllers/sim.0/any", f->root);
	assert_int_equal(symlink("../../functions/pci_epf_test/f0", link), 0);
	make_ctx(f, f->root, 0);
}

static void exports(void **state)
{
	struct fixture *f = *state;

	make_linked(f);
	assert_in_range(try_all(f, export), 50, 1000);
}

/* What a controller says of itself: all of it, or why not, and then all of it. */
static int read_limits(struct fixture *f)
{
	const struct epf_controller *controller;
	struct epf_topology *topology;
	int err;

	err = epf_topology_new(f->ctx, &topology);
	if (err)
		return err;
	controller = epf_topology_get_controller(topology, 0);
	error_clear(&f->ctx->error);
	err = epf_controller_read_attributes(controller);
	if (err)
		assert_int_equal(epf_error_get_errno(epf_ctx_get_error(f->ctx)),
				 ENOMEM);
	assert_int_equal(epf_controller_get_num_attributes(controller), 2);
	assert_string_equal(epf_controller_get_attribute(controller, "dma"),
			    "none");
	epf_topology_free(topology);
	return err;
}

static void limits(void **state)
{
	struct fixture *f = *state;

	make_linked(f);
	assert_in_range(try_all(f, read_limits), 30, 1000);
}

/* What a file would change, and what of it cannot be. */
static int compare(struct fixture *f)
{
	struct epf_topology *topology = NULL;
	struct epf_findings *findings = NULL;
	struct epf_config *config = NULL;
	struct epf_diff *diff = NULL;
	int err;

	err = epf_config_parse(f->ctx, "test.yaml", binding,
			       sizeof(binding) - 1, &config);
	if (!err)
		err = epf_topology_new(f->ctx, &topology);
	if (!err)
		err = epf_diff_new(config, topology, EPF_DIFF_EXACT, &diff);
	if (!err) {
		assert_int_equal(epf_diff_get_num_differences(diff), 2);
		err = epf_findings_new(config, topology, &findings);
	}
	if (!err)
		assert_int_equal(epf_findings_get_num(findings), 7);
	epf_findings_free(findings);
	epf_diff_free(diff);
	epf_topology_free(topology);
	epf_config_free(config);
	return err;
}

static void comparisons(void **state)
{
	struct fixture *f = *state;

	make_linked(f);
	assert_in_range(try_all(f, compare), 50, 1000);
}

/* Nothing but what the file says: all that there is goes, too. */
static int replace(struct fixture *f)
{
	static const char empty[] = "version: 1\ncontrollers: []\n";
	struct epf_topology *topology = NULL;
	struct epf_config *config = NULL;
	struct epf_plan *plan = NULL;
	int err;

	err = epf_config_parse(f->ctx, "test.yaml", empty, sizeof(empty) - 1,
			       &config);
	if (!err)
		err = epf_topology_new(f->ctx, &topology);
	if (!err)
		err = epf_plan_new(f->ctx, &plan);
	if (!err)
		err = epf_plan_replace(plan, config, topology);
	if (plan)
		assert_int_equal(epf_plan_get_num_steps(plan), err ? 0 : 3);
	epf_plan_free(plan);
	epf_topology_free(topology);
	epf_config_free(config);
	return err;
}

static void replacements(void **state)
{
	struct fixture *f = *state;

	make_linked(f);
	assert_in_range(try_all(f, replace), 30, 1000);
}

static int wait_for_link(struct fixture *f)
{
	static const char text[] =
		"version: 1\ncontrollers: [ { name: sim.0, wait-link: 1 } ]\n";
	struct epf_config *config;
	int err;

	err = epf_config_parse(f->ctx, "test.yaml", text, sizeof(text) - 1,
			       &config);
	if (err)
		return err;
	err = epf_config_wait_link(config, 0);
	epf_config_free(config);
	return err;
}

static void waits(void **state)
{
	struct fixture *f = *state;

	make_linked(f);
	assert_in_range(try_all(f, wait_for_link), 20, 1000);
}

static int watch(struct fixture *f)
{
	struct epf_monitor *monitor;
	int err;

	err = epf_monitor_new(f->ctx, &monitor);
	if (!err)
		epf_monitor_free(monitor);
	return err;
}

static void monitors(void **state)
{
	struct fixture *f = *state;

	make_linked(f);
	assert_in_range(try_all(f, watch), 20, 1000);
}

/* A function comes, is seen, and goes. */
static int look(struct fixture *f)
{
	struct epf_monitor *monitor = NULL;
	const struct epf_event *event;
	char path[128];
	int err;

	snprintf(path, sizeof(path),
		 "%s/" PCI_EP "/functions/pci_epf_test/f1", f->root);
	error_clear(&f->ctx->error);
	err = epf_monitor_new(f->ctx, &monitor);
	assert_int_equal(mkdir(path, 0755), 0);
	if (!err)
		err = epf_monitor_read(monitor, &event);
	assert_int_equal(rmdir(path), 0);
	if (err)
		assert_int_equal(epf_error_get_errno(epf_ctx_get_error(f->ctx)),
				 ENOMEM);
	else
		assert_string_equal(epf_event_get_object(event),
				    "pci_epf_test/f1");
	epf_monitor_free(monitor);
	return err;
}

static void events(void **state)
{
	struct fixture *f = *state;

	make_linked(f);
	assert_in_range(try_all(f, look), 40, 1000);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(contexts),
		TEST(snapshots),
		TEST(plans),
		TEST(bindings),
		TEST(devicetrees),
		TEST(refusals),
		TEST(modules),
		TEST(exports),
		TEST(limits),
		TEST(comparisons),
		TEST(replacements),
		TEST(waits),
		TEST(monitors),
		TEST(events),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
