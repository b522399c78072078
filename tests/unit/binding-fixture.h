/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef BINDING_FIXTURE_H
#define BINDING_FIXTURE_H

#include "model.h"

/* Binding files against a model with the controllers epc-sim.0 and epc-b, which
 * have eight functions with four virtual ones each. */

struct fixture {
	struct model *model;
	struct epf_ctx *ctx;
};

struct fixture *fixture_new(void);
/* Also checks that the kernel would have printed no warning. */
void fixture_free(struct fixture *fixture);

/* Plan what makes the model look like a configuration, like a file, or like the
 * text of one that is called "test.yaml". Return what the library returns. */
int fixture_plan(struct fixture *fixture, const struct epf_config *config,
		 struct epf_plan **plan);
int fixture_plan_file(struct fixture *fixture, const char *path,
		      struct epf_plan **plan);
int fixture_plan_text(struct fixture *fixture, const char *text,
		      struct epf_plan **plan);

/* Plan and execute; must succeed. Return the number of steps. */
size_t fixture_apply_text(struct fixture *fixture, const char *text);

/* The steps of a plan, one a line. Free it. */
char *plan_text(const struct epf_plan *plan);

/* The last failure as epfctl prints it. Free it. */
char *error_text(const struct fixture *fixture);

/* All of a file. Free it. */
char *read_text(const char *path);

#endif
