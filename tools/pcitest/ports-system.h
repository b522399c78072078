/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef PORTS_SYSTEM_H
#define PORTS_SYSTEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ports-config.h"
#include "ports-interrupts.h"

/* What a machine, or a saved one below another root, says of its ports. */

#define MAX_PORT_IRQS 2048
#define DRIVER_NAME_SIZE 32

/* Of all ports. */
struct machine {
	bool known;                   /* else nothing here is: a dump */
	char *root;                   /* "" or a folder */
	char *options;                /* of the kernel's command line, or NULL */
	bool interrupts_known;
	struct interrupt_table interrupts;
	bool drivers_known;
	bool drivers[NUM_SERVICES];   /* the kernel has a driver of the service */
};

/* A service device of the port driver. */
struct service_device {
	char name[48];                /* "0000:00:1c.0:pcie002"; empty: none */
	char driver[DRIVER_NAME_SIZE]; /* empty: none is bound */
};

/* Of one port. */
struct port_system {
	bool known;
	char driver[DRIVER_NAME_SIZE]; /* empty: none is bound */
	unsigned int irqs[MAX_PORT_IRQS]; /* message-signalled, ascending */
	size_t num_irqs;
	bool asleep;                  /* runtime power management has it so */
	bool msix;                    /* these are of MSI-X, else of MSI */
	unsigned int irq;             /* of the pin, where num_irqs is 0; 0: none */
	enum port_type type;          /* as the service devices have it */
	struct service_device services[NUM_SERVICES];
};

/* Read what there is below root ("" for this machine); end with
 * machine_release(). Return 0 or -ENOMEM; what cannot be read is not known. */
int machine_read(struct machine *machine, const char *root);
void machine_release(struct machine *machine);

/* A parameter was given to the kernel: "pci=noaer" also as "pci=nomsi,noaer". */
bool machine_has_option(const struct machine *machine, const char *parameter,
			const char *value);

/* Read what the machine says of a port. What cannot be read is as if absent. */
void port_system_read(const struct machine *machine, const char *address,
		      struct port_system *system);

/* Read the message numbers of features that have them in registers of a BAR:
 * the file resourceN of the port is mapped, which takes privilege. */
void port_system_read_registers(const struct machine *machine,
				const char *address,
				struct port_hardware *hardware);

/* Read the first register, of eight bytes, of a feature in a BAR that answers to
 * memory accesses. Return false where it cannot be had. */
bool port_system_read_register(const char *root, const char *address,
			       const struct port_feature *feature,
			       uint64_t *value);

/* "aer", "pciehp" ...: the driver of a service; and what it calls its handler. */
const char *port_service_driver(enum port_service service);
const char *port_service_handler(enum port_service service);

#endif
