/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef VIRTIO_TYPES_H
#define VIRTIO_TYPES_H

#include <linux/virtio_byteorder.h>

/*
 * Numbers of virtio's own structures. VERSION_1 is always negotiated, and legacy
 * hosts are little-endian.
 */

static inline __virtio16 to_virtio16(u16 value)
{
	return __cpu_to_virtio16(true, value);
}

static inline __virtio32 to_virtio32(u32 value)
{
	return __cpu_to_virtio32(true, value);
}

static inline __virtio64 to_virtio64(u64 value)
{
	return __cpu_to_virtio64(true, value);
}

static inline u16 from_virtio16(__virtio16 value)
{
	return __virtio16_to_cpu(true, value);
}

static inline u32 from_virtio32(__virtio32 value)
{
	return __virtio32_to_cpu(true, value);
}

static inline u64 from_virtio64(__virtio64 value)
{
	return __virtio64_to_cpu(true, value);
}

#endif
