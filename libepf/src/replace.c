// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "binding-keys.h"
#include "diff.h"
#include "plan.h"
#include "resolve.h"
#include "topology.h"

/* From the system as it is to exactly what a configuration says.
 *
 * A function that is not in the file goes, and so does one that cannot become
 * what the file says while it is linked, and all that are linked after one that
 * goes: numbers go by the order of linking. What of them is in the file is made
 * anew, by epf_plan_configure() over what the rest of the system will look like
 * then. */

struct replacement {
	struct epf_plan *plan;
	const struct epf_config *config;
	const struct epf_topology *topology;
	const struct epf_controller **controllers; /* of config, by index */
	bool *gone;                                /* functions, by index */
	bool *stopped;                             /* controllers, likewise */
};

static size_t function_index(const struct replacement *r,
			     const struct epf_function *function)
{
	return function - r->topology->functions;
}


/* Return whether it was not gone before. */
static bool drop(struct replacement *r, const struct epf_function *function)
{
	bool *gone = &r->gone[function_index(r, function)];
	bool before = *gone;

	*gone = true;
	return !before;
}

static bool is_gone(const struct replacement *r,
		    const struct epf_function *function)
{
	return r->gone[function_index(r, function)];
}

/* A physical function goes with its virtual ones, and they with it; a link with
 * those after it. Return whether anything more is gone now. */
static bool spread(struct replacement *r)
{
	const struct epf_topology *t = r->topology;
	bool more = false;

	for (size_t i = 0; i < t->num_functions; i++)
		if (t->functions[i].pf &&
		    (r->gone[i] || is_gone(r, t->functions[i].pf))) {
			more |= drop(r, &t->functions[i]);
			more |= drop(r, t->functions[i].pf);
		}
	for (size_t i = 0; i < t->num_controllers; i++) {
		const struct epf_controller *controller = &t->controllers[i];
		bool after = false;

		for (size_t j = 0; j < controller->num_links; j++) {
			const struct epf_function *function =
				controller->links[j]->function;

			after |= is_gone(r, function);
			if (after)
				more |= drop(r, function);
		}
	}
	return more;
}

/* What is linked is left as it is if there is no difference; what is not cannot
 * be told from what an interrupted plan has left. */
static void choose(struct replacement *r, const struct epf_diff *diff)
{
	const struct epf_topology *t = r->topology;

	for (size_t i = 0; i < diff->count; i++)
		if (diff->items[i].bound)
			drop(r, diff->items[i].bound);
	for (size_t i = 0; i < t->num_functions; i++)
		if (!t->functions[i].num_links && !t->functions[i].pf)
			drop(r, &t->functions[i]);
	while (spread(r))
		;
}

static bool loses(const struct replacement *r,
		  const struct epf_controller *controller)
{
	for (size_t i = 0; i < controller->num_links; i++)
		if (is_gone(r, controller->links[i]->function))
			return true;
	return false;
}

/* The controller in the file, or NULL. */
static const struct config_controller *
find_wanted(const struct replacement *r,
	    const struct epf_controller *controller)
{
	for (size_t i = 0; i < r->config->num_controllers; i++)
		if (r->controllers[i] == controller)
			return &r->config->controllers[i];
	return NULL;
}

/* Whether a function is to be linked to it. */
static bool gains(const struct replacement *r,
		  const struct config_controller *wanted)
{
	const struct epf_function *there;
	const struct config_link *link;

	for (size_t i = 0; i < wanted->num_links; i++) {
		link = &wanted->links[i];
		there = resolve_function(r->topology, link->function);
		if (!there || is_gone(r, there) ||
		    !resolve_link(there, link->interface))
			return true;
	}
	return false;
}

static int stop(struct replacement *r)
{
	const struct epf_topology *t = r->topology;
	const struct config_controller *wanted;
	int ret = 0;

	for (size_t i = 0; i < t->num_controllers && !ret; i++) {
		if (!t->controllers[i].started)
			continue;
		wanted = find_wanted(r, &t->controllers[i]);
		if (wanted && !loses(r, &t->controllers[i]) &&
		    !gains(r, wanted))
			continue;
		r->stopped[i] = true;
		ret = epf_plan_stop(r->plan, t->controllers[i].name);
	}
	return ret;
}

/* The last number first: undone, they get the same ones again. */
static int unlink_all(struct replacement *r)
{
	const struct epf_topology *t = r->topology;
	const struct epf_link *link;
	int ret = 0;

	for (size_t i = 0; i < t->num_controllers; i++) {
		for (size_t j = t->controllers[i].num_links; j-- > 0 && !ret;) {
			link = t->controllers[i].links[j];
			if (!is_gone(r, link->function))
				continue;
			ret = epf_plan_unlink(r->plan,
					      link->function->driver->name,
					      link->function->name,
					      t->controllers[i].name,
					      link->interface);
		}
	}
	return ret;
}

static int remove_windows(struct replacement *r,
			  const struct epf_function *function,
			  const struct config_function *wanted)
{
	const char *name;
	int ret = 0;

	for (size_t i = 0; i < function->attributes.count && !ret; i++) {
		_cleanup_free_ char *window = NULL;

		name = function->attributes.items[i].name;
		window = binding_window_name(name);
		if (window && (!wanted || !config_find_attribute(wanted, name)))
			ret = epf_plan_remove_window(r->plan,
						     function->driver->name,
						     function->name, window);
	}
	return ret;
}

static int delete_function(struct replacement *r,
			   const struct epf_function *function)
{
	int ret = 0;

	for (size_t i = function->num_vfs; i-- > 0 && !ret;) {
		const struct epf_function *vf = function->vfs[i];

		ret = epf_plan_remove_vf(r->plan, function->driver->name,
					 function->name, vf->driver->name,
					 vf->name);
		if (!ret)
			ret = remove_windows(r, vf, NULL);
		if (!ret)
			ret = epf_plan_delete(r->plan, vf->driver->name,
					      vf->name);
	}
	if (!ret)
		ret = remove_windows(r, function, NULL);
	if (!ret)
		ret = epf_plan_delete(r->plan, function->driver->name,
				      function->name);
	return ret;
}

/* The last link first: that is what undoing makes again last. */
static int delete_all(struct replacement *r)
{
	const struct epf_topology *t = r->topology;
	int ret = 0;

	for (size_t i = t->num_functions; i-- > 0 && !ret;)
		if (r->gone[i] && !t->functions[i].pf)
			ret = delete_function(r, &t->functions[i]);
	return ret;
}

/* Windows of functions that stay. */
static int trim(struct replacement *r, const struct config_functions *functions)
{
	const struct epf_function *there;
	int ret = 0;

	for (size_t i = 0; i < functions->count && !ret; i++) {
		there = resolve_function(r->topology, &functions->items[i]);
		if (there && !is_gone(r, there))
			ret = remove_windows(r, there, &functions->items[i]);
		if (!ret)
			ret = trim(r, &functions->items[i].vfs);
	}
	return ret;
}

static int take_down(struct replacement *r)
{
	int ret;

	ret = stop(r);
	if (!ret)
		ret = unlink_all(r);
	if (!ret)
		ret = delete_all(r);
	for (size_t i = 0; i < r->config->num_controllers && !ret; i++)
		ret = trim(r, &r->config->controllers[i].functions);
	return ret;
}

static int replace(struct replacement *r)
{
	struct epf_topology *rest;
	struct epf_diff *diff;
	int ret;

	ret = epf_diff_new(r->config, r->topology, EPF_DIFF_EXACT, &diff);
	if (ret)
		return ret;
	choose(r, diff);
	epf_diff_free(diff);
	ret = take_down(r);
	if (ret)
		return ret;
	ret = topology_without(r->topology, r->gone, r->stopped, &rest);
	if (ret)
		return ret;
	ret = epf_plan_configure(r->plan, r->config, rest);
	epf_topology_free(rest);
	return ret;
}

EPF_EXPORT int epf_plan_replace(struct epf_plan *plan,
				const struct epf_config *config,
				const struct epf_topology *topology)
{
	size_t num_steps = epf_plan_get_num_steps(plan);
	struct replacement r = {
		.plan = plan,
		.config = config,
		.topology = topology,
	};
	int ret;

	r.gone = calloc(topology->num_functions + 1, sizeof(*r.gone));
	r.stopped = calloc(topology->num_controllers + 1, sizeof(*r.stopped));
	ret = r.gone && r.stopped ? 0 : -ENOMEM;
	if (!ret)
		ret = resolve_controllers(config, topology, &r.controllers);
	if (!ret)
		ret = replace(&r);
	free(r.gone);
	free(r.stopped);
	free(r.controllers);
	if (!ret)
		return 0;
	plan_truncate(plan, num_steps);
	return ret == -ENOMEM ? error_set_nomem(plan->ctx) : ret;
}
