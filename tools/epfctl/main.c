// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "completion.h"
#include "epfctl.h"
#include "exit.h"
#include "message.h"
#include "report.h"

/* Options have keys past the characters where they have no short form. */
enum {
	OPTION_COMPLETION = 256,
	OPTION_JSON,
	OPTION_NO_MODULES,
	OPTION_ROOT,
	OPTION_USAGE,
	OPTION_VERSION,
};

static const struct argp_option options[] = {
	{ "json", OPTION_JSON, NULL, 0,
	  "Print one JSON document, also on failure", 0 },
	{ "root", OPTION_ROOT, "DIR", 0,
	  "Work on DIR/sys/kernel/config/pci_ep", 0 },
	{ "dry-run", 'n', NULL, 0, "Print the steps of a change, run none", 0 },
	{ "no-modules", OPTION_NO_MODULES, NULL, 0, "Load no kernel module",
	  0 },
	{ "verbose", 'v', NULL, 0, "Tell each operation as it is done", 0 },
	{ "quiet", 'q', NULL, 0, "Say nothing but errors", 0 },
	{ "completion", OPTION_COMPLETION, "SHELL", OPTION_HIDDEN, NULL, 0 },
	{ "help", 'h', NULL, 0, "Print this help", -1 },
	{ "usage", OPTION_USAGE, NULL, 0, "Print a short usage message", -1 },
	{ "version", OPTION_VERSION, NULL, 0, "Print the version", -1 },
	{ 0 },
};

static void print_help(struct argp_state *state, unsigned int flags)
{
	argp_state_help(state, stdout, flags);
	exit(close_stdout() < 0 ? EXIT_CODE_FAILED : EXIT_CODE_OK);
}

static void print_version(void)
{
	puts("epfctl " PROJECT_VERSION);
	exit(close_stdout() < 0 ? EXIT_CODE_FAILED : EXIT_CODE_OK);
}

/* Hidden: for the build. */
static void print_completion(const char *shell, struct argp_state *state);

static error_t parse_common(int key, char *text, struct argp_state *state)
{
	struct epfctl *ctl = state->input;

	switch (key) {
	case OPTION_COMPLETION:
		print_completion(text, state);
		return EINVAL;
	case OPTION_JSON:
		ctl->json = true;
		return 0;
	case OPTION_ROOT:
		ctl->root = text;
		return 0;
	case OPTION_NO_MODULES:
		ctl->no_modules = true;
		return 0;
	case 'n':
		ctl->dry_run = true;
		return 0;
	case 'v':
		ctl->verbose = true;
		ctl->quiet = false;
		return 0;
	case 'q':
		ctl->quiet = true;
		ctl->verbose = false;
		return 0;
	case 'h':
		print_help(state, ARGP_HELP_STD_HELP);
		return 0;
	case OPTION_USAGE:
		print_help(state, ARGP_HELP_USAGE);
		return 0;
	case OPTION_VERSION:
		print_version();
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp common_argp = {
	.options = options,
	.parser = parse_common,
};

const struct argp_child common_options[] = {
	{ &common_argp, 0, "Options of every command:", 10 },
	{ 0 },
};

error_t parse_command(int key, char *text, struct argp_state *state)
{
	struct epfctl *ctl = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = ctl;
		return 0;
	case ARGP_KEY_ARG:
		if (ctl->num_args == ctl->command->max_args) {
			argp_error(state, "%s: one argument too many", text);
			return EINVAL;
		}
		ctl->args[ctl->num_args++] = text;
		return 0;
	case ARGP_KEY_END:
		if (ctl->num_args >= ctl->command->min_args)
			return 0;
		argp_error(state, "an argument is missing");
		return EINVAL;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

error_t parse_seconds(const char *text, struct argp_state *state,
		      unsigned int *seconds)
{
	unsigned long value;
	char *end;

	errno = 0;
	value = strtoul(text, &end, 10);
	if (text[0] < '0' || text[0] > '9' || *end || errno || value < 1 ||
	    value > 3600) {
		argp_error(state, "%s: not a number of seconds from 1 to 3600",
			   text);
		return EINVAL;
	}
	*seconds = value;
	return 0;
}

static const struct command *const commands[] = {
	&command_list,   &command_show,   &command_apply, &command_diff,
	&command_check,
	&command_export, &command_monitor, &command_create, &command_set,   &command_link,
	&command_start,  &command_stop,   &command_unlink, &command_delete,
	&command_window,
};

static void print_completion(const char *shell, struct argp_state *state)
{
	if (completion_print(shell, commands, ARRAY_SIZE(commands)) == 0)
		exit(close_stdout() < 0 ? EXIT_CODE_FAILED : EXIT_CODE_OK);
	argp_error(state, "%s: not bash, zsh or fish", shell);
}

static const struct command *find_command(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	return NULL;
}

/* Options, and the name of the command; the rest is the command's. */
static error_t parse_top(int key, char *text, struct argp_state *state)
{
	struct epfctl *ctl = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = ctl;
		return 0;
	case ARGP_KEY_ARG:
		ctl->command = find_command(text);
		if (!ctl->command) {
			argp_error(state, "%s: no such command", text);
			return EINVAL;
		}
		ctl->args = state->argv + state->next - 1;
		ctl->num_args = state->argc - state->next + 1;
		state->next = state->argc;
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "a command is missing");
		return EINVAL;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* Put the list of commands into --help. */
static char *filter_help(int key, const char *text, void *input)
{
	char *list = NULL;
	FILE *stream;
	size_t size;

	if (key != ARGP_KEY_HELP_POST_DOC)
		return (char *)text;
	stream = open_memstream(&list, &size);
	if (!stream)
		return NULL;
	fputs("Commands:\n", stream);
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		fprintf(stream, "  %-8s %s\n", commands[i]->name,
			commands[i]->summary);
	fputs("\n`epfctl COMMAND --help' tells more of a command. See epfctl(1).\n",
	      stream);
	fclose(stream);
	return list;
}

static const struct argp top_argp = {
	.parser = parse_top,
	.args_doc = "COMMAND [ARGUMENT...]",
	.doc = "Set up the functions of a PCI endpoint.\v",
	.children = common_options,
	.help_filter = filter_help,
};

/* argp exits on a bad command line before anyone can print a document. */
#define PARSE_FLAGS (ARGP_NO_EXIT | ARGP_NO_HELP)

static int parse(struct epfctl *ctl, int argc, char **argv)
{
	int num_args;
	char **args;
	static char name[32]; /* stays in argv */

	if (argp_parse(&top_argp, argc, argv, PARSE_FLAGS | ARGP_IN_ORDER,
		       NULL, ctl))
		return -EINVAL;
	args = ctl->args;
	num_args = ctl->num_args;
	/* The arguments replace the words they were found among. */
	ctl->args++;
	ctl->num_args = 0;
	snprintf(name, sizeof(name), "epfctl %s", ctl->command->name);
	args[0] = name;
	return argp_parse(ctl->command->argp, num_args, args, PARSE_FLAGS, NULL,
			  ctl) ? -EINVAL : 0;
}

static bool wants_json(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], "--json") == 0)
			return true;
	return false;
}

static void log_line(void *data, const char *line)
{
	report_line(line);
}

static int run(struct epfctl *ctl)
{
	const struct epf_ctx_options ctx_options = {
		.size = sizeof(ctx_options),
		.root = ctl->root,
		.flags = ctl->no_modules ? 0 : EPF_CTX_LOAD_MODULES,
		.log = ctl->verbose ? log_line : NULL,
	};
	int ret, status;

	ret = epf_ctx_new(&ctx_options, &ctl->ctx);
	if (ret) {
		message("%s", strerror(-ret));
		return EXIT_CODE_FAILED;
	}
	status = ctl->command->run(ctl);
	epf_ctx_free(ctl->ctx);
	return status;
}

int main(int argc, char **argv)
{
	struct epfctl ctl = { 0 };
	int status = EXIT_CODE_USAGE;

	argp_err_exit_status = EXIT_CODE_USAGE;
	/* getopt prints it as it is. */
	argv[0] = program_invocation_short_name;
	/* A reader that went away must not stop a change half way. */
	signal(SIGPIPE, SIG_IGN);

	if (parse(&ctl, argc, argv) == 0)
		status = run(&ctl);
	else if (ctl.json || wants_json(argc, argv))
		report_usage();
	if (close_stdout() < 0 && status == EXIT_CODE_OK)
		status = EXIT_CODE_FAILED;
	return status;
}
