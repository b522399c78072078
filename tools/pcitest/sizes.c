// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "random.h"
#include "sizes.h"

static int parse(const char *text, uint64_t *number, const char **end)
{
	unsigned long long value;
	char *stop;

	/* strtoull() would take a sign. */
	if (!isdigit((unsigned char)text[0]))
		return -EINVAL;

	errno = 0;
	value = strtoull(text, &stop, 0);
	if (errno)
		return -errno;
	*number = value;
	*end = stop;
	return 0;
}

int number_parse(const char *text, uint64_t *number)
{
	const char *end;
	uint64_t value;
	int err;

	err = parse(text, &value, &end);
	if (err)
		return err;
	if (*end)
		return -EINVAL;
	*number = value;
	return 0;
}

int size_parse(const char *text, uint64_t *bytes)
{
	static const char units[] = "KMG";
	const char *end, *unit;
	unsigned int shift = 0;
	uint64_t value;
	int err;

	err = parse(text, &value, &end);
	if (err)
		return err;
	if (*end) {
		unit = strchr(units, toupper((unsigned char)*end));
		if (!unit || end[1])
			return -EINVAL;
		shift = 10 * (unsigned int)(unit - units + 1);
	}
	/* The drivers take an unsigned long. */
	if (value == 0 || value > ULONG_MAX >> shift)
		return -ERANGE;
	*bytes = value << shift;
	return 0;
}

/* As many small sizes as large ones: the edges of a transfer are where the bugs
 * are. */
static uint64_t random_size(uint64_t *state)
{
	uint64_t bytes = 1 + random_next(state) % SIZES_RANDOM_MAX;

	bytes >>= random_next(state) % 20;
	return bytes ? bytes : 1;
}

static int add(struct sizes *sizes, uint64_t bytes, unsigned int random)
{
	struct size *list;

	list = reallocarray(sizes->list, sizes->count + 1, sizeof(*list));
	if (!list)
		return -ENOMEM;
	sizes->list = list;
	list[sizes->count++] = (struct size){ bytes, random };
	return 0;
}

static int add_word(struct sizes *sizes, const char *word, uint64_t seed)
{
	uint64_t bytes;
	int err = 0;

	if (strcmp(word, "random") != 0) {
		err = size_parse(word, &bytes);
		return err ? err : add(sizes, bytes, 0);
	}
	for (unsigned int i = 1; i <= SIZES_RANDOM && !err; i++)
		err = add(sizes, random_size(&seed), i);
	return err;
}

int sizes_parse(const char *text, uint64_t seed, struct sizes *sizes)
{
	struct sizes parsed = { 0 };
	char *copy, *rest, *word;
	int err = 0;

	copy = rest = strdup(text);
	if (!copy)
		return -ENOMEM;
	while (!err && (word = strsep(&rest, ",")))
		err = add_word(&parsed, word, seed);
	free(copy);
	if (err) {
		sizes_free(&parsed);
		return err;
	}
	*sizes = parsed;
	return 0;
}

void sizes_free(struct sizes *sizes)
{
	free(sizes->list);
}
