// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include <json-c/json.h>

#include "document.h"
#include "endpoint-json.h"
#include "endpoint.h"

static const char *known(const char *name)
{
	return name[0] ? name : NULL;
}

static struct json_object *bars_json(const struct endpoint *endpoint)
{
	struct json_object *bars = json_object_new_array();

	for (int i = 0; i < ENDPOINT_BARS; i++) {
		const struct endpoint_bar *bar = &endpoint->bars[i];
		struct json_object *object;

		if (!bar->size)
			continue;
		object = json_object_new_object();
		json_object_object_add(object, "bar", json_object_new_int(i));
		json_object_object_add(object, "type",
			json_object_new_string(bar->io ? "io" : "memory"));
		json_object_object_add(object, "width",
			json_object_new_int(bar->wide ? 64 : 32));
		json_object_object_add(object, "prefetchable",
			json_object_new_boolean(bar->prefetchable));
		json_object_object_add(object, "address",
				       document_hex(bar->address, 16));
		json_object_object_add(object, "size",
				       json_object_new_uint64(bar->size));
		json_object_array_add(bars, object);
	}
	return bars;
}

static struct json_object *interrupts_json(const struct endpoint *endpoint)
{
	struct json_object *object = json_object_new_object();
	bool readable = endpoint->config_readable;

	json_object_object_add(object, "intx", readable
		? json_object_new_boolean(endpoint->intx_pin != 0) : NULL);
	json_object_object_add(object, "msi_vectors", readable
		? json_object_new_int(endpoint->msi_vectors) : NULL);
	json_object_object_add(object, "msix_vectors", readable
		? json_object_new_int(endpoint->msix_vectors) : NULL);
	return object;
}

struct json_object *endpoint_json(const struct endpoint *endpoint,
				  const char *abi)
{
	struct json_object *object = json_object_new_object();

	json_object_object_add(object, "node", document_string(endpoint->node));
	json_object_object_add(object, "address",
			       document_string(endpoint->address));
	json_object_object_add(object, "vendor",
			       document_hex(endpoint->vendor, 4));
	json_object_object_add(object, "device",
			       document_hex(endpoint->device, 4));
	json_object_object_add(object, "vendor_name",
			       document_string(known(endpoint->vendor_name)));
	json_object_object_add(object, "device_name",
			       document_string(known(endpoint->device_name)));
	json_object_object_add(object, "driver",
			       document_string(endpoint->driver));
	json_object_object_add(object, "module",
			       document_string(endpoint->module));
	json_object_object_add(object, "abi", document_string(abi));
	json_object_object_add(object, "bars", bars_json(endpoint));
	json_object_object_add(object, "interrupts",
			       interrupts_json(endpoint));
	return object;
}
