/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef USAGE_H
#define USAGE_H

/* Who asks for JSON gets one document, also where the command line is not
 * understood; but argp ends the program there. So that document is the one that
 * is printed at the end of the program unless it is called off. */

/* Promise the document, if the arguments ask for JSON (and not for help). */
void usage_promise_document(int argc, char **argv);
/* The command line is understood: the command prints its own. */
void usage_call_off(void);
/* Print it now, if it is still due. */
void usage_print_document(void);

#endif
