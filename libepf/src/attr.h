/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef ATTR_H
#define ATTR_H

#include <stdbool.h>
#include <stdint.h>

/* A standard field of a function: what the PCI header and the specification
 * allow, which is less than the kernel takes. */
struct attr_field {
	const char *name;
	uint32_t max;
	bool in_header; /* which functions of one driver may share */
};

/* NULL for an attribute of the driver's own. */
const struct attr_field *attr_find_field(const char *name);

/* A number as the kernel reads it: decimal, octal with 0, hex with 0x, nothing
 * around it. Returns 0, -EINVAL, or -ERANGE past 64 bits. */
int attr_parse(const char *text, uint64_t *number);

#endif
