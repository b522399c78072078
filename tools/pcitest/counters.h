/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef COUNTERS_H
#define COUNTERS_H

#include <stddef.h>
#include <stdint.h>

#include "endpoint.h"

#define COUNTERS_SYSFS "/sys"

/* What a virtio function and the link before it have counted; only where the
 * endpoint is a simulated one, of the same machine. */
struct counters {
	uint64_t reads;       /* of the other side's memory, without data: what a
				 processor waits for. A ring read in one go is one. */
	uint64_t writes;      /* the same, posted */
	uint64_t maps;        /* of outbound windows */
};

struct counter_files {
	char link[512];       /* statistics of the controller */
	char function[512];   /* statistics of the function */
};

/* Find the files for the PCI device at this address; sysfs is where that is
 * mounted. Return 0, or -ENOENT with the reason, of that size. */
int counters_find(struct counter_files *files, const char *sysfs,
		  const char *address, char *reason, size_t size);

/* Return 0, or -errno: of opening a file, or -EPROTO where it lacks one of the
 * counters. */
int counters_read(const struct counter_files *files, struct counters *counters);

#endif
