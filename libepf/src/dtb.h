/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef LIBEPF_DTB_H
#define LIBEPF_DTB_H

#include <stdbool.h>
#include <stddef.h>

#include "config.h"

/* Devicetree blobs: epf-devicetree(5). */

/* Whether that is what data is, or what its name says that it is. */
bool dtb_is_blob(const char *name, const void *data, size_t size);

/* Fill in a configuration. 0, -EILSEQ with the record, -ENOMEM. */
int dtb_read(struct epf_config *config, const void *data, size_t size);

/* The name that Linux gives to the device of a node in a checked blob: free
 * it. NULL without memory. */
char *dtb_device_name(const void *fdt, int node);

#endif
