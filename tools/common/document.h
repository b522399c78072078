/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef DOCUMENT_H
#define DOCUMENT_H

#include <stdint.h>
#include <stdio.h>

struct json_object;

/* A JSON document: one object on standard output, also on failure, with
 * "schema" and "schema_version" (docs/schema/SCHEMA.json says the rest).
 * Quantities are integers, identifiers and addresses fixed-width hex strings,
 * an unknown scalar is null; the set of keys does not depend on the content. */

/* A new document; the caller owns it (json_object_put()). Never NULL: the
 * program ends where there is no memory. */
struct json_object *document_new(const char *schema, int version);

/* Print it to standard output with a newline and drop the caller's reference.
 * Errors show in close_stdout(). */
void document_print(struct json_object *document);

/* The same to any stream. */
void document_write(struct json_object *document, FILE *out);

/* {"message": "..."}, the "error" of a document, or null for NULL: no error. A
 * new object. */
struct json_object *document_error(const char *text);

/* "0x0a4c": value in hex, digits wide. A new object. */
struct json_object *document_hex(uint64_t value, int digits);

/* A string, or null for NULL. A new object. Bytes that are no UTF-8 become
 * U+FFFD: JSON cannot have them. */
struct json_object *document_string(const char *string);

#endif
