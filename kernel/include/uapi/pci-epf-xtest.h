/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

/*
 * What host and endpoint of the extended test function share: registers and
 * rings in a BAR, little-endian.
 *
 *	0x000	struct of the kernel's test function (pci-epf-test)
 *	0x040	struct xtest_registers
 *	0x080	MSI-X table and pending bits, as the kernel's test function has it
 *	...	slots of commands and of completions; or in other BARs, where this
 *		one has no room
 *
 * The endpoint does not notice a host write before it looks, and a host read
 * costs a round trip. So each side writes what the other reads next to it in one
 * go: the host fills slots and then writes how many it has submitted; the
 * endpoint fills slots and then writes how many it has completed. Both numbers
 * run freely; slot n % depth belongs to command n.
 *
 * Commands are completed in any order: a completion names its command.
 */

#ifndef PCI_EPF_XTEST_H
#define PCI_EPF_XTEST_H

#include <linux/const.h>
#include <linux/types.h>

#define XTEST_REGISTERS_OFFSET	0x40
#define XTEST_MAGIC		0x54535458	/* "XTST" */
#define XTEST_VERSION		1

#define XTEST_MAX_DEPTH		256
#define XTEST_MAX_SEGMENTS	64

/* Bits of struct xtest_registers, caps */
#define XTEST_CAP_DMA_PRIVATE	_BITUL(0)	/* DMA, without maps */
#define XTEST_CAP_DMA_MEMCPY	_BITUL(1)	/* DMA, through maps */
#define XTEST_CAP_DOORBELL	_BITUL(2)	/* from this reset to the next */

/* A multiple of 8 from the start of a BAR, and which: as of an MSI-X table */
#define XTEST_PLACE_BAR		0x7
#define XTEST_PLACE_OFFSET	(~0x7U)

/**
 * struct xtest_registers - what the two sides tell each other
 * @magic: XTEST_MAGIC, written last of what the endpoint sets up
 * @version: XTEST_VERSION; a host that does not know it leaves the rest alone
 * @caps: XTEST_CAP_*
 * @depth: slots in each ring, a power of two up to XTEST_MAX_DEPTH
 * @max_segments: of one command's sources, and of its destinations, up to
 *	XTEST_MAX_SEGMENTS
 * @commands: where slot 0 is, XTEST_PLACE_*; a slot has
 *	XTEST_COMMAND_SIZE(max_segments) bytes
 * @completions: where slot 0 is, XTEST_PLACE_*
 * @doorbell_bar: BAR of the doorbell
 * @doorbell_offset: of the doorbell in its BAR
 * @doorbell_data: what to write there
 * @reset_request: the host adds 1 to have both rings emptied: what is under way
 *	is cancelled, both counts become 0
 * @reset_done: the endpoint has done as many
 * @irq_vector: for completions: MSI-X or MSI vector, from 1, as the host's
 *	interrupt type in the first structure says; 0: none
 * @submitted: commands that the host has submitted
 * @use_doorbell: 1: where there is a doorbell, the host will write it each time
 *	after it has written @submitted or @reset_request, and the endpoint does
 *	not look otherwise: neither for these nor at the first structure. Looked
 *	at in a reset, which sets XTEST_CAP_DOORBELL where it is so
 * @completed: commands that the endpoint has completed
 * @reserved: 0
 */
struct xtest_registers {
	/* written by the endpoint */
	__le32 magic;
	__le32 version;
	__le32 caps;
	__le16 depth;
	__le16 max_segments;
	__le32 commands;
	__le32 completions;
	__le32 doorbell_bar;
	__le32 doorbell_offset;
	__le32 doorbell_data;
	__le32 reset_done;
	__le32 completed;
	/* written by the host */
	__le32 reset_request;
	__le32 irq_vector;
	__le32 submitted;
	__le32 use_doorbell;
	__le32 reserved;
};

/**
 * struct xtest_segment - a piece of host memory
 * @addr: PCI address, of any alignment
 * @len: bytes, not 0
 * @reserved: 0
 */
struct xtest_segment {
	__le64 addr;
	__le32 len;
	__le32 reserved;
};

/* Directions are those of the endpoint. */
enum xtest_opcode {
	XTEST_READ,	/* read the sources; the checksum is of what was read */
	XTEST_WRITE,	/* fill the destinations with the pattern of @seed */
	XTEST_COPY,	/* copy the sources to the destinations */
	XTEST_MAP,	/* measure maps, see struct xtest_map_command */
	XTEST_PING,	/* complete at once */
	XTEST_NUM_OPCODES,
};

enum xtest_engine {
	XTEST_ENGINE_AUTO,
	XTEST_ENGINE_CPU,
	XTEST_ENGINE_DMA,
	XTEST_NUM_ENGINES,
};

enum xtest_policy {
	XTEST_POLICY_TRANSFER,
	XTEST_POLICY_CACHED,
	XTEST_POLICY_STATIC,
	XTEST_NUM_POLICIES,
};

enum xtest_pattern {
	XTEST_SEQUENTIAL,	/* each address one stride after the last */
	XTEST_RANDOM,		/* any stride in the range, by @seed */
	XTEST_NUM_PATTERNS,
};

/**
 * struct xtest_map_command - how to measure maps
 * @addr: PCI address where the range begins
 * @range: bytes; addresses are taken modulo it
 * @stride: bytes from one access to the next
 * @size: bytes of one access, in the range
 * @count: accesses
 * @pattern: enum xtest_pattern
 * @policy: enum xtest_policy, for this command only
 * @seed: of XTEST_RANDOM
 * @warm_up: accesses before those that are measured
 * @budget: the most maps that are live at once; 0: as the function is set up
 * @reserved: 0
 *
 * Each access reads @size bytes of host memory through a map.
 */
struct xtest_map_command {
	__le64 addr;
	__le64 range;
	__le64 stride;
	__le32 size;
	__le32 count;
	__u8 pattern;
	__u8 policy;
	__le16 budget;
	__le32 seed;
	__le32 warm_up;
	__le32 reserved;
};

/**
 * struct xtest_command - a slot of the host's
 * @id: comes back with the completion
 * @opcode: enum xtest_opcode
 * @engine: enum xtest_engine
 * @reserved: 0
 * @num_sources: segments that are read, first in @segments
 * @num_destinations: segments that are written, after them
 * @seed: of the pattern of XTEST_WRITE
 * @map: of XTEST_MAP
 * @segments: up to max_segments sources and as many destinations
 */
struct xtest_command {
	__le32 id;
	__u8 opcode;
	__u8 engine;
	__le16 reserved;
	__le16 num_sources;
	__le16 num_destinations;
	__le32 seed;
	struct xtest_map_command map;
	struct xtest_segment segments[2 * XTEST_MAX_SEGMENTS];
};

/* Bytes of a slot, which ends with the last segment that there may be. */
#define XTEST_COMMAND_SIZE(max_segments) \
	(sizeof(struct xtest_command) - \
	 2 * (XTEST_MAX_SEGMENTS - (max_segments)) * \
	 sizeof(struct xtest_segment))

/**
 * struct xtest_completion - a slot of the endpoint's
 * @id: of the command
 * @error: 0, or a positive errno
 * @crc: CRC32C (seed ~0, inverted at the end) of the bytes read, written or
 *	copied; of XTEST_MAP of what the last access read
 * @engine: what moved them, enum xtest_engine
 * @bytes: how many were moved
 * @time_ns: from when the endpoint saw the command to its completion; of
 *	XTEST_MAP the accesses alone
 * @maps: maps made for it; of XTEST_MAP only
 * @hits: accesses that a live map served; of XTEST_MAP only
 */
struct xtest_completion {
	__le32 id;
	__le32 error;
	__le32 crc;
	__le32 engine;
	__le64 bytes;
	__le64 time_ns;
	__le64 maps;
	__le64 hits;
};

#endif
