// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attr.h"
#include "binding-keys.h"
#include "config.h"
#include "internal.h"
#include "configure.h"
#include "plan.h"
#include "resolve.h"

/* From a configuration and the system as it is to the steps between them.
 *
 * A function is created, written, given its virtual functions and linked
 * before the next one is touched: drivers whose functions share one header
 * (pci_epf_test does) would otherwise bind all of them with the last one's
 * identity. The kernel gives a function the lowest free number when it is
 * linked and tells nobody which, so links are made in the order of the numbers,
 * and only where what is linked already cannot have taken one of them. */

struct work {
	struct epf_plan *plan;
	const struct epf_config *config;
	const struct epf_topology *topology;
	const struct epf_controller **controllers; /* of config, by index */
	size_t num_owed; /* steps that know where they come from */
};

/* After steps were added (ret of that): note the place that asked for them. */
static int owe(struct work *work, struct config_mark mark, int ret)
{
	struct epf_step *step;

	while (!ret && work->num_owed < work->plan->num_steps) {
		step = work->plan->steps[work->num_owed++];
		step->file = config_place(work->config, mark);
		step->line = mark.line;
		step->column = mark.line ? mark.column : 0;
		if (!step->file)
			ret = -ENOMEM;
	}
	return ret;
}

static const struct epf_function *
find_function(const struct work *work, const struct config_function *wanted)
{
	return resolve_function(work->topology, wanted);
}

/* The link that binds a function, for a virtual one that of its physical one;
 * NULL while it is free. */
static const struct epf_link *find_binding(const struct epf_function *function)
{
	const struct epf_function *pf = epf_function_get_pf(function);

	if (pf)
		function = pf;
	if (epf_function_get_num_links(function) == 0)
		return NULL;
	return epf_function_get_link(function, 0);
}

/* -EBUSY for a change that the kernel would not pass on to a bound function. */
static int fail_bound(const struct work *work, struct config_mark mark,
		      const struct epf_link *link, const char *what)
{
	const char *function =
		epf_function_get_name(epf_link_get_function(link));
	const char *controller =
		epf_controller_get_name(epf_link_get_controller(link));

	return config_fail(work->config, -EBUSY, mark, function, NULL,
			   "unlink it first",
			   "%s, and the function is linked to %s", what,
			   controller);
}

bool configure_is_same(const char *current, const char *wanted)
{
	uint64_t current_number, wanted_number;

	if (strcmp(current, wanted) == 0)
		return true;
	return attr_parse(current, &current_number) == 0 &&
	       attr_parse(wanted, &wanted_number) == 0 &&
	       current_number == wanted_number;
}

/* The attribute may be that of a window that is not there yet. */
static int configure_window(struct work *work,
			    const struct config_function *wanted,
			    const struct epf_function *function,
			    const struct config_attribute *attribute)
{
	_cleanup_free_ char *window = binding_window_name(attribute->name);

	if (!window || (function && epf_function_get_attribute(
					    function, attribute->name)))
		return 0;
	return owe(work, attribute->mark,
		   epf_plan_add_window(work->plan, wanted->driver.text,
				       wanted->name.text, window));
}

static int configure_attribute(struct work *work,
			       const struct config_function *wanted,
			       const struct epf_function *function,
			       const struct config_attribute *attribute)
{
	const struct attr_field *field = attr_find_field(attribute->name);
	_cleanup_free_ char *what = NULL;
	const struct epf_link *binding = NULL;
	const char *current = NULL;
	int ret;

	if (function) {
		current = epf_function_get_attribute(function, attribute->name);
		binding = find_binding(function);
	}
	/* A header may be shared, and an earlier step write to it: one that is
	 * not bound yet is not sure to stay as it is. */
	if (current && configure_is_same(current, attribute->value) &&
	    (binding || !field || !field->in_header))
		return 0;
	/* A driver may take its own attributes at any time. */
	if (binding && field) {
		what = string_format("%s is %s, not %s", attribute->name,
				     current ? current : "not readable",
				     attribute->value);
		if (!what)
			return -ENOMEM;
		return fail_bound(work, attribute->mark, binding, what);
	}
	ret = configure_window(work, wanted, function, attribute);
	if (ret)
		return ret;
	return owe(work, attribute->mark,
		   epf_plan_set(work->plan, wanted->driver.text,
				wanted->name.text, attribute->name,
				attribute->value));
}

/* A function with its attributes. */
static int configure_function(struct work *work,
			      const struct config_function *wanted,
			      const struct epf_function *function)
{
	int ret = 0;

	if (!function)
		ret = owe(work, wanted->driver.mark,
			  epf_plan_create(work->plan, wanted->driver.text,
					  wanted->name.text));
	for (size_t i = 0; i < wanted->num_attributes && !ret; i++)
		ret = configure_attribute(work, wanted, function,
					  &wanted->attributes[i]);
	return ret;
}

/* The kernel gives a new one number index if exactly those before it are
 * there: num_known of them in the file, num_there in all. */
static int check_order(const struct work *work, struct config_mark mark,
		       const char *owner, size_t index, size_t num_known,
		       size_t num_there)
{
	if (num_known != index)
		return config_fail(work->config, -EBUSY, mark, owner, NULL,
				   "unlink the later ones and apply again",
				   "a function is missing before others that are linked, and numbers go by the order of linking");
	if (num_there != num_known)
		return config_fail(work->config, -EBUSY, mark, owner, NULL,
				   "unlink them, or add them to the file",
				   "functions that the file does not name are linked, and numbers go by the order of linking");
	return 0;
}

/* Only deleting a virtual function makes it an ordinary one again. */
static int fail_is_vf(const struct work *work, struct config_mark mark,
		      const struct epf_function *function)
{
	const struct epf_function *pf = epf_function_get_pf(function);

	return config_fail(work->config, -EBUSY, mark,
			   epf_function_get_name(function), NULL,
			   "unlink and delete it, then apply again",
			   "it is a virtual function of %s",
			   epf_function_get_name(pf));
}

static int configure_vf(struct work *work, const struct config_function *pf,
			const struct config_function *vf)
{
	const struct epf_function *function = find_function(work, vf);
	const struct epf_link *binding;
	int ret;

	binding = function ? find_binding(function) : NULL;
	if (binding)
		return fail_bound(work, vf->name.mark, binding,
				  "it is to become a virtual function");
	if (function && epf_function_get_pf(function))
		return fail_is_vf(work, vf->name.mark, function);
	/* One that was virtual before, as after an interrupted plan, cannot be
	 * it again, and looks like one that never was. */
	if (function) {
		ret = owe(work, vf->name.mark,
			  epf_plan_delete(work->plan, vf->driver.text,
					  vf->name.text));
		if (ret)
			return ret;
	}
	ret = configure_function(work, vf, NULL);
	if (ret)
		return ret;
	return owe(work, vf->mark,
		   epf_plan_add_vf(work->plan, pf->driver.text, pf->name.text,
				   vf->driver.text, vf->name.text));
}

static bool is_vf_of(const struct epf_function *vf,
		     const struct epf_function *pf)
{
	return vf && pf && epf_function_get_pf(vf) == pf;
}

static int configure_vfs(struct work *work, const struct config_function *pf,
			 const struct epf_function *function)
{
	size_t num_there = function ? epf_function_get_num_vfs(function) : 0;
	const struct epf_link *binding = NULL;
	const struct config_function *vf;
	const struct epf_function *there;
	size_t num_known = 0;
	int ret = 0;

	for (size_t i = 0; i < pf->vfs.count; i++)
		if (is_vf_of(find_function(work, &pf->vfs.items[i]), function))
			num_known++;
	if (function)
		binding = find_binding(function);
	for (size_t i = 0; i < pf->vfs.count && !ret; i++) {
		vf = &pf->vfs.items[i];
		there = find_function(work, vf);
		if (is_vf_of(there, function)) {
			ret = configure_function(work, vf, there);
			continue;
		}
		if (binding)
			return fail_bound(work, vf->mark, binding,
					  "a virtual function is missing");
		ret = check_order(work, vf->mark, pf->name.text, i, num_known,
				  num_there);
		if (!ret)
			ret = configure_vf(work, pf, vf);
		num_known++;
		num_there++;
	}
	return ret;
}

/* Is the wanted link there? */
static bool is_linked(const struct work *work, const struct config_link *wanted,
		      const struct epf_controller *controller)
{
	const struct epf_function *function =
		find_function(work, wanted->function);
	const struct epf_link *link;

	link = function ? resolve_link(function, wanted->interface) : NULL;
	return link && epf_link_get_controller(link) == controller;
}

static int configure_link(struct work *work, const struct config_link *wanted,
			  const struct epf_controller *controller,
			  const struct epf_function *function)
{
	const char *name = epf_controller_get_name(controller);
	const struct epf_link *link = NULL;
	_cleanup_free_ char *what = NULL;

	if (function && epf_function_get_pf(function))
		return fail_is_vf(work, wanted->number.mark, function);
	if (function)
		link = resolve_link(function, wanted->interface);
	if (link) {
		what = string_format("it belongs to %s", name);
		if (!what)
			return -ENOMEM;
		return fail_bound(work, wanted->number.mark, link, what);
	}
	return owe(work, wanted->number.mark,
		   epf_plan_link(work->plan, wanted->function->driver.text,
				 wanted->function->name.text, name,
				 wanted->interface));
}

static int check_number(const struct work *work,
			const struct config_link *wanted,
			const struct epf_function *function)
{
	const struct epf_link *link = resolve_link(function, wanted->interface);
	_cleanup_free_ char *what = NULL;

	if (epf_link_get_number(link) == wanted->number.value)
		return 0;
	what = string_format("by the order of linking it is function %u",
			     epf_link_get_number(link));
	if (!what)
		return -ENOMEM;
	return fail_bound(work, wanted->number.mark, link, what);
}

/* The host looks for functions when the link comes up, and not again. */
static int check_stopped(const struct work *work,
			 const struct config_controller *wanted,
			 const struct epf_controller *controller,
			 struct config_mark mark)
{
	if (!wanted->start || !epf_controller_is_started(controller))
		return 0;
	return config_fail(work->config, -EBUSY, mark,
			   epf_controller_get_name(controller), NULL,
			   "stop it first",
			   "the controller is started, and a function is to be linked to it");
}

static int configure_functions(struct work *work,
			       const struct config_controller *wanted,
			       const struct epf_controller *controller)
{
	size_t num_there = epf_controller_get_num_links(controller);
	const struct config_link *link;
	const struct epf_function *function;
	size_t num_known = 0;
	int ret = 0;

	for (size_t i = 0; i < wanted->num_links; i++)
		if (is_linked(work, &wanted->links[i], controller))
			num_known++;
	for (size_t i = 0; i < wanted->num_links && !ret; i++) {
		link = &wanted->links[i];
		function = find_function(work, link->function);
		if (link->first) {
			ret = configure_function(work, link->function,
						 function);
			if (!ret)
				ret = configure_vfs(work, link->function,
						    function);
		}
		if (!ret && is_linked(work, link, controller)) {
			ret = check_number(work, link, function);
			continue;
		}
		if (ret)
			continue;
		ret = check_stopped(work, wanted, controller,
				    link->number.mark);
		if (!ret)
			ret = check_order(work, link->number.mark,
					  epf_controller_get_name(controller),
					  i, num_known,
					  num_there);
		if (!ret)
			ret = configure_link(work, link, controller, function);
		num_known++;
		num_there++;
	}
	return ret;
}

static int configure_modules(struct work *work)
{
	const struct config_string *module;
	int ret = 0;

	for (size_t i = 0; i < work->config->num_modules && !ret; i++) {
		module = &work->config->modules[i];
		ret = owe(work, module->mark,
			  epf_plan_load(work->plan, module->text));
	}
	return ret;
}

static int configure(struct work *work)
{
	const struct epf_config *config = work->config;
	const struct config_controller *wanted;
	const struct epf_controller *controller;
	int ret;

	ret = configure_modules(work);
	for (size_t i = 0; i < config->num_controllers && !ret; i++) {
		wanted = &config->controllers[i];
		controller = work->controllers[i];
		if (!wanted->start && epf_controller_is_started(controller))
			ret = owe(work, wanted->name.mark,
				  epf_plan_stop(work->plan,
						epf_controller_get_name(
							controller)));
	}
	for (size_t i = 0; i < config->num_controllers && !ret; i++)
		ret = configure_functions(work, &config->controllers[i],
					  work->controllers[i]);
	for (size_t i = 0; i < config->num_controllers && !ret; i++) {
		wanted = &config->controllers[i];
		controller = work->controllers[i];
		if (wanted->start && !epf_controller_is_started(controller))
			ret = owe(work, wanted->name.mark,
				  epf_plan_start(work->plan,
						 epf_controller_get_name(
							 controller)));
	}
	return ret;
}

EPF_EXPORT int epf_plan_configure(struct epf_plan *plan,
				  const struct epf_config *config,
				  const struct epf_topology *topology)
{
	size_t num_steps = epf_plan_get_num_steps(plan);
	struct work work = {
		.plan = plan,
		.config = config,
		.topology = topology,
		.num_owed = num_steps,
	};
	int ret;

	ret = resolve_controllers(config, topology, &work.controllers);
	if (!ret)
		ret = configure(&work);
	free(work.controllers);
	if (!ret)
		return 0;
	plan_truncate(plan, num_steps);
	return ret == -ENOMEM ? error_set_nomem(plan->ctx) : ret;
}
