// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <libkmod.h>
#include <libudev.h>
#include <pci/pci.h>

#include "array.h"
#include "endpoint.h"
#include "pci-access.h"

#define SYSFS_PCI_DEVICES "/sys/bus/pci/devices"

/* What may stand before the number in the name of a device node. */
static const struct {
	const char *name;
	enum endpoint_kind kind;
} nodes[] = {
	{ "pci-endpoint-test.", ENDPOINT_TEST },
	{ "pci-endpoint-xtest.", ENDPOINT_TEST },
	{ "virtio-xtest.", ENDPOINT_VIRTIO },
};

static enum endpoint_kind kind_of(const char *sysname)
{
	for (size_t i = 0; i < ARRAY_SIZE(nodes); i++)
		if (strncmp(sysname, nodes[i].name, strlen(nodes[i].name)) == 0)
			return nodes[i].kind;
	return ENDPOINT_TEST;
}

/* The modules whose device tables say what an endpoint test function is. */
static const char *const test_modules[] = {
	"pci_endpoint_test",
	"pci_endpoint_xtest",
};

struct search {
	struct udev *udev;
	struct pci_access *access;
	struct kmod_ctx *kmod;   /* NULL: no modules for this kernel */
	struct endpoint *endpoints;
	size_t count;
};

static void format_address(char address[ENDPOINT_ADDRESS_SIZE],
			   unsigned int domain, uint8_t bus, uint8_t slot,
			   uint8_t function)
{
	snprintf(address, ENDPOINT_ADDRESS_SIZE, "%04x:%02x:%02x.%u", domain,
		 bus, slot, function);
}

bool endpoint_parse_address(const char *text,
			    char address[ENDPOINT_ADDRESS_SIZE])
{
	unsigned int domain = 0, bus, slot, function;
	int end = -1;

	sscanf(text, "%8x:%2x:%2x.%1u%n", &domain, &bus, &slot, &function,
	       &end);
	if (end < 0 || text[end]) {
		domain = 0;
		end = -1;
		sscanf(text, "%2x:%2x.%1u%n", &bus, &slot, &function, &end);
	}
	if (end < 0 || text[end] || slot > 0x1f || function > 7)
		return false;

	format_address(address, domain, bus, slot, function);
	return true;
}

int endpoint_granted_vectors(const char *address)
{
	char path[sizeof(SYSFS_PCI_DEVICES) + 32];
	struct dirent *entry;
	int count = 0;
	DIR *dir;

	snprintf(path, sizeof(path), SYSFS_PCI_DEVICES "/%s/msi_irqs", address);
	dir = opendir(path);
	if (!dir)
		return -errno;
	while ((entry = readdir(dir)))
		count += entry->d_name[0] != '.';
	closedir(dir);
	return count;
}

static void read_names(struct pci_access *access, struct endpoint *endpoint)
{
	const char *name;

	name = pci_lookup_name(access, endpoint->vendor_name,
			       sizeof(endpoint->vendor_name),
			       PCI_LOOKUP_VENDOR | PCI_LOOKUP_NO_NUMBERS,
			       endpoint->vendor);
	if (!name)
		endpoint->vendor_name[0] = '\0';
	name = pci_lookup_name(access, endpoint->device_name,
			       sizeof(endpoint->device_name),
			       PCI_LOOKUP_DEVICE | PCI_LOOKUP_NO_NUMBERS,
			       endpoint->vendor, endpoint->device);
	if (!name)
		endpoint->device_name[0] = '\0';
}

static void read_bars(struct pci_dev *pci, struct endpoint *endpoint)
{
	for (int i = 0; i < ENDPOINT_BARS; i++) {
		struct endpoint_bar *bar = &endpoint->bars[i];

		bar->size = pci->size[i];
		bar->upper_half = i > 0 && endpoint->bars[i - 1].wide;
		if (!bar->size)
			continue;
		bar->io = pci->base_addr[i] & PCI_BASE_ADDRESS_SPACE_IO;
		bar->address = pci->base_addr[i] & (bar->io ? PCI_ADDR_IO_MASK
							    : PCI_ADDR_MEM_MASK);
		if (bar->io)
			continue;
		bar->wide = pci->base_addr[i] & PCI_BASE_ADDRESS_MEM_TYPE_64;
		bar->prefetchable =
			pci->base_addr[i] & PCI_BASE_ADDRESS_MEM_PREFETCH;
	}
}

static void read_interrupts(struct pci_dev *pci, struct endpoint *endpoint)
{
	struct pci_cap *cap;
	uint16_t control;

	endpoint->intx_pin = pci_read_byte(pci, PCI_INTERRUPT_PIN);

	cap = pci_find_cap(pci, PCI_CAP_ID_MSI, PCI_CAP_NORMAL);
	if (cap) {
		control = pci_read_word(pci, cap->addr + PCI_MSI_FLAGS);
		endpoint->msi_vectors =
			1u << ((control & PCI_MSI_FLAGS_QMASK) >> 1);
	}
	cap = pci_find_cap(pci, PCI_CAP_ID_MSIX, PCI_CAP_NORMAL);
	if (cap) {
		control = pci_read_word(pci, cap->addr + PCI_MSI_FLAGS);
		endpoint->msix_vectors = (control & PCI_MSIX_TABSIZE) + 1;
	}
}

static void read_function(struct pci_access *access, struct pci_dev *pci,
			  struct endpoint *endpoint)
{
	const char *driver;
	uint8_t byte;

	pci_fill_info(pci, PCI_FILL_IDENT | PCI_FILL_BASES | PCI_FILL_SIZES |
			   PCI_FILL_CAPS | PCI_FILL_DRIVER);
	endpoint->vendor = pci->vendor_id;
	endpoint->device = pci->device_id;
	driver = pci_get_string_property(pci, PCI_FILL_DRIVER);
	endpoint->driver = driver ? strdup(driver) : NULL;
	read_names(access, endpoint);
	read_bars(pci, endpoint);

	/* Without privilege only the first 64 bytes can be read: no
	 * capabilities does not mean that there are none. */
	endpoint->config_readable = pci_read_block(pci, 0x40, &byte, 1);
	if (endpoint->config_readable)
		read_interrupts(pci, endpoint);
}

static struct endpoint *add_endpoint(struct search *search)
{
	struct endpoint *grown;

	grown = reallocarray(search->endpoints, search->count + 1,
			     sizeof(*grown));
	if (!grown)
		return NULL;

	search->endpoints = grown;
	memset(&grown[search->count], 0, sizeof(*grown));
	return &grown[search->count++];
}

/* The test module that takes this function, or NULL. */
static const char *find_module(struct search *search, struct pci_dev *pci)
{
	struct kmod_list *list = NULL, *item;
	const char *found = NULL;
	const char *alias;

	alias = pci_get_string_property(pci, PCI_FILL_MODULE_ALIAS);
	if (!search->kmod || !alias ||
	    kmod_module_new_from_lookup(search->kmod, alias, &list) < 0)
		return NULL;

	kmod_list_foreach(item, list) {
		struct kmod_module *module = kmod_module_get_module(item);
		const char *name = kmod_module_get_name(module);

		for (size_t i = 0; i < ARRAY_SIZE(test_modules); i++)
			if (strcmp(name, test_modules[i]) == 0)
				found = test_modules[i];
		kmod_module_unref(module);
	}
	kmod_module_unref_list(list);
	return found;
}

static int add_unbound(struct search *search, struct pci_dev *pci)
{
	struct endpoint *endpoint;
	const char *module;

	pci_fill_info(pci, PCI_FILL_DRIVER | PCI_FILL_MODULE_ALIAS);
	if (pci_get_string_property(pci, PCI_FILL_DRIVER))
		return 0;
	module = find_module(search, pci);
	if (!module)
		return 0;

	endpoint = add_endpoint(search);
	if (!endpoint)
		return -ENOMEM;
	endpoint->module = module;
	format_address(endpoint->address, pci->domain, pci->bus, pci->dev,
		       pci->func);
	read_function(search->access, pci, endpoint);
	return 0;
}

static struct pci_dev *find_function(struct pci_access *access,
				     const char *address)
{
	struct pci_dev *pci;
	char name[ENDPOINT_ADDRESS_SIZE];

	for (pci = access->devices; pci; pci = pci->next) {
		format_address(name, pci->domain, pci->bus, pci->dev,
			       pci->func);
		if (strcmp(name, address) == 0)
			return pci;
	}
	return NULL;
}

static int add_bound(struct search *search, struct udev_device *misc)
{
	struct udev_device *parent;
	struct endpoint *endpoint;
	struct pci_dev *pci;
	const char *node;

	node = udev_device_get_devnode(misc);
	parent = udev_device_get_parent_with_subsystem_devtype(misc, "pci",
							       NULL);
	if (!node || !parent)
		return 0;
	pci = find_function(search->access, udev_device_get_sysname(parent));
	if (!pci)
		return 0;

	endpoint = add_endpoint(search);
	if (!endpoint)
		return -ENOMEM;
	endpoint->kind = kind_of(udev_device_get_sysname(misc));
	endpoint->node = strdup(node);
	endpoint->number = udev_device_get_devnum(misc);
	snprintf(endpoint->address, sizeof(endpoint->address), "%s",
		 udev_device_get_sysname(parent));
	read_function(search->access, pci, endpoint);
	return endpoint->node ? 0 : -ENOMEM;
}

static int find_bound(struct search *search)
{
	struct udev_enumerate *enumerate;
	struct udev_list_entry *entry;
	char pattern[32];
	int err;

	enumerate = udev_enumerate_new(search->udev);
	if (!enumerate)
		return -ENOMEM;

	udev_enumerate_add_match_subsystem(enumerate, "misc");
	for (size_t i = 0; i < ARRAY_SIZE(nodes); i++) {
		snprintf(pattern, sizeof(pattern), "%s*", nodes[i].name);
		udev_enumerate_add_match_sysname(enumerate, pattern);
	}
	err = udev_enumerate_scan_devices(enumerate);
	if (err)
		goto out;

	udev_list_entry_foreach(entry,
				udev_enumerate_get_list_entry(enumerate)) {
		struct udev_device *misc;

		misc = udev_device_new_from_syspath(
			search->udev, udev_list_entry_get_name(entry));
		/* Gone since the scan. */
		if (!misc)
			continue;
		err = add_bound(search, misc);
		udev_device_unref(misc);
		if (err)
			break;
	}
out:
	udev_enumerate_unref(enumerate);
	return err;
}

static int find_unbound(struct search *search)
{
	struct pci_dev *pci;
	int err;

	for (pci = search->access->devices; pci; pci = pci->next) {
		err = add_unbound(search, pci);
		if (err)
			return err;
	}
	return 0;
}

static int compare(const void *a, const void *b)
{
	const struct endpoint *left = a, *right = b;

	return strcmp(left->address, right->address);
}

int endpoints_find(struct endpoint **endpoints, size_t *count)
{
	struct search search = { 0 };
	int err;

	if (access(SYSFS_PCI_DEVICES, F_OK) != 0) {
		*endpoints = NULL;
		*count = 0;
		return 0;
	}

	search.udev = udev_new();
	if (!search.udev)
		return -ENOMEM;
	search.kmod = kmod_new(NULL, NULL);
	if (search.kmod)
		kmod_set_log_priority(search.kmod, 0);
	search.access = pci_access_open(NULL);

	err = find_bound(&search);
	if (!err)
		err = find_unbound(&search);

	pci_cleanup(search.access);
	if (search.kmod)
		kmod_unref(search.kmod);
	udev_unref(search.udev);
	if (err) {
		endpoints_free(search.endpoints, search.count);
		return err;
	}

	if (search.count)
		qsort(search.endpoints, search.count,
		      sizeof(*search.endpoints), compare);
	*endpoints = search.endpoints;
	*count = search.count;
	return 0;
}

void endpoints_free(struct endpoint *endpoints, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(endpoints[i].node);
		free(endpoints[i].driver);
	}
	free(endpoints);
}

int endpoint_lookup(const struct endpoint *endpoints, size_t count,
		    const char *text, const struct endpoint **found)
{
	char address[ENDPOINT_ADDRESS_SIZE] = "";
	struct stat status;
	dev_t number = 0;

	if (strchr(text, '/')) {
		if (stat(text, &status) < 0)
			return -errno;
		if (!S_ISCHR(status.st_mode))
			return -ENODEV;
		number = status.st_rdev;
	} else if (!endpoint_parse_address(text, address)) {
		return -EINVAL;
	}

	for (size_t i = 0; i < count; i++) {
		const struct endpoint *endpoint = &endpoints[i];
		bool same = number ? endpoint->node &&
					     endpoint->number == number
				   : strcmp(endpoint->address, address) == 0;

		if (same) {
			*found = endpoint;
			return 0;
		}
	}
	return -ENODEV;
}
