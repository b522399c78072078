/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef TREE_H
#define TREE_H

#include <stdbool.h>
#include <stddef.h>

#include "internal.h"

/* Questions to the live tree that take more than one operation. Paths are
 * relative to pci_ep, "function" is "functions/DRIVER/NAME". They return 0 or
 * -errno and leave the error record alone. */

struct attribute {
	char *name; /* a path below the directory that it was found in */
	char *text; /* NULL: cannot be read */
	bool writable;
};

struct attribute_list {
	struct attribute *items;
	size_t count;
};

/* All attributes of a function: its own, then those in the directory of its
 * driver, and in those below that one: outbound/policy. Release with attribute_list_clear(), also after a failure. */
int tree_read_attributes(const struct cfs *cfs, const char *function,
			 struct attribute_list *list);
/* The same of any directory, with all below. */
int tree_read_directory(const struct cfs *cfs, const char *directory,
			struct attribute_list *list);
void attribute_list_clear(struct attribute_list *list);

/* What a controller says of itself. Where it says nothing, the list is empty
 * and the driver NULL; only a lack of memory is an error. */
int tree_read_controller(const struct cfs *cfs, const char *name,
			 struct attribute_list *list);
int tree_read_controller_driver(const struct cfs *cfs, const char *name,
				char **driver);

/* 0, or -ENOMEM. */
int tree_read_link_state(const struct cfs *cfs, const char *name,
			 enum epf_link_state *state);

/* The attribute of that name, or NULL. */
const char *attribute_list_get(const struct attribute_list *list,
			       const char *name);

/* An attribute, wherever it is: its path, and its text, NULL if it cannot be read;
 * free both. Waits for a new function to be complete. -ENOENT, or -ETIMEDOUT for
 * a function that stays incomplete. */
int tree_read_attribute(const struct epf_ctx *ctx, const char *function,
			const char *name, char **path, char **text);

/* Path of a directory in that of the driver; free it. -ENOENT. */
int tree_find_directory(const struct cfs *cfs, const char *function,
			const char *name, char **path);

/* Wait for a directory. 0, -ETIMEDOUT, or -errno of looking. */
int tree_wait(const struct epf_ctx *ctx, const char *directory);

/* Path of the link in a directory that leads to target; free it. -ENOENT. */
int tree_find_link(const struct cfs *cfs, const char *directory,
		   const char *target, char **path);

/* Whether a link's text leads to target. */
bool tree_leads_to(const char *text, const char *target);

/* Whether a module is there, or built in. */
bool tree_is_loaded(const struct cfs *cfs, const char *module);

/* 1, 0, or -errno. */
int tree_exists(const struct cfs *cfs, const char *path);
int tree_is_started(const struct cfs *cfs, const char *controller);
int tree_is_linked(const struct cfs *cfs, const char *function);

#endif
