// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * A command that has the endpoint measure what its maps cost.
 */

#include <linux/errno.h>
#include <linux/limits.h>

#include "../compat/pcitest.h"
#include "xtest-host.h"

static int wait_for_completion_of(struct xtest_device *xtest, u32 id,
				  unsigned int seen, unsigned long deadline,
				  struct xtest_completion *completion)
{
	int ret;

	do {
		ret = xtest_wait_irq(xtest, seen, deadline);
		if (ret)
			return ret;
		seen = atomic_read(&xtest->interrupts);
		ret = xtest_ring_completed(xtest);
	} while (!ret);
	if (ret < 0)
		return ret;

	xtest_ring_fetch(xtest, completion);
	return le32_to_cpu(completion->id) == id ? 0 : -EPROTO;
}

static int map_pinned(struct xtest_device *xtest,
		      struct pci_endpoint_xtest_map *map,
		      const struct xtest_memory *memory,
		      unsigned long deadline)
{
	struct xtest_completion completion;
	unsigned int seen;
	int ret;

	/* The endpoint takes one range. */
	if (memory->sgt.nents != 1)
		return -E2BIG;
	if (xtest->irq_type == PCITEST_IRQ_TYPE_UNDEFINED) {
		ret = xtest_set_irq_type(xtest, PCITEST_IRQ_TYPE_AUTO);
		if (ret)
			return ret;
	}

	*xtest->ring.slot = (struct xtest_command) {
		.opcode = XTEST_MAP,
		.map = {
			.addr = cpu_to_le64(sg_dma_address(memory->sgt.sgl)),
			.range = cpu_to_le64(map->range),
			.stride = cpu_to_le64(map->stride),
			.size = cpu_to_le32(map->size),
			.count = cpu_to_le32(map->count),
			.pattern = map->pattern,
			.policy = map->policy,
			.budget = cpu_to_le16(map->budget),
			.seed = cpu_to_le32(map->seed),
			.warm_up = cpu_to_le32(map->warm_up),
		},
	};
	xtest_stock_set_irq_type(xtest);
	xtest_ring_notify(xtest, 1);
	seen = atomic_read(&xtest->interrupts);
	xtest_ring_fill(xtest, 0, NULL, 0);
	xtest_ring_submit(xtest);

	ret = wait_for_completion_of(xtest, 0, seen, deadline, &completion);
	if (ret) {
		xtest_stop(xtest);
		return ret;
	}

	map->error = le32_to_cpu(completion.error);
	map->crc = le32_to_cpu(completion.crc);
	map->elapsed_ns = le64_to_cpu(completion.time_ns);
	map->bytes = le64_to_cpu(completion.bytes);
	map->maps = le64_to_cpu(completion.maps);
	map->hits = le64_to_cpu(completion.hits);
	return 0;
}

/**
 * xtest_map() - PCI_ENDPOINT_XTEST_MAP
 * @xtest: the function, ready
 * @map: what to do, not checked; filled with what came of it
 *
 * Context: a program's; under the lock.
 * Return: 0, or an error as the ABI has it.
 */
int xtest_map(struct xtest_device *xtest, struct pci_endpoint_xtest_map *map)
{
	struct device *dev = &xtest->pdev->dev;
	struct xtest_memory memory = {};
	unsigned long deadline;
	int ret;

	map->error = 0;
	map->crc = 0;
	map->elapsed_ns = 0;
	map->bytes = 0;
	map->maps = 0;
	map->hits = 0;

	/* Whether the rest makes sense is for the endpoint to say. */
	if (map->reserved[0] || map->reserved[1])
		return -EINVAL;
	if (map->pattern > U8_MAX || map->policy > U8_MAX ||
	    map->budget > U16_MAX)
		return -ERANGE;

	ret = xtest_timeout(map->timeout_ms, &deadline);
	if (!ret)
		ret = xtest_memory_pin(dev, &memory, map->addr, map->range,
				       DMA_TO_DEVICE);
	if (ret)
		return ret;

	ret = map_pinned(xtest, map, &memory, deadline);
	xtest_memory_unpin(dev, &memory);
	return ret;
}
