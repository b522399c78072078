/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef EPF_CORE_VRING_MODEL_H
#define EPF_CORE_VRING_MODEL_H

#include <linux/bitmap.h>
#include <linux/prandom.h>
#include <linux/types.h>
#include <kunit/test.h>

#include "vring.h"

/*
 * A host with a ring and a driver for the tests: it takes descriptors, ids and
 * the order of tables at random, as a driver may and Linux' does not.
 */

#define MODEL_BASE		0x700000000ULL
#define MODEL_DESC		0x0000
#define MODEL_DRIVER		0x1000
#define MODEL_DEVICE		0x2000
#define MODEL_TABLES		0x3000
#define MODEL_SIZE		0x10000

#define MODEL_MAX_NUM		256
#define MODEL_MAX_SEGMENTS	8

/**
 * struct model_buffer - a buffer of the driver
 * @busy: the device has it
 * @num_readable: segments to read
 * @num_writable: segments to write, behind them
 * @segments: all of them; nothing is there
 * @writable: bytes to write
 * @written: bytes that the device says it wrote
 * @num_direct: segments that have a descriptor in the ring; the others are in a
 *	table
 * @id: as the ring knows it
 * @descs: its descriptors
 * @num_descs: their number
 */
struct model_buffer {
	bool busy;
	unsigned int num_readable;
	unsigned int num_writable;
	struct epf_vring_segment segments[MODEL_MAX_SEGMENTS];
	u32 writable;
	u32 written;
	unsigned int num_direct;
	u16 id;
	u16 descs[MODEL_MAX_SEGMENTS];
	unsigned int num_descs;
};

/**
 * struct model - the host
 * @test: for what has to be
 * @random: decides
 * @config: of the ring
 * @memory: the host's, from MODEL_BASE on
 * @fail_one_in: so many accesses fail; 0: none
 * @failures: accesses that failed
 * @outside: accesses elsewhere than in @memory
 * @stray: writes to where a device may not
 * @taken: descriptors that are not free; in a packed ring, ids
 * @buffers: buffers, by id
 * @num_free: free descriptors
 * @avail: index of what is made available next; in a packed ring, without limit
 * @used: index of what is used next, likewise
 */
struct model {
	struct kunit *test;
	struct rnd_state random;
	struct epf_vring_config config;
	u8 *memory;
	unsigned int fail_one_in;
	unsigned int failures;
	unsigned int outside;
	unsigned int stray;
	DECLARE_BITMAP(taken, MODEL_MAX_NUM);
	struct model_buffer buffers[MODEL_MAX_NUM];
	unsigned int num_free;
	u32 avail;
	u32 used;
};

struct model *model_create(struct kunit *test, unsigned int num, u64 features);
unsigned int model_below(struct model *model, unsigned int limit);
void *model_at(struct model *model, size_t offset);
struct model_buffer *model_add(struct model *model, unsigned int segments);
struct model_buffer *model_reap(struct model *model);

#endif
