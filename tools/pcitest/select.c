// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "select.h"

static const struct endpoint *find_named(const struct endpoint *endpoints,
					 size_t count, const char *text,
					 enum endpoint_kind kind,
					 enum exit_code *status, char *error,
					 size_t size)
{
	const struct endpoint *found = NULL;
	int err;

	*status = EXIT_CODE_FAILED;
	err = endpoint_lookup(endpoints, count, text, &found);
	if (err == -EINVAL) {
		snprintf(error, size, "%s: neither a path nor a PCI address (DDDD:BB:DD.F)",
			 text);
		*status = EXIT_CODE_USAGE;
	} else if (err == -ENODEV) {
		snprintf(error, size, "%s: not an endpoint test device; `pcitest list' shows what there is",
			 text);
	} else if (err) {
		snprintf(error, size, "%s: %s", text, strerror(-err));
	} else if (!found->node) {
		snprintf(error, size, "%s: no driver; `modprobe %s' would bind to it",
			 text, found->module);
		found = NULL;
	} else if (found->kind != kind) {
		snprintf(error, size,
			 kind == ENDPOINT_VIRTIO
				 ? "%s: not a device of virtio_xtest"
				 : "%s: a device of virtio_xtest, for which there are `run --suite virtio' and `bench virtio'",
			 text);
		*status = EXIT_CODE_USAGE;
		found = NULL;
	}
	return found;
}

static bool is_wanted(const struct endpoint *endpoint, enum endpoint_kind kind)
{
	return endpoint->node && endpoint->kind == kind;
}

static const struct endpoint *find_only(const struct endpoint *endpoints,
					size_t count, enum endpoint_kind kind,
					enum exit_code *status,
					char *error, size_t size)
{
	const struct endpoint *found = NULL;
	size_t bound = 0, length;

	for (size_t i = 0; i < count; i++) {
		if (!is_wanted(&endpoints[i], kind))
			continue;
		found = &endpoints[i];
		bound++;
	}
	if (bound == 0) {
		snprintf(error, size, "%s",
			 kind == ENDPOINT_VIRTIO
				 ? "no virtio test device: no function that the modules virtio_epf and virtio_xtest are bound to"
				 : "no endpoint test device: no function that the module pci_endpoint_test is bound to; `pcitest list' shows what could be");
		*status = EXIT_CODE_NOTHING;
		return NULL;
	}
	if (bound == 1)
		return found;

	length = snprintf(error, size, "several endpoint test devices; -D one of:");
	for (size_t i = 0; i < count && length < size; i++)
		if (is_wanted(&endpoints[i], kind))
			length += snprintf(error + length, size - length,
					   " %s", endpoints[i].node);
	*status = EXIT_CODE_USAGE;
	return NULL;
}

const struct endpoint *select_endpoint(const char *device,
				       enum endpoint_kind kind, uint64_t wait,
				       struct endpoint **endpoints,
				       size_t *count, enum exit_code *status,
				       char *error, size_t size)
{
	uint64_t deadline_ns = clock_now_ns() + wait * NSEC_PER_SEC;
	const struct endpoint *found;
	int err;

	for (;;) {
		err = endpoints_find(endpoints, count);
		if (err) {
			snprintf(error, size, "cannot find the PCI devices: %s",
				 strerror(-err));
			*endpoints = NULL;
			*count = 0;
			*status = EXIT_CODE_FAILED;
			return NULL;
		}
		found = device ? find_named(*endpoints, *count, device, kind,
					    status, error, size)
			       : find_only(*endpoints, *count, kind, status,
					   error, size);
		if (found || *status == EXIT_CODE_USAGE ||
		    !clock_wait(deadline_ns))
			return found;
		endpoints_free(*endpoints, *count);
		*endpoints = NULL;
		*count = 0;
	}
}
