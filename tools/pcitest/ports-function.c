// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <pci/pci.h>

#include "array.h"
#include "pci-access.h"
#include "ports-function.h"

void ports_error_set(struct ports_error *error, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(error->text, sizeof(error->text), format, args);
	va_end(args);
}

struct pci_function *pci_functions_add(struct pci_functions *functions,
				       unsigned int domain, uint8_t bus,
				       uint8_t slot, uint8_t number)
{
	struct pci_function *grown;

	grown = reallocarray(functions->items, functions->count + 1,
			     sizeof(*grown));
	if (!grown)
		return NULL;

	functions->items = grown;
	grown += functions->count++;
	memset(grown, 0, sizeof(*grown));
	grown->domain = domain;
	grown->bus = bus;
	snprintf(grown->address, sizeof(grown->address), "%04x:%02x:%02x.%u",
		 domain, bus, slot, number);
	return grown;
}

struct pci_function *pci_functions_find(const struct pci_functions *functions,
					const char *address)
{
	for (size_t i = 0; i < functions->count; i++)
		if (strcmp(functions->items[i].address, address) == 0)
			return &functions->items[i];
	return NULL;
}

static int compare(const void *a, const void *b)
{
	const struct pci_function *left = a, *right = b;

	if (left->domain != right->domain)
		return left->domain < right->domain ? -1 : 1;
	return strcmp(left->address, right->address);
}

void pci_functions_sort(struct pci_functions *functions)
{
	if (functions->count)
		qsort(functions->items, functions->count,
		      sizeof(*functions->items), compare);
}

void pci_functions_free(struct pci_functions *functions)
{
	free(functions->items);
	*functions = (struct pci_functions) { 0 };
}

/* As much as there is and as may be read, which ends at one of these; no further
 * than the first failure, of which libpci warns. */
static void read_space(struct pci_dev *pci, struct config_space *space)
{
	static const int ends[] = { 64, 256, 4096 };

	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		if (!pci_read_block(pci, space->size,
				    space->bytes + space->size,
				    ends[i] - space->size))
			return;
		space->size = ends[i];
	}
}

int pci_functions_read(const char *root, struct pci_functions *functions,
		       struct ports_error *error)
{
	struct pci_access *access;
	char *sysfs = NULL, *devices = NULL;
	int err = 0;

	if (asprintf(&sysfs, "%s/sys/bus/pci", root) < 0 ||
	    asprintf(&devices, "%s/devices", sysfs) < 0) {
		free(sysfs);
		ports_error_set(error, "out of memory");
		return -ENOMEM;
	}
	if (eaccess(devices, R_OK | X_OK) < 0) {
		err = errno == ENOENT && !root[0] ? 0 : -errno;
		if (err)
			ports_error_set(error, "%s: %s", devices,
					strerror(errno));
		goto out;
	}

	access = pci_access_open(sysfs);
	for (struct pci_dev *pci = access->devices; pci && !err;
	     pci = pci->next) {
		struct pci_function *function;

		function = pci_functions_add(functions, pci->domain, pci->bus,
					     pci->dev, pci->func);
		if (function)
			read_space(pci, &function->space);
		else
			err = -ENOMEM;
	}
	pci_cleanup(access);
	if (err) {
		ports_error_set(error, "out of memory");
		pci_functions_free(functions);
	}
	pci_functions_sort(functions);
out:
	free(devices);
	free(sysfs);
	return err;
}
