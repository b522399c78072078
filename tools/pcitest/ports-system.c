// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include <ctype.h>
#include <dirent.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ports-system.h"

#define PCI_DEVICES "/sys/bus/pci/devices"
#define SERVICE_DRIVERS "/sys/bus/pci_express/drivers"

/* Of the monitor's first register (CXL 3.1, 8.2.7.1.1). */
#define CXL_PMU_MESSAGE(capability) ((capability) >> 44 & 0xf)

static const struct {
	const char *driver, *handler;
} services[NUM_SERVICES] = {
	[SERVICE_PME] = { "pcie_pme", "PCIe PME" },
	[SERVICE_AER] = { "aer", "aerdrv" },
	[SERVICE_HOTPLUG] = { "pciehp", "pciehp" },
	[SERVICE_DPC] = { "dpc", "pcie-dpc" },
	[SERVICE_BANDWIDTH] = { "pcie_bwctrl", "PCIe bwctrl" },
};

const char *port_service_driver(enum port_service service)
{
	return services[service].driver;
}

const char *port_service_handler(enum port_service service)
{
	return services[service].handler;
}

/* The file at root, path and name, or NULL. Files of /proc and /sys do not know
 * how large they are. */
static char *read_file(const char *root, const char *path)
{
	char *name = NULL, *text = NULL;
	size_t room = 0;
	FILE *file;

	if (asprintf(&name, "%s%s", root, path) < 0)
		return NULL;
	file = fopen(name, "re");
	free(name);
	if (!file)
		return NULL;
	if (getdelim(&text, &room, '\0', file) < 0) {
		free(text);
		text = ferror(file) ? NULL : strdup("");
	}
	fclose(file);
	return text;
}

static DIR *open_dir(const char *root, const char *path, const char *below,
		     const char *last)
{
	char *name = NULL;
	DIR *dir = NULL;

	if (asprintf(&name, "%s%s%s%s", root, path, below, last) >= 0)
		dir = opendir(name);
	free(name);
	return dir;
}

/* The name of the driver that a device's folder links to. */
static void read_driver(int folder, const char *link,
			char driver[DRIVER_NAME_SIZE])
{
	char target[PATH_MAX];
	ssize_t length = readlinkat(folder, link, target, sizeof(target) - 1);
	const char *name;

	driver[0] = '\0';
	if (length <= 0)
		return;
	target[length] = '\0';
	name = strrchr(target, '/');
	snprintf(driver, DRIVER_NAME_SIZE, "%.*s", DRIVER_NAME_SIZE - 1,
		 name ? name + 1 : target);
}

static void find_drivers(struct machine *machine)
{
	DIR *dir = open_dir(machine->root, SERVICE_DRIVERS, "", "");
	struct dirent *entry;

	machine->drivers_known = dir;
	if (!dir)
		return;
	while ((entry = readdir(dir)))
		for (int i = 0; i < NUM_SERVICES; i++)
			if (strcmp(entry->d_name, services[i].driver) == 0)
				machine->drivers[i] = true;
	closedir(dir);
}

int machine_read(struct machine *machine, const char *root)
{
	char *interrupts;
	int err = 0;

	*machine = (struct machine) { .known = true, .root = strdup(root) };
	if (!machine->root)
		return -ENOMEM;
	machine->options = read_file(root, "/proc/cmdline");
	interrupts = read_file(root, "/proc/interrupts");
	machine->interrupts_known = interrupts;
	if (interrupts)
		err = interrupt_table_parse(interrupts, &machine->interrupts);
	free(interrupts);
	find_drivers(machine);
	if (err)
		machine_release(machine);
	return err;
}

void machine_release(struct machine *machine)
{
	interrupt_table_free(&machine->interrupts);
	free(machine->options);
	free(machine->root);
	*machine = (struct machine) { 0 };
}

bool machine_has_option(const struct machine *machine, const char *parameter,
			const char *value)
{
	size_t length = strlen(parameter), size = strlen(value);
	const char *at = machine->options ? machine->options : "";

	for (; *at; at += strcspn(at, " \n"), at += strspn(at, " \n")) {
		const char *word = at + length + 1;

		if (strncmp(at, parameter, length) != 0 || at[length] != '=')
			continue;
		while (*word && !strchr(" \n", *word)) {
			size_t end = strcspn(word, ", \n");

			if (end == size && strncmp(word, value, size) == 0)
				return true;
			word += end + (word[end] == ',');
		}
	}
	return false;
}

static int compare(const void *a, const void *b)
{
	const unsigned int *left = a, *right = b;

	return *left < *right ? -1 : *left > *right;
}

/* In the order of their numbers, which is that of the vectors: they are
 * allocated one after the other, from the first that is free. */
static void read_irqs(const char *root, const char *address,
		      struct port_system *system)
{
	DIR *dir = open_dir(root, PCI_DEVICES "/", address, "/msi_irqs");
	struct dirent *entry;
	char mode[8] = "";
	int file;

	if (!dir)
		return;
	while ((entry = readdir(dir))) {
		if (!isdigit((unsigned char)entry->d_name[0]) ||
		    system->num_irqs == MAX_PORT_IRQS)
			continue;
		system->irqs[system->num_irqs++] =
			strtoul(entry->d_name, NULL, 10);
		file = openat(dirfd(dir), entry->d_name, O_RDONLY | O_CLOEXEC);
		if (file >= 0) {
			if (read(file, mode, sizeof(mode) - 1) > 0)
				system->msix = strncmp(mode, "msix", 4) == 0;
			close(file);
		}
	}
	closedir(dir);
	qsort(system->irqs, system->num_irqs, sizeof(*system->irqs), compare);
}

/* "0000:00:1c.0:pcie002" is of a root port (0), for AER (bit 1). */
static void read_service(int folder, const char *name, const char *address,
			 struct port_system *system)
{
	static const enum port_type types[16] = {
		[0] = PORT_ROOT,
		[1] = PORT_UPSTREAM,
		[2] = PORT_DOWNSTREAM,
		[6] = PORT_EVENT_COLLECTOR,
	};
	size_t length = strlen(address);
	struct service_device *device;
	unsigned long id, bit;
	char link[64], *end;

	if (strncmp(name, address, length) != 0 ||
	    strncmp(name + length, ":pcie", 5) != 0 ||
	    !isxdigit((unsigned char)name[length + 5]))
		return;
	id = strtoul(name + length + 5, &end, 16);
	bit = id & 0xff;
	if (*end || id > 0xfff || !bit || bit & (bit - 1) ||
	    bit >= 1u << NUM_SERVICES)
		return;
	device = &system->services[__builtin_ctzl(bit)];
	snprintf(device->name, sizeof(device->name), "%s:pcie%03lx", address,
		 id);
	snprintf(link, sizeof(link), "%s/driver", device->name);
	read_driver(folder, link, device->driver);
	system->type = types[id >> 8];
}

void port_system_read(const struct machine *machine, const char *address,
		      struct port_system *system)
{
	DIR *dir = open_dir(machine->root, PCI_DEVICES "/", address, "");
	char path[sizeof(PCI_DEVICES) + 48];
	struct dirent *entry;
	char *irq, *status;

	memset(system, 0, sizeof(*system));
	if (!dir)
		return;
	system->known = true;
	read_driver(dirfd(dir), "driver", system->driver);
	while ((entry = readdir(dir)))
		read_service(dirfd(dir), entry->d_name, address, system);
	closedir(dir);
	read_irqs(machine->root, address, system);

	snprintf(path, sizeof(path), PCI_DEVICES "/%s/power/runtime_status",
		 address);
	status = read_file(machine->root, path);
	system->asleep = status && strncmp(status, "suspend", 7) == 0;
	free(status);
	snprintf(path, sizeof(path), PCI_DEVICES "/%s/irq", address);
	irq = read_file(machine->root, path);
	if (irq && system->num_irqs == 0)
		system->irq = strtoul(irq, NULL, 10);
	free(irq);
}

bool port_system_read_register(const char *root, const char *address,
			       const struct port_feature *feature,
			       uint64_t *value)
{
	uint64_t page = sysconf(_SC_PAGESIZE);
	uint64_t offset = feature->offset;
	struct stat status;
	char *path = NULL;
	void *map;
	int file;

	if (asprintf(&path, "%s" PCI_DEVICES "/%s/resource%u", root, address,
		     feature->bar) < 0)
		return false;
	file = open(path, O_RDONLY | O_CLOEXEC);
	free(path);
	if (file < 0)
		return false;
	if (fstat(file, &status) < 0 || offset % sizeof(*value) ||
	    offset > INT64_MAX - sizeof(*value) ||
	    (uint64_t)status.st_size < offset + sizeof(*value)) {
		close(file);
		return false;
	}
	map = mmap(NULL, page, PROT_READ, MAP_SHARED, file,
		   offset & ~(page - 1));
	close(file);
	if (map == MAP_FAILED)
		return false;
	*value = le64toh(*(volatile uint64_t *)((char *)map +
						(offset & (page - 1))));
	munmap(map, page);
	return *value != UINT64_MAX;
}

void port_system_read_registers(const struct machine *machine,
				const char *address,
				struct port_hardware *hardware)
{
	uint64_t capability;

	for (size_t i = 0; i < hardware->num_features; i++) {
		struct port_feature *feature = &hardware->features[i];

		if (feature->kind == FEATURE_CXL_PMU && hardware->memory &&
		    port_system_read_register(machine->root, address, feature,
					      &capability))
			feature->message = CXL_PMU_MESSAGE(capability);
	}
}
