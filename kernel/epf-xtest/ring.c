// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * The rings. All that the host can write is read once into a copy of ours, and
 * only the copy is looked at.
 */

#include <linux/cleanup.h>
#include <linux/errno.h>
#include <linux/ktime.h>
#include <linux/log2.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "xtest.h"

/* Of all commands together; a host may not fill our memory. */
#define MAX_BYTES	SZ_32M

static_assert(sizeof(struct xtest_registers) == 64);
static_assert(XTEST_COMMAND_SIZE(0) == 64);

static size_t slots_size(unsigned int depth, unsigned int max_segments)
{
	return depth * (XTEST_COMMAND_SIZE(max_segments) +
			sizeof(struct xtest_completion));
}

/**
 * xtest_ring_size() - room that rings take
 * @settings: what the user says of them
 *
 * Return: bytes.
 */
size_t xtest_ring_size(const struct xtest_settings *settings)
{
	return slots_size(settings->depth, settings->max_segments);
}

/* Halve the slots until they have room. */
static unsigned int depth_that_fits(unsigned int depth, size_t slot,
				    size_t room)
{
	while (depth * slot > room)
		depth >>= 1;

	return depth;
}

/* The largest BAR that has memory for nothing else. */
static enum pci_barno largest_bar(const struct xtest *xtest,
				  enum pci_barno taken)
{
	const struct pci_epf_bar *bars = xtest->epf->bar;
	enum pci_barno bar, largest = NO_BAR;

	for (bar = 0; bar < PCI_STD_NUM_BARS; bar++)
		if (xtest->bars[bar] && bar != xtest->register_bar &&
		    bar != taken &&
		    (largest == NO_BAR || bars[bar].size > bars[largest].size))
			largest = bar;

	return largest;
}

static u32 place_at(enum pci_barno bar, size_t offset)
{
	return bar | offset;
}

static bool place_in_register_bar(struct xtest *xtest, u32 *commands,
				  u32 *completions)
{
	const struct xtest_settings *settings = &xtest->settings;
	enum pci_barno bar = xtest->register_bar;
	struct xtest_ring *ring = &xtest->ring;
	size_t size = xtest->epf->bar[bar].size;

	if (size < xtest->ring_offset)
		return false;

	ring->max_segments = settings->max_segments;
	ring->depth = depth_that_fits(settings->depth,
				      slots_size(1, ring->max_segments),
				      size - xtest->ring_offset);
	*commands = place_at(bar, xtest->ring_offset);
	*completions = place_at(bar, xtest->ring_offset +
				ring->depth *
				XTEST_COMMAND_SIZE(ring->max_segments));
	return ring->depth;
}

/* The controller has small BARs alone: commands in one, completions in one. */
static bool place_in_other_bars(struct xtest *xtest, u32 *commands,
				u32 *completions)
{
	const struct xtest_settings *settings = &xtest->settings;
	const struct pci_epf_bar *bars = xtest->epf->bar;
	enum pci_barno first = largest_bar(xtest, NO_BAR);
	enum pci_barno second = largest_bar(xtest, first);
	struct xtest_ring *ring = &xtest->ring;
	size_t lists;

	if (second == NO_BAR || bars[first].size < XTEST_COMMAND_SIZE(1))
		return false;

	lists = (bars[first].size - XTEST_COMMAND_SIZE(0)) /
		(2 * sizeof(struct xtest_segment));
	ring->max_segments = min_t(size_t, settings->max_segments, lists);
	ring->depth = depth_that_fits(settings->depth,
				      XTEST_COMMAND_SIZE(ring->max_segments),
				      bars[first].size);
	ring->depth = depth_that_fits(ring->depth,
				      sizeof(struct xtest_completion),
				      bars[second].size);
	*commands = place_at(first, 0);
	*completions = place_at(second, 0);
	return ring->depth;
}

static void *memory_at(const struct xtest *xtest, u32 place)
{
	return xtest->bars[place & XTEST_PLACE_BAR] +
	       (place & XTEST_PLACE_OFFSET);
}

/**
 * xtest_ring_init() - lay the rings out in the BARs
 * @xtest: the function; its BARs have memory
 */
void xtest_ring_init(struct xtest *xtest)
{
	struct xtest_registers *registers =
		xtest->bars[xtest->register_bar] + XTEST_REGISTERS_OFFSET;
	struct xtest_ring *ring = &xtest->ring;
	u32 commands, completions;
	u32 caps = 0;

	memset(registers, 0, sizeof(*registers));
	*ring = (struct xtest_ring) {
		.registers = registers,
		.command = ring->command,
	};
	spin_lock_init(&ring->lock);
	init_waitqueue_head(&ring->idle);
	if (!place_in_register_bar(xtest, &commands, &completions) &&
	    !place_in_other_bars(xtest, &commands, &completions))
		return;

	if (epf_transfers_dma_kind(xtest->outbound.transfers) == EPF_DMA_PRIVATE)
		caps |= XTEST_CAP_DMA_PRIVATE;
	if (epf_transfers_dma_kind(xtest->outbound.transfers) == EPF_DMA_MEMCPY)
		caps |= XTEST_CAP_DMA_MEMCPY;

	ring->slot_size = XTEST_COMMAND_SIZE(ring->max_segments);
	ring->caps = caps;
	ring->commands = memory_at(xtest, commands);
	ring->completions = memory_at(xtest, completions);

	registers->version = cpu_to_le32(XTEST_VERSION);
	registers->caps = cpu_to_le32(caps);
	registers->depth = cpu_to_le16(ring->depth);
	registers->max_segments = cpu_to_le16(ring->max_segments);
	registers->commands = cpu_to_le32(commands);
	registers->completions = cpu_to_le32(completions);
	/* The rest is there when the host sees this. */
	dma_wmb();
	WRITE_ONCE(registers->magic, cpu_to_le32(XTEST_MAGIC));
}

/**
 * xtest_ring_uses() - find out whether rings are in a BAR
 * @xtest: the function
 * @bar: which
 *
 * Return: whether they are.
 */
bool xtest_ring_uses(const struct xtest *xtest, enum pci_barno bar)
{
	const struct xtest_registers *registers = xtest->ring.registers;

	return xtest->ring.depth &&
	       (bar == (le32_to_cpu(registers->commands) & XTEST_PLACE_BAR) ||
		bar == (le32_to_cpu(registers->completions) & XTEST_PLACE_BAR));
}

/**
 * xtest_ring_complete() - tell the host of a completion
 * @xtest: the function
 * @completion: what became of the command
 * @bytes: memory that the command held
 *
 * Context: may sleep.
 */
void xtest_ring_complete(struct xtest *xtest,
			 const struct xtest_completion *completion,
			 size_t bytes)
{
	struct xtest_ring *ring = &xtest->ring;
	u32 vector;

	scoped_guard(spinlock, &ring->lock) {
		ring->completions[ring->completed % ring->depth] = *completion;
		ring->completed++;
		/* The host reads the slot when it sees the count. */
		dma_wmb();
		WRITE_ONCE(ring->registers->completed,
			   cpu_to_le32(ring->completed));
		ring->in_flight--;
		ring->bytes -= bytes;
	}

	vector = le32_to_cpu(READ_ONCE(ring->registers->irq_vector));
	if (vector)
		xtest_raise_completion_irq(xtest, vector);
	wake_up_all(&ring->idle);
}

static bool ring_has_room(struct xtest_ring *ring, size_t bytes)
{
	guard(spinlock)(&ring->lock);
	return !ring->bytes || ring->bytes + bytes <= MAX_BYTES;
}

static bool ring_is_idle(struct xtest_ring *ring)
{
	guard(spinlock)(&ring->lock);
	return !ring->in_flight;
}

/* Memory that a command needs, or an error that the host gets. */
static ssize_t command_bytes(const struct xtest_ring *ring,
			     const struct xtest_command *command)
{
	unsigned int sources = le16_to_cpu(command->num_sources);
	unsigned int destinations = le16_to_cpu(command->num_destinations);
	u64 bytes[2] = {};
	unsigned int i;

	if (command->opcode >= XTEST_NUM_OPCODES ||
	    command->engine >= XTEST_NUM_ENGINES)
		return -EOPNOTSUPP;
	if (sources > ring->max_segments || destinations > ring->max_segments)
		return -E2BIG;

	for (i = 0; i < sources + destinations; i++) {
		u32 len = le32_to_cpu(command->segments[i].len);

		if (!len)
			return -EINVAL;
		bytes[i >= sources] += len;
	}
	if (max(bytes[0], bytes[1]) > MAX_BYTES)
		return -EFBIG;

	switch (command->opcode) {
	case XTEST_READ:
		return sources && !destinations ? bytes[0] : -EINVAL;
	case XTEST_WRITE:
		return destinations && !sources ? bytes[1] : -EINVAL;
	case XTEST_COPY:
		return sources && bytes[0] == bytes[1] ? bytes[0] : -EINVAL;
	default:
		return sources || destinations ? -EINVAL : 0;
	}
}

/* What needs no memory is done at once. */
static int command_run(struct xtest *xtest, const struct xtest_command *command,
		       struct xtest_completion *completion)
{
	if (command->opcode == XTEST_MAP)
		return xtest_map_command_run(xtest, &command->map, completion);

	return 0;
}

static void ring_start(struct xtest *xtest, const struct xtest_command *command)
{
	struct xtest_ring *ring = &xtest->ring;
	struct xtest_completion completion = { .id = command->id };
	ssize_t bytes = command_bytes(ring, command);
	u64 seen_ns = ktime_get_ns();
	size_t held = max_t(ssize_t, bytes, 0);
	int error = min_t(ssize_t, bytes, 0);

	if (held)
		wait_event(ring->idle, ring_has_room(ring, held));
	scoped_guard(spinlock, &ring->lock) {
		ring->in_flight++;
		ring->bytes += held;
	}

	if (held && !error) {
		error = xtest_command_start(xtest, command, held, seen_ns);
		if (!error)
			return;
	} else if (!error) {
		error = command_run(xtest, command, &completion);
	}

	completion.error = cpu_to_le32(-error);
	if (!completion.time_ns)
		completion.time_ns = cpu_to_le64(ktime_get_ns() - seen_ns);
	xtest_ring_complete(xtest, &completion, held);
}

/* From this reset on the host rings, if it wants to and there is a doorbell. */
static void ring_set_doorbell(struct xtest *xtest, bool wanted)
{
	struct xtest_registers *registers = xtest->ring.registers;
	const struct epf_doorbell *bell = &xtest->doorbell.bell;
	u32 caps = xtest->ring.caps;

	if (!wanted) {
		xtest_doorbell_disable(xtest, XTEST_DOORBELL_RING);
	} else if (!xtest_doorbell_enable(xtest, XTEST_DOORBELL_RING)) {
		caps |= XTEST_CAP_DOORBELL;
		registers->doorbell_bar = cpu_to_le32(bell->barno);
		registers->doorbell_offset = cpu_to_le32(bell->offset);
		registers->doorbell_data = cpu_to_le32(bell->data);
	}
	registers->caps = cpu_to_le32(caps);
}

/* The host wants the rings empty: end what is under way, start from 0. */
static bool ring_poll_reset(struct xtest *xtest)
{
	struct xtest_ring *ring = &xtest->ring;
	u32 request = le32_to_cpu(READ_ONCE(ring->registers->reset_request));

	if (request == ring->reset_seen)
		return false;

	epf_transfers_cancel(xtest->outbound.transfers);
	wait_event(ring->idle, ring_is_idle(ring));

	ring_set_doorbell(xtest,
			  READ_ONCE(ring->registers->use_doorbell) != 0);
	ring->reset_seen = request;
	ring->fetched = 0;
	ring->broken = false;
	scoped_guard(spinlock, &ring->lock)
		ring->completed = 0;
	WRITE_ONCE(ring->registers->submitted, 0);
	WRITE_ONCE(ring->registers->completed, 0);
	dma_wmb();
	WRITE_ONCE(ring->registers->reset_done, cpu_to_le32(request));
	return true;
}

/**
 * xtest_ring_poll() - look for what the host wants
 * @xtest: the function
 *
 * Context: the function's thread.
 * Return: whether there was anything.
 */
bool xtest_ring_poll(struct xtest *xtest)
{
	struct xtest_ring *ring = &xtest->ring;
	u32 submitted;

	if (!ring->depth)
		return false;
	if (ring_poll_reset(xtest))
		return true;

	submitted = le32_to_cpu(READ_ONCE(ring->registers->submitted));
	if (submitted == ring->fetched || ring->broken)
		return false;
	if (submitted - ring->fetched > ring->depth) {
		dev_warn_ratelimited(&xtest->epf->dev,
				     "the host submitted %u commands to %u slots: waiting for it to reset the rings\n",
				     submitted - ring->fetched, ring->depth);
		ring->broken = true;
		return false;
	}

	/* The host filled the slots before it wrote the count. */
	dma_rmb();
	while (ring->fetched != submitted) {
		memcpy(ring->command, ring->commands +
		       ring->fetched % ring->depth * ring->slot_size,
		       ring->slot_size);
		ring->fetched++;
		ring_start(xtest, ring->command);
	}

	return true;
}

/**
 * xtest_ring_stop() - end all commands
 * @xtest: the function; its thread has ended
 *
 * Context: may sleep.
 */
void xtest_ring_stop(struct xtest *xtest)
{
	epf_transfers_cancel(xtest->outbound.transfers);
	wait_event(xtest->ring.idle, ring_is_idle(&xtest->ring));
	if (xtest->ring.depth)
		ring_set_doorbell(xtest, false);
}
