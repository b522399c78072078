/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

/*
 * /dev/pci-endpoint-xtest.N: what programs ask of the host driver of the
 * extended test function, besides the ioctls of the kernel's linux/pcitest.h,
 * which have the return values of Linux 7.3 (0, or an error).
 *
 * All ioctls return 0, or an error:
 *	ENODEV		the function is gone, or its driver
 *	ETIMEDOUT	the endpoint did not answer in time
 *	EPROTO		its answers make no sense
 *	EINTR		a signal came; what was under way is cancelled
 *	EINVAL, ERANGE	a value is wrong, or beyond a limit
 *	E2BIG		memory is in more pieces than the function takes
 *	EFAULT		memory is not there, or not to be written to
 *	ENOMEM
 * After any of them the function can be used again, as soon as it answers.
 *
 * mmap() of the device, shared and from offset 0, makes memory that is in one
 * piece for the endpoint, up to PCI_ENDPOINT_XTEST_MAX_MMAP bytes at a time.
 */

#ifndef PCI_ENDPOINT_XTEST_H
#define PCI_ENDPOINT_XTEST_H

#include <linux/ioctl.h>
#include <linux/types.h>

#include "pci-epf-xtest.h"

#define PCI_ENDPOINT_XTEST_VERSION	1

#define PCI_ENDPOINT_XTEST_BARS		6
#define PCI_ENDPOINT_XTEST_MAX_COUNT	65536	/* commands of a call */
#define PCI_ENDPOINT_XTEST_MAX_LISTS	256	/* lists of segments of a call */
#define PCI_ENDPOINT_XTEST_MAX_BYTES	(64 << 20)	/* of all its segments */
#define PCI_ENDPOINT_XTEST_MAX_MMAP	(4 << 20)
#define PCI_ENDPOINT_XTEST_TIMEOUT_MS	10000	/* where none is given */
#define PCI_ENDPOINT_XTEST_MAX_TIMEOUT_MS	600000

/**
 * struct pci_endpoint_xtest_info - what there is
 * @version: of these ioctls, PCI_ENDPOINT_XTEST_VERSION
 * @function_version: XTEST_VERSION of the function
 * @caps: XTEST_CAP_* of the function
 * @depth: commands that it takes at once
 * @max_segments: of the sources, and of the destinations of a command
 * @register_bar: where its registers are
 * @irq_type: PCITEST_IRQ_TYPE_* of linux/pcitest.h, or -1: none is set up
 * @num_vectors: that the host has for it
 * @bar_size: bytes; 0 where there is none
 */
struct pci_endpoint_xtest_info {
	__u32 version;
	__u32 function_version;
	__u32 caps;
	__u32 depth;
	__u32 max_segments;
	__u32 register_bar;
	__s32 irq_type;
	__u32 num_vectors;
	__u64 bar_size[PCI_ENDPOINT_XTEST_BARS];
};

/**
 * struct pci_endpoint_xtest_segment - memory of the program
 * @addr: of any alignment
 * @len: bytes, not 0
 */
struct pci_endpoint_xtest_segment {
	__u64 addr;
	__u64 len;
};

/**
 * struct pci_endpoint_xtest_result - what became of a command
 * @error: 0, or a positive errno of the endpoint
 * @crc: CRC32C of the data, as the endpoint has it
 * @engine: what moved it, enum xtest_engine
 * @reserved: 0
 * @bytes: that were moved
 * @latency_ns: from when it was submitted to when its completion was seen
 * @endpoint_ns: from when the endpoint saw it until it completed it
 */
struct pci_endpoint_xtest_result {
	__u32 error;
	__u32 crc;
	__u32 engine;
	__u32 reserved;
	__u64 bytes;
	__u64 latency_ns;
	__u64 endpoint_ns;
};

/* Completions are looked for every @poll_us, and raise no interrupt. */
#define PCI_ENDPOINT_XTEST_POLL	1

/**
 * struct pci_endpoint_xtest_run - have commands of one kind done
 * @opcode: XTEST_READ, _WRITE, _COPY or _PING; seen from the endpoint
 * @engine: enum xtest_engine
 * @flags: PCI_ENDPOINT_XTEST_POLL
 * @timeout_ms: of the call; 0: PCI_ENDPOINT_XTEST_TIMEOUT_MS
 * @poll_us: between two looks; 0: 10
 * @count: of commands, 1 to PCI_ENDPOINT_XTEST_MAX_COUNT
 * @depth: commands under way at once; 0: as many as the function takes
 * @seed: of the pattern that XTEST_WRITE writes
 * @num_lists: lists of segments; command n uses list n % num_lists; 0 where
 *	the command has none
 * @num_sources: segments of each list that the endpoint reads
 * @num_destinations: segments of each list that it writes
 * @reserved: 0
 * @segments: address of the lists: each has its sources first, one of struct
 *	pci_endpoint_xtest_segment after the other
 * @results: address for @count of struct pci_endpoint_xtest_result, or 0
 * @completed: out: commands that were completed
 * @error: out: of the first of them that failed, a positive errno, or 0
 * @elapsed_ns: out: from the first submission to the last completion
 * @bytes: out: that were moved
 * @interrupts: out: that came
 * @reads: out: loads from the BAR for it, each a round trip of the link
 *
 * A command that fails is no failure of the call.
 */
struct pci_endpoint_xtest_run {
	__u32 opcode;
	__u32 engine;
	__u32 flags;
	__u32 timeout_ms;
	__u32 poll_us;
	__u32 count;
	__u32 depth;
	__u32 seed;
	__u32 num_lists;
	__u32 num_sources;
	__u32 num_destinations;
	__u32 reserved;
	__u64 segments;
	__u64 results;
	__u32 completed;
	__u32 error;
	__u64 elapsed_ns;
	__u64 bytes;
	__u64 interrupts;
	__u64 reads;
};

/**
 * struct pci_endpoint_xtest_map - have the endpoint measure its maps
 * @addr: of the range; memory that mmap() of the device made, or else in one
 *	piece
 * @range: bytes
 * @stride: bytes from one access to the next
 * @size: bytes of an access
 * @count: accesses that are measured
 * @warm_up: accesses before
 * @pattern: enum xtest_pattern
 * @policy: enum xtest_policy
 * @budget: maps live at once; 0: as the function is set up
 * @seed: of XTEST_RANDOM
 * @timeout_ms: of the call; 0: PCI_ENDPOINT_XTEST_TIMEOUT_MS
 * @reserved: 0
 * @error: out: a positive errno of the endpoint, or 0
 * @crc: out: CRC32C of what the last access read
 * @elapsed_ns: out: of the accesses that are measured
 * @bytes: out: that they read
 * @maps: out: maps made for them
 * @hits: out: accesses that a live map served
 */
struct pci_endpoint_xtest_map {
	__u64 addr;
	__u64 range;
	__u64 stride;
	__u32 size;
	__u32 count;
	__u32 warm_up;
	__u32 pattern;
	__u32 policy;
	__u32 budget;
	__u32 seed;
	__u32 timeout_ms;
	__u32 reserved[2];
	__u32 error;
	__u32 crc;
	__u64 elapsed_ns;
	__u64 bytes;
	__u64 maps;
	__u64 hits;
};

#define PCI_ENDPOINT_XTEST_INFO \
	_IOR('P', 0x40, struct pci_endpoint_xtest_info)
#define PCI_ENDPOINT_XTEST_RUN \
	_IOWR('P', 0x41, struct pci_endpoint_xtest_run)
#define PCI_ENDPOINT_XTEST_MAP \
	_IOWR('P', 0x42, struct pci_endpoint_xtest_map)

#endif
