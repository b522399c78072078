// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include "change.h"
#include "input.h"

static int add(struct epfctl *ctl, const struct epf_topology *topology,
	       struct epf_plan *plan)
{
	struct epf_config *config;
	int ret;

	ret = input_read(ctl, ctl->args[0], &config);
	if (ret)
		return ret;
	ret = ctl->replace ? epf_plan_replace(plan, config, topology)
			   : epf_plan_configure(plan, config, topology);
	ctl->config = config;
	return ret;
}

static int wait_link(struct epfctl *ctl)
{
	return epf_config_wait_link(ctl->config, ctl->wait * 1000);
}

static int run(struct epfctl *ctl)
{
	int status;

	ctl->after = wait_link;
	status = change_run(ctl, add);
	epf_config_free(ctl->config);
	return status;
}

static const struct argp_option options[] = {
	{ "replace", 'r', NULL, 0,
	  "Take down what FILE does not name, and make anew what cannot be changed while it is linked",
	  0 },
	{ "wait", 'w', "SECONDS", 0,
	  "Wait for the link of each controller that FILE starts", 0 },
	{ 0 },
};

static error_t parse(int key, char *text, struct argp_state *state)
{
	struct epfctl *ctl = state->input;

	switch (key) {
	case 'r':
		ctl->replace = true;
		return 0;
	case 'w':
		return parse_seconds(text, state, &ctl->wait);
	default:
		return parse_command(key, text, state);
	}
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.args_doc = "FILE",
	.doc = "Do all that it takes to make the system look like FILE, "
	       "epf-binding(5), or nothing if anything fails. FILE can be - for "
	       "standard input.",
	.children = common_options,
};

const struct command command_apply = {
	.name = "apply",
	.summary = "make the system look like a file",
	.argp = &argp,
	.min_args = 1,
	.max_args = 1,
	.run = run,
};
