// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "ports.h"

#define OF_PORT -1

static void __attribute__((format(printf, 5, 6)))
add(struct port *port, const char *name, int service, const char *remedy,
    const char *format, ...)
{
	struct finding *finding;
	va_list args;

	if (port->num_findings == MAX_FINDINGS)
		return;
	finding = &port->findings[port->num_findings++];
	finding->name = name;
	finding->service = service;
	finding->remedy = remedy;
	va_start(args, format);
	vsnprintf(finding->text, sizeof(finding->text), format, args);
	va_end(args);
}

static bool uses_messages(const struct port *port)
{
	return port->mode == INTERRUPT_MSI || port->mode == INTERRUPT_MSIX;
}

/* What the port offers, by name. */
static const char *offered_kind(const struct port *port)
{
	return port->hardware.msix.position ? "MSI-X" : "MSI";
}

static const char *plural(unsigned int count)
{
	return count == 1 ? "" : "s";
}

static bool any_bound(const struct port *port)
{
	for (int i = 0; i < NUM_SERVICES; i++)
		if (port->services[i].state == STATE_BOUND)
			return true;
	return false;
}

static bool any_capable(const struct port *port)
{
	for (int i = 0; i < NUM_SERVICES; i++)
		if (port->services[i].capable)
			return true;
	return false;
}

static void find_bytes(struct port *port)
{
	const struct port_hardware *hardware = &port->hardware;

	for (size_t i = 0; i < hardware->num_faults; i++)
		add(port, "malformed-capabilities", OF_PORT,
		    "It is the hardware's or its firmware's to correct; what comes after that place is not seen, nor does the kernel see it.",
		    "%s", hardware->faults[i]);
	if (!hardware->answers)
		add(port, "no-answer", OF_PORT,
		    "Wake it (power/control: on), or look at the link and the slot above it.",
		    "configuration space reads as all ones: the port is asleep (D3cold), off, or gone");
}

static void find_message(struct port *port, int index)
{
	const struct service *service = &port->services[index];
	unsigned int offers = port_offers(port);
	unsigned int vectors = port->vectors < 0 ? 0 : port->vectors;
	const char *name = port_service_name(index);

	/* The three that share a number are one finding. */
	if (service->message < 0 ||
	    (index == SERVICE_HOTPLUG && port->services[SERVICE_PME].capable) ||
	    (index == SERVICE_BANDWIDTH &&
	     (port->services[SERVICE_PME].capable ||
	      port->services[SERVICE_HOTPLUG].capable)))
		return;

	if (offers && service->message >= (int)offers) {
		add(port, "message-beyond-port", index,
		    "The number is the hardware's or firmware's to correct. Until then events arrive by the pin (INTx), if the board wires it: see whether the count rises.",
		    "%s: message number %d, but the port has %u %s vector%s; %s",
		    name, service->message, offers, offered_kind(port),
		    plural(offers),
		    port_asks_for(port, index)
			    ? "the port driver then has all services share the pin"
			    : "it cannot have an interrupt");
		return;
	}
	if (!uses_messages(port) || !vectors)
		return;
	if (port->hardware.msi.enabled && port->mode == INTERRUPT_MSI &&
	    port->hardware.msi.granted < vectors)
		vectors = port->hardware.msi.granted;
	if (service->message >= (int)vectors)
		add(port, "message-beyond-vectors", index,
		    "Something changed the interrupt registers after the port driver read them, or the driver does not count this service: bind the port driver anew, and report it if that does not help.",
		    "%s: message number %d, but %u vector%s allocated; its interrupts are lost",
		    name, service->message, vectors,
		    vectors == 1 ? " is" : "s are");
}

static void find_interrupt(struct port *port, const struct machine *machine)
{
	unsigned int offers = port_offers(port);

	if (any_capable(port) && port_has_no_interrupt(port)) {
		add(port, "no-interrupt", OF_PORT,
		    "Look at the device tree or firmware of the board: the port needs MSI, MSI-X, or a pin that is routed. Hot-plug can poll: pciehp.pciehp_poll_mode=1.",
		    port->hardware.pin
			    ? "the port has a pin, but no Linux interrupt is routed to it: no service can work"
			    : "the port has no interrupt that its driver can use: no service can work");
		return;
	}
	if (!port->system.known || port->mode != INTERRUPT_INTX || !offers ||
	    !any_bound(port) || port->needed > (int)offers)
		return;
	if (machine_has_option(machine, "pci", "nomsi"))
		add(port, "intx-instead-of-messages", OF_PORT,
		    "Boot without pci=nomsi.",
		    "the port has %s, but pci=nomsi turns that off: services share the pin",
		    offered_kind(port));
	else if (machine_has_option(machine, "pcie_pme", "nomsi"))
		add(port, "intx-instead-of-messages", OF_PORT,
		    "Boot without pcie_pme=nomsi.",
		    "the port has %s, but pcie_pme=nomsi keeps ports with PME from it: services share the pin",
		    offered_kind(port));
	else
		add(port, "intx-instead-of-messages", OF_PORT,
		    "Have the interrupt controller grant more vectors (on x86: interrupt remapping), or the port's firmware use lower message numbers.",
		    "the port has %u %s vector%s and %d needed, but the machine did not grant so many: services share the pin",
		    offers, offered_kind(port), plural(offers), port->needed);
}

static void find_switches(struct port *port)
{
	const struct port_hardware *hardware = &port->hardware;

	if (!hardware->answers)
		return;
	if (!hardware->bus_master && hardware->standard_known &&
	    (hardware->msi.enabled || hardware->msix.enabled))
		add(port, "bus-master-off", OF_PORT,
		    "Find out who cleared it: the port driver sets it. `setpci -s PORT COMMAND=4:4' sets it again.",
		    "%s is on, but bus mastering off: the port cannot send its interrupts, nor pass on requests from below",
		    hardware->msix.enabled ? "MSI-X" : "MSI");
	else if (!hardware->bus_master && port->bus_master_below)
		add(port, "bus-master-off", OF_PORT,
		    "Find out who cleared it: the kernel sets it when a device below is enabled. `setpci -s PORT COMMAND=4:4' sets it again.",
		    "bus mastering is off, but a device below has it on: its requests and interrupts stop here");
	if (hardware->msix.enabled && hardware->msix.masked)
		add(port, "messages-masked", OF_PORT,
		    "Find out who set Function Mask in the MSI-X capability: the kernel clears it.",
		    "all MSI-X vectors of the port are masked: its interrupts wait");
	if (port->mode == INTERRUPT_INTX && hardware->intx_disabled &&
	    hardware->standard_known && any_bound(port))
		add(port, "pin-disabled", OF_PORT,
		    "Find out who set it: the kernel does so for MSI only. `setpci -s PORT COMMAND=0:400' clears it.",
		    "services use the pin, but Interrupt Disable is set: their interrupts are not sent");
}

static void find_port_driver(struct port *port)
{
	bool missing = false;

	for (int i = 0; i < NUM_SERVICES; i++)
		missing |= port->services[i].state == STATE_NO_PORT_DRIVER;
	if (missing)
		add(port, "no-port-driver", OF_PORT,
		    port->system.driver[0]
			    ? "Give the port back to the driver pcieport."
			    : "Boot without pcie_ports=compat, or bind pcieport: echo PORT > /sys/bus/pci/drivers/pcieport/bind.",
		    "%s: no service of it can work",
		    port->system.driver[0]
			    ? "the port is not bound to the port driver but to another"
			    : "the port is not bound to the port driver");
}

static void find_missing(struct port *port, const struct machine *machine,
			 int index)
{
	const struct service *service = &port->services[index];
	const char *name = port_service_name(index);

	/* Nobody expects bandwidth control of a kernel that has none, or of a
	 * link with one speed. */
	if (index == SERVICE_BANDWIDTH &&
	    (!machine->drivers[index] || service->state == STATE_NO_DEVICE))
		return;
	/* That is a finding itself. */
	if (port_has_no_interrupt(port))
		return;
	if (service->state == STATE_NO_DRIVER)
		add(port, "no-service-driver", index,
		    machine->drivers[index]
			    ? "See the kernel log, and bind it: echo DEVICE > /sys/bus/pci_express/drivers/DRIVER/bind."
			    : "Take a kernel that is configured with it (CONFIG_HOTPLUG_PCI_PCIE, CONFIG_PCIEAER, CONFIG_PCIE_DPC).",
		    "%s: %s", name, service->reason);
	if (service->state == STATE_NO_DEVICE)
		add(port, "no-service", index,
		    index == SERVICE_DPC && port->aer_above
			    ? "Take a newer kernel, or boot with pcie_ports=dpc-native."
			    : "Ask the firmware for control (setup, _OSC); pcie_ports=native takes it, at the risk that firmware handles the same events.",
		    "%s: %s", name, service->reason);
}

static void find_bound(struct port *port, const struct machine *machine,
		       int index)
{
	const struct service *service = &port->services[index];
	const struct service_hardware *hardware =
		&port->hardware.services[index];
	const char *name = port_service_name(index);

	if (service->state != STATE_BOUND)
		return;
	if (machine->interrupts_known && service->irq >= 0 && !service->handled)
		add(port, "no-handler", index,
		    "See the kernel log of the time when it was bound. pciehp polls with pciehp.pciehp_poll_mode=1.",
		    "%s: its driver is bound, but has no handler on interrupt %d",
		    name, service->irq);
	/* Its driver turns it off before it lets the port sleep. */
	if (hardware->capable && !hardware->enabled && !port->asleep)
		add(port, "interrupt-off", index,
		    "Find out who did that, firmware or a reset after which nothing was restored; binding the service's driver anew turns it on.",
		    "%s: its driver is bound, but its interrupt is turned off in the port",
		    name);
}

static void find_pending(struct port *port, int index)
{
	const struct service *service = &port->services[index];

	if (service->capable && !port->asleep && port->hardware.services[index].pending)
		add(port, "event-pending", index,
		    "If it stays so, its interrupt got lost: see the other findings, and whether the count rises.",
		    "%s: an event is recorded and its interrupt is turned on, but nobody has served it",
		    port_service_name(index));
}

void port_find(struct port *port, const struct machine *machine)
{
	find_bytes(port);
	if (port->system.known)
		find_port_driver(port);
	find_interrupt(port, machine);
	find_switches(port);
	for (int i = 0; i < NUM_SERVICES; i++) {
		find_message(port, i);
		find_missing(port, machine, i);
		find_bound(port, machine, i);
		find_pending(port, i);
	}
}
