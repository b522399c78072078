// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include <errno.h>
#include <stdlib.h>

#include "topology.h"

/* A topology that borrows the strings of another. */

/* Where each of the functions that stay goes. */
static void copy_functions(struct epf_topology *new,
			   const struct epf_topology *old, const bool *gone,
			   struct epf_function **place)
{
	struct epf_function *function;

	for (size_t i = 0; i < old->num_functions; i++) {
		if (gone[i])
			continue;
		function = &new->functions[new->num_functions++];
		*function = old->functions[i];
		function->topology = new;
		function->links = NULL;
		function->num_links = 0;
		function->vfs = NULL;
		function->num_vfs = 0;
		place[i] = function;
	}
}

/* A physical function and its virtual ones stay or go together. */
static int copy_vfs(const struct epf_topology *old,
		    struct epf_function *const *place)
{
	const struct epf_function *function;

	for (size_t i = 0; i < old->num_functions; i++) {
		function = &old->functions[i];
		if (!place[i])
			continue;
		if (function->pf)
			place[i]->pf = place[function->pf - old->functions];
		place[i]->vfs = calloc(function->num_vfs + 1,
				       sizeof(*place[i]->vfs));
		if (!place[i]->vfs)
			return -ENOMEM;
		for (size_t j = 0; j < function->num_vfs; j++)
			place[i]->vfs[place[i]->num_vfs++] =
				place[function->vfs[j] - old->functions];
	}
	return 0;
}

static void copy_links(struct epf_topology *new,
		       const struct epf_topology *old,
		       struct epf_function *const *place)
{
	struct epf_function *function;
	struct epf_link *link;

	for (size_t i = 0; i < old->num_links; i++) {
		function = place[old->links[i].function - old->functions];
		if (!function)
			continue;
		link = &new->links[new->num_links++];
		*link = old->links[i];
		link->function = function;
		link->controller =
			&new->controllers[old->links[i].controller -
					  old->controllers];
		if (!function->num_links++)
			function->links = link;
	}
}

/* Those that stay are the first ones: they keep their numbers. */
static int share_links(struct epf_topology *new,
		       const struct epf_topology *old)
{
	struct epf_controller *controller;
	struct epf_link *link;

	for (size_t i = 0; i < new->num_controllers; i++) {
		new->controllers[i].num_links = 0;
		new->controllers[i].links =
			calloc(old->controllers[i].num_links + 1,
			       sizeof(*new->controllers[i].links));
		if (!new->controllers[i].links)
			return -ENOMEM;
	}
	for (size_t i = 0; i < new->num_links; i++) {
		link = &new->links[i];
		controller = link->controller;
		controller->links[link->number] = link;
		controller->num_links++;
	}
	return 0;
}

int topology_without(const struct epf_topology *old, const bool *gone,
		     const bool *stopped, struct epf_topology **topology)
{
	_cleanup_free_ struct epf_function **place = NULL;
	struct epf_topology *new;

	place = calloc(old->num_functions + 1, sizeof(*place));
	new = calloc(1, sizeof(*new));
	if (!place || !new) {
		free(new);
		return -ENOMEM;
	}
	new->ctx = old->ctx;
	new->borrowed = true;
	new->functions = calloc(old->num_functions + 1,
				sizeof(*new->functions));
	new->controllers = calloc(old->num_controllers + 1,
				  sizeof(*new->controllers));
	new->links = calloc(old->num_links + 1, sizeof(*new->links));
	if (!new->functions || !new->controllers || !new->links)
		goto fail;
	for (size_t i = 0; i < old->num_controllers; i++) {
		new->controllers[i] = old->controllers[i];
		new->controllers[i].links = NULL;
		if (stopped[i])
			new->controllers[i].started = false;
	}
	new->num_controllers = old->num_controllers;
	copy_functions(new, old, gone, place);
	if (copy_vfs(old, place))
		goto fail;
	copy_links(new, old, place);
	if (share_links(new, old))
		goto fail;
	*topology = new;
	return 0;
fail:
	epf_topology_free(new);
	return -ENOMEM;
}
