// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * The host's side of the rings. A command costs posted writes alone: its slot,
 * and the count of those submitted, once for all that are submitted together;
 * and the doorbell, where there is one: then the endpoint does not poll.
 * Completions cost reads: the count of those completed, once for all that it
 * tells of, and their slots.
 *
 * All that is read from the BAR is the endpoint's to choose.
 */

#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/io.h>
#include <linux/jiffies.h>
#include <linux/log2.h>
#include <linux/slab.h>

#include "xtest-host.h"

/* How long an endpoint may take to end what it does. */
#define RESET_TIMEOUT_MS	5000
#define RESET_POLL_US		50

static_assert(offsetof(struct xtest_command, segments) % 8 == 0);
static_assert(sizeof(struct xtest_completion) % 8 == 0);

/* A load from the BAR; a function that is gone answers with ones. */
static u32 ring_read(struct xtest_ring *ring, const __le32 __iomem *reg)
{
	ring->reads++;
	return readl(reg);
}

/* Slots of @size bytes, or NULL where they would not all be in a BAR. */
static void __iomem *slots_at(const struct xtest_device *xtest, u32 place,
			      unsigned int depth, size_t size)
{
	u32 bar = place & XTEST_PLACE_BAR;
	u32 offset = place & XTEST_PLACE_OFFSET;
	resource_size_t len;

	if (bar >= PCI_STD_NUM_BARS || !xtest->bars[bar])
		return NULL;

	len = pci_resource_len(xtest->pdev, bar);
	if (offset > len || depth > (len - offset) / size ||
	    (bar == xtest->register_bar &&
	     offset < XTEST_REGISTERS_OFFSET + sizeof(struct xtest_registers)))
		return NULL;

	return xtest->bars[bar] + offset;
}

/* Where the endpoint says that the doorbell is, since a reset. */
static int find_doorbell(struct xtest_device *xtest)
{
	struct xtest_ring *ring = &xtest->ring;
	struct xtest_registers __iomem *registers = ring->registers;
	u32 bar, offset;

	ring->doorbell = NULL;
	ring->caps = readl(&registers->caps);
	if (!(ring->caps & XTEST_CAP_DOORBELL))
		return 0;

	bar = readl(&registers->doorbell_bar);
	offset = readl(&registers->doorbell_offset);
	if (bar >= PCI_STD_NUM_BARS || !xtest->bars[bar] ||
	    !IS_ALIGNED(offset, sizeof(u32)) ||
	    offset >= pci_resource_len(xtest->pdev, bar)) {
		pci_err(xtest->pdev, "there is no doorbell at %#x of BAR%u\n",
			offset, bar);
		return -EPROTO;
	}

	ring->doorbell_data = readl(&registers->doorbell_data);
	ring->doorbell = xtest->bars[bar] + offset;
	return 0;
}

/**
 * xtest_ring_init() - find the rings
 * @xtest: the function, its BARs mapped; @xtest->register_bar is set
 *
 * Context: may sleep.
 * Return: 0; -ENODEV where no BAR has registers of this function; -EPROTO where
 *	they are of a version that we do not know, or make no sense; -ENOMEM.
 */
int xtest_ring_init(struct xtest_device *xtest)
{
	struct xtest_registers __iomem *registers = NULL;
	struct xtest_ring *ring = &xtest->ring;
	u32 commands, completions;
	resource_size_t size;
	int bar;

	for (bar = 0; bar < PCI_STD_NUM_BARS; bar++) {
		size = pci_resource_len(xtest->pdev, bar);
		if (!xtest->bars[bar] ||
		    size < XTEST_REGISTERS_OFFSET + sizeof(*registers))
			continue;

		registers = xtest->bars[bar] + XTEST_REGISTERS_OFFSET;
		if (readl(&registers->magic) == XTEST_MAGIC)
			break;
	}
	if (bar == PCI_STD_NUM_BARS) {
		pci_err(xtest->pdev, "no BAR has registers of pci-epf-xtest\n");
		return -ENODEV;
	}

	xtest->register_bar = bar;
	ring->registers = registers;
	ring->version = readl(&registers->version);
	if (ring->version != XTEST_VERSION) {
		pci_err(xtest->pdev, "version %u of the registers, not %u\n",
			ring->version, XTEST_VERSION);
		return -EPROTO;
	}

	ring->depth = readw(&registers->depth);
	ring->max_segments = readw(&registers->max_segments);
	commands = readl(&registers->commands);
	completions = readl(&registers->completions);
	if (is_power_of_2(ring->depth) && ring->depth <= XTEST_MAX_DEPTH &&
	    ring->max_segments && ring->max_segments <= XTEST_MAX_SEGMENTS) {
		ring->slot_size = XTEST_COMMAND_SIZE(ring->max_segments);
		ring->commands = slots_at(xtest, commands, ring->depth,
					  ring->slot_size);
		ring->completions = slots_at(xtest, completions, ring->depth,
					     sizeof(struct xtest_completion));
	}
	if (!ring->commands || !ring->completions) {
		pci_err(xtest->pdev,
			"%u slots at %#x and %#x, %u segments: they make no sense\n",
			ring->depth, commands, completions, ring->max_segments);
		return -EPROTO;
	}

	ring->slot = devm_kzalloc(&xtest->pdev->dev, sizeof(*ring->slot),
				  GFP_KERNEL);
	if (!ring->slot)
		return -ENOMEM;

	/* A driver before us may not have left it as it should. */
	return find_doorbell(xtest);
}

/* What was written before is there when the endpoint is interrupted. */
static void ring_doorbell(const struct xtest_ring *ring)
{
	if (ring->doorbell)
		writel(ring->doorbell_data, ring->doorbell);
}

/* @leaving: also while the driver lets go of the function */
static int reset(struct xtest_device *xtest, bool leaving)
{
	unsigned long deadline = jiffies + msecs_to_jiffies(RESET_TIMEOUT_MS);
	struct xtest_ring *ring = &xtest->ring;
	u32 request = readl(&ring->registers->reset_done) + 1;
	u32 done;

	writel(ring->wants_doorbell, &ring->registers->use_doorbell);
	writel(request, &ring->registers->reset_request);
	ring_doorbell(ring);
	for (;;) {
		done = readl(&ring->registers->reset_done);
		if (done == request)
			break;
		if (READ_ONCE(xtest->gone) != leaving ||
		    (done == U32_MAX && !pci_device_is_present(xtest->pdev)))
			return -ENODEV;
		if (time_after(jiffies, deadline))
			return -ETIMEDOUT;
		usleep_range(RESET_POLL_US, 2 * RESET_POLL_US);
	}

	ring->submitted = 0;
	ring->completed = 0;
	return find_doorbell(xtest);
}

/**
 * xtest_ring_reset() - have the endpoint empty the rings
 * @xtest: the function
 *
 * What it had under way is over when this returns 0.
 *
 * Context: may sleep; under the lock.
 * Return: 0, -ETIMEDOUT, -ENODEV, or -EPROTO where the doorbell is nowhere.
 */
int xtest_ring_reset(struct xtest_device *xtest)
{
	return reset(xtest, false);
}

/**
 * xtest_ring_release() - leave the function so that any driver can use it
 * @xtest: the function, gone for all others
 *
 * Context: may sleep; under the lock.
 */
void xtest_ring_release(struct xtest_device *xtest)
{
	if (!xtest->ring.doorbell)
		return;

	xtest->ring.wants_doorbell = false;
	if (reset(xtest, true) == -ETIMEDOUT)
		pci_warn(xtest->pdev, "the endpoint waits for its doorbell\n");
}

/**
 * xtest_ring_use_doorbell() - ring for commands, or have the endpoint look
 * @xtest: the function, nothing under way
 * @use: whether to ring, where there is a doorbell. While we do, the endpoint
 *	does not look at the registers of the kernel's test function either, and
 *	a BAR may lack its memory.
 *
 * Context: may sleep; under the lock.
 * Return: 0, or an error of xtest_ring_reset().
 */
int xtest_ring_use_doorbell(struct xtest_device *xtest, bool use)
{
	int ret;

	if (xtest->ring.wants_doorbell == use)
		return 0;

	xtest->ring.wants_doorbell = use;
	ret = xtest_ring_reset(xtest);
	if (ret == -EPROTO && use) {
		/* The endpoint is not to wait for what nobody can ring. */
		xtest->ring.wants_doorbell = false;
		xtest_ring_reset(xtest);
	}
	return ret;
}

/**
 * xtest_stop() - see to it that the endpoint accesses host memory no more
 * @xtest: the function; something may be under way
 *
 * An endpoint that does not answer is kept from the bus: what it has sent before
 * arrives before the answer to the configuration read.
 *
 * Context: may sleep; under the lock.
 */
void xtest_stop(struct xtest_device *xtest)
{
	u16 command;

	if (!xtest_ring_reset(xtest))
		return;

	pci_clear_master(xtest->pdev);
	pci_read_config_word(xtest->pdev, PCI_COMMAND, &command);
	xtest->stopped = true;
}

/**
 * xtest_ready() - have the endpoint ready for a request
 * @xtest: the function
 *
 * Context: may sleep; under the lock.
 * Return: 0; -ETIMEDOUT or -ENODEV where it has been stopped and does not come
 *	back.
 */
int xtest_ready(struct xtest_device *xtest)
{
	int ret;

	if (!xtest->stopped)
		return 0;

	ret = xtest_ring_reset(xtest);
	if (ret)
		return ret;

	pci_set_master(xtest->pdev);
	xtest->stopped = false;
	return 0;
}

/**
 * xtest_ring_notify() - choose how completions are told
 * @xtest: the function
 * @vector: that is raised for each, from 1; 0: none
 *
 * Context: any; under the lock.
 */
void xtest_ring_notify(struct xtest_device *xtest, unsigned int vector)
{
	writel(vector, &xtest->ring.registers->irq_vector);
}

/**
 * xtest_ring_fill() - fill the next slot
 * @xtest: the function; its @ring.slot has the command, but for these:
 * @id: of the command
 * @segments: sources, then destinations
 * @num: how many
 *
 * There are not more commands under way than the ring has slots.
 *
 * Context: any; under the lock.
 */
void xtest_ring_fill(struct xtest_device *xtest, u32 id,
		     const struct xtest_segment *segments, unsigned int num)
{
	struct xtest_ring *ring = &xtest->ring;
	struct xtest_command *slot = ring->slot;
	u32 index = ring->submitted % ring->depth;

	slot->id = cpu_to_le32(id);
	if (num)
		memcpy(slot->segments, segments, num * sizeof(*segments));
	memcpy_toio(ring->commands + index * ring->slot_size, slot,
		    offsetof(struct xtest_command, segments) +
		    num * sizeof(*segments));
	ring->submitted++;
}

/**
 * xtest_ring_submit() - tell the endpoint of the slots that were filled
 * @xtest: the function
 *
 * Context: any; under the lock.
 */
void xtest_ring_submit(struct xtest_device *xtest)
{
	/* The slots arrive first: posted writes keep their order. */
	wmb();
	writel(xtest->ring.submitted, &xtest->ring.registers->submitted);
	ring_doorbell(&xtest->ring);
}

/**
 * xtest_ring_completed() - find out how many completions there are to fetch
 * @xtest: the function
 *
 * Context: any; under the lock.
 * Return: how many, -ENODEV where the function is gone, or -EPROTO where it
 *	tells of more than were submitted.
 */
int xtest_ring_completed(struct xtest_device *xtest)
{
	struct xtest_ring *ring = &xtest->ring;
	u32 completed = ring_read(ring, &ring->registers->completed);

	if (completed - ring->completed <= ring->submitted - ring->completed) {
		/* The slots are read after the count. */
		rmb();
		return completed - ring->completed;
	}

	return pci_device_is_present(xtest->pdev) ? -EPROTO : -ENODEV;
}

/**
 * xtest_ring_fetch() - fetch the next completion
 * @xtest: the function; xtest_ring_completed() tells that there is one
 * @completion: filled; the endpoint's to choose
 *
 * Context: any; under the lock.
 */
void xtest_ring_fetch(struct xtest_device *xtest,
		      struct xtest_completion *completion)
{
	struct xtest_ring *ring = &xtest->ring;
	u32 index = ring->completed % ring->depth;

	memcpy_fromio(completion,
		      ring->completions + index * sizeof(*completion),
		      sizeof(*completion));
	ring->reads += sizeof(*completion) / 8;
	ring->completed++;
}
