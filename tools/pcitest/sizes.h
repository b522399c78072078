/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef SIZES_H
#define SIZES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Sizes of transfers. */
#define SIZES_DEFAULT "1,1024,1025,1024000,1024001,random"
#define SIZES_RANDOM 5           /* sizes that "random" stands for */
#define SIZES_RANDOM_MAX 1024001

struct size {
	uint64_t bytes;
	unsigned int random;     /* the how many-th random one; 0: given */
};

struct sizes {
	struct size *list;
	size_t count;
};

/* A number in base 10, 8 (0...) or 16 (0x...), all of the text.
 * Return 0, -EINVAL or -ERANGE. */
int number_parse(const char *text, uint64_t *number);

/* A size in bytes: a number of at least 1, with K, M or G (1024s) after it or
 * not. Return 0, -EINVAL or -ERANGE. */
int size_parse(const char *text, uint64_t *bytes);

/* Sizes with commas between them; the word "random" stands for SIZES_RANDOM
 * ones, the same for the same seed. Free the list with sizes_free().
 * Return 0, -EINVAL, -ERANGE or -ENOMEM. */
int sizes_parse(const char *text, uint64_t seed, struct sizes *sizes);
void sizes_free(struct sizes *sizes);

#endif
