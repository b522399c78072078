/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef PLAN_H
#define PLAN_H

#include "tree.h"

struct epf_step {
	enum epf_operation operation;
	enum epf_step_state state;
	char *path;      /* relative to pci_ep; of a module, its name */
	char *value;     /* text written, or where the link leads */
	char *directory; /* that holds the attribute or the link */

	bool any_module; /* LOAD_MODULE: not for a driver of that name */

	/* CREATE and SET, once run: the function is there, and linked to
	 * nothing. */
	bool unlinked;

	/* The line of the binding file that asked for it; no file: none did. */
	char *file;
	unsigned int line;
	unsigned int column;

	/* The journal: what undoing the step takes. */
	char *old;                        /* SET; NULL: cannot be read */
	struct attribute_list attributes; /* DELETE */
};

struct epf_plan {
	struct epf_ctx *ctx;
	struct epf_step **steps;
	size_t num_steps;
	bool executed;
};

/* Drop the steps from count on: they were added in vain. */
void plan_truncate(struct epf_plan *plan, size_t count);

/* Run a step. before: the one that was run before it, or NULL. 0, or -errno with
 * the error record. */
int step_run(struct epf_ctx *ctx, struct epf_step *step,
	     const struct epf_step *before);

/* Undo a step that was run. 0, or -errno without a record. */
int step_undo(struct epf_ctx *ctx, struct epf_step *step);

/* What gives the function of a link its number: the controller, or the physical
 * function of a virtual one. */
const char *step_numbered_by(const struct epf_step *step);

/* Whether taking the link of a step away now is safe: the kernel lets it
 * happen under a started controller, and under a physical function in use, and
 * breaks. 0, -EBUSY, or -errno of looking. */
int step_check_unlink(struct epf_ctx *ctx, const struct epf_step *step);

#endif
