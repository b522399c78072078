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

static int wait_link(struct epfctl *ctl)
{
	return epf_ctx_wait_link(ctl->ctx, ctl->args[0], ctl->wait * 1000);
}

static int run(struct epfctl *ctl)
{
	if (ctl->wait)
		ctl->after = wait_link;
	return change_run(ctl, add);
}

static const struct argp_option options[] = {
	{ "wait", 'w', "SECONDS", 0, "Wait for the link to come up", 0 },
	{ 0 },
};

static error_t parse(int key, char *text, struct argp_state *state)
{
	struct epfctl *ctl = state->input;

	if (key == 'w')
		return parse_seconds(text, state, &ctl->wait);
	return parse_command(key, text, state);
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
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
