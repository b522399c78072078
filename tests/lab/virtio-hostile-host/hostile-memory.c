// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * What a hostile host names: rings, descriptors and buffers, many of them nearly
 * right. All of it lies in memory of its own or where there is none; what lies
 * between the parts of that memory must stay as it was, and all of it once the
 * device is reset.
 */

#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/preempt.h>
#include <linux/sizes.h>
#include <linux/string.h>
#include <linux/sysfs.h>
#include <linux/virtio_ids.h>
#include <uapi/linux/virtio_ring.h>

#include "hostile-host.h"

/*
 * What the host names. The endpoint writes to the first two, to descriptors only
 * as packed rings; so what is in the others is always what was written here.
 */
#define GUARD			SZ_4K
#define DATA			GUARD
#define DATA_SIZE		SZ_64K
#define USED			(DATA + DATA_SIZE)
#define USED_SIZE		SZ_32K
#define TABLES			(USED + USED_SIZE + GUARD)
#define TABLES_SIZE		SZ_64K
#define AVAIL			(TABLES + TABLES_SIZE + GUARD)
#define AVAIL_SIZE		SZ_32K
#define MEMORY			(AVAIL + AVAIL_SIZE + GUARD)
#define GUARD_BYTE		0x5a
#define QUIET_BYTE		0xc3
/* The most that a ring of 256 takes of one of them, and a buffer of its own. */
#define RING			SZ_8K
#define PIECE			SZ_4K
/* The host has no memory here. */
#define NOWHERE			BIT_ULL(40)
#define HEADERS			64
#define HEADER			64

/* Of a split ring; a packed one has an id in the place of the flags behind it. */
struct desc {
	__le64 addr;
	__le32 len;
	__le16 third;
	__le16 fourth;
};

/**
 * hostile_alloc_memory() - memory for a host to name
 *
 * Context: may sleep.
 * Return: the memory, or NULL.
 */
u8 *hostile_alloc_memory(void)
{
	return alloc_pages_exact(MEMORY, GFP_KERNEL);
}

/**
 * hostile_free_memory() - undo hostile_alloc_memory()
 * @memory: which no endpoint knows of any more
 */
void hostile_free_memory(u8 *memory)
{
	free_pages_exact(memory, MEMORY);
}

/**
 * hostile_show_guards() - what the endpoint must not access, as epc-sim takes it
 * @memory: all that a host names
 * @page: a page to print to
 *
 * Of all that the machine has it may access only that, and of that no guards.
 * (Host and endpoint are one machine: physical addresses are PCI addresses.)
 *
 * Return: number of characters printed.
 */
int hostile_show_guards(const u8 *memory, char *page)
{
	u64 addr = virt_to_phys(memory);

	return sysfs_emit(page, "0-%llx %llx-%llx %llx-%llx %llx-%llx\n",
			  addr + DATA - 1,
			  addr + USED + USED_SIZE, addr + TABLES - 1,
			  addr + TABLES + TABLES_SIZE, addr + AVAIL - 1,
			  addr + AVAIL + AVAIL_SIZE, ~0ULL);
}

/**
 * hostile_map_memory() - let the function access the memory
 * @hostile: the host
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int hostile_map_memory(struct hostile *hostile)
{
	struct device *dev = &hostile->pdev->dev;

	memset(hostile->memory, GUARD_BYTE, MEMORY);
	hostile->addr = dma_map_single(dev, hostile->memory, MEMORY,
				       DMA_BIDIRECTIONAL);
	return dma_mapping_error(dev, hostile->addr);
}

/**
 * hostile_unmap_memory() - undo hostile_map_memory()
 * @hostile: the host
 */
void hostile_unmap_memory(struct hostile *hostile)
{
	dma_unmap_single(&hostile->pdev->dev, hostile->addr, MEMORY,
			 DMA_BIDIRECTIONAL);
}

static u64 nowhere(struct hostile *hostile)
{
	return one_in(hostile, 2) ?
	       NOWHERE | (hostile->addr + any(hostile, MEMORY)) :
	       ~0ULL - any(hostile, SZ_64K);
}

/* Somewhere in a part of the memory, with room behind it; or nowhere. */
static u64 somewhere(struct hostile *hostile, u32 part, u32 room, u32 align)
{
	if (one_in(hostile, 8))
		return nowhere(hostile);
	if (one_in(hostile, 16))
		align = 1;
	return hostile->addr + part + any(hostile, room / align) * align;
}

/* What the types of devices read first, with fields of which some are extreme. */
static void fill_headers(struct hostile *hostile)
{
	/* The last ones: the first service of rpmsg, and events of a console, true */
	static const u32 small[] = { 0, 1, 2, 3, 4, 5, 6, 8, 11, 13, 16, 0x80,
				     0x100, 0xffff, ~0U, 0x300, 0x10000, 0x10003,
				     0x10006 };
	__le32 *word = (__le32 *)(hostile->memory + DATA);
	unsigned int i;

	prandom_bytes_state(&hostile->random, word, HEADERS * HEADER);
	for (i = 0; i < HEADERS * HEADER / sizeof(*word); i++) {
		u32 value = small[any(hostile, ARRAY_SIZE(small))];

		if (!one_in(hostile, 4))
			word[i] = cpu_to_le32(value);
	}
}

static u32 header_size(struct hostile *hostile)
{
	static const u8 sizes[] = { 1, 2, 4, 8, 10, 12, 16, 24, 32, 51, 64 };

	if (one_in(hostile, 4))
		return sizes[any(hostile, ARRAY_SIZE(sizes))];

	switch (hostile->device_id) {
	case VIRTIO_ID_NET:
		return one_in(hostile, 3) ? 2 : 12;
	case VIRTIO_ID_SCSI:
		return one_in(hostile, 4) ? 24 : 51;
	case VIRTIO_ID_CONSOLE:
		return 8;
	default:
		return 16;
	}
}

/*
 * The endpoint may read while we write, and so get an address of before with a
 * length of now: still it must be nothing but ours. So it depends on the place
 * what may be there: a piece, of up to a page; nothing, of any length; a table; or
 * what a request begins with.
 */
static u16 fill_desc(struct hostile *hostile, struct desc *desc,
		     unsigned int place)
{
	u64 addr = hostile->addr + DATA + any(hostile, DATA_SIZE - PIECE);
	u32 len = one_in(hostile, 64) ? 0 : 1 + any(hostile, PIECE);
	u16 flags = 0;

	switch (place % 8) {
	case 0:
		addr = hostile->addr + DATA + any(hostile, HEADERS) * HEADER;
		len = header_size(hostile);
		break;
	case 3:
		flags = one_in(hostile, 2) ? VRING_DESC_F_INDIRECT : 0;
		addr = nowhere(hostile);
		len = one_in(hostile, 2) ? ~0U - any(hostile, 100) :
					   any(hostile, SZ_64M);
		break;
	case 5:
		flags = VRING_DESC_F_INDIRECT;
		addr = hostile->addr + TABLES +
		       any(hostile, (TABLES_SIZE - PIECE) / 128) * 128;
		len = one_in(hostile, 4) ? any(hostile, PIECE) :
					   16 * any(hostile, 20);
		break;
	}

	desc->addr = cpu_to_le64(addr);
	desc->len = cpu_to_le32(len);
	return flags;
}

static void put_desc(struct hostile *hostile, const struct queue *queue,
		     unsigned int index, const struct desc *desc)
{
	if (hostile->push)
		memcpy_toio(hostile->bar + queue->shadow +
			    index * sizeof(*desc), desc, sizeof(*desc));
	else
		memcpy(hostile->memory + queue->desc + index * sizeof(*desc), desc,
		       sizeof(*desc));
}

/* By their places in all of memory, or in the shadow. */
static unsigned int place_of(const struct hostile *hostile,
			     const struct queue *queue, unsigned int index)
{
	return index + (hostile->push ? 0 : queue->desc / sizeof(struct desc));
}

static void put_any_desc(struct hostile *hostile, const struct queue *queue,
			 unsigned int index, u16 flags, u16 next)
{
	struct desc desc;

	flags |= fill_desc(hostile, &desc, place_of(hostile, queue, index));
	if (one_in(hostile, 100))
		flags ^= VRING_DESC_F_NEXT;
	if (one_in(hostile, 100))
		flags ^= VRING_DESC_F_WRITE;
	desc.third = cpu_to_le16(flags);
	desc.fourth = cpu_to_le16(one_in(hostile, 100) ?
				  prandom_u32_state(&hostile->random) : next);
	put_desc(hostile, queue, index, &desc);
}

static void put_head(struct hostile *hostile, const struct queue *queue,
		     u16 head)
{
	unsigned int slot = queue->idx % hostile->queue_size;
	size_t offset = offsetof(struct vring_avail, ring[slot]);

	if (hostile->push)
		writew(head, hostile->bar + queue->shadow + offset +
		       hostile->queue_size * sizeof(struct desc));
	else
		WRITE_ONCE(*(__le16 *)(hostile->memory + queue->avail + offset),
			   cpu_to_le16(head));
}

/**
 * hostile_notify() - tell the endpoint of what was added
 * @hostile: the host
 * @queue: one of its queues
 */
void hostile_notify(struct hostile *hostile, struct queue *queue)
{
	__le16 *idx = (__le16 *)(hostile->memory + queue->avail) + 1;
	u32 word = queue->idx;

	if (!hostile->push) {
		/* The entries are there first. */
		wmb();
		WRITE_ONCE(*idx, cpu_to_le16(queue->idx));
		word |= prandom_u32_state(&hostile->random) << 16;
	}
	writel(word, hostile->bar + hostile->notify +
	       (queue - hostile->queues) * sizeof(u32));
}

/* Most often something to read and then something to write. */
static u16 chain_flags(struct hostile *hostile, unsigned int i, unsigned int len,
		       unsigned int readable)
{
	return (i + 1 < len ? VRING_DESC_F_NEXT : 0) |
	       (i >= readable ? VRING_DESC_F_WRITE : 0);
}

static void add_split(struct hostile *hostile, struct queue *queue)
{
	unsigned int len = 1 + any(hostile, 5);
	unsigned int readable = any(hostile, len + 1);
	unsigned int head, i;

	/* Often one that begins as a request does. */
	head = any(hostile, hostile->queue_size);
	if (!one_in(hostile, 4))
		head = round_down(head, 8);
	for (i = 0; i < len; i++)
		put_any_desc(hostile, queue, (head + i) % hostile->queue_size,
			     chain_flags(hostile, i, len, readable),
			     (head + i + 1) % hostile->queue_size);
	put_head(hostile, queue, one_in(hostile, 200) ?
		 prandom_u32_state(&hostile->random) : head);
	queue->idx++;
}

/*
 * The endpoint overwrites what it has used, with no address: as it must not see
 * that as available, it sees all of a descriptor at once. (There is one CPU.)
 */
static void add_packed(struct hostile *hostile, struct queue *queue)
{
	unsigned int len = 1 + any(hostile, 5);
	unsigned int readable = any(hostile, len + 1);
	unsigned int i;

	for (i = 0; i < len; i++) {
		u16 flags = chain_flags(hostile, i, len, readable);
		struct desc desc;

		flags |= fill_desc(hostile, &desc,
				   place_of(hostile, queue, queue->next));
		flags |= queue->wrap != one_in(hostile, 300) ?
			 BIT(VRING_PACKED_DESC_F_AVAIL) :
			 BIT(VRING_PACKED_DESC_F_USED);
		desc.third = cpu_to_le16(one_in(hostile, 100) ?
					 prandom_u32_state(&hostile->random) :
					 any(hostile, hostile->queue_size));
		desc.fourth = cpu_to_le16(flags);
		preempt_disable();
		put_desc(hostile, queue, queue->next, &desc);
		preempt_enable();
		if (++queue->next == hostile->queue_size) {
			queue->next = 0;
			queue->wrap = !queue->wrap;
		}
	}
	queue->idx++;
}

/**
 * hostile_add_chains() - make some chains available, and tell the endpoint
 * @hostile: the host
 * @queue: one of its queues
 */
void hostile_add_chains(struct hostile *hostile, struct queue *queue)
{
	unsigned int i;

	for (i = 1 + any(hostile, 8); i; i--) {
		if (hostile->packed)
			add_packed(hostile, queue);
		else
			add_split(hostile, queue);
		hostile->chains++;
	}
	hostile_notify(hostile, queue);
}

/**
 * hostile_any_areas() - addresses for a queue, of which some are wrong
 * @hostile: the host
 *
 * Return: the addresses.
 */
struct areas hostile_any_areas(struct hostile *hostile)
{
	return (struct areas) {
		.desc = somewhere(hostile, TABLES, TABLES_SIZE - RING, 16),
		.driver = somewhere(hostile, AVAIL, AVAIL_SIZE - RING, 4),
		.device = somewhere(hostile, USED, USED_SIZE - RING, 4),
	};
}

/**
 * hostile_place_queue() - give a queue a place, where it begins anew
 * @hostile: the host
 * @queue: one of its queues
 *
 * Return: where it is.
 */
struct areas hostile_place_queue(struct hostile *hostile, struct queue *queue)
{
	u32 used = USED + any(hostile, (USED_SIZE - RING) / 4) * 4;

	queue->desc = TABLES + any(hostile, (TABLES_SIZE - RING) / 16) * 16;
	queue->avail = AVAIL + any(hostile, (AVAIL_SIZE - RING) / 4) * 4;
	queue->idx = 0;
	queue->next = 0;
	queue->wrap = true;
	memset(hostile->memory + queue->avail, 0, sizeof(struct vring_avail));
	return (struct areas) {
		.desc = hostile->addr + queue->desc,
		.driver = hostile->addr + queue->avail,
		.device = hostile->addr + used,
	};
}

/**
 * hostile_fill_memory() - write to tables, rings and shadows
 * @hostile: the host
 *
 * Nothing of before is left.
 */
void hostile_fill_memory(struct hostile *hostile)
{
	struct desc *tables = (struct desc *)(hostile->memory + TABLES);
	unsigned int i, j;

	prandom_bytes_state(&hostile->random, hostile->memory + DATA, DATA_SIZE);
	fill_headers(hostile);
	for (i = 0; i < TABLES_SIZE / sizeof(*tables); i++) {
		u16 flags = fill_desc(hostile, &tables[i],
				      TABLES / sizeof(*tables) + i);

		/* No packed ring begins with all of it available. */
		flags |= any(hostile, 2) * VRING_DESC_F_NEXT;
		tables[i].third = cpu_to_le16(flags);
		tables[i].fourth = cpu_to_le16(any(hostile, 20));
	}
	for (i = 0; i < AVAIL_SIZE; i += sizeof(__le16))
		*(__le16 *)(hostile->memory + AVAIL + i) =
			cpu_to_le16(any(hostile, 256));
	for (i = 0; hostile->push && i < hostile->num_queues; i++)
		for (j = 0; j < hostile->queue_size; j++)
			put_any_desc(hostile, &hostile->queues[i], j, 0, 0);
}

/**
 * hostile_rewrite() - change what the endpoint may be reading
 * @hostile: the host
 * @queue: one of its queues
 */
void hostile_rewrite(struct hostile *hostile, struct queue *queue)
{
	unsigned int i;

	fill_headers(hostile);
	for (i = any(hostile, 50); !hostile->packed && i; i--)
		put_any_desc(hostile, queue, any(hostile, hostile->queue_size),
			     any(hostile, 4),
			     any(hostile, hostile->queue_size));
}

static bool is_guarded(const struct hostile *hostile)
{
	static const u32 guards[] = { 0, USED + USED_SIZE, TABLES + TABLES_SIZE,
				      AVAIL + AVAIL_SIZE };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(guards); i++)
		if (memchr_inv(hostile->memory + guards[i], GUARD_BYTE, GUARD))
			return false;
	return true;
}

/**
 * hostile_is_quiet() - did the endpoint access nothing that it should not?
 * @hostile: the host, after a reset of the device, which accesses nothing any more
 *
 * Context: may sleep.
 * Return: if so, before the reset and since.
 */
bool hostile_is_quiet(struct hostile *hostile)
{
	bool guarded = is_guarded(hostile);

	memset(hostile->memory, QUIET_BYTE, MEMORY);
	msleep(100);
	return !memchr_inv(hostile->memory, QUIET_BYTE, MEMORY) && guarded;
}
