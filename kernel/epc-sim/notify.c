// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * What endpoint functions are told of. The EPC core tells physical functions
 * only; virtual ones are told here, where the profile says so. All is called
 * from the thread of the link.
 */

#include <linux/cleanup.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/pci-epf.h>

#include "epc-sim.h"

enum event {
	EVENT_INIT,
	EVENT_DEINIT,
	EVENT_LINK_UP,
	EVENT_LINK_DOWN,
	EVENT_BUS_MASTER,
};

static void notify(struct pci_epf *epf, enum event event)
{
	const struct pci_epc_event_ops *ops = epf->event_ops;

	if (!ops)
		return;

	switch (event) {
	case EVENT_INIT:
		if (ops->epc_init)
			ops->epc_init(epf);
		break;
	case EVENT_DEINIT:
		if (ops->epc_deinit)
			ops->epc_deinit(epf);
		break;
	case EVENT_LINK_UP:
		if (ops->link_up)
			ops->link_up(epf);
		break;
	case EVENT_LINK_DOWN:
		if (ops->link_down)
			ops->link_down(epf);
		break;
	case EVENT_BUS_MASTER:
		if (ops->bus_master_enable)
			ops->bus_master_enable(epf);
		break;
	}
}

/* Whether its virtual functions are to be told: of their beginning, once. */
static bool has_news(struct epc_sim *sim, const struct pci_epf *physical,
		     enum event event)
{
	struct epc_sim_function *function;

	if (event != EVENT_INIT)
		return true;

	guard(raw_spinlock_irqsave)(&sim->lock);
	function = epc_sim_function(sim, physical->func_no, 0);
	if (function->vfs_told)
		return false;

	function->vfs_told = true;
	return true;
}

static void notify_virtual(struct epc_sim *sim, enum event event)
{
	struct pci_epf *physical, *function;

	if (!sim->profile.vf_events)
		return;

	guard(mutex)(&sim->epc->list_lock);
	list_for_each_entry(physical, &sim->epc->pci_epf, list) {
		/* The list also has those of which this is the second side. */
		if (physical->epc != sim->epc)
			continue;

		guard(mutex)(&physical->lock);
		if (!has_news(sim, physical, event))
			continue;

		list_for_each_entry(function, &physical->pci_vepf, list) {
			mutex_lock_nested(&function->lock,
					  SINGLE_DEPTH_NESTING);
			notify(function, event);
			mutex_unlock(&function->lock);
		}
	}
}

/**
 * epc_sim_notify_init() - tell new virtual functions that there is a controller
 * @sim: the instance, about to bring its link up
 */
void epc_sim_notify_init(struct epc_sim *sim)
{
	notify_virtual(sim, EVENT_INIT);
}

/**
 * epc_sim_notify_deinit() - tell all functions that the controller is reset
 * @sim: the instance, with its link down
 */
void epc_sim_notify_deinit(struct epc_sim *sim)
{
	if (!sim->profile.linkup_notifier)
		return;

	notify_virtual(sim, EVENT_DEINIT);
	pci_epc_deinit_notify(sim->epc);
}

/**
 * epc_sim_notify_link_up() - tell all functions that the link is up
 * @sim: the instance
 */
void epc_sim_notify_link_up(struct epc_sim *sim)
{
	if (!sim->profile.linkup_notifier)
		return;

	pci_epc_linkup(sim->epc);
	notify_virtual(sim, EVENT_LINK_UP);
}

/**
 * epc_sim_notify_link_down() - tell all functions that the link is down
 * @sim: the instance
 */
void epc_sim_notify_link_down(struct epc_sim *sim)
{
	if (!sim->profile.linkup_notifier)
		return;

	pci_epc_linkdown(sim->epc);
	notify_virtual(sim, EVENT_LINK_DOWN);
}

/**
 * epc_sim_notify_bus_master() - tell all functions that bus mastering is on
 * @sim: the instance, with bus mastering on in one of them
 */
void epc_sim_notify_bus_master(struct epc_sim *sim)
{
	if (!sim->profile.linkup_notifier)
		return;

	pci_epc_bus_master_enable_notify(sim->epc);
	notify_virtual(sim, EVENT_BUS_MASTER);
}
