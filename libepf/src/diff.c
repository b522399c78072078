// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "attr.h"
#include "binding-keys.h"
#include "configure.h"
#include "diff.h"
#include "resolve.h"

/* What the system has otherwise than a configuration wants it. */

struct comparison {
	struct epf_diff *diff;
	const struct epf_config *config;
	const struct epf_topology *topology;
	const struct epf_controller **controllers; /* of config, by index */
	bool exact; /* what is not in the file is a difference, too */
};

static char *copy(const char *text)
{
	return text ? strdup(text) : NULL;
}

static int add(struct comparison *c, struct config_mark mark,
	       const char *object, const char *property, const char *current,
	       const char *wanted, const struct epf_function *bound)
{
	struct epf_difference *items, *item;

	items = reallocarray(c->diff->items, c->diff->count + 1,
			     sizeof(*items));
	if (!items)
		return -ENOMEM;
	c->diff->items = items;
	item = &items[c->diff->count++];
	*item = (struct epf_difference){
		.object = copy(object),
		.property = copy(property),
		.current = copy(current),
		.wanted = copy(wanted),
		.mark = mark,
		.bound = bound,
	};
	if (!item->object || !item->property != !property ||
	    !item->current != !current || !item->wanted != !wanted)
		return -ENOMEM;
	return 0;
}

static char *path_of(const struct epf_function *function)
{
	return string_format("functions/%s/%s",
			     epf_driver_get_name(
				     epf_function_get_driver(function)),
			     epf_function_get_name(function));
}

static bool is_bound(const struct epf_function *function)
{
	const struct epf_function *pf = epf_function_get_pf(function);

	return epf_function_get_num_links(pf ? pf : function);
}

static int compare_attribute(struct comparison *c, const char *path,
			     const struct config_attribute *wanted,
			     const struct epf_function *there)
{
	const char *current = epf_function_get_attribute(there, wanted->name);
	bool takes_unlink = attr_find_field(wanted->name) && is_bound(there);

	if (current && configure_is_same(current, wanted->value))
		return 0;
	return add(c, wanted->mark, path, wanted->name, current, wanted->value,
		   takes_unlink ? there : NULL);
}

/* Windows that are there, but not in the file. */
static int compare_windows(struct comparison *c, const char *path,
			   const struct config_function *wanted,
			   const struct epf_function *there)
{
	const char *name;
	int ret = 0;

	for (size_t i = 0; i < epf_function_get_num_attributes(there) && !ret;
	     i++) {
		_cleanup_free_ char *window = NULL;

		name = epf_function_get_attribute_name(there, i);
		window = binding_window_name(name);
		if (window && !config_find_attribute(wanted, name))
			ret = add(c, wanted->mark, path, name,
				  epf_function_get_attribute(there, name),
				  NULL, NULL);
	}
	return ret;
}

/* Return whether there is one to look into in *there. */
static int compare_function(struct comparison *c,
			    const struct config_function *wanted,
			    const struct epf_function **there)
{
	_cleanup_free_ char *path = NULL;
	int ret = 0;

	*there = resolve_function(c->topology, wanted);
	path = string_format("functions/%s/%s", wanted->driver.text,
			     wanted->name.text);
	if (!path)
		return -ENOMEM;
	if (!*there)
		return add(c, wanted->mark, path, NULL, NULL, "present", NULL);
	for (size_t i = 0; i < wanted->num_attributes && !ret; i++)
		ret = compare_attribute(c, path, &wanted->attributes[i],
					*there);
	if (!ret && c->exact)
		ret = compare_windows(c, path, wanted, *there);
	return ret;
}

static char *vf_text(const struct epf_function *vf)
{
	const struct epf_function *pf = epf_function_get_pf(vf);

	for (size_t i = 0; pf && i < epf_function_get_num_vfs(pf); i++)
		if (epf_function_get_vf(pf, i) == vf)
			return string_format("virtual function %zu of %s",
					     i + 1,
					     epf_function_get_name(pf));
	return NULL;
}

static int compare_vf(struct comparison *c, const struct config_function *pf,
		      const struct epf_function *pf_there,
		      const struct config_function *wanted)
{
	_cleanup_free_ char *path = NULL, *current = NULL, *text = NULL;
	const struct epf_function *there;
	int ret;

	ret = compare_function(c, wanted, &there);
	if (ret || !there)
		return ret;
	current = vf_text(there);
	text = string_format("virtual function %u of %s", wanted->number.value,
			     pf->name.text);
	path = path_of(there);
	if (!text || !path)
		return -ENOMEM;
	if (current && strcmp(current, text) == 0 &&
	    epf_function_get_pf(there) == pf_there)
		return 0;
	return add(c, wanted->number.mark, path, "place", current, text,
		   is_bound(there) ? there : NULL);
}

/* The physical function has to be unlinked for any change of them. */
static int compare_vfs(struct comparison *c,
		       const struct config_function *wanted,
		       const struct epf_function *there)
{
	size_t count = there ? epf_function_get_num_vfs(there) : 0;
	size_t before = c->diff->count;
	_cleanup_free_ char *path = NULL;
	int ret = 0;

	for (size_t i = 0; i < wanted->vfs.count && !ret; i++)
		ret = compare_vf(c, wanted, there, &wanted->vfs.items[i]);
	if (ret || !there)
		return ret;
	if (c->exact || c->diff->count > before) {
		for (size_t i = wanted->vfs.count; i < count && !ret; i++) {
			const struct epf_function *vf =
				epf_function_get_vf(there, i);

			free(path);
			path = path_of(vf);
			if (!path)
				return -ENOMEM;
			if (c->exact)
				ret = add(c, wanted->mark, path, NULL,
					  "present", NULL, vf);
		}
	}
	for (size_t i = before; i < c->diff->count; i++)
		if (!c->diff->items[i].bound && !c->diff->items[i].property &&
		    is_bound(there))
			c->diff->items[i].bound = there;
	return ret;
}

static char *link_text(const char *controller, unsigned int number)
{
	return string_format("function %u of %s", number, controller);
}

static int compare_link(struct comparison *c, const struct config_link *wanted,
			const struct epf_controller *controller)
{
	_cleanup_free_ char *path = NULL, *current = NULL, *text = NULL;
	bool primary = wanted->interface == EPF_INTERFACE_PRIMARY;
	const struct epf_function *there;
	const struct epf_link *link;

	there = resolve_function(c->topology, wanted->function);
	if (!there)
		return 0;
	link = resolve_link(there, wanted->interface);
	if (link) {
		current = link_text(epf_controller_get_name(
					    epf_link_get_controller(link)),
				    epf_link_get_number(link));
		if (!current)
			return -ENOMEM;
	}
	text = link_text(epf_controller_get_name(controller),
			 wanted->number.value);
	path = path_of(there);
	if (!text || !path)
		return -ENOMEM;
	if (current && strcmp(current, text) == 0)
		return 0;
	return add(c, wanted->number.mark, path,
		   primary ? "place" : "secondary place", current, text,
		   is_bound(there) ? there : NULL);
}

static int compare_controller(struct comparison *c,
			      const struct config_controller *wanted,
			      const struct epf_controller *there)
{
	const struct epf_function *function;
	_cleanup_free_ char *path = NULL;
	int ret = 0;

	path = string_format("controllers/%s", epf_controller_get_name(there));
	if (!path)
		return -ENOMEM;
	if (wanted->start != epf_controller_is_started(there))
		ret = add(c, wanted->name.mark, path, "start",
			  wanted->start ? "0" : "1", wanted->start ? "1" : "0",
			  NULL);
	for (size_t i = 0; i < wanted->num_links && !ret; i++) {
		const struct config_link *link = &wanted->links[i];

		if (link->first) {
			ret = compare_function(c, link->function, &function);
			if (!ret)
				ret = compare_vfs(c, link->function, function);
		}
		if (!ret)
			ret = compare_link(c, link, there);
	}
	return ret;
}

static bool is_in(const struct config_functions *functions,
		  const struct comparison *c,
		  const struct epf_function *function)
{
	for (size_t i = 0; i < functions->count; i++)
		if (resolve_function(c->topology, &functions->items[i]) ==
			    function ||
		    is_in(&functions->items[i].vfs, c, function))
			return true;
	return false;
}

/* Virtual functions of one that is there and in the file were looked at. */
static bool is_known(const struct comparison *c,
		     const struct epf_function *function)
{
	const struct epf_function *pf = epf_function_get_pf(function);

	for (size_t i = 0; i < c->config->num_controllers; i++)
		if (is_in(&c->config->controllers[i].functions, c, function) ||
		    (pf &&
		     is_in(&c->config->controllers[i].functions, c, pf)))
			return true;
	return false;
}

/* What the file does not name. */
static int compare_rest(struct comparison *c)
{
	const struct epf_controller *controller;
	const struct epf_function *function;
	int ret = 0;

	for (size_t i = 0;
	     i < epf_topology_get_num_controllers(c->topology) && !ret; i++) {
		_cleanup_free_ char *path = NULL;
		bool named = false;

		controller = epf_topology_get_controller(c->topology, i);
		for (size_t j = 0; j < c->config->num_controllers; j++)
			named |= c->controllers[j] == controller;
		if (named || !epf_controller_is_started(controller))
			continue;
		path = string_format("controllers/%s",
				     epf_controller_get_name(controller));
		if (!path)
			return -ENOMEM;
		ret = add(c, (struct config_mark){ 0 }, path, "start", "1",
			  NULL, NULL);
	}
	for (size_t i = 0;
	     i < epf_topology_get_num_functions(c->topology) && !ret; i++) {
		_cleanup_free_ char *path = NULL;

		function = epf_topology_get_function(c->topology, i);
		if (is_known(c, function))
			continue;
		path = path_of(function);
		if (!path)
			return -ENOMEM;
		ret = add(c, (struct config_mark){ 0 }, path, NULL, "present",
			  NULL, function);
	}
	return ret;
}

EPF_EXPORT int epf_diff_new(const struct epf_config *config,
			    const struct epf_topology *topology,
			    unsigned int flags, struct epf_diff **diff)
{
	struct comparison c = {
		.config = config,
		.topology = topology,
		.exact = flags & EPF_DIFF_EXACT,
	};
	int ret;

	if (flags & ~EPF_DIFF_EXACT)
		return error_set(config->ctx, -EINVAL, &(struct epf_error){
			.operation = "diff",
			.message = "unknown flag",
		});
	c.diff = calloc(1, sizeof(*c.diff));
	if (!c.diff)
		return error_set_nomem(config->ctx);
	ret = resolve_controllers(config, topology, &c.controllers);
	for (size_t i = 0; i < config->num_controllers && !ret; i++)
		ret = compare_controller(&c, &config->controllers[i],
					 c.controllers[i]);
	if (!ret && c.exact)
		ret = compare_rest(&c);
	free(c.controllers);
	if (ret) {
		epf_diff_free(c.diff);
		return ret == -ENOMEM ? error_set_nomem(config->ctx) : ret;
	}
	*diff = c.diff;
	return 0;
}

EPF_EXPORT void epf_diff_free(struct epf_diff *diff)
{
	if (!diff)
		return;
	for (size_t i = 0; i < diff->count; i++) {
		free(diff->items[i].object);
		free(diff->items[i].property);
		free(diff->items[i].current);
		free(diff->items[i].wanted);
	}
	free(diff->items);
	free(diff);
}

EPF_EXPORT size_t epf_diff_get_num_differences(const struct epf_diff *diff)
{
	return diff->count;
}

EPF_EXPORT const struct epf_difference *
epf_diff_get_difference(const struct epf_diff *diff, size_t index)
{
	return &diff->items[index];
}

EPF_EXPORT const char *
epf_difference_get_object(const struct epf_difference *difference)
{
	return difference->object;
}

EPF_EXPORT const char *
epf_difference_get_property(const struct epf_difference *difference)
{
	return difference->property;
}

EPF_EXPORT const char *
epf_difference_get_current(const struct epf_difference *difference)
{
	return difference->current;
}

EPF_EXPORT const char *
epf_difference_get_wanted(const struct epf_difference *difference)
{
	return difference->wanted;
}

EPF_EXPORT unsigned int
epf_difference_get_line(const struct epf_difference *difference)
{
	return difference->mark.line;
}

EPF_EXPORT unsigned int
epf_difference_get_column(const struct epf_difference *difference)
{
	return difference->mark.column;
}
