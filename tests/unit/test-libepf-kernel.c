// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

/* The operations on a real file system: a directory with the look of a
 * machine. What configfs itself does is for the lab. */

#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "files-fixture.h"

/* libkmod may be missing, another, or fail; the linker brings the calls here
 * (--wrap). */
static enum { KMOD_THERE, KMOD_MISSING, KMOD_OTHER, KMOD_FAILS } kmod;

void *__real_dlopen(const char *file, int mode);
void *__wrap_dlopen(const char *file, int mode);
void *__wrap_dlopen(const char *file, int mode)
{
	assert_string_equal(file, "libkmod.so.2");
	return kmod == KMOD_MISSING ? NULL : __real_dlopen(file, mode);
}

static void *new_nothing(void)
{
	return NULL;
}

void *__real_dlsym(void *library, const char *name);
void *__wrap_dlsym(void *library, const char *name);
void *__wrap_dlsym(void *library, const char *name)
{
	if (kmod == KMOD_OTHER &&
	    strcmp(name, "kmod_module_probe_insert_module") == 0)
		return NULL;
	if (kmod == KMOD_FAILS && strcmp(name, "kmod_new") == 0)
		return (void *)new_nothing;
	return __real_dlsym(library, name);
}

static void check_file(struct fixture *f, const char *path, const char *text)
{
	_cleanup_free_ char *full = string_format("%s/%s", f->root, path);
	char buffer[256] = "";
	FILE *file = fopen(full, "r");

	assert_non_null(file);
	assert_true(fread(buffer, 1, sizeof(buffer) - 1, file) > 0);
	fclose(file);
	assert_string_equal(buffer, text);
}

static void check_hint(struct fixture *f, const char *hint)
{
	_cleanup_free_ char *path = string_format("%s/" PCI_EP, f->root);
	const struct epf_error *error = epf_ctx_get_error(f->ctx);

	assert_int_equal(epf_plan_start(f->plan, "sim.0"), 0);
	assert_int_equal(epf_plan_execute(f->plan), -ENODEV);
	error = epf_ctx_get_error(f->ctx);
	assert_string_equal(epf_error_get_path(error), path);
	assert_string_equal(epf_error_get_hint(error), hint);
}

static void a_kernel_without_configfs_is_told_so(void **state)
{
	struct fixture *f = *state;

	make_ctx(f, f->root, 0);
	check_hint(f, "this needs a kernel with CONFIG_PCI_ENDPOINT_CONFIGFS");
}

static void a_configfs_that_is_not_mounted_is_told_so(void **state)
{
	struct fixture *f = *state;

	make_directory(f, "sys/kernel/config");
	make_ctx(f, f->root, 0);
	check_hint(f, "mount -t configfs none /sys/kernel/config");
}

static void a_context_may_be_older_than_the_tree(void **state)
{
	struct epf_topology *topology;
	struct fixture *f = *state;

	make_ctx(f, f->root, 0);
	assert_int_equal(epf_topology_new(f->ctx, &topology), 0);
	assert_int_equal(epf_topology_get_num_controllers(topology), 0);
	epf_topology_free(topology);

	make_tree(f);
	assert_int_equal(epf_topology_new(f->ctx, &topology), 0);
	assert_int_equal(epf_topology_get_num_controllers(topology), 1);
	epf_topology_free(topology);
}

static void reads_what_configfs_shows(void **state)
{
	_cleanup_free_ char *link = NULL;
	const struct epf_function *function;
	struct epf_topology *topology;
	struct fixture *f = *state;

	make_tree(f);
	make_function(f);
	make_file(f, PCI_EP "/controllers/sim.0/start", "1\n");
	link = string_format("%s/" PCI_EP "/controllers/sim.0/any", f->root);
	assert_int_equal(symlink("../../../pci_ep/functions/pci_epf_test/f0",
				 link), 0);
	make_ctx(f, f->root, 0);
	assert_int_equal(epf_topology_new(f->ctx, &topology), 0);
	assert_int_equal(epf_topology_find_function(topology, "f0", &function),
			 0);
	assert_string_equal(epf_function_get_attribute(function, "vendorid"),
			    "0xffff");
	assert_string_equal(epf_function_get_attribute(function, "bar0_size"),
			    "131072");
	assert_int_equal(epf_function_get_num_links(function), 1);
	assert_true(epf_controller_is_started(epf_link_get_controller(
		epf_function_get_link(function, 0))));
	epf_topology_free(topology);
}

static void writes_a_value_and_a_newline(void **state)
{
	struct fixture *f = *state;

	make_tree(f);
	make_function(f);
	make_ctx(f, f->root, 0);
	assert_int_equal(epf_plan_set(f->plan, "pci_epf_test", "f0",
				      "vendorid", "0x104c"), 0);
	assert_int_equal(epf_plan_set(f->plan, "pci_epf_test", "f0",
				      "bar0_size", "262144"), 0);
	assert_int_equal(epf_plan_execute(f->plan), 0);
	check_file(f, F0 "/vendorid", "0x104c\n");
	check_file(f, F0 "/pci_epf_test.0/bar0_size", "262144\n");
}

static void links_by_absolute_paths(void **state)
{
	_cleanup_free_ char *link = NULL, *target = NULL;
	struct fixture *f = *state;
	char text[256] = "";

	make_tree(f);
	make_function(f);
	/* Even if the root was named from somewhere else. */
	assert_int_equal(chdir("/tmp"), 0);
	make_ctx(f, f->root + strlen("/tmp/"), 0);
	assert_int_equal(chdir("/"), 0);
	assert_int_equal(epf_plan_link(f->plan, "pci_epf_test", "f0", "sim.0",
				       EPF_INTERFACE_PRIMARY), 0);
	assert_int_equal(epf_plan_execute(f->plan), 0);
	link = string_format("%s/" PCI_EP
			     "/controllers/sim.0/pci_epf_test:f0", f->root);
	target = string_format("%s/" F0, f->root);
	assert_true(readlink(link, text, sizeof(text) - 1) > 0);
	assert_string_equal(text, target);

	/* And takes it away again. */
	epf_plan_free(f->plan);
	assert_int_equal(epf_plan_new(f->ctx, &f->plan), 0);
	assert_int_equal(epf_plan_unlink(f->plan, "pci_epf_test", "f0",
					 "sim.0", EPF_INTERFACE_PRIMARY), 0);
	assert_int_equal(epf_plan_execute(f->plan), 0);
	assert_int_equal(access(link, F_OK), -1);
}

static void makes_and_removes_directories(void **state)
{
	struct fixture *f = *state;
	_cleanup_free_ char *path = string_format("%s/" F0, f->root);

	make_tree(f);
	make_ctx(f, f->root, 0);
	assert_int_equal(epf_plan_create(f->plan, "pci_epf_test", "f0"), 0);
	assert_int_equal(epf_plan_execute(f->plan), 0);
	assert_int_equal(access(path, F_OK), 0);
	epf_plan_free(f->plan);
	assert_int_equal(epf_plan_new(f->ctx, &f->plan), 0);
	assert_int_equal(epf_plan_delete(f->plan, "pci_epf_test", "f0"), 0);
	assert_int_equal(epf_plan_execute(f->plan), 0);
	assert_int_equal(access(path, F_OK), -1);
}

static void a_module_comes_from_the_root(void **state)
{
	struct fixture *f = *state;

	make_tree(f);
	make_ctx(f, f->root, EPF_CTX_LOAD_MODULES);
	assert_int_equal(epf_plan_create(f->plan, "pci_epf_vntb", "f0"), 0);
	assert_int_equal(epf_plan_execute(f->plan), -ESRCH);
	assert_string_equal(epf_error_get_operation(epf_ctx_get_error(f->ctx)),
			    "load");
}

static void check_load_fails(struct fixture *f, int err, const char *message,
			     const char *hint)
{
	_cleanup_free_ char *driver = NULL;
	const struct epf_error *error;

	driver = string_format("%s/" PCI_EP "/functions/pci_epf_vntb", f->root);
	epf_plan_free(f->plan);
	assert_int_equal(epf_plan_new(f->ctx, &f->plan), 0);
	assert_int_equal(epf_plan_create(f->plan, "pci_epf_vntb", "f0"), 0);
	assert_int_equal(epf_plan_execute(f->plan), err);
	error = epf_ctx_get_error(f->ctx);
	assert_int_equal(epf_error_get_errno(error), -err);
	assert_string_equal(epf_error_get_operation(error), "load");
	assert_string_equal(epf_error_get_path(error), "pci_epf_vntb");
	assert_string_equal(epf_error_get_message(error), message);
	if (hint)
		assert_string_equal(epf_error_get_hint(error), hint);
	else
		assert_null(epf_error_get_hint(error));
	assert_false(epf_plan_is_incomplete(f->plan));
	assert_int_equal(access(driver, F_OK), -1);
}

static void without_libkmod_no_module_is_loaded(void **state)
{
	const char *message = "libkmod.so.2 cannot be used";
	const char *hint =
		"install kmod's library, or load the module by hand";
	struct fixture *f = *state;

	make_tree(f);
	make_ctx(f, f->root, EPF_CTX_LOAD_MODULES);
	kmod = KMOD_MISSING;
	check_load_fails(f, -ELIBACC, message, hint);
	kmod = KMOD_OTHER;
	check_load_fails(f, -ELIBBAD, message, hint);
	kmod = KMOD_FAILS;
	check_load_fails(f, -ENOMEM, strerror(ENOMEM), NULL);
	/* It is looked for each time. */
	kmod = KMOD_THERE;
	check_load_fails(f, -ESRCH, "no module for this driver",
			 "install the module, or load it by hand");
}

static void leaves_no_file_to_children(void **state)
{
	struct epf_topology *topology;
	struct fixture *f = *state;
	bool was_open[64];
	int fd, opened = 0;

	for (fd = 0; fd < 64; fd++)
		was_open[fd] = fcntl(fd, F_GETFD) >= 0;
	make_tree(f);
	make_function(f);
	make_ctx(f, f->root, 0);
	assert_int_equal(epf_topology_new(f->ctx, &topology), 0);
	epf_topology_free(topology);
	for (fd = 0; fd < 64; fd++) {
		if (was_open[fd] || fcntl(fd, F_GETFD) < 0)
			continue;
		assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
		opened++;
	}
	assert_int_equal(opened, 1); /* pci_ep */
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_kernel_without_configfs_is_told_so),
		TEST(a_configfs_that_is_not_mounted_is_told_so),
		TEST(a_context_may_be_older_than_the_tree),
		TEST(reads_what_configfs_shows),
		TEST(writes_a_value_and_a_newline),
		TEST(links_by_absolute_paths),
		TEST(makes_and_removes_directories),
		TEST(a_module_comes_from_the_root),
		TEST(without_libkmod_no_module_is_loaded),
		TEST(leaves_no_file_to_children),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
