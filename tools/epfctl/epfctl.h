/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef EPFCTL_H
#define EPFCTL_H

#include <argp.h>
#include <stdbool.h>

#include <epf.h>

/* A failure, of the library or of the program itself. The strings are borrowed:
 * those of the library live until its next call. */
struct failure {
	int err; /* positive errno; 0: none */
	const char *operation;
	const char *path;
	const char *value;
	const char *message;
	const char *hint;
	const char *file;
	unsigned int line;
	unsigned int column;
};

/* One run of the program. */
struct epfctl {
	const struct command *command;
	char **args; /* of the command */
	int num_args;

	const char *root;
	bool json;
	bool dry_run;
	bool no_modules;
	bool verbose;
	bool quiet;
	bool secondary;
	bool replace;
	bool dts;
	unsigned int wait; /* seconds; 0: not */
	struct epf_config *config; /* of apply, for what comes after */
	/* After the plan, if that succeeded and was not only shown. 0 or -errno,
	 * with the failure; what the plan did stands. */
	int (*after)(struct epfctl *ctl);

	struct epf_ctx *ctx;
	struct failure failure; /* of the program; see fail() */
};

struct command {
	const char *name;
	const char *summary;
	const struct argp *argp;
	int min_args;
	int max_args;
	int (*run)(struct epfctl *ctl); /* the exit code */
};

extern const struct command command_apply, command_check, command_create, command_delete,
	command_diff, command_export, command_link, command_list,
	command_monitor, command_set,
	command_show, command_start, command_stop, command_unlink,
	command_window;

/* For the argp of a command: the options that all commands share, and a parser
 * that takes the arguments and counts them. */
extern const struct argp_child common_options[];
error_t parse_command(int key, char *text, struct argp_state *state);

/* Take the seconds of an option. 0, or EINVAL after telling. */
error_t parse_seconds(const char *text, struct argp_state *state,
		      unsigned int *seconds);

/* Note a failure of the program itself. Return -failure.err. */
int fail(struct epfctl *ctl, struct failure failure);

#endif
