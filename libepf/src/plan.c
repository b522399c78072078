// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "attr.h"
#include "binding-keys.h"
#include "plan.h"

EPF_EXPORT int epf_plan_new(struct epf_ctx *ctx, struct epf_plan **plan)
{
	struct epf_plan *new;

	new = calloc(1, sizeof(*new));
	if (!new)
		return error_set_nomem(ctx);
	new->ctx = ctx;
	*plan = new;
	return 0;
}

static void free_step(struct epf_step *step)
{
	free(step->path);
	free(step->value);
	free(step->directory);
	free(step->file);
	free(step->old);
	attribute_list_clear(&step->attributes);
	free(step);
}

void plan_truncate(struct epf_plan *plan, size_t count)
{
	while (plan->num_steps > count)
		free_step(plan->steps[--plan->num_steps]);
}

EPF_EXPORT void epf_plan_free(struct epf_plan *plan)
{
	if (!plan)
		return;
	plan_truncate(plan, 0);
	free(plan->steps);
	free(plan);
}

/* Add the step "directory/name"; directory and value may be NULL. */
static int add_step(struct epf_plan *plan, enum epf_operation operation,
		    const char *directory, const char *name, const char *value)
{
	struct epf_step **steps, *step;

	steps = reallocarray(plan->steps, plan->num_steps + 1, sizeof(*steps));
	if (!steps)
		return error_set_nomem(plan->ctx);
	plan->steps = steps;
	step = calloc(1, sizeof(*step));
	if (!step)
		return error_set_nomem(plan->ctx);
	step->operation = operation;
	step->state = EPF_STEP_PENDING;
	step->path = directory ? string_format("%s/%s", directory, name) :
				 strdup(name);
	step->directory = directory ? strdup(directory) : NULL;
	step->value = value ? strdup(value) : NULL;
	if (!step->path || (directory && !step->directory) ||
	    (value && !step->value)) {
		free_step(step);
		return error_set_nomem(plan->ctx);
	}
	steps[plan->num_steps++] = step;
	return 0;
}

static int check_name(struct epf_plan *plan, const char *name)
{
	if (*name && strlen(name) <= NAME_MAX && !strchr(name, '/') &&
	    strcmp(name, ".") && strcmp(name, ".."))
		return 0;
	return error_set(plan->ctx, -EINVAL, &(struct epf_error){
		.operation = "check",
		.value = name,
		.message = "not a name: a name is 1 to 255 bytes, without /",
	});
}

static int check_names(struct epf_plan *plan, const char *first,
		       const char *second)
{
	int err;

	err = check_name(plan, first);
	return err ? err : check_name(plan, second);
}

static bool is_loaded_by(const struct epf_plan *plan, const char *module)
{
	size_t i;

	for (i = 0; i < plan->num_steps; i++) {
		if (plan->steps[i]->operation == EPF_OPERATION_LOAD_MODULE &&
		    !strcmp(plan->steps[i]->path, module))
			return true;
	}
	return false;
}

/* Load the driver's module if that is wanted and not done yet. */
static int add_load(struct epf_plan *plan, const char *driver)
{
	_cleanup_free_ char *directory = NULL;

	if (!(plan->ctx->flags & EPF_CTX_LOAD_MODULES))
		return 0;
	directory = string_format("functions/%s", driver);
	if (!directory)
		return error_set_nomem(plan->ctx);
	if (cfs_stat(&plan->ctx->cfs, directory) == CFS_DIRECTORY ||
	    is_loaded_by(plan, driver))
		return 0;
	return add_step(plan, EPF_OPERATION_LOAD_MODULE, NULL, driver, NULL);
}

EPF_EXPORT int epf_plan_load(struct epf_plan *plan, const char *module)
{
	int err;

	err = check_name(plan, module);
	if (err)
		return err;
	if (!(plan->ctx->flags & EPF_CTX_LOAD_MODULES) ||
	    tree_is_loaded(&plan->ctx->cfs, module) ||
	    is_loaded_by(plan, module))
		return 0;
	err = add_step(plan, EPF_OPERATION_LOAD_MODULE, NULL, module, NULL);
	if (!err)
		plan->steps[plan->num_steps - 1]->any_module = true;
	return err;
}

EPF_EXPORT int epf_plan_create(struct epf_plan *plan, const char *driver,
			       const char *name)
{
	_cleanup_free_ char *directory = NULL;
	size_t count = plan->num_steps;
	int err;

	err = check_names(plan, driver, name);
	if (err)
		return err;
	directory = string_format("functions/%s", driver);
	if (!directory)
		return error_set_nomem(plan->ctx);
	err = add_load(plan, driver);
	if (!err)
		err = add_step(plan, EPF_OPERATION_CREATE, directory, name,
			       NULL);
	if (err)
		plan_truncate(plan, count);
	return err;
}

EPF_EXPORT int epf_plan_delete(struct epf_plan *plan, const char *driver,
			       const char *name)
{
	_cleanup_free_ char *directory = NULL;
	int err;

	err = check_names(plan, driver, name);
	if (err)
		return err;
	directory = string_format("functions/%s", driver);
	if (!directory)
		return error_set_nomem(plan->ctx);
	return add_step(plan, EPF_OPERATION_DELETE, directory, name, NULL);
}

static int add_window(struct epf_plan *plan, enum epf_operation operation,
		      const char *driver, const char *name, const char *window)
{
	_cleanup_free_ char *function = NULL, *path = NULL;
	int err;

	err = check_names(plan, driver, name);
	if (!err)
		err = check_name(plan, window);
	if (err)
		return err;
	function = string_format("functions/%s/%s", driver, name);
	path = string_format(BINDING_WINDOWS "%s", window);
	if (!function || !path)
		return error_set_nomem(plan->ctx);
	return add_step(plan, operation, function, path, NULL);
}

EPF_EXPORT int epf_plan_add_window(struct epf_plan *plan, const char *driver,
				   const char *name, const char *window)
{
	return add_window(plan, EPF_OPERATION_CREATE, driver, name, window);
}

EPF_EXPORT int epf_plan_remove_window(struct epf_plan *plan, const char *driver,
				      const char *name, const char *window)
{
	return add_window(plan, EPF_OPERATION_DELETE, driver, name, window);
}

static int bad_value(struct epf_plan *plan, const char *attribute,
		     const char *value, const char *message)
{
	return error_set(plan->ctx, -EINVAL, &(struct epf_error){
		.operation = "check",
		.path = attribute,
		.value = value,
		.message = message,
	});
}

static int check_value(struct epf_plan *plan, const char *attribute,
		       const char *value)
{
	const struct attr_field *field = attr_find_field(attribute);
	_cleanup_free_ char *message = NULL;
	uint64_t number;
	int err;

	if (!field) {
		if (strchr(value, '\n') || strlen(value) >= CFS_WRITE_MAX)
			return bad_value(plan, attribute, value,
					 "not one line of at most 4094 bytes");
		return 0;
	}
	err = attr_parse(value, &number);
	if (err == -EINVAL)
		return bad_value(plan, attribute, value, "not a number");
	if (!err && number <= field->max)
		return 0;
	message = string_format("out of range 0..%u", field->max);
	return bad_value(plan, attribute, value, message);
}

/* A name, or a path below the driver's directory. */
static int check_attribute(struct epf_plan *plan, const char *attribute)
{
	const char *end;
	int err = 0;

	for (; !err; attribute = end + 1) {
		_cleanup_free_ char *name = NULL;

		end = strchrnul(attribute, '/');
		name = strndup(attribute, end - attribute);
		if (!name)
			return error_set_nomem(plan->ctx);
		err = check_name(plan, name);
		if (!*end)
			break;
	}
	return err;
}

EPF_EXPORT int epf_plan_set(struct epf_plan *plan, const char *driver,
			    const char *name, const char *attribute,
			    const char *value)
{
	_cleanup_free_ char *function = NULL;
	int err;

	err = check_names(plan, driver, name);
	if (!err)
		err = check_attribute(plan, attribute);
	if (!err)
		err = check_value(plan, attribute, value);
	if (err)
		return err;
	function = string_format("functions/%s/%s", driver, name);
	if (!function)
		return error_set_nomem(plan->ctx);
	return add_step(plan, EPF_OPERATION_SET, function, attribute, value);
}

/* A primary link goes into the controller: unlinking one in the function's
 * primary/ corrupts memory before 6.12.75. Names there are free; a driver has
 * no colon in its name, so that these are unique and taken by nothing else. */
static int add_primary(struct epf_plan *plan, enum epf_operation operation,
		       const char *directory, const char *driver,
		       const char *name)
{
	_cleanup_free_ char *link = NULL, *target = NULL;

	link = string_format("%s:%s", driver, name);
	target = string_format("functions/%s/%s", driver, name);
	if (!link || !target)
		return error_set_nomem(plan->ctx);
	return add_step(plan, operation, directory, link, target);
}

static int add_secondary(struct epf_plan *plan, enum epf_operation operation,
			 const char *driver, const char *name,
			 const char *controller)
{
	_cleanup_free_ char *directory = NULL, *target = NULL;

	directory = string_format("functions/%s/%s/secondary", driver, name);
	target = string_format("controllers/%s", controller);
	if (!directory || !target)
		return error_set_nomem(plan->ctx);
	return add_step(plan, operation, directory, controller, target);
}

static int add_link(struct epf_plan *plan, enum epf_operation operation,
		    const char *driver, const char *name,
		    const char *controller, enum epf_interface interface)
{
	_cleanup_free_ char *directory = NULL;
	int err;

	err = check_names(plan, driver, name);
	if (!err)
		err = check_name(plan, controller);
	if (err)
		return err;
	switch (interface) {
	case EPF_INTERFACE_PRIMARY:
		directory = string_format("controllers/%s", controller);
		if (!directory)
			return error_set_nomem(plan->ctx);
		return add_primary(plan, operation, directory, driver, name);
	case EPF_INTERFACE_SECONDARY:
		return add_secondary(plan, operation, driver, name, controller);
	}
	return error_set(plan->ctx, -EINVAL, &(struct epf_error){
		.operation = "check",
		.path = name,
		.message = "no such interface",
	});
}

EPF_EXPORT int epf_plan_link(struct epf_plan *plan, const char *driver,
			     const char *name, const char *controller,
			     enum epf_interface interface)
{
	return add_link(plan, EPF_OPERATION_LINK, driver, name, controller,
			interface);
}

EPF_EXPORT int epf_plan_unlink(struct epf_plan *plan, const char *driver,
			       const char *name, const char *controller,
			       enum epf_interface interface)
{
	return add_link(plan, EPF_OPERATION_UNLINK, driver, name, controller,
			interface);
}

static int add_vf(struct epf_plan *plan, enum epf_operation operation,
		  const char *pf_driver, const char *pf, const char *vf_driver,
		  const char *vf)
{
	_cleanup_free_ char *directory = NULL;
	int err;

	err = check_names(plan, pf_driver, pf);
	if (!err)
		err = check_names(plan, vf_driver, vf);
	if (err)
		return err;
	directory = string_format("functions/%s/%s", pf_driver, pf);
	if (!directory)
		return error_set_nomem(plan->ctx);
	return add_primary(plan, operation, directory, vf_driver, vf);
}

EPF_EXPORT int epf_plan_add_vf(struct epf_plan *plan, const char *pf_driver,
			       const char *pf, const char *vf_driver,
			       const char *vf)
{
	return add_vf(plan, EPF_OPERATION_LINK, pf_driver, pf, vf_driver, vf);
}

EPF_EXPORT int epf_plan_remove_vf(struct epf_plan *plan, const char *pf_driver,
				  const char *pf, const char *vf_driver,
				  const char *vf)
{
	return add_vf(plan, EPF_OPERATION_UNLINK, pf_driver, pf, vf_driver, vf);
}

static int add_start(struct epf_plan *plan, enum epf_operation operation,
		     const char *controller, const char *value)
{
	_cleanup_free_ char *directory = NULL;
	int err;

	err = check_name(plan, controller);
	if (err)
		return err;
	directory = string_format("controllers/%s", controller);
	if (!directory)
		return error_set_nomem(plan->ctx);
	return add_step(plan, operation, directory, "start", value);
}

EPF_EXPORT int epf_plan_start(struct epf_plan *plan, const char *controller)
{
	return add_start(plan, EPF_OPERATION_START, controller, "1");
}

EPF_EXPORT int epf_plan_stop(struct epf_plan *plan, const char *controller)
{
	return add_start(plan, EPF_OPERATION_STOP, controller, "0");
}

EPF_EXPORT size_t epf_plan_get_num_steps(const struct epf_plan *plan)
{
	return plan->num_steps;
}

EPF_EXPORT const struct epf_step *epf_plan_get_step(const struct epf_plan *plan,
						    size_t index)
{
	return plan->steps[index];
}

EPF_EXPORT enum epf_operation
epf_step_get_operation(const struct epf_step *step)
{
	return step->operation;
}

EPF_EXPORT const char *epf_step_get_operation_name(const struct epf_step *step)
{
	static const char *const names[] = {
		[EPF_OPERATION_LOAD_MODULE] = "load",
		[EPF_OPERATION_CREATE] = "create",
		[EPF_OPERATION_DELETE] = "delete",
		[EPF_OPERATION_SET] = "set",
		[EPF_OPERATION_LINK] = "link",
		[EPF_OPERATION_UNLINK] = "unlink",
		[EPF_OPERATION_START] = "start",
		[EPF_OPERATION_STOP] = "stop",
	};

	return names[step->operation];
}

EPF_EXPORT const char *epf_step_get_path(const struct epf_step *step)
{
	return step->path;
}

EPF_EXPORT const char *epf_step_get_value(const struct epf_step *step)
{
	return step->value;
}

EPF_EXPORT enum epf_step_state epf_step_get_state(const struct epf_step *step)
{
	return step->state;
}
