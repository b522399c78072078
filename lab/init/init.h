/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */
#ifndef LAB_INIT_H
#define LAB_INIT_H

#include <sys/types.h>

/* Tell epflab why the command cannot be started, and end the kernel. */
void fail(const char *format, ...)
	__attribute__((noreturn, format(printf, 1, 2)));

void write_file(const char *path, const char *text);

/* machine.c: the root, the file systems, the simulated controller */
void machine_set_up(const char *modules);
void machine_close_outside(void);
void machine_show(const char *path);
void machine_make_sim(const char *profile, char *knobs);
void machine_apply(char *file);
bool machine_started(void);

/* autoload.c: modules for devices that appear from now on */
void autoload_start(void);
void autoload_settle(void);

/* streams.c: the command's input, output and errors */
int line_open_raw(const char *path);
void streams_open(int child[3]);
int streams_pump(pid_t command);

#endif
