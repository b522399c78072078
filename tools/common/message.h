/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef MESSAGE_H
#define MESSAGE_H

#include <stdio.h>

/* Messages for people go to standard error, one line each, after the name of
 * the program; results go to standard output. */

/* Print "PROGRAM: FORMAT" and a newline. */
void message(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The last one, without the name, as far as it fits; NULL: there was none. */
const char *message_last(void);

/* Flush and close FILE. Return 0, or -errno if anything that was written to it is not
 * there: -EIO where that was before and why is not known any more. */
int close_written(FILE *file);

/* Flush and close standard output; a full disk or a closed pipe is reported.
 * Return 0 or -errno. Call it last. */
int close_stdout(void);

#endif
