// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include <inttypes.h>
#include <stdio.h>

#include "ports.h"

static void print_head(const struct port *port, FILE *out)
{
	const struct port_hardware *hardware = &port->hardware;

	fprintf(out, "%s  %04x:%04x  %s", port->address, hardware->vendor,
		hardware->device,
		port->type ? port_type_name(port->type)
			   : "port of unknown type");
	if (hardware->bridge && hardware->secondary)
		fprintf(out, " to bus %02x", hardware->secondary);
	if (hardware->subordinate > hardware->secondary)
		fprintf(out, "-%02x", hardware->subordinate);
	fprintf(out, "\n");
	fprintf(out, "    ");
	if (port->system.known)
		fprintf(out, "driver: %s; ",
			port->system.driver[0] ? port->system.driver : "none");
	fprintf(out, "bus mastering %s%s\n",
		hardware->bus_master ? "on" : "off",
		port->asleep ? "; asleep" : "");
}

static void print_interrupts(const struct port *port, FILE *out)
{
	const struct port_hardware *hardware = &port->hardware;

	fprintf(out, "    interrupts: %s in use", interrupt_mode_name(port->mode));
	if (port->vectors >= 0)
		fprintf(out, ", %d vector%s allocated", port->vectors,
			port->vectors == 1 ? "" : "s");
	if (port->needed >= 0)
		fprintf(out, ", %d needed", port->needed);
	if (hardware->standard_known) {
		fprintf(out, "; the port has");
		if (hardware->msix.position)
			fprintf(out, " %u MSI-X,", hardware->msix.offered);
		if (hardware->msi.position)
			fprintf(out, " %u MSI,", hardware->msi.offered);
		if (hardware->pin >= 1 && hardware->pin <= 4)
			fprintf(out, " INT%c", '@' + hardware->pin);
		else
			fprintf(out, " no pin");
	}
	fprintf(out, "\n");
}

static void print_number(int64_t number, int width, FILE *out)
{
	if (number < 0)
		fprintf(out, " %*s", width, "-");
	else
		fprintf(out, " %*" PRId64, width, number);
}

static void print_services(const struct port *port, FILE *out)
{
	bool any = false;

	for (int i = 0; i < NUM_SERVICES; i++) {
		const struct service *service = &port->services[i];
		const char *driver = port->system.services[i].driver;

		if (!service->capable)
			continue;
		if (!any)
			fprintf(out, "    %-10s %7s %6s %6s %10s  %s\n",
				"service", "message", "vector", "irq", "count",
				"state");
		any = true;
		fprintf(out, "    %-10s", port_service_name(i));
		print_number(service->message, 7, out);
		print_number(service->vector, 6, out);
		print_number(service->irq, 6, out);
		print_number(service->counted ? (int64_t)service->count : -1, 10,
			     out);
		if (service->state == STATE_BOUND)
			fprintf(out, "  %s\n", driver);
		else if (service->reason[0])
			fprintf(out, "  %s\n", service->reason);
		else
			fprintf(out, "  not known\n");
	}
	if (!any)
		fprintf(out, "    no services%s\n",
			port->hardware.standard_known ? "" : " that can be seen");
}

static void print_features(const struct port *port, FILE *out)
{
	for (size_t i = 0; i < port->hardware.num_features; i++) {
		const struct port_feature *feature =
			&port->hardware.features[i];

		fprintf(out, "    unclaimed: %s",
			feature_kind_name(feature->kind));
		if (feature->kind == FEATURE_VSEC ||
		    feature->kind == FEATURE_DVSEC)
			fprintf(out, " %04x:%04x", feature->vendor, feature->id);
		fprintf(out, " at 0x%03x", feature->position);
		if (feature->kind == FEATURE_CXL_PMU)
			fprintf(out, ", registers in BAR %u at 0x%" PRIx64,
				feature->bar, feature->offset);
		if (feature->message >= 0)
			fprintf(out, ", message %d", feature->message);
		fprintf(out, "\n");
	}
}

static void print_services_of(unsigned int set, FILE *out)
{
	const char *separator = "";

	for (int i = 0; i < NUM_SERVICES; i++)
		if (set & 1u << i) {
			fprintf(out, "%s%s", separator, port_service_name(i));
			separator = ", ";
		}
}

static void print_advice(const struct port *port, FILE *out)
{
	for (int i = 0; i < NUM_ADVICE; i++) {
		const struct advice *advice = &port->advice[i];

		fprintf(out, "    with %s: ", advice->path);
		if (advice->possible)
			fprintf(out, "%u vector%s", advice->vectors,
				advice->vectors == 1 ? "" : "s");
		else
			fprintf(out, "not possible");
		if (advice->gains) {
			fprintf(out, "; gains ");
			print_services_of(advice->gains, out);
		}
		if (advice->features)
			fprintf(out, "; gains %u unclaimed", advice->features);
		if (advice->loses) {
			fprintf(out, "; loses ");
			print_services_of(advice->loses, out);
		}
		fprintf(out, "\n");
	}
}

static void print_findings(const struct port *port, FILE *out)
{
	for (size_t i = 0; i < port->num_findings; i++)
		fprintf(out, "    FINDING %s: %s\n        %s\n",
			port->findings[i].name, port->findings[i].text,
			port->findings[i].remedy);
}

void ports_print_text(const struct ports *ports, const struct machine *machine,
		      FILE *out)
{
	for (size_t i = 0; i < ports->count; i++) {
		const struct port *port = &ports->items[i];
		const char *unseen;

		print_head(port, out);
		print_interrupts(port, out);
		print_services(port, out);
		print_features(port, out);
		if (port->hardware.standard_known)
			print_advice(port, out);
		for (size_t j = 0; (unseen = port_unseen(port, machine, j)); j++)
			fprintf(out, "    not seen: %s\n", unseen);
		print_findings(port, out);
	}
}
