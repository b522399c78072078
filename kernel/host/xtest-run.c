// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * Commands of one kind, as many at once as the ring takes, on lists of memory
 * of the calling program.
 */

#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "../compat/pcitest.h"
#include "xtest-host.h"

#define DEFAULT_POLL_US	10
#define MAX_POLL_US	USEC_PER_SEC

/* A list of segments, as the endpoint gets it. */
struct list {
	struct xtest_segment *segments;
	unsigned int num_sources;
	unsigned int num_destinations;
};

/* A command from when it is submitted. */
struct command {
	u64 submitted_ns;
	bool completed;
};

/* One call. */
struct batch {
	struct xtest_device *xtest;
	struct pci_endpoint_xtest_run *run;
	unsigned long deadline;
	unsigned int depth;
	struct xtest_memory *memory;
	unsigned int num_memory;
	struct list *lists;
	struct command *commands;
	struct pci_endpoint_xtest_result *results;
	u32 submitted;
};

/**
 * xtest_timeout() - when a call must be over
 * @timeout_ms: as the program gives it
 * @deadline: set, in jiffies
 *
 * Return: 0, or -ERANGE.
 */
int xtest_timeout(u32 timeout_ms, unsigned long *deadline)
{
	if (timeout_ms > PCI_ENDPOINT_XTEST_MAX_TIMEOUT_MS)
		return -ERANGE;

	timeout_ms = timeout_ms ?: PCI_ENDPOINT_XTEST_TIMEOUT_MS;
	*deadline = jiffies + msecs_to_jiffies(timeout_ms);
	return 0;
}

static int check(const struct xtest_device *xtest,
		 const struct pci_endpoint_xtest_run *run)
{
	unsigned int max = run->opcode == XTEST_PING ?
			   0 : PCI_ENDPOINT_XTEST_MAX_LISTS;

	if (run->reserved || run->flags & ~PCI_ENDPOINT_XTEST_POLL ||
	    run->opcode >= XTEST_NUM_OPCODES || run->opcode == XTEST_MAP ||
	    run->engine >= XTEST_NUM_ENGINES)
		return -EINVAL;
	if (!run->count || run->count > PCI_ENDPOINT_XTEST_MAX_COUNT ||
	    run->depth > xtest->ring.depth || run->poll_us > MAX_POLL_US ||
	    run->num_lists > max)
		return -ERANGE;
	if (run->num_sources > xtest->ring.max_segments ||
	    run->num_destinations > xtest->ring.max_segments)
		return -E2BIG;
	/* Whether a list suits the command is for the endpoint to say. */
	if (!run->num_lists != !(run->num_sources + run->num_destinations))
		return -EINVAL;

	return 0;
}

/* Append what the DMA API made of a piece of memory. */
static int add_segments(const struct xtest_memory *memory,
			struct xtest_segment *segments, unsigned int *num,
			unsigned int max)
{
	struct scatterlist *sg;
	unsigned int i;

	for_each_sgtable_dma_sg(&memory->sgt, sg, i) {
		if (*num == max)
			return -E2BIG;
		segments[(*num)++] = (struct xtest_segment) {
			.addr = cpu_to_le64(sg_dma_address(sg)),
			.len = cpu_to_le32(sg_dma_len(sg)),
		};
	}

	return 0;
}

static int pin_segments(struct batch *batch,
			const struct pci_endpoint_xtest_segment *user,
			unsigned int num, enum dma_data_direction direction,
			struct xtest_segment *segments, unsigned int *filled)
{
	struct xtest_device *xtest = batch->xtest;
	unsigned int i;
	int ret;

	for (i = 0; i < num; i++) {
		struct xtest_memory *memory = &batch->memory[batch->num_memory];

		ret = xtest_memory_pin(&xtest->pdev->dev, memory, user[i].addr,
				       user[i].len, direction);
		if (ret)
			return ret;

		batch->num_memory++;
		ret = add_segments(memory, segments, filled,
				   xtest->ring.max_segments);
		if (ret)
			return ret;
	}

	return 0;
}

static int pin_list(struct batch *batch, struct list *list,
		    const struct pci_endpoint_xtest_segment *user)
{
	const struct pci_endpoint_xtest_run *run = batch->run;
	int ret;

	list->segments = kcalloc(2 * batch->xtest->ring.max_segments,
				 sizeof(*list->segments), GFP_KERNEL);
	if (!list->segments)
		return -ENOMEM;

	ret = pin_segments(batch, user, run->num_sources, DMA_TO_DEVICE,
			   list->segments, &list->num_sources);
	if (ret)
		return ret;

	return pin_segments(batch, user + run->num_sources,
			    run->num_destinations, DMA_FROM_DEVICE,
			    list->segments + list->num_sources,
			    &list->num_destinations);
}

static int pin_lists(struct batch *batch)
{
	const struct pci_endpoint_xtest_run *run = batch->run;
	unsigned int per_list = run->num_sources + run->num_destinations;
	unsigned int num = run->num_lists * per_list;
	struct pci_endpoint_xtest_segment *user;
	unsigned int i;
	u64 bytes = 0;
	int ret = 0;

	if (!num)
		return 0;

	user = vmemdup_array_user(u64_to_user_ptr(run->segments), num,
				  sizeof(*user));
	if (IS_ERR(user))
		return PTR_ERR(user);

	batch->memory = kvcalloc(num, sizeof(*batch->memory), GFP_KERNEL);
	batch->lists = kvcalloc(run->num_lists, sizeof(*batch->lists),
				GFP_KERNEL);
	if (!batch->memory || !batch->lists)
		ret = -ENOMEM;

	for (i = 0; i < num && !ret; i++) {
		bytes += min_t(u64, user[i].len, U32_MAX);
		if (bytes > PCI_ENDPOINT_XTEST_MAX_BYTES)
			ret = -ERANGE;
	}
	for (i = 0; i < run->num_lists && !ret; i++)
		ret = pin_list(batch, &batch->lists[i], user + i * per_list);

	kvfree(user);
	return ret;
}

static void unpin_lists(struct batch *batch)
{
	unsigned int i;

	for (i = 0; i < batch->num_memory; i++)
		xtest_memory_unpin(&batch->xtest->pdev->dev, &batch->memory[i]);
	for (i = 0; batch->lists && i < batch->run->num_lists; i++)
		kfree(batch->lists[i].segments);
	kvfree(batch->lists);
	kvfree(batch->memory);
}

static void fill_slot(struct batch *batch)
{
	const struct pci_endpoint_xtest_run *run = batch->run;
	struct xtest_ring *ring = &batch->xtest->ring;
	static const struct list none;
	const struct list *list = &none;

	if (run->num_lists)
		list = &batch->lists[batch->submitted % run->num_lists];

	ring->slot->num_sources = cpu_to_le16(list->num_sources);
	ring->slot->num_destinations = cpu_to_le16(list->num_destinations);
	batch->commands[batch->submitted].submitted_ns = ktime_get_ns();
	xtest_ring_fill(batch->xtest, batch->submitted, list->segments,
			list->num_sources + list->num_destinations);
	batch->submitted++;
}

static void submit(struct batch *batch)
{
	u32 before = batch->submitted;

	while (batch->submitted < batch->run->count &&
	       batch->submitted - batch->run->completed < batch->depth)
		fill_slot(batch);
	if (batch->submitted != before)
		xtest_ring_submit(batch->xtest);
}

static int complete_one(struct batch *batch)
{
	struct pci_endpoint_xtest_run *run = batch->run;
	struct xtest_completion completion;
	struct command *command;
	u32 id, error;

	xtest_ring_fetch(batch->xtest, &completion);
	id = le32_to_cpu(completion.id);
	error = le32_to_cpu(completion.error);
	if (id >= batch->submitted || batch->commands[id].completed)
		return -EPROTO;

	command = &batch->commands[id];
	command->completed = true;
	run->completed++;
	if (error && !run->error)
		run->error = error;
	run->bytes += le64_to_cpu(completion.bytes);

	if (batch->results)
		batch->results[id] = (struct pci_endpoint_xtest_result) {
			.error = error,
			.crc = le32_to_cpu(completion.crc),
			.engine = le32_to_cpu(completion.engine),
			.bytes = le64_to_cpu(completion.bytes),
			.latency_ns = ktime_get_ns() - command->submitted_ns,
			.endpoint_ns = le64_to_cpu(completion.time_ns),
		};
	return 0;
}

static int wait_for_some(struct batch *batch, unsigned int seen)
{
	const struct pci_endpoint_xtest_run *run = batch->run;
	unsigned int poll_us = run->poll_us ?: DEFAULT_POLL_US;

	if (!(run->flags & PCI_ENDPOINT_XTEST_POLL))
		return xtest_wait_irq(batch->xtest, seen, batch->deadline);
	if (READ_ONCE(batch->xtest->gone))
		return -ENODEV;
	if (signal_pending(current))
		return -EINTR;
	if (time_after(jiffies, batch->deadline))
		return -ETIMEDOUT;

	usleep_range(poll_us, poll_us + poll_us / 4);
	return 0;
}

static int run_batch(struct batch *batch)
{
	struct pci_endpoint_xtest_run *run = batch->run;
	struct xtest_device *xtest = batch->xtest;
	u64 started_ns = ktime_get_ns();
	unsigned int seen;
	int ret;

	while (run->completed < run->count) {
		/* An interrupt from here on may be for what we fail to see. */
		seen = atomic_read(&xtest->interrupts);
		if (batch->submitted) {
			ret = xtest_ring_completed(xtest);
			if (ret < 0)
				return ret;
			while (ret--)
				if (complete_one(batch))
					return -EPROTO;
		}

		submit(batch);
		if (run->completed == run->count)
			break;
		ret = wait_for_some(batch, seen);
		if (ret)
			return ret;
	}

	run->elapsed_ns = ktime_get_ns() - started_ns;
	return 0;
}

static int start_batch(struct batch *batch)
{
	const struct pci_endpoint_xtest_run *run = batch->run;
	struct xtest_device *xtest = batch->xtest;
	bool poll = run->flags & PCI_ENDPOINT_XTEST_POLL;
	int ret;

	if (!poll && xtest->irq_type == PCITEST_IRQ_TYPE_UNDEFINED) {
		ret = xtest_set_irq_type(xtest, PCITEST_IRQ_TYPE_AUTO);
		if (ret)
			return ret;
	}

	*xtest->ring.slot = (struct xtest_command) {
		.opcode = run->opcode,
		.engine = run->engine,
		.seed = cpu_to_le32(run->seed),
	};
	xtest_stock_set_irq_type(xtest);
	xtest_ring_notify(xtest, poll ? 0 : 1);
	return 0;
}

static int run_pinned(struct batch *batch)
{
	struct pci_endpoint_xtest_run *run = batch->run;
	struct xtest_device *xtest = batch->xtest;
	unsigned int interrupts = atomic_read(&xtest->interrupts);
	u64 reads = xtest->ring.reads;
	int ret;

	ret = start_batch(batch);
	if (ret)
		return ret;

	ret = run_batch(batch);
	if (ret)
		xtest_stop(xtest);

	run->interrupts = atomic_read(&xtest->interrupts) - interrupts;
	run->reads = xtest->ring.reads - reads;
	return ret;
}

/**
 * xtest_run() - PCI_ENDPOINT_XTEST_RUN
 * @xtest: the function, ready
 * @run: what to do, not checked; filled with what came of it
 *
 * Context: a program's; under the lock.
 * Return: 0, or an error as the ABI has it.
 */
int xtest_run(struct xtest_device *xtest, struct pci_endpoint_xtest_run *run)
{
	struct batch batch = { .xtest = xtest, .run = run };
	int ret;

	run->completed = 0;
	run->error = 0;
	run->elapsed_ns = 0;
	run->bytes = 0;
	run->interrupts = 0;
	run->reads = 0;

	ret = check(xtest, run);
	if (!ret)
		ret = xtest_timeout(run->timeout_ms, &batch.deadline);
	if (ret)
		return ret;

	batch.depth = run->depth ?: xtest->ring.depth;
	batch.commands = kvcalloc(run->count, sizeof(*batch.commands),
				  GFP_KERNEL);
	if (run->results)
		batch.results = kvcalloc(run->count, sizeof(*batch.results),
					 GFP_KERNEL);
	if (!batch.commands || (run->results && !batch.results))
		ret = -ENOMEM;

	if (!ret)
		ret = pin_lists(&batch);
	if (!ret)
		ret = run_pinned(&batch);
	unpin_lists(&batch);

	if (!ret && batch.results &&
	    copy_to_user(u64_to_user_ptr(run->results), batch.results,
			 run->count * sizeof(*batch.results)))
		ret = -EFAULT;
	kvfree(batch.results);
	kvfree(batch.commands);
	return ret;
}
