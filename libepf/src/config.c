// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "internal.h"

struct epf_config *config_new(struct epf_ctx *ctx, const char *file)
{
	struct epf_config *config = calloc(1, sizeof(*config));

	if (!config)
		return NULL;
	config->ctx = ctx;
	config->file = strdup(file);
	if (!config->file) {
		free(config);
		return NULL;
	}
	return config;
}

/* Make room for one more zeroed item. */
static void *append(void *array, size_t *count, size_t size)
{
	char *items = *(char **)array;

	items = reallocarray(items, *count + 1, size);
	if (!items)
		return NULL;
	*(char **)array = items;
	return memset(items + (*count)++ * size, 0, size);
}

int config_fail(const struct epf_config *config, int err,
		struct config_mark mark, const char *object, const char *value,
		const char *hint, const char *format, ...)
{
	_cleanup_free_ char *place = config_place(config, mark);
	_cleanup_free_ char *message = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&message, format, args) < 0)
		message = NULL;
	va_end(args);
	return error_set(config->ctx, err, &(struct epf_error){
		.operation = err == -EILSEQ ? "parse" : "configure",
		.path = object,
		.value = value,
		.message = message,
		.hint = hint,
		.file = place,
		.line = mark.line,
		.column = mark.line ? mark.column : 0,
	});
}

int config_mark_node(struct epf_config *config, const char *path,
		     struct config_mark *mark)
{
	char **node = append(&config->nodes, &config->num_nodes,
			     sizeof(*config->nodes));

	if (node)
		*node = strdup(path);
	if (!node || !*node)
		return -ENOMEM;
	*mark = (struct config_mark){
		.column = config->num_nodes,
		.node = *node,
	};
	return 0;
}

char *config_place(const struct epf_config *config, struct config_mark mark)
{
	return mark.node ? string_format("%s:%s", config->file, mark.node)
			 : strdup(config->file);
}

/* "line 7", for a message about another place. */
struct where {
	char line[24];
};

static const char *where(struct config_mark mark, struct where *text)
{
	if (mark.node)
		return mark.node;
	snprintf(text->line, sizeof(text->line), "line %u", mark.line);
	return text->line;
}

static void free_functions(struct config_functions *functions)
{
	struct config_function *function;

	for (size_t i = 0; i < functions->count; i++) {
		function = &functions->items[i];
		free(function->driver.text);
		free(function->name.text);
		free(function->secondary.text);
		for (size_t j = 0; j < function->num_attributes; j++) {
			free(function->attributes[j].name);
			free(function->attributes[j].value);
		}
		free(function->attributes);
		free_functions(&function->vfs);
	}
	free(functions->items);
}

EPF_EXPORT void epf_config_free(struct epf_config *config)
{
	struct config_controller *controller;

	if (!config)
		return;
	for (size_t i = 0; i < config->num_controllers; i++) {
		controller = &config->controllers[i];
		free(controller->name.text);
		free_functions(&controller->functions);
		free(controller->links);
	}
	free(config->controllers);
	for (size_t i = 0; i < config->num_nodes; i++)
		free(config->nodes[i]);
	free(config->nodes);
	for (size_t i = 0; i < config->num_modules; i++)
		free(config->modules[i].text);
	free(config->modules);
	free(config->file);
	free(config);
}

struct config_controller *config_add_controller(struct epf_config *config)
{
	return append(&config->controllers, &config->num_controllers,
		      sizeof(*config->controllers));
}

struct config_string *config_add_module(struct epf_config *config)
{
	return append(&config->modules, &config->num_modules,
		      sizeof(*config->modules));
}

struct config_function *config_add_function(struct config_functions *functions)
{
	return append(&functions->items, &functions->count,
		      sizeof(*functions->items));
}

const struct config_attribute *
config_find_attribute(const struct config_function *function, const char *name)
{
	for (size_t i = 0; i < function->num_attributes; i++)
		if (strcmp(function->attributes[i].name, name) == 0)
			return &function->attributes[i];
	return NULL;
}

int config_add_attribute(struct config_function *function, const char *name,
			 const char *value, struct config_mark mark)
{
	struct config_attribute *attribute;

	if (config_find_attribute(function, name))
		return -EEXIST;
	attribute = append(&function->attributes, &function->num_attributes,
			   sizeof(*attribute));
	if (!attribute)
		return -ENOMEM;
	attribute->mark = mark;
	attribute->name = strdup(name);
	attribute->value = strdup(value);
	return attribute->name && attribute->value ? 0 : -ENOMEM;
}

/* Among the first count controllers. */
static struct config_controller *
find_controller(const struct epf_config *config, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(config->controllers[i].name.text, name) == 0)
			return &config->controllers[i];
	return NULL;
}

static int check_controllers(const struct epf_config *config)
{
	const struct config_controller *controller, *first;
	struct where text;

	for (size_t i = 0; i < config->num_controllers; i++) {
		controller = &config->controllers[i];
		if (controller->match == CONFIG_ONLY &&
		    config->num_controllers > 1)
			return config_fail(config, -EILSEQ,
					   controller->name.mark, "only", NULL,
					   "say which by name or pattern",
					   "the only controller is not the only one in this file");
		first = find_controller(config, i, controller->name.text);
		if (first)
			return config_fail(config, -EILSEQ,
					   controller->name.mark, "name",
					   controller->name.text,
					   "list all its functions there",
					   "controller '%s' is in this file already, at %s",
					   controller->name.text,
					   where(first->name.mark, &text));
	}
	return 0;
}

/* PREFIX.NUMBER for a function without a name. */
static int name_function(struct config_function *function, const char *prefix)
{
	if (function->name.text)
		return 0;
	function->name.mark = function->mark;
	function->name.text = string_format("%s.%u", prefix,
					    function->number.value);
	return function->name.text ? 0 : -ENOMEM;
}

/* In the order of the file. */
static int compare_marks(const struct config_mark *a,
			 const struct config_mark *b)
{
	if (a->line != b->line)
		return a->line < b->line ? -1 : 1;
	return (a->column > b->column) - (a->column < b->column);
}

static int compare_numbers(const struct config_number *a,
			   const struct config_number *b)
{
	if (a->value != b->value)
		return a->value < b->value ? -1 : 1;
	return compare_marks(&a->mark, &b->mark);
}

static int compare_functions(const void *a, const void *b)
{
	const struct config_function *function_a = a, *function_b = b;

	return compare_numbers(&function_a->number, &function_b->number);
}

static int compare_links(const void *a, const void *b)
{
	const struct config_link *link_a = a, *link_b = b;

	return compare_numbers(&link_a->number, &link_b->number);
}

/* The kernel hands out the lowest free number with each link: a file cannot
 * leave one out. The previous number is NULL for the first one. */
static int check_number(const struct epf_config *config,
			const struct config_number *number,
			const struct config_number *previous,
			unsigned int expected, const char *owner)
{
	struct where text;

	if (number->value == expected)
		return 0;
	if (previous && number->value == previous->value)
		return config_fail(config, -EILSEQ, number->mark, "reg", NULL,
				   NULL,
				   "number %u of %s is taken, at %s",
				   number->value, owner,
				   where(previous->mark, &text));
	return config_fail(config, -EILSEQ, number->mark, "reg", NULL,
			   "the kernel numbers functions in the order of linking, without gaps",
			   "found %u, but %s has no function %u",
			   number->value, owner, expected);
}

static int finish_vfs(const struct epf_config *config,
		      struct config_function *pf)
{
	struct config_functions *vfs = &pf->vfs;
	int ret;

	if (vfs->count)
		qsort(vfs->items, vfs->count, sizeof(*vfs->items),
		      compare_functions);
	for (size_t i = 0; i < vfs->count; i++) {
		ret = check_number(config, &vfs->items[i].number,
				   i ? &vfs->items[i - 1].number : NULL, i + 1,
				   pf->name.text);
		if (!ret)
			ret = name_function(&vfs->items[i], pf->name.text);
		if (ret)
			return ret;
	}
	return 0;
}

static int add_link(struct config_controller *controller,
		    const struct config_function *function,
		    enum epf_interface interface, struct config_number number,
		    bool first)
{
	struct config_link *link;

	link = append(&controller->links, &controller->num_links,
		      sizeof(*link));
	if (!link)
		return -ENOMEM;
	link->function = function;
	link->interface = interface;
	link->number = number;
	link->first = first;
	return 0;
}

static int add_links(const struct epf_config *config,
		     struct config_controller *primary,
		     const struct config_function *function)
{
	const struct config_string *name = &function->secondary;
	struct config_controller *secondary;
	int ret;

	if (!name->text)
		return add_link(primary, function, EPF_INTERFACE_PRIMARY,
				function->number, true);
	secondary = find_controller(config, config->num_controllers,
				    name->text);
	if (!secondary)
		return config_fail(config, -EILSEQ, name->mark, "secondary",
				   name->text,
				   "list it under controllers, with or without functions",
				   "controller '%s' is not in this file",
				   name->text);
	if (secondary == primary)
		return config_fail(config, -EILSEQ, name->mark, "secondary",
				   name->text, NULL,
				   "controller '%s' is on the primary side already",
				   name->text);
	ret = add_link(primary, function, EPF_INTERFACE_PRIMARY,
		       function->number, primary < secondary);
	if (ret)
		return ret;
	return add_link(secondary, function, EPF_INTERFACE_SECONDARY,
			function->secondary_number, secondary < primary);
}

static int finish_functions(const struct epf_config *config,
			    struct config_controller *controller)
{
	struct config_functions *functions = &controller->functions;
	int ret;

	/* The name of the controller is not known from a pattern. */
	for (size_t i = 0; i < functions->count; i++) {
		ret = name_function(&functions->items[i],
				    controller->match == CONFIG_BY_NAME
					    ? controller->name.text
					    : "endpoint");
		if (!ret)
			ret = finish_vfs(config, &functions->items[i]);
		if (!ret)
			ret = add_links(config, controller,
					&functions->items[i]);
		if (ret)
			return ret;
	}
	return 0;
}

static int finish_links(const struct epf_config *config,
			struct config_controller *controller)
{
	struct config_link *links = controller->links;
	int ret;

	if (links)
		qsort(links, controller->num_links, sizeof(*links),
		      compare_links);
	for (size_t i = 0; i < controller->num_links; i++) {
		ret = check_number(config, &links[i].number,
				   i ? &links[i - 1].number : NULL, i,
				   controller->name.text);
		if (ret)
			return ret;
	}
	return 0;
}

static int compare_identities(const void *a, const void *b)
{
	const struct config_function *function_a = *(void *const *)a;
	const struct config_function *function_b = *(void *const *)b;
	int order;

	order = strcmp(function_a->driver.text, function_b->driver.text);
	if (!order)
		order = strcmp(function_a->name.text, function_b->name.text);
	if (!order)
		order = compare_marks(&function_a->mark, &function_b->mark);
	return order;
}

static int collect(const struct config_functions *functions,
		   const struct config_function ***all, size_t *count)
{
	const struct config_function **place;

	for (size_t i = 0; i < functions->count; i++) {
		place = append(all, count, sizeof(**all));
		if (!place)
			return -ENOMEM;
		*place = &functions->items[i];
		if (collect(&functions->items[i].vfs, all, count) < 0)
			return -ENOMEM;
	}
	return 0;
}

static int check_identities(const struct epf_config *config)
{
	const struct config_function **all = NULL, *function;
	struct where text;
	size_t count = 0;
	int ret = 0;

	for (size_t i = 0; i < config->num_controllers && !ret; i++)
		ret = collect(&config->controllers[i].functions, &all, &count);
	if (count && !ret)
		qsort(all, count, sizeof(*all), compare_identities);
	for (size_t i = 1; i < count && !ret; i++) {
		function = all[i];
		if (strcmp(function->name.text, all[i - 1]->name.text) != 0 ||
		    strcmp(function->driver.text, all[i - 1]->driver.text) != 0)
			continue;
		ret = config_fail(config, -EILSEQ, function->name.mark, "name",
				  function->name.text, NULL,
				  "function '%s' of driver %s is in this file already, at %s",
				  function->name.text, function->driver.text,
				  where(all[i - 1]->name.mark, &text));
	}
	free(all);
	return ret;
}

int config_finish(struct epf_config *config)
{
	int ret;

	ret = check_controllers(config);
	for (size_t i = 0; i < config->num_controllers && !ret; i++)
		ret = finish_functions(config, &config->controllers[i]);
	for (size_t i = 0; i < config->num_controllers && !ret; i++)
		ret = finish_links(config, &config->controllers[i]);
	if (!ret)
		ret = check_identities(config);
	return ret;
}
