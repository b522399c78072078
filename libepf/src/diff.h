/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef LIBEPF_DIFF_H
#define LIBEPF_DIFF_H

#include "config.h"
#include "internal.h"

struct epf_difference {
	char *object;   /* path below pci_ep */
	char *property; /* NULL: the object as a whole */
	char *current;  /* NULL: is not there */
	char *wanted;   /* NULL: is not in the file */
	struct config_mark mark;
	/* Takes an unlink: of this function, which the system has. */
	const struct epf_function *bound;
};

struct epf_diff {
	struct epf_difference *items;
	size_t count;
};

#endif
