// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "binding-reader.h"

/* A longer text is cut in messages. */
#define FOUND_MAX 60

int binding_reader_init(struct binding_reader *reader,
			struct epf_config *config, const char *data,
			size_t size)
{
	memset(reader, 0, sizeof(*reader));
	reader->config = config;
	reader->data = data;
	reader->size = size;
	if (!yaml_parser_initialize(&reader->parser))
		return -ENOMEM;
	yaml_parser_set_input_string(&reader->parser,
				     (const unsigned char *)data, size);
	yaml_parser_set_encoding(&reader->parser, YAML_UTF8_ENCODING);
	return 0;
}

void binding_reader_destroy(struct binding_reader *reader)
{
	yaml_event_delete(&reader->event);
	yaml_parser_delete(&reader->parser);
}

struct config_mark binding_mark(const struct binding_reader *reader)
{
	return (struct config_mark){
		.line = reader->event.start_mark.line + 1,
		.column = reader->event.start_mark.column + 1,
	};
}

/* libyaml tells the place of a bad byte as an offset. */
static struct config_mark offset_mark(const struct binding_reader *reader,
				      size_t offset)
{
	struct config_mark mark = { .line = 1, .column = 1 };

	for (size_t i = 0; i < offset && i < reader->size; i++) {
		if (reader->data[i] == '\n') {
			mark.line++;
			mark.column = 1;
		} else if ((reader->data[i] & 0xc0) != 0x80) {
			mark.column++;
		}
	}
	return mark;
}

static int fail_syntax(struct binding_reader *reader)
{
	const yaml_parser_t *parser = &reader->parser;
	struct config_mark mark;

	switch (parser->error) {
	case YAML_MEMORY_ERROR:
		return -ENOMEM;
	case YAML_READER_ERROR:
		mark = offset_mark(reader, parser->problem_offset);
		return config_fail(reader->config, -EILSEQ, mark, NULL, NULL,
				   "write the file in UTF-8", "not text: %s",
				   parser->problem);
	default:
		mark = (struct config_mark){
			.line = parser->problem_mark.line + 1,
			.column = parser->problem_mark.column + 1,
		};
		return config_fail(reader->config, -EILSEQ, mark, NULL, NULL,
				   NULL, "not YAML: %s%s%s",
				   parser->context ? parser->context : "",
				   parser->context ? ", " : "",
				   parser->problem);
	}
}

static int refuse(struct binding_reader *reader, const char *what,
		  const char *hint)
{
	return config_fail(reader->config, -EILSEQ, binding_mark(reader),
			   reader->key, NULL, hint,
			   "%s are not supported in a binding file", what);
}

static int refuse_extras(struct binding_reader *reader,
			 const yaml_char_t *anchor, const yaml_char_t *tag)
{
	if (anchor)
		return refuse(reader, "anchors (&name)", "write the value out");
	if (tag)
		return refuse(reader, "tags (!name)", NULL);
	return 0;
}

int binding_next(struct binding_reader *reader)
{
	yaml_event_t *event = &reader->event;

	yaml_event_delete(event);
	if (!yaml_parser_parse(&reader->parser, event))
		return fail_syntax(reader);
	switch (event->type) {
	case YAML_ALIAS_EVENT:
		return refuse(reader, "aliases (*name)",
			      "write the value out");
	case YAML_SCALAR_EVENT:
		return refuse_extras(reader, event->data.scalar.anchor,
				     event->data.scalar.tag);
	case YAML_SEQUENCE_START_EVENT:
		return refuse_extras(reader, event->data.sequence_start.anchor,
				     event->data.sequence_start.tag);
	case YAML_MAPPING_START_EVENT:
		return refuse_extras(reader, event->data.mapping_start.anchor,
				     event->data.mapping_start.tag);
	default:
		return 0;
	}
}

static bool is_scalar(const struct binding_reader *reader)
{
	return reader->event.type == YAML_SCALAR_EVENT;
}

static bool is_plain(const struct binding_reader *reader)
{
	return is_scalar(reader) && reader->event.data.scalar.style ==
					    YAML_PLAIN_SCALAR_STYLE;
}

static const char *scalar_text(const struct binding_reader *reader)
{
	return (const char *)reader->event.data.scalar.value;
}

int binding_mismatch(struct binding_reader *reader, const char *expected)
{
	struct config_mark mark = binding_mark(reader);
	const char *text;
	bool plain;

	switch (reader->event.type) {
	case YAML_SEQUENCE_START_EVENT:
		return config_fail(reader->config, -EILSEQ, mark, reader->key,
				   NULL, NULL, "found a list, expected %s",
				   expected);
	case YAML_MAPPING_START_EVENT:
		return config_fail(reader->config, -EILSEQ, mark, reader->key,
				   NULL, NULL, "found a mapping, expected %s",
				   expected);
	case YAML_SCALAR_EVENT:
		break;
	default:
		return config_fail(reader->config, -EILSEQ, mark, reader->key,
				   NULL, NULL, "found nothing, expected %s",
				   expected);
	}

	text = scalar_text(reader);
	plain = is_plain(reader);
	if (plain && !*text)
		return config_fail(reader->config, -EILSEQ, mark, reader->key,
				   NULL, NULL, "found nothing, expected %s",
				   expected);
	return config_fail(reader->config, -EILSEQ, mark, reader->key, text,
			   NULL, "found %s%.*s%s%s, expected %s",
			   plain ? "" : "\"", FOUND_MAX, text,
			   strlen(text) > FOUND_MAX ? "..." : "",
			   plain ? "" : "\"", expected);
}

/* "reg, function-name, name" */
static char *list_keys(const struct binding_key *keys)
{
	char *text = NULL;
	size_t size;
	FILE *stream;

	stream = open_memstream(&text, &size);
	if (!stream)
		return NULL;
	fputs("the keys here are ", stream);
	for (size_t i = 0; keys[i].name; i++)
		fprintf(stream, "%s%s", i ? ", " : "", keys[i].name);
	if (fclose(stream) == 0)
		return text;
	free(text);
	return NULL;
}

static int fail_unknown_key(struct binding_reader *reader,
			    const struct binding_key *keys)
{
	const char *text = scalar_text(reader);
	char *hint = list_keys(keys);
	int ret;

	ret = config_fail(reader->config, -EILSEQ, binding_mark(reader),
			  reader->key, text, hint, "unknown key '%.*s%s'",
			  FOUND_MAX, text,
			  strlen(text) > FOUND_MAX ? "..." : "");
	free(hint);
	return ret;
}

static const struct binding_key *find_key(const struct binding_key *keys,
					  const char *name)
{
	for (; keys->name; keys++)
		if (strcmp(keys->name, name) == 0)
			return keys;
	return NULL;
}

/* Read one key of a mapping and its value. */
static int read_pair(struct binding_reader *reader,
		     const struct binding_key *keys, unsigned int *lines,
		     void *object)
{
	const struct binding_key *key;
	const char *parent = reader->key;
	unsigned int *line;
	int ret;

	if (!is_scalar(reader))
		return binding_mismatch(reader, "a key");
	key = find_key(keys, scalar_text(reader));
	if (!key)
		return fail_unknown_key(reader, keys);
	line = &lines[key - keys];
	if (*line)
		return config_fail(reader->config, -EILSEQ,
				   binding_mark(reader), reader->key,
				   key->name, NULL,
				   "'%s' is given twice, first at line %u",
				   key->name, *line);
	*line = binding_mark(reader).line;

	reader->key = key->name;
	ret = binding_next(reader);
	if (!ret)
		ret = key->read(reader, key, object);
	reader->key = parent;
	return ret;
}

int binding_read_mapping(struct binding_reader *reader,
			 const struct binding_key *keys, void *object)
{
	struct config_mark start = binding_mark(reader);
	unsigned int lines[BINDING_MAX_KEYS] = { 0 };
	int ret;

	if (reader->event.type != YAML_MAPPING_START_EVENT)
		return binding_mismatch(reader, "a mapping (key: value)");
	for (;;) {
		ret = binding_next(reader);
		if (ret)
			return ret;
		if (reader->event.type == YAML_MAPPING_END_EVENT)
			break;
		ret = read_pair(reader, keys, lines, object);
		if (ret)
			return ret;
	}
	for (size_t i = 0; keys[i].name; i++)
		if (keys[i].required && !lines[i])
			return config_fail(reader->config, -EILSEQ, start,
					   reader->key, NULL, NULL,
					   "'%s' is missing", keys[i].name);
	return 0;
}

int binding_read_list(struct binding_reader *reader, size_t max,
		      int (*read_item)(struct binding_reader *reader,
				       void *object),
		      void *object)
{
	size_t count = 0;
	int ret;

	if (reader->event.type != YAML_SEQUENCE_START_EVENT)
		return binding_mismatch(reader, "a list (- item)");
	for (;;) {
		ret = binding_next(reader);
		if (ret)
			return ret;
		if (reader->event.type == YAML_SEQUENCE_END_EVENT)
			return 0;
		if (count++ == max)
			return config_fail(reader->config, -EILSEQ,
					   binding_mark(reader), reader->key,
					   NULL, NULL, "more than %zu items",
					   max);
		ret = read_item(reader, object);
		if (ret)
			return ret;
	}
}

int binding_scalar(struct binding_reader *reader, const char *expected,
		   const char **text)
{
	if (!is_scalar(reader) || (is_plain(reader) && !*scalar_text(reader)))
		return binding_mismatch(reader, expected);
	/* A quoted text can spell any character, "\0" too. */
	if (strlen(scalar_text(reader)) != reader->event.data.scalar.length)
		return config_fail(reader->config, -EILSEQ,
				   binding_mark(reader), reader->key, NULL,
				   NULL, "found a NUL character, expected %s",
				   expected);
	*text = scalar_text(reader);
	return 0;
}

/* No sign, no leading zero: 010 is eight to some and ten to others. */
bool binding_parse_number(const char *text, char **end, uint64_t *value)
{
	bool hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
	const char *digits = hex ? text + 2 : text;
	unsigned char first = digits[0];

	if (hex ? !isxdigit(first) : !isdigit(first))
		return false;
	if (!hex && first == '0' && isdigit((unsigned char)digits[1]))
		return false;
	errno = 0;
	*value = strtoull(digits, end, hex ? 16 : 10);
	return errno == 0;
}

bool binding_number(struct binding_reader *reader, uint64_t *value)
{
	char *end;

	return is_plain(reader) &&
	       binding_parse_number(scalar_text(reader), &end, value) && !*end;
}
