/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef RANDOM_H
#define RANDOM_H

#include <stddef.h>
#include <stdint.h>

/* The same numbers everywhere for the same state to begin with. */
uint64_t random_next(uint64_t *state);

/* Fill memory with them. */
void random_fill(uint64_t *state, void *data, size_t size);

#endif
