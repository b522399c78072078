// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include <errno.h>
#include <stdio.h>

#include <json-c/json.h>

#include "document.h"
#include "exit.h"
#include "input.h"
#include "report.h"

static void print_difference(const struct epf_difference *difference)
{
	const char *property = epf_difference_get_property(difference);
	const char *current = epf_difference_get_current(difference);
	const char *wanted = epf_difference_get_wanted(difference);

	put_escaped(epf_difference_get_object(difference), stdout);
	if (property) {
		putchar(' ');
		put_escaped(property, stdout);
	}
	fputs(": ", stdout);
	put_escaped(current ? current : "nothing", stdout);
	fputs(", the file has ", stdout);
	put_escaped(wanted ? wanted : "nothing", stdout);
	putchar('\n');
}

static struct json_object *
difference_json(const struct epf_difference *difference)
{
	unsigned int line = epf_difference_get_line(difference);
	unsigned int column = epf_difference_get_column(difference);
	struct json_object *json = json_object_new_object();

	json_object_object_add(
		json, "object",
		document_string(epf_difference_get_object(difference)));
	json_object_object_add(
		json, "property",
		document_string(epf_difference_get_property(difference)));
	json_object_object_add(
		json, "current",
		document_string(epf_difference_get_current(difference)));
	json_object_object_add(
		json, "wanted",
		document_string(epf_difference_get_wanted(difference)));
	json_object_object_add(json, "line",
			       line ? json_object_new_int64(line) : NULL);
	json_object_object_add(json, "column",
			       column ? json_object_new_int64(column) : NULL);
	return json;
}

static void print_json(const struct epf_diff *diff,
		       const struct failure *failure)
{
	struct json_object *document = document_new("epfctl-diff", 1);
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; diff && i < epf_diff_get_num_differences(diff); i++)
		json_object_array_add(
			list,
			difference_json(epf_diff_get_difference(diff, i)));
	json_object_object_add(document, "differences", list);
	json_object_object_add(document, "error", failure_json(failure));
	document_print(document);
}

static void print_text(const struct epfctl *ctl, const struct epf_diff *diff)
{
	size_t count = epf_diff_get_num_differences(diff);

	for (size_t i = 0; i < count; i++)
		print_difference(epf_diff_get_difference(diff, i));
	if (count == 0 && !ctl->quiet)
		puts("no difference");
}

static int status_of(int ret, const struct epf_diff *diff)
{
	if (ret == -EILSEQ)
		return EXIT_CODE_USAGE;
	if (ret)
		return EXIT_CODE_FAILED;
	return epf_diff_get_num_differences(diff) ? EXIT_CODE_DIFFERS
						  : EXIT_CODE_OK;
}

static int run(struct epfctl *ctl)
{
	struct epf_topology *topology = NULL;
	struct epf_config *config = NULL;
	struct failure failure = { 0 };
	struct epf_diff *diff = NULL;
	int ret, status;

	ret = input_read(ctl, ctl->args[0], &config);
	if (!ret)
		ret = epf_topology_new(ctl->ctx, &topology);
	if (!ret)
		ret = epf_diff_new(config, topology,
				   ctl->replace ? EPF_DIFF_EXACT : 0, &diff);
	if (ret)
		failure = get_failure(ctl);
	if (ctl->json)
		print_json(diff, &failure);
	else if (!ret)
		print_text(ctl, diff);
	if (ret)
		report_failure(&failure);
	status = status_of(ret, diff);
	epf_diff_free(diff);
	epf_topology_free(topology);
	epf_config_free(config);
	return status;
}

static const struct argp_option options[] = {
	{ "replace", 'r', NULL, 0,
	  "What FILE does not name is a difference, as for apply --replace", 0 },
	{ 0 },
};

static error_t parse(int key, char *text, struct argp_state *state)
{
	struct epfctl *ctl = state->input;

	if (key != 'r')
		return parse_command(key, text, state);
	ctl->replace = true;
	return 0;
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.args_doc = "FILE",
	.doc = "Tell what the system has otherwise than FILE, epf-binding(5), "
	       "wants it. The exit status is 3 if there is any difference. FILE "
	       "can be - for standard input.",
	.children = common_options,
};

const struct command command_diff = {
	.name = "diff",
	.summary = "compare the system with a file",
	.argp = &argp,
	.min_args = 1,
	.max_args = 1,
	.run = run,
};
