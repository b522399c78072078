// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include <json-c/json.h>

#include "document.h"
#include "ports.h"

#define SCHEMA_VERSION 1

static void add(struct json_object *object, const char *key,
		struct json_object *value)
{
	json_object_object_add(object, key, value);
}

/* A number, or null where it is not known. */
static struct json_object *number(int64_t value)
{
	return value < 0 ? NULL : json_object_new_int64(value);
}

static struct json_object *truth(bool known, bool value)
{
	return known ? json_object_new_boolean(value) : NULL;
}

static struct json_object *name_or_null(const char *name)
{
	return document_string(name[0] ? name : NULL);
}

static struct json_object *services_json(unsigned int set)
{
	struct json_object *array = json_object_new_array();

	for (int i = 0; i < NUM_SERVICES; i++)
		if (set & 1u << i)
			json_object_array_add(array, json_object_new_string(
				port_service_name(i)));
	return array;
}

static struct json_object *messages_json(const struct port_hardware *hardware,
					 const struct port_messages *messages)
{
	struct json_object *object = json_object_new_object();
	bool known = hardware->standard_known;

	add(object, "offered", known ? number(messages->offered) : NULL);
	add(object, "enabled", truth(known, messages->enabled));
	return object;
}

static struct json_object *interrupts_json(const struct port *port,
					   const struct machine *machine)
{
	struct json_object *object = json_object_new_object();
	struct json_object *irqs = json_object_new_array();
	const struct port_system *system = &port->system;
	bool known = port->hardware.standard_known;

	for (size_t i = 0; i < system->num_irqs + !!system->irq; i++) {
		struct json_object *irq = json_object_new_object();
		unsigned int index = system->num_irqs ? system->irqs[i]
						      : system->irq;
		const struct interrupt_line *line =
			interrupt_table_find(&machine->interrupts, index);

		add(irq, "irq", number(index));
		add(irq, "vector", number(system->num_irqs ? (int)i : -1));
		add(irq, "count", number(line ? (int64_t)line->count : -1));
		json_object_array_add(irqs, irq);
	}
	add(object, "mode", json_object_new_string(
		interrupt_mode_name(port->mode)));
	add(object, "vectors_allocated", number(port->vectors));
	add(object, "vectors_needed", number(port->needed));
	add(object, "msi", messages_json(&port->hardware, &port->hardware.msi));
	add(object, "msix",
	    messages_json(&port->hardware, &port->hardware.msix));
	add(object, "pin", known ? number(port->hardware.pin) : NULL);
	add(object, "pin_disabled", truth(known, port->hardware.intx_disabled));
	add(object, "irqs", irqs);
	return object;
}

static struct json_object *service_json(const struct port *port, int index)
{
	struct json_object *object = json_object_new_object();
	const struct service *service = &port->services[index];
	const struct service_hardware *hardware =
		&port->hardware.services[index];
	const struct service_device *device = &port->system.services[index];

	add(object, "name", json_object_new_string(port_service_name(index)));
	add(object, "capable", truth(service->known, service->capable));
	add(object, "message", number(service->message));
	add(object, "vector", number(service->vector));
	add(object, "irq", number(service->irq));
	add(object, "count",
	    number(service->counted ? (int64_t)service->count : -1));
	add(object, "enabled", truth(hardware->capable, hardware->enabled));
	add(object, "pending", truth(hardware->capable, hardware->pending));
	add(object, "device", name_or_null(device->name));
	add(object, "driver", name_or_null(device->driver));
	add(object, "state",
	    json_object_new_string(service_state_name(service->state)));
	add(object, "reason", name_or_null(service->reason));
	return object;
}

static struct json_object *feature_json(const struct port_feature *feature)
{
	struct json_object *object = json_object_new_object();
	bool has_id = feature->kind == FEATURE_VSEC ||
		      feature->kind == FEATURE_DVSEC;
	bool in_bar = feature->kind == FEATURE_CXL_PMU;

	add(object, "kind",
	    json_object_new_string(feature_kind_name(feature->kind)));
	add(object, "vendor", document_hex(feature->vendor, 4));
	add(object, "id", has_id ? document_hex(feature->id, 4) : NULL);
	add(object, "position", document_hex(feature->position, 3));
	add(object, "message", number(feature->message));
	add(object, "bar", number(in_bar ? (int)feature->bar : -1));
	add(object, "offset",
	    in_bar ? document_hex(feature->offset, 16) : NULL);
	return object;
}

static struct json_object *advice_json(const struct advice *advice)
{
	struct json_object *object = json_object_new_object();

	add(object, "path", json_object_new_string(advice->path));
	add(object, "possible", json_object_new_boolean(advice->possible));
	add(object, "vectors", number(advice->vectors));
	add(object, "gains", services_json(advice->gains));
	add(object, "loses", services_json(advice->loses));
	add(object, "features", number(advice->features));
	add(object, "text", json_object_new_string(advice->text));
	return object;
}

static struct json_object *finding_json(const struct finding *finding)
{
	struct json_object *object = json_object_new_object();

	add(object, "name", json_object_new_string(finding->name));
	add(object, "service", finding->service < 0 ? NULL
		: json_object_new_string(port_service_name(finding->service)));
	add(object, "message", document_string(finding->text));
	add(object, "remedy", json_object_new_string(finding->remedy));
	return object;
}

static struct json_object *port_json(const struct port *port,
				     const struct machine *machine)
{
	const struct port_hardware *hardware = &port->hardware;
	struct json_object *object = json_object_new_object();
	struct json_object *services = json_object_new_array();
	struct json_object *features = json_object_new_array();
	struct json_object *advice = json_object_new_array();
	struct json_object *findings = json_object_new_array();
	struct json_object *unseen = json_object_new_array();
	const char *text;

	for (int i = 0; i < NUM_SERVICES; i++)
		json_object_array_add(services, service_json(port, i));
	for (size_t i = 0; i < hardware->num_features; i++)
		json_object_array_add(features,
				      feature_json(&hardware->features[i]));
	for (int i = 0; i < NUM_ADVICE && hardware->standard_known; i++)
		json_object_array_add(advice, advice_json(&port->advice[i]));
	for (size_t i = 0; i < port->num_findings; i++)
		json_object_array_add(findings,
				      finding_json(&port->findings[i]));
	for (size_t i = 0; (text = port_unseen(port, machine, i)); i++)
		json_object_array_add(unseen, json_object_new_string(text));

	add(object, "address", json_object_new_string(port->address));
	add(object, "vendor", document_hex(hardware->vendor, 4));
	add(object, "device", document_hex(hardware->device, 4));
	add(object, "type",
	    port->type ? json_object_new_string(port_type_name(port->type))
		       : NULL);
	add(object, "secondary_bus",
	    hardware->bridge ? document_hex(hardware->secondary, 2) : NULL);
	add(object, "subordinate_bus",
	    hardware->bridge ? document_hex(hardware->subordinate, 2) : NULL);
	add(object, "driver", name_or_null(port->system.driver));
	add(object, "bus_master",
	    truth(hardware->answers, hardware->bus_master));
	add(object, "asleep",
	    truth(hardware->standard_known || port->system.known,
		  port->asleep));
	add(object, "interrupts", interrupts_json(port, machine));
	add(object, "services", services);
	add(object, "features", features);
	add(object, "advice", advice);
	add(object, "unseen", unseen);
	add(object, "findings", findings);
	return object;
}

void ports_print_json(const struct ports *ports, const struct machine *machine,
		      const char *error, FILE *out)
{
	struct json_object *document = document_new("pcitest-ports",
						    SCHEMA_VERSION);
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; i < ports->count; i++)
		json_object_array_add(array,
				      port_json(&ports->items[i], machine));
	add(document, "ports", array);
	add(document, "error", document_error(error));
	document_write(document, out);
}
