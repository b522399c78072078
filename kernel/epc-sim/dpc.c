// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * Downstream Port Containment (PCIe 6.0, 6.2.11 and 7.9.14): an uncorrectable
 * error takes the link down, until the host has cleared the trigger status.
 * With its extensions a root port also watches the completions of requests that
 * the host's programs make (RP PIO).
 */

#include <linux/array_size.h>
#include <linux/bitfield.h>
#include <linux/bitops.h>
#include <linux/lockdep.h>

#include "epc-sim.h"

#define DPC		EPC_SIM_ECAP_DPC
#define DPC_CTL		(DPC + PCI_EXP_DPC_CTL)
#define DPC_STATUS	(DPC + PCI_EXP_DPC_STATUS)

#define CTL_ENABLE	(PCI_EXP_DPC_CTL_EN_FATAL | PCI_EXP_DPC_CTL_EN_NONFATAL)
#define CTL_SW_TRIGGER	0x0040

/* UR, CA and timeout, each of configuration, I/O and memory requests. */
#define RP_PIO_BITS	0x00070707
#define RP_PIO_MEMORY	16
/* Words of the log: a header, and one that the implementation may use. */
#define RP_PIO_LOG_SIZE	5

static bool has_dpc(const struct epc_sim_config *config)
{
	return epc_sim_config_read(config, DPC, 2) == PCI_EXT_CAP_ID_DPC;
}

static bool has_rp_extensions(const struct epc_sim_config *config)
{
	return has_dpc(config) &&
	       epc_sim_config_read(config, DPC + PCI_EXP_DPC_CAP, 2) &
		       PCI_EXP_DPC_CAP_RP_EXT;
}

/**
 * epc_sim_dpc_init() - add the capability
 * @port: the root port or a downstream port
 */
void epc_sim_dpc_init(struct epc_sim_port *port)
{
	const struct epc_sim_port_knobs *knobs = &port->sim->port_knobs;
	struct epc_sim_config *config = &port->config;
	bool extensions = knobs->dpc_rp_extensions &&
			  port->type == PCI_EXP_TYPE_ROOT_PORT;
	u16 caps = FIELD_PREP(PCI_EXP_DPC_IRQ, knobs->message_dpc) |
		   PCI_EXP_DPC_CAP_SW_TRIGGER;

	if (extensions)
		caps |= PCI_EXP_DPC_CAP_RP_EXT |
			FIELD_PREP(PCI_EXP_DPC_RP_PIO_LOG_SIZE,
				   RP_PIO_LOG_SIZE);

	epc_sim_config_add_ext(config, DPC, PCI_EXT_CAP_ID_DPC, 1);
	epc_sim_config_set(config, DPC + PCI_EXP_DPC_CAP, 2, caps);
	epc_sim_config_allow(config, DPC_CTL, 2,
			     CTL_ENABLE | PCI_EXP_DPC_CTL_INT_EN);
	epc_sim_config_allow_clear(config, DPC_STATUS, 2,
				   PCI_EXP_DPC_STATUS_TRIGGER |
				   PCI_EXP_DPC_STATUS_INTERRUPT);
	if (!extensions)
		return;

	epc_sim_config_allow_clear(config, DPC + PCI_EXP_DPC_RP_PIO_STATUS, 4,
				   RP_PIO_BITS);
	epc_sim_config_preset(config, DPC + PCI_EXP_DPC_RP_PIO_MASK, 4,
			      RP_PIO_BITS);
	epc_sim_config_allow(config, DPC + PCI_EXP_DPC_RP_PIO_MASK, 4,
			     RP_PIO_BITS);
	epc_sim_config_allow(config, DPC + PCI_EXP_DPC_RP_PIO_SEVERITY, 4,
			     RP_PIO_BITS);
	epc_sim_config_allow(config, DPC + PCI_EXP_DPC_RP_PIO_SYSERROR, 4,
			     RP_PIO_BITS);
	epc_sim_config_allow(config, DPC + PCI_EXP_DPC_RP_PIO_EXCEPTION, 4,
			     RP_PIO_BITS);
}

/* Contain; false where the host has not enabled that, or it is done already. */
static bool trigger(struct epc_sim_port *port, u16 reason, u16 id)
{
	struct epc_sim_config *config = &port->config;
	u16 status = epc_sim_config_read(config, DPC_STATUS, 2);

	lockdep_assert_held(&port->sim->lock);
	if (!has_dpc(config) ||
	    !(epc_sim_config_read(config, DPC_CTL, 2) & CTL_ENABLE) ||
	    status & PCI_EXP_DPC_STATUS_TRIGGER)
		return false;

	status &= ~(PCI_EXP_DPC_STATUS_TRIGGER_RSN |
		    PCI_EXP_DPC_STATUS_TRIGGER_RSN_EXT);
	epc_sim_config_set(config, DPC_STATUS, 2,
			   status | reason | PCI_EXP_DPC_STATUS_TRIGGER |
			   PCI_EXP_DPC_STATUS_INTERRUPT);
	epc_sim_config_set(config, DPC + PCI_EXP_DPC_SOURCE_ID, 2, id);
	epc_sim_link_set(port, EPC_SIM_HOLD_CONTAINED, true);
	epc_sim_port_interrupt(port);
	return true;
}

/**
 * epc_sim_dpc_error() - a port has detected an uncorrectable error
 * @port: the port
 * @error: the error
 *
 * Return: whether it is contained, and no message to be sent.
 */
bool epc_sim_dpc_error(struct epc_sim_port *port, enum epc_sim_error error)
{
	if (error < EPC_SIM_NUM_CORRECTABLE ||
	    !epc_sim_aer_is_unmasked(&port->config, error))
		return false;

	return trigger(port, PCI_EXP_DPC_STATUS_TRIGGER_RSN_UNCOR, 0);
}

/**
 * epc_sim_dpc_message() - a message has come to a port from below
 * @port: the port
 * @severity: of the message
 * @id: who sent it
 *
 * Return: whether it is contained, and goes no further.
 */
bool epc_sim_dpc_message(struct epc_sim_port *port,
			 enum epc_sim_severity severity, u16 id)
{
	u16 control = epc_sim_config_read(&port->config, DPC_CTL, 2);

	if (severity == EPC_SIM_FATAL)
		return trigger(port, PCI_EXP_DPC_STATUS_TRIGGER_RSN_FE, id);

	if (severity == EPC_SIM_NONFATAL &&
	    (control & CTL_ENABLE) == PCI_EXP_DPC_CTL_EN_NONFATAL)
		return trigger(port, PCI_EXP_DPC_STATUS_TRIGGER_RSN_NFE, id);

	return false;
}

/**
 * epc_sim_dpc_completion() - a request of the host's has failed
 * @port: the root port
 * @error: how: unsupported, aborted or timed out
 * @config: whether it was a configuration request, else for memory
 */
void epc_sim_dpc_completion(struct epc_sim_port *port,
			    enum epc_sim_error error, bool config)
{
	const int status = DPC + PCI_EXP_DPC_RP_PIO_STATUS;
	unsigned int index = config ? 0 : RP_PIO_MEMORY;

	if (!has_rp_extensions(&port->config))
		return;

	if (error == EPC_SIM_ERROR_COMPLETER_ABORT)
		index += 1;
	else if (error == EPC_SIM_ERROR_COMPLETION_TIMEOUT)
		index += 2;
	epc_sim_config_set_bits(&port->config, status, 4, BIT(index));

	if (epc_sim_config_read(&port->config, DPC + PCI_EXP_DPC_RP_PIO_MASK,
				4) & BIT(index))
		return;
	if (trigger(port, PCI_EXP_DPC_STATUS_TRIGGER_RSN_IN_EXT |
			  PCI_EXP_DPC_STATUS_TRIGGER_RSN_RP_PIO, 0))
		epc_sim_config_set_bits(&port->config, DPC_STATUS, 2,
					FIELD_PREP(PCI_EXP_DPC_RP_PIO_FEP,
						   index));
}

/**
 * epc_sim_dpc_write() - act on what the host wrote
 * @port: the port
 * @where: offset that was written
 * @size: bytes
 * @value: what was written
 */
void epc_sim_dpc_write(struct epc_sim_port *port, int where, int size,
		       u32 value)
{
	if (!has_dpc(&port->config))
		return;

	/* The bit always reads as zero. */
	if (where == DPC_CTL && value & CTL_SW_TRIGGER)
		trigger(port, PCI_EXP_DPC_STATUS_TRIGGER_RSN_IN_EXT |
			      PCI_EXP_DPC_STATUS_TRIGGER_RSN_SW_TRIGGER, 0);

	epc_sim_link_set(port, EPC_SIM_HOLD_CONTAINED,
			 epc_sim_config_read(&port->config, DPC_STATUS, 2) &
			 PCI_EXP_DPC_STATUS_TRIGGER);
}

/**
 * epc_sim_dpc_is_true() - whether a port has something to interrupt for
 * @config: its configuration space
 *
 * Return: whether the host wants to know and has not seen it yet.
 */
bool epc_sim_dpc_is_true(const struct epc_sim_config *config)
{
	return has_dpc(config) &&
	       epc_sim_config_read(config, DPC_CTL, 2) &
		       PCI_EXP_DPC_CTL_INT_EN &&
	       epc_sim_config_read(config, DPC_STATUS, 2) &
		       PCI_EXP_DPC_STATUS_INTERRUPT;
}
