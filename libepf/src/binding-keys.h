/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef LIBEPF_BINDING_KEYS_H
#define LIBEPF_BINDING_KEYS_H

#include "config.h"

/* What reading and writing a binding file have in common. */

/* pci-epf-vntb and pci-epf-ntb have four. */
#define BINDING_MAX_NTB_WINDOWS 4

/* An outbound window that is put aside is a directory in that of the driver,
 * made by whoever wants one; to a configuration it is the attribute of its
 * size. */
#define BINDING_WINDOWS "outbound/windows/"

/* "ring" of "outbound/windows/ring/size": free it. NULL for any other
 * attribute. */
char *binding_window_name(const char *attribute);

/* The key that says which controller is meant: "name", or "pattern". */
const char *binding_controller_key(const struct config_controller *controller);

#endif
