/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef ALLOCATIONS_H
#define ALLOCATIONS_H

/* Where memory comes from, of a program that is linked for it (--wrap): the
 * fail_at-th allocation fails; 0: none. */
extern unsigned int allocations, fail_at;

#endif
