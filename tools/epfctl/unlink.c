// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include <errno.h>
#include <string.h>

#include "change.h"

/* The link of the function to that controller, or NULL. */
static const struct epf_link *find_link(const struct epf_function *function,
					const char *controller)
{
	const struct epf_link *link;

	for (size_t i = 0; i < epf_function_get_num_links(function); i++) {
		link = epf_function_get_link(function, i);
		if (strcmp(epf_controller_get_name(
				   epf_link_get_controller(link)),
			   controller) == 0)
			return link;
	}
	return NULL;
}

static int add(struct epfctl *ctl, const struct epf_topology *topology,
	       struct epf_plan *plan)
{
	const struct epf_controller *controller;
	const struct epf_function *function;
	const struct epf_link *link;
	int ret;

	ret = epf_topology_find_function(topology, ctl->args[0], &function);
	if (!ret)
		ret = epf_topology_find_controller(topology, ctl->args[1],
						   &controller);
	if (ret)
		return ret;
	link = find_link(function, ctl->args[1]);
	if (!link)
		return fail(ctl, (struct failure){
			.err = ENOENT,
			.operation = "find",
			.path = ctl->args[0],
			.value = ctl->args[1],
			.message = "not linked to that controller",
		});
	return epf_plan_unlink(
		plan, epf_driver_get_name(epf_function_get_driver(function)),
		epf_function_get_name(function), ctl->args[1],
		epf_link_get_interface(link));
}

static int run(struct epfctl *ctl)
{
	return change_run(ctl, add);
}

static const struct argp argp = {
	.parser = parse_command,
	.args_doc = "FUNCTION CONTROLLER",
	.doc = "Unlink a function from a controller, which must be stopped.",
	.children = common_options,
};

const struct command command_unlink = {
	.name = "unlink",
	.summary = "unlink a function from a controller",
	.argp = &argp,
	.min_args = 2,
	.max_args = 2,
	.run = run,
};
