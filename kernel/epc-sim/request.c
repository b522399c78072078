// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * Every access that crosses the link, or tries to, is accounted for here:
 * counted, traced, and charged with the time that it takes.
 */

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

	count(sim, request);
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
