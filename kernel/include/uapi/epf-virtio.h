/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef EPF_VIRTIO_UAPI_H
#define EPF_VIRTIO_UAPI_H

#include <linux/const.h>
#include <linux/types.h>

/*
 * Virtio over a BAR that is nothing but memory. docs/epf-virtio-transport.md is
 * the specification, these are its structures. All numbers are little-endian,
 * offsets are bytes from the start of the BAR.
 */

#define EPF_VIRTIO_MAGIC		0x76465045	/* "EPFv" */
#define EPF_VIRTIO_VERSION		1

/* Transport features */
#define EPF_VIRTIO_F_PUSH		_BITUL(0)
#define EPF_VIRTIO_F_DOORBELL		_BITUL(1)

/* The host wants no interrupt. */
#define EPF_VIRTIO_NO_VECTOR		0xffff

/**
 * struct epf_virtio_discovery - what the device is; the endpoint writes it
 * @magic: EPF_VIRTIO_MAGIC; written last
 * @version: EPF_VIRTIO_VERSION
 * @length: bytes of this structure
 * @device_id: virtio device type
 * @vendor_id: virtio subsystem vendor
 * @device_features: virtio features that the device offers
 * @transport_features: EPF_VIRTIO_F_*
 * @num_queues: how many queues there are
 * @timeout_ms: what a request may take
 * @control_offset: of struct epf_virtio_control; a multiple of 8
 * @queues_offset: of the first struct epf_virtio_queue_info; a multiple of 4
 * @notify_offset: of a __le32 for each queue; a multiple of 4
 * @config_offset: of the device's configuration; a multiple of 8
 * @config_size: bytes of it
 * @queue_stride: bytes from one struct epf_virtio_queue_info to the next
 * @doorbell_bar: which BAR the doorbell is in; with EPF_VIRTIO_F_DOORBELL
 * @reserved: 0
 * @doorbell_offset: of the doorbell's 32 bits; a multiple of 4
 * @doorbell_data: what is written there
 */
struct epf_virtio_discovery {
	__le32 magic;
	__le16 version;
	__le16 length;
	__le32 device_id;
	__le32 vendor_id;
	__le64 device_features;
	__le32 transport_features;
	__le16 num_queues;
	__le16 timeout_ms;
	__le32 control_offset;
	__le32 queues_offset;
	__le32 notify_offset;
	__le32 config_offset;
	__le16 config_size;
	__le16 queue_stride;
	__u8 doorbell_bar;
	__u8 reserved[3];
	__le32 doorbell_offset;
	__le32 doorbell_data;
};

/**
 * struct epf_virtio_queue_info - a queue; the endpoint writes it
 * @max_size: the most descriptors it may have
 * @reserved: 0
 * @shadow_offset: where the host pushes descriptors to, with
 *	EPF_VIRTIO_F_PUSH: @max_size descriptors of 16 bytes and @max_size
 *	available entries of 2 bytes; a multiple of 16
 */
struct epf_virtio_queue_info {
	__le16 max_size;
	__le16 reserved;
	__le32 shadow_offset;
};

/**
 * enum epf_virtio_command - what the host can request
 * @EPF_VIRTIO_SET_STATUS: @args[0] is the device status, 0 resets the device
 * @EPF_VIRTIO_SET_FEATURES: the driver accepts the virtio features @args[0] and
 *	the transport features @args[1]
 * @EPF_VIRTIO_SET_CONFIG_VECTOR: @vector is for changes of the configuration
 * @EPF_VIRTIO_ENABLE_QUEUE: @queue begins, with all other fields
 * @EPF_VIRTIO_RESET_QUEUE: @queue ends
 * @EPF_VIRTIO_WRITE_CONFIG: @size bytes of @args[1] go to @args[0] bytes into
 *	the configuration
 */
enum epf_virtio_command {
	EPF_VIRTIO_SET_STATUS = 1,
	EPF_VIRTIO_SET_FEATURES,
	EPF_VIRTIO_SET_CONFIG_VECTOR,
	EPF_VIRTIO_ENABLE_QUEUE,
	EPF_VIRTIO_RESET_QUEUE,
	EPF_VIRTIO_WRITE_CONFIG,
};

/**
 * enum epf_virtio_result - what became of a request
 * @EPF_VIRTIO_OK: done
 * @EPF_VIRTIO_UNKNOWN: there is no such command
 * @EPF_VIRTIO_INVALID: its fields make no sense
 * @EPF_VIRTIO_REFUSED: not in this state, or not with these features
 * @EPF_VIRTIO_FAILED: the device could not
 */
enum epf_virtio_result {
	EPF_VIRTIO_OK,
	EPF_VIRTIO_UNKNOWN,
	EPF_VIRTIO_INVALID,
	EPF_VIRTIO_REFUSED,
	EPF_VIRTIO_FAILED,
};

/**
 * struct epf_virtio_control - requests and their acknowledgements
 * @command: enum epf_virtio_command; this and what follows the host writes
 * @queue: index of a queue
 * @size: of the queue, in descriptors, or of the written configuration, in bytes
 * @vector: number of an interrupt vector from 0, or EPF_VIRTIO_NO_VECTOR
 * @args: of the command; for a queue the PCI addresses of its descriptors, its
 *	driver area and its device area
 * @reserved: 0
 * @request: generation of the request; written last
 * @acknowledge: generation of the request that was done last; this and what
 *	follows the endpoint writes
 * @result: enum epf_virtio_result of it
 * @status: device status
 * @config_generation: of the configuration; odd while it changes
 */
struct epf_virtio_control {
	__le16 command;
	__le16 queue;
	__le16 size;
	__le16 vector;
	__le64 args[3];
	__le32 reserved;
	__le32 request;
	__le32 acknowledge;
	__le32 result;
	__le32 status;
	__le32 config_generation;
};

#endif
