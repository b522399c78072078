// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include <stdio.h>
#include <stdlib.h>

#include <json-c/json.h>

#include "document.h"
#include "exit.h"
#include "message.h"
#include "objects.h"

static const char *driver_name(const struct epf_function *function)
{
	return epf_driver_get_name(epf_function_get_driver(function));
}

static const char *interface_name(const struct epf_link *link)
{
	return epf_link_get_interface(link) == EPF_INTERFACE_SECONDARY
		       ? "secondary"
		       : "primary";
}

/* What to say after a controller or function that a link leads to. */
static const char *interface_text(const struct epf_link *link)
{
	return epf_link_get_interface(link) == EPF_INTERFACE_SECONDARY
		       ? " (secondary)"
		       : "";
}

static FILE *open_text(char **text)
{
	static size_t size; /* not asked for, but must outlive the stream */
	FILE *stream = open_memstream(text, &size);

	if (stream)
		return stream;
	message("out of memory");
	exit(EXIT_CODE_FAILED);
}

static char *close_text(FILE *stream, char **text)
{
	if (fclose(stream) != 0) {
		message("out of memory");
		exit(EXIT_CODE_FAILED);
	}
	return *text;
}

static void put_function(const struct epf_function *function, FILE *stream)
{
	fprintf(stream, "%s/%s", driver_name(function),
		epf_function_get_name(function));
}

char *function_name_text(const struct epf_function *function)
{
	char *text = NULL;
	FILE *stream = open_text(&text);

	put_function(function, stream);
	return close_text(stream, &text);
}

char *function_links_text(const struct epf_function *function)
{
	const struct epf_function *pf = epf_function_get_pf(function);
	const struct epf_link *link;
	char *text = NULL;
	FILE *stream = open_text(&text);

	for (size_t i = 0; i < epf_function_get_num_links(function); i++) {
		link = epf_function_get_link(function, i);
		fprintf(stream, "%s%s%s", i ? ", " : "",
			epf_controller_get_name(epf_link_get_controller(link)),
			interface_text(link));
	}
	if (pf)
		put_function(pf, stream);
	else if (epf_function_get_num_links(function) == 0)
		fputc('-', stream);
	return close_text(stream, &text);
}

char *function_vfs_text(const struct epf_function *function)
{
	char *text = NULL;
	FILE *stream = open_text(&text);

	for (size_t i = 0; i < epf_function_get_num_vfs(function); i++) {
		fputs(i ? ", " : "", stream);
		put_function(epf_function_get_vf(function, i), stream);
	}
	if (epf_function_get_num_vfs(function) == 0)
		fputc('-', stream);
	return close_text(stream, &text);
}

const char *controller_state_text(const struct epf_controller *controller)
{
	return epf_controller_is_started(controller) ? "started" : "stopped";
}

char *controller_functions_text(const struct epf_controller *controller)
{
	const struct epf_link *link;
	char *text = NULL;
	FILE *stream = open_text(&text);

	for (size_t i = 0; i < epf_controller_get_num_links(controller); i++) {
		link = epf_controller_get_link(controller, i);
		fputs(i ? ", " : "", stream);
		put_function(epf_link_get_function(link), stream);
		fputs(interface_text(link), stream);
	}
	if (epf_controller_get_num_links(controller) == 0)
		fputc('-', stream);
	return close_text(stream, &text);
}

static struct json_object *id_json(const struct epf_function *function,
				   const char *attribute)
{
	uint64_t value;

	if (epf_function_get_attribute_u64(function, attribute, &value) < 0)
		return NULL;
	return document_hex(value, 4);
}

static struct json_object *count_json(const struct epf_function *function,
				      const char *attribute)
{
	uint64_t value;

	if (epf_function_get_attribute_u64(function, attribute, &value) < 0)
		return NULL;
	return json_object_new_uint64(value);
}

/* Driver and name: what it takes to find a function again. */
static struct json_object *reference_json(const struct epf_function *function)
{
	struct json_object *json = json_object_new_object();

	json_object_object_add(json, "driver",
			       document_string(driver_name(function)));
	json_object_object_add(
		json, "name",
		document_string(epf_function_get_name(function)));
	return json;
}

static struct json_object *link_json(const struct epf_link *link)
{
	struct json_object *json = json_object_new_object();

	json_object_object_add(json, "function",
			       reference_json(epf_link_get_function(link)));
	json_object_object_add(
		json, "controller",
		document_string(epf_controller_get_name(
			epf_link_get_controller(link))));
	json_object_object_add(json, "interface",
			       document_string(interface_name(link)));
	return json;
}

static struct json_object *
function_attributes_json(const struct epf_function *function)
{
	struct json_object *json = json_object_new_object();
	const char *name, *text;

	for (size_t i = 0; i < epf_function_get_num_attributes(function); i++) {
		name = epf_function_get_attribute_name(function, i);
		text = epf_function_get_attribute(function, name);
		json_object_object_add(json, name, document_string(text));
	}
	return json;
}

struct json_object *function_json(const struct epf_function *function)
{
	const struct epf_function *pf = epf_function_get_pf(function);
	struct json_object *json = reference_json(function);
	struct json_object *links = json_object_new_array();
	struct json_object *vfs = json_object_new_array();

	for (size_t i = 0; i < epf_function_get_num_links(function); i++)
		json_object_array_add(
			links, link_json(epf_function_get_link(function, i)));
	for (size_t i = 0; i < epf_function_get_num_vfs(function); i++)
		json_object_array_add(
			vfs, reference_json(epf_function_get_vf(function, i)));

	json_object_object_add(json, "vendor_id", id_json(function, "vendorid"));
	json_object_object_add(json, "device_id", id_json(function, "deviceid"));
	json_object_object_add(json, "msi",
			       count_json(function, "msi_interrupts"));
	json_object_object_add(json, "msix",
			       count_json(function, "msix_interrupts"));
	json_object_object_add(json, "links", links);
	json_object_object_add(json, "physical_function",
			       pf ? reference_json(pf) : NULL);
	json_object_object_add(json, "virtual_functions", vfs);
	json_object_object_add(json, "attributes",
			       function_attributes_json(function));
	return json;
}

static struct json_object *
controller_attributes_json(const struct epf_controller *controller)
{
	struct json_object *json = json_object_new_object();
	const char *name, *text;

	for (size_t i = 0; i < epf_controller_get_num_attributes(controller);
	     i++) {
		name = epf_controller_get_attribute_name(controller, i);
		text = epf_controller_get_attribute(controller, name);
		json_object_object_add(json, name, document_string(text));
	}
	return json;
}

struct json_object *controller_json(const struct epf_controller *controller)
{
	struct json_object *links = json_object_new_array();
	struct json_object *json = json_object_new_object();

	for (size_t i = 0; i < epf_controller_get_num_links(controller); i++)
		json_object_array_add(
			links,
			link_json(epf_controller_get_link(controller, i)));
	json_object_object_add(json, "name",
			       document_string(
				       epf_controller_get_name(controller)));
	json_object_object_add(json, "started",
			       json_object_new_boolean(
				       epf_controller_is_started(controller)));
	json_object_object_add(json, "driver",
			       document_string(
				       epf_controller_get_driver(controller)));
	json_object_object_add(json, "links", links);
	json_object_object_add(json, "attributes",
			       controller_attributes_json(controller));
	return json;
}

struct json_object *controller_json_at(const struct epf_topology *topology,
				       size_t index)
{
	return controller_json(epf_topology_get_controller(topology, index));
}

struct json_object *function_json_at(const struct epf_topology *topology,
				     size_t index)
{
	return function_json(epf_topology_get_function(topology, index));
}

struct json_object *driver_json_at(const struct epf_topology *topology,
				   size_t index)
{
	struct json_object *json = json_object_new_object();

	json_object_object_add(
		json, "name",
		document_string(epf_driver_get_name(
			epf_topology_get_driver(topology, index))));
	return json;
}
