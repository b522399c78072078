// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * Every access that crosses the link, or tries to, is accounted for here:
 * counted, traced, and charged with the time that it takes. On its way it may
 * meet a fault.
 */

#include <linux/align.h>
#include <linux/string.h>

#include "epc-sim.h"

#define CREATE_TRACE_POINTS
#include "trace.h"

/* Which counters an access raises: how often, and with how many bytes. */
static const struct {
	enum epc_sim_counter requests;
	enum epc_sim_counter bytes;
} kind_counters[] = {
	[EPC_SIM_HOST_READ] = { EPC_SIM_HOST_READS, EPC_SIM_HOST_READ_BYTES },
	[EPC_SIM_HOST_WRITE] = { EPC_SIM_HOST_WRITES,
				 EPC_SIM_HOST_WRITE_BYTES },
	[EPC_SIM_ENDPOINT_READ] = { EPC_SIM_ENDPOINT_READS,
				    EPC_SIM_ENDPOINT_READ_BYTES },
	[EPC_SIM_ENDPOINT_WRITE] = { EPC_SIM_ENDPOINT_WRITES,
				     EPC_SIM_ENDPOINT_WRITE_BYTES },
	[EPC_SIM_DMA_READ] = { EPC_SIM_DMA_READS, EPC_SIM_DMA_READ_BYTES },
	[EPC_SIM_DMA_WRITE] = { EPC_SIM_DMA_WRITES, EPC_SIM_DMA_WRITE_BYTES },
};

static const enum epc_sim_counter outcome_counters[] = {
	[EPC_SIM_LINK_DOWN] = EPC_SIM_ABORTED_LINK_DOWN,
	[EPC_SIM_NO_FUNCTION] = EPC_SIM_ABORTED_NO_FUNCTION,
	[EPC_SIM_NO_BAR] = EPC_SIM_ABORTED_NO_BAR,
	[EPC_SIM_NO_MAP] = EPC_SIM_ABORTED_NO_MAP,
	[EPC_SIM_NO_BUS_MASTER] = EPC_SIM_ABORTED_NO_BUS_MASTER,
	[EPC_SIM_NOT_POWERED] = EPC_SIM_ABORTED_POWER_STATE,
	[EPC_SIM_NO_MEMORY] = EPC_SIM_ABORTED_NO_MEMORY,
	[EPC_SIM_FAULT_INJECTED] = EPC_SIM_ABORTED_FAULT,
};

static void count(struct epc_sim *sim, const struct epc_sim_request *request)
{
	struct epc_sim_function *function = request->function;
	s64 n = 1;

	switch (request->kind) {
	case EPC_SIM_CONFIG_READ:
		epc_sim_count(sim, function, EPC_SIM_CONFIG_READS, 1);
		break;
	case EPC_SIM_CONFIG_WRITE:
		epc_sim_count(sim, function, EPC_SIM_CONFIG_WRITES, 1);
		break;
	case EPC_SIM_MESSAGE:
		/* Its sender knows whether it is MSI or MSI-X. */
		break;
	case EPC_SIM_HOST_READ:
	case EPC_SIM_HOST_WRITE:
	case EPC_SIM_ENDPOINT_READ:
	case EPC_SIM_ENDPOINT_WRITE:
		n = epc_sim_accesses(request->len);
		fallthrough;
	case EPC_SIM_DMA_READ:
	case EPC_SIM_DMA_WRITE:
		epc_sim_count(sim, function,
			      kind_counters[request->kind].requests, n);
		if (request->outcome == EPC_SIM_OK)
			epc_sim_count(sim, function,
				      kind_counters[request->kind].bytes,
				      request->len);
		break;
	}

	if (request->outcome != EPC_SIM_OK)
		epc_sim_count(sim, function, outcome_counters[request->outcome],
			      1);
}

/**
 * epc_sim_request_passes() - whether a request gets through
 * @sim: the instance
 * @request: what is requested, and what would become of it; a fault may change
 *	that
 *
 * To be asked once, before data moves.
 *
 * Context: any, without sim->lock.
 * Return: true if so.
 */
bool epc_sim_request_passes(struct epc_sim *sim,
			    struct epc_sim_request *request)
{
	if (request->outcome == EPC_SIM_OK)
		epc_sim_fault_request(sim, request);

	return request->outcome == EPC_SIM_OK;
}

/* As a bus does: an aligned word is one access. */
static void copy(void *to, const void *from, size_t len)
{
	unsigned long addresses = (unsigned long)to | (unsigned long)from;

	if (len == 8 && IS_ALIGNED(addresses, 8))
		WRITE_ONCE(*(u64 *)to, READ_ONCE(*(const u64 *)from));
	else if (len == 4 && IS_ALIGNED(addresses, 4))
		WRITE_ONCE(*(u32 *)to, READ_ONCE(*(const u32 *)from));
	else if (len == 2 && IS_ALIGNED(addresses, 2))
		WRITE_ONCE(*(u16 *)to, READ_ONCE(*(const u16 *)from));
	else
		memcpy(to, from, len);
}

/**
 * epc_sim_request_copy() - move a part of a request's data
 * @request: one that passes
 * @to: where all of it goes
 * @from: where all of it is
 * @offset: of the part
 * @len: bytes of the part
 *
 * Context: any.
 */
void epc_sim_request_copy(const struct epc_sim_request *request, void *to,
			  const void *from, size_t offset, size_t len)
{
	size_t flip = request->corrupt_bit / BITS_PER_BYTE - offset;
	u8 mask = BIT(request->corrupt_bit % BITS_PER_BYTE);
	union {
		u64 word;
		u8 bytes[sizeof(u64)];
	} wrong;

	to += offset;
	from += offset;

	if (!request->corrupt || flip >= len) {
		copy(to, from, len);
	} else if (len <= sizeof(wrong)) {
		/* Nobody ever sees it as it should have been. */
		copy(&wrong, from, len);
		wrong.bytes[flip] ^= mask;
		copy(to, &wrong, len);
	} else {
		memcpy(to, from, len);
		((u8 *)to)[flip] ^= mask;
	}
}

/**
 * epc_sim_request_begin() - account for a request that ends by itself
 * @sim: the instance
 * @request: what was requested and what became of it
 *
 * For an engine, which no CPU waits for.
 *
 * Context: any, without sim->lock.
 * Return: the time that it takes from now, in ns.
 */
u64 epc_sim_request_begin(struct epc_sim *sim,
			  const struct epc_sim_request *request)
{
	u64 cost_ns = 0;

	/* What found no way out of its side costs nothing. */
	if (request->outcome != EPC_SIM_LINK_DOWN &&
	    request->outcome != EPC_SIM_NO_MAP)
		cost_ns = epc_sim_link_cost(sim, request->kind, request->len);

	cost_ns += request->delay_ns;

	count(sim, request);
	if (request->outcome != EPC_SIM_OK)
		epc_sim_request_error(sim, request);
	trace_epc_sim_request(sim, request, cost_ns);
	return cost_ns;
}

/**
 * epc_sim_request() - account for a request, and let the time for it pass
 * @sim: the instance
 * @request: what was requested and what became of it
 *
 * Context: any, without sim->lock.
 */
void epc_sim_request(struct epc_sim *sim,
		     const struct epc_sim_request *request)
{
	epc_sim_link_delay(epc_sim_request_begin(sim, request));
}
