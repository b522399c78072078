// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include "topology.h"

EPF_EXPORT const char *
epf_controller_get_name(const struct epf_controller *controller)
{
	return controller->name;
}

EPF_EXPORT bool
epf_controller_is_started(const struct epf_controller *controller)
{
	return controller->started;
}

EPF_EXPORT enum epf_link_state
epf_controller_get_link_state(const struct epf_controller *controller)
{
	return controller->link_state;
}

EPF_EXPORT const char *
epf_controller_get_driver(const struct epf_controller *controller)
{
	return controller->driver;
}

static int read_attributes(const struct epf_controller *controller)
{
	struct controller_attributes *attributes = controller->attributes;
	int err;

	if (attributes->read)
		return 0;
	err = tree_read_controller(&attributes->ctx->cfs, controller->name,
				   &attributes->list);
	if (err)
		attribute_list_clear(&attributes->list);
	attributes->read = !err;
	return err;
}

EPF_EXPORT int
epf_controller_read_attributes(const struct epf_controller *controller)
{
	return read_attributes(controller)
		       ? error_set_nomem(controller->attributes->ctx)
		       : 0;
}

/* Empty where they cannot be read: a getter cannot fail, nor may it replace the
 * error that its caller is telling of. */
static const struct attribute_list *
get_attributes(const struct epf_controller *controller)
{
	read_attributes(controller);
	return &controller->attributes->list;
}

EPF_EXPORT size_t
epf_controller_get_num_attributes(const struct epf_controller *controller)
{
	return get_attributes(controller)->count;
}

EPF_EXPORT const char *
epf_controller_get_attribute_name(const struct epf_controller *controller,
				  size_t index)
{
	return get_attributes(controller)->items[index].name;
}

EPF_EXPORT const char *
epf_controller_get_attribute(const struct epf_controller *controller,
			     const char *name)
{
	return attribute_list_get(get_attributes(controller), name);
}

EPF_EXPORT size_t
epf_controller_get_num_links(const struct epf_controller *controller)
{
	return controller->num_links;
}

EPF_EXPORT const struct epf_link *
epf_controller_get_link(const struct epf_controller *controller, size_t index)
{
	return controller->links[index];
}

EPF_EXPORT unsigned int epf_link_get_number(const struct epf_link *link)
{
	return link->number;
}

EPF_EXPORT const struct epf_function *
epf_link_get_function(const struct epf_link *link)
{
	return link->function;
}

EPF_EXPORT const struct epf_controller *
epf_link_get_controller(const struct epf_link *link)
{
	return link->controller;
}

EPF_EXPORT enum epf_interface
epf_link_get_interface(const struct epf_link *link)
{
	return link->interface;
}
