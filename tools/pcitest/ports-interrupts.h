/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef PORTS_INTERRUPTS_H
#define PORTS_INTERRUPTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A line of /proc/interrupts. */
struct interrupt_line {
	unsigned int irq;
	uint64_t count;         /* of all processors */
	char *rest;             /* chip, hardware number and handlers */
};

struct interrupt_table {
	struct interrupt_line *lines;
	size_t count;
};

/* Read the text of /proc/interrupts. Lines that are none of a numbered interrupt
 * are left out, whatever is in them. The caller frees the table.
 * Return 0 or -ENOMEM. */
int interrupt_table_parse(const char *text, struct interrupt_table *table);
void interrupt_table_free(struct interrupt_table *table);

/* The line of an interrupt, or NULL: nobody handles it. */
const struct interrupt_line *
interrupt_table_find(const struct interrupt_table *table, unsigned int irq);

/* Whether a handler of this name is on a line. */
bool interrupt_line_has_handler(const struct interrupt_line *line,
				const char *name);

#endif
