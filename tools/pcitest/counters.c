// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include <errno.h>
#include <glob.h>
#include <inttypes.h>
#include <libgen.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "array.h"
#include "counters.h"

/* The simulated controller that a device is behind is an ancestor of its. */
static int find_link(struct counter_files *files, const char *sysfs,
		     const char *address, char name[NAME_MAX + 1])
{
	char device[PATH_MAX], path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/bus/pci/devices/%s", sysfs, address);
	if (!realpath(path, device))
		return -ENOENT;

	while (strlen(device) > 1) {
		snprintf(name, NAME_MAX + 1, "%s", strrchr(device, '/') + 1);
		if (snprintf(files->link, sizeof(files->link),
			     "%s/kernel/config/pci_epc_sim/%s/stats", sysfs,
			     name) < (int)sizeof(files->link) &&
		    access(files->link, R_OK) == 0)
			return 0;
		dirname(device);
	}
	return -ENOENT;
}

int counters_find(struct counter_files *files, const char *sysfs,
		  const char *address, char *reason, size_t size)
{
	char name[NAME_MAX + 1], pattern[PATH_MAX];
	glob_t found;
	int err = 0;

	if (find_link(files, sysfs, address, name) < 0) {
		snprintf(reason, size, "the endpoint is not a simulated one of this machine");
		return -ENOENT;
	}

	/* The group of the function has the name of its driver and a number. */
	snprintf(pattern, sizeof(pattern),
		 "%s/kernel/config/pci_ep/controllers/%s/*/epf_virtio_xtest.*/stats",
		 sysfs, name);
	if (glob(pattern, 0, NULL, &found) != 0)
		found.gl_pathc = 0;
	if (found.gl_pathc != 1) {
		snprintf(reason, size, "%zu test functions are on the controller %s, there must be one",
			 found.gl_pathc, name);
		err = -ENOENT;
	} else {
		snprintf(files->function, sizeof(files->function), "%s",
			 found.gl_pathv[0]);
	}
	if (found.gl_pathc)
		globfree(&found);
	return err;
}

/* A line of a file of statistics that is wanted */
struct line {
	const char *name;
	uint64_t *value;
	bool found;
};

static int read_lines(const char *path, struct line *lines, size_t count)
{
	char name[64];
	uint64_t value;
	FILE *file;

	file = fopen(path, "re");
	if (!file)
		return -errno;
	while (fscanf(file, "%63s %" SCNu64, name, &value) == 2)
		for (size_t i = 0; i < count; i++)
			if (strcmp(name, lines[i].name) == 0) {
				*lines[i].value = value;
				lines[i].found = true;
			}
	fclose(file);
	for (size_t i = 0; i < count; i++)
		if (!lines[i].found)
			return -EPROTO;
	return 0;
}

int counters_read(const struct counter_files *files, struct counters *counters)
{
	uint64_t host_reads, host_writes, ring_reads, ring_writes;
	struct line link[] = {
		{ .name = "host_reads", .value = &host_reads },
		{ .name = "host_writes", .value = &host_writes },
		{ .name = "maps", .value = &counters->maps },
	};
	struct line function[] = {
		{ .name = "ring_reads", .value = &ring_reads },
		{ .name = "ring_writes", .value = &ring_writes },
	};
	int err;

	err = read_lines(files->link, link, ARRAY_SIZE(link));
	if (!err)
		err = read_lines(files->function, function,
				 ARRAY_SIZE(function));
	if (err)
		return err;

	counters->reads = host_reads + ring_reads;
	counters->writes = host_writes + ring_writes;
	return 0;
}
