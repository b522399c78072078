// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include "change.h"

static int add(struct epfctl *ctl, const struct epf_topology *topology,
	       struct epf_plan *plan)
{
	const struct epf_controller *controller;
	int ret;

	ret = epf_topology_find_controller(topology, ctl->args[0], &controller);
	return ret ? ret : epf_plan_start(plan, ctl->args[0]);
}

static int run(struct epfctl *ctl)
{
	return change_run(ctl, add);
}

static const struct argp argp = {
	.parser = parse_command,
	.args_doc = "CONTROLLER",
	.doc = "Start a controller: the host can find what is linked to it.",
	.children = common_options,
};

const struct command command_start = {
	.name = "start",
	.summary = "start a controller",
	.argp = &argp,
	.min_args = 1,
	.max_args = 1,
	.run = run,
};
