/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef LIBEPF_CONFIG_H
#define LIBEPF_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include "epf.h"

/* The wanted state: what a binding file says, whatever its syntax. Every item
 * knows where it was written, so that a refusal, also one of the kernel's much
 * later, can point at it. */

/* A place in the file, from 1. Line 0: nowhere, the item was not written; or,
 * with a node, in a devicetree, which has no lines. */
struct config_mark {
	unsigned int line;
	unsigned int column; /* of a node: how many were read before it */
	const char *node; /* path; the configuration's */
};

struct config_string {
	char *text; /* NULL: not given */
	struct config_mark mark;
};

struct config_number {
	unsigned int value;
	struct config_mark mark;
};

/* The name is that of the file in configfs; header fields, interrupts and BAR
 * sizes are attributes like any other by now. */
struct config_attribute {
	char *name;
	char *value;
	struct config_mark mark;
};

struct config_functions {
	struct config_function *items;
	size_t count;
};

struct config_function {
	struct config_mark mark;
	struct config_number number; /* of a virtual function: from 1 */
	struct config_string driver;
	struct config_string name;
	struct config_attribute *attributes;
	size_t num_attributes;
	/* An NTB function has a second controller and a number there. */
	struct config_string secondary;
	struct config_number secondary_number;
	struct config_functions vfs; /* by number after config_finish() */
};

/* One function number of a controller. */
struct config_link {
	const struct config_function *function;
	enum epf_interface interface;
	struct config_number number;
	bool first; /* of the links of the function, in the order of the file */
};

enum config_match {
	CONFIG_BY_NAME,
	CONFIG_BY_PATTERN, /* fnmatch(3) of exactly one */
	CONFIG_ONLY,       /* the only one that there is */
};

struct config_controller {
	struct config_mark mark;
	enum config_match match;
	struct config_string name; /* or pattern */
	bool start;
	struct config_number wait; /* for the link, in seconds; 0: not */
	struct config_functions functions;
	/* Made by config_finish(): index is function number. */
	struct config_link *links;
	size_t num_links;
};

struct epf_config {
	struct epf_ctx *ctx;
	char *file;
	struct config_string *modules; /* to be loaded first */
	size_t num_modules;
	struct config_controller *controllers;
	size_t num_controllers;
	char **nodes; /* of a devicetree, what the marks point to */
	size_t num_nodes;
};

/* A configuration without controllers. NULL for no memory; no error record. */
struct epf_config *config_new(struct epf_ctx *ctx, const char *file);

/* A new zeroed item at the end of the list, valid until the next is added.
 * NULL for no memory. */
struct config_controller *config_add_controller(struct epf_config *config);
struct config_function *config_add_function(struct config_functions *functions);
struct config_string *config_add_module(struct epf_config *config);

/* Note an attribute; name and value are copied. 0, -EEXIST, -ENOMEM. */
int config_add_attribute(struct config_function *function, const char *name,
			 const char *value, struct config_mark mark);
const struct config_attribute *
config_find_attribute(const struct config_function *function, const char *name);

/* Mark what is read from a node. 0, -ENOMEM. */
int config_mark_node(struct epf_config *config, const char *path,
		     struct config_mark *mark);

/* For an error record: the file, with the node if the mark has one. Free it.
 * NULL without memory. The numbers beside it are the mark's, 0 for a node. */
char *config_place(const struct epf_config *config, struct config_mark mark);

/* When all was read: give names to the functions that have none, sort by
 * number, and refuse what contradicts itself. 0, -EILSEQ, -ENOMEM, with the
 * record. */
int config_finish(struct epf_config *config);

/* Fill in the error record; object is what the message is about, or NULL.
 * Return err. */
int config_fail(const struct epf_config *config, int err,
		struct config_mark mark, const char *object, const char *value,
		const char *hint, const char *format, ...)
	__attribute__((format(printf, 7, 8)));

#endif
