// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include <string.h>

#include "random.h"

/* splitmix64 */
uint64_t random_next(uint64_t *state)
{
	uint64_t value;

	*state += 0x9e3779b97f4a7c15;
	value = *state;
	value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9;
	value = (value ^ value >> 27) * 0x94d049bb133111eb;
	return value ^ value >> 31;
}

void random_fill(uint64_t *state, void *data, size_t size)
{
	uint8_t *byte = data;

	while (size) {
		uint64_t value = random_next(state);
		size_t part = size < sizeof(value) ? size : sizeof(value);

		memcpy(byte, &value, part);
		byte += part;
		size -= part;
	}
}
