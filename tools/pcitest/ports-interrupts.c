// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "ports-interrupts.h"

/* The header names the processors, one a column. */
static size_t count_processors(const char *header)
{
	size_t count = 0;

	for (const char *end = header + strcspn(header, "\n"); header < end;) {
		header += strspn(header, " \t");
		count += strncmp(header, "CPU", 3) == 0;
		header += strcspn(header, " \t\n");
	}
	return count;
}

static bool parse_line(const char *text, size_t processors,
		       struct interrupt_line *line)
{
	char *end;
	unsigned long irq;

	text += strspn(text, " ");
	if (!isdigit((unsigned char)*text))
		return false;
	irq = strtoul(text, &end, 10);
	if (*end != ':' || irq > INT_MAX)
		return false;

	*line = (struct interrupt_line) { .irq = irq };
	text = end + 1;
	for (size_t i = 0; i < processors; i++) {
		text += strspn(text, " ");
		if (!isdigit((unsigned char)*text))
			return false;
		line->count += strtoull(text, &end, 10);
		text = end;
	}
	text += strspn(text, " ");
	line->rest = strndup(text, strcspn(text, "\n"));
	return true;
}

int interrupt_table_parse(const char *text, struct interrupt_table *table)
{
	size_t processors = count_processors(text);

	*table = (struct interrupt_table) { 0 };
	while ((text = strchr(text, '\n'))) {
		struct interrupt_line line, *grown;

		if (!parse_line(++text, processors, &line))
			continue;
		grown = reallocarray(table->lines, table->count + 1,
				     sizeof(*grown));
		if (grown) {
			table->lines = grown;
			grown[table->count++] = line;
		}
		if (!grown || !line.rest) {
			if (!grown)
				free(line.rest);
			interrupt_table_free(table);
			return -ENOMEM;
		}
	}
	return 0;
}

void interrupt_table_free(struct interrupt_table *table)
{
	for (size_t i = 0; i < table->count; i++)
		free(table->lines[i].rest);
	free(table->lines);
	*table = (struct interrupt_table) { 0 };
}

const struct interrupt_line *
interrupt_table_find(const struct interrupt_table *table, unsigned int irq)
{
	for (size_t i = 0; i < table->count; i++)
		if (table->lines[i].irq == irq)
			return &table->lines[i];
	return NULL;
}

/* Handlers follow two spaces, or a comma and one; a name may have one itself. */
bool interrupt_line_has_handler(const struct interrupt_line *line,
				const char *name)
{
	size_t length = strlen(name);
	const char *at = line->rest;

	for (; (at = strstr(at, name)); at++)
		if (at - line->rest >= 2 && at[-1] == ' ' &&
		    (at[-2] == ' ' || at[-2] == ',') &&
		    (at[length] == ',' || at[length] == '\0'))
			return true;
	return false;
}
