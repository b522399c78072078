// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * The root port that the endpoint is plugged into: a bridge (type 1 header)
 * with PM, MSI and PCI Express capabilities. It forwards memory accesses to
 * the endpoint within its windows, and the endpoint's with bus mastering on.
 */

#include <linux/bitfield.h>
#include <linux/lockdep.h>
#include <linux/pci_ids.h>
#include <linux/sizes.h>
#include <linux/string.h>

#include "epc-sim.h"

/* The identity that boards with a DesignWare root port show. */
#define PORT_DEVICE_ID	0xabcd

/**
 * epc_sim_port_init() - reset the root port
 * @sim: the instance
 */
void epc_sim_port_init(struct epc_sim *sim)
{
	struct epc_sim_config *port = &sim->port;
	const int exp = EPC_SIM_CAP_EXP;

	lockdep_assert_held(&sim->lock);
	memset(port, 0, sizeof(*port));

	epc_sim_config_set(port, PCI_VENDOR_ID, 2, PCI_VENDOR_ID_SYNOPSYS);
	epc_sim_config_set(port, PCI_DEVICE_ID, 2, PORT_DEVICE_ID);
	epc_sim_config_set(port, PCI_CLASS_REVISION, 4,
			   PCI_CLASS_BRIDGE_PCI_NORMAL << 8 | 0x01);
	epc_sim_config_set(port, PCI_HEADER_TYPE, 1, PCI_HEADER_TYPE_BRIDGE);
	epc_sim_config_allow(port, PCI_COMMAND, 2,
			     PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER |
			     PCI_COMMAND_PARITY | PCI_COMMAND_SERR |
			     PCI_COMMAND_INTX_DISABLE);
	epc_sim_config_allow(port, PCI_CACHE_LINE_SIZE, 1, 0xff);
	epc_sim_config_allow(port, PCI_PRIMARY_BUS, 4, 0x00ffffff);
	epc_sim_config_allow(port, PCI_MEMORY_BASE, 2,
			     (u16)PCI_MEMORY_RANGE_MASK);
	epc_sim_config_allow(port, PCI_MEMORY_LIMIT, 2,
			     (u16)PCI_MEMORY_RANGE_MASK);
	epc_sim_config_set(port, PCI_PREF_MEMORY_BASE, 2,
			   PCI_PREF_RANGE_TYPE_64);
	epc_sim_config_set(port, PCI_PREF_MEMORY_LIMIT, 2,
			   PCI_PREF_RANGE_TYPE_64);
	epc_sim_config_allow(port, PCI_PREF_MEMORY_BASE, 2,
			     (u16)PCI_PREF_RANGE_MASK);
	epc_sim_config_allow(port, PCI_PREF_MEMORY_LIMIT, 2,
			     (u16)PCI_PREF_RANGE_MASK);
	epc_sim_config_allow(port, PCI_PREF_BASE_UPPER32, 4, ~0U);
	epc_sim_config_allow(port, PCI_PREF_LIMIT_UPPER32, 4, ~0U);
	epc_sim_config_allow(port, PCI_INTERRUPT_LINE, 1, 0xff);
	epc_sim_config_allow(port, PCI_BRIDGE_CONTROL, 2,
			     PCI_BRIDGE_CTL_PARITY | PCI_BRIDGE_CTL_SERR |
			     PCI_BRIDGE_CTL_BUS_RESET);

	epc_sim_config_add_pm(port);
	epc_sim_config_add_msi(port, 0);
	epc_sim_config_add_exp(port, PCI_EXP_TYPE_ROOT_PORT);
	epc_sim_config_link_caps(port, true, false);
	epc_sim_config_set(port, exp + PCI_EXP_LNKCAP, 4,
			   epc_sim_config_read(port, exp + PCI_EXP_LNKCAP, 4) |
			   PCI_EXP_LNKCAP_DLLLARC);
	epc_sim_config_allow(port, exp + PCI_EXP_RTCTL, 2,
			     PCI_EXP_RTCTL_SECEE | PCI_EXP_RTCTL_SENFEE |
			     PCI_EXP_RTCTL_SEFEE | PCI_EXP_RTCTL_PMEIE);
	epc_sim_config_allow_clear(port, exp + PCI_EXP_RTSTA, 4,
				   PCI_EXP_RTSTA_PME);

	epc_sim_port_link_changed(sim);
}

/**
 * epc_sim_port_write() - write a register as the host does
 * @sim: the instance
 * @where: offset; with @size within the space
 * @size: 1, 2 or 4 bytes
 * @value: value
 */
void epc_sim_port_write(struct epc_sim *sim, int where, int size, u32 value)
{
	struct epc_sim_config *port = &sim->port;
	u32 before = epc_sim_config_read(port, PCI_BRIDGE_CONTROL, 2);

	lockdep_assert_held(&sim->lock);
	epc_sim_config_write(port, where, size, value);

	/* A hot reset begins with the bit set. */
	if (~before & epc_sim_config_read(port, PCI_BRIDGE_CONTROL, 2) &
	    PCI_BRIDGE_CTL_BUS_RESET)
		epc_sim_functions_reset(sim);
}

/**
 * epc_sim_port_link_changed() - show the state of the link in the port
 * @sim: the instance
 */
void epc_sim_port_link_changed(struct epc_sim *sim)
{
	u16 status = 0;

	lockdep_assert_held(&sim->lock);
	if (sim->link_up)
		status = PCI_EXP_LNKSTA_CLS_8_0GB | PCI_EXP_LNKSTA_NLW_X4 |
			 PCI_EXP_LNKSTA_DLLLA;
	epc_sim_config_set(&sim->port, EPC_SIM_CAP_EXP + PCI_EXP_LNKSTA, 2,
			   status);
}

/**
 * epc_sim_port_secondary_bus() - number of the bus below the port
 * @sim: the instance
 *
 * Return: the number, 0 before the host has given one.
 */
u8 epc_sim_port_secondary_bus(const struct epc_sim *sim)
{
	return epc_sim_config_read(&sim->port, PCI_SECONDARY_BUS, 1);
}

static bool port_window_contains(u64 base, u64 limit, u64 addr, size_t len)
{
	/* Windows have 1 MiB granularity; the limit names its last one. */
	limit |= SZ_1M - 1;
	return addr >= base && addr + len - 1 <= limit;
}

/**
 * epc_sim_port_forwards_down() - whether an address leads to the endpoint
 * @sim: the instance
 * @addr: PCI address
 * @len: bytes
 *
 * Return: true where a window of the port holds it all and memory space is on.
 */
bool epc_sim_port_forwards_down(const struct epc_sim *sim, u64 addr,
				size_t len)
{
	const struct epc_sim_config *port = &sim->port;
	u64 base, limit;

	lockdep_assert_held(&sim->lock);
	if (!(epc_sim_config_read(port, PCI_COMMAND, 2) & PCI_COMMAND_MEMORY) ||
	    !epc_sim_config_in_d0(port))
		return false;

	base = (u64)(epc_sim_config_read(port, PCI_MEMORY_BASE, 2) &
		     PCI_MEMORY_RANGE_MASK) << 16;
	limit = (u64)(epc_sim_config_read(port, PCI_MEMORY_LIMIT, 2) &
		      PCI_MEMORY_RANGE_MASK) << 16;
	if (port_window_contains(base, limit, addr, len))
		return true;

	base = epc_sim_config_read(port, PCI_PREF_BASE_UPPER32, 4);
	base = base << 32 |
	       (u64)(epc_sim_config_read(port, PCI_PREF_MEMORY_BASE, 2) &
		     PCI_PREF_RANGE_MASK) << 16;
	limit = epc_sim_config_read(port, PCI_PREF_LIMIT_UPPER32, 4);
	limit = limit << 32 |
		(u64)(epc_sim_config_read(port, PCI_PREF_MEMORY_LIMIT, 2) &
		      PCI_PREF_RANGE_MASK) << 16;
	return port_window_contains(base, limit, addr, len);
}

/**
 * epc_sim_port_forwards_up() - whether the endpoint can reach memory
 * @sim: the instance
 *
 * Return: true where the port is powered and has bus mastering on.
 */
bool epc_sim_port_forwards_up(const struct epc_sim *sim)
{
	lockdep_assert_held(&sim->lock);
	return epc_sim_config_in_d0(&sim->port) &&
	       epc_sim_config_read(&sim->port, PCI_COMMAND, 2) &
	       PCI_COMMAND_MASTER;
}
