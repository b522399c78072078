/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef REPORT_H
#define REPORT_H

#include <stdio.h>

#include "epfctl.h"

struct json_object;

/* The failure of this run: the program's own, else the library's record. */
struct failure get_failure(const struct epfctl *ctl);

/* Tell a failure on standard error in one line: a place in a file comes first,
 * as compilers have it. */
void report_failure(const struct failure *failure);
/* The same as a new JSON object; null for no failure. */
struct json_object *failure_json(const struct failure *failure);

/* The document for a command line that was not understood. argp told why. */
void report_usage(void);

/* A line on standard error, after the name of the program. */
void report_line(const char *line);

/* Write text with \xNN for its control characters, and for what is no UTF-8: a
 * name from a file or the kernel must not drive the terminal. */
void put_escaped(const char *text, FILE *stream);
/* What that takes on the screen. */
size_t escaped_width(const char *text);

#endif
