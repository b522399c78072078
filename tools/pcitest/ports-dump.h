/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef PORTS_DUMP_H
#define PORTS_DUMP_H

#include <stddef.h>

#include "ports-function.h"

/* A saved `lspci -xxxx` (or -xxx, or -x), with or without its other options:
 *
 *	00:1c.0 PCI bridge: what it is
 *	00: 86 80 18 a1 07 04 10 00 f1 00 04 06 00 00 81 00
 *
 * A function begins with its address; the lines of bytes that follow are in
 * order and without gaps, but for a line of one "*", which as in hexdump(1)
 * stands for repetitions of the line before it. What is no hex is not looked at.
 * libpci can read dumps, too, but says neither what is wrong nor where, and ends
 * the program. */

/* Read the functions of a dump in memory; name is of the file, for errors. The
 * caller frees them. Return 0; -EILSEQ or -ENOMEM with the error set. */
int ports_dump_parse(const char *text, size_t length, const char *name,
		     struct pci_functions *functions,
		     struct ports_error *error);

/* The same of a file, "-" for standard input. Also what opening and reading it
 * met; -EFBIG for one of more than 64 MiB. */
int ports_dump_read(const char *path, struct pci_functions *functions,
		    struct ports_error *error);

#endif
