// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include <argp.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "command.h"
#include "exit.h"
#include "message.h"
#include "promise.h"

const char *argp_program_version = "pcitest " PROJECT_VERSION;

static const struct command *const commands[] = {
	&command_list,
	&command_run,
	&command_bench,
	&command_compare,
	&command_ports,
};

struct arguments {
	const struct command *command;
	int index; /* of its name in argv */
};

static error_t parse(int key, char *text, struct argp_state *state)
{
	struct arguments *arguments = state->input;

	switch (key) {
	case ARGP_KEY_ARG:
		for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
			if (strcmp(text, commands[i]->name) == 0)
				arguments->command = commands[i];
		if (!arguments->command)
			argp_error(state, "%s: no such command", text);
		/* What follows is the command's. */
		arguments->index = state->next - 1;
		state->next = state->argc;
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_usage(state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* The commands, for --help. */
static char *help(int key, const char *text, void *input)
{
	char *list = NULL;
	size_t size;
	FILE *out;

	if (key != ARGP_KEY_HELP_POST_DOC)
		return (char *)text;

	out = open_memstream(&list, &size);
	if (!out)
		return NULL;
	fprintf(out, "Commands:\n");
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		fprintf(out, "  %-8s %s\n", commands[i]->name,
			commands[i]->summary);
	fprintf(out,
		"\n`pcitest COMMAND --help' has the options of a command. Options without a command (-D -b -l -m -x -i -I -e -d -r -w -c -s -h) are those of the kernel's pcitest; `pcitest -h' lists them.\n");
	fclose(out);
	return list;
}

static const struct argp argp = {
	.parser = parse,
	.args_doc = "COMMAND [ARGUMENT...]",
	.doc = "Test PCI endpoints from the host they are plugged into.\v",
	.help_filter = help,
};

static bool is_legacy(const char *argument)
{
	return argument[0] == '-' && argument[1] && argument[1] != '-';
}

static int run_command(int argc, char **argv)
{
	struct arguments arguments = { 0 };
	char name[32];

	argp_parse(&argp, argc, argv, ARGP_IN_ORDER, NULL, &arguments);

	snprintf(name, sizeof(name), "pcitest %s", arguments.command->name);
	argv += arguments.index;
	argc -= arguments.index;
	argv[0] = name;
	return arguments.command->run(argc, argv);
}

int main(int argc, char **argv)
{
	int status;

	argp_err_exit_status = EXIT_CODE_USAGE;
	/* Messages of argp and getopt begin with it. */
	argv[0] = program_invocation_short_name;

	if (argc > 1 && is_legacy(argv[1])) {
		status = legacy_run(argc, argv);
	} else {
		promise_document(argc, argv);
		status = run_command(argc, argv);
		promise_print_document();
	}

	if (close_stdout() < 0 && status == EXIT_CODE_OK)
		status = EXIT_CODE_FAILED;
	return status;
}
