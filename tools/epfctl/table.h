/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef TABLE_H
#define TABLE_H

#include <stddef.h>

/* Text in columns as wide as need be, on standard output. */

struct table;

/* Never NULL: the program ends where there is no memory. */
struct table *table_new(size_t num_columns);

/* Add the text of the next cell, from left to right and top to bottom. NULL
 * is shown as "-". Copied. */
void table_add(struct table *table, const char *text);

/* Print what was added and free the table. */
void table_print(struct table *table);

#endif
