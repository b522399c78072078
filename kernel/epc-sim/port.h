/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef EPC_SIM_PORT_H
#define EPC_SIM_PORT_H

#include <linux/bits.h>
#include <linux/pci_regs.h>
#include <linux/types.h>

#include "config-space.h"

struct epc_sim;
struct epc_sim_knob_gate;
struct epc_sim_knob_group;

/*
 * The path of buses from the host bridge to the endpoint. With a switch it is
 *
 *	host bridge - [0] root port = [1] upstream - [2] downstream = endpoint
 *
 * and else [0] alone; = are links. Each port is a file's worth of registers:
 *
 *	port.c			type 1 header, forwarding
 *	port-slot.c		link and slot: what the hot-plug driver sees
 *	port-interrupt.c	MSI, MSI-X or INTx of the port itself
 *	aer.c, dpc.c		error registers, containment
 *	errors.c		what goes wrong, and the way of its message up
 */
#define EPC_SIM_MAX_PORTS	3

/* An interrupt message number has five bits. */
#define EPC_SIM_PORT_VECTORS	32

enum epc_sim_port_interrupts {
	EPC_SIM_PORT_NONE,
	EPC_SIM_PORT_INTX,
	EPC_SIM_PORT_MSI,
	EPC_SIM_PORT_MSIX,
};

/**
 * struct epc_sim_port_knobs - what the ports of an instance are like
 * @has_switch: there is a switch between root port and endpoint
 * @hotplug: the slot is hot-plug capable
 * @surprise: its card may go without notice (Hot-Plug Surprise)
 * @command_completed: the slot says when it has done what it was told
 * @surprise_down: a link that goes without notice is an error, unless @surprise
 * @aer: advanced error reporting
 * @dpc: downstream port containment
 * @dpc_rp_extensions: the root port's has the extensions for programmed I/O
 * @acs: access control services
 * @interrupts: how ports interrupt
 * @vectors: of MSI or MSI-X, a power of two
 * @message_pcie: message number of hot-plug, PME and bandwidth notification
 * @message_aer: of the root error status
 * @message_dpc: of containment
 * @host_vectors: MSI vectors that the host grants to a function, a power of two
 * @capability_loop: the list of capabilities leads back to its beginning
 * @native_aer: the host's firmware leaves error reporting to the kernel
 * @native_pme: power management events
 * @native_hotplug: slots
 *
 * Nothing keeps the message numbers below @vectors: boards are wrong in this.
 */
struct epc_sim_port_knobs {
	bool has_switch;
	bool hotplug;
	bool surprise;
	bool command_completed;
	bool surprise_down;
	bool aer;
	bool dpc;
	bool dpc_rp_extensions;
	bool acs;
	enum epc_sim_port_interrupts interrupts;
	unsigned int vectors;
	unsigned int message_pcie;
	unsigned int message_aer;
	unsigned int message_dpc;
	unsigned int host_vectors;
	bool capability_loop;
	bool native_aer;
	bool native_pme;
	bool native_hotplug;
};

/* Why a link is down. It is up when there is no reason left. */
enum epc_sim_hold {
	EPC_SIM_HOLD_STOPPED,	/* the endpoint's controller is not started */
	EPC_SIM_HOLD_REMOVED,	/* the card is out of the slot */
	EPC_SIM_HOLD_FAULT,	/* a fault was injected */
	EPC_SIM_HOLD_DISABLED,	/* Link Disable in the port */
	EPC_SIM_HOLD_RESET,	/* Secondary Bus Reset in the port */
	EPC_SIM_HOLD_CONTAINED,	/* DPC Trigger Status in the port */
	EPC_SIM_HOLD_ABOVE,	/* the link above is down */
	EPC_SIM_HOLD_PERST,	/* the slot asserts fundamental reset */
};

/* What a port interrupts for. */
enum epc_sim_cause {
	EPC_SIM_CAUSE_HOTPLUG,
	EPC_SIM_CAUSE_PME,
	EPC_SIM_CAUSE_BANDWIDTH,
	EPC_SIM_CAUSE_AER,
	EPC_SIM_CAUSE_DPC,
	EPC_SIM_NUM_CAUSES,
};

/* Vector table and pending bits, as they lie in BAR 0 of a port. */
struct epc_sim_port_msix {
	__le32 table[EPC_SIM_PORT_VECTORS][4];
	__le32 pending[2];
};

/**
 * struct epc_sim_port - one port on the way to the endpoint
 * @sim: the instance
 * @type: PCI_EXP_TYPE_ROOT_PORT, UPSTREAM or DOWNSTREAM
 * @config: configuration space
 * @held: why the link below is down, a bit for each enum epc_sim_hold
 * @generation: speed of the link below, 1 to 5
 * @asserted: conditions that are true, a bit for each enum epc_sim_cause
 * @pending: messages that are masked, a bit for each number
 * @wakes: it has sent a power management event that the root port is to show
 * @msix: what is behind BAR 0
 *
 * All of it is protected by the instance's lock.
 */
struct epc_sim_port {
	struct epc_sim *sim;
	u8 type;
	struct epc_sim_config config;
	unsigned long held;
	unsigned int generation;
	unsigned long asserted;
	u32 pending;
	bool wakes;
	struct epc_sim_port_msix msix;
};

/* port.c; all with sim->lock held */
void epc_sim_ports_init(struct epc_sim *sim);
struct epc_sim_port *epc_sim_slot(struct epc_sim *sim);
struct epc_sim_port *epc_sim_port_above(const struct epc_sim_port *port);
struct epc_sim_port *epc_sim_port_below(const struct epc_sim_port *port);
bool epc_sim_port_has_link(const struct epc_sim_port *port);
void epc_sim_port_hot_reset(struct epc_sim_port *port);
void epc_sim_port_write(struct epc_sim_port *port, int where, int size,
			u32 value);
u8 epc_sim_port_secondary_bus(const struct epc_sim_port *port);
bool epc_sim_port_forwards_bus(const struct epc_sim_port *port, u8 bus);
bool epc_sim_port_forwards_ari(const struct epc_sim_port *port);
u16 epc_sim_port_id(const struct epc_sim_port *port);
bool epc_sim_ports_forward_down(struct epc_sim *sim, u64 addr, size_t len);
struct epc_sim_port *epc_sim_port_block_up(struct epc_sim_port *port);
void *epc_sim_port_find_bar(struct epc_sim *sim, u64 addr, size_t len,
			    struct epc_sim_port **port);

/* port-slot.c; all with sim->lock held */
void epc_sim_port_slot_init(struct epc_sim_port *port);
void epc_sim_port_slot_write(struct epc_sim_port *port, int where, int size,
			     u32 value);
bool epc_sim_port_link_is_active(const struct epc_sim_port *port);
void epc_sim_port_link_changed(struct epc_sim_port *port, bool up);
unsigned int epc_sim_port_width(const struct epc_sim *sim);
unsigned int epc_sim_port_max_generation(const struct epc_sim *sim);

/* port-interrupt.c; all with sim->lock held */
void epc_sim_port_interrupt_init(struct epc_sim_port *port);
void epc_sim_port_interrupt(struct epc_sim_port *port);

/* port-configfs.c */
void epc_sim_port_knobs_init(struct epc_sim_port_knobs *knobs);
void epc_sim_port_group_init(struct epc_sim_knob_group *group,
			     struct epc_sim_knob_gate *gate,
			     struct epc_sim_port_knobs *knobs);

/* port-debugfs.c */
void epc_sim_port_debugfs_init(struct epc_sim *sim);

#endif
