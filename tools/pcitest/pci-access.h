/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef PCI_ACCESS_H
#define PCI_ACCESS_H

struct pci_access;

/* libpci over a sysfs folder, NULL for /sys/bus/pci, with its functions
 * scanned; pci_cleanup() ends it. What libpci cannot do ends the program, with a
 * message of ours, as libpci wants it. */
struct pci_access *pci_access_open(const char *sysfs);

#endif
