// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * What an access costs in time. A request is cut into packets (TLPs), each with
 * 24 bytes around its data: header, sequence number, checksums, framing (PCIe
 * 6.0, 2.2 and 3.6). Each direction of the link carries one packet after the
 * other. A write is over for its sender when the link has taken it; a read, and
 * any configuration access, when the answer is back.
 *
 * The cost is charged to the CPU as a delay, which simulated time turns into
 * exactly that much time.
 */

#include <linux/cleanup.h>
#include <linux/delay.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/log2.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/sizes.h>
#include <linux/string.h>

#include "epc-sim.h"

#define TLP_OVERHEAD	24

/* What a DMA engine puts into a packet, and asks for with one request. */
#define DMA_PAYLOAD	256
#define DMA_REQUEST	512

/* How much a CPU can post before it has to wait for the link. */
#define POSTED_BYTES	SZ_4K

/* One way, in ns: a round trip of half a microsecond. */
#define LATENCY_NS	250

/* Payload of one lane in MB/s, by generation, after line coding. */
static const u16 lane_rate[] = { 0, 250, 500, 985, 1969, 3938 };

/**
 * epc_sim_link_model_parse() - find a link by its name
 * @text: "none", or "gen" 1 to 5 "x" 1, 2, 4, 8 or 16
 * @model: set to the link
 *
 * Return: 0, or -EINVAL.
 */
int epc_sim_link_model_parse(const char *text, struct epc_sim_link_model *model)
{
	unsigned int generation, width;
	char end;

	if (!strcmp(text, "none")) {
		*model = (struct epc_sim_link_model) {};
		return 0;
	}
	if (sscanf(text, "gen%ux%u%c", &generation, &width, &end) != 2 ||
	    generation < 1 || generation >= ARRAY_SIZE(lane_rate) ||
	    width < 1 || width > 16 || !is_power_of_2(width))
		return -EINVAL;

	*model = (struct epc_sim_link_model) {
		.generation = generation,
		.width = width,
		.latency_ns = LATENCY_NS,
	};
	return 0;
}

/* Time on the wire, in ps: bytes for MB/s are microseconds. */
static u64 wire_ps(const struct epc_sim_link_model *model, u64 bytes)
{
	return div_u64(bytes * 1000000,
		       lane_rate[model->generation] * model->width);
}

static u64 latency_ps(const struct epc_sim_link_model *model)
{
	return model->latency_ns * 1000ULL;
}

/* Put bytes on the wire, not before @earliest; the time when they are through. */
static u64 wire_take(struct epc_sim *sim, enum epc_sim_direction direction,
		     u64 earliest, u64 bytes)
{
	u64 *busy = &sim->wire_busy_ps[direction];

	lockdep_assert_held(&sim->lock);
	*busy = max(*busy, earliest) + wire_ps(&sim->link_now, bytes);
	return *busy;
}

static enum epc_sim_direction reverse(enum epc_sim_direction direction)
{
	return direction == EPC_SIM_DOWN ? EPC_SIM_UP : EPC_SIM_DOWN;
}

/* Accesses of a CPU, one after the other; when the last one is over. */
static u64 cpu_read(struct epc_sim *sim, enum epc_sim_direction direction,
		    u64 now, u64 accesses, size_t len)
{
	const struct epc_sim_link_model *model = &sim->link_now;
	u64 trip = 2 * latency_ps(model) + wire_ps(model, TLP_OVERHEAD);

	wire_take(sim, direction, now, accesses * TLP_OVERHEAD);
	wire_take(sim, reverse(direction), now, accesses * TLP_OVERHEAD + len);
	return now + accesses * (trip + wire_ps(model, TLP_OVERHEAD)) +
	       wire_ps(model, len);
}

static u64 cpu_write(struct epc_sim *sim, enum epc_sim_direction direction,
		     u64 now, u64 accesses, size_t len)
{
	u64 through = wire_take(sim, direction, now,
				accesses * TLP_OVERHEAD + len);
	u64 posted = wire_ps(&sim->link_now, POSTED_BYTES);

	return through > posted ? through - posted : 0;
}

/* Accesses of a DMA engine, all asked for at once. */
static u64 dma_read(struct epc_sim *sim, enum epc_sim_direction direction,
		    u64 now, size_t len)
{
	const struct epc_sim_link_model *model = &sim->link_now;
	u64 asked;

	asked = wire_take(sim, direction, now,
			  DIV_ROUND_UP(len, DMA_REQUEST) * TLP_OVERHEAD);
	/* The first answer is on its way before the last one was asked for. */
	asked = min(asked, now + wire_ps(model, TLP_OVERHEAD));
	return wire_take(sim, reverse(direction), asked + latency_ps(model),
			 DIV_ROUND_UP(len, DMA_PAYLOAD) * TLP_OVERHEAD + len) +
	       latency_ps(model);
}

static u64 dma_write(struct epc_sim *sim, enum epc_sim_direction direction,
		     u64 now, size_t len)
{
	return wire_take(sim, direction, now,
			 DIV_ROUND_UP(len, DMA_PAYLOAD) * TLP_OVERHEAD + len) +
	       latency_ps(&sim->link_now);
}

/**
 * epc_sim_link_cost() - take up the link for a request
 * @sim: the instance
 * @kind: what is requested
 * @len: bytes
 *
 * Context: any.
 * Return: how long it takes from now, in ns; 0 where no link is modelled.
 */
u64 epc_sim_link_cost(struct epc_sim *sim, enum epc_sim_kind kind, size_t len)
{
	u64 accesses = epc_sim_accesses(len);
	u64 now, over = 0;

	if (!sim->link_now.generation)
		return 0;

	guard(raw_spinlock_irqsave)(&sim->lock);
	now = ktime_get_ns() * 1000;

	switch (kind) {
	case EPC_SIM_CONFIG_READ:
	case EPC_SIM_CONFIG_WRITE:
	case EPC_SIM_HOST_READ:
		over = cpu_read(sim, EPC_SIM_DOWN, now, accesses, len);
		break;
	case EPC_SIM_HOST_WRITE:
		over = cpu_write(sim, EPC_SIM_DOWN, now, accesses, len);
		break;
	case EPC_SIM_ENDPOINT_READ:
		over = cpu_read(sim, EPC_SIM_UP, now, accesses, len);
		break;
	case EPC_SIM_ENDPOINT_WRITE:
	case EPC_SIM_MESSAGE:
		over = cpu_write(sim, EPC_SIM_UP, now, accesses, len);
		break;
	case EPC_SIM_DMA_READ:
		over = dma_read(sim, EPC_SIM_UP, now, len);
		break;
	case EPC_SIM_DMA_WRITE:
		over = dma_write(sim, EPC_SIM_UP, now, len);
		break;
	}

	return over > now ? div_u64(over - now, 1000) : 0;
}

/**
 * epc_sim_link_delay() - let time pass
 * @ns: how much
 *
 * Context: any; the CPU waits, as it does for a load from another device.
 */
void epc_sim_link_delay(u64 ns)
{
	u32 rest;

	for (ns = div_u64_rem(ns, NSEC_PER_MSEC, &rest); ns; ns--)
		mdelay(1);
	ndelay(rest);
}
