// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include "change.h"

static int add(struct epfctl *ctl, const struct epf_topology *topology,
	       struct epf_plan *plan)
{
	const struct epf_function *function, *pf;
	const char *driver, *name;
	int ret = 0;

	ret = epf_topology_find_function(topology, ctl->args[0], &function);
	if (ret)
		return ret;
	driver = epf_driver_get_name(epf_function_get_driver(function));
	name = epf_function_get_name(function);
	pf = epf_function_get_pf(function);
	if (pf)
		ret = epf_plan_remove_vf(
			plan, epf_driver_get_name(epf_function_get_driver(pf)),
			epf_function_get_name(pf), driver, name);
	return ret ? ret : epf_plan_delete(plan, driver, name);
}

static int run(struct epfctl *ctl)
{
	return change_run(ctl, add);
}

static const struct argp argp = {
	.parser = parse_command,
	.args_doc = "FUNCTION",
	.doc = "Delete a function, which must not be linked. A virtual function is "
	       "taken from its physical function first.",
	.children = common_options,
};

const struct command command_delete = {
	.name = "delete",
	.summary = "delete a function",
	.argp = &argp,
	.min_args = 1,
	.max_args = 1,
	.run = run,
};
