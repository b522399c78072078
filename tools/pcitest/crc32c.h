/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef CRC32C_H
#define CRC32C_H

#include <stddef.h>
#include <stdint.h>

/* CRC-32C (Castagnoli; iSCSI, RFC 3720). Begin with CRC32C_INIT, add data piece
 * by piece, and take crc32c_value() of the result. */
#define CRC32C_INIT 0xffffffffu

uint32_t crc32c_add(uint32_t crc, const void *data, size_t size);

static inline uint32_t crc32c_value(uint32_t crc)
{
	return ~crc;
}

#endif
