/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef VIRTIO_XTEST_H
#define VIRTIO_XTEST_H

#include <linux/ioctl.h>
#include <linux/types.h>

/*
 * A virtio device for tests. Each of its queues takes the same requests: one
 * chain is
 *
 *	readable	struct virtio_xtest_request, then data
 *	writable	data, then struct virtio_xtest_reply in the last bytes
 *
 * cut into segments in any way. No type number is assigned to such a device; this
 * one cannot be one of virtio over PCI, whose numbers end at 0x3f.
 */
#define VIRTIO_ID_XTEST			0x10f0

/* Feature: replies have checksums */
#define VIRTIO_XTEST_F_CRC		0

/**
 * struct virtio_xtest_config - configuration of the device
 * @marker: what the endpoint's user wants
 * @host_marker: the same of the host's
 * @num_queues: how many there are
 * @max_bytes: the most that a chain may have to read, and to write
 * @answer: @host_marker again, when the device has seen that; a change that it
 *	tells the host of
 */
struct virtio_xtest_config {
	__le32 marker;
	__le32 host_marker;
	__le32 num_queues;
	__le32 max_bytes;
	__le32 answer;
};

/**
 * enum virtio_xtest_operation - what the device does with data
 * @VIRTIO_XTEST_SINK: reads it; the checksum is of what it read
 * @VIRTIO_XTEST_SOURCE: writes bytes, the first is the low byte of @seed, each
 *	other one more than the one before; the checksum is of what it wrote
 * @VIRTIO_XTEST_ECHO: writes what it reads; the checksum is of that
 * @VIRTIO_XTEST_NUM_OPERATIONS: their number
 */
enum virtio_xtest_operation {
	VIRTIO_XTEST_SINK,
	VIRTIO_XTEST_SOURCE,
	VIRTIO_XTEST_ECHO,
	VIRTIO_XTEST_NUM_OPERATIONS,
};

/**
 * struct virtio_xtest_request - what the host wants
 * @operation: enum virtio_xtest_operation
 * @seed: of what the device writes
 */
struct virtio_xtest_request {
	__le32 operation;
	__le32 seed;
};

/**
 * struct virtio_xtest_reply - what became of it
 * @error: 0, or a positive error number
 * @crc: CRC-32C of the data, begun with 0xffffffff and not inverted; 0 without
 *	VIRTIO_XTEST_F_CRC
 */
struct virtio_xtest_reply {
	__le32 error;
	__le32 crc;
};

/*
 * The host's driver: /dev/virtio-xtest.N
 */

/* Of what follows; another one is another ABI */
#define VIRTIO_XTEST_VERSION		1

/**
 * struct virtio_xtest_info - what the device is like
 * @features: negotiated virtio features
 * @version: VIRTIO_XTEST_VERSION
 * @num_queues: queues that can be used
 * @queue_size: descriptors of one
 * @max_bytes: the most that a chain may have to read, and to write
 * @marker: of the configuration, now
 * @answer: the same
 * @config_changes: that the device has told of
 * @reserved: 0
 */
struct virtio_xtest_info {
	__u64 features;
	__u32 version;
	__u32 num_queues;
	__u32 queue_size;
	__u32 max_bytes;
	__u32 marker;
	__u32 answer;
	__u32 config_changes;
	__u32 reserved;
};

/**
 * struct virtio_xtest_run - chains to send, and how it went
 * @operation: enum virtio_xtest_operation
 * @queue: index of the first
 * @num_queues: how many, from that on, take turns; not 0
 * @count: chains in all; not 0
 * @depth: the most under way at once in a queue; not 0
 * @segments: that the data of each is cut into, in either direction; not 0
 * @bytes: of data in each, in either direction that the operation has; a
 *	multiple of @segments, not 0
 * @timeout_ms: without any chain completed, until it gives up; not 0
 * @batch: chains that are added to a queue before the device is told; not 0
 * @completed: set to how many chains were completed
 * @wrong: set to how many of them had a wrong checksum, length or error
 * @peak: set to the most that were under way at once in all queues
 * @seed: of the data
 * @latencies: address of @count 64-bit numbers that are set to nanoseconds from
 *	a chain's being added to its being taken back; or 0
 * @duration_ns: set to how long it took
 * @interrupts: set to how often the driver was called back
 * @notifications: set to how often the device was told of chains
 */
struct virtio_xtest_run {
	__u32 operation;
	__u32 queue;
	__u32 num_queues;
	__u32 count;
	__u32 depth;
	__u32 segments;
	__u32 bytes;
	__u32 timeout_ms;
	__u32 batch;
	__u32 completed;
	__u32 wrong;
	__u32 peak;
	__u64 seed;
	__u64 latencies;
	__u64 duration_ns;
	__u64 interrupts;
	__u64 notifications;
};

#define VIRTIO_XTEST_INFO	_IOR('X', 0x10, struct virtio_xtest_info)
/*
 * Errors: EINVAL, ENOMEM, ENODEV where the device went, EIO where it is broken,
 * ETIMEDOUT, EINTR; the device is then reset, and @completed says how far it got.
 */
#define VIRTIO_XTEST_RUN	_IOWR('X', 0x11, struct virtio_xtest_run)
/* Argument: the host's marker, written to the configuration */
#define VIRTIO_XTEST_MARK	_IO('X', 0x12)
/* Reset the device, and set it up anew */
#define VIRTIO_XTEST_RESET	_IO('X', 0x13)

#endif
