/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef LIBEPF_RESOLVE_H
#define LIBEPF_RESOLVE_H

#include "config.h"
#include "internal.h"

/* What a configuration means in the system as it is. */

/* The controllers of a configuration, by index; free the array. 0, -ESRCH,
 * -ENOTUNIQ, -ENOMEM; with the record, but for the last. */
int resolve_controllers(const struct epf_config *config,
			const struct epf_topology *topology,
			const struct epf_controller ***controllers);

/* The function of that driver and name, or NULL. */
const struct epf_function *
resolve_function(const struct epf_topology *topology,
		 const struct config_function *wanted);

/* The link on that side of a function, or NULL. */
const struct epf_link *resolve_link(const struct epf_function *function,
				    enum epf_interface interface);

#endif
