// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * The links below the ports, that to the endpoint above all. A link is up when
 * nothing holds it down. It goes down at once; it comes up, and functions are
 * told of either, in a thread of its own, because pci_epc_start() and
 * pci_epc_stop() are called with the controller's mutex held, which the
 * functions need in order to react. The host is told by the ports.
 */

#include <linux/cleanup.h>
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/platform_device.h>
#include <linux/sched.h>

#include "epc-sim.h"

/* Cut off all below a port. */
static void link_cut(struct epc_sim_port *port)
{
	struct epc_sim *sim = port->sim;
	struct epc_sim_port *below;

	for (below = epc_sim_port_below(port); below;
	     below = epc_sim_port_below(below)) {
		if (epc_sim_port_has_link(below))
			epc_sim_link_set(below, EPC_SIM_HOLD_ABOVE, true);
		epc_sim_port_hot_reset(below);
	}

	if (port == epc_sim_slot(sim)) {
		sim->link_up = false;
		sim->link_lost = true;
		epc_sim_functions_reset(sim);
		kthread_queue_work(sim->worker, &sim->link_work);
	}
}

/* Bring up what can be; whether that was the link to the endpoint. */
static bool links_up(struct epc_sim *sim)
{
	struct epc_sim_port *port;

	lockdep_assert_held(&sim->lock);
	for (port = &sim->ports[0]; port; port = epc_sim_port_below(port)) {
		if (!epc_sim_port_has_link(port) || port->held ||
		    epc_sim_port_link_is_active(port))
			continue;

		epc_sim_port_link_changed(port, true);
		if (port == epc_sim_slot(sim)) {
			sim->link_up = true;
			epc_sim_functions_show(sim);
			return true;
		}
		epc_sim_link_set(epc_sim_slot(sim), EPC_SIM_HOLD_ABOVE, false);
	}

	return false;
}

/* Going down without notice is an error, but for a slot made for it. */
static bool is_surprise(const struct epc_sim_port *port,
			enum epc_sim_hold reason)
{
	const struct epc_sim_port_knobs *knobs = &port->sim->port_knobs;

	return knobs->surprise_down && !(knobs->hotplug && knobs->surprise) &&
	       (reason == EPC_SIM_HOLD_STOPPED ||
		reason == EPC_SIM_HOLD_REMOVED || reason == EPC_SIM_HOLD_FAULT);
}

/**
 * epc_sim_link_set() - hold a link down for a reason, or no longer
 * @port: the port above the link
 * @reason: the reason
 * @hold: whether it applies
 *
 * Context: any, with sim->lock held. The link comes up later.
 */
void epc_sim_link_set(struct epc_sim_port *port, enum epc_sim_hold reason,
		      bool hold)
{
	struct epc_sim *sim = port->sim;
	bool was_up;

	lockdep_assert_held(&sim->lock);
	if (hold == test_bit(reason, &port->held))
		return;

	was_up = epc_sim_port_link_is_active(port);
	__assign_bit(reason, &port->held, hold);
	if (!port->held) {
		kthread_queue_work(sim->worker, &sim->link_work);
		return;
	}

	if (was_up)
		link_cut(port);
	epc_sim_port_link_changed(port, false);
	if (was_up && is_surprise(port, reason))
		epc_sim_port_error(port, EPC_SIM_ERROR_SURPRISE_DOWN, NULL,
				   false);
}

static void link_undo_faults(struct epc_sim *sim)
{
	epc_sim_link_set(epc_sim_slot(sim), EPC_SIM_HOLD_FAULT, false);
	epc_sim_link_set(epc_sim_slot(sim), EPC_SIM_HOLD_REMOVED, false);
}

/*
 * Fundamental reset: the controller loses all that functions have told it, as
 * that of tegra194 and qcom; they are told of the reset and of its end.
 */
static void link_follow_perst(struct epc_sim *sim)
{
	unsigned int i;
	bool perst;

	scoped_guard(raw_spinlock_irqsave, &sim->lock) {
		perst = sim->perst;
		if (perst == sim->perst_told)
			return;
		sim->perst_told = perst;
	}

	if (perst) {
		epc_sim_notify_deinit(sim);
		guard(raw_spinlock_irqsave)(&sim->lock);
		for (i = 0; i < sim->num_functions; i++)
			epc_sim_function_init(&sim->functions[i]);
	} else {
		pci_epc_init_notify(sim->epc);
		guard(raw_spinlock_irqsave)(&sim->lock);
		if (!sim->perst)
			epc_sim_link_set(epc_sim_slot(sim), EPC_SIM_HOLD_PERST,
					 false);
	}
}

static void link_work(struct kthread_work *work)
{
	struct epc_sim *sim = container_of(work, struct epc_sim, link_work);
	bool lost, started, up = false;

	/* A link that was down in between, however shortly, was down. */
	scoped_guard(raw_spinlock_irqsave, &sim->lock) {
		lost = sim->link_lost;
		sim->link_lost = false;
	}
	if (lost)
		epc_sim_notify_link_down(sim);
	link_follow_perst(sim);

	scoped_guard(raw_spinlock_irqsave, &sim->lock)
		started = !test_bit(EPC_SIM_HOLD_STOPPED,
				    &epc_sim_slot(sim)->held);
	if (started)
		epc_sim_notify_init(sim);

	scoped_guard(raw_spinlock_irqsave, &sim->lock)
		if (!sim->link_lost)
			up = links_up(sim);
	if (up)
		epc_sim_notify_link_up(sim);
}

static void link_back_work(struct kthread_work *work)
{
	struct epc_sim *sim = container_of(work, struct epc_sim,
					   link_back_work.work);

	guard(raw_spinlock_irqsave)(&sim->lock);
	link_undo_faults(sim);
}

static void bus_master_work(struct kthread_work *work)
{
	struct epc_sim *sim = container_of(work, struct epc_sim,
					   bus_master_work);

	epc_sim_notify_bus_master(sim);
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
	 * Hardware waits for no scheduler: on one CPU the link is up when
	 * pci_epc_start() returns.
	 */
	sched_set_fifo_low(sim->worker->task);

	kthread_init_work(&sim->link_work, link_work);
	kthread_init_delayed_work(&sim->link_back_work, link_back_work);
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
	kthread_cancel_delayed_work_sync(&sim->link_back_work);
	kthread_destroy_worker(sim->worker);
}

/**
 * epc_sim_link_start() - the endpoint wants the link
 * @sim: the instance
 *
 * Context: any. The link comes up later, faults are over.
 */
void epc_sim_link_start(struct epc_sim *sim)
{
	guard(raw_spinlock_irqsave)(&sim->lock);
	link_undo_faults(sim);
	epc_sim_link_set(epc_sim_slot(sim), EPC_SIM_HOLD_STOPPED, false);
}

/**
 * epc_sim_link_stop() - the endpoint cuts the link
 * @sim: the instance
 *
 * Nothing crosses the link from now on.
 *
 * Context: any.
 */
void epc_sim_link_stop(struct epc_sim *sim)
{
	guard(raw_spinlock_irqsave)(&sim->lock);
	epc_sim_link_set(epc_sim_slot(sim), EPC_SIM_HOLD_STOPPED, true);
}

/**
 * epc_sim_link_lose() - the link goes down by itself
 * @sim: the instance
 * @reason: EPC_SIM_HOLD_FAULT or EPC_SIM_HOLD_REMOVED
 * @duration_ms: for how long; 0: until the controller is started again
 *
 * Context: any.
 */
void epc_sim_link_lose(struct epc_sim *sim, enum epc_sim_hold reason,
		       unsigned int duration_ms)
{
	guard(raw_spinlock_irqsave)(&sim->lock);
	if (!sim->link_up)
		return;

	epc_sim_link_set(epc_sim_slot(sim), reason, true);
	if (duration_ms)
		kthread_mod_delayed_work(sim->worker, &sim->link_back_work,
					 msecs_to_jiffies(duration_ms));
}

/**
 * epc_sim_link_perst() - the slot asserts fundamental reset, or no longer
 * @sim: the instance
 * @assert: which of it
 *
 * Context: any. The functions are told later.
 */
void epc_sim_link_perst(struct epc_sim *sim, bool assert)
{
	guard(raw_spinlock_irqsave)(&sim->lock);
	sim->perst = assert;
	if (assert)
		epc_sim_link_set(epc_sim_slot(sim), EPC_SIM_HOLD_PERST, true);
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
