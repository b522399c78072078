// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * A host with a ring and a driver, for the tests.
 */

#include <linux/minmax.h>
#include <linux/string.h>

#include "vring-model.h"

#define TABLE_SIZE	(MODEL_MAX_SEGMENTS * sizeof(struct vring_desc))

#define AVAIL		BIT(VRING_PACKED_DESC_F_AVAIL)
#define USED		BIT(VRING_PACKED_DESC_F_USED)

static bool model_has(const struct model *model, unsigned int feature)
{
	return model->config.features & BIT_ULL(feature);
}

/**
 * model_below() - take a random number
 * @model: the host
 * @limit: not 0
 *
 * Return: a number less than @limit.
 */
unsigned int model_below(struct model *model, unsigned int limit)
{
	return prandom_u32_state(&model->random) % limit;
}

/**
 * model_at() - look into the host's memory
 * @model: the host
 * @offset: bytes from its beginning
 *
 * Return: the place.
 */
void *model_at(struct model *model, size_t offset)
{
	return model->memory + offset;
}

static int model_access(struct model *model, u64 pci_addr, size_t len)
{
	if (pci_addr < MODEL_BASE || pci_addr - MODEL_BASE > MODEL_SIZE ||
	    len > MODEL_SIZE - (pci_addr - MODEL_BASE)) {
		model->outside++;
		return -EFAULT;
	}
	if (model->fail_one_in && !model_below(model, model->fail_one_in)) {
		model->failures++;
		return -EAGAIN;
	}

	return 0;
}

static int model_read(void *context, u64 pci_addr, void *buf, size_t len)
{
	struct model *model = context;
	int ret = model_access(model, pci_addr, len);

	if (!ret)
		memcpy(buf, model_at(model, pci_addr - MODEL_BASE), len);
	return ret;
}

static int model_write(void *context, u64 pci_addr, const void *buf, size_t len)
{
	struct model *model = context;
	bool packed = model_has(model, VIRTIO_F_RING_PACKED);
	u64 start = packed ? MODEL_DESC : MODEL_DEVICE;
	u64 end = packed ? start + 16 * model->config.num :
			   start + 6 + 8 * model->config.num;
	u64 offset = pci_addr - MODEL_BASE;
	int ret = model_access(model, pci_addr, len);

	if (ret)
		return ret;

	if (!(offset >= start && offset + len <= end) &&
	    !(packed && offset == MODEL_DEVICE && len == 4))
		model->stray++;
	memcpy(model_at(model, offset), buf, len);
	return 0;
}

static const struct epf_vring_memory_ops model_memory = {
	.read = model_read,
	.write = model_write,
};

/**
 * model_create() - make a host
 * @test: what it is for; the host ends with it
 * @num: descriptors
 * @features: of the ring, without VIRTIO_F_VERSION_1
 *
 * Return: the host.
 */
struct model *model_create(struct kunit *test, unsigned int num, u64 features)
{
	struct model *model = kunit_kzalloc(test, sizeof(*model), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, model);
	model->memory = kunit_kzalloc(test, MODEL_SIZE, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, model->memory);
	model->test = test;
	model->num_free = num;
	model->config = (struct epf_vring_config) {
		.num = num,
		.features = features | BIT_ULL(VIRTIO_F_VERSION_1),
		.desc = MODEL_BASE + MODEL_DESC,
		.driver = MODEL_BASE + MODEL_DRIVER,
		.device = MODEL_BASE + MODEL_DEVICE,
		.max_segments = MODEL_MAX_SEGMENTS,
		.ops = &model_memory,
		.context = model,
	};
	prandom_seed_state(&model->random, num);
	return model;
}

static u16 model_take(struct model *model)
{
	unsigned int i;

	do {
		i = model_below(model, model->config.num);
	} while (__test_and_set_bit(i, model->taken));

	return i;
}

static void fill_buffer(struct model *model, struct model_buffer *buffer,
			unsigned int segments)
{
	unsigned int i;

	*buffer = (struct model_buffer) {
		.num_readable = model_below(model, segments + 1),
		.num_direct = segments,
	};
	buffer->num_writable = segments - buffer->num_readable;
	for (i = 0; i < segments; i++) {
		struct epf_vring_segment *segment = &buffer->segments[i];

		segment->pci_addr = prandom_u32_state(&model->random);
		segment->pci_addr <<= model_below(model, 32);
		segment->len = 1 + model_below(model, 1 << 20);
		if (i >= buffer->num_readable)
			buffer->writable += segment->len;
	}

	if (model_has(model, VIRTIO_RING_F_INDIRECT_DESC))
		buffer->num_direct = model_below(model, segments + 1);
	buffer->num_descs = buffer->num_direct +
			    (buffer->num_direct < segments);
}

static u16 segment_flags(const struct model_buffer *buffer, unsigned int i)
{
	return i >= buffer->num_readable ? VRING_DESC_F_WRITE : 0;
}

static u64 table_of(unsigned int first)
{
	return MODEL_TABLES + first * TABLE_SIZE;
}

/* Split rings */

static struct vring_desc split_desc(const struct model_buffer *buffer,
				    unsigned int i, u16 flags, u16 next)
{
	return (struct vring_desc) {
		.addr = to_virtio64(buffer->segments[i].pci_addr),
		.len = to_virtio32(buffer->segments[i].len),
		.flags = to_virtio16(flags | segment_flags(buffer, i)),
		.next = to_virtio16(next),
	};
}

/* Entries from the last on: only the first has a place of its own. */
static void split_fill_table(struct model *model,
			     const struct model_buffer *buffer, u64 offset)
{
	unsigned int num = buffer->num_readable + buffer->num_writable -
			   buffer->num_direct;
	struct vring_desc *table = model_at(model, offset);
	unsigned int i;

	for (i = 0; i < num; i++) {
		unsigned int place = i ? num - i : 0;

		table[place] = split_desc(buffer, buffer->num_direct + i,
					  i + 1 < num ? VRING_DESC_F_NEXT : 0,
					  num - i - 1);
	}
}

static struct model_buffer *split_add(struct model *model,
				      const struct model_buffer *wanted)
{
	unsigned int segments = wanted->num_readable + wanted->num_writable;
	struct vring_desc *descs = model_at(model, MODEL_DESC);
	struct vring_avail *avail = model_at(model, MODEL_DRIVER);
	u16 taken[MODEL_MAX_SEGMENTS];
	struct model_buffer *buffer;
	unsigned int i;

	for (i = 0; i < wanted->num_descs; i++)
		taken[i] = model_take(model);

	buffer = &model->buffers[taken[0]];
	*buffer = *wanted;
	buffer->id = taken[0];
	memcpy(buffer->descs, taken, sizeof(taken));
	for (i = 0; i < buffer->num_direct; i++)
		descs[taken[i]] =
			split_desc(buffer, i, i + 1 < buffer->num_descs ?
				   VRING_DESC_F_NEXT : 0,
				   i + 1 < buffer->num_descs ? taken[i + 1] : 0);
	if (i < segments) {
		split_fill_table(model, buffer, table_of(buffer->id));
		descs[taken[i]] = (struct vring_desc) {
			.addr = to_virtio64(MODEL_BASE + table_of(buffer->id)),
			.len = to_virtio32((segments - i) * sizeof(*descs)),
			.flags = to_virtio16(VRING_DESC_F_INDIRECT),
		};
	}

	avail->ring[model->avail % model->config.num] =
		to_virtio16(buffer->id);
	model->avail++;
	avail->idx = to_virtio16(model->avail);
	return buffer;
}

static struct model_buffer *split_reap(struct model *model)
{
	struct vring_used *used = model_at(model, MODEL_DEVICE);
	struct model_buffer *buffer;
	struct vring_used_elem elem;
	unsigned int i;

	if (from_virtio16(used->idx) == (u16)model->used)
		return NULL;

	elem = used->ring[model->used % model->config.num];
	KUNIT_ASSERT_LT(model->test, from_virtio32(elem.id),
			model->config.num);
	buffer = &model->buffers[from_virtio32(elem.id)];
	KUNIT_ASSERT_TRUE(model->test, buffer->busy);
	KUNIT_EXPECT_EQ(model->test, from_virtio32(elem.len), buffer->written);
	for (i = 0; i < buffer->num_descs; i++)
		__clear_bit(buffer->descs[i], model->taken);
	model->used++;
	return buffer;
}

/* Packed rings */

static bool packed_wrap(const struct model *model, u32 place)
{
	return !(place / model->config.num % 2);
}

static struct vring_packed_desc
packed_segment(const struct model_buffer *buffer, unsigned int i)
{
	return (struct vring_packed_desc) {
		.addr = cpu_to_le64(buffer->segments[i].pci_addr),
		.len = cpu_to_le32(buffer->segments[i].len),
		.flags = cpu_to_le16(segment_flags(buffer, i)),
	};
}

static struct vring_packed_desc packed_table(struct model *model,
					     const struct model_buffer *buffer)
{
	unsigned int segments = buffer->num_readable + buffer->num_writable;
	struct vring_packed_desc *table = model_at(model, table_of(buffer->id));
	unsigned int i;

	for (i = buffer->num_direct; i < segments; i++)
		table[i - buffer->num_direct] = packed_segment(buffer, i);

	return (struct vring_packed_desc) {
		.addr = cpu_to_le64(MODEL_BASE + table_of(buffer->id)),
		.len = cpu_to_le32((segments - buffer->num_direct) *
				   sizeof(*table)),
		.flags = cpu_to_le16(VRING_DESC_F_INDIRECT),
	};
}

static struct model_buffer *packed_add(struct model *model,
				       const struct model_buffer *wanted)
{
	struct vring_packed_desc *descs = model_at(model, MODEL_DESC);
	u16 id = model_take(model);
	struct model_buffer *buffer = &model->buffers[id];
	unsigned int i;

	*buffer = *wanted;
	buffer->id = id;
	/* The first comes last. */
	for (i = buffer->num_descs; i--;) {
		u32 place = model->avail + i;
		struct vring_packed_desc desc = i < buffer->num_direct ?
			packed_segment(buffer, i) : packed_table(model, buffer);

		desc.flags |= cpu_to_le16(packed_wrap(model, place) ? AVAIL :
								      USED);
		if (i + 1 < buffer->num_descs)
			desc.flags |= cpu_to_le16(VRING_DESC_F_NEXT);
		desc.id = cpu_to_le16(id);
		descs[place % model->config.num] = desc;
	}

	model->avail += buffer->num_descs;
	return buffer;
}

static struct model_buffer *packed_reap(struct model *model)
{
	const struct vring_packed_desc *desc =
		model_at(model, MODEL_DESC +
			 model->used % model->config.num * sizeof(*desc));
	u16 flags = le16_to_cpu(desc->flags);
	struct model_buffer *buffer;

	if (!!(flags & AVAIL) != !!(flags & USED) ||
	    !!(flags & USED) != packed_wrap(model, model->used))
		return NULL;

	KUNIT_ASSERT_LT(model->test, le16_to_cpu(desc->id), model->config.num);
	buffer = &model->buffers[le16_to_cpu(desc->id)];
	KUNIT_ASSERT_TRUE(model->test, buffer->busy);
	KUNIT_EXPECT_EQ(model->test, le32_to_cpu(desc->len), buffer->written);
	KUNIT_EXPECT_EQ(model->test, !!(flags & VRING_DESC_F_WRITE),
			!!buffer->written);
	__clear_bit(buffer->id, model->taken);
	model->used += buffer->num_descs;
	return buffer;
}

/**
 * model_add() - make a random buffer available
 * @model: the host
 * @segments: of the buffer, up to MODEL_MAX_SEGMENTS
 *
 * Return: the buffer, or NULL where there are not enough descriptors.
 */
struct model_buffer *model_add(struct model *model, unsigned int segments)
{
	struct model_buffer wanted, *buffer;

	fill_buffer(model, &wanted, segments);
	if (wanted.num_descs > model->num_free)
		return NULL;

	buffer = model_has(model, VIRTIO_F_RING_PACKED) ?
		packed_add(model, &wanted) : split_add(model, &wanted);
	buffer->busy = true;
	model->num_free -= buffer->num_descs;
	return buffer;
}

/**
 * model_reap() - take a used buffer back
 * @model: the host
 *
 * Return: the buffer, or NULL where none is used.
 */
struct model_buffer *model_reap(struct model *model)
{
	struct model_buffer *buffer = model_has(model, VIRTIO_F_RING_PACKED) ?
				      packed_reap(model) : split_reap(model);

	if (buffer) {
		buffer->busy = false;
		model->num_free += buffer->num_descs;
	}
	return buffer;
}
