// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "array.h"
#include "change.h"
#include "document.h"
#include "exit.h"
#include "objects.h"
#include "report.h"
#include "table.h"

/* Windows of two kinds: what epf-core puts aside of the outbound address space of
 * a controller, under a name, and the memory windows of an NTB function, "mwN". */

#define WINDOWS "outbound/windows/"

/* What epf-core tells of a function's use of its controller. */
static const struct {
	const char *title, *key, *figure;
} figures[] = {
	{ "TOTAL", "total", "windows_total" },
	{ "USED", "used", "windows_used" },
	{ "PAGE", "page_size", "windows_granule" },
	{ "LARGEST FREE", "largest_free", "windows_largest_free" },
	{ "MAPS", "maps", "windows_maps" },
};

/* The figure of that name, as digits; NULL where there is none. */
static char *find_figure(const char *stats, const char *name)
{
	size_t length = strlen(name);

	for (; stats && *stats; stats = strchr(stats, '\n')) {
		stats += *stats == '\n';
		if (strncmp(stats, name, length) == 0 && stats[length] == ' ')
			return strndup(stats + length + 1,
				       strcspn(stats + length + 1, "\n"));
	}
	return NULL;
}

struct window {
	char *name;
	const char *size;
	const char *place; /* address, or BAR */
};

static const char *attribute_of(const struct epf_function *function,
				const char *before, const char *name,
				const char *after)
{
	const char *text;
	char *path;

	if (asprintf(&path, "%s%s%s", before, name, after) < 0)
		return NULL;
	text = epf_function_get_attribute(function, path);
	free(path);
	return text;
}

/* A window by its attribute; a window without a size is none. */
static bool get_window(const struct epf_function *function,
		       const char *attribute, struct window *window)
{
	const char *end;
	unsigned int n;
	char rest;

	*window = (struct window){ 0 };
	if (strncmp(attribute, WINDOWS, strlen(WINDOWS)) == 0) {
		attribute += strlen(WINDOWS);
		end = strchr(attribute, '/');
		if (!end || strcmp(end, "/size") != 0)
			return false;
		window->name = strndup(attribute, end - attribute);
		window->size = attribute_of(function, WINDOWS, window->name,
					    "/size");
		window->place = attribute_of(function, WINDOWS, window->name,
					     "/address");
	} else if (sscanf(attribute, "mw%u%c", &n, &rest) == 1) {
		window->size = epf_function_get_attribute(function, attribute);
		if (!window->size || strcmp(window->size, "0") == 0)
			return false;
		window->name = strdup(attribute);
		window->place = attribute_of(function, "", attribute, "_bar");
	}
	return window->name;
}

static const char *stats_of(const struct epf_function *function)
{
	return epf_function_get_attribute(function, "outbound/stats");
}

static const char *controller_of(const struct epf_function *function)
{
	if (epf_function_get_pf(function))
		function = epf_function_get_pf(function);
	if (epf_function_get_num_links(function) == 0)
		return NULL;
	return epf_controller_get_name(
		epf_link_get_controller(epf_function_get_link(function, 0)));
}

static void add_windows(struct table *table,
			const struct epf_function *function, const char *name)
{
	struct window window;

	for (size_t i = 0; i < epf_function_get_num_attributes(function); i++) {
		if (!get_window(function,
				epf_function_get_attribute_name(function, i),
				&window))
			continue;
		table_add(table, name);
		table_add(table, window.name);
		table_add(table, window.size);
		table_add(table, window.place);
		free(window.name);
	}
}

static void add_figures(struct table *table,
			const struct epf_function *function, const char *name)
{
	char *text;

	if (!stats_of(function))
		return;
	table_add(table, name);
	table_add(table, controller_of(function));
	for (size_t i = 0; i < ARRAY_SIZE(figures); i++) {
		text = find_figure(stats_of(function), figures[i].figure);
		table_add(table, text);
		free(text);
	}
}

static void print_text(const struct epf_topology *topology)
{
	struct table *use = table_new(2 + ARRAY_SIZE(figures));
	struct table *windows = table_new(4);
	const struct epf_function *function;
	char *name;

	table_add(use, "FUNCTION");
	table_add(use, "CONTROLLER");
	for (size_t i = 0; i < ARRAY_SIZE(figures); i++)
		table_add(use, figures[i].title);
	table_add(windows, "FUNCTION");
	table_add(windows, "WINDOW");
	table_add(windows, "SIZE");
	table_add(windows, "ADDRESS OR BAR");
	for (size_t i = 0; i < epf_topology_get_num_functions(topology); i++) {
		function = epf_topology_get_function(topology, i);
		name = function_name_text(function);
		add_figures(use, function, name);
		add_windows(windows, function, name);
		free(name);
	}
	table_print(use);
	putchar('\n');
	table_print(windows);
}

static struct json_object *number_json(const char *text)
{
	return text ? json_object_new_int64(strtoll(text, NULL, 0)) : NULL;
}

static struct json_object *windows_json(const struct epf_function *function)
{
	struct json_object *list = json_object_new_array();
	struct json_object *json;
	struct window window;

	for (size_t i = 0; i < epf_function_get_num_attributes(function); i++) {
		if (!get_window(function,
				epf_function_get_attribute_name(function, i),
				&window))
			continue;
		json = json_object_new_object();
		json_object_object_add(json, "name",
				       document_string(window.name));
		json_object_object_add(json, "size", number_json(window.size));
		json_object_object_add(json, "place",
				       document_string(window.place));
		json_object_array_add(list, json);
		free(window.name);
	}
	return list;
}

static struct json_object *function_windows_json(
	const struct epf_function *function)
{
	struct json_object *json = json_object_new_object();
	char *text = function_name_text(function);

	json_object_object_add(json, "function", document_string(text));
	free(text);
	json_object_object_add(json, "controller",
			       document_string(controller_of(function)));
	for (size_t i = 0; i < ARRAY_SIZE(figures); i++) {
		text = find_figure(stats_of(function), figures[i].figure);
		json_object_object_add(json, figures[i].key, number_json(text));
		free(text);
	}
	json_object_object_add(json, "windows", windows_json(function));
	return json;
}

static void print_json(const struct epf_topology *topology,
		       const struct failure *failure)
{
	struct json_object *document = document_new("epfctl-windows", 1);
	struct json_object *list = json_object_new_array();

	for (size_t i = 0;
	     topology && i < epf_topology_get_num_functions(topology); i++)
		json_object_array_add(
			list, function_windows_json(
				      epf_topology_get_function(topology, i)));
	json_object_object_add(document, "functions", list);
	json_object_object_add(document, "error", failure_json(failure));
	document_print(document);
}

static int list(struct epfctl *ctl)
{
	struct epf_topology *topology = NULL;
	struct failure failure = { 0 };
	int ret;

	ret = epf_topology_new(ctl->ctx, &topology);
	if (ret)
		failure = get_failure(ctl);
	if (ctl->json)
		print_json(topology, &failure);
	else if (!ret)
		print_text(topology);
	if (ret)
		report_failure(&failure);
	epf_topology_free(topology);
	return ret ? EXIT_CODE_FAILED : EXIT_CODE_OK;
}

/* The N of mwN, or 0. */
static unsigned int ntb_number(const char *window)
{
	unsigned int n;
	char rest;

	return sscanf(window, "mw%u%c", &n, &rest) == 1 ? n : 0;
}

static bool is_ntb(const struct epf_function *function)
{
	for (size_t i = 0; i < epf_function_get_num_attributes(function); i++)
		if (strcmp(epf_function_get_attribute_name(function, i),
			   "num_mws") == 0)
			return true;
	return false;
}

/* Raise, or lower, the number of windows where it takes that. */
static int set_ntb_window(struct epfctl *ctl, struct epf_plan *plan,
			  const struct epf_function *function,
			  const char *driver, const char *name, bool remove)
{
	const char *window = ctl->args[2];
	unsigned int n = ntb_number(window);
	char text[16], attribute[32];
	uint64_t count;
	int ret;

	ret = epf_function_get_attribute_u64(function, "num_mws", &count);
	if (ret)
		return ret;
	if (remove && n != count)
		return fail(ctl, (struct failure){
			.err = EINVAL,
			.operation = "check",
			.path = window,
			.message = "only the last memory window can be removed",
			.hint = "window list shows them",
		});
	snprintf(text, sizeof(text), "%u", remove ? n - 1 : n);
	if (remove || n > count)
		ret = epf_plan_set(plan, driver, name, "num_mws", text);
	if (!ret && !remove)
		ret = epf_plan_set(plan, driver, name, window, ctl->args[3]);
	if (ret || remove || ctl->num_args < 5)
		return ret;
	snprintf(attribute, sizeof(attribute), "mw%u_bar", n);
	return epf_plan_set(plan, driver, name, attribute, ctl->args[4]);
}

static int change(struct epfctl *ctl, const struct epf_topology *topology,
		  struct epf_plan *plan)
{
	bool remove = strcmp(ctl->args[0], "remove") == 0;
	const struct epf_function *function;
	const char *driver, *name;
	char *attribute;
	int ret;

	ret = epf_topology_find_function(topology, ctl->args[1], &function);
	if (ret)
		return ret;
	driver = epf_driver_get_name(epf_function_get_driver(function));
	name = epf_function_get_name(function);
	if (ntb_number(ctl->args[2]) && is_ntb(function))
		return set_ntb_window(ctl, plan, function, driver, name,
				      remove);
	if (ctl->num_args == 5)
		return fail(ctl, (struct failure){
			.err = EINVAL,
			.operation = "check",
			.path = ctl->args[2],
			.message = "an outbound window has no BAR",
		});
	if (remove)
		return epf_plan_remove_window(plan, driver, name,
					      ctl->args[2]);
	ret = epf_plan_add_window(plan, driver, name, ctl->args[2]);
	if (ret)
		return ret;
	if (asprintf(&attribute, WINDOWS "%s/size", ctl->args[2]) < 0)
		return fail(ctl, (struct failure){
			.err = ENOMEM,
			.message = strerror(ENOMEM),
		});
	ret = epf_plan_set(plan, driver, name, attribute, ctl->args[3]);
	free(attribute);
	return ret;
}

static int run(struct epfctl *ctl)
{
	if (strcmp(ctl->args[0], "list") == 0)
		return list(ctl);
	return change_run(ctl, change);
}

static bool is_number(const char *text)
{
	char *end;

	errno = 0;
	strtoull(text, &end, 0);
	return text[0] >= '0' && text[0] <= '9' && !*end && !errno;
}

static error_t parse(int key, char *text, struct argp_state *state)
{
	struct epfctl *ctl = state->input;
	int min, max;

	if (key != ARGP_KEY_END)
		return parse_command(key, text, state);
	if (ctl->num_args == 0)
		return parse_command(key, text, state);
	if (strcmp(ctl->args[0], "list") == 0) {
		min = max = 1;
	} else if (strcmp(ctl->args[0], "add") == 0) {
		min = 4;
		max = 5;
	} else if (strcmp(ctl->args[0], "remove") == 0) {
		min = max = 3;
	} else {
		argp_error(state, "%s: not list, add or remove", ctl->args[0]);
		return EINVAL;
	}
	for (int i = 3; i < ctl->num_args && i < max; i++) {
		if (is_number(ctl->args[i]))
			continue;
		argp_error(state, "%s: not %s", ctl->args[i],
			   i == 3 ? "a number of bytes"
				  : "the number of a BAR");
		return EINVAL;
	}
	if (ctl->num_args >= min && ctl->num_args <= max)
		return 0;
	argp_error(state, ctl->num_args < min ? "an argument is missing"
					      : "one argument too many");
	return EINVAL;
}

static const struct argp argp = {
	.parser = parse,
	.args_doc = "list\nadd FUNCTION WINDOW SIZE [BAR]\nremove FUNCTION WINDOW",
	.doc = "Show or change windows: those of the outbound address space of a "
	       "controller that are put aside for a function that stands on "
	       "epf-core, and the memory windows mwN of an NTB function.",
	.children = common_options,
};

const struct command command_window = {
	.name = "window",
	.summary = "show or change windows of functions",
	.argp = &argp,
	.min_args = 1,
	.max_args = 5,
	.run = run,
};
