// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include <json-c/json.h>

#include "document.h"
#include "exit.h"
#include "objects.h"
#include "report.h"

static int export(struct epfctl *ctl, const struct epf_topology *topology,
		  char **text)
{
	struct epf_config *config;
	int ret;

	ret = epf_config_capture(ctl->ctx, topology,
				 (const char *const *)ctl->args, ctl->num_args,
				 &config);
	if (ret)
		return ret;
	ret = ctl->dts ? epf_config_print_dts(config, text)
		       : epf_config_print(config, text);
	epf_config_free(config);
	return ret;
}

static bool is_linked(const struct epf_function *function)
{
	return epf_function_get_num_links(function) &&
	       epf_link_get_interface(epf_function_get_link(function, 0)) ==
		       EPF_INTERFACE_PRIMARY;
}

/* A binding file has no place for them. */
static void report_left_out(const struct epfctl *ctl,
			    const struct epf_topology *topology)
{
	const struct epf_function *function;
	char *name;

	for (size_t i = 0; i < epf_topology_get_num_functions(topology); i++) {
		function = epf_topology_get_function(topology, i);
		if (is_linked(function) || epf_function_get_pf(function))
			continue;
		name = function_name_text(function);
		printf(ctl->dts ? "/* left out, has no primary link: %s */\n"
				: "# left out, has no primary link: %s\n",
		       name);
		free(name);
	}
}

static void print_json(const char *text, const struct failure *failure)
{
	struct json_object *document = document_new("epfctl-export", 1);

	json_object_object_add(document, "binding", document_string(text));
	json_object_object_add(document, "error", failure_json(failure));
	document_print(document);
}

static int run(struct epfctl *ctl)
{
	struct epf_topology *topology = NULL;
	struct failure failure = { 0 };
	char *text = NULL;
	int ret;

	ret = epf_topology_new(ctl->ctx, &topology);
	if (!ret)
		ret = export(ctl, topology, &text);
	if (ret)
		failure = get_failure(ctl);
	if (ctl->json)
		print_json(text, &failure);
	else if (!ret)
		fputs(text, stdout);
	if (!ret && !ctl->json && ctl->num_args == 0)
		report_left_out(ctl, topology);
	if (ret)
		report_failure(&failure);
	free(text);
	epf_topology_free(topology);
	return ret ? EXIT_CODE_FAILED : EXIT_CODE_OK;
}

enum {
	OPTION_DTS = 512,
};

static const struct argp_option options[] = {
	{ "dts", OPTION_DTS, NULL, 0,
	  "Write devicetree source, epf-devicetree(5)", 0 },
	{ 0 },
};

static error_t parse(int key, char *text, struct argp_state *state)
{
	struct epfctl *ctl = state->input;

	if (key != OPTION_DTS)
		return parse_command(key, text, state);
	ctl->dts = true;
	return 0;
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.args_doc = "[NAME...]",
	.doc = "Write a file, epf-binding(5), that makes the system as it is. "
	       "NAME is a controller, with all that is linked to it, or a "
	       "function.",
	.children = common_options,
};

const struct command command_export = {
	.name = "export",
	.summary = "write a file that makes the system as it is",
	.argp = &argp,
	.max_args = INT_MAX,
	.run = run,
};
