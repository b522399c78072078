// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * Packed rings. Whether a descriptor is available is said by flags in itself,
 * which a read of it may return together with older content. So a run is read
 * twice: to see how many are available, and then these.
 */

#include <linux/minmax.h>
#include <linux/slab.h>

#include "vring.h"

#define AVAIL	BIT(VRING_PACKED_DESC_F_AVAIL)
#define USED	BIT(VRING_PACKED_DESC_F_USED)

#define WRAP	BIT(VRING_PACKED_EVENT_F_WRAP_CTR)

static int packed_init(struct epf_vring *vring)
{
	struct vring_packed *packed = &vring->packed;
	unsigned int num = vring->config.num;

	packed->next.wrap = true;
	packed->posted.wrap = true;
	packed->look = 1;
	packed->descs = kcalloc(num, sizeof(*packed->descs), GFP_KERNEL);
	packed->used = kcalloc(num, sizeof(*packed->used), GFP_KERNEL);
	if (!packed->descs || !packed->used)
		return -ENOMEM;

	return 0;
}

static void packed_exit(struct epf_vring *vring)
{
	kfree(vring->packed.used);
	kfree(vring->packed.descs);
}

/* What the driver tells is read from the descriptors. */
static void packed_available(struct epf_vring *vring, u16 idx)
{
}

static struct vring_place place_behind(const struct epf_vring *vring,
				       struct vring_place place,
				       unsigned int count)
{
	unsigned int slot = place.slot + count;

	if (slot >= vring->config.num) {
		slot -= vring->config.num;
		place.wrap = !place.wrap;
	}

	place.slot = slot;
	return place;
}

static u64 desc_addr(const struct epf_vring *vring, unsigned int slot)
{
	return vring->config.desc + slot * sizeof(struct vring_packed_desc);
}

static bool is_available(__le16 desc_flags, bool wrap)
{
	u16 flags = le16_to_cpu(desc_flags);

	return !!(flags & AVAIL) == wrap && !!(flags & USED) != wrap;
}

/* How many of @count descriptors from @place on are in a row. */
static unsigned int until_end(const struct epf_vring *vring,
			      struct vring_place place, unsigned int count)
{
	return min(count, vring->config.num - place.slot);
}

static int packed_read(struct epf_vring *vring, struct vring_place place,
		       unsigned int count)
{
	struct vring_packed_desc *descs = &vring->packed.descs[place.slot];

	return vring_read(vring, desc_addr(vring, place.slot), descs,
			  count * sizeof(*descs));
}

/* How many descriptors in a row are available, at most @count; or an error. */
static int packed_look_at(struct epf_vring *vring, struct vring_place place,
			  unsigned int count)
{
	const struct vring_packed_desc *descs = &vring->packed.descs[place.slot];
	unsigned int i;
	int ret;

	ret = packed_read(vring, place, count);
	if (ret)
		return ret;

	for (i = 0; i < count; i++)
		if (!is_available(descs[i].flags, place.wrap))
			break;
	return i;
}

/*
 * The same of all that can be new: as many as the last time and one more, and
 * then more and more as long as they are available. None of ours.
 */
static int packed_look(struct epf_vring *vring)
{
	const struct vring_packed *packed = &vring->packed;
	unsigned int burst = vring->config.burst /
			     sizeof(struct vring_packed_desc);
	unsigned int limit = vring->config.num - packed->in_flight;
	unsigned int want = max(packed->look, burst);
	unsigned int found = 0, count;
	int ret;

	while (found < limit) {
		struct vring_place place = place_behind(vring, packed->next,
							found);

		want = min(want, limit);
		count = until_end(vring, place, want - found);
		ret = packed_look_at(vring, place, count);
		if (ret < 0)
			return ret;
		found += ret;
		if (ret < count)
			break;
		if (found == want)
			want *= 2;
	}

	return found;
}

static int packed_read_available(struct epf_vring *vring, unsigned int count)
{
	const struct vring_place next = vring->packed.next;
	unsigned int first = until_end(vring, next, count);
	int ret;

	ret = packed_read(vring, next, first);
	if (!ret && first < count)
		ret = packed_read(vring, place_behind(vring, next, first),
				  count - first);
	return ret;
}

/* Whether there is a chain to get: 1, 0, or an error. */
static int packed_fetch(struct epf_vring *vring)
{
	struct vring_packed *packed = &vring->packed;
	int count, ret;

	if (packed->fetched)
		return 1;

	count = packed_look(vring);
	if (count <= 0)
		return count;

	/* The descriptors, behind the flags that told of them. */
	rmb();
	ret = packed_read_available(vring, count);
	if (ret)
		return ret;

	packed->look = count + 1;
	packed->fetched = count;
	return 1;
}

/*
 * The rest of a chain that is not fetched; a driver makes it available before
 * the first of it. Return how many descriptors, or an error.
 */
static int packed_fetch_rest(struct epf_vring *vring, struct vring_place place,
			     unsigned int done)
{
	unsigned int count = vring->run > done ? vring->run - done : 1;
	int ret;

	count = min(until_end(vring, place, count),
		    vring->config.num - vring->packed.in_flight - done);
	ret = packed_read(vring, place, count);
	return ret ?: count;
}

static int packed_add(struct epf_vring *vring, struct epf_vring_chain *chain,
		      const struct vring_packed_desc *desc)
{
	return vring_add_segment(vring, chain, le64_to_cpu(desc->addr),
				 le32_to_cpu(desc->len),
				 le16_to_cpu(desc->flags) & VRING_DESC_F_WRITE);
}

static int packed_add_table(struct epf_vring *vring,
			    struct epf_vring_chain *chain,
			    const struct vring_packed_desc *desc)
{
	const struct vring_packed_desc *table;
	int num, i, ret;

	if (le16_to_cpu(desc->flags) & VRING_DESC_F_NEXT)
		return vring_break(vring, "an indirect table within a chain");

	num = vring_fetch_table(vring, le64_to_cpu(desc->addr),
				le32_to_cpu(desc->len));
	if (num < 0)
		return num;

	table = vring->table;
	for (i = 0; i < num; i++) {
		ret = packed_add(vring, chain, &table[i]);
		if (ret)
			return ret;
	}

	return 0;
}

static int packed_get(struct epf_vring *vring, struct epf_vring_chain *chain)
{
	struct vring_packed *packed = &vring->packed;
	unsigned int limit = vring->config.num - packed->in_flight;
	const struct vring_packed_desc *desc;
	unsigned int fetched, count = 0;
	int ret;
	u16 id;

	ret = packed_fetch(vring);
	if (ret <= 0)
		return ret;

	fetched = packed->fetched;
	do {
		struct vring_place place = place_behind(vring, packed->next,
							count);

		if (count == limit)
			return vring_break(vring,
					   "a chain longer than the ring");
		if (count == fetched) {
			ret = packed_fetch_rest(vring, place, count);
			if (ret < 0)
				return ret;
			fetched += ret;
		}

		desc = &packed->descs[place.slot];
		ret = le16_to_cpu(desc->flags) & VRING_DESC_F_INDIRECT ?
			packed_add_table(vring, chain, desc) :
			packed_add(vring, chain, desc);
		if (ret)
			return ret;
		count++;
	} while (le16_to_cpu(desc->flags) & VRING_DESC_F_NEXT);

	id = le16_to_cpu(desc->id);
	if (id >= vring->config.num)
		return vring_break(vring, "a buffer with an id beyond the ring");
	if (vring->buffers[id].busy)
		return vring_break(vring, "a buffer that is not used yet");

	chain->id = id;
	vring->buffers[id].num_descs = count;
	vring->run = count;
	packed->next = place_behind(vring, packed->next, count);
	packed->fetched -= min(count, packed->fetched);
	packed->in_flight += count;
	return 1;
}

static bool packed_is_drained(const struct epf_vring *vring)
{
	return !vring->packed.fetched;
}

static void packed_fill_used(struct epf_vring *vring,
			     struct vring_place place,
			     const struct vring_done *done)
{
	u16 flags = place.wrap ? AVAIL | USED : 0;

	if (done->written)
		flags |= VRING_DESC_F_WRITE;

	vring->packed.used[place.slot] = (struct vring_packed_desc) {
		.len = cpu_to_le32(done->written),
		.id = cpu_to_le16(done->id),
		.flags = cpu_to_le16(flags),
	};
}

static int packed_write_used(struct epf_vring *vring, unsigned int start,
			     unsigned int count)
{
	const struct vring_packed_desc *used = &vring->packed.used[start];

	if (!count)
		return 0;

	return vring_write(vring, desc_addr(vring, start), used,
			   count * sizeof(*used));
}

/* The descriptor that the driver waits for: its flags are last. */
static int packed_write_first(struct epf_vring *vring)
{
	unsigned int slot = vring->packed.posted.slot;
	const struct vring_packed_desc *used = &vring->packed.used[slot];
	u64 addr = desc_addr(vring, slot);
	int ret;

	ret = vring_write(vring, addr + offsetof(struct vring_packed_desc, len),
			  &used->len, sizeof(used->len));
	if (ret)
		return ret;

	/* All used descriptors, before the driver may look at them. */
	wmb();
	return vring_write(vring,
			   addr + offsetof(struct vring_packed_desc, id),
			   &used->id, sizeof(used->id) + sizeof(used->flags));
}

static int packed_flush(struct epf_vring *vring)
{
	struct vring_packed *packed = &vring->packed;
	struct vring_place place = packed->posted;
	unsigned int start = 0, count = 0, total = 0;
	unsigned int i;
	int ret;

	for (i = 0; i < vring->num_done; i++) {
		unsigned int num_descs =
			vring->buffers[vring->done[i].id].num_descs;

		packed_fill_used(vring, place, &vring->done[i]);
		if (i && count && place.slot == start + count) {
			count++;
		} else if (i) {
			ret = packed_write_used(vring, start, count);
			if (ret)
				return ret;
			start = place.slot;
			count = 1;
		}
		place = place_behind(vring, place, num_descs);
		total += num_descs;
	}

	ret = packed_write_used(vring, start, count);
	if (!ret)
		ret = packed_write_first(vring);
	if (ret)
		return ret;

	packed->posted = place;
	packed->unnotified += total;
	packed->in_flight -= total;
	return 0;
}

/* Whether the driver asked to hear of a descriptor that was used since. */
static bool packed_passed(const struct epf_vring *vring, u16 off_wrap)
{
	const struct vring_packed *packed = &vring->packed;
	u16 event = off_wrap & ~WRAP;
	u16 now = packed->posted.slot;

	/* All around the ring, whatever it was. */
	if (packed->unnotified >= vring->config.num)
		return true;

	if (!!(off_wrap & WRAP) != packed->posted.wrap)
		event -= vring->config.num;
	return vring_need_event(event, now, now - packed->unnotified);
}

static int packed_need_notify(struct epf_vring *vring)
{
	struct vring_packed_desc_event *driver = &vring->word.driver;
	bool need;
	int ret;

	if (!vring->packed.unnotified)
		return 0;

	/* The descriptors on their way, then what the driver thinks of them. */
	mb();
	ret = vring_read(vring, vring->config.driver, driver, sizeof(*driver));
	if (ret)
		return ret;

	switch (le16_to_cpu(driver->flags)) {
	case VRING_PACKED_EVENT_FLAG_DISABLE:
		need = false;
		break;
	case VRING_PACKED_EVENT_FLAG_DESC:
		need = packed_passed(vring, le16_to_cpu(driver->off_wrap));
		break;
	default:
		need = true;
		break;
	}

	vring->packed.unnotified = 0;
	return need;
}

static int packed_write_event(struct epf_vring *vring, u16 flags)
{
	const struct vring_place *next = &vring->packed.next;
	struct vring_packed_desc_event device = {
		.off_wrap = cpu_to_le16(next->slot | (next->wrap ? WRAP : 0)),
		.flags = cpu_to_le16(flags),
	};

	return vring_write(vring, vring->config.device, &device,
			   sizeof(device));
}

static int packed_notify_disable(struct epf_vring *vring)
{
	int ret;

	if (!vring->notifying)
		return 0;

	ret = packed_write_event(vring, VRING_PACKED_EVENT_FLAG_DISABLE);
	if (!ret)
		vring->notifying = false;
	return ret;
}

static int packed_notify_enable(struct epf_vring *vring)
{
	bool events = vring_has(vring, VIRTIO_RING_F_EVENT_IDX);
	const struct vring_packed *packed = &vring->packed;
	int ret = 0;

	if (!packed_is_drained(vring))
		return 1;

	if (events || !vring->notifying)
		ret = packed_write_event(vring,
					 events ? VRING_PACKED_EVENT_FLAG_DESC :
						  VRING_PACKED_EVENT_FLAG_ENABLE);
	if (ret)
		return ret;
	vring->notifying = true;

	/* Either the driver sees that, or we see what it made available. */
	mb();
	ret = vring_read(vring, desc_addr(vring, packed->next.slot) +
			 offsetof(struct vring_packed_desc, flags),
			 &vring->word.flags, sizeof(vring->word.flags));
	return ret ?: is_available(vring->word.flags, packed->next.wrap) &&
		      packed->in_flight < vring->config.num;
}

const struct vring_format vring_packed_format = {
	.init = packed_init,
	.exit = packed_exit,
	.available = packed_available,
	.get = packed_get,
	.is_drained = packed_is_drained,
	.flush = packed_flush,
	.need_notify = packed_need_notify,
	.notify_disable = packed_notify_disable,
	.notify_enable = packed_notify_enable,
};
