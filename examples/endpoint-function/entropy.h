/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * What both sides of the link know of each other. All of it is little-endian,
 * as everything on PCI.
 */

#ifndef ENTROPY_H
#define ENTROPY_H

#include <linux/build_bug.h>
#include <linux/types.h>

/* For teaching, as QEMU's own device; a product has ids of its maker. */
#define ENTROPY_VENDOR	0x1234
#define ENTROPY_DEVICE	0xe9f0

#define ENTROPY_MAGIC	0x72746e65
#define ENTROPY_BYTES	4092

/* One answer: a page. Writes arrive in order, so that the number says that the
 * data is there.
 */
struct entropy_answer {
	u8 data[ENTROPY_BYTES];
	__le32 request;
};

static_assert(sizeof(struct entropy_answer) == 4096);

/* The BAR. It is memory of the endpoint, and nothing but memory. */
struct entropy_bar {
	__le32 magic;		/* endpoint: ENTROPY_MAGIC */
	__le32 request;		/* host: number of its newest request */
	__le64 address;		/* host: where answers go; 0: into this BAR */
	struct entropy_answer answer;
};

static_assert(offsetof(struct entropy_bar, answer) == 16);

#endif
