// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * The host's CPU reads and writes a BAR: memory of the endpoint, which the
 * endpoint does not notice being accessed, or outbound windows, as behind the
 * BARs of a bridge between two hosts. What no function answers to reads as all
 * ones, and swallows writes.
 */

#include <linux/cleanup.h>
#include <linux/mm.h>
#include <linux/pfn.h>
#include <linux/string.h>

#include "epc-sim.h"

/* Where an access ends up. */
struct target {
	void *memory;	/* NULL: registers, or outbound */
	bool outbound;	/* windows of this or another instance */
	phys_addr_t phys;
	size_t len;	/* bytes in one piece */
	struct epc_sim_function *function;	/* NULL: none of them */
	bool msix_table;	/* it touches the vector table */
};

/**
 * epc_sim_ram() - memory at a physical address
 * @phys: address
 * @len: bytes
 *
 * Return: kernel address, or NULL where there is no memory for all of it.
 */
void *epc_sim_ram(phys_addr_t phys, size_t len)
{
	phys_addr_t last = phys + len - 1;

	if (last < phys || !pfn_valid(PHYS_PFN(phys)) ||
	    !pfn_valid(PHYS_PFN(last)))
		return NULL;

	return phys_to_virt(phys);
}

static enum epc_sim_outcome inbound_find(struct epc_sim *sim, u64 addr,
					 size_t len, struct target *target)
{
	unsigned int i;

	guard(raw_spinlock_irqsave)(&sim->lock);

	*target = (struct target) { .len = len };
	if (!sim->link_up)
		return EPC_SIM_LINK_DOWN;
	if (!epc_sim_ports_forward_down(sim, addr, len))
		return EPC_SIM_NO_BAR;

	for (i = 0; i < EPC_SIM_MAX_FUNCTIONS; i++) {
		struct epc_sim_function *function = epc_sim_function(sim, i, 0);
		u64 offset;
		int barno;

		if (!function->present)
			continue;
		barno = epc_sim_function_find_bar(function, addr, len, &offset);
		if (barno < 0)
			function = epc_sim_sriov_find_bar(sim, function, addr,
							  len, &barno, &offset);
		if (!function)
			continue;
		target->function = function;
		if (!epc_sim_function_in_d0(sim, function))
			return EPC_SIM_NOT_POWERED;

		target->phys = epc_sim_bar_find(&function->bars[barno], offset,
						&target->len);
		if (!target->phys)
			return EPC_SIM_NO_MEMORY;
		target->memory = epc_sim_ram(target->phys, target->len);
		target->outbound = epc_sim_space_is_outbound(target->phys,
							     target->len);
		target->msix_table = function->msix_count &&
			function->msix_bar == barno &&
			offset + target->len > function->msix_offset &&
			offset < function->msix_offset +
				 function->msix_count * PCI_MSIX_ENTRY_SIZE;
		return target->memory || target->outbound ||
		       epc_sim_registers_hold(sim, target->phys, target->len) ?
		       EPC_SIM_OK : EPC_SIM_NO_MEMORY;
	}

	return EPC_SIM_NO_BAR;
}

/* What lies in a port does not cross the link. */
static bool inbound_port(struct epc_sim *sim, u64 addr, void *buf, size_t len,
			 bool write)
{
	struct epc_sim_port *port;
	void *memory;

	guard(raw_spinlock_irqsave)(&sim->lock);
	memory = epc_sim_port_find_bar(sim, addr, len, &port);
	if (!memory)
		return false;

	if (!write) {
		memcpy(buf, memory, len);
		return true;
	}

	memcpy(memory, buf, len);
	epc_sim_port_interrupt(port);
	return true;
}

/* Move what is in one piece; returns how many bytes that are. */
static size_t inbound_move(struct epc_sim *sim, enum epc_sim_kind kind,
			   u64 addr, void *buf, size_t len)
{
	bool write = kind == EPC_SIM_HOST_WRITE;
	struct epc_sim_request request = {
		.kind = kind,
		.addr = addr,
	};
	struct target target;
	bool passes;

	scoped_guard(srcu, &sim->srcu) {
		request.outcome = inbound_find(sim, addr, len, &target);
		request.function = target.function;
		request.len = target.len;
		passes = epc_sim_request_passes(sim, &request);
		if (passes && target.memory)
			epc_sim_request_copy(&request,
					     write ? target.memory : buf,
					     write ? buf : target.memory,
					     0, target.len);
		else if (passes && target.outbound)
			epc_sim_space_forward(target.phys, buf, target.len,
					      write);
		else if (!write)
			memset(buf, passes ? 0 : 0xff, target.len);
	}

	epc_sim_request(sim, &request);

	if (write && passes && target.msix_table)
		epc_sim_interrupt_unmasked(sim, target.function);
	if (write && passes && !target.memory && !target.outbound)
		epc_sim_registers_written(sim, target.phys, target.len);

	return target.len;
}

/**
 * epc_sim_inbound_read() - the host reads from a BAR
 * @sim: the instance
 * @addr: PCI address
 * @buf: filled; with ones where nothing answers
 * @len: bytes
 *
 * Context: any.
 */
void epc_sim_inbound_read(struct epc_sim *sim, u64 addr, void *buf, size_t len)
{
	size_t done;

	if (inbound_port(sim, addr, buf, len, false))
		return;

	for (done = 0; done < len;)
		done += inbound_move(sim, EPC_SIM_HOST_READ, addr + done,
				     buf + done, len - done);
}

/**
 * epc_sim_inbound_write() - the host writes to a BAR
 * @sim: the instance
 * @addr: PCI address
 * @buf: data
 * @len: bytes
 *
 * Context: any.
 */
void epc_sim_inbound_write(struct epc_sim *sim, u64 addr, const void *buf,
			   size_t len)
{
	size_t done;

	if (inbound_port(sim, addr, (void *)buf, len, true))
		return;

	for (done = 0; done < len;)
		done += inbound_move(sim, EPC_SIM_HOST_WRITE, addr + done,
				     (void *)buf + done, len - done);
}
