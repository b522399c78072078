// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

/* What pcitest ports reads of others: a dump; after a byte 1 the configuration
 * space of a port as it is, after a byte 2 the text of /proc/interrupts. */

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ports.h"
#include "ports-dump.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUT_CONFIG = 1, INPUT_INTERRUPTS = 2 };

/* All the way to both reports. */
static void report(const struct pci_functions *functions)
{
	struct machine machine = { 0 };
	struct ports ports;
	FILE *out = fopen("/dev/null", "w");

	if (out && ports_join(functions, &machine, &ports) == 0) {
		ports_print_text(&ports, &machine, out);
		ports_print_json(&ports, &machine, NULL, out);
		ports_free(&ports);
	}
	if (out)
		fclose(out);
}

static void try_dump(const uint8_t *data, size_t size)
{
	struct pci_functions functions = { 0 };
	struct ports_error error = { "" };

	if (ports_dump_parse((const char *)data, size, "fuzz", &functions,
			     &error) == 0)
		report(&functions);
	else if (!error.text[0])
		abort();
	pci_functions_free(&functions);
}

static void try_config(const uint8_t *data, size_t size)
{
	struct pci_functions functions = { 0 };
	struct pci_function *function;

	function = pci_functions_add(&functions, 0, 0, 0, 0);
	if (!function)
		return;
	if (size > CONFIG_SPACE_SIZE)
		size = CONFIG_SPACE_SIZE;
	memcpy(function->space.bytes, data, size);
	/* The rest is zeros, as it is of most ports. */
	function->space.size = size <= 64 ? 64
			     : size <= 256 ? 256
					   : CONFIG_SPACE_SIZE;
	report(&functions);
	pci_functions_free(&functions);
}

static void try_interrupts(const uint8_t *data, size_t size)
{
	struct interrupt_table table;
	char *text = strndup((const char *)data, size);

	if (text && interrupt_table_parse(text, &table) == 0) {
		for (size_t i = 0; i < table.count; i++)
			for (int j = 0; j < NUM_SERVICES; j++)
				interrupt_line_has_handler(
					&table.lines[i],
					port_service_handler(j));
		interrupt_table_free(&table);
	}
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size && data[0] == INPUT_CONFIG)
		try_config(data + 1, size - 1);
	else if (size && data[0] == INPUT_INTERRUPTS)
		try_interrupts(data + 1, size - 1);
	else
		try_dump(data, size);
	return 0;
}
