// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

/* What the paths that were discussed for the port driver would give on a port.
 * Its users are the services that it is capable of, and features that have a
 * message number. */

#include "ports.h"

struct users {
	unsigned int services;  /* a bit each */
	unsigned int served;    /* those that have an interrupt now */
	uint32_t messages;      /* message numbers in use */
};

static struct users find_users(const struct port *port)
{
	struct users users = { 0 };

	for (int i = 0; i < NUM_SERVICES; i++) {
		/* A link with one speed has nothing to notify of. */
		if (!port->services[i].capable ||
		    (i == SERVICE_BANDWIDTH && port->hardware.speeds == 1))
			continue;
		users.services |= 1u << i;
		if (port_serves(port, i))
			users.served |= 1u << i;
	}
	return users;
}

/* The users whose message number is below a number of vectors. */
static void count_reached(const struct port *port, struct users *users,
			  unsigned int vectors, struct advice *advice)
{
	unsigned int reached = 0;

	for (int i = 0; i < NUM_SERVICES; i++) {
		int message = port->services[i].message;

		if (!(users->services & 1u << i) || message < 0 ||
		    message >= (int)vectors)
			continue;
		reached |= 1u << i;
		users->messages |= 1u << message;
	}
	for (size_t i = 0; i < port->hardware.num_features; i++) {
		int message = port->hardware.features[i].message;

		/* Others than the services' have more bits than 32 vectors. */
		if (message < 0 || message >= (int)vectors)
			continue;
		advice->features++;
		if (message < 32)
			users->messages |= 1u << message;
	}
	advice->gains = reached & ~users->served;
	advice->loses = users->served & ~reached;
}

static void advise_dynamic(const struct port *port, struct users users,
			   struct advice *advice)
{
	unsigned int vectors = port->hardware.msix.position
				       ? port->hardware.msix.offered
				       : 0;

	advice->path = "dynamic-msix";
	advice->possible = vectors;
	count_reached(port, &users, vectors, advice);
	advice->vectors = __builtin_popcount(users.messages);
	advice->text = vectors
		? "each service allocates its own MSI-X vector when it is bound; none is allocated for numbers in between"
		: "the port has no MSI-X: only the services of today, left as they are, would keep an interrupt";
}

static void advise_all(const struct port *port, struct users users,
		       struct advice *advice)
{
	advice->path = "allocate-n";
	advice->vectors = port_offers(port);
	advice->possible = advice->vectors;
	if (advice->possible)
		count_reached(port, &users, advice->vectors, advice);
	advice->text = advice->possible
		? "all vectors that the port offers, up to 32, are allocated once and kept, used or not"
		: "the port has neither MSI-X nor MSI";
}

static void advise_shared(const struct port *port, struct users users,
			  struct advice *advice)
{
	const struct port_hardware *hardware = &port->hardware;

	advice->path = "shared-vector";
	advice->possible = port_offers(port);
	advice->vectors = advice->possible;
	if (advice->possible)
		/* MSI: the port itself lowers its numbers to what is granted. */
		count_reached(port, &users,
			      hardware->msix.position ? hardware->msix.offered
						      : 1u << 11, advice);
	advice->text = !advice->possible
		? "the port has neither MSI-X nor MSI"
		: hardware->msix.position
		? "all entries of the table in use send the same message; each interrupt asks every service"
		: "one MSI is granted, and the port must show message number 0 for all then; each interrupt asks every service";
}

void port_advise(struct port *port)
{
	struct users users = find_users(port);

	advise_dynamic(port, users, &port->advice[ADVICE_DYNAMIC_MSIX]);
	advise_all(port, users, &port->advice[ADVICE_ALLOCATE_N]);
	advise_shared(port, users, &port->advice[ADVICE_SHARED]);
}
