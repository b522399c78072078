/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef PORTS_SAVE_H
#define PORTS_SAVE_H

#include "ports-function.h"

/* Write to a new folder what pcitest ports reads of a machine, below root, with
 * these functions, so that the folder is a root itself. Files of the machine
 * that do something when they are read are not touched.
 * Return 0, or -errno with the error set; what was written then stays. */
int ports_save(const char *folder, const char *root,
	       const struct pci_functions *functions,
	       struct ports_error *error);

#endif
