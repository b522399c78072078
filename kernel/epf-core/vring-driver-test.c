// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * KUnit tests of the rings with the kernel's virtio_ring as the driver: random
 * traffic, where neither side acts while it waits for a notification, and the
 * driver also does between any two accesses of the device; and what a buffer
 * costs.
 */

#include <kunit/test.h>
#include <linux/err.h>
#include <linux/io.h>
#include <linux/math.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/prandom.h>
#include <linux/scatterlist.h>
#include <linux/sizes.h>
#include <linux/spinlock.h>
#include <linux/virtio.h>
#include <linux/virtio_config.h>
#include <linux/virtio_ring.h>

#include "epf-vring.h"

#define MAX_SEGMENTS	6
#define MEMORY		SZ_16K

/* Steps, of which one has to do something. */
#define PATIENCE	1000

struct variant {
	const char *name;
	bool packed;
	bool indirect;
	bool events;
	bool shadow;
	unsigned int num;
	unsigned int buffers;
	size_t burst;
};

static const struct variant variants[] = {
	{ "split", .num = 64, .buffers = 6000, .burst = 256 },
	/* This goes around the 65536 values of an index. */
	{ "split, event index", .events = true, .num = 32, .buffers = 70000 },
	{ "split, shadow", .shadow = true, .num = 64, .buffers = 6000 },
	{ "split, of 1", .num = 1, .buffers = 3000 },
	{ "split, indirect", .indirect = true, .num = 64, .buffers = 2000 },
	{ "split, indirect, event index", .indirect = true, .events = true,
	  .num = 16, .buffers = 2000, .burst = 64 },
	{ "split, indirect, shadow", .indirect = true, .shadow = true,
	  .num = 32, .buffers = 2000 },
	{ "packed", .packed = true, .num = 64, .buffers = 6000, .burst = 256 },
	{ "packed, event index", .packed = true, .events = true, .num = 37,
	  .buffers = 10000 },
	{ "packed, indirect", .packed = true, .indirect = true, .num = 64,
	  .buffers = 2000 },
	{ "packed, indirect, event index", .packed = true, .indirect = true,
	  .events = true, .num = 16, .buffers = 2000, .burst = 64 },
};

static void variant_name(const struct variant *variant, char *name)
{
	strscpy(name, variant->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(variants, variants, variant_name);

/* A buffer on its way. */
struct request {
	unsigned int num_readable;
	unsigned int num_writable;
	size_t offset[MAX_SEGMENTS];
	u32 len[MAX_SEGMENTS];
	u32 writable;
	u32 written;
	u16 id;
	bool busy;
};

/* Both sides of a ring, and the host's memory between them. */
struct link {
	struct kunit *test;
	const struct variant *variant;
	struct rnd_state random;

	struct virtio_device vdev;
	struct virtqueue *vq;
	struct request *requests;
	struct request **order;
	u8 *memory;
	bool driver_asleep;
	bool kicked;
	unsigned int added;
	unsigned int returned;

	struct epf_vring *vring;
	struct epf_vring_chain chain;
	struct epf_vring_config config;
	size_t desc_size;
	size_t device_size;
	void *shadow_desc;
	void *shadow_avail;
	struct request **got;
	unsigned int num_got;
	unsigned int taken;
	unsigned int posted;
	bool device_asleep;
	bool interrupts;
};

static void driver_interrupts(struct link *link);

static unsigned int below(struct link *link, unsigned int limit)
{
	return prandom_u32_state(&link->random) % limit;
}

static bool is_within(u64 addr, size_t len, u64 area, size_t size)
{
	return addr >= area && addr - area <= size && len <= size - (addr - area);
}

static int host_read(void *context, u64 pci_addr, void *buf, size_t len)
{
	const void *memory = phys_to_virt(pci_addr);
	struct link *link = context;
	size_t first = 0;

	/* What is read at once is no more than a word. */
	if (len > sizeof(u64))
		first = rounddown(below(link, len), sizeof(u64));
	memcpy(buf, memory, first);
	driver_interrupts(link);
	memcpy(buf + first, memory + first, len - first);
	return 0;
}

static int host_write(void *context, u64 pci_addr, const void *buf, size_t len)
{
	struct link *link = context;
	const struct epf_vring_config *config = &link->config;

	driver_interrupts(link);
	KUNIT_EXPECT_TRUE(link->test,
			  is_within(pci_addr, len, config->device,
				    link->device_size) ||
			  (link->variant->packed &&
			   is_within(pci_addr, len, config->desc,
				     link->desc_size)));
	memcpy(phys_to_virt(pci_addr), buf, len);
	return 0;
}

static const struct epf_vring_memory_ops host_memory = {
	.read = host_read,
	.write = host_write,
};

static bool notify(struct virtqueue *vq)
{
	return true;
}

static void called_back(struct virtqueue *vq)
{
}

static void set_features(struct virtio_device *vdev,
			 const struct variant *variant)
{
	__virtio_set_bit(vdev, VIRTIO_F_VERSION_1);
	if (variant->packed)
		__virtio_set_bit(vdev, VIRTIO_F_RING_PACKED);
	if (variant->indirect)
		__virtio_set_bit(vdev, VIRTIO_RING_F_INDIRECT_DESC);
	if (variant->events)
		__virtio_set_bit(vdev, VIRTIO_RING_F_EVENT_IDX);
}

static void del_virtqueue(void *vq)
{
	while (virtqueue_detach_unused_buf(vq))
		;
	vring_del_virtqueue(vq);
}

static void free_ring(void *context)
{
	struct link *link = context;

	epf_vring_destroy(link->vring);
	epf_vring_chain_free(&link->chain);
}

static struct link *make_link(struct kunit *test, const struct variant *variant)
{
	struct link *link = kunit_kzalloc(test, sizeof(*link), GFP_KERNEL);
	struct epf_vring_config *config;
	unsigned int num = variant->num;

	KUNIT_ASSERT_NOT_NULL(test, link);
	link->test = test;
	link->variant = variant;
	prandom_seed_state(&link->random, num + 1);
	link->memory = kunit_kzalloc(test, MEMORY, GFP_KERNEL);
	link->requests = kunit_kcalloc(test, num, sizeof(*link->requests),
				       GFP_KERNEL);
	link->order = kunit_kcalloc(test, num, sizeof(*link->order),
				    GFP_KERNEL);
	link->got = kunit_kcalloc(test, num, sizeof(*link->got), GFP_KERNEL);
	link->shadow_desc = kunit_kcalloc(test, num, sizeof(struct vring_desc),
					  GFP_KERNEL);
	link->shadow_avail = kunit_kzalloc(test, 6 + 2 * num, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, link->memory);
	KUNIT_ASSERT_NOT_NULL(test, link->requests);
	KUNIT_ASSERT_NOT_NULL(test, link->order);
	KUNIT_ASSERT_NOT_NULL(test, link->got);
	KUNIT_ASSERT_NOT_NULL(test, link->shadow_desc);
	KUNIT_ASSERT_NOT_NULL(test, link->shadow_avail);

	INIT_LIST_HEAD(&link->vdev.vqs);
	spin_lock_init(&link->vdev.vqs_list_lock);
	set_features(&link->vdev, variant);
	link->vq = vring_create_virtqueue(0, num, SMP_CACHE_BYTES, &link->vdev,
					  true, false, false, notify,
					  called_back, "test");
	KUNIT_ASSERT_NOT_NULL(test, link->vq);
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, del_virtqueue,
							   link->vq));

	config = &link->config;
	*config = (struct epf_vring_config) {
		.num = num,
		.features = link->vdev.features,
		.desc = virtqueue_get_desc_addr(link->vq),
		.driver = virtqueue_get_avail_addr(link->vq),
		.device = virtqueue_get_used_addr(link->vq),
		.shadow_desc = variant->shadow ? link->shadow_desc : NULL,
		.shadow_avail = variant->shadow ? link->shadow_avail : NULL,
		.max_segments = max(num, MAX_SEGMENTS),
		.burst = variant->burst,
		.ops = &host_memory,
		.context = link,
	};
	link->desc_size = num * sizeof(struct vring_desc);
	link->device_size = variant->packed ? 4 : 6 + 8 * num;
	link->vring = epf_vring_create(config);
	KUNIT_ASSERT_FALSE(test, IS_ERR(link->vring));
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, free_ring,
							   link));
	return link;
}

/* The driver */

static struct request *free_request(struct link *link)
{
	unsigned int i;

	for (i = 0; i < link->variant->num; i++)
		if (!link->requests[i].busy)
			return &link->requests[i];

	return NULL;
}

static void fill_request(struct link *link, struct request *request,
			 unsigned int readable, unsigned int writable)
{
	unsigned int i;

	request->num_readable = readable;
	request->num_writable = writable;
	request->writable = 0;
	for (i = 0; i < readable + writable; i++) {
		request->offset[i] = below(link, MEMORY);
		request->len[i] =
			1 + below(link, min_t(unsigned int, PAGE_SIZE,
					      MEMORY - request->offset[i]));
		if (i >= readable)
			request->writable += request->len[i];
	}
}

static bool add_request(struct link *link, struct request *request)
{
	unsigned int segments = request->num_readable + request->num_writable;
	struct scatterlist sg[MAX_SEGMENTS], *sgs[MAX_SEGMENTS];
	unsigned int i;
	int ret;

	for (i = 0; i < segments; i++) {
		sg_init_one(&sg[i], link->memory + request->offset[i],
			    request->len[i]);
		sgs[i] = &sg[i];
	}

	ret = virtqueue_add_sgs(link->vq, sgs, request->num_readable,
				request->num_writable, request, GFP_KERNEL);
	if (ret)
		return false;

	request->busy = true;
	link->order[link->added++ % link->variant->num] = request;
	return true;
}

/* What the host's shim does: copy, then tell. */
static void push(struct link *link)
{
	const struct vring_avail *avail = phys_to_virt(link->config.driver);

	memcpy(link->shadow_desc, phys_to_virt(link->config.desc),
	       link->desc_size);
	memcpy(link->shadow_avail, avail, 6 + 2 * link->variant->num);
	epf_vring_available(link->vring, virtio16_to_cpu(&link->vdev,
							 avail->idx));
}

static void kick(struct link *link, unsigned int added)
{
	bool kicked = virtqueue_kick_prepare(link->vq);

	if (link->device_asleep && added)
		KUNIT_EXPECT_TRUE(link->test, kicked);
	if (link->variant->shadow && added)
		KUNIT_EXPECT_TRUE(link->test, kicked);
	if (!kicked)
		return;

	if (link->variant->shadow)
		push(link);
	link->device_asleep = false;
	link->kicked = true;
}

static void random_adds(struct link *link)
{
	unsigned int left = link->variant->buffers - link->added;
	unsigned int count = min(below(link, link->variant->num + 1), left);
	unsigned int most = link->variant->indirect ?
			    MAX_SEGMENTS : min(link->variant->num, MAX_SEGMENTS);
	unsigned int i;

	for (i = 0; i < count; i++) {
		struct request *request = free_request(link);
		unsigned int segments = 1 + below(link, most);
		unsigned int readable = below(link, segments + 1);

		if (!request)
			break;
		fill_request(link, request, readable, segments - readable);
		if (!add_request(link, request))
			break;
	}

	kick(link, i);
}

static unsigned int reap(struct link *link, unsigned int count)
{
	struct request *request;
	unsigned int i, len;

	for (i = 0; i < count; i++) {
		request = virtqueue_get_buf(link->vq, &len);
		if (!request)
			break;
		KUNIT_EXPECT_TRUE(link->test, request->busy);
		KUNIT_EXPECT_EQ(link->test, len, request->written);
		request->busy = false;
		link->returned++;
	}

	return i;
}

static void random_reaps(struct link *link)
{
	unsigned int count = 1 + below(link, link->variant->num);

	if (link->driver_asleep)
		return;

	if (below(link, 2))
		virtqueue_disable_cb(link->vq);
	if (reap(link, count) < count)
		link->driver_asleep = virtqueue_enable_cb(link->vq);
}

/* The other processor: the driver does something in the middle of things. */
static void driver_interrupts(struct link *link)
{
	if (!link->interrupts || below(link, 4))
		return;

	if (below(link, 2))
		random_adds(link);
	else
		random_reaps(link);
}

/* The device */

/* Buffers are got in the order in which they were added. */
static bool is_request(struct link *link, const struct request *request,
		       const struct epf_vring_chain *chain)
{
	unsigned int i;

	if (request->num_readable != chain->num_readable ||
	    request->num_writable != chain->num_writable ||
	    request->writable != chain->writable)
		return false;

	for (i = 0; i < chain->num_readable + chain->num_writable; i++)
		if (chain->segments[i].len != request->len[i] ||
		    chain->segments[i].pci_addr !=
		    virt_to_phys(link->memory + request->offset[i]))
			return false;

	return true;
}

static unsigned int get(struct link *link, unsigned int count)
{
	struct request *request;
	unsigned int i;
	int ret;

	for (i = 0; i < count; i++) {
		ret = epf_vring_get(link->vring, &link->chain);
		KUNIT_ASSERT_GE_MSG(link->test, ret, 0, "%s",
				    epf_vring_fault(link->vring) ?: "");
		if (!ret)
			break;

		request = link->order[link->taken++ % link->variant->num];
		KUNIT_ASSERT_TRUE(link->test,
				  is_request(link, request, &link->chain));
		request->id = link->chain.id;
		link->got[link->num_got++] = request;
	}

	return i;
}

static void random_gets(struct link *link)
{
	unsigned int count = 1 + below(link, link->variant->num);
	int ret;

	if (link->device_asleep)
		return;

	if (below(link, 2))
		KUNIT_EXPECT_EQ(link->test, 0,
				epf_vring_notify_disable(link->vring));
	if (get(link, count) < count) {
		link->kicked = false;
		ret = epf_vring_notify_enable(link->vring);
		KUNIT_EXPECT_GE(link->test, ret, 0);
		link->device_asleep = !ret && !link->kicked;
		if (link->device_asleep)
			KUNIT_EXPECT_EQ(link->test, link->taken, link->added);
	}
}

static void complete_one(struct link *link, unsigned int i)
{
	struct request *request = link->got[i];

	link->got[i] = link->got[--link->num_got];
	request->written = request->writable ?
			   below(link, request->writable + 1) : 0;
	epf_vring_complete(link->vring, request->id, request->written);
}

static void flush(struct link *link, unsigned int completed)
{
	KUNIT_EXPECT_EQ(link->test, 0, epf_vring_flush(link->vring));
	link->posted += completed;
}

static void ask(struct link *link)
{
	int ret = epf_vring_need_notify(link->vring);

	KUNIT_EXPECT_GE(link->test, ret, 0);
	if (link->driver_asleep && link->posted != link->returned)
		KUNIT_EXPECT_EQ(link->test, 1, ret);
	if (ret == 1)
		link->driver_asleep = false;
}

static void random_completions(struct link *link)
{
	unsigned int count = min(below(link, link->variant->num + 1),
				 link->num_got);
	unsigned int i;

	for (i = 0; i < count; i++)
		complete_one(link, below(link, link->num_got));
	flush(link, count);
	/* The device may ask for many at once, more than the ring has, too. */
	if (!below(link, 4))
		ask(link);
}

static void vring_serves_random_traffic(struct kunit *test)
{
	const struct variant *variant = test->param_value;
	struct link *link = make_link(test, variant);
	unsigned int idle = 0, before;

	/* With a shadow, nothing happens before the ring is told. */
	link->interrupts = !variant->shadow;
	while (link->returned < variant->buffers && idle < PATIENCE) {
		before = link->added + link->returned + link->num_got;
		switch (below(link, 4)) {
		case 0:
			random_adds(link);
			break;
		case 1:
			random_gets(link);
			break;
		case 2:
			random_completions(link);
			break;
		default:
			random_reaps(link);
			break;
		}
		idle++;
		if (link->added + link->returned + link->num_got != before)
			idle = 0;
	}

	KUNIT_EXPECT_EQ(test, link->returned, variant->buffers);
	KUNIT_EXPECT_EQ(test, link->num_got, 0U);
}

#define DEPTH		64
#define ROUNDS		25

/* Steady traffic in batches: what crosses the link for 1000 buffers. */
struct cost {
	const char *name;
	struct variant variant;
	unsigned int segments;
	unsigned int max_reads;
	unsigned int max_writes;
};

static const struct cost costs[] = {
	{ "split", { .num = 256, .burst = 256 }, 1, 64, 40 },
	{ "split, chains of 3", { .num = 256, .burst = 256 }, 3, 64, 40 },
	{ "split, event index", { .events = true, .num = 256, .burst = 256 },
	  1, 64, 40 },
	{ "split, indirect", { .indirect = true, .num = 256, .burst = 256 },
	  3, 1064, 40 },
	{ "split, shadow", { .shadow = true, .num = 256 }, 1, 0, 40 },
	{ "split, shadow, chains of 3", { .shadow = true, .num = 256 },
	  3, 0, 40 },
	{ "packed", { .packed = true, .num = 256, .burst = 256 }, 1, 64, 64 },
	{ "packed, chains of 3", { .packed = true, .num = 256, .burst = 256 },
	  3, 80, 1064 },
	{ "packed, event index", { .packed = true, .events = true, .num = 256,
				   .burst = 256 }, 1, 64, 64 },
};

static void cost_name(const struct cost *cost, char *name)
{
	strscpy(name, cost->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(costs, costs, cost_name);

static void batch(struct link *link, unsigned int segments)
{
	unsigned int i, writable;

	for (i = 0; i < DEPTH; i++) {
		struct request *request = free_request(link);

		writable = below(link, segments + 1);
		fill_request(link, request, segments - writable, writable);
		KUNIT_ASSERT_TRUE(link->test, add_request(link, request));
	}
	kick(link, DEPTH);
	KUNIT_ASSERT_EQ(link->test, DEPTH, get(link, DEPTH));
	while (link->num_got)
		complete_one(link, below(link, link->num_got));
	flush(link, DEPTH);
	ask(link);
	KUNIT_ASSERT_EQ(link->test, DEPTH, reap(link, DEPTH));
}

static unsigned int per_1000(u64 total)
{
	return div_u64(1000 * total, ROUNDS * DEPTH);
}

static void vring_costs_little(struct kunit *test)
{
	const struct cost *cost = test->param_value;
	struct link *link = make_link(test, &cost->variant);
	struct epf_vring_stats before, after;
	unsigned int reads, writes, bytes, i;

	/* The ring learns how long chains and batches are. */
	for (i = 0; i < ROUNDS; i++)
		batch(link, cost->segments);

	epf_vring_get_stats(link->vring, &before);
	for (i = 0; i < ROUNDS; i++)
		batch(link, cost->segments);
	epf_vring_get_stats(link->vring, &after);

	KUNIT_EXPECT_EQ(test, after.chains - before.chains,
			(u64)ROUNDS * DEPTH);
	reads = per_1000(after.reads - before.reads);
	bytes = per_1000(after.read_bytes - before.read_bytes);
	writes = per_1000(after.writes - before.writes);
	kunit_info(test, "%s: 1000 buffers cost %u reads of %u bytes, %u writes\n",
		   cost->name, reads, bytes, writes);
	KUNIT_EXPECT_LE(test, reads, cost->max_reads);
	KUNIT_EXPECT_LE(test, writes, cost->max_writes);
}

static struct kunit_case vring_driver_cases[] = {
	KUNIT_CASE_PARAM(vring_serves_random_traffic, variants_gen_params),
	KUNIT_CASE_PARAM(vring_costs_little, costs_gen_params),
	{ }
};

static struct kunit_suite vring_driver_suite = {
	.name = "epf-vring-driver",
	.test_cases = vring_driver_cases,
};

kunit_test_suite(vring_driver_suite);
