// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

/* pcitest list */

#include <argp.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "command.h"
#include "device.h"
#include "document.h"
#include "endpoint-json.h"
#include "endpoint.h"
#include "exit.h"
#include "message.h"
#include "promise.h"

#define SCHEMA_VERSION 1

/* A device that is in use may take a while; one that is stuck, for ever. */
#define PROBE_TIMEOUT 3

enum { KEY_JSON = 256 };

static const struct argp_option options[] = {
	{ "json", KEY_JSON, NULL, 0, "Print a JSON document", 0 },
	{ 0 }
};

static error_t parse(int key, char *text, struct argp_state *state)
{
	bool *json = state->input;

	switch (key) {
	case KEY_JSON:
		*json = true;
		return 0;
	case ARGP_KEY_ARG:
		argp_error(state, "%s: list takes no argument", text);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.doc = "List the endpoint test devices of this machine, and PCI functions without a driver that could become one.",
};

/* The name of the driver's convention, or NULL with the reason. */
static const char *find_abi(const struct endpoint *endpoint, char *reason,
			    size_t size)
{
	struct device_connection connection;
	struct device device;
	int err;

	if (endpoint->kind == ENDPOINT_VIRTIO) {
		snprintf(reason, size, "it is another driver");
		return NULL;
	}
	err = device_open(&device, &connection, endpoint->node, NULL, NULL);
	if (err) {
		snprintf(reason, size, "%s", strerror(-err));
		return NULL;
	}
	device.timeout = PROBE_TIMEOUT;
	err = device_probe_abi(&device);
	if (err)
		snprintf(reason, size, "%s", device.fault[0] ? device.fault
							     : strerror(-err));
	device_close(&device);
	return err ? NULL : abi_name(device.abi);
}

static void print_size(uint64_t size)
{
	static const char *const units[] = { "", " KiB", " MiB", " GiB" };
	int unit = 0;

	while (unit < 3 && size && size % 1024 == 0) {
		size /= 1024;
		unit++;
	}
	printf("%" PRIu64 "%s", size, unit ? units[unit] : " bytes");
}

static void print_bars(const struct endpoint *endpoint)
{
	for (int i = 0; i < ENDPOINT_BARS; i++) {
		const struct endpoint_bar *bar = &endpoint->bars[i];

		if (!bar->size)
			continue;
		printf("    BAR %d: ", i);
		print_size(bar->size);
		printf(" of %s at 0x%" PRIx64 "%s%s\n",
		       bar->io ? "ports" : "memory", bar->address,
		       bar->wide ? ", 64-bit" : "",
		       bar->prefetchable ? ", prefetchable" : "");
	}
}

static void print_endpoint(const struct endpoint *endpoint)
{
	char reason[200];
	const char *abi;

	printf("%s  %04x:%04x  %s %s\n", endpoint->address, endpoint->vendor,
	       endpoint->device,
	       endpoint->vendor_name[0] ? endpoint->vendor_name : "(no name)",
	       endpoint->device_name[0] ? endpoint->device_name : "(no name)");
	if (endpoint->node) {
		abi = find_abi(endpoint, reason, sizeof(reason));
		printf("    device: %s\n    driver: %s, ", endpoint->node,
		       endpoint->driver);
		if (endpoint->kind == ENDPOINT_VIRTIO)
			printf("virtio_xtest over it\n");
		else if (abi)
			printf("convention %s\n", abi);
		else
			printf("convention unknown: %s\n", reason);
	} else {
		printf("    no driver; modprobe %s would bind to it\n",
		       endpoint->module);
	}
	print_bars(endpoint);
	if (endpoint->config_readable)
		printf("    interrupts: %s, %u MSI, %u MSI-X\n",
		       endpoint->intx_pin ? "INTx" : "no INTx",
		       endpoint->msi_vectors, endpoint->msix_vectors);
	else
		printf("    interrupts: unknown; only root can read them\n");
}

static void print_text(const struct endpoint *endpoints, size_t count)
{
	for (size_t i = 0; i < count; i++)
		print_endpoint(&endpoints[i]);
}

static void print_json(const struct endpoint *endpoints, size_t count,
		       const char *error)
{
	struct json_object *document = document_new("pcitest-list",
						    SCHEMA_VERSION);
	struct json_object *devices = json_object_new_array();
	char reason[200];

	for (size_t i = 0; i < count; i++) {
		const struct endpoint *endpoint = &endpoints[i];

		json_object_array_add(devices, endpoint_json(
			endpoint, endpoint->node
				? find_abi(endpoint, reason, sizeof(reason))
				: NULL));
	}
	json_object_object_add(document, "devices", devices);
	json_object_object_add(document, "error", document_error(error));
	document_print(document);
}

static int run(int argc, char **argv)
{
	struct endpoint *endpoints = NULL;
	char error[128] = "";
	bool json = false;
	size_t count = 0;
	int err;

	argp_parse(&argp, argc, argv, 0, NULL, &json);
	promise_settle(json);

	err = endpoints_find(&endpoints, &count);
	if (err) {
		snprintf(error, sizeof(error),
			 "cannot find the PCI devices: %s", strerror(-err));
		message("%s", error);
	}
	promise_keep();
	if (json)
		print_json(endpoints, count, error[0] ? error : NULL);
	else
		print_text(endpoints, count);

	endpoints_free(endpoints, count);
	return err ? EXIT_CODE_FAILED : EXIT_CODE_OK;
}

const struct command command_list = {
	.name = "list",
	.summary = "list the endpoint test devices of this machine",
	.run = run,
};
