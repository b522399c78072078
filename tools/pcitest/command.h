/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef COMMAND_H
#define COMMAND_H

/* A command of pcitest. */
struct command {
	const char *name;
	const char *summary;
	/* argv[0] is "pcitest NAME". Return the exit code. */
	int (*run)(int argc, char **argv);
};

extern const struct command command_list, command_run, command_bench,
	command_compare, command_ports;

/* The command line of the kernel's pcitest: options and no command. */
int legacy_run(int argc, char **argv);

#endif
