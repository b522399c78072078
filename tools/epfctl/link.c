// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include "change.h"

static int add(struct epfctl *ctl, const struct epf_topology *topology,
	       struct epf_plan *plan)
{
	const struct epf_controller *controller;
	const struct epf_function *function;
	int ret;

	ret = epf_topology_find_function(topology, ctl->args[0], &function);
	if (!ret)
		ret = epf_topology_find_controller(topology, ctl->args[1],
						   &controller);
	if (ret)
		return ret;
	return epf_plan_link(
		plan, epf_driver_get_name(epf_function_get_driver(function)),
		epf_function_get_name(function), ctl->args[1],
		ctl->secondary ? EPF_INTERFACE_SECONDARY
			       : EPF_INTERFACE_PRIMARY);
}

static const struct argp_option options[] = {
	{ "secondary", 's', NULL, 0,
	  "Link the other side of an NTB function", 0 },
	{ 0 },
};

static error_t parse(int key, char *text, struct argp_state *state)
{
	struct epfctl *ctl = state->input;

	if (key != 's')
		return parse_command(key, text, state);
	ctl->secondary = true;
	return 0;
}

static int run(struct epfctl *ctl)
{
	return change_run(ctl, add);
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.args_doc = "FUNCTION CONTROLLER",
	.doc = "Link a function to a controller. The function gets the lowest number "
	       "that is free there.",
	.children = common_options,
};

const struct command command_link = {
	.name = "link",
	.summary = "link a function to a controller",
	.argp = &argp,
	.min_args = 2,
	.max_args = 2,
	.run = run,
};
