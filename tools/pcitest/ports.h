/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef PORTS_H
#define PORTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "ports-config.h"
#include "ports-function.h"
#include "ports-system.h"

/* pcitest ports, from the bytes to the report:
 *
 *	ports-dump.c, ports-function.c	configuration spaces: of a file, of libpci
 *	ports-config.c			what is in one
 *	ports-system.c, ports-interrupts.c	what the machine says of it
 *	ports-join.c			both together: struct port
 *	ports-findings.c		what is wrong
 *	ports-advice.c			what other drivers would make of it
 *	ports-text.c, ports-json.c	the report
 *	ports.c				the command
 *
 * The rule of the port driver (drivers/pci/pcie/portdrv.c): of MSI-X, else MSI,
 * it allocates as many vectors as it can get, reads the message numbers of the
 * services, and allocates again, the highest of them and one. Where that does
 * not work out for one service, all of them share the pin. */

enum interrupt_mode {
	INTERRUPT_UNKNOWN,
	INTERRUPT_NONE,
	INTERRUPT_INTX,
	INTERRUPT_MSI,
	INTERRUPT_MSIX,
};

/* "none", "INTx", "MSI", "MSI-X"; "unknown". */
const char *interrupt_mode_name(enum interrupt_mode mode);

enum service_state {
	STATE_NONE,             /* the port does not have it */
	STATE_UNKNOWN,          /* nobody can say */
	STATE_BOUND,
	STATE_NO_DRIVER,        /* a device, but no driver */
	STATE_NO_DEVICE,        /* the port driver made none */
	STATE_NO_PORT_DRIVER,
};

/* "none", "unknown", "bound", "no-driver", "no-device", "no-port-driver". */
const char *service_state_name(enum service_state state);

/* A service of a port: hardware and system. */
struct service {
	bool known;             /* capable is known */
	bool capable;
	int message;            /* -1: not known */
	int vector;             /* that it uses; -1: none, or not known */
	int irq;                /* Linux interrupt; -1: none, or not known */
	bool counted;
	uint64_t count;         /* of that interrupt */
	bool handled;           /* the driver's handler is on it */
	enum service_state state;
	char reason[200];       /* why it is not bound, or empty */
};

#define MAX_FINDINGS 24

struct finding {
	const char *name;       /* "bus-master-off" */
	int service;            /* enum port_service; -1: of the port */
	char text[280];         /* what is wrong, and what follows */
	const char *remedy;     /* what to do */
};

/* A way to give interrupts to the features of a port. */
struct advice {
	const char *path;       /* "dynamic-msix" */
	bool possible;
	unsigned int vectors;   /* that it takes */
	unsigned int gains;     /* services (bit enum port_service) that get one */
	unsigned int loses;     /* services that lose theirs */
	unsigned int features;  /* that would get one */
	const char *text;       /* what it is and depends on */
};

enum { ADVICE_DYNAMIC_MSIX, ADVICE_ALLOCATE_N, ADVICE_SHARED, NUM_ADVICE };

struct port {
	char address[ENDPOINT_ADDRESS_SIZE];
	unsigned int domain;
	enum port_type type;
	struct port_hardware hardware;
	struct port_system system;
	bool asleep;            /* or on its way there */
	bool bus_master_below;  /* a function on the next bus has it */
	bool aer_above;         /* error reporting of its root port is bound */

	enum interrupt_mode mode;
	int vectors;            /* allocated; -1: not known */
	int needed;             /* by the port driver's rule; -1: not known */
	struct service services[NUM_SERVICES];
	struct finding findings[MAX_FINDINGS];
	size_t num_findings;
	struct advice advice[NUM_ADVICE];
};

struct ports {
	struct port *items;
	size_t count;
};

/* ports-join.c. All ports of the functions; machine.known is false for those of
 * a dump. The caller frees them. Return 0 or -ENOMEM. */
int ports_join(const struct pci_functions *functions,
	       const struct machine *machine, struct ports *ports);
void ports_free(struct ports *ports);

/* Whether a bus is below a port, or is its own. */
bool port_leads_to(const struct port *port, unsigned int domain, uint8_t bus);

/* Vectors that the port offers to its driver: of MSI-X, else of MSI, 32 at most;
 * 0 with neither. */
unsigned int port_offers(const struct port *port);

/* Whether the port driver asks a vector for a service, as far as one can say. */
bool port_asks_for(const struct port *port, enum port_service service);

/* Whether there is no interrupt to be had from it. */
bool port_has_no_interrupt(const struct port *port);

/* Whether it has an interrupt, or would be given one. */
bool port_serves(const struct port *port, enum port_service service);

/* ports-findings.c, ports-advice.c: fill in these parts of a port. */
void port_find(struct port *port, const struct machine *machine);
void port_advise(struct port *port);

/* ports-text.c, ports-json.c. Error: why there is no result, or NULL. */
void ports_print_text(const struct ports *ports, const struct machine *machine,
		      FILE *out);
void ports_print_json(const struct ports *ports, const struct machine *machine,
		      const char *error, FILE *out);

/* What could not be seen of a port, one after the other: NULL after the last. */
const char *port_unseen(const struct port *port, const struct machine *machine,
			size_t index);

#endif
