// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "document.h"
#include "exit.h"
#include "message.h"
#include "utf8.h"

/* U+FFFD, for what is no character. */
#define REPLACEMENT "\xef\xbf\xbd"

struct json_object *document_new(const char *schema, int version)
{
	struct json_object *document = json_object_new_object();

	if (!document) {
		message("out of memory");
		exit(EXIT_CODE_FAILED);
	}
	json_object_object_add(document, "schema",
			       json_object_new_string(schema));
	json_object_object_add(document, "schema_version",
			       json_object_new_int(version));
	return document;
}

void document_write(struct json_object *document, FILE *out)
{
	fprintf(out, "%s\n",
		json_object_to_json_string_ext(document,
					       JSON_C_TO_STRING_PRETTY |
					       JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(document);
}

void document_print(struct json_object *document)
{
	document_write(document, stdout);
}

struct json_object *document_error(const char *text)
{
	struct json_object *error;

	if (!text)
		return NULL;
	error = json_object_new_object();
	json_object_object_add(error, "message", document_string(text));
	return error;
}

struct json_object *document_hex(uint64_t value, int digits)
{
	char text[2 + 16 + 1];

	snprintf(text, sizeof(text), "0x%0*" PRIx64, digits, value);
	return json_object_new_string(text);
}

struct json_object *document_string(const char *string)
{
	struct json_object *object;
	char *text = NULL;
	size_t size, length;
	FILE *stream;

	if (!string)
		return NULL;
	stream = open_memstream(&text, &size);
	if (!stream)
		return json_object_new_string(string);
	for (; *string; string += length ? length : 1) {
		length = utf8_length(string);
		fwrite(length ? string : REPLACEMENT, 1,
		       length ? length : strlen(REPLACEMENT), stream);
	}
	fclose(stream);
	object = json_object_new_string(text);
	free(text);
	return object;
}
