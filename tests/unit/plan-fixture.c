// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include <stdlib.h>

#include "plan-fixture.h"

int set_up(void **state)
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

int tear_down(void **state)
{
	struct fixture *f = *state;

	epf_plan_free(f->plan);
	epf_ctx_free(f->ctx);
	assert_int_equal(model_warnings(f->model), 0);
	model_free(f->model);
	return 0;
}

int run(struct fixture *f)
{
	int err;

	err = epf_plan_execute(f->plan);
	assert_false(epf_plan_is_incomplete(f->plan));
	epf_plan_free(f->plan);
	assert_int_equal(epf_plan_new(f->ctx, &f->plan), 0);
	return err;
}

void add(int err)
{
	assert_int_equal(err, 0);
}

void create(struct fixture *f, const char *driver, const char *name)
{
	add(epf_plan_create(f->plan, driver, name));
	assert_int_equal(run(f), 0);
}

void link_primary(struct fixture *f, const char *name, const char *controller)
{
	add(epf_plan_link(f->plan, "pci_epf_test", name, controller,
			  EPF_INTERFACE_PRIMARY));
	assert_int_equal(run(f), 0);
}

void start(struct fixture *f, const char *controller)
{
	add(epf_plan_start(f->plan, controller));
	assert_int_equal(run(f), 0);
}

bool has(struct fixture *f, const char *line)
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

void check_record(struct fixture *f, int err, const char *operation,
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

void check_text(struct fixture *f, const char *message, const char *hint)
{
	const struct epf_error *error = epf_ctx_get_error(f->ctx);

	assert_string_equal(epf_error_get_message(error), message);
	if (hint)
		assert_string_equal(epf_error_get_hint(error), hint);
	else
		assert_null(epf_error_get_hint(error));
}
