// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "document.h"
#include "exit.h"
#include "objects.h"
#include "report.h"
#include "table.h"

static void add_row(struct table *table, const char *name, const char *value)
{
	table_add(table, name);
	table_add(table, value);
}

/* What the controller can do, where it says so. */
static void print_limits(const struct epf_controller *controller)
{
	struct table *table = table_new(2);
	const char *name;

	add_row(table, "ATTRIBUTE", "VALUE");
	for (size_t i = 0; i < epf_controller_get_num_attributes(controller);
	     i++) {
		name = epf_controller_get_attribute_name(controller, i);
		add_row(table, name,
			epf_controller_get_attribute(controller, name));
	}
	table_print(table);
}

static void print_controller(const struct epf_controller *controller)
{
	const char *driver = epf_controller_get_driver(controller);
	char *functions = controller_functions_text(controller);
	struct table *table = table_new(2);

	add_row(table, "Controller:", epf_controller_get_name(controller));
	add_row(table, "State:", controller_state_text(controller));
	add_row(table, "Driver:", driver ? driver : "-");
	add_row(table, "Functions:", functions);
	table_print(table);
	free(functions);
	if (!epf_controller_get_num_attributes(controller))
		return;
	putchar('\n');
	print_limits(controller);
}

static void print_attributes(const struct epf_function *function)
{
	struct table *table = table_new(2);
	const char *name, *value;

	add_row(table, "ATTRIBUTE", "VALUE");
	for (size_t i = 0; i < epf_function_get_num_attributes(function); i++) {
		name = epf_function_get_attribute_name(function, i);
		value = epf_function_get_attribute(function, name);
		/* Figures are for programs: --json has them. */
		if (!value || !strchr(value, '\n'))
			add_row(table, name, value);
	}
	table_print(table);
}

static void print_function(const struct epf_function *function)
{
	const struct epf_function *pf = epf_function_get_pf(function);
	char *name = function_name_text(function);
	char *links = function_links_text(function);
	char *pf_name = pf ? function_name_text(pf) : NULL;
	char *vfs = function_vfs_text(function);
	struct table *table = table_new(2);

	add_row(table, "Function:", name);
	add_row(table, "Linked to:", links);
	add_row(table, "Physical function:", pf_name);
	add_row(table, "Virtual functions:", vfs);
	table_print(table);
	putchar('\n');
	print_attributes(function);
	free(name);
	free(links);
	free(pf_name);
	free(vfs);
}

/* What the name stands for. A function and a controller may share one. */
struct found {
	const struct epf_function *function;
	const struct epf_controller *controller;
};

static int find(struct epfctl *ctl, const struct epf_topology *topology,
		struct found *found)
{
	const char *name = ctl->args[0];
	int ret;

	ret = epf_topology_find_controller(topology, name, &found->controller);
	if (!ret)
		ret = epf_controller_read_attributes(found->controller);
	if (ret && ret != -ESRCH)
		return ret;
	ret = epf_topology_find_function(topology, name, &found->function);
	if (ret && ret != -ESRCH)
		return ret;
	if (found->function || found->controller)
		return 0;
	return fail(ctl, (struct failure){
		.err = ESRCH,
		.operation = "find",
		.path = name,
		.message = "no such function or controller",
	});
}

static void print_json(const struct epfctl *ctl, const struct found *found,
		       const struct failure *failure)
{
	struct json_object *document = document_new("epfctl-show", 1);

	json_object_object_add(document, "name", document_string(ctl->args[0]));
	json_object_object_add(document, "controller",
			       found->controller
				       ? controller_json(found->controller)
				       : NULL);
	json_object_object_add(document, "function",
			       found->function ? function_json(found->function)
					       : NULL);
	json_object_object_add(document, "error", failure_json(failure));
	document_print(document);
}

static void print_text(const struct found *found)
{
	if (found->controller)
		print_controller(found->controller);
	if (found->controller && found->function)
		putchar('\n');
	if (found->function)
		print_function(found->function);
}

static int run(struct epfctl *ctl)
{
	struct epf_topology *topology = NULL;
	struct failure failure = { 0 };
	struct found found = { 0 };
	int ret;

	ret = epf_topology_new(ctl->ctx, &topology);
	if (!ret)
		ret = find(ctl, topology, &found);
	if (ret) {
		failure = get_failure(ctl);
		found = (struct found){ 0 };
	}
	if (ctl->json)
		print_json(ctl, &found, &failure);
	else
		print_text(&found);
	if (ret)
		report_failure(&failure);
	epf_topology_free(topology);
	return ret ? EXIT_CODE_FAILED : EXIT_CODE_OK;
}

static const struct argp argp = {
	.parser = parse_command,
	.args_doc = "NAME",
	.doc = "Show all of a function or a controller. A function can be named "
	       "DRIVER/NAME as well.",
	.children = common_options,
};

const struct command command_show = {
	.name = "show",
	.summary = "show a function or a controller",
	.argp = &argp,
	.min_args = 1,
	.max_args = 1,
	.run = run,
};
