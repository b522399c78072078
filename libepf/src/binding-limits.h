/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef LIBEPF_BINDING_LIMITS_H
#define LIBEPF_BINDING_LIMITS_H

#include "cfs.h"

/* What a binding can be, in YAML and in a devicetree. */

#define BINDING_MAX_FILE_SIZE (1024 * 1024)
#define BINDING_MAX_CONTROLLERS 64
/* The kernel keeps the numbers that are taken in an unsigned long. */
#define BINDING_MAX_FUNCTIONS 64
#define BINDING_MAX_VFS 63
#define BINDING_MAX_ATTRIBUTES 256
#define BINDING_MAX_WAIT 3600 /* for the link, in seconds */
#define BINDING_NUM_BARS 6
#define BINDING_MIN_BAR_SIZE 16
/* One write(2), with a newline. */
#define BINDING_MAX_VALUE (CFS_WRITE_MAX - 1)

/* A standard field has one spelling: the key that sets this attribute, or
 * NULL. */
const char *binding_key_of(const char *attribute);

#endif
