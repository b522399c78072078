// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "array.h"
#include "document.h"
#include "usage.h"

#define SCHEMA_VERSION 1

static bool due;

void usage_print_document(void)
{
	struct json_object *document;

	if (!due)
		return;
	due = false;
	document = document_new("pcitest-error", SCHEMA_VERSION);
	json_object_object_add(document, "error", document_error(
		"the command line is not understood; standard error says why"));
	document_print(document);
}

void usage_call_off(void)
{
	due = false;
}

void usage_promise_document(int argc, char **argv)
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
	atexit(usage_print_document);
}
