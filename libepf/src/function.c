// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include <errno.h>
#include <string.h>

#include "attr.h"
#include "topology.h"

EPF_EXPORT const char *epf_driver_get_name(const struct epf_driver *driver)
{
	return driver->name;
}

EPF_EXPORT const char *
epf_function_get_name(const struct epf_function *function)
{
	return function->name;
}

EPF_EXPORT const struct epf_driver *
epf_function_get_driver(const struct epf_function *function)
{
	return function->driver;
}

EPF_EXPORT size_t
epf_function_get_num_links(const struct epf_function *function)
{
	return function->num_links;
}

EPF_EXPORT const struct epf_link *
epf_function_get_link(const struct epf_function *function, size_t index)
{
	return &function->links[index];
}

EPF_EXPORT size_t epf_function_get_num_vfs(const struct epf_function *function)
{
	return function->num_vfs;
}

EPF_EXPORT const struct epf_function *
epf_function_get_vf(const struct epf_function *function, size_t index)
{
	return function->vfs[index];
}

EPF_EXPORT const struct epf_function *
epf_function_get_pf(const struct epf_function *function)
{
	return function->pf;
}

EPF_EXPORT size_t
epf_function_get_num_attributes(const struct epf_function *function)
{
	return function->attributes.count;
}

EPF_EXPORT const char *
epf_function_get_attribute_name(const struct epf_function *function,
				size_t index)
{
	return function->attributes.items[index].name;
}

EPF_EXPORT const char *
epf_function_get_attribute(const struct epf_function *function,
			   const char *name)
{
	return attribute_list_get(&function->attributes, name);
}

EPF_EXPORT bool epf_function_is_writable(const struct epf_function *function,
					 const char *name)
{
	for (size_t i = 0; i < function->attributes.count; i++)
		if (!strcmp(function->attributes.items[i].name, name))
			return function->attributes.items[i].writable;
	return false;
}

EPF_EXPORT int
epf_function_get_attribute_u64(const struct epf_function *function,
			       const char *name, uint64_t *value)
{
	const char *text;
	int err;

	text = epf_function_get_attribute(function, name);
	err = text ? attr_parse(text, value) : -ENOENT;
	if (!err)
		return 0;
	return error_set(function->topology->ctx, err, &(struct epf_error){
		.operation = "read",
		.path = name,
		.value = text,
		.message = text ? "not a number of 64 bits" :
				  "no such attribute, or it cannot be read",
	});
}
