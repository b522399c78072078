// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * pci_epc_sim/NAME/port/	what the ports are like: see struct
 *				epc_sim_port_knobs; while not live
 */

#include <linux/module.h>

#include "epc-sim.h"
#include "knobs.h"

static const struct epc_sim_choice interrupts[] = {
	{ "none", EPC_SIM_PORT_NONE },
	{ "intx", EPC_SIM_PORT_INTX },
	{ "msi", EPC_SIM_PORT_MSI },
	{ "msi-x", EPC_SIM_PORT_MSIX },
	{ }
};

#define KNOBS ((struct epc_sim_port_knobs *)0)

EPC_SIM_FLAG(switch, &KNOBS->has_switch);
EPC_SIM_FLAG(hotplug, &KNOBS->hotplug);
EPC_SIM_FLAG(surprise, &KNOBS->surprise);
EPC_SIM_FLAG(command_completed, &KNOBS->command_completed);
EPC_SIM_FLAG(surprise_down, &KNOBS->surprise_down);
EPC_SIM_FLAG(aer, &KNOBS->aer);
EPC_SIM_FLAG(dpc, &KNOBS->dpc);
EPC_SIM_FLAG(dpc_rp_extensions, &KNOBS->dpc_rp_extensions);
EPC_SIM_FLAG(acs, &KNOBS->acs);
EPC_SIM_CHOICE(interrupts, &KNOBS->interrupts, enum epc_sim_port_interrupts,
	       interrupts);
EPC_SIM_POWER_OF_TWO(vectors, &KNOBS->vectors, 1, EPC_SIM_PORT_VECTORS);
EPC_SIM_NUMBER(message_pcie, &KNOBS->message_pcie, 0, EPC_SIM_PORT_VECTORS - 1);
EPC_SIM_NUMBER(message_aer, &KNOBS->message_aer, 0, EPC_SIM_PORT_VECTORS - 1);
EPC_SIM_NUMBER(message_dpc, &KNOBS->message_dpc, 0, EPC_SIM_PORT_VECTORS - 1);
EPC_SIM_POWER_OF_TWO(host_vectors, &KNOBS->host_vectors, 1,
		     EPC_SIM_PORT_VECTORS);
EPC_SIM_FLAG(capability_loop, &KNOBS->capability_loop);
EPC_SIM_FLAG(native_aer, &KNOBS->native_aer);
EPC_SIM_FLAG(native_pme, &KNOBS->native_pme);
EPC_SIM_FLAG(native_hotplug, &KNOBS->native_hotplug);

static struct configfs_attribute *port_attrs[] = {
	&epc_sim_knob_attr_switch,
	&epc_sim_knob_attr_hotplug,
	&epc_sim_knob_attr_surprise,
	&epc_sim_knob_attr_command_completed,
	&epc_sim_knob_attr_surprise_down,
	&epc_sim_knob_attr_aer,
	&epc_sim_knob_attr_dpc,
	&epc_sim_knob_attr_dpc_rp_extensions,
	&epc_sim_knob_attr_acs,
	&epc_sim_knob_attr_interrupts,
	&epc_sim_knob_attr_vectors,
	&epc_sim_knob_attr_message_pcie,
	&epc_sim_knob_attr_message_aer,
	&epc_sim_knob_attr_message_dpc,
	&epc_sim_knob_attr_host_vectors,
	&epc_sim_knob_attr_capability_loop,
	&epc_sim_knob_attr_native_aer,
	&epc_sim_knob_attr_native_pme,
	&epc_sim_knob_attr_native_hotplug,
	NULL,
};

static const struct config_item_type port_type = {
	.ct_attrs = port_attrs,
	.ct_owner = THIS_MODULE,
};

/**
 * epc_sim_port_knobs_init() - set the knobs to those of an ordinary board
 * @knobs: the knobs
 */
void epc_sim_port_knobs_init(struct epc_sim_port_knobs *knobs)
{
	*knobs = (struct epc_sim_port_knobs) {
		.hotplug = true,
		.surprise = true,
		.command_completed = true,
		.aer = true,
		.dpc = true,
		.acs = true,
		.interrupts = EPC_SIM_PORT_MSI,
		.vectors = 1,
		.host_vectors = EPC_SIM_PORT_VECTORS,
		.native_aer = true,
		.native_pme = true,
		.native_hotplug = true,
	};
}

/**
 * epc_sim_port_group_init() - make the directory of the knobs
 * @group: the directory, zeroed
 * @gate: says whether they can be set
 * @knobs: the knobs
 *
 * Context: may sleep.
 */
void epc_sim_port_group_init(struct epc_sim_knob_group *group,
			     struct epc_sim_knob_gate *gate,
			     struct epc_sim_port_knobs *knobs)
{
	epc_sim_knob_group_init(group, "port", &port_type, gate, knobs);
}
