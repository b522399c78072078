// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * The ports between host and endpoint: bridges (type 1 headers), each with the
 * capabilities that its kind of port has. They forward memory accesses to the
 * endpoint within their windows, and the endpoint's with bus mastering on.
 */

#include <linux/bitfield.h>
#include <linux/lockdep.h>
#include <linux/pci_ids.h>
#include <linux/sizes.h>
#include <linux/string.h>

#include "epc-sim.h"

/* The identity that boards with a DesignWare root port show. */
#define ROOT_PORT_ID	0xabcd
/* That of the switch XIO3130, which emulators show. */
#define UPSTREAM_ID	0x8232
#define DOWNSTREAM_ID	0x8233

/* Of each port's own BAR, and of what its windows leave to the ports above. */
#define PORT_SPACE	SZ_1M
#define PORT_BAR_SIZE	SZ_4K

/**
 * epc_sim_slot() - the port that the endpoint is plugged into
 * @sim: the instance
 *
 * Return: the port.
 */
struct epc_sim_port *epc_sim_slot(struct epc_sim *sim)
{
	return &sim->ports[sim->num_ports - 1];
}

/**
 * epc_sim_port_above() - the next port towards the host
 * @port: a port
 *
 * Return: the port, or NULL above the root port.
 */
struct epc_sim_port *epc_sim_port_above(const struct epc_sim_port *port)
{
	unsigned int index = port - port->sim->ports;

	return index ? &port->sim->ports[index - 1] : NULL;
}

/**
 * epc_sim_port_below() - the next port towards the endpoint
 * @port: a port
 *
 * Return: the port, or NULL where it is the endpoint.
 */
struct epc_sim_port *epc_sim_port_below(const struct epc_sim_port *port)
{
	unsigned int index = port - port->sim->ports;

	return index + 1 < port->sim->num_ports ? &port->sim->ports[index + 1] :
						  NULL;
}

/**
 * epc_sim_port_has_link() - whether there is a link below a port
 * @port: the port
 *
 * Return: false for an upstream port: below it is the inside of the switch.
 */
bool epc_sim_port_has_link(const struct epc_sim_port *port)
{
	return port->type != PCI_EXP_TYPE_UPSTREAM;
}

/*
 * The firmware of a board leaves room behind its ports, as a rescan does not
 * give windows to a bridge that is in use, and turns them on.
 */
static void port_init_firmware(struct epc_sim_port *port)
{
	struct epc_sim_config *config = &port->config;
	const struct resource *memory = &port->sim->windows[0];
	const struct resource *prefetch = &port->sim->windows[1];
	unsigned int index = port - port->sim->ports;
	u64 base = memory->start + (index + 1) * PORT_SPACE;

	epc_sim_config_set(config, PCI_COMMAND, 2,
			   PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
	epc_sim_config_set(config, PCI_MEMORY_BASE, 2,
			   base >> 16 & PCI_MEMORY_RANGE_MASK);
	epc_sim_config_set(config, PCI_MEMORY_LIMIT, 2,
			   memory->end >> 16 & PCI_MEMORY_RANGE_MASK);
	epc_sim_config_set(config, PCI_PREF_MEMORY_BASE, 2,
			   PCI_PREF_RANGE_TYPE_64 |
			   (prefetch->start >> 16 & PCI_PREF_RANGE_MASK));
	epc_sim_config_set(config, PCI_PREF_MEMORY_LIMIT, 2,
			   PCI_PREF_RANGE_TYPE_64 |
			   (prefetch->end >> 16 & PCI_PREF_RANGE_MASK));
	epc_sim_config_set(config, PCI_PREF_BASE_UPPER32, 4,
			   upper_32_bits(prefetch->start));
	epc_sim_config_set(config, PCI_PREF_LIMIT_UPPER32, 4,
			   upper_32_bits(prefetch->end));

	if (port->sim->port_knobs.interrupts == EPC_SIM_PORT_MSIX) {
		epc_sim_config_set(config, PCI_BASE_ADDRESS_0, 4,
				   base - PORT_SPACE);
		epc_sim_config_allow(config, PCI_BASE_ADDRESS_0, 4,
				     ~(u32)(PORT_BAR_SIZE - 1));
	}
}

static void port_init_header(struct epc_sim_port *port)
{
	struct epc_sim_config *config = &port->config;
	bool root = port->type == PCI_EXP_TYPE_ROOT_PORT;
	bool upstream = port->type == PCI_EXP_TYPE_UPSTREAM;

	epc_sim_config_set(config, PCI_VENDOR_ID, 2,
			   root ? PCI_VENDOR_ID_SYNOPSYS : PCI_VENDOR_ID_TI);
	epc_sim_config_set(config, PCI_DEVICE_ID, 2,
			   root ? ROOT_PORT_ID :
			   upstream ? UPSTREAM_ID : DOWNSTREAM_ID);
	epc_sim_config_set(config, PCI_CLASS_REVISION, 4,
			   PCI_CLASS_BRIDGE_PCI_NORMAL << 8 | 0x01);
	epc_sim_config_set(config, PCI_HEADER_TYPE, 1, PCI_HEADER_TYPE_BRIDGE);
	epc_sim_config_allow(config, PCI_COMMAND, 2,
			     PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER |
			     PCI_COMMAND_PARITY | PCI_COMMAND_SERR |
			     PCI_COMMAND_INTX_DISABLE);
	epc_sim_config_allow_clear(config, PCI_STATUS, 2,
				   PCI_STATUS_SIG_TARGET_ABORT |
				   PCI_STATUS_REC_TARGET_ABORT |
				   PCI_STATUS_REC_MASTER_ABORT |
				   PCI_STATUS_SIG_SYSTEM_ERROR |
				   PCI_STATUS_DETECTED_PARITY);
	epc_sim_config_allow_clear(config, PCI_SEC_STATUS, 2,
				   PCI_STATUS_SIG_TARGET_ABORT |
				   PCI_STATUS_REC_TARGET_ABORT |
				   PCI_STATUS_REC_MASTER_ABORT |
				   PCI_STATUS_SIG_SYSTEM_ERROR |
				   PCI_STATUS_DETECTED_PARITY);
	epc_sim_config_allow(config, PCI_CACHE_LINE_SIZE, 1, 0xff);
	epc_sim_config_allow(config, PCI_PRIMARY_BUS, 4, 0x00ffffff);
	epc_sim_config_allow(config, PCI_MEMORY_BASE, 2,
			     (u16)PCI_MEMORY_RANGE_MASK);
	epc_sim_config_allow(config, PCI_MEMORY_LIMIT, 2,
			     (u16)PCI_MEMORY_RANGE_MASK);
	epc_sim_config_allow(config, PCI_PREF_MEMORY_BASE, 2,
			     (u16)PCI_PREF_RANGE_MASK);
	epc_sim_config_allow(config, PCI_PREF_MEMORY_LIMIT, 2,
			     (u16)PCI_PREF_RANGE_MASK);
	epc_sim_config_allow(config, PCI_PREF_BASE_UPPER32, 4, ~0U);
	epc_sim_config_allow(config, PCI_PREF_LIMIT_UPPER32, 4, ~0U);
	epc_sim_config_allow(config, PCI_INTERRUPT_LINE, 1, 0xff);
	epc_sim_config_allow(config, PCI_BRIDGE_CONTROL, 2,
			     PCI_BRIDGE_CTL_PARITY | PCI_BRIDGE_CTL_SERR |
			     PCI_BRIDGE_CTL_BUS_RESET);
	port_init_firmware(port);
}

static void port_init_acs(struct epc_sim_port *port)
{
	const u16 controls = PCI_ACS_SV | PCI_ACS_TB | PCI_ACS_RR | PCI_ACS_CR |
			     PCI_ACS_UF;
	const int acs = EPC_SIM_ECAP_ACS;

	epc_sim_config_add_ext(&port->config, acs, PCI_EXT_CAP_ID_ACS, 1);
	epc_sim_config_set(&port->config, acs + PCI_ACS_CAP, 2, controls);
	epc_sim_config_allow(&port->config, acs + PCI_ACS_CTRL, 2, controls);
}

static void port_init(struct epc_sim_port *port)
{
	const struct epc_sim_port_knobs *knobs = &port->sim->port_knobs;
	const int exp = EPC_SIM_CAP_EXP;
	struct epc_sim_config *config = &port->config;

	port_init_header(port);
	epc_sim_config_add_pm(config, true);
	epc_sim_config_add_exp(config, port->type);
	epc_sim_port_interrupt_init(port);
	epc_sim_config_set_link(config, epc_sim_port_max_generation(port->sim),
				epc_sim_port_width(port->sim), 0);
	epc_sim_port_slot_init(port);

	if (port->type == PCI_EXP_TYPE_ROOT_PORT) {
		epc_sim_config_allow(config, exp + PCI_EXP_RTCTL, 2,
				     PCI_EXP_RTCTL_SECEE |
				     PCI_EXP_RTCTL_SENFEE |
				     PCI_EXP_RTCTL_SEFEE | PCI_EXP_RTCTL_PMEIE);
		epc_sim_config_allow_clear(config, exp + PCI_EXP_RTSTA, 4,
					   PCI_EXP_RTSTA_PME);
	}

	if (epc_sim_port_has_link(port)) {
		epc_sim_config_set(config, exp + PCI_EXP_DEVCAP2, 4,
				   PCI_EXP_DEVCAP2_ARI);
		epc_sim_config_allow(config, exp + PCI_EXP_DEVCTL2, 2,
				     PCI_EXP_DEVCTL2_ARI);
	}
	/*
	 * Firmware masks unsupported requests, or a stray write of the
	 * endpoint would take the link down by containment.
	 */
	if (knobs->aer)
		epc_sim_aer_init(config, PCI_ERR_UNC_UNSUP);
	if (knobs->aer && port->type == PCI_EXP_TYPE_ROOT_PORT)
		epc_sim_aer_init_root(config, knobs->message_aer);
	if (knobs->acs && epc_sim_port_has_link(port))
		port_init_acs(port);
	if (knobs->dpc && epc_sim_port_has_link(port))
		epc_sim_dpc_init(port);
}

/**
 * epc_sim_ports_init() - make the ports, with nothing plugged in
 * @sim: the instance; its windows are known
 */
void epc_sim_ports_init(struct epc_sim *sim)
{
	static const u8 types[EPC_SIM_MAX_PORTS] = {
		PCI_EXP_TYPE_ROOT_PORT,
		PCI_EXP_TYPE_UPSTREAM,
		PCI_EXP_TYPE_DOWNSTREAM,
	};
	unsigned int i;

	lockdep_assert_held(&sim->lock);
	sim->num_ports = sim->port_knobs.has_switch ? EPC_SIM_MAX_PORTS : 1;
	for (i = 0; i < sim->num_ports; i++) {
		sim->ports[i].sim = sim;
		sim->ports[i].type = types[i];
		port_init(&sim->ports[i]);
	}

	/* The switch is always there, the endpoint not yet. */
	epc_sim_slot(sim)->held = BIT(EPC_SIM_HOLD_STOPPED);
	if (sim->port_knobs.has_switch)
		epc_sim_port_link_changed(&sim->ports[0], true);
}

/**
 * epc_sim_port_hot_reset() - reset a port as all below a link that goes down
 * @port: a port of the switch
 */
void epc_sim_port_hot_reset(struct epc_sim_port *port)
{
	lockdep_assert_held(&port->sim->lock);
	epc_sim_config_reset(&port->config);
	port->asserted = 0;
	port->pending = 0;
}

/**
 * epc_sim_port_write() - write a register as the host does
 * @port: the port
 * @where: offset; with @size within the space
 * @size: 1, 2 or 4 bytes
 * @value: value
 */
void epc_sim_port_write(struct epc_sim_port *port, int where, int size,
			u32 value)
{
	struct epc_sim_config *config = &port->config;
	bool reset;

	lockdep_assert_held(&port->sim->lock);
	epc_sim_config_write(config, where, size, value);

	reset = epc_sim_config_read(config, PCI_BRIDGE_CONTROL, 2) &
		PCI_BRIDGE_CTL_BUS_RESET;
	if (epc_sim_port_has_link(port)) {
		epc_sim_port_slot_write(port, where, size, value);
		epc_sim_dpc_write(port, where, size, value);
		epc_sim_link_set(port, EPC_SIM_HOLD_RESET, reset);
	} else {
		/* Inside of the switch it is no link that is reset. */
		epc_sim_link_set(epc_sim_port_below(port), EPC_SIM_HOLD_ABOVE,
				 reset);
		if (reset)
			epc_sim_port_hot_reset(epc_sim_port_below(port));
	}

	epc_sim_port_interrupt(port);
}

/**
 * epc_sim_port_secondary_bus() - number of the bus below a port
 * @port: the port
 *
 * Return: the number, 0 before the host has given one.
 */
u8 epc_sim_port_secondary_bus(const struct epc_sim_port *port)
{
	return epc_sim_config_read(&port->config, PCI_SECONDARY_BUS, 1);
}

/**
 * epc_sim_port_forwards_bus() - whether configuration requests pass a port
 * @port: the port
 * @bus: number of the bus that they are for
 *
 * Return: whether that bus is below, and the port powered.
 */
bool epc_sim_port_forwards_bus(const struct epc_sim_port *port, u8 bus)
{
	u8 secondary = epc_sim_port_secondary_bus(port);

	return secondary && bus >= secondary &&
	       bus <= epc_sim_config_read(&port->config, PCI_SUBORDINATE_BUS,
					  1) &&
	       epc_sim_config_in_d0(&port->config);
}

/**
 * epc_sim_port_forwards_ari() - whether all of the bus below is one device's
 * @port: the port above the endpoint
 *
 * Return: false where the port leads to device 0 only.
 */
bool epc_sim_port_forwards_ari(const struct epc_sim_port *port)
{
	return epc_sim_config_read(&port->config,
				   EPC_SIM_CAP_EXP + PCI_EXP_DEVCTL2, 2) &
	       PCI_EXP_DEVCTL2_ARI;
}

/**
 * epc_sim_port_id() - who a port is in its messages
 * @port: the port
 *
 * Return: bus number, and device and function 0.
 */
u16 epc_sim_port_id(const struct epc_sim_port *port)
{
	const struct epc_sim_port *above = epc_sim_port_above(port);
	u8 bus = above ? epc_sim_port_secondary_bus(above) :
			 epc_sim_space_first_bus(port->sim);

	return PCI_DEVID(bus, 0);
}

static bool port_window_contains(u64 base, u64 limit, u64 addr, size_t len)
{
	/* Windows have 1 MiB granularity; the limit names its last one. */
	limit |= SZ_1M - 1;
	return addr >= base && addr + len - 1 <= limit;
}

static bool port_decodes(const struct epc_sim_port *port)
{
	return epc_sim_config_read(&port->config, PCI_COMMAND, 2) &
		       PCI_COMMAND_MEMORY &&
	       epc_sim_config_in_d0(&port->config);
}

static bool port_forwards_down(const struct epc_sim_port *port, u64 addr,
			       size_t len)
{
	const struct epc_sim_config *config = &port->config;
	u64 base, limit;

	if (!port_decodes(port))
		return false;

	base = (u64)(epc_sim_config_read(config, PCI_MEMORY_BASE, 2) &
		     PCI_MEMORY_RANGE_MASK) << 16;
	limit = (u64)(epc_sim_config_read(config, PCI_MEMORY_LIMIT, 2) &
		      PCI_MEMORY_RANGE_MASK) << 16;
	if (port_window_contains(base, limit, addr, len))
		return true;

	base = epc_sim_config_read(config, PCI_PREF_BASE_UPPER32, 4);
	base = base << 32 |
	       (u64)(epc_sim_config_read(config, PCI_PREF_MEMORY_BASE, 2) &
		     PCI_PREF_RANGE_MASK) << 16;
	limit = epc_sim_config_read(config, PCI_PREF_LIMIT_UPPER32, 4);
	limit = limit << 32 |
		(u64)(epc_sim_config_read(config, PCI_PREF_MEMORY_LIMIT, 2) &
		      PCI_PREF_RANGE_MASK) << 16;
	return port_window_contains(base, limit, addr, len);
}

/**
 * epc_sim_ports_forward_down() - whether an address leads to the endpoint
 * @sim: the instance
 * @addr: PCI address
 * @len: bytes
 *
 * Return: true where a window of each port holds it all and memory space is on.
 */
bool epc_sim_ports_forward_down(struct epc_sim *sim, u64 addr, size_t len)
{
	unsigned int i;

	lockdep_assert_held(&sim->lock);
	for (i = 0; i < sim->num_ports; i++)
		if (!port_forwards_down(&sim->ports[i], addr, len))
			return false;

	return true;
}

/**
 * epc_sim_port_block_up() - what keeps a request from reaching the host
 * @port: the port that it comes to, or from
 *
 * Return: the first port from there up that is not powered or has bus mastering
 *	off, or NULL.
 */
struct epc_sim_port *epc_sim_port_block_up(struct epc_sim_port *port)
{
	lockdep_assert_held(&port->sim->lock);
	for (; port; port = epc_sim_port_above(port))
		if (!epc_sim_config_in_d0(&port->config) ||
		    !(epc_sim_config_read(&port->config, PCI_COMMAND, 2) &
		      PCI_COMMAND_MASTER))
			return port;

	return NULL;
}

/**
 * epc_sim_port_find_bar() - find the port whose BAR answers to an address
 * @sim: the instance
 * @addr: PCI address
 * @len: bytes
 * @port: set to the port
 *
 * Return: the memory there, or NULL where no port has any.
 */
void *epc_sim_port_find_bar(struct epc_sim *sim, u64 addr, size_t len,
			    struct epc_sim_port **port)
{
	unsigned int i;

	lockdep_assert_held(&sim->lock);
	if (sim->port_knobs.interrupts != EPC_SIM_PORT_MSIX)
		return NULL;

	for (i = 0; i < sim->num_ports; i++) {
		u64 base = epc_sim_config_read(&sim->ports[i].config,
					       PCI_BASE_ADDRESS_0, 4);

		if (!port_decodes(&sim->ports[i]))
			return NULL;
		if (addr >= base &&
		    addr + len <= base + sizeof(sim->ports[i].msix)) {
			*port = &sim->ports[i];
			return (void *)&(*port)->msix + (addr - base);
		}
		if (!port_forwards_down(&sim->ports[i], addr, len))
			return NULL;
	}

	return NULL;
}
