/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef PORTS_FUNCTION_H
#define PORTS_FUNCTION_H

#include <stddef.h>
#include <stdint.h>

#include "endpoint.h"
#include "ports-config.h"

/* A PCI function, of this machine or of a file. */
struct pci_function {
	char address[ENDPOINT_ADDRESS_SIZE]; /* "0000:01:00.0" */
	unsigned int domain;
	uint8_t bus;
	struct config_space space;
};

struct pci_functions {
	struct pci_function *items;
	size_t count;
};

/* One line: where, what is wrong, what to do. */
struct ports_error {
	char text[240];
};

void ports_error_set(struct ports_error *error, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Add one at an address, with nothing known of it. NULL without memory. It
 * stays where it is until the next one is added. */
struct pci_function *pci_functions_add(struct pci_functions *functions,
				       unsigned int domain, uint8_t bus,
				       uint8_t slot, uint8_t number);
/* The one at an address in full, or NULL. */
struct pci_function *pci_functions_find(const struct pci_functions *functions,
					const char *address);
/* In order of their addresses. */
void pci_functions_sort(struct pci_functions *functions);
void pci_functions_free(struct pci_functions *functions);

/* Those that libpci finds below root ("" for this machine), as far as they may
 * be read. The caller frees them. A machine without PCI has none.
 * Return 0, or -errno with the error set. */
int pci_functions_read(const char *root, struct pci_functions *functions,
		       struct ports_error *error);

#endif
