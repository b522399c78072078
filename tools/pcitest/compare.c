// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

/* pcitest compare */

#include <argp.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "array.h"
#include "command.h"
#include "document.h"
#include "exit.h"
#include "message.h"
#include "promise.h"
#include "sizes.h"

#define SCHEMA_VERSION 1
#define TOLERANCE 5
#define BYTES_PER_MB 1e6

enum {
	KEY_TOLERANCE = 256,
	KEY_JSON,
};

struct arguments {
	const char *files[2];
	unsigned int file_count;
	uint64_t tolerance; /* percent */
	bool json;
};

enum verdict {
	SAME,
	BETTER,
	WORSE,
	ONLY_BEFORE,
	ONLY_AFTER,
};
#define VERDICTS 5

static const char *const verdict_names[VERDICTS] = {
	[SAME] = "same",
	[BETTER] = "better",
	[WORSE] = "worse",
	[ONLY_BEFORE] = "only before",
	[ONLY_AFTER] = "only after",
};

static const struct argp_option options[] = {
	{ "tolerance", KEY_TOLERANCE, "PERCENT", 0,
	  "What a figure may differ by; default: 5", 0 },
	{ "json", KEY_JSON, NULL, 0, "Print a JSON document", 0 },
	{ 0 }
};

static error_t parse(int key, char *text, struct argp_state *state)
{
	struct arguments *arguments = state->input;

	switch (key) {
	case KEY_TOLERANCE:
		if (number_parse(text, &arguments->tolerance) < 0 ||
		    arguments->tolerance > 100)
			argp_error(state, "--tolerance %s: not a number from 0 to 100",
				   text);
		return 0;
	case KEY_JSON:
		arguments->json = true;
		return 0;
	case ARGP_KEY_ARG:
		if (arguments->file_count == 2)
			argp_error(state, "%s: two files are enough", text);
		arguments->files[arguments->file_count++] = text;
		return 0;
	case ARGP_KEY_END:
		if (arguments->file_count != 2)
			argp_error(state, "two files of `pcitest bench --json' are compared");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.args_doc = "BEFORE.json AFTER.json",
	.doc = "Compare two results of `pcitest bench --json'.\v"
	       "Exit status: 0 nothing is worse, 1 a file cannot be read, 2 usage, 3 something is worse, 77 nothing to compare.",
};

/* The results in a file. Return the document, which owns them, or NULL after a
 * message. */
static struct json_object *load(const char *file, struct json_object **results)
{
	struct json_object *document, *schema;
	const char *name = NULL;

	document = json_object_from_file(file);
	if (!document) {
		message("%s: not to be read as JSON", file);
		return NULL;
	}
	if (json_object_object_get_ex(document, "schema", &schema))
		name = json_object_get_string(schema);
	if (name && strcmp(name, "pcitest-bench") == 0 &&
	    json_object_object_get_ex(document, "results", results) &&
	    json_object_is_type(*results, json_type_array))
		return document;

	message("%s: not a result of `pcitest bench --json'", file);
	json_object_put(document);
	return NULL;
}

static const char *string_of(struct json_object *result, const char *key)
{
	struct json_object *value;

	if (!json_object_object_get_ex(result, key, &value) || !value)
		return NULL;
	return json_object_get_string(value);
}

static uint64_t number_of(struct json_object *result, const char *key)
{
	struct json_object *value;

	if (!json_object_object_get_ex(result, key, &value))
		return 0;
	return json_object_get_uint64(value);
}

static uint64_t median_of(struct json_object *result, const char *key)
{
	struct json_object *spread;

	if (!json_object_object_get_ex(result, key, &spread))
		return 0;
	return number_of(spread, "median");
}

/* What a result is of: the same text for the same parameters. */
static void name_of(struct json_object *result, char *name, size_t size)
{
	static const char *const strings[] = {
		"path", "operation", "engine", "policy", "pattern",
	};
	static const char *const numbers[] = {
		"size", "segments", "depth", "queues", "alignment", "stride", "range",
		"commands",
	};
	size_t length = 0;

	name[0] = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(strings); i++) {
		const char *value = string_of(result, strings[i]);

		if (value && length < size)
			length += snprintf(name + length, size - length,
					   "%s%s", length ? " " : "", value);
	}
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		uint64_t value = number_of(result, numbers[i]);

		if (value && length < size)
			length += snprintf(name + length, size - length,
					   " %s=%" PRIu64, numbers[i], value);
	}
}

static struct json_object *find(struct json_object *results, const char *name)
{
	char other[256];

	for (size_t i = 0; i < json_object_array_length(results); i++) {
		struct json_object *result =
			json_object_array_get_idx(results, i);

		name_of(result, other, sizeof(other));
		if (strcmp(other, name) == 0)
			return result;
	}
	return NULL;
}

/* What of a result is good or bad. */
static const struct figure {
	const char *key;
	bool spread;            /* with an interval; else a count */
	bool more_is_better;
} figures[] = {
	{ "rate_bytes_s", true, true },
	{ "latency_ns", true, false },
	{ "interrupts", false, false },
	{ "reads", false, false },
	{ "writes", false, false },
	{ "maps", false, false },
	{ "hits", false, true },
};
#define FIGURES ARRAY_SIZE(figures)

/* The value of a figure, and between what it lies. */
struct value {
	uint64_t median, low, high;
};

static struct value value_of(struct json_object *result,
			     const struct figure *figure)
{
	struct json_object *spread;
	uint64_t count;

	if (!json_object_object_get_ex(result, figure->key, &spread))
		return (struct value){ 0 };
	if (figure->spread)
		return (struct value){
			.median = number_of(spread, "median"),
			.low = number_of(spread, "low"),
			.high = number_of(spread, "high"),
		};
	count = json_object_get_uint64(spread);
	return (struct value){ count, count, count };
}

/* By more than the tolerance, and by more than chance. */
static bool is_less(struct value less, struct value more, uint64_t tolerance)
{
	return less.median < more.median * ((100.0 - tolerance) / 100) &&
	       less.high < more.low;
}

/* A count that could not be read is no better than any. */
static bool is_known(struct json_object *result, const struct figure *figure)
{
	struct json_object *value;

	return json_object_object_get_ex(result, figure->key, &value) && value;
}

static enum verdict judge_figure(const struct figure *figure,
				 struct json_object *before,
				 struct json_object *after, uint64_t tolerance)
{
	struct value then = value_of(before, figure);
	struct value now = value_of(after, figure);

	if (!is_known(before, figure) || !is_known(after, figure))
		return SAME;
	if (is_less(now, then, tolerance))
		return figure->more_is_better ? WORSE : BETTER;
	if (is_less(then, now, tolerance))
		return figure->more_is_better ? BETTER : WORSE;
	return SAME;
}

/* Of all figures, and of the point: worse where any of them is, or where it
 * failed and had not. */
static enum verdict judge(struct json_object *before,
			  struct json_object *after, uint64_t tolerance,
			  enum verdict verdicts[FIGURES])
{
	bool failed = before && string_of(before, "error");
	bool fails = after && string_of(after, "error");
	enum verdict verdict = SAME;

	for (size_t i = 0; i < FIGURES; i++)
		verdicts[i] = SAME;
	if (!after)
		return ONLY_BEFORE;
	if (!before)
		return ONLY_AFTER;
	if (failed || fails)
		return failed == fails ? SAME : fails ? WORSE : BETTER;

	for (size_t i = 0; i < FIGURES; i++) {
		verdicts[i] = judge_figure(&figures[i], before, after,
					   tolerance);
		if (verdicts[i] == WORSE ||
		    (verdicts[i] == BETTER && verdict == SAME))
			verdict = verdicts[i];
	}
	return verdict;
}

struct comparison {
	uint64_t tolerance;
	struct json_object *list;    /* for JSON, or NULL */
	unsigned int counts[VERDICTS];
};

static struct json_object *rate_json(struct json_object *result)
{
	return result ? json_object_new_uint64(median_of(result, "rate_bytes_s"))
		      : NULL;
}

static struct json_object *change_json(const struct figure *figure,
				       enum verdict verdict, uint64_t before,
				       uint64_t after)
{
	struct json_object *object = json_object_new_object();

	json_object_object_add(object, "figure", document_string(figure->key));
	json_object_object_add(object, "verdict",
			       document_string(verdict_names[verdict]));
	json_object_object_add(object, "before",
			       json_object_new_uint64(before));
	json_object_object_add(object, "after", json_object_new_uint64(after));
	return object;
}

static void print_rates(double before, double after)
{
	printf("%10.2f %10.2f MB/s", before / BYTES_PER_MB,
	       after / BYTES_PER_MB);
	if (before > 0 && after > 0)
		printf(" %+7.1f %%", (after / before - 1) * 100);
	else
		printf(" %9s", "");
}

static void compare_one(struct comparison *comparison, const char *name,
			struct json_object *before, struct json_object *after)
{
	struct json_object *object = NULL, *changes = NULL;
	enum verdict verdicts[FIGURES], verdict;

	verdict = judge(before, after, comparison->tolerance, verdicts);
	comparison->counts[verdict]++;
	if (comparison->list) {
		object = json_object_new_object();
		changes = json_object_new_array();
		json_object_object_add(object, "name", document_string(name));
		json_object_object_add(object, "verdict",
				       document_string(verdict_names[verdict]));
		json_object_object_add(object, "before_bytes_s",
				       rate_json(before));
		json_object_object_add(object, "after_bytes_s",
				       rate_json(after));
		json_object_object_add(object, "changes", changes);
		json_object_array_add(comparison->list, object);
	} else {
		printf("%-11s ", verdict_names[verdict]);
		print_rates(median_of(before, "rate_bytes_s"),
			    median_of(after, "rate_bytes_s"));
		printf("  %s", name);
	}

	for (size_t i = 0; i < FIGURES; i++) {
		uint64_t then, now;

		if (verdicts[i] == SAME)
			continue;
		then = value_of(before, &figures[i]).median;
		now = value_of(after, &figures[i]).median;
		if (changes)
			json_object_array_add(changes,
				change_json(&figures[i], verdicts[i], then,
					    now));
		else
			printf("; %s %s: %" PRIu64 ", was %" PRIu64,
			       verdict_names[verdicts[i]], figures[i].key, now,
			       then);
	}
	if (!changes)
		printf("\n");
}

static void compare_all(struct comparison *comparison,
			struct json_object *before, struct json_object *after)
{
	struct json_object *result;
	char name[256];

	for (size_t i = 0; i < json_object_array_length(before); i++) {
		result = json_object_array_get_idx(before, i);
		name_of(result, name, sizeof(name));
		compare_one(comparison, name, result, find(after, name));
	}
	for (size_t i = 0; i < json_object_array_length(after); i++) {
		result = json_object_array_get_idx(after, i);
		name_of(result, name, sizeof(name));
		if (!find(before, name))
			compare_one(comparison, name, NULL, result);
	}
}

static void print_json(struct comparison *comparison, const char *error)
{
	static const char *const keys[VERDICTS] = {
		[SAME] = "same",
		[BETTER] = "better",
		[WORSE] = "worse",
		[ONLY_BEFORE] = "only_before",
		[ONLY_AFTER] = "only_after",
	};
	struct json_object *document = document_new("pcitest-compare",
						    SCHEMA_VERSION);
	struct json_object *summary = json_object_new_object();

	for (size_t i = 0; i < VERDICTS; i++)
		json_object_object_add(summary, keys[i],
			json_object_new_int(comparison->counts[i]));
	json_object_object_add(document, "tolerance_percent",
			       json_object_new_uint64(comparison->tolerance));
	json_object_object_add(document, "comparisons", comparison->list);
	json_object_object_add(document, "summary", summary);
	json_object_object_add(document, "error", document_error(error));
	document_print(document);
}

static int run(int argc, char **argv)
{
	struct arguments arguments = { .tolerance = TOLERANCE };
	struct json_object *documents[2] = { NULL }, *results[2];
	struct comparison comparison = { 0 };
	enum exit_code status = EXIT_CODE_OK;

	argp_parse(&argp, argc, argv, 0, NULL, &arguments);
	promise_settle(arguments.json);
	comparison.tolerance = arguments.tolerance;
	if (arguments.json)
		comparison.list = json_object_new_array();

	for (int i = 0; i < 2 && status == EXIT_CODE_OK; i++) {
		documents[i] = load(arguments.files[i], &results[i]);
		if (!documents[i])
			status = EXIT_CODE_FAILED;
	}
	if (status == EXIT_CODE_OK) {
		compare_all(&comparison, results[0], results[1]);
		if (comparison.counts[WORSE])
			status = EXIT_CODE_DIFFERS;
		else if (!comparison.counts[SAME] && !comparison.counts[BETTER])
			status = EXIT_CODE_NOTHING;
	}
	promise_keep();
	if (arguments.json)
		print_json(&comparison, documents[0] && documents[1] ? NULL
			   : "a file cannot be read; standard error says why");
	json_object_put(documents[1]);
	json_object_put(documents[0]);
	return status;
}

const struct command command_compare = {
	.name = "compare",
	.summary = "compare two results of bench",
	.run = run,
};
