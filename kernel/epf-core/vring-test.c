// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * KUnit tests of the rings with a model of the driver.
 */

#include <linux/err.h>
#include <linux/string.h>

#include "vring-model.h"

#define INDIRECT	BIT_ULL(VIRTIO_RING_F_INDIRECT_DESC)
#define EVENTS		BIT_ULL(VIRTIO_RING_F_EVENT_IDX)
#define PACKED		BIT_ULL(VIRTIO_F_RING_PACKED)

struct variant {
	const char *name;
	u64 features;
	unsigned int num;
	unsigned int buffers;
	unsigned int fail_one_in;
	size_t burst;
};

static const struct variant variants[] = {
	/* This goes around the 65536 values of an index. */
	{ "split", 0, 16, 70000, 0, 0 },
	{ "split, read over gaps", 0, 256, 5000, 0, 64 },
	{ "split, indirect", INDIRECT, 32, 10000, 0, 0 },
	{ "split, memory fails", INDIRECT, 64, 5000, 7, 0 },
	{ "packed", PACKED, 15, 20000, 0, 0 },
	{ "packed, indirect", PACKED | INDIRECT, 33, 10000, 0, 256 },
	{ "packed, memory fails", PACKED | INDIRECT, 64, 5000, 7, 32 },
};

static void variant_name(const struct variant *variant, char *name)
{
	strscpy(name, variant->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(variants, variants, variant_name);

static void destroy_ring(void *vring)
{
	epf_vring_destroy(vring);
}

static void free_chain(void *chain)
{
	epf_vring_chain_free(chain);
}

static struct epf_vring *make_ring(struct kunit *test, struct model *model)
{
	struct epf_vring *vring = epf_vring_create(&model->config);

	KUNIT_ASSERT_FALSE(test, IS_ERR(vring));
	KUNIT_ASSERT_EQ(test, 0,
			kunit_add_action_or_reset(test, destroy_ring, vring));
	return vring;
}

static struct epf_vring_chain *make_chain(struct kunit *test)
{
	struct epf_vring_chain *chain = kunit_kzalloc(test, sizeof(*chain),
						      GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, chain);
	KUNIT_ASSERT_EQ(test, 0,
			kunit_add_action_or_reset(test, free_chain, chain));
	return chain;
}

static bool is_buffer(const struct model_buffer *buffer,
		      const struct epf_vring_chain *chain)
{
	unsigned int i;

	if (buffer->id != chain->id || buffer->writable != chain->writable ||
	    buffer->num_readable != chain->num_readable ||
	    buffer->num_writable != chain->num_writable)
		return false;

	for (i = 0; i < chain->num_readable + chain->num_writable; i++)
		if (buffer->segments[i].pci_addr !=
		    chain->segments[i].pci_addr ||
		    buffer->segments[i].len != chain->segments[i].len)
			return false;

	return true;
}

/* The same again where the memory fails: the ring is as it was. */
static int get(struct epf_vring *vring, struct epf_vring_chain *chain)
{
	int ret;

	do {
		ret = epf_vring_get(vring, chain);
	} while (ret == -EAGAIN);

	return ret;
}

static void flush(struct kunit *test, struct epf_vring *vring)
{
	int ret;

	do {
		ret = epf_vring_flush(vring);
	} while (ret == -EAGAIN);
	KUNIT_EXPECT_EQ(test, 0, ret);

	do {
		ret = epf_vring_need_notify(vring);
	} while (ret == -EAGAIN);
	KUNIT_EXPECT_EQ(test, 1, ret);
	KUNIT_EXPECT_EQ(test, 0, epf_vring_need_notify(vring));
}

static void use(struct model *model, struct epf_vring *vring,
		struct model_buffer *buffer)
{
	buffer->written = model_below(model, buffer->writable + 1);
	epf_vring_complete(vring, buffer->id, buffer->written);
}

static void vring_hands_every_buffer_over(struct kunit *test)
{
	const struct variant *variant = test->param_value;
	struct model *model = model_create(test, variant->num,
					   variant->features);
	struct epf_vring_chain *chain = make_chain(test);
	struct model_buffer **buffers;
	unsigned int total = 0, num, i, n;
	struct epf_vring *vring;

	buffers = kunit_kcalloc(test, variant->num, sizeof(*buffers),
				GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, buffers);
	model->config.burst = variant->burst;
	model->fail_one_in = variant->fail_one_in;
	vring = make_ring(test, model);
	while (total < variant->buffers) {
		num = 1 + model_below(model, variant->num);
		for (i = 0; i < num; i++) {
			buffers[i] = model_add(model, 1 +
					       model_below(model, MODEL_MAX_SEGMENTS));
			if (!buffers[i])
				break;
		}
		num = i;
		if (!num)
			continue;

		for (i = 0; i < num; i++) {
			KUNIT_ASSERT_EQ_MSG(test, 1, get(vring, chain), "%s",
					    epf_vring_fault(vring) ?: "");
			KUNIT_ASSERT_TRUE(test, is_buffer(buffers[i], chain));
		}
		KUNIT_EXPECT_EQ(test, 0, get(vring, chain));

		for (i = num; i; i--) {
			n = model_below(model, i);
			use(model, vring, buffers[n]);
			buffers[n] = buffers[i - 1];
		}
		KUNIT_EXPECT_NULL(test, model_reap(model));
		flush(test, vring);
		for (i = 0; i < num; i++)
			KUNIT_EXPECT_NOT_NULL(test, model_reap(model));
		KUNIT_EXPECT_NULL(test, model_reap(model));
		total += num;
	}

	KUNIT_EXPECT_EQ(test, 0U, model->outside);
	KUNIT_EXPECT_EQ(test, 0U, model->stray);
	KUNIT_EXPECT_EQ(test, !!variant->fail_one_in, !!model->failures);
}

static void vring_grows_a_chain(struct kunit *test)
{
	struct model *model = model_create(test, 128, 0);
	struct vring_desc *descs = model_at(model, MODEL_DESC);
	struct vring_avail *avail = model_at(model, MODEL_DRIVER);
	struct epf_vring_chain *chain = make_chain(test);
	struct epf_vring *vring;
	unsigned int i;

	/* All descriptors in one, from the last to the first. */
	for (i = 0; i < 128; i++)
		descs[i] = (struct vring_desc) {
			.addr = to_virtio64(16 * i),
			.len = to_virtio32(i + 1),
			.flags = to_virtio16(i ? VRING_DESC_F_NEXT : 0),
			.next = to_virtio16(i - 1),
		};
	avail->ring[0] = to_virtio16(127);
	avail->idx = to_virtio16(1);

	model->config.max_segments = 0;
	vring = make_ring(test, model);
	KUNIT_ASSERT_EQ(test, 1, epf_vring_get(vring, chain));
	KUNIT_EXPECT_EQ(test, 128U, chain->num_readable);
	KUNIT_EXPECT_EQ(test, 128U * 129 / 2, chain->readable);
	for (i = 0; i < 128; i++)
		KUNIT_EXPECT_EQ(test, 16ULL * (127 - i),
				chain->segments[i].pci_addr);
}

static void vring_takes_the_hint(struct kunit *test)
{
	struct model *model = model_create(test, 16, 0);
	struct epf_vring_chain *chain = make_chain(test);
	struct epf_vring *vring = make_ring(test, model);
	struct epf_vring_stats stats;

	model_add(model, 1);
	epf_vring_available(vring, 1);
	KUNIT_EXPECT_EQ(test, 1, epf_vring_get(vring, chain));
	epf_vring_get_stats(vring, &stats);
	/* The entry and the descriptor: the index was told. */
	KUNIT_EXPECT_EQ(test, 2ULL, stats.reads);

	/* Old news and nonsense do no harm where the index can be read. */
	epf_vring_available(vring, 0);
	epf_vring_available(vring, 17);
	KUNIT_EXPECT_EQ(test, 0, epf_vring_get(vring, chain));
}

static void vring_with_shadow_asks_nothing(struct kunit *test)
{
	struct model *model = model_create(test, 16, 0);
	struct epf_vring_chain *chain = make_chain(test);
	struct model_buffer *buffer;
	struct epf_vring_stats stats;
	struct epf_vring *vring;

	model->config.shadow_desc = model_at(model, MODEL_DESC);
	model->config.shadow_avail = model_at(model, MODEL_DRIVER);
	vring = make_ring(test, model);

	buffer = model_add(model, 3);
	KUNIT_EXPECT_EQ(test, 0, epf_vring_get(vring, chain));
	KUNIT_EXPECT_EQ(test, 0, epf_vring_notify_disable(vring));
	KUNIT_EXPECT_EQ(test, 0, epf_vring_notify_enable(vring));
	epf_vring_available(vring, 1);
	KUNIT_EXPECT_EQ(test, 1, epf_vring_notify_enable(vring));
	KUNIT_EXPECT_EQ(test, 1, epf_vring_get(vring, chain));
	KUNIT_EXPECT_TRUE(test, is_buffer(buffer, chain));
	use(model, vring, buffer);
	flush(test, vring);
	KUNIT_EXPECT_NOT_NULL(test, model_reap(model));

	epf_vring_get_stats(vring, &stats);
	KUNIT_EXPECT_EQ(test, 0ULL, stats.reads);
	KUNIT_EXPECT_EQ(test, 2ULL, stats.writes);

	/* Nothing else tells the index: one that cannot be is an error. */
	epf_vring_available(vring, 18);
	KUNIT_EXPECT_EQ(test, -EPROTO, epf_vring_get(vring, chain));
	KUNIT_EXPECT_NOT_NULL(test, epf_vring_fault(vring));
}

static void expect_invalid(struct kunit *test,
			   const struct epf_vring_config *config)
{
	struct epf_vring *vring = epf_vring_create(config);

	KUNIT_EXPECT_EQ(test, -EINVAL, PTR_ERR_OR_ZERO(vring));
	if (!IS_ERR(vring))
		epf_vring_destroy(vring);
}

#define EXPECT_INVALID(test, model, ...) do {				\
	struct epf_vring_config config = (model)->config;		\
									\
	__VA_ARGS__;							\
	expect_invalid(test, &config);					\
} while (0)

static void vring_refuses_a_wrong_configuration(struct kunit *test)
{
	struct model *model = model_create(test, 16, 0);

	EXPECT_INVALID(test, model, config.num = 0);
	EXPECT_INVALID(test, model, config.num = 15);
	EXPECT_INVALID(test, model, config.num = 65536);
	EXPECT_INVALID(test, model, config.features = 0);
	EXPECT_INVALID(test, model, config.desc += 8);
	EXPECT_INVALID(test, model, config.driver += 1);
	EXPECT_INVALID(test, model, config.device += 2);
	EXPECT_INVALID(test, model, config.desc = -16ULL);
	EXPECT_INVALID(test, model, config.driver = -2ULL);
	EXPECT_INVALID(test, model, config.device = -4ULL);
	EXPECT_INVALID(test, model, config.shadow_desc = test);
	EXPECT_INVALID(test, model, config.shadow_desc = test,
		       config.shadow_avail = test, config.features |= EVENTS);
	EXPECT_INVALID(test, model, config.shadow_desc = test,
		       config.shadow_avail = test, config.features |= PACKED);
	EXPECT_INVALID(test, model, config.features |= PACKED,
		       config.driver += 2);
}

static struct kunit_case vring_cases[] = {
	KUNIT_CASE_PARAM(vring_hands_every_buffer_over, variants_gen_params),
	KUNIT_CASE(vring_grows_a_chain),
	KUNIT_CASE(vring_takes_the_hint),
	KUNIT_CASE(vring_with_shadow_asks_nothing),
	KUNIT_CASE(vring_refuses_a_wrong_configuration),
	{ }
};

static struct kunit_suite vring_suite = {
	.name = "epf-vring",
	.test_cases = vring_cases,
};

kunit_test_suite(vring_suite);
