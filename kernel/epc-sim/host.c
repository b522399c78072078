// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * The host's view: a host bridge with a root bus that has one device, the root
 * port, and the endpoint on the bus below it.
 */

#include <linux/cleanup.h>
#include <linux/irqdomain.h>
#include <linux/lockdep.h>
#include <linux/msi.h>
#include <linux/platform_device.h>

#include "epc-sim.h"

/* Which function answers to a bus, device and function number. */
static enum epc_sim_outcome host_find_function(struct epc_sim *sim,
					       struct pci_bus *bus,
					       unsigned int devfn,
					       struct epc_sim_function **found)
{
	lockdep_assert_held(&sim->lock);
	*found = NULL;
	if (bus->number != epc_sim_port_secondary_bus(sim) ||
	    PCI_SLOT(devfn) != 0)
		return EPC_SIM_NO_FUNCTION;
	if (!sim->link_up)
		return EPC_SIM_LINK_DOWN;

	*found = epc_sim_function(sim, PCI_FUNC(devfn), 0);
	return (*found)->present ? EPC_SIM_OK : EPC_SIM_NO_FUNCTION;
}

static int host_read_port(struct epc_sim *sim, unsigned int devfn, int where,
			  int size, u32 *value)
{
	if (devfn)
		return PCIBIOS_DEVICE_NOT_FOUND;

	guard(raw_spinlock_irqsave)(&sim->lock);
	*value = epc_sim_config_read(&sim->port, where, size);
	return PCIBIOS_SUCCESSFUL;
}

static int host_write_port(struct epc_sim *sim, unsigned int devfn, int where,
			   int size, u32 value)
{
	if (devfn)
		return PCIBIOS_DEVICE_NOT_FOUND;

	guard(raw_spinlock_irqsave)(&sim->lock);
	epc_sim_port_write(sim, where, size, value);
	return PCIBIOS_SUCCESSFUL;
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

	if (pci_is_root_bus(bus))
		return host_read_port(sim, devfn, where, size, value);

	scoped_guard(raw_spinlock_irqsave, &sim->lock) {
		request.outcome = host_find_function(sim, bus, devfn,
						     &request.function);
		if (request.outcome == EPC_SIM_OK)
			*value = epc_sim_config_read(&request.function->config,
						     where, size);
	}

	epc_sim_request(sim, &request);
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

	if (pci_is_root_bus(bus))
		return host_write_port(sim, devfn, where, size, value);

	scoped_guard(raw_spinlock_irqsave, &sim->lock) {
		request.outcome = host_find_function(sim, bus, devfn,
						     &request.function);
		if (request.outcome == EPC_SIM_OK)
			epc_sim_function_write(sim, request.function, where,
					       size, value);
	}

	epc_sim_request(sim, &request);
	if (request.outcome != EPC_SIM_OK)
		return PCIBIOS_DEVICE_NOT_FOUND;

	/* The write may have enabled or unmasked a pending interrupt. */
	epc_sim_interrupt_unmasked(sim, request.function);
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

static struct pci_dev *host_get_port(struct epc_sim *sim)
{
	return pci_get_slot(sim->bridge->bus, 0);
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

	scoped_guard(raw_spinlock_irqsave, &sim->lock)
		epc_sim_port_init(sim);

	bridge = pci_alloc_host_bridge(0);
	if (!bridge)
		return -ENOMEM;

	ret = epc_sim_space_request_windows(sim);
	if (ret)
		goto free_bridge;

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
	bridge->native_aer = true;
	bridge->native_pcie_hotplug = true;
	bridge->native_pme = true;
	dev_set_msi_domain(&bridge->dev, sim->msi_domain);
	sim->bridge = bridge;

	ret = pci_host_probe(bridge);
	if (ret)
		goto release_windows;

	return 0;

release_windows:
	epc_sim_space_release_windows(sim);
free_bridge:
	pci_free_host_bridge(bridge);
	return ret;
}

/**
 * epc_sim_host_exit() - remove all that epc_sim_host_init() added
 * @sim: the instance
 */
void epc_sim_host_exit(struct epc_sim *sim)
{
	pci_lock_rescan_remove();
	pci_stop_root_bus(sim->bridge->bus);
	pci_remove_root_bus(sim->bridge->bus);
	pci_unlock_rescan_remove();
	pci_free_host_bridge(sim->bridge);
	epc_sim_space_release_windows(sim);
}

/**
 * epc_sim_host_add() - let the host find the endpoint
 * @sim: the instance
 *
 * As drivers/pci/hotplug/pciehp_pci.c: a rescan from the root would not give
 * the port, which is enabled already, the windows that its new child needs.
 */
void epc_sim_host_add(struct epc_sim *sim)
{
	struct pci_dev *port = host_get_port(sim);
	struct pci_bus *bus;

	if (!port)
		return;

	pci_lock_rescan_remove();
	bus = port->subordinate;
	if (bus && pci_scan_slot(bus, PCI_DEVFN(0, 0))) {
		pci_assign_unassigned_bridge_resources(port);
		pcie_bus_configure_settings(bus);
		pci_bus_add_devices(bus);
	}
	pci_unlock_rescan_remove();
	pci_dev_put(port);
}

/**
 * epc_sim_host_remove() - let the host find that the endpoint is gone
 * @sim: the instance
 */
void epc_sim_host_remove(struct epc_sim *sim)
{
	struct pci_dev *port = host_get_port(sim);
	struct pci_dev *dev, *next;

	if (!port)
		return;

	pci_lock_rescan_remove();
	if (port->subordinate)
		list_for_each_entry_safe_reverse(dev, next,
						 &port->subordinate->devices,
						 bus_list)
			pci_stop_and_remove_bus_device(dev);
	pci_unlock_rescan_remove();
	pci_dev_put(port);
}
