// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * What maps cost: accesses to host memory one after the other, by the policy
 * that the host wants to know about.
 */

#include <linux/crc32c.h>
#include <linux/err.h>
#include <linux/io.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/prandom.h>
#include <linux/sched.h>
#include <linux/sizes.h>
#include <linux/slab.h>

#include "xtest.h"

/* So that a host cannot keep the function's thread for long. */
#define MAX_ACCESSES	1000000
#define MAX_ACCESS	SZ_4M

struct walk {
	u64 addr;
	u64 range;
	u64 stride;
	u32 size;
	u8 pattern;
	u64 offset;
	struct rnd_state random;
};

/* The next access lies in the range as a whole. */
static u64 walk_next(struct walk *walk)
{
	u64 places = div64_u64(walk->range - walk->size, walk->stride) + 1;
	u64 offset = walk->offset;
	u64 n;

	if (walk->pattern == XTEST_RANDOM) {
		n = (u64)prandom_u32_state(&walk->random) << 32 |
		    prandom_u32_state(&walk->random);
		div64_u64_rem(n, places, &n);
		return walk->addr + n * walk->stride;
	}

	walk->offset += walk->stride;
	if (walk->offset > walk->range - walk->size)
		walk->offset = 0;
	return walk->addr + offset;
}

static int access(struct epf_maps *maps, u64 addr, void *buf, u32 size)
{
	u32 done = 0;

	while (done < size) {
		struct epf_map map;
		int ret = epf_map_get(maps, addr + done, size - done, &map);

		if (ret)
			return ret;
		memcpy_fromio(buf + done, map.virt, map.size);
		done += map.size;
		epf_map_put(maps, &map);
	}

	return 0;
}

static int accesses(struct xtest *xtest, struct epf_maps *maps,
		    struct walk *walk, void *buf, u32 count)
{
	u32 i;

	for (i = 0; i < count; i++) {
		int ret = access(maps, walk_next(walk), buf, walk->size);

		if (ret)
			return ret;
		if (kthread_should_stop())
			return -ECANCELED;
		cond_resched();
	}

	return 0;
}

static int measure(struct xtest *xtest, struct epf_maps *maps,
		   struct walk *walk, u32 warm_up, u32 count,
		   struct xtest_completion *completion)
{
	struct epf_maps_stats before, after;
	u64 started;
	void *buf;
	int ret;

	buf = kvmalloc(walk->size, GFP_KERNEL);
	if (!buf)
		return -ENOMEM;

	ret = accesses(xtest, maps, walk, buf, warm_up);
	epf_maps_get_stats(maps, &before);
	started = ktime_get_ns();
	if (!ret)
		ret = accesses(xtest, maps, walk, buf, count);
	completion->time_ns = cpu_to_le64(ktime_get_ns() - started);
	epf_maps_get_stats(maps, &after);

	completion->maps = cpu_to_le64(after.maps - before.maps);
	completion->hits = cpu_to_le64(after.hits - before.hits);
	completion->bytes = cpu_to_le64((u64)count * walk->size);
	completion->crc = cpu_to_le32(~crc32c(~0, buf, walk->size));
	kvfree(buf);
	return ret;
}

/**
 * xtest_map_command_run() - measure maps
 * @xtest: the function
 * @command: what to do; not trusted
 * @completion: figures are filled in
 *
 * Context: the function's thread.
 * Return: 0, -EINVAL for a command that makes no sense, -E2BIG for one that
 *	would take too long, -ECANCELED, -ENOMEM, or an error of epf_map_get().
 */
int xtest_map_command_run(struct xtest *xtest,
			  const struct xtest_map_command *command,
			  struct xtest_completion *completion)
{
	static const enum epf_map_policy policies[XTEST_NUM_POLICIES] = {
		[XTEST_POLICY_TRANSFER] = EPF_MAP_TRANSFER,
		[XTEST_POLICY_CACHED] = EPF_MAP_CACHED,
		[XTEST_POLICY_STATIC] = EPF_MAP_STATIC,
	};
	struct walk walk = {
		.addr = le64_to_cpu(command->addr),
		.range = le64_to_cpu(command->range),
		.stride = le64_to_cpu(command->stride),
		.size = le32_to_cpu(command->size),
		.pattern = command->pattern,
	};
	unsigned int budget = le16_to_cpu(command->budget);
	u32 warm_up = le32_to_cpu(command->warm_up);
	u32 count = le32_to_cpu(command->count);
	struct epf_maps *maps;
	int ret;

	if (!walk.size || !walk.stride || !count || walk.size > walk.range ||
	    walk.addr + walk.range - 1 < walk.addr ||
	    command->pattern >= XTEST_NUM_PATTERNS ||
	    command->policy >= XTEST_NUM_POLICIES)
		return -EINVAL;
	if (walk.size > MAX_ACCESS || count > MAX_ACCESSES ||
	    warm_up > MAX_ACCESSES)
		return -E2BIG;

	prandom_seed_state(&walk.random, le32_to_cpu(command->seed));
	maps = epf_maps_create(xtest->epf, policies[command->policy],
			       budget ?: xtest->outbound.budget);
	if (IS_ERR(maps))
		return PTR_ERR(maps);

	epf_maps_link_up(maps);
	ret = measure(xtest, maps, &walk, warm_up, count, completion);
	epf_maps_destroy(maps);
	return ret;
}
