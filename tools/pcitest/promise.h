/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef PROMISE_H
#define PROMISE_H

#include <stdbool.h>

/* Who asks for JSON gets one document, also where the program ends before its
 * command prints one: argp ends it at a command line that is not understood,
 * libpci where it cannot go on. So that document, with the last message, is
 * printed at the end of the program unless the promise was kept. */

/* Promise the document, if the arguments ask for JSON (and not for help). */
void promise_document(int argc, char **argv);
/* The command line is understood: it asks for JSON, or does not. */
void promise_settle(bool json);
/* The command prints its own now. */
void promise_keep(void);
/* Print the promised one now, if it is still due. */
void promise_print_document(void);

#endif
