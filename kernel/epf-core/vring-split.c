// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * Split rings. New available entries are fetched all at once, and then the
 * descriptors that they are likely to need: as many in a row as the last chain
 * had. What a chain needs beyond that is fetched when it gets there.
 */

#include <linux/bitmap.h>
#include <linux/compiler.h>
#include <linux/minmax.h>
#include <linux/slab.h>

#include "vring.h"

#define AVAIL_ENTRIES	offsetof(struct vring_avail, ring)
#define USED_IDX	offsetof(struct vring_used, idx)
#define USED_ELEMENTS	offsetof(struct vring_used, ring)

static u64 used_event_addr(const struct epf_vring *vring)
{
	return vring->config.driver + AVAIL_ENTRIES +
	       vring->config.num * sizeof(__virtio16);
}

static u64 avail_event_addr(const struct epf_vring *vring)
{
	return vring->config.device + USED_ELEMENTS +
	       vring->config.num * sizeof(struct vring_used_elem);
}

static unsigned int slot_of(const struct epf_vring *vring, u16 idx)
{
	return idx & (vring->config.num - 1);
}

/* Descriptors that make a read no longer. */
static unsigned int split_burst(const struct epf_vring *vring)
{
	return vring->config.burst / sizeof(struct vring_desc);
}

static int split_init(struct epf_vring *vring)
{
	struct vring_split *split = &vring->split;
	unsigned int num = vring->config.num;

	split->used = kcalloc(num, sizeof(*split->used), GFP_KERNEL);
	if (!split->used)
		return -ENOMEM;
	if (vring->config.shadow_desc)
		return 0;

	split->avail = kcalloc(num, sizeof(*split->avail), GFP_KERNEL);
	split->descs = kcalloc(num, sizeof(*split->descs), GFP_KERNEL);
	split->have = bitmap_zalloc(num, GFP_KERNEL);
	split->want = bitmap_zalloc(num, GFP_KERNEL);
	if (!split->avail || !split->descs || !split->have || !split->want)
		return -ENOMEM;

	return 0;
}

static void split_exit(struct epf_vring *vring)
{
	struct vring_split *split = &vring->split;

	bitmap_free(split->want);
	bitmap_free(split->have);
	kfree(split->descs);
	kfree(split->avail);
	kfree(split->used);
}

/* Entries more than are known, or a number too large where that cannot be. */
static unsigned int split_ahead(const struct epf_vring *vring, u16 idx)
{
	const struct vring_split *split = &vring->split;
	unsigned int taken = vring->outstanding +
			     (u16)(split->avail_idx - split->next);
	unsigned int ahead = (u16)(idx - split->avail_idx);

	/* Every buffer takes a descriptor at least until it was posted. */
	return ahead <= vring->config.num - taken ? ahead : UINT_MAX;
}

static void split_available(struct epf_vring *vring, u16 idx)
{
	if (split_ahead(vring, idx) != UINT_MAX)
		vring->split.avail_idx = idx;
	else if (vring->config.shadow_desc)
		vring_break(vring, "more available entries than descriptors");

	/* What is copied from the shadow was there before the index. */
	dma_rmb();
}

static int split_read_index(struct epf_vring *vring)
{
	int ret = vring_read(vring, vring->config.driver, &vring->word.avail,
			     sizeof(vring->word.avail));
	u16 flags, idx;

	if (ret)
		return ret;

	flags = from_virtio16(vring->word.avail.flags);
	idx = from_virtio16(vring->word.avail.idx);
	if (split_ahead(vring, idx) == UINT_MAX)
		return vring_break(vring,
				   "more available entries than descriptors");

	vring->split.no_interrupt = flags & VRING_AVAIL_F_NO_INTERRUPT;
	vring->split.avail_idx = idx;
	return 0;
}

static int split_fetch_entries(struct epf_vring *vring, u16 until)
{
	struct vring_split *split = &vring->split;
	unsigned int first = slot_of(vring, split->fetched);
	unsigned int count = (u16)(until - split->fetched);
	unsigned int until_end = min(count, vring->config.num - first);
	u64 entries = vring->config.driver + AVAIL_ENTRIES;
	int ret;

	/* The entries, behind the index that told of them. */
	rmb();
	ret = vring_read(vring, entries + first * sizeof(*split->avail),
			 &split->avail[first],
			 until_end * sizeof(*split->avail));
	if (!ret && until_end < count)
		ret = vring_read(vring, entries, split->avail,
				 (count - until_end) * sizeof(*split->avail));
	return ret;
}

static int split_fetch_run(struct epf_vring *vring, unsigned int start,
			   unsigned int end)
{
	struct vring_split *split = &vring->split;
	unsigned int count = end - start;
	int ret;

	ret = vring_read(vring,
			 vring->config.desc + start * sizeof(*split->descs),
			 &split->descs[start], count * sizeof(*split->descs));
	if (!ret)
		bitmap_set(split->have, start, count);
	return ret;
}

/* Where a read that begins at @start ends: small gaps are read over. */
static unsigned int split_run_end(const struct epf_vring *vring,
				  unsigned int start)
{
	const unsigned long *want = vring->split.want;
	unsigned int num = vring->config.num;
	unsigned int next = start, end;

	do {
		end = find_next_zero_bit(want, num, next);
		next = find_next_bit(want, num, end);
	} while (next < num && next - end <= split_burst(vring));

	return end;
}

/* The descriptors that new entries are likely to need. */
static int split_fetch_descs(struct epf_vring *vring)
{
	struct vring_split *split = &vring->split;
	unsigned int num = vring->config.num;
	unsigned int start, end, head;
	u16 idx;
	int ret;

	bitmap_zero(split->have, num);
	if (vring->config.by_field)
		return 0;

	bitmap_zero(split->want, num);
	for (idx = split->next; idx != split->avail_idx; idx++) {
		head = from_virtio16(split->avail[slot_of(vring, idx)]);
		if (head < num)
			bitmap_set(split->want, head,
				   min(vring->run, num - head));
	}

	/* Descriptors, behind the entries that name them. */
	rmb();
	for (start = find_first_bit(split->want, num); start < num;
	     start = find_next_bit(split->want, num, end)) {
		end = split_run_end(vring, start);
		ret = split_fetch_run(vring, start, end);
		if (ret)
			return ret;
	}

	return 0;
}

/* Whether there is an entry to get: 1, 0, or an error. */
static int split_fetch(struct epf_vring *vring)
{
	bool by_field = vring->config.by_field;
	struct vring_split *split = &vring->split;
	int ret = 0;
	u16 until;

	if (split->next != split->fetched)
		return 1;

	if (vring->config.shadow_desc) {
		split->fetched = split->avail_idx;
		return split->next != split->fetched;
	}

	if (by_field || split->avail_idx == split->fetched)
		ret = split_read_index(vring);
	if (ret || split->avail_idx == split->fetched)
		return ret;

	until = by_field ? split->fetched + 1 : split->avail_idx;
	ret = split_fetch_entries(vring, until);
	if (!ret)
		ret = split_fetch_descs(vring);
	if (ret)
		return ret;

	split->fetched = until;
	return 1;
}

static unsigned int split_head(const struct epf_vring *vring)
{
	const struct vring_avail *shadow = vring->config.shadow_avail;
	unsigned int slot = slot_of(vring, vring->split.next);

	return from_virtio16(shadow ? READ_ONCE(shadow->ring[slot]) :
				      vring->split.avail[slot]);
}

static int split_get_desc(struct epf_vring *vring, unsigned int i,
			  struct vring_desc *desc)
{
	const struct vring_desc *shadow = vring->config.shadow_desc;
	struct vring_split *split = &vring->split;
	unsigned int end;
	int ret;

	if (shadow) {
		desc->addr = READ_ONCE(shadow[i].addr);
		desc->len = READ_ONCE(shadow[i].len);
		desc->flags = READ_ONCE(shadow[i].flags);
		desc->next = READ_ONCE(shadow[i].next);
		return 0;
	}

	if (!test_bit(i, split->have)) {
		end = vring->config.by_field ? i + 1 :
			min(i + max(vring->run, split_burst(vring)),
			    vring->config.num);
		end = find_next_bit(split->have, end, i);
		ret = split_fetch_run(vring, i, end);
		if (ret)
			return ret;
	}

	*desc = split->descs[i];
	return 0;
}

static int split_add(struct epf_vring *vring, struct epf_vring_chain *chain,
		     const struct vring_desc *desc)
{
	return vring_add_segment(vring, chain, from_virtio64(desc->addr),
				 from_virtio32(desc->len),
				 from_virtio16(desc->flags) &
				 VRING_DESC_F_WRITE);
}

static int split_add_table(struct epf_vring *vring,
			   struct epf_vring_chain *chain,
			   const struct vring_desc *desc)
{
	const struct vring_desc *table;
	unsigned int num, i = 0, left;
	int ret;

	if (from_virtio16(desc->flags) & VRING_DESC_F_NEXT)
		return vring_break(vring, "an indirect table within a chain");

	ret = vring_fetch_table(vring, from_virtio64(desc->addr),
				from_virtio32(desc->len));
	if (ret < 0)
		return ret;

	table = vring->table;
	num = ret;
	for (left = num; left; left--) {
		const struct vring_desc *entry = &table[i];
		u16 flags = from_virtio16(entry->flags);

		if (flags & VRING_DESC_F_INDIRECT)
			return vring_break(vring,
					   "an indirect table within another");
		ret = split_add(vring, chain, entry);
		if (ret || !(flags & VRING_DESC_F_NEXT))
			return ret;
		i = from_virtio16(entry->next);
		if (i >= num)
			return vring_break(vring,
					   "a descriptor beyond its table");
	}

	return vring_break(vring, "a chain that is a loop");
}

static int split_walk(struct epf_vring *vring, struct epf_vring_chain *chain,
		      unsigned int head)
{
	unsigned int num = vring->config.num;
	unsigned int i = head, count, run = 0;
	int ret;

	for (count = 1; count <= num; count++) {
		struct vring_desc desc;
		u16 flags;

		ret = split_get_desc(vring, i, &desc);
		if (ret)
			return ret;
		if (i == head + run)
			run++;

		flags = from_virtio16(desc.flags);
		ret = flags & VRING_DESC_F_INDIRECT ?
			split_add_table(vring, chain, &desc) :
			split_add(vring, chain, &desc);
		if (ret)
			return ret;
		if (!(flags & VRING_DESC_F_NEXT)) {
			vring->run = run;
			vring->buffers[head].num_descs = count;
			return 0;
		}

		i = from_virtio16(desc.next);
		if (i >= num)
			return vring_break(vring, "a descriptor beyond the ring");
	}

	return vring_break(vring, "a chain that is a loop");
}

static int split_get(struct epf_vring *vring, struct epf_vring_chain *chain)
{
	unsigned int head;
	int ret;

	ret = split_fetch(vring);
	if (ret <= 0)
		return ret;

	head = split_head(vring);
	if (head >= vring->config.num)
		return vring_break(vring, "an available entry beyond the ring");
	if (vring->buffers[head].busy)
		return vring_break(vring, "a buffer that is not used yet");

	ret = split_walk(vring, chain, head);
	if (ret)
		return ret;

	chain->id = head;
	vring->split.next++;
	return 1;
}

static bool split_is_drained(const struct epf_vring *vring)
{
	return vring->split.next == vring->split.avail_idx;
}

static int split_flush(struct epf_vring *vring)
{
	struct vring_split *split = &vring->split;
	unsigned int first = slot_of(vring, split->used_idx);
	unsigned int until_end = min(vring->num_done,
				     vring->config.num - first);
	u64 elements = vring->config.device + USED_ELEMENTS;
	u16 used_idx = split->used_idx;
	__virtio16 idx;
	unsigned int i;
	int ret;

	for (i = 0; i < vring->num_done; i++) {
		unsigned int slot = slot_of(vring, used_idx++);

		split->used[slot] = (struct vring_used_elem) {
			.id = to_virtio32(vring->done[i].id),
			.len = to_virtio32(vring->done[i].written),
		};
	}

	ret = vring_write(vring, elements + first * sizeof(*split->used),
			  &split->used[first],
			  until_end * sizeof(*split->used));
	if (!ret && until_end < vring->num_done)
		ret = vring_write(vring, elements, split->used,
				  (vring->num_done - until_end) *
				  sizeof(*split->used));
	if (ret)
		return ret;

	/* The driver reads the elements when it sees the index. */
	wmb();
	idx = to_virtio16(used_idx);
	ret = vring_write(vring, vring->config.device + USED_IDX, &idx,
			  sizeof(idx));
	if (!ret)
		split->used_idx = used_idx;
	return ret;
}

/* Whether the driver wants to hear of what was posted: 1, 0, or an error. */
static int split_ask_driver(struct epf_vring *vring)
{
	struct vring_split *split = &vring->split;
	int ret;

	if (!vring_has(vring, VIRTIO_RING_F_EVENT_IDX)) {
		ret = split_read_index(vring);
		return ret ?: !split->no_interrupt;
	}

	ret = vring_read(vring, used_event_addr(vring), &vring->word.event,
			 sizeof(vring->word.event));
	return ret ?: vring_need_event(from_virtio16(vring->word.event),
				       split->used_idx, split->notified_idx);
}

static int split_need_notify(struct epf_vring *vring)
{
	struct vring_split *split = &vring->split;
	int ret = 1;

	if (split->used_idx == split->notified_idx)
		return 0;

	if (!vring->config.shadow_desc) {
		/* The index on its way, then what the driver thinks of it. */
		mb();
		ret = split_ask_driver(vring);
	}
	if (ret >= 0)
		split->notified_idx = split->used_idx;
	return ret;
}

/* Without event indices, all notifications are asked for, or none. */
static int split_set_notifying(struct epf_vring *vring, bool notifying)
{
	__virtio16 flags = to_virtio16(notifying ? 0 :
						   VRING_USED_F_NO_NOTIFY);
	int ret;

	if (vring->notifying == notifying)
		return 0;

	ret = vring_write(vring, vring->config.device, &flags, sizeof(flags));
	if (!ret)
		vring->notifying = notifying;
	return ret;
}

static int split_notify_disable(struct epf_vring *vring)
{
	/* The event index that was asked for is behind us soon. */
	if (vring->config.shadow_desc ||
	    vring_has(vring, VIRTIO_RING_F_EVENT_IDX))
		return 0;

	return split_set_notifying(vring, false);
}

static int split_notify_enable(struct epf_vring *vring)
{
	struct vring_split *split = &vring->split;
	__virtio16 event = to_virtio16(split->avail_idx);
	int ret;

	if (!split_is_drained(vring))
		return 1;
	if (vring->config.shadow_desc)
		return 0;

	ret = vring_has(vring, VIRTIO_RING_F_EVENT_IDX) ?
		vring_write(vring, avail_event_addr(vring), &event,
			    sizeof(event)) :
		split_set_notifying(vring, true);
	if (ret)
		return ret;

	/* Either the driver sees that, or we see what it made available. */
	mb();
	ret = split_read_index(vring);
	return ret ?: !split_is_drained(vring);
}

const struct vring_format vring_split_format = {
	.init = split_init,
	.exit = split_exit,
	.available = split_available,
	.get = split_get,
	.is_drained = split_is_drained,
	.flush = split_flush,
	.need_notify = split_need_notify,
	.notify_disable = split_notify_disable,
	.notify_enable = split_notify_enable,
};
