/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef EPF_VRING_H
#define EPF_VRING_H

#include <linux/types.h>

/*
 * Virtio rings from the device's side, where the ring is another machine's
 * memory: a load from it is a round trip over the link, a store is not.
 *
 *   host memory            link                            endpoint
 *
 *   available index   ---- read, or told by the host --->  epf_vring_get()
 *   available entries ---- one read for all new ones --->    a chain of
 *   descriptors       ---- one read for a run of them -->    segments
 *
 *   used elements     <--- one write for all ------------  epf_vring_complete()
 *   used index        <--- one write --------------------  epf_vring_flush()
 *
 * With a shadow, the host has copied new descriptors and entries to memory of
 * the endpoint before it says how far it got; then nothing is read over the
 * link at all.
 *
 * The driver is not trusted. What it wrote is copied once and checked in the
 * copy: indices, lengths, order and loops. What is found wrong breaks the ring
 * for good; epf_vring_fault() says what it was.
 *
 * One ring is for one context at a time: nothing here locks.
 */

/**
 * struct epf_vring_memory_ops - how the host's memory is reached
 * @read: copy @len bytes at @pci_addr to @buf, from kmalloc(); done on return
 * @write: copy @len bytes of @buf to @pci_addr; may be posted
 *
 * Both return 0 or an error, which goes to whoever asked the ring; it may be asked
 * again then. They keep the order that mandatory barriers (mb(), rmb(), wmb())
 * between two calls ask for, and reach any aligned 2 or 4 bytes at once.
 */
struct epf_vring_memory_ops {
	int (*read)(void *context, u64 pci_addr, void *buf, size_t len);
	int (*write)(void *context, u64 pci_addr, const void *buf, size_t len);
};

/**
 * struct epf_vring_config - what a ring is made of
 * @num: descriptors; at most 32768, and a power of two in a split ring
 * @features: what was negotiated. VIRTIO_F_VERSION_1 has to be;
 *	VIRTIO_F_RING_PACKED, VIRTIO_RING_F_INDIRECT_DESC and
 *	VIRTIO_RING_F_EVENT_IDX may be; others make no difference here
 * @desc: PCI address of the descriptors, of 16 bytes alignment
 * @driver: PCI address of the available ring, or of the driver's event
 *	suppression; of 2 or 4 bytes alignment
 * @device: PCI address of the used ring, or of the device's event suppression;
 *	of 4 bytes alignment
 * @shadow_desc: NULL, or memory that the host copies descriptors to. For a split
 *	ring without VIRTIO_RING_F_EVENT_IDX, whose device has to be told of
 *	every buffer.
 * @shadow_avail: where the host copies available entries to, with @shadow_desc;
 *	its index is not looked at, see epf_vring_available()
 * @max_segments: the most that a chain may have; 0: as many as descriptors
 * @burst: two reads no more than so many bytes apart are made one
 * @by_field: a split ring is read index by index, entry by entry and descriptor by
 *	descriptor, each when it is needed; to measure what the rest is good for
 * @ops: how the host's memory is reached
 * @context: for @ops
 *
 * epf_vring_memory_create() sets the last four for a function's maps.
 */
struct epf_vring_config {
	unsigned int num;
	u64 features;
	u64 desc;
	u64 driver;
	u64 device;
	const void *shadow_desc;
	const void *shadow_avail;
	unsigned int max_segments;
	size_t burst;
	bool by_field;
	const struct epf_vring_memory_ops *ops;
	void *context;
};

/**
 * struct epf_vring_segment - a piece of the host's memory
 * @pci_addr: its PCI address
 * @len: bytes; not 0
 */
struct epf_vring_segment {
	u64 pci_addr;
	u32 len;
};

/**
 * struct epf_vring_chain - a buffer that the driver made available
 * @id: its name until it is completed, less than the number of descriptors; no
 *	other has the same at the same time
 * @num_readable: segments to read, the first in @segments
 * @num_writable: segments to write, behind them
 * @readable: bytes to read
 * @writable: bytes to write
 * @segments: all of them
 *
 * All zero is an empty chain. It is filled again and again and keeps its memory
 * until epf_vring_chain_free().
 */
struct epf_vring_chain {
	u16 id;
	unsigned int num_readable;
	unsigned int num_writable;
	u32 readable;
	u32 writable;
	struct epf_vring_segment *segments;
	/* private: */
	unsigned int max_segments;
};

/**
 * struct epf_vring_stats - what a ring cost so far
 * @chains: chains got
 * @reads: reads of the host's memory
 * @read_bytes: their bytes
 * @writes: writes to the host's memory
 * @write_bytes: their bytes
 */
struct epf_vring_stats {
	u64 chains;
	u64 reads;
	u64 read_bytes;
	u64 writes;
	u64 write_bytes;
};

struct epf_maps;
struct epf_transfers;
struct epf_vring;
struct epf_vring_memory;

struct epf_vring_memory *
epf_vring_memory_create(struct epf_maps *maps, struct epf_transfers *transfers,
			struct epf_vring_config *config);
void epf_vring_memory_destroy(struct epf_vring_memory *memory);
struct epf_vring *epf_vring_create(const struct epf_vring_config *config);
void epf_vring_destroy(struct epf_vring *vring);
void epf_vring_available(struct epf_vring *vring, u16 idx);
int epf_vring_get(struct epf_vring *vring, struct epf_vring_chain *chain);
bool epf_vring_is_drained(const struct epf_vring *vring);
void epf_vring_complete(struct epf_vring *vring, u16 id, u32 written);
int epf_vring_flush(struct epf_vring *vring);
int epf_vring_need_notify(struct epf_vring *vring);
int epf_vring_notify_disable(struct epf_vring *vring);
int epf_vring_notify_enable(struct epf_vring *vring);
const char *epf_vring_fault(const struct epf_vring *vring);
void epf_vring_get_stats(const struct epf_vring *vring,
			 struct epf_vring_stats *stats);
void epf_vring_chain_free(struct epf_vring_chain *chain);

#endif
