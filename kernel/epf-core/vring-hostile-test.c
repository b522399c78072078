// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * KUnit tests of the rings with drivers that do not keep to the rules: each
 * mistake is found and named, and from garbage comes a sane chain or an error.
 */

#include <linux/err.h>
#include <linux/limits.h>
#include <linux/string.h>

#include "vring-model.h"

#define INDIRECT	BIT_ULL(VIRTIO_RING_F_INDIRECT_DESC)
#define EVENTS		BIT_ULL(VIRTIO_RING_F_EVENT_IDX)
#define PACKED		BIT_ULL(VIRTIO_F_RING_PACKED)

#define NUM		4
#define TABLE		(MODEL_BASE + MODEL_TABLES)

#define F_NEXT		VRING_DESC_F_NEXT
#define F_WRITE		VRING_DESC_F_WRITE
#define F_INDIRECT	VRING_DESC_F_INDIRECT
#define F_AVAIL		BIT(VRING_PACKED_DESC_F_AVAIL)
#define F_USED		BIT(VRING_PACKED_DESC_F_USED)

/* A descriptor of either layout; in a packed ring, the last field is the id. */
struct desc {
	u64 addr;
	u32 len;
	u16 flags;
	u16 next;
};

struct mistake {
	const char *name;
	u64 features;
	struct desc descs[NUM];
	struct desc table[NUM];
	u16 entries[NUM];
	u16 idx;
	const char *fault;
};

static const struct mistake mistakes[] = {
	{ .name = "index", .idx = NUM + 1,
	  .fault = "more available entries than descriptors" },
	{ .name = "entry", .entries = { NUM }, .idx = 1,
	  .fault = "an available entry beyond the ring" },
	{ .name = "entry twice", .descs = { { 0, 1, 0, 0 } }, .idx = 2,
	  .fault = "a buffer that is not used yet" },
	{ .name = "next", .descs = { { 0, 1, F_NEXT, NUM } }, .idx = 1,
	  .fault = "a descriptor beyond the ring" },
	{ .name = "loop", .descs = { { 0, 1, F_NEXT, 1 }, { 0, 1, F_NEXT, 0 } },
	  .idx = 1, .fault = "a chain that is a loop" },
	{ .name = "no bytes", .descs = { { 0, 0, 0, 0 } }, .idx = 1,
	  .fault = "a descriptor of no bytes" },
	{ .name = "address", .descs = { { U64_MAX, 2, 0, 0 } }, .idx = 1,
	  .fault = "a descriptor beyond all addresses" },
	{ .name = "4 GiB", .descs = { { 0, U32_MAX, F_NEXT, 1 },
				      { 0, 1, F_WRITE, 0 } }, .idx = 1,
	  .fault = "a chain of 4 GiB or more" },
	{ .name = "order", .descs = { { 0, 1, F_WRITE | F_NEXT, 1 },
				      { 0, 1, 0, 0 } }, .idx = 1,
	  .fault = "a segment to read behind one to write" },
	{ .name = "table not negotiated",
	  .descs = { { TABLE, 16, F_INDIRECT, 0 } }, .idx = 1,
	  .fault = "an indirect table, not negotiated" },
	{ .name = "table of nothing", .features = INDIRECT,
	  .descs = { { TABLE, 0, F_INDIRECT, 0 } }, .idx = 1,
	  .fault = "an indirect table of an odd length" },
	{ .name = "table's length", .features = INDIRECT,
	  .descs = { { TABLE, 24, F_INDIRECT, 0 } }, .idx = 1,
	  .fault = "an indirect table of an odd length" },
	{ .name = "table's address", .features = INDIRECT,
	  .descs = { { -16ULL, 32, F_INDIRECT, 0 } }, .idx = 1,
	  .fault = "an indirect table beyond all addresses" },
	{ .name = "large table", .features = INDIRECT,
	  .descs = { { TABLE, 16 * (NUM + 1), F_INDIRECT, 0 } }, .idx = 1,
	  .fault = "an indirect table of too many segments" },
	{ .name = "full table behind a segment", .features = INDIRECT,
	  .descs = { { 0, 1, F_NEXT, 1 }, { TABLE, 64, F_INDIRECT, 0 } },
	  .table = { { 0, 1, F_NEXT, 1 }, { 0, 1, F_NEXT, 2 },
		     { 0, 1, F_NEXT, 3 }, { 0, 1, 0, 0 } }, .idx = 1,
	  .fault = "a chain of too many segments" },
	{ .name = "table and next", .features = INDIRECT,
	  .descs = { { TABLE, 16, F_INDIRECT | F_NEXT, 1 } }, .idx = 1,
	  .fault = "an indirect table within a chain" },
	{ .name = "table in a table", .features = INDIRECT,
	  .descs = { { TABLE, 16, F_INDIRECT, 0 } },
	  .table = { { TABLE, 16, F_INDIRECT, 0 } }, .idx = 1,
	  .fault = "an indirect table within another" },
	{ .name = "next in a table", .features = INDIRECT,
	  .descs = { { TABLE, 32, F_INDIRECT, 0 } },
	  .table = { { 0, 1, F_NEXT, 2 } }, .idx = 1,
	  .fault = "a descriptor beyond its table" },
	{ .name = "loop in a table", .features = INDIRECT,
	  .descs = { { TABLE, 32, F_INDIRECT, 0 } },
	  .table = { { 0, 1, F_NEXT, 1 }, { 0, 1, F_NEXT, 0 } }, .idx = 1,
	  .fault = "a chain that is a loop" },

	{ .name = "packed: id", .features = PACKED,
	  .descs = { { 0, 1, F_AVAIL, NUM } },
	  .fault = "a buffer with an id beyond the ring" },
	{ .name = "packed: id twice", .features = PACKED,
	  .descs = { { 0, 1, F_AVAIL, 2 }, { 0, 1, F_AVAIL, 2 } },
	  .fault = "a buffer that is not used yet" },
	{ .name = "packed: long", .features = PACKED,
	  .descs = { { 0, 1, F_AVAIL, 0 }, { 0, 1, F_AVAIL | F_NEXT, 1 },
		     { 0, 1, F_AVAIL | F_NEXT, 1 },
		     { 0, 1, F_AVAIL | F_NEXT, 1 } },
	  .fault = "a chain longer than the ring" },
	{ .name = "packed: order", .features = PACKED,
	  .descs = { { 0, 1, F_AVAIL | F_NEXT | F_WRITE, 0 },
		     { 0, 1, F_AVAIL, 0 } },
	  .fault = "a segment to read behind one to write" },
	{ .name = "packed: table and next", .features = PACKED | INDIRECT,
	  .descs = { { TABLE, 16, F_AVAIL | F_INDIRECT | F_NEXT, 0 } },
	  .fault = "an indirect table within a chain" },
	{ .name = "packed: table's entry", .features = PACKED | INDIRECT,
	  .descs = { { TABLE, 32, F_AVAIL | F_INDIRECT, 0 } },
	  .table = { { 0, 1, 0, 0 }, { 0, 0, 0, 0 } },
	  .fault = "a descriptor of no bytes" },
};

static void mistake_name(const struct mistake *mistake, char *name)
{
	strscpy(name, mistake->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(mistakes, mistakes, mistake_name);

static void put_desc(struct model *model, size_t offset,
		     const struct desc *desc)
{
	if (model->config.features & PACKED)
		*(struct vring_packed_desc *)model_at(model, offset) =
			(struct vring_packed_desc) {
				.addr = cpu_to_le64(desc->addr),
				.len = cpu_to_le32(desc->len),
				.id = cpu_to_le16(desc->next),
				.flags = cpu_to_le16(desc->flags),
			};
	else
		*(struct vring_desc *)model_at(model, offset) =
			(struct vring_desc) {
				.addr = to_virtio64(desc->addr),
				.len = to_virtio32(desc->len),
				.flags = to_virtio16(desc->flags),
				.next = to_virtio16(desc->next),
			};
}

static void vring_names_a_mistake(struct kunit *test)
{
	const struct mistake *mistake = test->param_value;
	struct model *model = model_create(test, NUM, mistake->features);
	struct vring_avail *avail = model_at(model, MODEL_DRIVER);
	struct epf_vring_chain chain = {};
	struct epf_vring *vring;
	unsigned int i;
	int ret;

	for (i = 0; i < NUM; i++) {
		put_desc(model, MODEL_DESC + 16 * i, &mistake->descs[i]);
		put_desc(model, MODEL_TABLES + 16 * i, &mistake->table[i]);
		if (!(mistake->features & PACKED))
			avail->ring[i] = to_virtio16(mistake->entries[i]);
	}
	if (!(mistake->features & PACKED))
		avail->idx = to_virtio16(mistake->idx);

	model->config.max_segments = 0;
	vring = epf_vring_create(&model->config);
	KUNIT_ASSERT_FALSE(test, IS_ERR(vring));
	do {
		ret = epf_vring_get(vring, &chain);
	} while (ret == 1);

	KUNIT_EXPECT_EQ(test, -EPROTO, ret);
	KUNIT_EXPECT_STREQ(test, mistake->fault, epf_vring_fault(vring) ?: "");
	KUNIT_EXPECT_EQ(test, 0U, model->outside);

	/* For good. */
	KUNIT_EXPECT_EQ(test, -EPROTO, epf_vring_get(vring, &chain));
	KUNIT_EXPECT_EQ(test, -EPROTO, epf_vring_flush(vring));
	KUNIT_EXPECT_EQ(test, -EPROTO, epf_vring_need_notify(vring));
	KUNIT_EXPECT_EQ(test, -EPROTO, epf_vring_notify_disable(vring));
	KUNIT_EXPECT_EQ(test, -EPROTO, epf_vring_notify_enable(vring));
	epf_vring_destroy(vring);
	epf_vring_chain_free(&chain);
}

/* An index that goes back is one that runs ahead, of 65536 less. */
static void vring_notices_an_index_that_goes_back(struct kunit *test)
{
	struct model *model = model_create(test, NUM, 0);
	struct vring_avail *avail = model_at(model, MODEL_DRIVER);
	struct epf_vring_chain chain = {};
	struct epf_vring *vring = epf_vring_create(&model->config);

	KUNIT_ASSERT_FALSE(test, IS_ERR(vring));
	model_add(model, 1);
	model_add(model, 1);
	KUNIT_EXPECT_EQ(test, 1, epf_vring_get(vring, &chain));
	KUNIT_EXPECT_EQ(test, 1, epf_vring_get(vring, &chain));
	avail->idx = to_virtio16(1);
	KUNIT_EXPECT_EQ(test, -EPROTO, epf_vring_get(vring, &chain));
	epf_vring_destroy(vring);
	epf_vring_chain_free(&chain);
}

/* Garbage */

#define RINGS		600
#define STEPS		64

/* A ring full of garbage, and what the device has of it. */
struct victim {
	struct model *model;
	struct epf_vring *vring;
	struct epf_vring_chain chain;
	bool busy[MODEL_MAX_NUM];
	bool done[MODEL_MAX_NUM];
	u32 writable[MODEL_MAX_NUM];
	unsigned int chains;
	unsigned int faults;
};

static u16 near(struct model *model, unsigned int limit)
{
	if (!model_below(model, 16))
		return prandom_u32_state(&model->random);

	return model_below(model, limit + 1);
}

/* Garbage that looks like descriptors most of the time, to get further. */
static void spoil_desc(struct model *model, size_t offset)
{
	static const u16 flags[] = {
		0, F_NEXT, F_WRITE, F_NEXT | F_WRITE, F_INDIRECT,
	};
	u64 random = prandom_u32_state(&model->random);
	struct desc desc = {
		.addr = random << model_below(model, 33),
		.len = model_below(model, 64),
		.flags = flags[model_below(model, ARRAY_SIZE(flags))],
		.next = near(model, model->config.num),
	};

	if (desc.flags & F_INDIRECT) {
		desc.addr = TABLE + 16 * model_below(model, 64);
		desc.len = 16 * model_below(model, MODEL_MAX_SEGMENTS + 2);
	}
	if (!model_below(model, 32))
		desc.flags = random;
	if (!model_below(model, 32))
		desc.len = random;
	if (model_below(model, 8))
		desc.flags |= model_below(model, 4) ? F_AVAIL : F_USED;
	put_desc(model, offset, &desc);
}

static void spoil(struct model *model)
{
	struct vring_avail *avail = model_at(model, MODEL_DRIVER);
	unsigned int num = model->config.num;

	switch (model_below(model, 4)) {
	case 0:
		spoil_desc(model, MODEL_DESC + 16 * model_below(model, num));
		break;
	case 1:
		spoil_desc(model, MODEL_TABLES + 16 * model_below(model, 64));
		break;
	case 2:
		avail->ring[model_below(model, num)] =
			to_virtio16(near(model, num));
		break;
	default:
		avail->idx = to_virtio16(from_virtio16(avail->idx) +
					 near(model, 2));
		break;
	}
}

static void expect_sane(struct kunit *test, struct victim *victim)
{
	const struct epf_vring_chain *chain = &victim->chain;
	unsigned int num = chain->num_readable + chain->num_writable;
	u64 readable = 0, writable = 0;
	unsigned int i;

	KUNIT_ASSERT_LT(test, chain->id, victim->model->config.num);
	KUNIT_EXPECT_FALSE(test, victim->busy[chain->id]);
	KUNIT_ASSERT_GT(test, num, 0U);
	KUNIT_ASSERT_LE(test, num, (unsigned int)MODEL_MAX_SEGMENTS);
	for (i = 0; i < num; i++) {
		const struct epf_vring_segment *segment = &chain->segments[i];

		KUNIT_EXPECT_GT(test, segment->len, 0U);
		KUNIT_EXPECT_LE(test, segment->pci_addr,
				U64_MAX - segment->len + 1);
		if (i < chain->num_readable)
			readable += segment->len;
		else
			writable += segment->len;
	}
	KUNIT_EXPECT_EQ(test, readable, (u64)chain->readable);
	KUNIT_EXPECT_EQ(test, writable, (u64)chain->writable);
}

static void try_get(struct kunit *test, struct victim *victim)
{
	int ret = epf_vring_get(victim->vring, &victim->chain);

	if (ret != 1)
		return;

	expect_sane(test, victim);
	victim->chains++;
	victim->busy[victim->chain.id] = true;
	victim->done[victim->chain.id] = false;
	victim->writable[victim->chain.id] = victim->chain.writable;
}

static void try_complete(struct victim *victim)
{
	unsigned int id = model_below(victim->model, victim->model->config.num);

	if (!victim->busy[id] || victim->done[id])
		return;

	epf_vring_complete(victim->vring, id, victim->writable[id]);
	victim->done[id] = true;
}

static void try_flush(struct victim *victim)
{
	unsigned int id;

	if (epf_vring_flush(victim->vring))
		return;

	for (id = 0; id < victim->model->config.num; id++)
		if (victim->done[id])
			victim->busy[id] = false;
}

static void try_something(struct kunit *test, struct victim *victim)
{
	switch (model_below(victim->model, 8)) {
	case 0:
		spoil(victim->model);
		break;
	case 1:
		try_complete(victim);
		break;
	case 2:
		try_flush(victim);
		break;
	case 3:
		epf_vring_need_notify(victim->vring);
		break;
	case 4:
		epf_vring_notify_enable(victim->vring);
		break;
	case 5:
		epf_vring_notify_disable(victim->vring);
		break;
	case 6:
		epf_vring_available(victim->vring,
				    near(victim->model,
					 victim->model->config.num));
		break;
	default:
		try_get(test, victim);
		break;
	}
}

struct format {
	const char *name;
	u64 features;
	bool shadow;
};

static const struct format formats[] = {
	{ "split", 0 },
	{ "split, indirect, event index", INDIRECT | EVENTS },
	{ "split, indirect, shadow", INDIRECT, true },
	{ "packed", PACKED },
	{ "packed, indirect, event index", PACKED | INDIRECT | EVENTS },
};

static void format_name(const struct format *format, char *name)
{
	strscpy(name, format->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(formats, formats, format_name);

static void victim_renew(struct kunit *test, struct victim *victim)
{
	struct model *model = victim->model;
	struct vring_avail *avail = model_at(model, MODEL_DRIVER);
	unsigned int i;

	model->config.num = 1 << model_below(model, 7);
	model->config.burst = 16 * model_below(model, 8);
	for (i = 0; i < model->config.num; i++) {
		spoil_desc(model, MODEL_DESC + 16 * i);
		avail->ring[i] = to_virtio16(near(model,
						  model->config.num - 1));
	}
	for (i = 0; i < 64; i++)
		spoil_desc(model, MODEL_TABLES + 16 * i);
	avail->idx = to_virtio16(model_below(model, model->config.num + 1));

	memset(victim->busy, 0, sizeof(victim->busy));
	memset(victim->done, 0, sizeof(victim->done));
	victim->vring = epf_vring_create(&model->config);
	KUNIT_ASSERT_FALSE(test, IS_ERR(victim->vring));
}

static void vring_survives_garbage(struct kunit *test)
{
	const struct format *format = test->param_value;
	struct victim *victim = kunit_kzalloc(test, sizeof(*victim),
					      GFP_KERNEL);
	unsigned int i, step;
	struct model *model;

	KUNIT_ASSERT_NOT_NULL(test, victim);
	model = model_create(test, 1, format->features);
	victim->model = model;
	if (format->shadow) {
		model->config.shadow_desc = model_at(model, MODEL_DESC);
		model->config.shadow_avail = model_at(model, MODEL_DRIVER);
	}

	for (i = 0; i < RINGS; i++) {
		victim_renew(test, victim);
		for (step = 0; step < STEPS; step++)
			try_something(test, victim);
		victim->faults += !!epf_vring_fault(victim->vring);
		epf_vring_destroy(victim->vring);
	}
	epf_vring_chain_free(&victim->chain);

	kunit_info(test, "%s: %u chains, %u of %u rings broken\n", format->name,
		   victim->chains, victim->faults, RINGS);
	KUNIT_EXPECT_EQ(test, 0U, model->stray);
	KUNIT_EXPECT_GT(test, victim->chains, RINGS / 8U);
	KUNIT_EXPECT_GT(test, victim->faults, RINGS / 8U);
	KUNIT_EXPECT_LT(test, victim->faults, (unsigned int)RINGS);
}

static struct kunit_case vring_hostile_cases[] = {
	KUNIT_CASE_PARAM(vring_names_a_mistake, mistakes_gen_params),
	KUNIT_CASE(vring_notices_an_index_that_goes_back),
	KUNIT_CASE_PARAM(vring_survives_garbage, formats_gen_params),
	{ }
};

static struct kunit_suite vring_hostile_suite = {
	.name = "epf-vring-hostile",
	.test_cases = vring_hostile_cases,
};

kunit_test_suite(vring_hostile_suite);
