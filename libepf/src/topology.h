/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef TOPOLOGY_H
#define TOPOLOGY_H

#include "tree.h"

struct epf_driver {
	char *name;
};

/* Many, and seldom asked for: read when they are. */
struct controller_attributes {
	struct epf_ctx *ctx;
	bool read;
	struct attribute_list list;
};

struct epf_controller {
	char *name;
	char *path;
	char *driver; /* NULL: not known */
	struct controller_attributes *attributes;
	bool started;
	enum epf_link_state link_state;
	struct epf_link **links; /* by number */
	size_t num_links;
};

struct epf_function {
	struct epf_topology *topology;
	const struct epf_driver *driver;
	char *name;
	char *path;
	struct attribute_list attributes;
	struct epf_link *links; /* a part of the topology's array */
	size_t num_links;
	const struct epf_function *pf;
	struct cfs_age vf_age; /* of the link that made it a virtual one */
	const struct epf_function **vfs;
	size_t num_vfs;
};

struct epf_link {
	struct epf_function *function;
	struct epf_controller *controller;
	enum epf_interface interface;
	bool in_controller; /* its directory has the link */
	struct cfs_age age;
	unsigned int number;
};

struct epf_topology {
	struct epf_ctx *ctx;
	bool borrowed; /* the strings are another one's */
	bool outline; /* without attributes of functions */
	struct epf_driver *drivers;
	size_t num_drivers;
	struct epf_function *functions;
	size_t num_functions;
	struct epf_controller *controllers;
	size_t num_controllers;
	struct epf_link *links; /* sorted by function, primary first */
	size_t num_links;
};

/* As epf_topology_new(), but without attributes of functions: reading them again
 * and again is not for nothing, as pci_epf_vntb logs an error for each window
 * that is not there. */
int topology_outline(struct epf_ctx *ctx, struct epf_topology **topology);

/* What a topology, which must outlive the new one, will look like without some
 * functions (by index), which are the last of their controllers, and with some
 * controllers stopped. It has no drivers. 0, or -ENOMEM without a record. */
int topology_without(const struct epf_topology *old, const bool *gone,
		     const bool *stopped, struct epf_topology **topology);

#endif
