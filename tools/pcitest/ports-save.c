// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "array.h"
#include "ports-save.h"
#include "ports-system.h"

#define PCI_DEVICES "sys/bus/pci/devices"
#define SERVICE_DRIVERS "sys/bus/pci_express/drivers"

/* From one root to the other. */
struct save {
	int from, to;
	struct ports_error *error;
};

static int failed(struct save *save, const char *path)
{
	int err = -errno;

	ports_error_set(save->error, "cannot save %s: %s", path,
			strerror(-err));
	return err;
}

/* The folders on the way to a file. */
static int make_folders(struct save *save, const char *path)
{
	char folder[PATH_MAX];

	for (const char *slash = path; (slash = strchr(slash, '/')); slash++) {
		snprintf(folder, sizeof(folder), "%.*s", (int)(slash - path),
			 path);
		if (mkdirat(save->to, folder, 0777) < 0 && errno != EEXIST)
			return failed(save, folder);
	}
	return 0;
}

static int write_file(struct save *save, const char *path, const void *bytes,
		      size_t size)
{
	FILE *out = NULL;
	int file, err;

	err = make_folders(save, path);
	if (err)
		return err;
	file = openat(save->to, path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
		      0666);
	if (file >= 0)
		out = fdopen(file, "w");
	if (!out)
		return failed(save, path);
	if (fwrite(bytes, 1, size, out) != size)
		err = failed(save, path);
	if (fclose(out) != 0 && !err)
		err = failed(save, path);
	return err;
}

/* A file of text; one that is not there, or that may not be read, stays out. */
static int copy_file(struct save *save, const char *path)
{
	char *text = NULL;
	size_t room = 0;
	ssize_t length;
	FILE *in = NULL;
	int file, err = 0;

	file = openat(save->from, path, O_RDONLY | O_CLOEXEC);
	if (file >= 0)
		in = fdopen(file, "r");
	if (!in)
		return 0;
	length = getdelim(&text, &room, '\0', in);
	if (length >= 0)
		err = write_file(save, path, text, length);
	free(text);
	fclose(in);
	return err;
}

/* A link to a driver, of which the name is what counts. */
static int copy_link(struct save *save, const char *path)
{
	char target[PATH_MAX];
	ssize_t length = readlinkat(save->from, path, target,
				    sizeof(target) - 1);
	const char *name;
	int err;

	if (length < 0)
		return 0;
	target[length] = '\0';
	name = strrchr(target, '/');
	err = make_folders(save, path);
	if (!err && symlinkat(name ? name + 1 : target, save->to, path) < 0)
		err = failed(save, path);
	return err;
}

/* What copy() makes of each entry of a folder whose name holds a text. */
static int copy_entries(struct save *save, const char *folder,
			const char *holding, const char *below,
			int (*copy)(struct save *save, const char *path))
{
	int file = openat(save->from, folder,
			  O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = file < 0 ? NULL : fdopendir(file);
	struct dirent *entry;
	char path[PATH_MAX];
	int err = 0;

	if (!dir)
		return 0;
	while (!err && (entry = readdir(dir)))
		if (entry->d_name[0] != '.' && strstr(entry->d_name, holding)) {
			snprintf(path, sizeof(path), "%s/%s%s", folder,
				 entry->d_name, below);
			err = copy(save, path);
		}
	closedir(dir);
	return err;
}

/* The first register of a monitor, at its place in a file that is a BAR. */
static int save_registers(struct save *save, const char *device,
			  const struct port_feature *feature,
			  uint64_t capability)
{
	char path[PATH_MAX];
	uint8_t bytes[8];
	int file, err;

	snprintf(path, sizeof(path), "%s/resource%u", device, feature->bar);
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = capability >> 8 * i;
	err = make_folders(save, path);
	if (err)
		return err;
	file = openat(save->to, path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
	if (file < 0)
		return failed(save, path);
	if (pwrite(file, bytes, sizeof(bytes), feature->offset) < 0)
		err = failed(save, path);
	close(file);
	return err;
}

static int save_monitors(struct save *save, const char *root,
			 const struct pci_function *function,
			 const char *device)
{
	struct port_hardware hardware;
	uint64_t capability;
	int err = 0;

	port_hardware_parse(&function->space, &hardware);
	for (size_t i = 0; i < hardware.num_features && !err; i++) {
		const struct port_feature *feature = &hardware.features[i];

		if (feature->kind == FEATURE_CXL_PMU && hardware.memory &&
		    port_system_read_register(root, function->address, feature,
					      &capability))
			err = save_registers(save, device, feature, capability);
	}
	return err;
}

static int save_function(struct save *save, const char *root,
			 const struct pci_function *function)
{
	static const char *const files[] = {
		"class", "device", "irq", "power/runtime_status", "resource",
		"vendor",
	};
	char device[sizeof(PCI_DEVICES) + ENDPOINT_ADDRESS_SIZE];
	char path[PATH_MAX];
	int err;

	snprintf(device, sizeof(device), PCI_DEVICES "/%s", function->address);
	snprintf(path, sizeof(path), "%s/config", device);
	err = write_file(save, path, function->space.bytes,
			 function->space.size);
	for (size_t i = 0; i < ARRAY_SIZE(files) && !err; i++) {
		snprintf(path, sizeof(path), "%s/%s", device, files[i]);
		err = copy_file(save, path);
	}
	snprintf(path, sizeof(path), "%s/driver", device);
	if (!err)
		err = copy_link(save, path);
	if (!err)
		err = copy_entries(save, device, ":pcie", "/", make_folders);
	if (!err)
		err = copy_entries(save, device, ":pcie", "/driver", copy_link);
	snprintf(path, sizeof(path), "%s/msi_irqs", device);
	if (!err)
		err = copy_entries(save, path, "", "", copy_file);
	if (!err)
		err = save_monitors(save, root, function, device);
	return err;
}

int ports_save(const char *folder, const char *root,
	       const struct pci_functions *functions,
	       struct ports_error *error)
{
	struct save save = { .from = -1, .to = -1, .error = error };
	int err;

	if (mkdir(folder, 0777) < 0)
		return failed(&save, folder);
	save.from = open(root[0] ? root : "/",
			 O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	save.to = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	err = save.from < 0 || save.to < 0 ? failed(&save, folder) : 0;
	if (!err)
		err = make_folders(&save, PCI_DEVICES "/");
	if (!err)
		err = copy_file(&save, "proc/cmdline");
	if (!err)
		err = copy_file(&save, "proc/interrupts");
	if (!err)
		err = copy_entries(&save, SERVICE_DRIVERS, "", "/",
				   make_folders);
	for (size_t i = 0; i < functions->count && !err; i++)
		err = save_function(&save, root, &functions->items[i]);
	if (save.from >= 0)
		close(save.from);
	if (save.to >= 0)
		close(save.to);
	return err;
}
