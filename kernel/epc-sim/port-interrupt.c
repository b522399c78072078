// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * Interrupts of a port itself. A message is sent when a condition, an event
 * together with its enable bit, becomes true (PCIe 6.0, 6.7.3.4, 6.2.4.1.2 and
 * 6.2.11.1); with INTx the pin follows the conditions. A port that sleeps sends
 * a power management event instead, which the root port interrupts for.
 */

#include <linux/bitfield.h>
#include <linux/bitops.h>
#include <linux/lockdep.h>
#include <linux/log2.h>

#include "epc-sim.h"

/* Something happened in the slot that the host wants to know of. */
static bool slot_event(const struct epc_sim_config *config)
{
	const int exp = EPC_SIM_CAP_EXP;
	u16 control = epc_sim_config_read(config, exp + PCI_EXP_SLTCTL, 2);
	u16 status = epc_sim_config_read(config, exp + PCI_EXP_SLTSTA, 2);

	return (status & PCI_EXP_SLTSTA_PDC && control & PCI_EXP_SLTCTL_PDCE) ||
	       (status & PCI_EXP_SLTSTA_CC && control & PCI_EXP_SLTCTL_CCIE) ||
	       (status & PCI_EXP_SLTSTA_DLLSC &&
		control & PCI_EXP_SLTCTL_DLLSCE);
}

static bool hotplug_is_true(const struct epc_sim_config *config)
{
	return epc_sim_config_read(config, EPC_SIM_CAP_EXP + PCI_EXP_SLTCTL,
				   2) & PCI_EXP_SLTCTL_HPIE &&
	       slot_event(config);
}

static bool pme_is_true(const struct epc_sim_config *config)
{
	const int exp = EPC_SIM_CAP_EXP;

	return epc_sim_config_read(config, exp + PCI_EXP_RTCTL, 2) &
		       PCI_EXP_RTCTL_PMEIE &&
	       epc_sim_config_read(config, exp + PCI_EXP_RTSTA, 4) &
		       PCI_EXP_RTSTA_PME;
}

static bool bandwidth_is_true(const struct epc_sim_config *config)
{
	const int exp = EPC_SIM_CAP_EXP;
	u16 control = epc_sim_config_read(config, exp + PCI_EXP_LNKCTL, 2);
	u16 status = epc_sim_config_read(config, exp + PCI_EXP_LNKSTA, 2);

	return (status & PCI_EXP_LNKSTA_LBMS &&
		control & PCI_EXP_LNKCTL_LBMIE) ||
	       (status & PCI_EXP_LNKSTA_LABS &&
		control & PCI_EXP_LNKCTL_LABIE);
}

static unsigned long conditions(const struct epc_sim_port *port)
{
	unsigned long conditions = 0;

	__assign_bit(EPC_SIM_CAUSE_HOTPLUG, &conditions,
		     hotplug_is_true(&port->config));
	__assign_bit(EPC_SIM_CAUSE_PME, &conditions,
		     pme_is_true(&port->config));
	__assign_bit(EPC_SIM_CAUSE_BANDWIDTH, &conditions,
		     bandwidth_is_true(&port->config));
	if (port->type == PCI_EXP_TYPE_ROOT_PORT)
		__assign_bit(EPC_SIM_CAUSE_AER, &conditions,
			     epc_sim_aer_is_true(&port->config));
	__assign_bit(EPC_SIM_CAUSE_DPC, &conditions,
		     epc_sim_dpc_is_true(&port->config));
	return conditions;
}

static unsigned int message_number(const struct epc_sim_port *port,
				   enum epc_sim_cause cause)
{
	const struct epc_sim_port_knobs *knobs = &port->sim->port_knobs;

	switch (cause) {
	case EPC_SIM_CAUSE_AER:
		return knobs->message_aer;
	case EPC_SIM_CAUSE_DPC:
		return knobs->message_dpc;
	default:
		return knobs->message_pcie;
	}
}

/*
 * A message is a memory write as any other; but the root port wakes the host,
 * and asleep itself it still can.
 */
static void post(struct epc_sim_port *port, u64 address, u32 data)
{
	struct epc_sim_port *above = epc_sim_port_above(port);

	if (!(epc_sim_config_read(&port->config, PCI_COMMAND, 2) &
	      PCI_COMMAND_MASTER) || (above && epc_sim_port_block_up(port)) ||
	    address != epc_sim_space_msi_address(port->sim))
		return;

	epc_sim_interrupt_message(port->sim, data);
}

static void send_msix(struct epc_sim_port *port)
{
	const struct epc_sim_port_knobs *knobs = &port->sim->port_knobs;
	u16 flags = epc_sim_config_read(&port->config,
					EPC_SIM_CAP_MSIX + PCI_MSIX_FLAGS, 2);
	unsigned long pending = port->pending;
	unsigned int i;

	/* There is no such vector, whatever the message number says. */
	port->pending &= GENMASK_ULL(knobs->vectors - 1, 0);
	if (flags & PCI_MSIX_FLAGS_MASKALL)
		return;

	for_each_set_bit(i, &pending, knobs->vectors) {
		const __le32 *entry = port->msix.table[i];

		if (le32_to_cpu(entry[3]) & PCI_MSIX_ENTRY_CTRL_MASKBIT)
			continue;

		port->pending &= ~BIT(i);
		post(port, (u64)le32_to_cpu(entry[1]) << 32 |
			   le32_to_cpu(entry[0]), le32_to_cpu(entry[2]));
	}
}

static void send_msi(struct epc_sim_port *port)
{
	const struct epc_sim_config *config = &port->config;
	const int msi = EPC_SIM_CAP_MSI;
	u16 flags = epc_sim_config_read(config, msi + PCI_MSI_FLAGS, 2);
	u32 masked = epc_sim_config_read(config, msi + PCI_MSI_MASK_64, 4);
	unsigned int vectors = 1 << FIELD_GET(PCI_MSI_FLAGS_QSIZE, flags);
	unsigned long pending = port->pending & ~masked;
	u64 address;
	unsigned int i;

	address = epc_sim_config_read(config, msi + PCI_MSI_ADDRESS_HI, 4);
	address = address << 32 |
		  epc_sim_config_read(config, msi + PCI_MSI_ADDRESS_LO, 4);

	for_each_set_bit(i, &pending, vectors)
		post(port, address,
		     epc_sim_config_read(config, msi + PCI_MSI_DATA_64, 2) | i);

	/* What the host did not grant a message for is lost. */
	port->pending &= masked & GENMASK_ULL(vectors - 1, 0);
}

static void send_intx(struct epc_sim_port *port)
{
	u8 pin = epc_sim_config_read(&port->config, PCI_INTERRUPT_PIN, 1);

	port->pending = 0;
	if (port->asserted && pin &&
	    !(epc_sim_config_read(&port->config, PCI_COMMAND, 2) &
	      PCI_COMMAND_INTX_DISABLE))
		epc_sim_interrupt_pin(port->sim, pin);
}

/* Wake the host for an event in a slot whose port sleeps. */
static void wake(struct epc_sim_port *port)
{
	const int pmcsr = EPC_SIM_CAP_PM + PCI_PM_CTRL;
	u16 control = epc_sim_config_read(&port->config, pmcsr, 2);

	if (epc_sim_config_in_d0(&port->config) ||
	    !(control & PCI_PM_CTRL_PME_ENABLE) ||
	    control & PCI_PM_CTRL_PME_STATUS || !slot_event(&port->config))
		return;

	epc_sim_config_set(&port->config, pmcsr, 2,
			   control | PCI_PM_CTRL_PME_STATUS);
	port->wakes = true;
}

/* The root port shows one waking port after the other. */
static void show_wakes(struct epc_sim_port *root)
{
	const int where = EPC_SIM_CAP_EXP + PCI_EXP_RTSTA;
	struct epc_sim_port *port;

	if (epc_sim_config_read(&root->config, where, 4) & PCI_EXP_RTSTA_PME)
		return;

	for (port = root; port; port = epc_sim_port_below(port)) {
		if (!port->wakes)
			continue;
		port->wakes = false;
		epc_sim_config_set(&root->config, where, 4,
				   PCI_EXP_RTSTA_PME | epc_sim_port_id(port));
		return;
	}
}

/**
 * epc_sim_port_interrupt() - send the interrupts that are due
 * @port: the port, of which a register has changed
 */
void epc_sim_port_interrupt(struct epc_sim_port *port)
{
	const struct epc_sim_config *config = &port->config;
	struct epc_sim_port *root = &port->sim->ports[0];
	unsigned long now, risen;
	unsigned int cause;

	lockdep_assert_held(&port->sim->lock);
	wake(port);
	if (port != root && port->wakes)
		epc_sim_port_interrupt(root);
	if (port == root)
		show_wakes(root);

	now = conditions(port);
	risen = now & ~port->asserted;
	for_each_set_bit(cause, &risen, EPC_SIM_NUM_CAUSES)
		port->pending |= BIT(message_number(port, cause));
	port->asserted = now;

	if (epc_sim_config_read(config, EPC_SIM_CAP_MSIX + PCI_MSIX_FLAGS, 2) &
	    PCI_MSIX_FLAGS_ENABLE)
		send_msix(port);
	else if (epc_sim_config_read(config, EPC_SIM_CAP_MSI + PCI_MSI_FLAGS,
				     2) & PCI_MSI_FLAGS_ENABLE)
		send_msi(port);
	else
		send_intx(port);

	port->msix.pending[0] = cpu_to_le32(port->pending);
	if (port->sim->port_knobs.interrupts == EPC_SIM_PORT_MSI)
		epc_sim_config_set(&port->config,
				   EPC_SIM_CAP_MSI + PCI_MSI_PENDING_64, 4,
				   port->pending);
}

/**
 * epc_sim_port_interrupt_init() - add the interrupt capabilities
 * @port: the port, with its other standard capabilities
 */
void epc_sim_port_interrupt_init(struct epc_sim_port *port)
{
	const struct epc_sim_port_knobs *knobs = &port->sim->port_knobs;
	struct epc_sim_config *config = &port->config;
	const int msix = EPC_SIM_CAP_MSIX;

	if (knobs->interrupts != EPC_SIM_PORT_NONE)
		epc_sim_config_set(config, PCI_INTERRUPT_PIN, 1,
				   PCI_INTERRUPT_INTA);
	if (knobs->interrupts == EPC_SIM_PORT_MSI)
		epc_sim_config_add_msi(config, order_base_2(knobs->vectors));
	if (knobs->interrupts == EPC_SIM_PORT_MSIX) {
		epc_sim_config_set(config, msix, 1, PCI_CAP_ID_MSIX);
		epc_sim_config_set(config, msix + PCI_MSIX_FLAGS, 2,
				   knobs->vectors - 1);
		epc_sim_config_allow(config, msix + PCI_MSIX_FLAGS, 2,
				     PCI_MSIX_FLAGS_ENABLE |
				     PCI_MSIX_FLAGS_MASKALL);
		epc_sim_config_set(config, msix + PCI_MSIX_TABLE, 4,
				   offsetof(struct epc_sim_port_msix, table));
		epc_sim_config_set(config, msix + PCI_MSIX_PBA, 4,
				   offsetof(struct epc_sim_port_msix, pending));
	}

	epc_sim_config_set_bits(config, EPC_SIM_CAP_EXP + PCI_EXP_FLAGS, 2,
				FIELD_PREP(PCI_EXP_FLAGS_IRQ,
					   knobs->message_pcie));
	epc_sim_config_link_caps(config, knobs->interrupts == EPC_SIM_PORT_MSI,
				 knobs->interrupts == EPC_SIM_PORT_MSIX);
	if (knobs->capability_loop)
		epc_sim_config_set(config,
				   (knobs->interrupts == EPC_SIM_PORT_MSIX ?
				    EPC_SIM_CAP_MSIX : EPC_SIM_CAP_EXP) +
				   PCI_CAP_LIST_NEXT, 1, EPC_SIM_CAP_PM);
}
