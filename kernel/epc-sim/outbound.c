// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * The endpoint reads and writes the host's memory through outbound maps:
 * ranges of its own physical addresses that lead to PCI addresses. A write to
 * the host's message address is an interrupt.
 */

#include <linux/align.h>
#include <linux/cleanup.h>
#include <linux/bitops.h>
#include <linux/lockdep.h>
#include <linux/math.h>
#include <linux/minmax.h>
#include <linux/platform_device.h>
#include <linux/sizes.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include "epc-sim.h"
#include "trace.h"

/* Bytes of the host's memory that are copied with the instance's lock held. */
#define OUTBOUND_ATOMIC	SZ_4K

/* The map that holds a range, or NULL. */
static struct epc_sim_map *outbound_find(struct epc_sim *sim, phys_addr_t phys,
					 size_t len)
{
	unsigned int i;

	lockdep_assert_held(&sim->lock);
	for (i = 0; i < sim->profile.max_maps; i++) {
		struct epc_sim_map *map = &sim->maps[i];

		if (map->size && phys >= map->phys &&
		    phys - map->phys < map->size &&
		    len <= map->size - (phys - map->phys))
			return map;
	}

	return NULL;
}

/* Whether a memory request of a function gets to the host. */
static enum epc_sim_outcome
outbound_passes(struct epc_sim *sim, const struct epc_sim_function *function)
{
	const struct epc_sim_config *config = &function->config;

	lockdep_assert_held(&sim->lock);
	if (!sim->link_up)
		return EPC_SIM_LINK_DOWN;
	if (!epc_sim_function_in_d0(sim, function))
		return EPC_SIM_NOT_POWERED;
	if (!(epc_sim_config_read(config, PCI_COMMAND, 2) &
	      PCI_COMMAND_MASTER) || epc_sim_port_block_up(epc_sim_slot(sim)))
		return EPC_SIM_NO_BUS_MASTER;

	return EPC_SIM_OK;
}

/* Fill in who requests what. */
static void outbound_translate(struct epc_sim *sim, phys_addr_t phys,
			       struct epc_sim_request *request)
{
	struct epc_sim_map *map;

	guard(raw_spinlock_irqsave)(&sim->lock);

	map = outbound_find(sim, phys, request->len);
	if (!map) {
		request->outcome = EPC_SIM_NO_MAP;
		return;
	}

	request->function = map->function;
	request->addr = map->pci_addr + (phys - map->phys);
	request->outcome = outbound_passes(sim, map->function);
}

/*
 * Move the data; buf is read from for a write, and filled for a read. Whatever
 * stops a function, link or bus mastering, does so in the middle, too, and for
 * good: the host may free the memory next.
 */
static void outbound_copy(struct epc_sim *sim, struct epc_sim_request *request,
			  void *to, const void *from)
{
	size_t done, len;

	for (done = 0; done < request->len; done += len) {
		len = min(request->len - done, OUTBOUND_ATOMIC);

		guard(raw_spinlock_irqsave)(&sim->lock);
		request->outcome = outbound_passes(sim, request->function);
		if (request->outcome != EPC_SIM_OK)
			return;

		epc_sim_request_copy(request, to, from, done, len);
	}
}

static void outbound_move(struct epc_sim *sim, struct epc_sim_request *request,
			  void *buf, bool write)
{
	void *memory;

	if (!epc_sim_request_passes(sim, request))
		return;

	if (write && request->len == 4 &&
	    request->addr == epc_sim_space_msi_address(sim)) {
		if (!epc_sim_interrupt_send(sim, request->function,
					    get_unaligned_le32(buf)))
			request->outcome = EPC_SIM_FAULT_INJECTED;
		return;
	}

	memory = epc_sim_ram(request->addr, request->len);
	if (!memory) {
		request->outcome = EPC_SIM_NO_MEMORY;
		return;
	}

	epc_sim_guards_touched(sim, request);
	if (write)
		outbound_copy(sim, request, memory, buf);
	else
		outbound_copy(sim, request, buf, memory);
}

/**
 * epc_sim_outbound_read() - the endpoint reads through a window
 * @sim: the instance
 * @phys: its physical address
 * @buf: filled; with ones where nothing answers
 * @len: bytes
 *
 * Context: any.
 */
void epc_sim_outbound_read(struct epc_sim *sim, phys_addr_t phys, void *buf,
			   size_t len)
{
	struct epc_sim_request request = {
		.kind = EPC_SIM_ENDPOINT_READ,
		.len = len,
	};

	outbound_translate(sim, phys, &request);
	outbound_move(sim, &request, buf, false);
	if (request.outcome != EPC_SIM_OK)
		memset(buf, 0xff, len);
	epc_sim_request(sim, &request);
}

/**
 * epc_sim_outbound_write() - the endpoint writes through a window
 * @sim: the instance
 * @phys: its physical address
 * @buf: data
 * @len: bytes
 *
 * Context: any.
 */
void epc_sim_outbound_write(struct epc_sim *sim, phys_addr_t phys,
			    const void *buf, size_t len)
{
	struct epc_sim_request request = {
		.kind = EPC_SIM_ENDPOINT_WRITE,
		.len = len,
	};

	outbound_translate(sim, phys, &request);
	outbound_move(sim, &request, (void *)buf, true);
	epc_sim_request(sim, &request);
}

/**
 * epc_sim_outbound_post() - the controller itself sends an interrupt message
 * @sim: the instance
 * @function: function in whose name it does
 * @pci_addr: PCI address, which the host chose
 * @message: what to write there
 *
 * Context: any.
 * Return: whether it got anywhere.
 */
bool epc_sim_outbound_post(struct epc_sim *sim,
			   struct epc_sim_function *function, u64 pci_addr,
			   __le32 message)
{
	struct epc_sim_request request = {
		.kind = EPC_SIM_MESSAGE,
		.function = function,
		.addr = pci_addr,
		.len = sizeof(message),
	};

	scoped_guard(raw_spinlock_irqsave, &sim->lock)
		request.outcome = outbound_passes(sim, function);

	outbound_move(sim, &request, &message, true);
	epc_sim_request(sim, &request);
	return request.outcome == EPC_SIM_OK;
}

/* The request itself, when it is known who requests what. */
static bool outbound_dma(struct epc_sim *sim, struct epc_sim_request *request,
			 void *buf, u64 *cost_ns)
{
	outbound_move(sim, request, buf, request->kind == EPC_SIM_DMA_WRITE);
	*cost_ns = epc_sim_request_begin(sim, request);
	return request->outcome == EPC_SIM_OK;
}

/**
 * epc_sim_outbound_dma() - the DMA engine moves data to or from the host
 * @sim: the instance
 * @function: function in whose name it does
 * @pci_addr: PCI address
 * @buf: the endpoint's memory
 * @len: bytes
 * @write: to the host
 * @cost_ns: set to how long it takes from now
 *
 * Context: any.
 * Return: whether it got anywhere; a read that did not may have filled a
 *	part of @buf.
 */
bool epc_sim_outbound_dma(struct epc_sim *sim,
			  struct epc_sim_function *function, u64 pci_addr,
			  void *buf, size_t len, bool write, u64 *cost_ns)
{
	struct epc_sim_request request = {
		.kind = write ? EPC_SIM_DMA_WRITE : EPC_SIM_DMA_READ,
		.function = function,
		.addr = pci_addr,
		.len = len,
	};

	scoped_guard(raw_spinlock_irqsave, &sim->lock)
		request.outcome = outbound_passes(sim, function);

	return outbound_dma(sim, &request, buf, cost_ns);
}

/**
 * epc_sim_outbound_dma_window() - the same through a window, as a CPU does
 * @sim: the instance
 * @phys: physical address in the outbound space
 * @buf: the endpoint's memory
 * @len: bytes
 * @write: to the host
 * @cost_ns: set to how long it takes from now
 *
 * Context: any.
 * Return: whether it got anywhere; a read that did not may have filled a
 *	part of @buf.
 */
bool epc_sim_outbound_dma_window(struct epc_sim *sim, phys_addr_t phys,
				 void *buf, size_t len, bool write,
				 u64 *cost_ns)
{
	struct epc_sim_request request = {
		.kind = write ? EPC_SIM_DMA_WRITE : EPC_SIM_DMA_READ,
		.len = len,
	};

	outbound_translate(sim, phys, &request);
	return outbound_dma(sim, &request, buf, cost_ns);
}

/*
 * How many low bits of an address a map of that range passes on: those in which
 * addresses of the range differ. The others are those of the PCI address.
 */
static unsigned int pass_bits(const struct epc_sim_profile *profile,
			      u64 pci_addr, size_t size)
{
	return clamp_t(unsigned int, fls64(pci_addr ^ (pci_addr + size - 1)),
		       profile->min_pass_bits, profile->max_pass_bits);
}

static int outbound_map(struct epc_sim *sim, struct epc_sim_function *function,
			phys_addr_t phys, u64 pci_addr, size_t size)
{
	phys_addr_t base = epc_sim_space_outbound(sim);
	size_t space = sim->profile.num_windows * sim->profile.window_size;
	unsigned int align = sim->profile.region_align;
	struct epc_sim_map *free = NULL;
	unsigned int i;
	int ret;

	if (!size || phys < base || phys - base >= space ||
	    size > space - (phys - base) || pci_addr + size - 1 < pci_addr) {
		dev_err(&sim->epc->dev,
			"map of %zu bytes at %pa to %#llx: outside of the outbound space\n",
			size, &phys, pci_addr);
		return -EINVAL;
	}
	if (!IS_ALIGNED(phys, align) || !IS_ALIGNED(pci_addr, align)) {
		dev_err(&sim->epc->dev,
			"map of %zu bytes at %pa to %#llx: addresses are not multiples of %u\n",
			size, &phys, pci_addr, align);
		return -EINVAL;
	}
	if (sim->profile.max_pass_bits) {
		u64 passed = BIT_ULL(pass_bits(&sim->profile,
						       pci_addr, size));

		pci_addr = round_down(pci_addr, passed);
		size = min(size, passed);
	}

	ret = epc_sim_fault_map(sim, function, size);
	if (ret)
		return ret;
	if (epc_sim_fault_maps_exhausted(sim, function))
		return sim->profile.no_map_error;

	scoped_guard(raw_spinlock_irqsave, &sim->lock) {
		if (sim->profile.no_link_error && !sim->link_up)
			return sim->profile.no_link_error;

		for (i = 0; i < sim->profile.max_maps; i++) {
			struct epc_sim_map *map = &sim->maps[i];

			if (!map->size)
				free = free ?: map;
			else if (phys < map->phys + map->size &&
				 map->phys < phys + size)
				return -EBUSY;
		}
		if (!free)
			return sim->profile.no_map_error;

		*free = (struct epc_sim_map) {
			.phys = phys,
			.pci_addr = pci_addr,
			.size = size,
			.function = function,
		};

		epc_sim_count_map(sim, function);
	}

	return 0;
}

/**
 * epc_sim_outbound_map() - make a range lead to a PCI address
 * @sim: the instance
 * @function: function in whose name accesses are made
 * @phys: physical address in the outbound space
 * @pci_addr: PCI address
 * @size: bytes
 *
 * Return: 0, -EINVAL where the range is not in the outbound space or not
 *	aligned as the profile wants, -EBUSY where it is mapped already, the
 *	profile's errors when all maps are in use or the link is down, and any
 *	that is injected.
 */
int epc_sim_outbound_map(struct epc_sim *sim, struct epc_sim_function *function,
			 phys_addr_t phys, u64 pci_addr, size_t size)
{
	int ret = outbound_map(sim, function, phys, pci_addr, size);

	trace_epc_sim_map(sim, function, phys, pci_addr, size, ret);
	return ret;
}

/**
 * epc_sim_outbound_align() - what to map for a range to be in it
 * @sim: the instance
 * @pci_addr: PCI address of the range
 * @size: its size; set to that of the map, which may hold only a part
 * @offset: set to where the range begins in the map
 *
 * Return: PCI address to map.
 */
u64 epc_sim_outbound_align(struct epc_sim *sim, u64 pci_addr, size_t *size,
			   size_t *offset)
{
	const struct epc_sim_profile *profile = &sim->profile;
	u64 mask = profile->region_align - 1;
	u64 granule = profile->window_page_size;
	u64 limit = profile->window_size;

	if (profile->max_pass_bits) {
		mask = BIT_ULL(pass_bits(profile, pci_addr, *size)) - 1;
		granule = BIT_ULL(profile->min_pass_bits);
		limit = BIT_ULL(profile->max_pass_bits);
	}

	*offset = pci_addr & mask;
	*size = min(ALIGN(*offset + *size, granule), limit);
	return pci_addr & ~mask;
}

/**
 * epc_sim_outbound_can_map() - whether there is one more map to be had
 * @sim: the instance
 * @function: function that asks
 *
 * Return: true if so, at this moment.
 */
bool epc_sim_outbound_can_map(struct epc_sim *sim,
			      struct epc_sim_function *function)
{
	unsigned int i;

	if (epc_sim_fault_maps_exhausted(sim, function))
		return false;

	guard(raw_spinlock_irqsave)(&sim->lock);
	for (i = 0; i < sim->profile.max_maps; i++)
		if (!sim->maps[i].size)
			return true;

	return false;
}

/**
 * epc_sim_outbound_unmap() - undo epc_sim_outbound_map()
 * @sim: the instance
 * @function: function as it was mapped
 * @phys: physical address as it was mapped; others are ignored, as by hardware
 */
void epc_sim_outbound_unmap(struct epc_sim *sim,
			    struct epc_sim_function *function,
			    phys_addr_t phys)
{
	unsigned int i;

	guard(raw_spinlock_irqsave)(&sim->lock);
	for (i = 0; i < sim->profile.max_maps; i++) {
		struct epc_sim_map *map = &sim->maps[i];

		if (!map->size || map->phys != phys ||
		    map->function != function)
			continue;

		map->size = 0;
		epc_sim_count_unmap(sim, function);
		trace_epc_sim_map(sim, function, phys, map->pci_addr, 0, 0);
		return;
	}
}
