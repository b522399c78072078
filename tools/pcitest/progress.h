/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef PROGRESS_H
#define PROGRESS_H

#include <stddef.h>

/* On a terminal that standard error is, show how much is done and what is being
 * done, over the line of before; elsewhere do nothing. */
void progress_show(size_t done, size_t total, const char *what);

/* Leave the line empty. */
void progress_clear(void);

#endif
