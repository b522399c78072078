/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef OBJECTS_H
#define OBJECTS_H

#include "epfctl.h"

struct json_object;

/* What is in a topology, as text (free it; "-" for nothing) and as new JSON
 * objects. */

/* "DRIVER/NAME" */
char *function_name_text(const struct epf_function *function);
/* Controllers, or of a virtual function its physical one. */
char *function_links_text(const struct epf_function *function);
char *function_vfs_text(const struct epf_function *function);
struct json_object *function_json(const struct epf_function *function);

/* Not to be freed. */
const char *controller_state_text(const struct epf_controller *controller);
char *controller_functions_text(const struct epf_controller *controller);
struct json_object *controller_json(const struct epf_controller *controller);

/* The same by index. */
struct json_object *controller_json_at(const struct epf_topology *topology,
				       size_t index);
struct json_object *function_json_at(const struct epf_topology *topology,
				     size_t index);
struct json_object *driver_json_at(const struct epf_topology *topology,
				   size_t index);

#endif
