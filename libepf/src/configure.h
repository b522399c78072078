/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef LIBEPF_CONFIGURE_H
#define LIBEPF_CONFIGURE_H

#include <stdbool.h>

/* Whether an attribute has the wanted value: as texts, or as numbers. */
bool configure_is_same(const char *current, const char *wanted);

#endif
