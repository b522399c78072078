// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exit.h"
#include "message.h"
#include "report.h"
#include "table.h"

#define GAP 2

struct table {
	size_t num_columns;
	char **cells;
	size_t num_cells;
};

static void *require(void *pointer)
{
	if (pointer)
		return pointer;
	message("out of memory");
	exit(EXIT_CODE_FAILED);
}

struct table *table_new(size_t num_columns)
{
	struct table *table = require(calloc(1, sizeof(*table)));

	table->num_columns = num_columns;
	return table;
}

void table_add(struct table *table, const char *text)
{
	table->cells = require(reallocarray(table->cells, table->num_cells + 1,
					    sizeof(*table->cells)));
	table->cells[table->num_cells++] = require(strdup(text ? text : "-"));
}

static size_t column_width(const struct table *table, size_t column)
{
	size_t width = 0, cell_width;

	for (size_t i = column; i < table->num_cells; i += table->num_columns) {
		cell_width = escaped_width(table->cells[i]);
		if (cell_width > width)
			width = cell_width;
	}
	return width;
}

static void print_row(char *const *cells, const size_t *widths,
		      size_t num_columns)
{
	size_t pad = 0;

	for (size_t i = 0; i < num_columns; i++) {
		/* No blanks at the end of a line. */
		if (cells[i][0]) {
			printf("%*s", (int)pad, "");
			put_escaped(cells[i], stdout);
			pad = 0;
		}
		pad += widths[i] - escaped_width(cells[i]) + GAP;
	}
	putchar('\n');
}

void table_print(struct table *table)
{
	size_t *widths = require(calloc(table->num_columns, sizeof(*widths)));

	for (size_t i = 0; i < table->num_columns; i++)
		widths[i] = column_width(table, i);
	for (size_t i = 0; i < table->num_cells; i += table->num_columns)
		print_row(&table->cells[i], widths, table->num_columns);

	for (size_t i = 0; i < table->num_cells; i++)
		free(table->cells[i]);
	free(table->cells);
	free(table);
	free(widths);
}
