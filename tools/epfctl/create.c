// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include <limits.h>

#include "change.h"

static int add(struct epfctl *ctl, const struct epf_topology *topology,
	       struct epf_plan *plan)
{
	const char *driver = ctl->args[0], *name = ctl->args[1];
	int ret;

	ret = epf_plan_create(plan, driver, name);
	return ret ? ret : change_add_settings(ctl, plan, driver, name, 2);
}

static int run(struct epfctl *ctl)
{
	return change_run(ctl, add);
}

static const struct argp argp = {
	.parser = parse_command,
	.args_doc = "DRIVER NAME [ATTRIBUTE=VALUE...]",
	.doc = "Make a function NAME of DRIVER, with attributes if any are given. "
	       "The module of the driver is loaded if need be.",
	.children = common_options,
};

const struct command command_create = {
	.name = "create",
	.summary = "make a function",
	.argp = &argp,
	.min_args = 2,
	.max_args = INT_MAX,
	.run = run,
};
