// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "ports.h"

#define PORT_DRIVER "pcieport"
#define MAX_VECTORS 32u

const char *interrupt_mode_name(enum interrupt_mode mode)
{
	static const char *const names[] = {
		[INTERRUPT_UNKNOWN] = "unknown", [INTERRUPT_NONE] = "none",
		[INTERRUPT_INTX] = "INTx",       [INTERRUPT_MSI] = "MSI",
		[INTERRUPT_MSIX] = "MSI-X",
	};

	return names[mode];
}

const char *service_state_name(enum service_state state)
{
	static const char *const names[] = {
		[STATE_NONE] = "none",
		[STATE_UNKNOWN] = "unknown",
		[STATE_BOUND] = "bound",
		[STATE_NO_DRIVER] = "no-driver",
		[STATE_NO_DEVICE] = "no-device",
		[STATE_NO_PORT_DRIVER] = "no-port-driver",
	};

	return names[state];
}

bool port_leads_to(const struct port *port, unsigned int domain, uint8_t bus)
{
	return port->hardware.bridge && port->domain == domain &&
	       port->hardware.secondary &&
	       bus >= port->hardware.secondary &&
	       bus <= port->hardware.subordinate;
}

unsigned int port_offers(const struct port *port)
{
	const struct port_hardware *hardware = &port->hardware;
	unsigned int offered = hardware->msix.position ? hardware->msix.offered
			     : hardware->msi.position  ? hardware->msi.offered
						       : 0;

	return offered < MAX_VECTORS ? offered : MAX_VECTORS;
}

static bool has_devices(const struct port *port)
{
	for (int i = 0; i < NUM_SERVICES; i++)
		if (port->system.services[i].name[0])
			return true;
	return false;
}

bool port_asks_for(const struct port *port, enum port_service service)
{
	if (has_devices(port))
		return port->system.services[service].name[0];
	/* Since Linux 6.13 not where there is nothing to choose from. */
	return port->services[service].capable &&
	       (service != SERVICE_BANDWIDTH || port->hardware.speeds != 1);
}

bool port_serves(const struct port *port, enum port_service service)
{
	if (!port_asks_for(port, service))
		return false;
	if (port->system.known)
		return port->services[service].irq >= 0;
	return port->needed <= (int)port_offers(port) || port->hardware.pin;
}

static void join_hardware(struct port *port)
{
	const struct port_hardware *hardware = &port->hardware;

	for (int i = 0; i < NUM_SERVICES; i++) {
		struct service *service = &port->services[i];
		bool extended = i == SERVICE_AER || i == SERVICE_DPC;

		service->known = extended ? hardware->extended_known
					  : hardware->standard_known;
		service->capable = hardware->services[i].capable;
		service->message = service->capable
					   ? (int)hardware->services[i].message
					   : -1;
		service->vector = -1;
		service->irq = -1;
		/* The port driver has found it, whoever may read that. */
		if (port->system.services[i].name[0])
			service->known = service->capable = true;
	}
}

static enum interrupt_mode find_mode(const struct port *port)
{
	const struct port_hardware *hardware = &port->hardware;

	if (port->system.num_irqs)
		return port->system.msix ? INTERRUPT_MSIX : INTERRUPT_MSI;
	if (!hardware->standard_known)
		return port->system.irq ? INTERRUPT_INTX : INTERRUPT_UNKNOWN;
	if (hardware->msix.enabled)
		return INTERRUPT_MSIX;
	if (hardware->msi.enabled)
		return INTERRUPT_MSI;
	return hardware->pin ? INTERRUPT_INTX : INTERRUPT_NONE;
}

static int count_vectors(const struct port *port)
{
	if (port->system.known)
		return port->system.num_irqs;
	/* How many entries of a table are in use is not in these registers. */
	if (port->mode == INTERRUPT_MSIX || !port->hardware.standard_known)
		return -1;
	return port->mode == INTERRUPT_MSI ? (int)port->hardware.msi.granted
					   : 0;
}

static int count_needed(const struct port *port)
{
	int needed = 0;

	for (int i = 0; i < NUM_SERVICES; i++) {
		if (!port_asks_for(port, i))
			continue;
		if (port->services[i].message < 0)
			return -1;
		if (port->services[i].message >= needed)
			needed = port->services[i].message + 1;
	}
	return port->hardware.standard_known ? needed : -1;
}

static void join_interrupt(struct port *port, const struct machine *machine,
			   int index)
{
	struct service *service = &port->services[index];
	const struct interrupt_line *line;

	if (!service->capable)
		return;
	if (port->mode == INTERRUPT_MSI || port->mode == INTERRUPT_MSIX) {
		if (service->message < port->vectors)
			service->vector = service->message;
		if (service->vector >= 0 && port->system.num_irqs)
			service->irq = port->system.irqs[service->vector];
	} else if (port->system.irq) {
		service->irq = port->system.irq;
	}
	if (service->irq < 0)
		return;

	line = interrupt_table_find(&machine->interrupts, service->irq);
	service->counted = line;
	if (line) {
		service->count = line->count;
		service->handled = interrupt_line_has_handler(
			line, port_service_handler(index));
	}
}

static void __attribute__((format(printf, 2, 3)))
set_reason(struct service *service, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(service->reason, sizeof(service->reason), format, args);
	va_end(args);
}

static void explain_no_port_driver(const struct port *port,
				   const struct machine *machine,
				   struct service *service)
{
	service->state = STATE_NO_PORT_DRIVER;
	if (port->system.driver[0])
		set_reason(service, "the port is %s's, not the port driver's",
			   port->system.driver);
	else if (machine_has_option(machine, "pcie_ports", "compat"))
		set_reason(service,
			   "pcie_ports=compat turns the port driver off");
	else
		set_reason(service, "no driver is bound to the port");
}

static void explain_no_driver(const struct machine *machine,
			      struct service *service, int index)
{
	service->state = STATE_NO_DRIVER;
	if (machine->drivers[index])
		set_reason(service,
			   "%s is not bound to it: it was unbound, or its probe failed",
			   port_service_driver(index));
	else if (machine->drivers_known)
		set_reason(service, "this kernel has no driver for it");
	else
		set_reason(service, "no driver is bound to it");
}

bool port_has_no_interrupt(const struct port *port)
{
	unsigned int offers = port_offers(port);

	if (port->system.num_irqs || port->system.irq)
		return false;
	if (port->system.known && port->hardware.pin && !offers)
		return true;
	return port->hardware.standard_known && !port->hardware.pin &&
	       (!offers || port->needed > (int)offers);
}

/* Why the port driver has made no device for what the port can do. */
static void explain_no_device(const struct port *port,
			      const struct machine *machine,
			      struct service *service, int index)
{
	bool errors = index == SERVICE_AER || index == SERVICE_DPC;

	service->state = STATE_NO_DEVICE;
	if (port_has_no_interrupt(port))
		set_reason(service, "the port has got no interrupt");
	else if (errors && machine_has_option(machine, "pci", "noaer"))
		set_reason(service, "pci=noaer turns error reporting off");
	else if (machine->drivers_known && !machine->drivers[index])
		set_reason(service, "this kernel has no driver for it");
	else if (index == SERVICE_BANDWIDTH && port->hardware.speeds == 1)
		set_reason(service, "the link has one speed only");
	else if (index == SERVICE_DPC && port->aer_above)
		set_reason(service,
			   "this kernel takes it only together with error reporting, that is in root ports");
	else if (index == SERVICE_BANDWIDTH)
		set_reason(service, "the port driver made no device for it");
	else
		set_reason(service,
			   "the host bridge keeps control of %s: firmware did not grant it (ACPI _OSC)",
			   errors ? "error reporting" :
			   port_service_name(index));
}

static void join_state(struct port *port, const struct machine *machine,
		       int index)
{
	struct service *service = &port->services[index];
	const struct service_device *device = &port->system.services[index];

	service->reason[0] = '\0';
	service->state = service->known ? STATE_NONE : STATE_UNKNOWN;
	if (!service->capable)
		return;
	service->state = STATE_UNKNOWN;
	if (!port->system.known)
		return;
	if (strcmp(port->system.driver, PORT_DRIVER) != 0)
		explain_no_port_driver(port, machine, service);
	else if (!device->name[0])
		explain_no_device(port, machine, service, index);
	else if (!device->driver[0])
		explain_no_driver(machine, service, index);
	else
		service->state = STATE_BOUND;
}

static void join(struct port *port, const struct machine *machine)
{
	port->type = port->hardware.type ? port->hardware.type
					 : port->system.type;
	port->asleep = port->hardware.asleep || port->system.asleep;
	join_hardware(port);
	port->mode = find_mode(port);
	port->vectors = count_vectors(port);
	port->needed = count_needed(port);
	for (int i = 0; i < NUM_SERVICES; i++) {
		join_interrupt(port, machine, i);
		join_state(port, machine, i);
	}
}

static void look_around(struct ports *ports, struct port *port,
			const struct pci_functions *functions)
{
	for (size_t i = 0; i < functions->count; i++) {
		const struct pci_function *function = &functions->items[i];

		if (port->hardware.bridge && port->hardware.secondary &&
		    function->domain == port->domain &&
		    function->bus == port->hardware.secondary &&
		    config_read(&function->space, 0, 2) != UINT16_MAX &&
		    config_read(&function->space, 4, 2) & 4)
			port->bus_master_below = true;
	}
	for (size_t i = 0; i < ports->count; i++) {
		const struct port *above = &ports->items[i];

		if (above != port &&
		    port_leads_to(above, port->domain,
				  port->hardware.primary) &&
		    above->system.services[SERVICE_AER].name[0])
			port->aer_above = true;
	}
}

static int add(struct ports *ports, const struct pci_function *function,
	       const struct port_hardware *hardware,
	       const struct machine *machine)
{
	struct port *port;

	port = reallocarray(ports->items, ports->count + 1, sizeof(*port));
	if (!port)
		return -ENOMEM;
	ports->items = port;
	port += ports->count++;
	memset(port, 0, sizeof(*port));
	memcpy(port->address, function->address, sizeof(port->address));
	port->domain = function->domain;
	port->hardware = *hardware;
	if (machine->known) {
		port_system_read(machine, port->address, &port->system);
		port_system_read_registers(machine, port->address,
					   &port->hardware);
	}
	return 0;
}

/* One that does not answer is one if the port driver says so. */
static bool is_port(const struct pci_function *function,
		    const struct port_hardware *hardware,
		    const struct machine *machine)
{
	struct port_system system;

	if (hardware->answers || !machine->known)
		return port_hardware_is_port(hardware);
	port_system_read(machine, function->address, &system);
	return strcmp(system.driver, PORT_DRIVER) == 0;
}

int ports_join(const struct pci_functions *functions,
	       const struct machine *machine, struct ports *ports)
{
	struct port_hardware hardware;

	*ports = (struct ports) { 0 };
	for (size_t i = 0; i < functions->count; i++) {
		const struct pci_function *function = &functions->items[i];

		port_hardware_parse(&function->space, &hardware);
		if (is_port(function, &hardware, machine) &&
		    add(ports, function, &hardware, machine) < 0) {
			ports_free(ports);
			return -ENOMEM;
		}
	}
	for (size_t i = 0; i < ports->count; i++) {
		look_around(ports, &ports->items[i], functions);
		join(&ports->items[i], machine);
		port_find(&ports->items[i], machine);
		port_advise(&ports->items[i]);
	}
	return 0;
}

void ports_free(struct ports *ports)
{
	free(ports->items);
	*ports = (struct ports) { 0 };
}

const char *port_unseen(const struct port *port, const struct machine *machine,
			size_t index)
{
	const struct port_hardware *hardware = &port->hardware;
	const struct {
		bool unseen;
		const char *what;
	} all[] = {
		{ !machine->known,
		  "drivers, interrupts and their counts: a dump has none" },
		{ machine->known && !machine->interrupts_known,
		  "counts and handlers of interrupts: /proc/interrupts cannot be read" },
		{ machine->known && !machine->options,
		  "options of the kernel: /proc/cmdline cannot be read" },
		{ hardware->answers && !hardware->standard_known,
		  "capabilities and message numbers: only root can read them" },
		{ hardware->standard_known && !hardware->extended_known,
		  "error reporting, containment and vendors' features: the extended configuration space is not there" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(all); i++)
		if (all[i].unseen && index-- == 0)
			return all[i].what;
	return NULL;
}
