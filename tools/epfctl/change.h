/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef CHANGE_H
#define CHANGE_H

#include "epfctl.h"

/* Add the steps of a command to a plan. 0 or -errno, with the failure. */
typedef int change_fn(struct epfctl *ctl, const struct epf_topology *topology,
		      struct epf_plan *plan);

/* Run a command that changes something: plan it with add, then run the plan or
 * show it, and tell how it went. Return the exit code. */
int change_run(struct epfctl *ctl, change_fn *add);

/* Add "NAME=VALUE" for that function, from each argument from first on. */
int change_add_settings(struct epfctl *ctl, struct epf_plan *plan,
			const char *driver, const char *name, int first);

#endif
