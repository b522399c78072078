/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef SELECT_H
#define SELECT_H

#include <stddef.h>
#include <stdint.h>

#include "endpoint.h"
#include "exit.h"

/* The device of this kind that is named, by node or PCI address, or the only one
 * there is where device is NULL; waited for that many seconds. It is one of *endpoints,
 * which the caller frees with endpoints_free() in any case.
 * Return it, or NULL with the exit code in *status and what there is to say in
 * error, of that size. */
const struct endpoint *select_endpoint(const char *device,
				       enum endpoint_kind kind, uint64_t wait,
				       struct endpoint **endpoints,
				       size_t *count, enum exit_code *status,
				       char *error, size_t size);

#endif
