// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <pci/pci.h>

#include "exit.h"
#include "message.h"
#include "pci-access.h"

/* libpci's own message would come without our name, and exit with 1 as well. */
static void __attribute__((format(printf, 1, 2), noreturn))
failed(char *format, ...)
{
	char text[256];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	message("PCI access: %s", text);
	exit(EXIT_CODE_FAILED);
}

static void __attribute__((format(printf, 1, 2)))
warned(char *format, ...)
{
	char text[256];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	message("PCI access: %s", text);
}

struct pci_access *pci_access_open(const char *sysfs)
{
	struct pci_access *access = pci_alloc();

	access->method = PCI_ACCESS_SYS_BUS_PCI;
	access->error = failed;
	access->warning = warned;
	if (sysfs)
		pci_set_param(access, (char *)"sysfs.path", (char *)sysfs);
	pci_init(access);
	pci_scan_bus(access);
	return access;
}
