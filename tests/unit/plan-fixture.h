/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef PLAN_FIXTURE_H
#define PLAN_FIXTURE_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "model.h"

/* Plans over a model with the controllers sim.0 (2 functions of 2 virtual ones
 * each) and sim.1 (8, none). Any warning of the kernel's fails the test. */

#define BASE "/sys/kernel/config/pci_ep/"

struct fixture {
	struct model *model;
	struct epf_ctx *ctx;
	struct epf_plan *plan; /* empty to begin with */
};

int set_up(void **state);
int tear_down(void **state);

/* A step was added. */
void add(int err);
/* Run what was added, and begin a new plan. */
int run(struct fixture *f);

/* A plan of one step, which succeeds. */
void create(struct fixture *f, const char *driver, const char *name);
void link_primary(struct fixture *f, const char *name, const char *controller);
void start(struct fixture *f, const char *controller);

/* Whether the tree has this line. */
bool has(struct fixture *f, const char *line);

/* What the error record says. value, hint: NULL for none. */
void check_record(struct fixture *f, int err, const char *operation,
		  const char *path, const char *value);
void check_text(struct fixture *f, const char *message, const char *hint);

#endif
