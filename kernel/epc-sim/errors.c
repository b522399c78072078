// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * What goes wrong on the way between host and endpoint, and how the host comes
 * to know: whoever detects it records it, and sends a message, which goes up
 * from port to port until one contains it or the root port shows it.
 */

#include <linux/cleanup.h>
#include <linux/lockdep.h>
#include <linux/minmax.h>

#include "epc-sim.h"

/* Formats and types of packets: with a 32-bit address, and bits to be added. */
#define TLP_MEMORY	0x00
#define TLP_CONFIG	0x04
#define TLP_64BIT	0x20
#define TLP_WITH_DATA	0x40

/* What the DMA engine puts into one. */
#define DMA_WORDS	64

static bool is_config(const struct epc_sim_request *request)
{
	return request->kind == EPC_SIM_CONFIG_READ ||
	       request->kind == EPC_SIM_CONFIG_WRITE;
}

static bool is_dma(const struct epc_sim_request *request)
{
	return request->kind == EPC_SIM_DMA_READ ||
	       request->kind == EPC_SIM_DMA_WRITE;
}

/* Whether the request is made by the host, and answered by the endpoint. */
static bool is_downstream(const struct epc_sim_request *request)
{
	return is_config(request) || request->kind == EPC_SIM_HOST_READ ||
	       request->kind == EPC_SIM_HOST_WRITE;
}

/* A posted request has no completion that tells whoever made it. */
static bool is_posted(const struct epc_sim_request *request)
{
	switch (request->kind) {
	case EPC_SIM_HOST_WRITE:
	case EPC_SIM_ENDPOINT_WRITE:
	case EPC_SIM_DMA_WRITE:
	case EPC_SIM_MESSAGE:
		return true;
	default:
		return false;
	}
}

static u16 function_id(struct epc_sim *sim,
		       const struct epc_sim_function *function)
{
	return PCI_DEVID(epc_sim_port_secondary_bus(epc_sim_slot(sim)),
			 function - sim->functions);
}

/* The header of the first packet of a request (PCIe 6.0, 2.2). */
static struct epc_sim_tlp make_tlp(struct epc_sim *sim,
				   const struct epc_sim_request *request)
{
	struct epc_sim_tlp tlp = {};
	u16 requester = 0;
	u8 type = TLP_MEMORY;
	size_t len;

	if (!request)
		return tlp;

	if (is_config(request)) {
		type = TLP_CONFIG;
		if (request->kind == EPC_SIM_CONFIG_WRITE)
			type |= TLP_WITH_DATA;
		if (request->function)
			tlp.words[2] = function_id(sim, request->function)
				       << 16;
		tlp.words[2] |= request->addr & ~3;
	} else {
		if (is_posted(request))
			type |= TLP_WITH_DATA;
		if (upper_32_bits(request->addr)) {
			type |= TLP_64BIT;
			tlp.words[2] = upper_32_bits(request->addr);
			tlp.words[3] = lower_32_bits(request->addr) & ~3;
		} else {
			tlp.words[2] = lower_32_bits(request->addr) & ~3;
		}
		if (!is_downstream(request) && request->function)
			requester = function_id(sim, request->function);
	}
	len = min_t(size_t, request->len, is_dma(request) ? DMA_WORDS * 4 :
							    sizeof(u64));
	tlp.words[0] = type << 24 | DIV_ROUND_UP(len, 4);
	tlp.words[1] = requester << 16 | (len > 4 ? 0xff : 0x0f);
	return tlp;
}

/* Whether a port lets messages through, as the host has set it. */
static bool passes_message(const struct epc_sim_port *port)
{
	return epc_sim_config_read(&port->config, PCI_BRIDGE_CONTROL, 2) &
	       PCI_BRIDGE_CTL_SERR;
}

/* A message comes to a port from below. */
static void send_message(struct epc_sim_port *port,
			 enum epc_sim_severity severity, u16 id)
{
	struct epc_sim_port *root = &port->sim->ports[0];

	for (; port; port = epc_sim_port_above(port)) {
		if (epc_sim_port_has_link(port) &&
		    epc_sim_dpc_message(port, severity, id))
			return;
		if (!passes_message(port))
			return;
		epc_sim_config_set_bits(&port->config, PCI_SEC_STATUS, 2,
					PCI_STATUS_SIG_SYSTEM_ERROR);
	}

	epc_sim_aer_receive(root, severity, id);
}

/**
 * epc_sim_port_error() - a port detects an error
 * @port: the port
 * @error: the error
 * @request: what it was about, or NULL
 * @advisory: whoever made the request is told
 *
 * Context: any, with sim->lock held.
 */
void epc_sim_port_error(struct epc_sim_port *port, enum epc_sim_error error,
			const struct epc_sim_request *request, bool advisory)
{
	struct epc_sim_tlp tlp = make_tlp(port->sim, request);
	struct epc_sim_port *above = epc_sim_port_above(port);
	enum epc_sim_severity severity;

	lockdep_assert_held(&port->sim->lock);
	severity = epc_sim_aer_record(&port->config, error, advisory, &tlp);
	if (!advisory && epc_sim_port_has_link(port) &&
	    epc_sim_dpc_error(port, error))
		return;
	if (severity == EPC_SIM_SILENT)
		return;

	if (above)
		send_message(above, severity, epc_sim_port_id(port));
	else
		epc_sim_aer_receive(port, severity, epc_sim_port_id(port));
}

static void function_error(struct epc_sim *sim,
			   struct epc_sim_function *function,
			   enum epc_sim_error error,
			   const struct epc_sim_request *request, bool advisory)
{
	struct epc_sim_tlp tlp = make_tlp(sim, request);
	enum epc_sim_severity severity;

	lockdep_assert_held(&sim->lock);
	severity = epc_sim_aer_record(&function->config, error, advisory, &tlp);
	if (severity != EPC_SIM_SILENT && sim->link_up)
		send_message(epc_sim_slot(sim), severity,
			     function_id(sim, function));
}

/**
 * epc_sim_report_error() - make an error happen
 * @sim: the instance
 * @function: function that detects it, or NULL: the port that the endpoint is
 *	plugged into
 * @error: the error
 * @request: the request that it is about, or NULL
 *
 * It is recorded in the registers of whoever detects it. What comes of it is up
 * to what the host has unmasked and enabled there and on the way up, as with
 * hardware. A function that is absent detects nothing.
 *
 * Context: any, without sim->lock.
 */
void epc_sim_report_error(struct epc_sim *sim,
			  struct epc_sim_function *function,
			  enum epc_sim_error error,
			  const struct epc_sim_request *request)
{
	guard(raw_spinlock_irqsave)(&sim->lock);
	if (!function)
		epc_sim_port_error(epc_sim_slot(sim), error, request, false);
	else if (function->present)
		function_error(sim, function, error, request, false);
}

/* Whoever of the endpoint answers to a request that is for none of it. */
static struct epc_sim_function *first_function(struct epc_sim *sim)
{
	unsigned int i;

	for (i = 0; i < sim->num_functions; i++)
		if (sim->functions[i].present)
			return &sim->functions[i];

	return NULL;
}

/* The host asked the endpoint for what it does not have. */
static void downstream_error(struct epc_sim *sim,
			     const struct epc_sim_request *request)
{
	struct epc_sim_function *function = request->function;
	enum epc_sim_error error = EPC_SIM_ERROR_UNSUPPORTED;

	if (request->outcome == EPC_SIM_NO_MEMORY)
		error = EPC_SIM_ERROR_COMPLETER_ABORT;

	/* What leads to no port never got anywhere. */
	if (!is_config(request) &&
	    !epc_sim_ports_forward_down(sim, request->addr, request->len))
		return;
	if (is_config(request) && !function)
		return;

	if (!function || !function->present)
		function = first_function(sim);
	if (!function)
		return;

	function_error(sim, function, error, request, !is_posted(request));
	if (!is_posted(request))
		epc_sim_dpc_completion(&sim->ports[0], error,
				       is_config(request));
}

/* The endpoint asked for what it cannot have. */
static void upstream_error(struct epc_sim *sim,
			   const struct epc_sim_request *request)
{
	struct epc_sim_port *port = epc_sim_port_block_up(epc_sim_slot(sim));

	/* Without bus mastering of its own it did not ask at all. */
	if (!port && request->outcome == EPC_SIM_NO_BUS_MASTER)
		return;

	epc_sim_port_error(port ?: &sim->ports[0], EPC_SIM_ERROR_UNSUPPORTED,
			   request, !is_posted(request));
	if (!is_posted(request) && request->function)
		epc_sim_config_set_bits(&request->function->config, PCI_STATUS,
					2, PCI_STATUS_REC_MASTER_ABORT);
}

/* Nobody answers: whoever asked waits no longer. */
static void no_answer(struct epc_sim *sim,
		      const struct epc_sim_request *request)
{
	const enum epc_sim_error error = EPC_SIM_ERROR_COMPLETION_TIMEOUT;

	if (is_posted(request))
		return;

	if (is_downstream(request)) {
		epc_sim_port_error(&sim->ports[0], error, request, false);
		epc_sim_dpc_completion(&sim->ports[0], error,
				       is_config(request));
	} else {
		function_error(sim, request->function, error, request, false);
	}
}

/**
 * epc_sim_request_error() - report a request that failed
 * @sim: the instance
 * @request: what was requested, and why it failed
 *
 * Context: any, without sim->lock.
 */
void epc_sim_request_error(struct epc_sim *sim,
			   const struct epc_sim_request *request)
{
	guard(raw_spinlock_irqsave)(&sim->lock);
	if (!sim->link_up)
		return;

	switch (request->outcome) {
	case EPC_SIM_NO_FUNCTION:
	case EPC_SIM_NO_BAR:
		downstream_error(sim, request);
		break;
	case EPC_SIM_NO_BUS_MASTER:
		upstream_error(sim, request);
		break;
	case EPC_SIM_NO_MEMORY:
	case EPC_SIM_NOT_POWERED:
		if (is_downstream(request))
			downstream_error(sim, request);
		else if (request->outcome == EPC_SIM_NO_MEMORY)
			upstream_error(sim, request);
		break;
	case EPC_SIM_FAULT_INJECTED:
		no_answer(sim, request);
		break;
	default:
		/* What did not leave its side is no error on the link. */
		break;
	}
}
