// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "array.h"
#include "document.h"
#include "exit.h"
#include "objects.h"
#include "report.h"
#include "table.h"

static void print_controllers(const struct epf_topology *topology)
{
	size_t count = epf_topology_get_num_controllers(topology);
	const struct epf_controller *controller;
	struct table *table = table_new(3);
	char *functions;

	table_add(table, "CONTROLLER");
	table_add(table, "STATE");
	table_add(table, "FUNCTIONS");
	for (size_t i = 0; i < count; i++) {
		controller = epf_topology_get_controller(topology, i);
		functions = controller_functions_text(controller);
		table_add(table, epf_controller_get_name(controller));
		table_add(table, controller_state_text(controller));
		table_add(table, functions);
		free(functions);
	}
	table_print(table);
}

static void print_functions(const struct epf_topology *topology)
{
	size_t count = epf_topology_get_num_functions(topology);
	const struct epf_function *function;
	struct table *table = table_new(4);
	char *name, *links;

	table_add(table, "FUNCTION");
	table_add(table, "VENDOR");
	table_add(table, "DEVICE");
	table_add(table, "LINKED TO");
	for (size_t i = 0; i < count; i++) {
		function = epf_topology_get_function(topology, i);
		name = function_name_text(function);
		links = function_links_text(function);
		table_add(table, name);
		table_add(table,
			  epf_function_get_attribute(function, "vendorid"));
		table_add(table,
			  epf_function_get_attribute(function, "deviceid"));
		table_add(table, links);
		free(name);
		free(links);
	}
	table_print(table);
}

static void print_drivers(const struct epf_topology *topology)
{
	size_t count = epf_topology_get_num_drivers(topology);
	struct table *table = table_new(1);

	table_add(table, "DRIVER");
	for (size_t i = 0; i < count; i++)
		table_add(table, epf_driver_get_name(
					 epf_topology_get_driver(topology, i)));
	table_print(table);
}

enum { CONTROLLERS, FUNCTIONS, DRIVERS };

/* The lists, in the order of printing. */
static const struct list {
	const char *name;
	size_t (*count)(const struct epf_topology *topology);
	void (*print)(const struct epf_topology *topology);
	struct json_object *(*json)(const struct epf_topology *topology,
				    size_t index);
} lists[] = {
	[CONTROLLERS] = { "controllers", epf_topology_get_num_controllers,
			  print_controllers, controller_json_at },
	[FUNCTIONS] = { "functions", epf_topology_get_num_functions,
			print_functions, function_json_at },
	[DRIVERS] = { "drivers", epf_topology_get_num_drivers, print_drivers,
		      driver_json_at },
};

static bool is_wanted(const struct epfctl *ctl, const struct list *list)
{
	return ctl->num_args == 0 || strcmp(ctl->args[0], list->name) == 0;
}

static struct json_object *list_json(const struct list *list,
				     const struct epf_topology *topology)
{
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; i < list->count(topology); i++)
		json_object_array_add(array, list->json(topology, i));
	return array;
}

/* A list that was not asked for, or could not be read, is null. */
static void print_json(const struct epfctl *ctl,
		       const struct epf_topology *topology,
		       const struct failure *failure)
{
	struct json_object *document = document_new("epfctl-list", 1);
	struct json_object *array;

	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		array = NULL;
		if (topology && is_wanted(ctl, &lists[i]))
			array = list_json(&lists[i], topology);
		json_object_object_add(document, lists[i].name, array);
	}
	json_object_object_add(document, "error", failure_json(failure));
	document_print(document);
}

static void print_text(const struct epfctl *ctl,
		       const struct epf_topology *topology)
{
	const char *gap = "";

	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		if (!is_wanted(ctl, &lists[i]) || !lists[i].count(topology))
			continue;
		fputs(gap, stdout);
		lists[i].print(topology);
		gap = "\n";
	}
}

/* All that is to be printed; 0 or -errno. */
static int read_lists(struct epfctl *ctl, struct epf_topology **topology)
{
	int ret;

	ret = epf_topology_new(ctl->ctx, topology);
	if (ret || !ctl->json || !is_wanted(ctl, &lists[CONTROLLERS]))
		return ret;
	for (size_t i = 0;
	     i < epf_topology_get_num_controllers(*topology) && !ret; i++)
		ret = epf_controller_read_attributes(
			epf_topology_get_controller(*topology, i));
	return ret;
}

static int run(struct epfctl *ctl)
{
	struct epf_topology *topology = NULL;
	struct failure failure = { 0 };

	if (read_lists(ctl, &topology) < 0) {
		failure = get_failure(ctl);
		epf_topology_free(topology);
		topology = NULL;
	}
	if (ctl->json)
		print_json(ctl, topology, &failure);
	else if (topology)
		print_text(ctl, topology);
	if (!topology)
		report_failure(&failure);
	epf_topology_free(topology);
	return failure.err ? EXIT_CODE_FAILED : EXIT_CODE_OK;
}

static error_t parse(int key, char *text, struct argp_state *state)
{
	if (key != ARGP_KEY_ARG)
		return parse_command(key, text, state);
	for (size_t i = 0; i < ARRAY_SIZE(lists); i++)
		if (strcmp(text, lists[i].name) == 0)
			return parse_command(key, text, state);
	argp_error(state, "%s: no such list", text);
	return EINVAL;
}

static const struct argp argp = {
	.parser = parse,
	.args_doc = "[controllers|functions|drivers]",
	.doc = "List what is there: all of it, or the controllers, the functions or "
	       "the drivers that offer functions.",
	.children = common_options,
};

const struct command command_list = {
	.name = "list",
	.summary = "list controllers, functions and drivers",
	.argp = &argp,
	.min_args = 0,
	.max_args = 1,
	.run = run,
};
