// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "array.h"
#include "document.h"
#include "message.h"
#include "promise.h"

#define SCHEMA_VERSION 1

static bool due;

void promise_print_document(void)
{
	const char *reason = message_last();
	struct json_object *document;

	if (!due)
		return;
	due = false;
	document = document_new("pcitest-error", SCHEMA_VERSION);
	json_object_object_add(document, "error", document_error(
		reason ? reason
		       : "the command line is not understood; standard error says why"));
	document_print(document);
}

void promise_settle(bool json)
{
	due = json;
}

void promise_keep(void)
{
	due = false;
}

void promise_document(int argc, char **argv)
{
	static const char *const texts[] = {
		"--help", "-?", "--usage", "--version", "-V",
	};

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--json") == 0)
			due = true;
		for (size_t j = 0; j < ARRAY_SIZE(texts); j++)
			if (strcmp(argv[i], texts[j]) == 0) {
				due = false;
				return;
			}
	}
	atexit(promise_print_document);
}
