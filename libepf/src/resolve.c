// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "resolve.h"

/* "the controllers are a, b" */
static char *list_controllers(const struct epf_topology *topology)
{
	size_t count = epf_topology_get_num_controllers(topology);
	const struct epf_controller *controller;
	char *text = NULL;
	FILE *stream;
	size_t size;

	if (count == 0)
		return strdup("there are no controllers: is the driver of one loaded?");
	stream = open_memstream(&text, &size);
	if (!stream)
		return NULL;
	fputs("the controllers are ", stream);
	for (size_t i = 0; i < count; i++) {
		controller = epf_topology_get_controller(topology, i);
		fprintf(stream, "%s%s", i ? ", " : "",
			epf_controller_get_name(controller));
	}
	if (fclose(stream) == 0)
		return text;
	free(text);
	return NULL;
}

static bool is_meant(const struct config_controller *wanted,
		     const struct epf_controller *controller)
{
	const char *name = epf_controller_get_name(controller);

	switch (wanted->match) {
	case CONFIG_BY_NAME:
		return strcmp(wanted->name.text, name) == 0;
	case CONFIG_BY_PATTERN:
		return fnmatch(wanted->name.text, name, 0) == 0;
	case CONFIG_ONLY:
		return true;
	}
	return false;
}

static int fail(const struct epf_config *config,
		const struct config_controller *wanted,
		const struct epf_topology *topology, bool many)
{
	_cleanup_free_ char *hint = list_controllers(topology);
	int err = many ? -ENOTUNIQ : -ESRCH;

	switch (wanted->match) {
	case CONFIG_BY_NAME:
		return config_fail(config, err, wanted->name.mark, "name",
				   wanted->name.text, hint,
				   "no controller '%s'", wanted->name.text);
	case CONFIG_BY_PATTERN:
		return config_fail(config, err, wanted->name.mark, "pattern",
				   wanted->name.text, hint,
				   many ? "more than one controller matches '%s'"
					: "no controller matches '%s'",
				   wanted->name.text);
	case CONFIG_ONLY:
		break;
	}
	return config_fail(config, err, wanted->name.mark, "only", NULL, hint,
			   many ? "there is more than one controller"
				: "there is no controller");
}

static int find(const struct epf_config *config,
		const struct config_controller *wanted,
		const struct epf_topology *topology,
		const struct epf_controller **found)
{
	const struct epf_controller *controller, *first = NULL;

	for (size_t i = 0; i < epf_topology_get_num_controllers(topology);
	     i++) {
		controller = epf_topology_get_controller(topology, i);
		if (!is_meant(wanted, controller))
			continue;
		if (first)
			return fail(config, wanted, topology, true);
		first = controller;
	}
	if (!first)
		return fail(config, wanted, topology, false);
	*found = first;
	return 0;
}

int resolve_controllers(const struct epf_config *config,
			const struct epf_topology *topology,
			const struct epf_controller ***controllers)
{
	const struct epf_controller **found;
	const struct config_controller *wanted;
	int ret = 0;

	found = calloc(config->num_controllers + 1, sizeof(*found));
	if (!found)
		return -ENOMEM;
	for (size_t i = 0; i < config->num_controllers && !ret; i++) {
		wanted = &config->controllers[i];
		ret = find(config, wanted, topology, &found[i]);
		for (size_t j = 0; j < i && !ret; j++)
			if (found[j] == found[i])
				ret = config_fail(
					config, -ENOTUNIQ, wanted->name.mark,
					NULL, wanted->name.text, NULL,
					"this is %s, which the file has at line %u",
					epf_controller_get_name(found[i]),
					config->controllers[j].name.mark.line);
	}
	if (ret)
		free(found);
	else
		*controllers = found;
	return ret;
}

const struct epf_function *
resolve_function(const struct epf_topology *topology,
		 const struct config_function *wanted)
{
	const struct epf_function *function;
	const char *driver;

	for (size_t i = 0; i < epf_topology_get_num_functions(topology); i++) {
		function = epf_topology_get_function(topology, i);
		driver = epf_driver_get_name(epf_function_get_driver(function));
		if (strcmp(driver, wanted->driver.text) == 0 &&
		    strcmp(epf_function_get_name(function),
			   wanted->name.text) == 0)
			return function;
	}
	return NULL;
}

const struct epf_link *resolve_link(const struct epf_function *function,
				    enum epf_interface interface)
{
	const struct epf_link *link;

	for (size_t i = 0; i < epf_function_get_num_links(function); i++) {
		link = epf_function_get_link(function, i);
		if (epf_link_get_interface(link) == interface)
			return link;
	}
	return NULL;
}
