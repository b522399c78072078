/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef LIBEPF_BINDING_READER_H
#define LIBEPF_BINDING_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <yaml.h>

#include "config.h"

/* YAML as a stream of events, and mappings read by a table of their keys. No
 * tree is built, so that what a file may nest is what the tables nest.
 * Anchors, aliases and tags are refused: nothing here needs them, and they
 * make a short file arbitrarily large.
 *
 * A read function finds the first event of its value in reader->event and
 * leaves the last one there. All return 0, or -errno with the record. */

struct binding_reader {
	struct epf_config *config;
	const char *data;
	size_t size;
	yaml_parser_t parser;
	yaml_event_t event;
	const char *key; /* being read, for messages */
};

/* Keys of one mapping. */
#define BINDING_MAX_KEYS 24

struct binding_key {
	const char *name;
	int (*read)(struct binding_reader *reader,
		    const struct binding_key *key, void *object);
	bool required;
	size_t offset;         /* of the member of object, where that helps */
	const char *attribute; /* in configfs, likewise */
	uint64_t min, max;     /* of a number, likewise */
};

int binding_reader_init(struct binding_reader *reader,
			struct epf_config *config, const char *data,
			size_t size);
void binding_reader_destroy(struct binding_reader *reader);

/* Go to the next event. */
int binding_next(struct binding_reader *reader);

/* Where the current event begins. */
struct config_mark binding_mark(const struct binding_reader *reader);

/* Read a mapping; keys ends with an entry without a name. */
int binding_read_mapping(struct binding_reader *reader,
			 const struct binding_key *keys, void *object);

/* Read a list of at most max items, each with read_item. */
int binding_read_list(struct binding_reader *reader, size_t max,
		      int (*read_item)(struct binding_reader *reader,
				       void *object),
		      void *object);

/* The text of the current event, which must be a scalar and have some; not
 * copied. expected is what to say otherwise. */
int binding_scalar(struct binding_reader *reader, const char *expected,
		   const char **text);

/* Whether the current event is a number, decimal or 0x, without quotes. */
bool binding_number(struct binding_reader *reader, uint64_t *value);

/* Parse such a number at the beginning of text. */
bool binding_parse_number(const char *text, char **end, uint64_t *value);

/* "found WHAT, expected EXPECTED" at the current event. */
int binding_mismatch(struct binding_reader *reader, const char *expected);

#endif
