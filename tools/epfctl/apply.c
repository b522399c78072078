// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "change.h"

/* Somewhat more than the library takes. */
#define INPUT_MAX (1024 * 1024 + 1)

static int parse_input(struct epfctl *ctl, struct epf_config **config)
{
	char *data = malloc(INPUT_MAX);
	size_t size;
	int ret;

	if (!data)
		return fail(ctl, (struct failure){
			.err = ENOMEM,
			.message = strerror(ENOMEM),
		});
	size = fread(data, 1, INPUT_MAX, stdin);
	if (ferror(stdin))
		ret = fail(ctl, (struct failure){
			.err = errno,
			.operation = "read",
			.path = "standard input",
			.message = strerror(errno),
		});
	else
		ret = epf_config_parse(ctl->ctx, "<stdin>", data, size, config);
	free(data);
	return ret;
}

static int add(struct epfctl *ctl, const struct epf_topology *topology,
	       struct epf_plan *plan)
{
	struct epf_config *config;
	int ret;

	if (strcmp(ctl->args[0], "-") == 0)
		ret = parse_input(ctl, &config);
	else
		ret = epf_config_read(ctl->ctx, ctl->args[0], &config);
	if (ret)
		return ret;
	ret = epf_plan_configure(plan, config, topology);
	epf_config_free(config);
	return ret;
}

static int run(struct epfctl *ctl)
{
	return change_run(ctl, add);
}

static const struct argp argp = {
	.parser = parse_command,
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
