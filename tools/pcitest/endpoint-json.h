/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef ENDPOINT_JSON_H
#define ENDPOINT_JSON_H

struct endpoint;
struct json_object;

/* The endpoint as an object of a document; the same in all of them. abi may be
 * NULL: not known. The caller owns it. */
struct json_object *endpoint_json(const struct endpoint *endpoint,
				  const char *abi);

#endif
