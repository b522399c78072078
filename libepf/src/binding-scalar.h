/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef LIBEPF_BINDING_SCALAR_H
#define LIBEPF_BINDING_SCALAR_H

#include "binding-reader.h"
#include "config.h"

/* Names, numbers and sizes of a binding file, and the attributes that they
 * become. Those that return int return 0, or -errno with the record. */

/* Readers of a key, see struct binding_key. */

/* Into the struct config_string at key->offset. */
int binding_read_name(struct binding_reader *reader,
		      const struct binding_key *key, void *object);
/* Into the bool there. */
int binding_read_bool(struct binding_reader *reader,
		      const struct binding_key *key, void *object);
/* Into the struct config_number there, from key->min to key->max. */
int binding_read_number(struct binding_reader *reader,
			const struct binding_key *key, void *object);
/* Into key->attribute of a function: a field of the header, a number of
 * interrupts, and the interrupt pin. */
int binding_read_field(struct binding_reader *reader,
		       const struct binding_key *key, void *object);
int binding_read_count(struct binding_reader *reader,
		       const struct binding_key *key, void *object);
int binding_read_pin(struct binding_reader *reader,
		     const struct binding_key *key, void *object);

/* What they are made of. */

/* Whether text is a name of a directory or file in configfs. */
int binding_check_name(struct binding_reader *reader, const char *text);
/* The same of an attribute, which may be below the driver's directory. */
int binding_check_attribute_name(struct binding_reader *reader,
				 const char *text);
/* A copy of the text, for the owner of string to free. */
int binding_copy_scalar(struct binding_reader *reader, const char *text,
			struct config_string *string);
/* A number from key->min to key->max; hex: how to tell people of that range. */
int binding_get_number(struct binding_reader *reader,
		       const struct binding_key *key, bool hex,
		       uint64_t *value);
/* Bytes, or a number of KiB, MiB or GiB; false where text is neither. */
bool binding_parse_size(const char *text, uint64_t *size);

/* Add an attribute to a function, which must not have it yet. */
int binding_add_attribute(struct binding_reader *reader,
			  struct config_function *function, const char *name,
			  const char *value, struct config_mark mark);
/* hex: as the kernel prints a field of the header. */
int binding_add_number(struct binding_reader *reader,
		       struct config_function *function, const char *name,
		       bool hex, uint64_t value, struct config_mark mark);

#endif
