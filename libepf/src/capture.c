// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include <errno.h>
#include <string.h>

#include "config.h"
#include "internal.h"
#include "resolve.h"

/* From the system as it is to the configuration that makes it. */

struct capture {
	struct epf_config *config;
	const struct epf_topology *topology;
	const char *const *names;
	size_t num_names;
};

static bool is_named(const struct capture *capture, const char *name)
{
	for (size_t i = 0; i < capture->num_names; i++)
		if (strcmp(capture->names[i], name) == 0)
			return true;
	return false;
}

/* As DRIVER/NAME. */
static bool is_named_in_full(const struct capture *capture, const char *driver,
			     const char *name)
{
	size_t length = strlen(driver);

	for (size_t i = 0; i < capture->num_names; i++)
		if (strncmp(capture->names[i], driver, length) == 0 &&
		    capture->names[i][length] == '/' &&
		    strcmp(capture->names[i] + length + 1, name) == 0)
			return true;
	return false;
}

/* Only what has a primary link has a place in a file. */
static bool is_wanted(const struct capture *capture,
		      const struct epf_function *function)
{
	const char *driver =
		epf_driver_get_name(epf_function_get_driver(function));
	const char *name = epf_function_get_name(function);
	const struct epf_link *link;

	link = resolve_link(function, EPF_INTERFACE_PRIMARY);
	if (!link)
		return false;
	return capture->num_names == 0 || is_named(capture, name) ||
	       is_named_in_full(capture, driver, name) ||
	       is_named(capture, epf_controller_get_name(
					 epf_link_get_controller(link)));
}

/* Of what is in the file: functions that are left out leave no gap. */
static unsigned int number_of(const struct capture *capture,
			      const struct epf_link *wanted)
{
	const struct epf_controller *controller =
		epf_link_get_controller(wanted);
	const struct epf_link *link;
	unsigned int number = 0;

	for (size_t i = 0; i < epf_controller_get_num_links(controller); i++) {
		link = epf_controller_get_link(controller, i);
		if (link == wanted)
			break;
		number += is_wanted(capture, epf_link_get_function(link));
	}
	return number;
}

static int copy(struct config_string *string, const char *text)
{
	string->text = strdup(text);
	return string->text ? 0 : -ENOMEM;
}

static int capture_attributes(struct config_function *function,
			      const struct epf_function *there)
{
	const char *name, *text;
	int ret = 0;

	for (size_t i = 0; i < epf_function_get_num_attributes(there) && !ret;
	     i++) {
		name = epf_function_get_attribute_name(there, i);
		text = epf_function_get_attribute(there, name);
		/* An empty text is what a driver has before one is written. */
		if (text && *text && !strchr(text, '\n') &&
		    epf_function_is_writable(there, name))
			ret = config_add_attribute(
				function, name, text,
				(struct config_mark){ 0 });
	}
	return ret;
}

static int capture_function(struct config_function *function,
			    const struct epf_function *there)
{
	int ret;

	ret = copy(&function->driver,
		   epf_driver_get_name(epf_function_get_driver(there)));
	if (!ret)
		ret = copy(&function->name, epf_function_get_name(there));
	if (!ret)
		ret = capture_attributes(function, there);
	return ret;
}

static int capture_vfs(struct config_function *function,
		       const struct epf_function *there)
{
	struct config_function *vf;
	int ret = 0;

	for (size_t i = 0; i < epf_function_get_num_vfs(there) && !ret; i++) {
		vf = config_add_function(&function->vfs);
		if (!vf)
			return -ENOMEM;
		vf->number.value = i + 1;
		ret = capture_function(vf, epf_function_get_vf(there, i));
	}
	return ret;
}

static int capture_link(const struct capture *capture,
			struct config_functions *functions,
			const struct epf_link *link)
{
	const struct epf_function *there = epf_link_get_function(link);
	const struct epf_link *secondary =
		resolve_link(there, EPF_INTERFACE_SECONDARY);
	struct config_function *function;
	int ret;

	function = config_add_function(functions);
	if (!function)
		return -ENOMEM;
	function->number.value = number_of(capture, link);
	ret = capture_function(function, there);
	if (!ret)
		ret = capture_vfs(function, there);
	if (ret || !secondary)
		return ret;
	function->secondary_number.value = number_of(capture, secondary);
	return copy(&function->secondary,
		    epf_controller_get_name(
			    epf_link_get_controller(secondary)));
}

static int capture_controller(struct capture *capture,
			      const struct epf_controller *there)
{
	const char *name = epf_controller_get_name(there);
	size_t count = epf_controller_get_num_links(there);
	bool wanted = capture->num_names == 0 || is_named(capture, name);
	struct config_controller *controller;
	const struct epf_link *link;
	int ret;

	for (size_t i = 0; i < count && !wanted; i++)
		wanted = is_wanted(capture,
				   epf_link_get_function(
					   epf_controller_get_link(there, i)));
	if (!wanted)
		return 0;
	controller = config_add_controller(capture->config);
	if (!controller)
		return -ENOMEM;
	controller->start = epf_controller_is_started(there);
	ret = copy(&controller->name, name);
	for (size_t i = 0; i < count && !ret; i++) {
		link = epf_controller_get_link(there, i);
		if (epf_link_get_interface(link) == EPF_INTERFACE_PRIMARY &&
		    is_wanted(capture, epf_link_get_function(link)))
			ret = capture_link(capture, &controller->functions,
					   link);
	}
	return ret;
}

/* Each name must stand for something. */
static int check_names(struct epf_ctx *ctx, const struct capture *capture)
{
	const struct epf_controller *controller;
	const struct epf_function *function;
	int ret;

	for (size_t i = 0; i < capture->num_names; i++) {
		if (epf_topology_find_controller(capture->topology,
						 capture->names[i],
						 &controller) == 0)
			continue;
		ret = epf_topology_find_function(capture->topology,
						 capture->names[i], &function);
		if (ret == -ESRCH)
			return error_set(ctx, ret, &(struct epf_error){
				.operation = "find",
				.path = capture->names[i],
				.message = "no such function or controller",
			});
		if (ret)
			return ret;
		if (!resolve_link(function, EPF_INTERFACE_PRIMARY))
			return error_set(ctx, -ENOENT, &(struct epf_error){
				.operation = "export",
				.path = capture->names[i],
				.message = "not linked to a controller, so that it has no place in a binding file",
			});
	}
	return 0;
}

EPF_EXPORT int epf_config_capture(struct epf_ctx *ctx,
				  const struct epf_topology *topology,
				  const char *const *names, size_t num_names,
				  struct epf_config **config)
{
	struct capture capture = {
		.topology = topology,
		.names = names,
		.num_names = num_names,
	};
	int ret;

	ret = check_names(ctx, &capture);
	if (ret)
		return ret;
	capture.config = config_new(ctx, "<system>");
	if (!capture.config)
		return error_set_nomem(ctx);
	for (size_t i = 0;
	     i < epf_topology_get_num_controllers(topology) && !ret; i++)
		ret = capture_controller(&capture,
					 epf_topology_get_controller(topology,
								     i));
	if (!ret)
		ret = config_finish(capture.config);
	if (ret) {
		epf_config_free(capture.config);
		return ret == -ENOMEM ? error_set_nomem(ctx) : ret;
	}
	*config = capture.config;
	return 0;
}
