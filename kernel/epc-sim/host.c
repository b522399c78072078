// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * The host's view: a host bridge with a root bus that has one device, the root
 * port, and the endpoint on a bus below it. What comes and goes there is found
 * by the kernel's hot-plug driver, or with a rescan.
 */

#include <linux/cleanup.h>
#include <linux/interrupt.h>
#include <linux/irqdomain.h>
#include <linux/lockdep.h>
#include <linux/sched.h>
#include <linux/msi.h>
#include <linux/platform_device.h>

#include "epc-sim.h"

/* What answers to a configuration request: a port, or a function. */
struct host_target {
	struct epc_sim_port *port;
	struct epc_sim_function *function;
};

static enum epc_sim_outcome host_find_function(struct epc_sim *sim,
					       const struct pci_bus *bus,
					       unsigned int devfn,
					       struct host_target *target)
{
	if (bus->number != epc_sim_port_secondary_bus(epc_sim_slot(sim)) ||
	    (PCI_SLOT(devfn) && !epc_sim_port_forwards_ari(epc_sim_slot(sim))))
		return EPC_SIM_NO_FUNCTION;

	target->function = epc_sim_function_at(sim, devfn);
	if (!target->function || !target->function->present ||
	    (target->function->vfunc_no &&
	     !epc_sim_sriov_answers(sim, target->function)))
		return EPC_SIM_NO_FUNCTION;

	return EPC_SIM_OK;
}

/* Follow the bus numbers from port to port. */
static enum epc_sim_outcome host_route(struct epc_sim *sim,
				       struct pci_bus *bus,
				       unsigned int devfn,
				       struct host_target *target)
{
	struct epc_sim_port *port = &sim->ports[0];
	struct epc_sim_port *below;

	lockdep_assert_held(&sim->lock);
	*target = (struct host_target) {};
	if (pci_is_root_bus(bus)) {
		target->port = port;
		return devfn ? EPC_SIM_NO_FUNCTION : EPC_SIM_OK;
	}

	for (; port; port = below) {
		below = epc_sim_port_below(port);
		if (!epc_sim_port_forwards_bus(port, bus->number))
			return EPC_SIM_NO_FUNCTION;
		if (epc_sim_port_has_link(port) &&
		    !epc_sim_port_link_is_active(port))
			return EPC_SIM_LINK_DOWN;
		if (below && bus->number == epc_sim_port_secondary_bus(port)) {
			target->port = below;
			return devfn ? EPC_SIM_NO_FUNCTION : EPC_SIM_OK;
		}
	}

	return host_find_function(sim, bus, devfn, target);
}

/* What ends in a port does not cross the link. */
static void host_cross(struct epc_sim *sim, struct epc_sim_request *request,
		       const struct host_target *target)
{
	if (target->port)
		return;

	request->function = target->function;
	epc_sim_request_passes(sim, request);
	epc_sim_request(sim, request);
}

static int host_read(struct pci_bus *bus, unsigned int devfn, int where,
		     int size, u32 *value)
{
	struct epc_sim *sim = bus->sysdata;
	struct epc_sim_request request = {
		.kind = EPC_SIM_CONFIG_READ,
		.addr = where,
		.len = size,
	};
	struct host_target target;

	scoped_guard(raw_spinlock_irqsave, &sim->lock) {
		request.outcome = host_route(sim, bus, devfn, &target);
		if (request.outcome == EPC_SIM_OK)
			*value = epc_sim_config_read(target.port ?
						     &target.port->config :
						     &target.function->config,
						     where, size);
	}

	host_cross(sim, &request, &target);
	return request.outcome == EPC_SIM_OK ? PCIBIOS_SUCCESSFUL :
					       PCIBIOS_DEVICE_NOT_FOUND;
}

static int host_write(struct pci_bus *bus, unsigned int devfn, int where,
		      int size, u32 value)
{
	struct epc_sim *sim = bus->sysdata;
	struct epc_sim_request request = {
		.kind = EPC_SIM_CONFIG_WRITE,
		.addr = where,
		.len = size,
	};
	struct host_target target;

	scoped_guard(raw_spinlock_irqsave, &sim->lock) {
		request.outcome = host_route(sim, bus, devfn, &target);
		if (request.outcome != EPC_SIM_OK)
			break;
		if (target.port)
			epc_sim_port_write(target.port, where, size, value);
		else
			epc_sim_function_write(sim, target.function, where,
					       size, value);
	}

	/* One that takes the link down has been done before. */
	host_cross(sim, &request, &target);
	if (request.outcome != EPC_SIM_OK)
		return PCIBIOS_DEVICE_NOT_FOUND;

	/* The write may have enabled or unmasked a pending interrupt. */
	if (target.function)
		epc_sim_interrupt_unmasked(sim, target.function);
	return PCIBIOS_SUCCESSFUL;
}

static struct pci_ops host_ops = {
	.read = host_read,
	.write = host_write,
};

static int host_map_irq(const struct pci_dev *dev, u8 slot, u8 pin)
{
	return epc_sim_interrupt_map(dev->bus->sysdata, pin);
}

/*
 * The kernel's hot-plug driver takes this lock inside of one of its own, and
 * that again inside of this. Lockdep reports it, rightly, for any slot, and
 * from then on checks nothing any more: no lock of ours either.
 */
static void host_ignore_rescan_lock(void)
{
#ifdef CONFIG_LOCKDEP
	struct lockdep_map *map;

	pci_lock_rescan_remove();
	if (debug_locks && current->lockdep_depth) {
		map = current->held_locks[current->lockdep_depth - 1].instance;
		lockdep_init_map(map, map->name, &__lockdep_no_validate__, 0);
	}
	pci_unlock_rescan_remove();
#endif
}

/* As pci_host_probe(), but with the windows that the ports come with. */
static int host_probe(struct pci_host_bridge *bridge)
{
	struct pci_bus *child;
	int ret;

	pci_lock_rescan_remove();
	ret = pci_scan_root_bus_bridge(bridge);
	if (ret)
		goto unlock;

	pci_bus_claim_resources(bridge->bus);
	pci_bus_size_bridges(bridge->bus);
	pci_bus_assign_resources(bridge->bus);
	list_for_each_entry(child, &bridge->bus->children, node)
		pcie_bus_configure_settings(child);
	pci_bus_add_devices(bridge->bus);

unlock:
	pci_unlock_rescan_remove();
	return ret;
}

/**
 * epc_sim_host_init() - add the host bridge and the root port to the system
 * @sim: the instance
 *
 * Return: 0, -EBUSY where the addresses are taken, or -errno of the PCI core.
 */
int epc_sim_host_init(struct epc_sim *sim)
{
	unsigned int first_bus = epc_sim_space_first_bus(sim);
	struct pci_host_bridge *bridge;
	int ret;

	bridge = pci_alloc_host_bridge(0);
	if (!bridge)
		return -ENOMEM;

	ret = epc_sim_space_request_windows(sim);
	if (ret)
		goto free_bridge;

	scoped_guard(raw_spinlock_irqsave, &sim->lock)
		epc_sim_ports_init(sim);

	sim->buses = (struct resource) {
		.name = dev_name(&sim->pdev->dev),
		.start = first_bus,
		.end = first_bus + EPC_SIM_BUSES - 1,
		.flags = IORESOURCE_BUS,
	};
	pci_add_resource(&bridge->windows, &sim->windows[0]);
	pci_add_resource(&bridge->windows, &sim->windows[1]);
	pci_add_resource(&bridge->windows, &sim->buses);

	bridge->dev.parent = &sim->pdev->dev;
	bridge->sysdata = sim;
	bridge->busnr = first_bus;
	bridge->ops = &host_ops;
	bridge->map_irq = host_map_irq;
	bridge->swizzle_irq = pci_common_swizzle;
	bridge->native_aer = sim->port_knobs.native_aer;
	bridge->native_pme = sim->port_knobs.native_pme;
	bridge->native_pcie_hotplug = sim->port_knobs.native_hotplug;
	dev_set_msi_domain(&bridge->dev, sim->msi_domain);
	sim->bridge = bridge;

	host_ignore_rescan_lock();
	ret = host_probe(bridge);
	if (ret)
		goto release_windows;

	return 0;

release_windows:
	epc_sim_space_release_windows(sim);
free_bridge:
	pci_free_host_bridge(bridge);
	return ret;
}

/*
 * The hot-plug driver may just be at work; what it does takes the lock that
 * removing it is called with, and removing it waits for what it does.
 */
static void host_wait_for_ports(struct epc_sim *sim)
{
	struct pci_dev *dev = NULL;
	int i, irq;

	for_each_pci_dev(dev) {
		if (dev->sysdata != sim || !pci_is_bridge(dev))
			continue;
		for (i = 0; (irq = pci_irq_vector(dev, i)) > 0; i++)
			synchronize_irq(irq);
	}
}

/**
 * epc_sim_host_exit() - remove all that epc_sim_host_init() added
 * @sim: the instance; its link is down for good
 */
void epc_sim_host_exit(struct epc_sim *sim)
{
	host_wait_for_ports(sim);

	pci_lock_rescan_remove();
	pci_stop_root_bus(sim->bridge->bus);
	pci_remove_root_bus(sim->bridge->bus);
	pci_unlock_rescan_remove();
	pci_free_host_bridge(sim->bridge);
	epc_sim_space_release_windows(sim);
}
