// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "binding-scalar.h"
#include "internal.h"

int binding_add_attribute(struct binding_reader *reader,
			  struct config_function *function, const char *name,
			  const char *value, struct config_mark mark)
{
	int ret = config_add_attribute(function, name, value, mark);

	if (ret != -EEXIST)
		return ret;
	return config_fail(reader->config, -EILSEQ, mark, NULL, value, NULL,
			   "attribute %s is given twice, first at line %u",
			   name,
			   config_find_attribute(function, name)->mark.line);
}

int binding_add_number(struct binding_reader *reader,
		       struct config_function *function, const char *name,
		       bool hex, uint64_t value, struct config_mark mark)
{
	char text[32];

	snprintf(text, sizeof(text), hex ? "0x%04" PRIx64 : "%" PRIu64, value);
	return binding_add_attribute(reader, function, name, text, mark);
}

int binding_copy_scalar(struct binding_reader *reader, const char *text,
			struct config_string *string)
{
	string->mark = binding_mark(reader);
	string->text = strdup(text);
	return string->text ? 0 : -ENOMEM;
}

int binding_check_name(struct binding_reader *reader, const char *text)
{
	bool valid = *text && strlen(text) <= NAME_MAX &&
		     strcmp(text, ".") != 0 && strcmp(text, "..") != 0;

	for (const char *c = text; *c; c++)
		if (*c == '/' || iscntrl((unsigned char)*c))
			valid = false;
	if (valid)
		return 0;
	return binding_mismatch(reader,
				"a name (1 to 255 characters, no / and no control character)");
}

int binding_check_attribute_name(struct binding_reader *reader,
				 const char *text)
{
	const char *start = text, *end;

	for (;; start = end + 1) {
		end = strchrnul(start, '/');
		if (end == start || end - start > NAME_MAX ||
		    (end - start == 1 && start[0] == '.') ||
		    (end - start == 2 && strncmp(start, "..", 2) == 0))
			break;
		for (; start < end; start++)
			if (iscntrl((unsigned char)*start))
				goto bad;
		if (!*end)
			return 0;
	}
bad:
	return binding_mismatch(reader,
				"a name, or a path of names below the driver's directory");
}

int binding_read_name(struct binding_reader *reader,
		      const struct binding_key *key, void *object)
{
	struct config_string *string =
		(struct config_string *)((char *)object + key->offset);
	const char *text;
	int ret;

	ret = binding_scalar(reader, "a name", &text);
	if (!ret)
		ret = binding_check_name(reader, text);
	return ret ? ret : binding_copy_scalar(reader, text, string);
}

int binding_read_bool(struct binding_reader *reader,
		      const struct binding_key *key, void *object)
{
	bool *value = (bool *)((char *)object + key->offset);
	const char *expected = "true or false";
	const char *text;
	int ret;

	ret = binding_scalar(reader, expected, &text);
	if (ret)
		return ret;
	if (strcmp(text, "true") != 0 && strcmp(text, "false") != 0)
		return binding_mismatch(reader, expected);
	*value = text[0] == 't';
	return 0;
}

int binding_get_number(struct binding_reader *reader,
		       const struct binding_key *key, bool hex, uint64_t *value)
{
	char expected[64];

	if (binding_number(reader, value) && *value >= key->min &&
	    *value <= key->max)
		return 0;
	snprintf(expected, sizeof(expected),
		 hex ? "a number from %" PRIu64 " to 0x%" PRIx64
		     : "a number from %" PRIu64 " to %" PRIu64,
		 key->min, key->max);
	return binding_mismatch(reader, expected);
}

int binding_read_number(struct binding_reader *reader,
			const struct binding_key *key, void *object)
{
	struct config_number *number =
		(struct config_number *)((char *)object + key->offset);
	uint64_t value;
	int ret;

	ret = binding_get_number(reader, key, false, &value);
	if (ret)
		return ret;
	number->value = value;
	number->mark = binding_mark(reader);
	return 0;
}

int binding_read_field(struct binding_reader *reader,
		       const struct binding_key *key, void *object)
{
	uint64_t value;
	int ret;

	ret = binding_get_number(reader, key, true, &value);
	if (ret)
		return ret;
	return binding_add_number(reader, object, key->attribute, true, value,
				  binding_mark(reader));
}

int binding_read_count(struct binding_reader *reader,
		       const struct binding_key *key, void *object)
{
	uint64_t value;
	int ret;

	ret = binding_get_number(reader, key, false, &value);
	if (ret)
		return ret;
	return binding_add_number(reader, object, key->attribute, false, value,
				  binding_mark(reader));
}

int binding_read_pin(struct binding_reader *reader,
		     const struct binding_key *key, void *object)
{
	static const char *const pins[] = { "none", "A", "B", "C", "D" };
	const char *expected = "A, B, C, D or none";
	const char *text;
	int ret;

	ret = binding_scalar(reader, expected, &text);
	if (ret)
		return ret;
	for (uint64_t i = 0; i < 5; i++)
		if (strcmp(text, pins[i]) == 0)
			return binding_add_number(reader, object,
						  key->attribute, true, i,
						  binding_mark(reader));
	return binding_mismatch(reader, expected);
}

bool binding_parse_size(const char *text, uint64_t *size)
{
	static const char units[] = "KMG";
	unsigned int shift;
	const char *unit;
	uint64_t number;
	char *end;

	if (!binding_parse_number(text, &end, &number))
		return false;
	if (!*end) {
		*size = number;
		return true;
	}
	if (*end == ' ')
		end++;
	unit = *end ? strchr(units, *end) : NULL;
	if (!unit || strcmp(end + 1, "iB") != 0)
		return false;
	shift = 10 * (unit - units + 1);
	if (number > UINT64_MAX >> shift)
		return false;
	*size = number << shift;
	return true;
}
