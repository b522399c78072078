// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * What a port shows of the link below it and of the slot that the endpoint is
 * in (PCIe 6.0, 7.5.3.6 to 7.5.3.11 and 6.7), for the kernel's hot-plug and
 * bandwidth drivers to see. The slot has no power controller, attention button,
 * indicators or latch.
 */

#include <linux/bitfield.h>
#include <linux/lockdep.h>
#include <linux/minmax.h>

#include "epc-sim.h"

/* Shown where no link is modelled. */
#define DEFAULT_GENERATION	3
#define DEFAULT_WIDTH		4

#define LNKSTA_EVENTS	(PCI_EXP_LNKSTA_LBMS | PCI_EXP_LNKSTA_LABS)
#define SLTSTA_EVENTS	(PCI_EXP_SLTSTA_PDC | PCI_EXP_SLTSTA_CC | \
			 PCI_EXP_SLTSTA_DLLSC)
#define SLTCTL_ENABLES	(PCI_EXP_SLTCTL_ABPE | PCI_EXP_SLTCTL_PFDE | \
			 PCI_EXP_SLTCTL_MRLSCE | PCI_EXP_SLTCTL_PDCE | \
			 PCI_EXP_SLTCTL_CCIE | PCI_EXP_SLTCTL_HPIE | \
			 PCI_EXP_SLTCTL_DLLSCE)

/**
 * epc_sim_port_max_generation() - the fastest that links run at
 * @sim: the instance
 *
 * Return: 1 to 5.
 */
unsigned int epc_sim_port_max_generation(const struct epc_sim *sim)
{
	return sim->link_model.generation ?: DEFAULT_GENERATION;
}

/**
 * epc_sim_port_width() - how wide links are
 * @sim: the instance
 *
 * Return: lanes.
 */
unsigned int epc_sim_port_width(const struct epc_sim *sim)
{
	return sim->link_model.generation ? sim->link_model.width :
					    DEFAULT_WIDTH;
}

/* There is a slot above the endpoint; a switch is soldered down. */
static bool port_has_slot(struct epc_sim_port *port)
{
	return port->sim->port_knobs.hotplug && port == epc_sim_slot(port->sim);
}

/**
 * epc_sim_port_slot_init() - add link and slot registers
 * @port: the port, with a PCI Express capability
 */
void epc_sim_port_slot_init(struct epc_sim_port *port)
{
	const struct epc_sim_port_knobs *knobs = &port->sim->port_knobs;
	const int exp = EPC_SIM_CAP_EXP;
	struct epc_sim_config *config = &port->config;
	u32 slot = PCI_EXP_SLTCAP_HPC | FIELD_PREP(PCI_EXP_SLTCAP_PSN,
						   port->sim->slot + 1);

	if (!epc_sim_port_has_link(port))
		return;

	epc_sim_config_set_bits(config, exp + PCI_EXP_LNKCAP, 4,
				PCI_EXP_LNKCAP_DLLLARC | PCI_EXP_LNKCAP_LBNC |
				(knobs->surprise_down ? PCI_EXP_LNKCAP_SDERC :
							0));
	epc_sim_config_allow(config, exp + PCI_EXP_LNKCTL, 2,
			     PCI_EXP_LNKCTL_ASPMC | PCI_EXP_LNKCTL_RCB |
			     PCI_EXP_LNKCTL_CCC | PCI_EXP_LNKCTL_ES |
			     PCI_EXP_LNKCTL_LD | PCI_EXP_LNKCTL_LBMIE |
			     PCI_EXP_LNKCTL_LABIE);
	epc_sim_config_allow_clear(config, exp + PCI_EXP_LNKSTA, 2,
				   LNKSTA_EVENTS);

	if (!port_has_slot(port))
		return;

	if (knobs->surprise)
		slot |= PCI_EXP_SLTCAP_HPS;
	if (!knobs->command_completed)
		slot |= PCI_EXP_SLTCAP_NCCS;
	epc_sim_config_set_bits(config, exp + PCI_EXP_FLAGS, 2,
				PCI_EXP_FLAGS_SLOT);
	epc_sim_config_set(config, exp + PCI_EXP_SLTCAP, 4, slot);
	epc_sim_config_allow(config, exp + PCI_EXP_SLTCTL, 2, SLTCTL_ENABLES);
	epc_sim_config_allow_clear(config, exp + PCI_EXP_SLTSTA, 2,
				   SLTSTA_EVENTS);
}

/* The speed that the host wants, as far as there is such a one. */
static unsigned int target_generation(const struct epc_sim_port *port)
{
	u16 control = epc_sim_config_read(&port->config,
					  EPC_SIM_CAP_EXP + PCI_EXP_LNKCTL2, 2);

	return clamp_t(unsigned int, FIELD_GET(PCI_EXP_LNKCTL2_TLS, control), 1,
		       epc_sim_port_max_generation(port->sim));
}

/**
 * epc_sim_port_link_is_active() - whether the link below a port is up
 * @port: the port
 *
 * Return: what it says to the host.
 */
bool epc_sim_port_link_is_active(const struct epc_sim_port *port)
{
	return epc_sim_config_read(&port->config,
				   EPC_SIM_CAP_EXP + PCI_EXP_LNKSTA, 2) &
	       PCI_EXP_LNKSTA_DLLLA;
}

/* Both ends of the link know its speed. */
static void set_generation(struct epc_sim_port *port, unsigned int generation)
{
	struct epc_sim *sim = port->sim;
	struct epc_sim_port *below = epc_sim_port_below(port);
	unsigned int max = epc_sim_port_max_generation(sim);
	unsigned int width = epc_sim_port_width(sim);
	unsigned int i;

	port->generation = generation;
	if (port == epc_sim_slot(sim) && generation &&
	    sim->link_model.generation)
		sim->link_now.generation = generation;
	epc_sim_config_set_link(&port->config, max, width, generation);
	if (below)
		epc_sim_config_set_link(&below->config, max, width, generation);
	else
		for (i = 0; i < sim->num_functions; i++)
			epc_sim_config_set_link(&sim->functions[i].config, max,
						width, generation);
}

/* Train again, at once. */
static void link_retrain(struct epc_sim_port *port)
{
	if (!epc_sim_port_link_is_active(port))
		return;

	set_generation(port, target_generation(port));
	epc_sim_config_set_bits(&port->config, EPC_SIM_CAP_EXP + PCI_EXP_LNKSTA,
				2, PCI_EXP_LNKSTA_LBMS);
}

static void slot_set_presence(struct epc_sim_port *port)
{
	const int where = EPC_SIM_CAP_EXP + PCI_EXP_SLTSTA;
	u16 status = epc_sim_config_read(&port->config, where, 2);
	bool present = !(port->held & (BIT(EPC_SIM_HOLD_STOPPED) |
				       BIT(EPC_SIM_HOLD_REMOVED)));

	if (present == !!(status & PCI_EXP_SLTSTA_PDS))
		return;

	epc_sim_config_set(&port->config, where, 2,
			   (status ^ PCI_EXP_SLTSTA_PDS) | PCI_EXP_SLTSTA_PDC);
}

/**
 * epc_sim_port_link_changed() - show the state of the link below a port
 * @port: the port
 * @up: whether the link is up
 *
 * Also to be called when the card comes or goes while the link is down.
 */
void epc_sim_port_link_changed(struct epc_sim_port *port, bool up)
{
	const int exp = EPC_SIM_CAP_EXP;
	struct epc_sim_config *config = &port->config;
	u16 status;

	lockdep_assert_held(&port->sim->lock);
	if (port_has_slot(port))
		slot_set_presence(port);

	if (up != epc_sim_port_link_is_active(port)) {
		set_generation(port, up ? target_generation(port) : 0);
		status = epc_sim_config_read(config, exp + PCI_EXP_LNKSTA, 2);
		epc_sim_config_set(config, exp + PCI_EXP_LNKSTA, 2,
				   status ^ PCI_EXP_LNKSTA_DLLLA);
		if (port_has_slot(port))
			epc_sim_config_set_bits(config, exp + PCI_EXP_SLTSTA, 2,
						PCI_EXP_SLTSTA_DLLSC);
	}

	epc_sim_port_interrupt(port);
}

/**
 * epc_sim_port_slot_write() - act on what the host wrote
 * @port: the port
 * @where: offset that was written
 * @size: bytes
 * @value: what was written
 */
void epc_sim_port_slot_write(struct epc_sim_port *port, int where, int size,
			     u32 value)
{
	const int lnkctl = EPC_SIM_CAP_EXP + PCI_EXP_LNKCTL;
	const int sltctl = EPC_SIM_CAP_EXP + PCI_EXP_SLTCTL;

	epc_sim_link_set(port, EPC_SIM_HOLD_DISABLED,
			 epc_sim_config_read(&port->config, lnkctl, 2) &
			 PCI_EXP_LNKCTL_LD);

	/* Retrain Link always reads as zero. */
	if (where == lnkctl && value & PCI_EXP_LNKCTL_RL)
		link_retrain(port);

	/* Each write to Slot Control is a command, and done at once. */
	if (where <= sltctl && where + size > sltctl && port_has_slot(port) &&
	    port->sim->port_knobs.command_completed)
		epc_sim_config_set_bits(&port->config,
					EPC_SIM_CAP_EXP + PCI_EXP_SLTSTA, 2,
					PCI_EXP_SLTSTA_CC);
}
