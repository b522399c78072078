// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "topology.h"

/* Add a zeroed element to an array. NULL without memory. */
static void *grow(void *array_pointer, size_t *count, size_t size)
{
	void **array = array_pointer;
	char *larger;

	larger = reallocarray(*array, *count + 1, size);
	if (!larger)
		return NULL;
	*array = larger;
	return memset(larger + size * (*count)++, 0, size);
}

/* What vanishes or is out of order while we look is left out; only a lack of
 * memory ends the reading. */
static int only_nomem(int err)
{
	return err == -ENOMEM ? err : 0;
}

/* Call read_one for each directory in path. */
static int read_each(struct epf_topology *topology, const char *path,
		     int (*read_one)(struct epf_topology *topology,
				     const char *name, void *data),
		     void *data)
{
	_cleanup_(cfs_list_clear) struct cfs_list entries = { 0 };
	size_t i;
	int err;

	err = cfs_list(&topology->ctx->cfs, path, &entries);
	for (i = 0; i < entries.count && !err; i++) {
		if (entries.entries[i].kind == CFS_DIRECTORY)
			err = read_one(topology, entries.entries[i].name, data);
	}
	return err;
}

static int read_driver(struct epf_topology *topology, const char *name,
		       void *data)
{
	struct epf_driver *driver;

	driver = grow(&topology->drivers, &topology->num_drivers,
		      sizeof(*driver));
	if (!driver)
		return -ENOMEM;
	driver->name = strdup(name);
	return driver->name ? 0 : -ENOMEM;
}

static int read_function(struct epf_topology *topology, const char *name,
			 void *data)
{
	const struct epf_driver *driver = data;
	struct epf_function *function;

	function = grow(&topology->functions, &topology->num_functions,
			sizeof(*function));
	if (!function)
		return -ENOMEM;
	function->topology = topology;
	function->driver = driver;
	function->name = strdup(name);
	function->path = string_format("functions/%s/%s", driver->name, name);
	if (!function->name || !function->path)
		return -ENOMEM;
	if (topology->outline)
		return 0;
	return only_nomem(tree_read_attributes(&topology->ctx->cfs,
					       function->path,
					       &function->attributes));
}

static int read_functions(struct epf_topology *topology)
{
	size_t i;
	int err;

	for (i = 0; i < topology->num_drivers; i++) {
		struct epf_driver *driver = &topology->drivers[i];
		_cleanup_free_ char *path = NULL;

		path = string_format("functions/%s", driver->name);
		if (!path)
			return -ENOMEM;
		err = only_nomem(read_each(topology, path, read_function,
					   driver));
		if (err)
			return err;
	}
	return 0;
}

static int read_controller(struct epf_topology *topology, const char *name,
			   void *data)
{
	struct epf_controller *controller;
	int err, started;

	controller = grow(&topology->controllers, &topology->num_controllers,
			  sizeof(*controller));
	if (!controller)
		return -ENOMEM;
	controller->name = strdup(name);
	controller->path = string_format("controllers/%s", name);
	if (!controller->name || !controller->path)
		return -ENOMEM;
	started = tree_is_started(&topology->ctx->cfs, controller->path);
	if (started == -ENOMEM)
		return started;
	controller->started = started == 1;
	err = tree_read_link_state(&topology->ctx->cfs, name,
				   &controller->link_state);
	if (err)
		return err;
	err = tree_read_controller_driver(&topology->ctx->cfs, name,
					  &controller->driver);
	if (err)
		return err;
	controller->attributes = calloc(1, sizeof(*controller->attributes));
	if (!controller->attributes)
		return -ENOMEM;
	controller->attributes->ctx = topology->ctx;
	return 0;
}

static struct epf_function *target_function(struct epf_topology *topology,
					    const char *text)
{
	size_t i;

	for (i = 0; i < topology->num_functions; i++) {
		if (tree_leads_to(text, topology->functions[i].path))
			return &topology->functions[i];
	}
	return NULL;
}

static struct epf_controller *target_controller(struct epf_topology *topology,
						const char *text)
{
	size_t i;

	for (i = 0; i < topology->num_controllers; i++) {
		if (tree_leads_to(text, topology->controllers[i].path))
			return &topology->controllers[i];
	}
	return NULL;
}

static int add_link(struct epf_topology *topology,
		    struct epf_function *function,
		    struct epf_controller *controller,
		    enum epf_interface interface, bool in_controller,
		    const struct cfs_age *age)
{
	struct epf_link *link;

	if (!function || !controller)
		return 0;
	link = grow(&topology->links, &topology->num_links, sizeof(*link));
	if (!link)
		return -ENOMEM;
	link->function = function;
	link->controller = controller;
	link->interface = interface;
	link->in_controller = in_controller;
	link->age = *age;
	return 0;
}

static int add_vf(struct epf_function *pf, struct epf_function *vf,
		  const struct cfs_age *age)
{
	const struct epf_function **slot;

	if (!vf)
		return 0;
	slot = grow(&pf->vfs, &pf->num_vfs, sizeof(*slot));
	if (!slot)
		return -ENOMEM;
	*slot = vf;
	vf->pf = pf;
	vf->vf_age = *age;
	return 0;
}

/* Call found with the text and the age of each link in directory. */
static int read_links(struct epf_topology *topology, const char *directory,
		      int (*found)(struct epf_topology *topology,
				   const char *text, const struct cfs_age *age,
				   void *data),
		      void *data)
{
	_cleanup_(cfs_list_clear) struct cfs_list entries = { 0 };
	size_t i;
	int err;

	err = cfs_list(&topology->ctx->cfs, directory, &entries);
	if (err)
		return only_nomem(err);
	for (i = 0; i < entries.count; i++) {
		const struct cfs_entry *entry = &entries.entries[i];
		_cleanup_free_ char *path = NULL, *text = NULL;

		if (entry->kind != CFS_LINK)
			continue;
		path = string_format("%s/%s", directory, entry->name);
		if (!path)
			return -ENOMEM;
		err = cfs_readlink(&topology->ctx->cfs, path, &text);
		if (!err)
			err = found(topology, text, &entry->age, data);
		if (only_nomem(err))
			return err;
	}
	return 0;
}

static int found_in_controller(struct epf_topology *topology, const char *text,
			const struct cfs_age *age,
			     void *controller)
{
	return add_link(topology, target_function(topology, text), controller,
			EPF_INTERFACE_PRIMARY, true, age);
}

static int found_in_primary(struct epf_topology *topology, const char *text,
			const struct cfs_age *age,
			     void *function)
{
	return add_link(topology, function, target_controller(topology, text),
			EPF_INTERFACE_PRIMARY, false, age);
}

static int found_in_secondary(struct epf_topology *topology, const char *text,
			     const struct cfs_age *age,
			     void *function)
{
	return add_link(topology, function, target_controller(topology, text),
			EPF_INTERFACE_SECONDARY, false, age);
}

static int found_in_function(struct epf_topology *topology, const char *text,
			const struct cfs_age *age,
			     void *pf)
{
	return add_vf(pf, target_function(topology, text), age);
}

static int compare_vfs(const void *a, const void *b)
{
	const struct epf_function *const *x = a, *const *y = b;

	return cfs_compare_ages(&(*x)->vf_age, &(*y)->vf_age, true);
}

static int read_links_of(struct epf_topology *topology,
			 struct epf_function *function)
{
	_cleanup_free_ char *primary = NULL, *secondary = NULL;
	int err;

	primary = string_format("%s/primary", function->path);
	secondary = string_format("%s/secondary", function->path);
	if (!primary || !secondary)
		return -ENOMEM;
	err = read_links(topology, primary, found_in_primary, function);
	if (!err)
		err = read_links(topology, secondary, found_in_secondary,
				 function);
	if (!err)
		err = read_links(topology, function->path, found_in_function,
				 function);
	if (function->num_vfs)
		qsort(function->vfs, function->num_vfs, sizeof(*function->vfs),
		      compare_vfs);
	return err;
}

static int compare_links(const void *a, const void *b)
{
	const struct epf_link *x = a, *y = b;

	if (x->function != y->function)
		return x->function < y->function ? -1 : 1;
	return (int)x->interface - (int)y->interface;
}

static int read_all_links(struct epf_topology *topology)
{
	size_t i;
	int err = 0;

	for (i = 0; i < topology->num_controllers && !err; i++)
		err = read_links(topology, topology->controllers[i].path,
				 found_in_controller,
				 &topology->controllers[i]);
	for (i = 0; i < topology->num_functions && !err; i++)
		err = read_links_of(topology, &topology->functions[i]);
	if (topology->num_links)
		qsort(topology->links, topology->num_links,
		      sizeof(*topology->links), compare_links);
	return err;
}

static int compare_numbers(const void *a, const void *b)
{
	const struct epf_link *x = *(void *const *)a, *y = *(void *const *)b;

	return cfs_compare_ages(&x->age, &y->age,
				x->in_controller && y->in_controller);
}

/* Give functions and controllers their share of the links. */
static int share_links(struct epf_topology *topology)
{
	struct epf_link **slot;
	struct epf_link *link;
	size_t i;

	for (i = 0; i < topology->num_links; i++) {
		link = &topology->links[i];
		if (!link->function->num_links++)
			link->function->links = link;
		slot = grow(&link->controller->links,
			    &link->controller->num_links, sizeof(*slot));
		if (!slot)
			return -ENOMEM;
		*slot = link;
	}
	for (i = 0; i < topology->num_controllers; i++) {
		struct epf_controller *controller = &topology->controllers[i];

		if (controller->num_links)
			qsort(controller->links, controller->num_links,
			      sizeof(*controller->links), compare_numbers);
		for (size_t j = 0; j < controller->num_links; j++)
			controller->links[j]->number = j;
	}
	return 0;
}

static int read_topology(struct epf_topology *topology)
{
	int err;

	err = read_each(topology, "functions", read_driver, NULL);
	if (err)
		return err;
	err = read_each(topology, "controllers", read_controller, NULL);
	if (err)
		return err;
	err = read_functions(topology);
	if (err)
		return err;
	err = read_all_links(topology);
	if (err)
		return err;
	return share_links(topology);
}

static int new_topology(struct epf_ctx *ctx, bool outline,
			struct epf_topology **topology)
{
	struct epf_topology *new;
	int err;

	new = calloc(1, sizeof(*new));
	if (!new)
		return error_set_nomem(ctx);
	new->ctx = ctx;
	new->outline = outline;
	err = read_topology(new);
	if (err && err != -ENODEV) {
		epf_topology_free(new);
		return error_set(ctx, err, &(struct epf_error){
			.operation = "read",
			.path = ctx->cfs.ops->base(ctx->cfs.data),
			.hint = err == -EACCES ? "run as root" : NULL,
		});
	}
	*topology = new;
	return 0;
}

EPF_EXPORT int epf_topology_new(struct epf_ctx *ctx,
				struct epf_topology **topology)
{
	return new_topology(ctx, false, topology);
}

int topology_outline(struct epf_ctx *ctx, struct epf_topology **topology)
{
	return new_topology(ctx, true, topology);
}

static void free_attributes(struct controller_attributes *attributes)
{
	if (!attributes)
		return;
	attribute_list_clear(&attributes->list);
	free(attributes);
}

static void free_strings(struct epf_topology *topology)
{
	size_t i;

	for (i = 0; i < topology->num_drivers; i++)
		free(topology->drivers[i].name);
	for (i = 0; i < topology->num_functions; i++) {
		free(topology->functions[i].name);
		free(topology->functions[i].path);
		attribute_list_clear(&topology->functions[i].attributes);
	}
	for (i = 0; i < topology->num_controllers; i++) {
		free(topology->controllers[i].name);
		free(topology->controllers[i].path);
		free(topology->controllers[i].driver);
		free_attributes(topology->controllers[i].attributes);
	}
}

EPF_EXPORT void epf_topology_free(struct epf_topology *topology)
{
	size_t i;

	if (!topology)
		return;
	for (i = 0; i < topology->num_functions; i++)
		free(topology->functions[i].vfs);
	for (i = 0; i < topology->num_controllers; i++)
		free(topology->controllers[i].links);
	if (!topology->borrowed)
		free_strings(topology);
	free(topology->drivers);
	free(topology->functions);
	free(topology->controllers);
	free(topology->links);
	free(topology);
}

EPF_EXPORT size_t
epf_topology_get_num_drivers(const struct epf_topology *topology)
{
	return topology->num_drivers;
}

EPF_EXPORT const struct epf_driver *
epf_topology_get_driver(const struct epf_topology *topology, size_t index)
{
	return &topology->drivers[index];
}

EPF_EXPORT size_t
epf_topology_get_num_controllers(const struct epf_topology *topology)
{
	return topology->num_controllers;
}

EPF_EXPORT const struct epf_controller *
epf_topology_get_controller(const struct epf_topology *topology, size_t index)
{
	return &topology->controllers[index];
}

EPF_EXPORT size_t
epf_topology_get_num_functions(const struct epf_topology *topology)
{
	return topology->num_functions;
}

EPF_EXPORT const struct epf_function *
epf_topology_get_function(const struct epf_topology *topology, size_t index)
{
	return &topology->functions[index];
}

EPF_EXPORT int
epf_topology_find_controller(const struct epf_topology *topology,
			     const char *name,
			     const struct epf_controller **controller)
{
	size_t i;

	for (i = 0; i < topology->num_controllers; i++) {
		if (!strcmp(topology->controllers[i].name, name)) {
			*controller = &topology->controllers[i];
			return 0;
		}
	}
	return error_set(topology->ctx, -ESRCH, &(struct epf_error){
		.operation = "find",
		.path = name,
		.message = "no such controller",
	});
}

static bool is_called(const struct epf_function *function, const char *name)
{
	const char *slash = strchr(name, '/');
	const char *driver = function->driver->name;

	if (!slash)
		return !strcmp(function->name, name);
	return strlen(driver) == (size_t)(slash - name) &&
	       !strncmp(driver, name, slash - name) &&
	       !strcmp(function->name, slash + 1);
}

EPF_EXPORT int
epf_topology_find_function(const struct epf_topology *topology,
			   const char *name,
			   const struct epf_function **function)
{
	const struct epf_function *found = NULL;
	size_t i;

	for (i = 0; i < topology->num_functions; i++) {
		if (!is_called(&topology->functions[i], name))
			continue;
		if (found)
			return error_set(topology->ctx, -ENOTUNIQ,
					 &(struct epf_error){
				.operation = "find",
				.path = name,
				.message = "more than one has this name",
				.hint = "name it DRIVER/NAME",
			});
		found = &topology->functions[i];
	}
	if (!found)
		return error_set(topology->ctx, -ESRCH, &(struct epf_error){
			.operation = "find",
			.path = name,
			.message = "no such function",
		});
	*function = found;
	return 0;
}
