// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * The endpoint reads and writes the host's memory through outbound maps:
 * ranges of its own physical addresses that lead to PCI addresses. A write to
 * the host's message address is an interrupt.
 */

#include <linux/cleanup.h>
#include <linux/lockdep.h>
#include <linux/platform_device.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include "epc-sim.h"

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
static bool outbound_passes(struct epc_sim *sim, u8 func_no)
{
	const struct epc_sim_config *config = &sim->functions[func_no].config;

	lockdep_assert_held(&sim->lock);
	if (!sim->link_up) {
		epc_sim_count(sim, EPC_SIM_ABORTED_LINK_DOWN);
		return false;
	}
	if (!epc_sim_config_in_d0(config)) {
		epc_sim_count(sim, EPC_SIM_ABORTED_POWER_STATE);
		return false;
	}
	if (!(epc_sim_config_read(config, PCI_COMMAND, 2) &
	      PCI_COMMAND_MASTER) || !epc_sim_port_forwards_up(sim)) {
		epc_sim_count(sim, EPC_SIM_ABORTED_NO_BUS_MASTER);
		return false;
	}

	return true;
}

static bool outbound_translate(struct epc_sim *sim, phys_addr_t phys,
			       size_t len, u64 *pci_addr)
{
	struct epc_sim_map *map;

	guard(raw_spinlock_irqsave)(&sim->lock);

	map = outbound_find(sim, phys, len);
	if (!map) {
		epc_sim_count(sim, EPC_SIM_ABORTED_NO_MAP);
		return false;
	}
	if (!outbound_passes(sim, map->func_no))
		return false;

	*pci_addr = map->pci_addr + (phys - map->phys);
	return true;
}

static bool outbound_deliver(struct epc_sim *sim, u64 pci_addr, const void *buf,
			     size_t len)
{
	void *memory;

	if (pci_addr == epc_sim_space_msi_address(sim) && len == 4) {
		epc_sim_interrupt_message(sim, get_unaligned_le32(buf));
		return true;
	}

	memory = epc_sim_ram(pci_addr, len);
	if (!memory) {
		epc_sim_count(sim, EPC_SIM_ABORTED_NO_MEMORY);
		return false;
	}

	epc_sim_copy(memory, buf, len);
	epc_sim_count_n(sim, EPC_SIM_ENDPOINT_WRITE_BYTES, len);
	return true;
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
	void *memory = NULL;
	u64 pci_addr;

	epc_sim_count_n(sim, EPC_SIM_ENDPOINT_READS, epc_sim_accesses(len));

	if (outbound_translate(sim, phys, len, &pci_addr)) {
		memory = epc_sim_ram(pci_addr, len);
		if (!memory)
			epc_sim_count(sim, EPC_SIM_ABORTED_NO_MEMORY);
	}
	if (!memory) {
		memset(buf, 0xff, len);
		return;
	}

	epc_sim_copy(buf, memory, len);
	epc_sim_count_n(sim, EPC_SIM_ENDPOINT_READ_BYTES, len);
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
	u64 pci_addr;

	epc_sim_count_n(sim, EPC_SIM_ENDPOINT_WRITES, epc_sim_accesses(len));

	if (outbound_translate(sim, phys, len, &pci_addr))
		outbound_deliver(sim, pci_addr, buf, len);
}

/**
 * epc_sim_outbound_post() - the controller itself writes to the host
 * @sim: the instance
 * @func_no: function in whose name it does
 * @pci_addr: PCI address
 * @buf: data
 * @len: bytes
 *
 * Context: any.
 * Return: whether the write got anywhere.
 */
bool epc_sim_outbound_post(struct epc_sim *sim, u8 func_no, u64 pci_addr,
			   const void *buf, size_t len)
{
	scoped_guard(raw_spinlock_irqsave, &sim->lock)
		if (!outbound_passes(sim, func_no))
			return false;

	return outbound_deliver(sim, pci_addr, buf, len);
}

/**
 * epc_sim_outbound_map() - make a range lead to a PCI address
 * @sim: the instance
 * @func_no: function in whose name accesses are made
 * @phys: physical address in the outbound space
 * @pci_addr: PCI address
 * @size: bytes
 *
 * Return: 0, -EINVAL where the range is not in the outbound space, -EBUSY
 *	where it is mapped already, -ENOSPC when all maps are in use.
 */
int epc_sim_outbound_map(struct epc_sim *sim, u8 func_no, phys_addr_t phys,
			 u64 pci_addr, size_t size)
{
	phys_addr_t base = epc_sim_space_outbound(sim);
	size_t space = sim->profile.num_windows * sim->profile.window_size;
	struct epc_sim_map *free = NULL;
	unsigned int i;

	if (!size || phys < base || phys - base >= space ||
	    size > space - (phys - base) || pci_addr + size - 1 < pci_addr) {
		dev_err(&sim->epc->dev,
			"map of %zu bytes at %pa to %#llx: outside of the outbound space\n",
			size, &phys, pci_addr);
		return -EINVAL;
	}

	scoped_guard(raw_spinlock_irqsave, &sim->lock) {
		for (i = 0; i < sim->profile.max_maps; i++) {
			struct epc_sim_map *map = &sim->maps[i];

			if (!map->size)
				free = free ?: map;
			else if (phys < map->phys + map->size &&
				 map->phys < phys + size)
				return -EBUSY;
		}
		if (!free)
			return -ENOSPC;

		*free = (struct epc_sim_map) {
			.phys = phys,
			.pci_addr = pci_addr,
			.size = size,
			.func_no = func_no,
		};

		epc_sim_count_map(sim);
	}

	return 0;
}

/**
 * epc_sim_outbound_unmap() - undo epc_sim_outbound_map()
 * @sim: the instance
 * @func_no: function as it was mapped
 * @phys: physical address as it was mapped; others are ignored, as by hardware
 */
void epc_sim_outbound_unmap(struct epc_sim *sim, u8 func_no, phys_addr_t phys)
{
	unsigned int i;

	guard(raw_spinlock_irqsave)(&sim->lock);
	for (i = 0; i < sim->profile.max_maps; i++) {
		struct epc_sim_map *map = &sim->maps[i];

		if (!map->size || map->phys != phys || map->func_no != func_no)
			continue;

		map->size = 0;
		epc_sim_count_unmap(sim);
		return;
	}
}
