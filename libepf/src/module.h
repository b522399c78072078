/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef MODULE_H
#define MODULE_H

/* Load the module of an EPF driver into the running kernel, as modprobe(8)
 * would, from root/lib/modules. Returns 0 (also for a module that is loaded or
 * built in), -ESRCH where there is no such module, or -errno of loading it. */
int module_load(const char *root, const char *driver);

#endif
