// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include <json-c/json.h>

#include "document.h"
#include "report.h"
#include "utf8.h"

int fail(struct epfctl *ctl, struct failure failure)
{
	ctl->failure = failure;
	return -failure.err;
}

struct failure get_failure(const struct epfctl *ctl)
{
	const struct epf_error *error = epf_ctx_get_error(ctl->ctx);

	if (ctl->failure.err)
		return ctl->failure;
	return (struct failure){
		.err = epf_error_get_errno(error),
		.operation = epf_error_get_operation(error),
		.path = epf_error_get_path(error),
		.value = epf_error_get_value(error),
		.message = epf_error_get_message(error),
		.hint = epf_error_get_hint(error),
		.file = epf_error_get_file(error),
		.line = epf_error_get_line(error),
		.column = epf_error_get_column(error),
	};
}

/* Bytes of the character that text begins with if it can be printed, else 0:
 * control characters are U+0000 to 1F, 7F, and 80 to 9F. */
static size_t printable(const char *text)
{
	size_t length = utf8_length(text);

	if (length == 1 && iscntrl((unsigned char)*text))
		return 0;
	if (length == 2 && (unsigned char)text[0] == 0xc2 &&
	    (unsigned char)text[1] < 0xa0)
		return 0;
	return length;
}

void put_escaped(const char *text, FILE *stream)
{
	size_t length;

	for (; *text; text += length ? length : 1) {
		length = printable(text);
		if (length)
			fwrite(text, 1, length, stream);
		else
			fprintf(stream, "\\x%02x", (unsigned char)*text);
	}
}

size_t escaped_width(const char *text)
{
	size_t width = 0, length;

	for (; *text; text += length ? length : 1) {
		length = printable(text);
		width += length ? 1 : strlen("\\x00");
	}
	return width;
}

static void put_program(void)
{
	fprintf(stderr, "%s: ", program_invocation_short_name);
}

/* What was tried: a path in the file system says little without it. */
static void put_object(const struct failure *failure)
{
	bool is_file = failure->path && failure->path[0] == '/';

	if (!failure->path)
		return;
	if (is_file && failure->operation)
		fprintf(stderr, "%s ", failure->operation);
	if (is_file && failure->value && strcmp(failure->operation, "write") == 0) {
		put_escaped(failure->value, stderr);
		fputs(" to ", stderr);
	}
	put_escaped(failure->path, stderr);
	fputs(": ", stderr);
}

void report_failure(const struct failure *failure)
{
	flockfile(stderr);
	if (failure->file) {
		put_escaped(failure->file, stderr);
		if (failure->line)
			fprintf(stderr, ":%u:%u", failure->line,
				failure->column);
		fputs(": ", stderr);
	} else {
		put_program();
	}
	put_object(failure);
	if (failure->operation && failure->value &&
	    strcmp(failure->operation, "check") == 0) {
		put_escaped(failure->value, stderr);
		fputs(": ", stderr);
	}
	put_escaped(failure->message, stderr);
	if (failure->hint) {
		fputs("; ", stderr);
		put_escaped(failure->hint, stderr);
	}
	fputc('\n', stderr);
	funlockfile(stderr);
}

void report_line(const char *line)
{
	flockfile(stderr);
	put_program();
	put_escaped(line, stderr);
	fputc('\n', stderr);
	funlockfile(stderr);
}

/* A number of a place in a file; null for none. */
static struct json_object *place_json(unsigned int number)
{
	return number ? json_object_new_int64(number) : NULL;
}

struct json_object *failure_json(const struct failure *failure)
{
	struct json_object *json;

	if (!failure->err)
		return NULL;
	json = json_object_new_object();
	json_object_object_add(json, "errno",
			       document_string(strerrorname_np(failure->err)));
	json_object_object_add(json, "operation",
			       document_string(failure->operation));
	json_object_object_add(json, "path", document_string(failure->path));
	json_object_object_add(json, "value", document_string(failure->value));
	json_object_object_add(json, "message",
			       document_string(failure->message));
	json_object_object_add(json, "hint", document_string(failure->hint));
	json_object_object_add(json, "file", document_string(failure->file));
	json_object_object_add(json, "line", place_json(failure->line));
	json_object_object_add(json, "column", place_json(failure->column));
	return json;
}

void report_usage(void)
{
	static const struct failure failure = {
		.err = EINVAL,
		.operation = "usage",
		.message = "the command line is not understood",
		.hint = "epfctl --help; standard error tells more",
	};
	struct json_object *document = document_new("epfctl-error", 1);

	json_object_object_add(document, "error", failure_json(&failure));
	document_print(document);
}
