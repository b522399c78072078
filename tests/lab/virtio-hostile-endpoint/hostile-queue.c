// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * Queues of a hostile endpoint: rings that are pushed, or read from the host's
 * memory, split and packed. Buffers are found as they should be, and come back with
 * lies. It writes to what the driver lets it: used elements, used descriptors of a
 * packed ring, what it asks for, and buffers.
 */

#include <linux/io.h>
#include <linux/minmax.h>
#include <linux/pci-epc.h>
#include <linux/rpmsg/ns.h>
#include <linux/string.h>
#include <linux/virtio_config.h>
#include <linux/virtio_ids.h>

#include "hostile.h"

#define PACKED_FLAGS(_wrap)						\
	((_wrap) ? BIT(VRING_PACKED_DESC_F_AVAIL) |			\
		   BIT(VRING_PACKED_DESC_F_USED) : 0)

/* Rings are those of VERSION_1. */
static u16 virtio16(__virtio16 value)
{
	return __virtio16_to_cpu(true, value);
}

static u32 virtio32(__virtio32 value)
{
	return __virtio32_to_cpu(true, value);
}

static u64 virtio64(__virtio64 value)
{
	return __virtio64_to_cpu(true, value);
}

static bool is_packed(const struct hostile *hostile)
{
	return hostile->features & BIT_ULL(VIRTIO_F_RING_PACKED);
}

/* Access the host's memory, as far as it lets us. */
static void __iomem *map(struct hostile *hostile, u64 addr, size_t len)
{
	struct pci_epf *epf = hostile->epf;
	u64 offset = addr % SZ_4K;

	if (offset + len > WINDOW ||
	    pci_epc_map_addr(epf->epc, epf->func_no, epf->vfunc_no,
			     hostile->phys, addr - offset, WINDOW))
		return NULL;

	return hostile->window + offset;
}

static void unmap(struct hostile *hostile)
{
	struct pci_epf *epf = hostile->epf;

	pci_epc_unmap_addr(epf->epc, epf->func_no, epf->vfunc_no,
			   hostile->phys);
}

static bool host_read(struct hostile *hostile, u64 addr, void *data, size_t len)
{
	void __iomem *at = map(hostile, addr, len);

	if (!at)
		return false;

	memcpy_fromio(data, at, len);
	unmap(hostile);
	return true;
}

static void host_write(struct hostile *hostile, u64 addr, const void *data,
		       size_t len)
{
	void __iomem *at = map(hostile, addr, len);

	if (!at)
		return;

	memcpy_toio(at, data, len);
	unmap(hostile);
}

/* Announcements of services, and messages to those that there may be. */
static void make_message(struct hostile *hostile, u8 *data, size_t len)
{
	struct {
		__le32 src;
		__le32 dst;
		__le32 reserved;
		__le16 len;
		__le16 flags;
		u8 name[RPMSG_NAME_SIZE];
		__le32 addr;
		__le32 command;
	} __packed message = {
		.src = cpu_to_le32(any(hostile, 2)),
		.dst = cpu_to_le32(any(hostile, 2) ? RPMSG_NS_ADDR :
				   1024 + any(hostile, 4)),
		.len = cpu_to_le16(any(hostile, 4) ? 40 : any(hostile, SZ_64K)),
		.name = "rpmsg-client-sample",
		/* There are as many services as somebody announces. */
		.addr = cpu_to_le32(any(hostile, 3)),
		/* Lockdep takes the end of one for a deadlock, see the test. */
		.command = cpu_to_le32(!IS_ENABLED(CONFIG_PROVE_LOCKING) &&
				       !any(hostile, 16)),
	};

	if (any(hostile, 8))
		memcpy(data, &message, min(len, sizeof(message)));
}

/* What a driver reads first of what it gets. */
static void make_data(struct hostile *hostile, u8 *data, size_t len)
{
	size_t i;

	memset(data, 0, len);
	if (!(hostile->kinds & DATA))
		return;
	prandom_bytes_state(&hostile->random, data, len);
	for (i = 0; i < min(len, 16); i++)
		if (any(hostile, 3))
			data[i] = any(hostile, 8);
	/* The driver warns of more sense data than there are. */
	if (hostile->device_type == VIRTIO_ID_SCSI && len >= 4)
		memset(data + 1, 0, 3);
	if (hostile->device_type == VIRTIO_ID_SCSI)
		data[0] %= 97;
	if (hostile->device_type == VIRTIO_ID_RPMSG)
		make_message(hostile, data, len);
}

/* Of packed descriptors, what a split ring would have. */
static void unpack(struct vring_desc *table, u16 *ids, unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++) {
		u16 id = virtio16(table[i].flags);

		table[i].flags = table[i].next;
		table[i].next = __cpu_to_virtio16(true, (i + 1) % count);
		if (ids) {
			ids[i] = id;
			continue;
		}
		/* A table is one chain. */
		if (i + 1 < count)
			table[i].flags |= __cpu_to_virtio16(true, VRING_DESC_F_NEXT);
	}
}

/* Fill what is to be written of a chain; returns how much that is. */
static u32 fill_chain(struct hostile *hostile, const struct vring_desc *table,
		      unsigned int size, u16 head)
{
	u32 written = 0;
	unsigned int i;

	for (i = 0; i < size && head < size; i++) {
		u16 flags = virtio16(table[head].flags);
		u32 len = virtio32(table[head].len);

		if (flags & VRING_DESC_F_WRITE && len) {
			u32 some = min(len, BUFFER);

			make_data(hostile, hostile->data, some);
			host_write(hostile, virtio64(table[head].addr),
				   hostile->data, some);
			written += len;
		}
		if (!(flags & VRING_DESC_F_NEXT))
			break;
		head = virtio16(table[head].next);
	}
	return written;
}

static u32 fill_indirect(struct hostile *hostile, const struct vring_desc *desc)
{
	u32 count = virtio32(desc->len) / sizeof(*desc);

	if (!count || count > SIZE ||
	    !host_read(hostile, virtio64(desc->addr), hostile->indirect,
		       count * sizeof(*desc)))
		return 0;

	if (is_packed(hostile))
		unpack(hostile->indirect, NULL, count);
	return fill_chain(hostile, hostile->indirect, count, 0);
}

static void put_used(struct hostile *hostile, struct queue *queue, u32 id,
		     u32 len)
{
	__le32 element[] = { cpu_to_le32(id), cpu_to_le32(len) };

	host_write(hostile, queue->device +
		   offsetof(struct vring_used,
			    ring[queue->idx % queue->size]),
		   element, sizeof(element));
	queue->idx++;
}

static void put_used_packed(struct hostile *hostile, const struct queue *queue,
			    const struct used *used)
{
	struct vring_packed_desc desc = {
		.len = cpu_to_le32(used->len),
		.id = cpu_to_le16(used->id),
		.flags = cpu_to_le16(PACKED_FLAGS(used->wrap)),
	};
	u64 to = queue->desc + used->at * sizeof(desc);

	host_write(hostile, to + offsetof(struct vring_packed_desc, len),
		   &desc.len, sizeof(desc.len) + sizeof(desc.id));
	/* It is used when all of it is there. */
	wmb();
	host_write(hostile, to + offsetof(struct vring_packed_desc, flags),
		   &desc.flags, sizeof(desc.flags));
}

static u32 lie_of_length(struct hostile *hostile, u32 len)
{
	if (!does(hostile, LENGTHS, 3))
		return len;
	return any(hostile, 3) ? any(hostile, SZ_64K) :
	       prandom_u32_state(&hostile->random);
}

/* Whether to say that something else was used than was. */
static bool lies(struct hostile *hostile, struct queue *queue, u32 one_in)
{
	if (queue->honest || !does(hostile, IDS, one_in))
		return false;

	queue->lied = true;
	return true;
}

static u32 lie_of_id(struct hostile *hostile, struct queue *queue, u32 id)
{
	if (!lies(hostile, queue, 50))
		return id;
	return any(hostile, 2) ? any(hostile, SIZE) :
	       prandom_u32_state(&hostile->random);
}

/*
 * Fill the chain of descriptors of a ring, if it surely is the device's; returns what
 * is said of its length.
 */
static u32 fill(struct hostile *hostile, const struct queue *queue,
		const struct vring_desc *table, u16 head)
{
	u32 len = 0;

	hostile->used++;
	if (queue->lied)
		return lie_of_length(hostile, len);

	if (virtio16(table[head].flags) & VRING_DESC_F_INDIRECT)
		len = fill_indirect(hostile, &table[head]);
	else
		len = fill_chain(hostile, table, queue->size, head);
	return lie_of_length(hostile, len);
}

/*
 * What there is in a split ring: up to which index, where descriptors are, and
 * the entries.
 */
static u16 read_split(struct hostile *hostile, unsigned int index,
		      const struct vring_desc **table, const __virtio16 **heads)
{
	struct queue *queue = &hostile->queues[index];
	size_t heads_size = sizeof(*hostile->heads) * (2 + queue->size);
	__le32 *notify = &hostile->bar->notify[index];

	if (hostile->pushed) {
		*table = (void *)hostile->bar->shadows[index];
		*heads = (const __virtio16 *)(*table + SIZE) + 2;
		return le32_to_cpu(READ_ONCE(*notify));
	}

	*table = hostile->table;
	*heads = hostile->heads + 2;
	if (!host_read(hostile, queue->driver, hostile->heads, heads_size) ||
	    virtio16(hostile->heads[1]) == queue->seen ||
	    !host_read(hostile, queue->desc, hostile->table,
		       queue->size * sizeof(**table)))
		return queue->seen;
	return virtio16(hostile->heads[1]);
}

static bool poll_split(struct hostile *hostile, unsigned int index)
{
	struct queue *queue = &hostile->queues[index];
	const struct vring_desc *table;
	const __virtio16 *heads;
	u16 available = read_split(hostile, index, &table, &heads);
	__le16 idx[2] = {};
	bool found = false;

	/* What it tells of was written before. */
	dma_rmb();
	for (; queue->seen != available; queue->seen++, found = true) {
		u16 head = virtio16(heads[queue->seen % queue->size]) %
			   queue->size;
		u32 len = fill(hostile, queue, table, head);
		u32 id = lie_of_id(hostile, queue, head);

		put_used(hostile, queue, id, len);
		if (lies(hostile, queue, 50))
			put_used(hostile, queue, id, len);
		if (lies(hostile, queue, 100))
			queue->idx += any(hostile, 1000);
	}
	if (!found)
		return false;

	/* Elements come before their index. */
	wmb();
	idx[0] = cpu_to_le16(hostile->kinds & IDS ? any(hostile, 4) : 0);
	idx[1] = cpu_to_le16(queue->idx);
	host_write(hostile, queue->device, idx, sizeof(idx));
	return true;
}

static bool is_available(const struct hostile *hostile, const struct queue *queue)
{
	u16 flags = virtio16(hostile->table[queue->seen].flags);

	return !!(flags & BIT(VRING_PACKED_DESC_F_AVAIL)) == queue->wrap &&
	       !!(flags & BIT(VRING_PACKED_DESC_F_USED)) != queue->wrap;
}

/* Fill what is available, and see how it is to be used. */
static unsigned int read_packed(struct hostile *hostile, struct queue *queue)
{
	unsigned int left = queue->size, count = 0;

	if (!host_read(hostile, queue->desc, hostile->table,
		       queue->size * sizeof(*hostile->table)))
		return 0;

	unpack(hostile->table, hostile->ids, queue->size);
	while (left && is_available(hostile, queue)) {
		struct used *used = &hostile->batch[count++];
		bool more;

		used->at = queue->seen;
		used->wrap = queue->wrap;
		used->len = fill(hostile, queue, hostile->table, used->at);
		do {
			used->id = hostile->ids[queue->seen];
			more = virtio16(hostile->table[queue->seen].flags) &
			       VRING_DESC_F_NEXT;
			if (++queue->seen == queue->size) {
				queue->seen = 0;
				queue->wrap = !queue->wrap;
			}
		} while (--left && more);
	}
	return count;
}

static bool poll_packed(struct hostile *hostile, unsigned int index)
{
	struct queue *queue = &hostile->queues[index];
	unsigned int i, count = read_packed(hostile, queue);

	for (i = 0; i < count; i++) {
		struct used *used = &hostile->batch[i];

		if (lies(hostile, queue, 100))
			used->at = any(hostile, queue->size);
		if (lies(hostile, queue, 100))
			used->wrap = !used->wrap;
		used->id = lie_of_id(hostile, queue, used->id);
		put_used_packed(hostile, queue, used);
	}
	return count;
}

/* What the device asks the driver to be told of: of nothing, or of anything. */
static void ask(struct hostile *hostile, struct queue *queue)
{
	u64 event = queue->device +
		    offsetof(struct vring_used, ring[queue->size]);
	__le16 words[2];

	if (hostile->kinds & DEAF) {
		words[0] = cpu_to_le16(VRING_USED_F_NO_NOTIFY);
		words[1] = cpu_to_le16(is_packed(hostile) ?
				       VRING_PACKED_EVENT_FLAG_DISABLE :
				       queue->idx);
	} else if (hostile->kinds & IDS) {
		words[0] = cpu_to_le16(prandom_u32_state(&hostile->random));
		words[1] = cpu_to_le16(any(hostile, 4));
	} else {
		return;
	}

	if (is_packed(hostile)) {
		host_write(hostile, queue->device, words, sizeof(words));
		return;
	}
	if (hostile->kinds & DEAF)
		host_write(hostile, queue->device, words, sizeof(words));
	if (!(hostile->features & BIT_ULL(VIRTIO_RING_F_EVENT_IDX)))
		return;
	/* Of the one that came last: not of those that come. */
	if (hostile->kinds & DEAF)
		words[0] = cpu_to_le16(queue->seen - 1);
	host_write(hostile, event, words, sizeof(words[0]));
}

/**
 * hostile_poll_queue() - use what is new in a queue
 * @hostile: the endpoint
 * @index: of the queue
 *
 * Context: may sleep.
 * Return: whether there was something.
 */
bool hostile_poll_queue(struct hostile *hostile, unsigned int index)
{
	struct queue *queue = &hostile->queues[index];

	if (!queue->enabled || !(hostile->status & VIRTIO_CONFIG_S_DRIVER_OK))
		return false;

	ask(hostile, queue);
	if (hostile->kinds & IDLE)
		return false;

	return is_packed(hostile) ? poll_packed(hostile, index) :
				    poll_split(hostile, index);
}
