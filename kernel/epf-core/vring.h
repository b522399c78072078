/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef EPF_CORE_VRING_H
#define EPF_CORE_VRING_H

#include <linux/types.h>
#include <uapi/linux/virtio_config.h>
#include <uapi/linux/virtio_ring.h>

#include "epf-vring.h"
#include "virtio-types.h"

/* The areas of a ring in the host's memory. */
enum {
	VRING_DESC_AREA,
	VRING_DRIVER_AREA,
	VRING_DEVICE_AREA,
	VRING_NUM_AREAS,
};

/**
 * struct vring_area - one of them
 * @pci_addr: its PCI address
 * @size: bytes
 */
struct vring_area {
	u64 pci_addr;
	size_t size;
};

/**
 * struct vring_buffer - what is remembered of a chain under its id
 * @writable: bytes that the device may write
 * @num_descs: descriptors that it takes in the ring
 * @busy: it was got, and the driver does not have it back yet
 * @done: it was completed
 */
struct vring_buffer {
	u32 writable;
	u16 num_descs;
	bool busy;
	bool done;
};

/**
 * struct vring_done - a chain that was completed, for the driver to see
 * @id: the chain
 * @written: bytes written to it
 */
struct vring_done {
	u16 id;
	u32 written;
};

/**
 * struct vring_format - a layout of rings; struct epf_vring has the state
 * @init: allocate what the layout needs
 * @exit: free it, even if @init failed
 * @available: the driver says that it got to @idx
 * @get: fill a chain; see epf_vring_get()
 * @is_drained: see epf_vring_is_drained()
 * @flush: show the driver what is done; there is something
 * @need_notify: see epf_vring_need_notify()
 * @notify_disable: see epf_vring_notify_disable()
 * @notify_enable: see epf_vring_notify_enable()
 */
struct vring_format {
	int (*init)(struct epf_vring *vring);
	void (*exit)(struct epf_vring *vring);
	void (*available)(struct epf_vring *vring, u16 idx);
	int (*get)(struct epf_vring *vring, struct epf_vring_chain *chain);
	bool (*is_drained)(const struct epf_vring *vring);
	int (*flush)(struct epf_vring *vring);
	int (*need_notify)(struct epf_vring *vring);
	int (*notify_disable)(struct epf_vring *vring);
	int (*notify_enable)(struct epf_vring *vring);
};

/**
 * struct vring_split - a split ring
 * @avail: copy of the available entries
 * @descs: copy of the descriptors
 * @have: descriptors that the copy has of the entries fetched last
 * @want: descriptors that are to be fetched
 * @used: copy of the used ring's elements
 * @next: entry that is got next
 * @fetched: entry behind those in @avail
 * @avail_idx: the driver's index when last seen
 * @used_idx: element behind those that the driver can see
 * @notified_idx: the same when it was last asked whether it wants to hear of it
 * @no_interrupt: the driver did not want interrupts when last seen
 */
struct vring_split {
	__virtio16 *avail;
	struct vring_desc *descs;
	unsigned long *have;
	unsigned long *want;
	struct vring_used_elem *used;
	u16 next;
	u16 fetched;
	u16 avail_idx;
	u16 used_idx;
	u16 notified_idx;
	bool no_interrupt;
};

/**
 * struct vring_place - a place in a packed ring
 * @slot: the descriptor
 * @wrap: the wrap counter there
 */
struct vring_place {
	u16 slot;
	bool wrap;
};

/**
 * struct vring_packed - a packed ring
 * @descs: copy of the descriptors
 * @used: copy of those that say what is used
 * @next: where the next chain begins
 * @fetched: descriptors from there that @descs has
 * @look: descriptors to look at for new ones
 * @in_flight: descriptors of chains that the driver does not have back
 * @posted: where the next used one goes
 * @unnotified: descriptors used since the driver was asked whether it wants to
 *	hear of it
 */
struct vring_packed {
	struct vring_packed_desc *descs;
	struct vring_packed_desc *used;
	struct vring_place next;
	unsigned int fetched;
	unsigned int look;
	unsigned int in_flight;
	struct vring_place posted;
	unsigned int unnotified;
};

/**
 * struct epf_vring - a ring
 * @config: what it is made of
 * @format: its layout
 * @split: its state, where it is a split ring
 * @packed: its state, where it is a packed ring
 * @buffers: chains by id
 * @outstanding: chains that were got, and the driver does not have back
 * @done: of these, chains that are completed
 * @num_done: their number
 * @run: descriptors in a row that the last chain began with, as many as the next
 *	is expected to
 * @table: copy of an indirect table
 * @table_size: entries that it has room for
 * @word: for small reads, which need such memory, too
 * @notifying: the driver was asked for notifications
 * @error: 0, or -EPROTO where the ring is broken
 * @fault: what the driver did wrong then, or NULL
 * @stats: what it cost so far
 */
struct epf_vring {
	struct epf_vring_config config;
	const struct vring_format *format;
	union {
		struct vring_split split;
		struct vring_packed packed;
	};
	struct vring_buffer *buffers;
	unsigned int outstanding;
	struct vring_done *done;
	unsigned int num_done;
	unsigned int run;
	void *table;
	unsigned int table_size;
	union {
		struct {
			__virtio16 flags;
			__virtio16 idx;
		} avail;
		__virtio16 event;
		struct vring_packed_desc_event driver;
		__le16 flags;
	} word;
	bool notifying;
	int error;
	const char *fault;
	struct epf_vring_stats stats;
};

extern const struct vring_format vring_split_format;
extern const struct vring_format vring_packed_format;

static inline bool vring_has(const struct epf_vring *vring, unsigned int feature)
{
	return vring->config.features & BIT_ULL(feature);
}

int vring_get_areas(const struct epf_vring_config *config,
		    struct vring_area areas[VRING_NUM_AREAS]);
int vring_read(struct epf_vring *vring, u64 pci_addr, void *buf, size_t len);
int vring_write(struct epf_vring *vring, u64 pci_addr, const void *buf,
		size_t len);
int vring_break(struct epf_vring *vring, const char *fault);
int vring_fetch_table(struct epf_vring *vring, u64 pci_addr, u32 len);
int vring_add_segment(struct epf_vring *vring, struct epf_vring_chain *chain,
		      u64 pci_addr, u32 len, bool writable);

#endif
