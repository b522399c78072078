// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include <limits.h>

#include "change.h"

static int add(struct epfctl *ctl, const struct epf_topology *topology,
	       struct epf_plan *plan)
{
	const struct epf_function *function;
	const char *driver;
	int ret;

	ret = epf_topology_find_function(topology, ctl->args[0], &function);
	if (ret)
		return ret;
	driver = epf_driver_get_name(epf_function_get_driver(function));
	return change_add_settings(ctl, plan, driver,
				   epf_function_get_name(function), 1);
}

static int run(struct epfctl *ctl)
{
	return change_run(ctl, add);
}

static const struct argp argp = {
	.parser = parse_command,
	.args_doc = "FUNCTION ATTRIBUTE=VALUE...",
	.doc = "Write attributes of a function: all of them, or none where one is "
	       "refused. What the host sees of it can only be changed while the "
	       "function is not linked.",
	.children = common_options,
};

const struct command command_set = {
	.name = "set",
	.summary = "write attributes of a function",
	.argp = &argp,
	.min_args = 2,
	.max_args = INT_MAX,
	.run = run,
};
