// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include <pthread.h>

#include "crc32c.h"

#define POLYNOMIAL 0x82f63b78u /* reflected */

/* What 8 bits become, with n bytes of 0 after them: 8 bytes are looked up at
 * once. */
static uint32_t table[8][256];

static void make_table(void)
{
	for (unsigned int i = 0; i < 256; i++) {
		uint32_t crc = i;

		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? POLYNOMIAL : 0);
		table[0][i] = crc;
	}
	for (int n = 1; n < 8; n++)
		for (unsigned int i = 0; i < 256; i++)
			table[n][i] = table[n - 1][i] >> 8 ^
				      table[0][table[n - 1][i] & 0xff];
}

uint32_t crc32c_add(uint32_t crc, const void *data, size_t size)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	const uint8_t *byte = data;

	pthread_once(&once, make_table);
	for (; size >= 8; size -= 8, byte += 8)
		crc = table[7][(crc ^ byte[0]) & 0xff] ^
		      table[6][(crc >> 8 ^ byte[1]) & 0xff] ^
		      table[5][(crc >> 16 ^ byte[2]) & 0xff] ^
		      table[4][(crc >> 24 ^ byte[3]) & 0xff] ^
		      table[3][byte[4]] ^ table[2][byte[5]] ^
		      table[1][byte[6]] ^ table[0][byte[7]];
	while (size--)
		crc = crc >> 8 ^ table[0][(crc ^ *byte++) & 0xff];
	return crc;
}
