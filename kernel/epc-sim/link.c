// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * The link between root port and endpoint. Starting the controller asks for
 * it, stopping the controller cuts it off at once; telling both sides takes a
 * thread of its own, because pci_epc_start() and pci_epc_stop() are called
 * with the controller's mutex held, which the functions need in order to react.
 */

#include <linux/cleanup.h>
#include <linux/err.h>
#include <linux/platform_device.h>
#include <linux/sched.h>

#include "epc-sim.h"

/*
 * The host enumerates on link-up and forgets on link-down. A link that was
 * down in between, however shortly, makes the host do both.
 */
static void link_work(struct kthread_work *work)
{
	struct epc_sim *sim = container_of(work, struct epc_sim, link_work);
	bool lost, wanted, up;

	scoped_guard(raw_spinlock_irqsave, &sim->lock) {
		lost = sim->link_lost;
		sim->link_lost = false;
	}
	if (lost) {
		epc_sim_host_remove(sim);
		if (sim->profile.linkup_notifier)
			pci_epc_linkdown(sim->epc);
	}

	scoped_guard(raw_spinlock_irqsave, &sim->lock) {
		wanted = sim->link_wanted;
		up = sim->link_up;
		if (wanted && !up) {
			sim->link_up = true;
			epc_sim_functions_set_multi(sim);
			epc_sim_port_link_changed(sim);
		}
	}
	if (wanted && !up) {
		if (sim->profile.linkup_notifier)
			pci_epc_linkup(sim->epc);
		epc_sim_host_add(sim);
	}
}

static void bus_master_work(struct kthread_work *work)
{
	struct epc_sim *sim = container_of(work, struct epc_sim,
					   bus_master_work);

	pci_epc_bus_master_enable_notify(sim->epc);
}

/**
 * epc_sim_link_init() - make the link, down
 * @sim: the instance
 *
 * Return: 0, or -errno of making a thread.
 */
int epc_sim_link_init(struct epc_sim *sim)
{
	sim->worker = kthread_create_worker(0, "%s-link",
					    dev_name(&sim->pdev->dev));
	if (IS_ERR(sim->worker))
		return PTR_ERR(sim->worker);

	/*
	 * Hardware waits for no scheduler: on one CPU the host has enumerated
	 * when pci_epc_start() returns, unless a driver sleeps in between.
	 */
	sched_set_fifo_low(sim->worker->task);

	kthread_init_work(&sim->link_work, link_work);
	kthread_init_work(&sim->bus_master_work, bus_master_work);
	return 0;
}

/**
 * epc_sim_link_exit() - take the link away
 * @sim: the instance; its controller is gone
 */
void epc_sim_link_exit(struct epc_sim *sim)
{
	epc_sim_link_stop(sim);
	kthread_destroy_worker(sim->worker);
}

/**
 * epc_sim_link_start() - the endpoint wants the link
 * @sim: the instance
 *
 * Context: any. The link comes up later.
 */
void epc_sim_link_start(struct epc_sim *sim)
{
	scoped_guard(raw_spinlock_irqsave, &sim->lock)
		sim->link_wanted = true;

	kthread_queue_work(sim->worker, &sim->link_work);
}

/**
 * epc_sim_link_stop() - the endpoint cuts the link
 * @sim: the instance
 *
 * Nothing crosses the link from now on. The host finds out later.
 *
 * Context: any.
 */
void epc_sim_link_stop(struct epc_sim *sim)
{
	scoped_guard(raw_spinlock_irqsave, &sim->lock) {
		sim->link_wanted = false;
		if (!sim->link_up)
			return;

		sim->link_up = false;
		sim->link_lost = true;
		epc_sim_functions_reset(sim);
		epc_sim_port_link_changed(sim);
	}

	kthread_queue_work(sim->worker, &sim->link_work);
}

/**
 * epc_sim_link_bus_master() - the host has enabled bus mastering
 * @sim: the instance
 *
 * Context: any. The functions are told later, all of them: the framework does
 * not tell them apart.
 */
void epc_sim_link_bus_master(struct epc_sim *sim)
{
	kthread_queue_work(sim->worker, &sim->bus_master_work);
}
