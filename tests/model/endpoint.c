// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model.h"
#include "node.h"

/* kstrtoull(text, 0, ...): one newline may follow. */
static int parse(const char *text, uint64_t max, uint64_t *value)
{
	uint64_t number = 0;
	unsigned int base = 10, digit;
	const char *first;

	if (*text == '+')
		text++;
	if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
		base = 16;
		text += 2;
	} else if (text[0] == '0') {
		base = 8;
	}
	for (first = text;; text++) {
		if (*text >= '0' && *text <= '9')
			digit = *text - '0';
		else if ((*text | 32) >= 'a' && (*text | 32) <= 'f')
			digit = (*text | 32) - 'a' + 10;
		else
			break;
		if (digit >= base)
			break;
		if (number > (UINT64_MAX - digit) / base)
			return -ERANGE;
		number = number * base + digit;
	}
	if (text == first)
		return -EINVAL;
	if (*text == '\n')
		text++;
	if (*text)
		return -EINVAL;
	if (number > max)
		return -ERANGE;
	*value = number;
	return 0;
}

/* The header, PCI_EPF_HEADER_R() and PCI_EPF_HEADER_W_*(): any error is
 * -EINVAL. */
static int header_show(struct node *node, char *text, size_t size)
{
	const struct header *header = node->function->header;

	if (!header)
		return -EINVAL;
	snprintf(text, size, "0x%04x\n", header->fields[node->file->index]);
	return 0;
}

static int header_store(struct node *node, const char *text)
{
	struct header *header = node->function->header;
	uint64_t value;

	if (!header || parse(text, node->file->max, &value))
		return -EINVAL;
	header->fields[node->file->index] = value;
	return 0;
}

static int msi_show(struct node *node, char *text, size_t size)
{
	snprintf(text, size, "%d\n", node->function->msi);
	return 0;
}

static int msi_store(struct node *node, const char *text)
{
	uint64_t value;

	if (parse(text, UINT8_MAX, &value))
		return -EINVAL;
	node->function->msi = value;
	return 0;
}

static int msix_show(struct node *node, char *text, size_t size)
{
	snprintf(text, size, "%d\n", node->function->msix);
	return 0;
}

static int msix_store(struct node *node, const char *text)
{
	uint64_t value;

	if (parse(text, UINT16_MAX, &value))
		return -EINVAL;
	node->function->msix = value;
	return 0;
}

enum { VENDORID, DEVICEID, BASECLASS = 5, INTERRUPT_PIN = 9 };

static const struct file function_files[] = {
	{ "vendorid", header_show, header_store, VENDORID, UINT16_MAX },
	{ "deviceid", header_show, header_store, DEVICEID, UINT16_MAX },
	{ "revid", header_show, header_store, 2, UINT8_MAX },
	{ "progif_code", header_show, header_store, 3, UINT8_MAX },
	{ "subclass_code", header_show, header_store, 4, UINT8_MAX },
	{ "baseclass_code", header_show, header_store, BASECLASS, UINT8_MAX },
	{ "cache_line_size", header_show, header_store, 6, UINT8_MAX },
	{ "subsys_vendor_id", header_show, header_store, 7, UINT16_MAX },
	{ "subsys_id", header_show, header_store, 8, UINT16_MAX },
	{ "interrupt_pin", header_show, header_store, INTERRUPT_PIN,
	  UINT8_MAX },
	{ "msi_interrupts", msi_show, msi_store },
	{ "msix_interrupts", msix_show, msix_store },
	{ 0 },
};

/* Numbers of a driver's own. */
static int number_show(struct node *node, char *text, size_t size)
{
	snprintf(text, size, "%" PRIu64 "\n",
		 node->function->numbers[node->file->index]);
	return 0;
}

static int number_store(struct node *node, const char *text)
{
	return parse(text, node->file->max,
		     &node->function->numbers[node->file->index]);
}

/* pci_epf_test since 7.0: a power of two, and not any more once linked. */
static int bar_size_store(struct node *node, const char *text)
{
	struct function *function = node->function;
	uint64_t value;
	int err;

	if (function->epc[0])
		return -EOPNOTSUPP;
	err = parse(text, node->file->max, &value);
	if (err)
		return err;
	if (!value || value & (value - 1))
		return -EINVAL;
	function->numbers[node->file->index] = value;
	return 0;
}

static const struct file test_files[] = {
	{ "bar0_size", number_show, bar_size_store, 0, UINT32_MAX },
	{ "bar1_size", number_show, bar_size_store, 1, UINT32_MAX },
	{ 0 },
};

/* pci_epf_vntb: memory windows need num_mws first. */
enum { NUM_MWS, MW1, MW2, MAX_MW = 4 };

static int num_mws_store(struct node *node, const char *text)
{
	uint64_t value;
	int err;

	err = parse(text, UINT32_MAX, &value);
	if (err)
		return err;
	if (value > MAX_MW)
		return -EINVAL;
	node->function->numbers[NUM_MWS] = value;
	return 0;
}

static int mw_show(struct node *node, char *text, size_t size)
{
	if (node->file->index > node->function->numbers[NUM_MWS])
		return -EINVAL;
	return number_show(node, text, size);
}

static int mw_store(struct node *node, const char *text)
{
	uint64_t value;
	int err;

	err = parse(text, UINT64_MAX, &value);
	if (err)
		return err;
	if (node->file->index > node->function->numbers[NUM_MWS])
		return -EINVAL;
	node->function->numbers[node->file->index] = value;
	return 0;
}

static const struct file vntb_files[] = {
	{ "mw1", mw_show, mw_store, MW1, UINT64_MAX },
	{ "mw2", mw_show, mw_store, MW2, UINT64_MAX },
	{ "num_mws", number_show, num_mws_store, NUM_MWS, MAX_MW },
	{ 0 },
};

/* nvmet_pci_epf: the name loses its last character, whatever that is. */
static int nqn_show(struct node *node, char *text, size_t size)
{
	snprintf(text, size, "%s\n", node->function->nqn);
	return 0;
}

static int nqn_store(struct node *node, const char *text)
{
	size_t length = strlen(text) - 1;

	if (length >= MODEL_NQN_SIZE)
		return -EINVAL;
	memcpy(node->function->nqn, text, length);
	node->function->nqn[length] = '\0';
	return 0;
}

static const struct file nvmet_files[] = {
	{ "portid", number_show, number_store, 0, UINT16_MAX },
	{ "subsysnqn", nqn_show, nqn_store },
	{ "version", number_show, NULL, 1 },
	{ 0 },
};

/* kstrtobool() */
static int parse_bool(const char *text, bool *value)
{
	if (strchr("yYtT1", text[0]) && text[0])
		*value = true;
	else if (strchr("nNfF0", text[0]) && text[0])
		*value = false;
	else
		return -EINVAL;
	return 0;
}

static int start_show(struct node *node, char *text, size_t size)
{
	snprintf(text, size, "%d\n", node->controller->started);
	return 0;
}

static int start_store(struct node *node, const char *text)
{
	bool start;

	if (parse_bool(text, &start))
		return -EINVAL;
	if (start == node->controller->started)
		return -EALREADY;
	if (start && node->controller->fail_start)
		return -EINVAL;
	node->controller->started = start;
	return 0;
}

static const struct file controller_files[] = {
	{ "start", start_show, start_store },
	{ 0 },
};

static const struct driver drivers[MODEL_DRIVERS] = {
	{ .name = "pci_epf_test", .class = 0xff, .files = test_files,
	  .loaded = true },
	{ .name = "pci_epf_vntb", .class = 0x05, .files = vntb_files,
	  .loaded = true },
	{ .name = "nvmet_pci_epf", .class = 0x01, .files = nvmet_files,
	  .directory = "nvme", .loaded = true },
	{ .name = "pci_epf_late", .class = 0xff, .loaded = false },
};

static void add_files(struct node *directory, const struct file *file)
{
	struct node *node;

	for (; file->name; file++) {
		node = node_add(directory, NODE_FILE, file->name);
		node->file = file;
	}
}

void endpoint_add_driver(struct model *model, struct driver *driver)
{
	struct node *functions = node_find(model->root, "functions");

	node_add(functions, NODE_DRIVER, driver->name)->driver = driver;
	driver->loaded = true;
}

void endpoint_init(struct model *model)
{
	struct driver *driver;
	size_t i;

	model->root = node_add(NULL, NODE_ROOT, "");
	node_add(model->root, NODE_GROUP, "functions");
	node_add(model->root, NODE_GROUP, "controllers");
	for (i = 0; i < MODEL_DRIVERS; i++) {
		driver = &model->drivers[i];
		*driver = drivers[i];
		driver->header.fields[VENDORID] = 0xffff;
		driver->header.fields[DEVICEID] = 0xffff;
		driver->header.fields[BASECLASS] = driver->class;
		driver->header.fields[INTERRUPT_PIN] = 1;
		if (driver->loaded)
			endpoint_add_driver(model, driver);
	}
}

void endpoint_add_controller(struct model *model, struct controller *epc)
{
	struct node *controllers = node_find(model->root, "controllers");
	struct node *node;

	node = node_add(controllers, NODE_CONTROLLER, epc->name);
	node->controller = epc;
	add_files(node, controller_files);
}

/* Default groups, one after the other, at once or late. */
static void add_groups(struct model *model, struct node *node)
{
	struct function *function = node->function;
	unsigned int visible = model->late ? model->count + model->late : 0;
	char name[64];
	struct node *group;

	node_add(node, NODE_INTERFACE, "primary")->visible = visible;
	visible += !!visible;
	node_add(node, NODE_INTERFACE, "secondary")->visible = visible;
	visible += !!visible;
	if (!function->header || !function->driver->files)
		return;
	snprintf(name, sizeof(name), "%s.%u", function->driver->name,
		 function->index);
	group = node_add(node, NODE_OWN, function->driver->directory ?
				function->driver->directory : name);
	group->visible = visible;
	add_files(group, function->driver->files);
}

/* pci_epf_make() */
int endpoint_make(struct model *model, struct node *driver, const char *name)
{
	struct function *function;
	unsigned int index = 0;
	struct node *node;

	while (index < MODEL_FUNCTIONS && model->functions[index])
		index++;
	if (index == MODEL_FUNCTIONS)
		return -ENOSPC;
	function = calloc(1, sizeof(*function));
	if (!function)
		abort();
	model->functions[index] = function;
	function->index = index;
	function->driver = driver->driver;
	if (!driver->driver->fail_probe)
		function->header = &driver->driver->header;
	function->vf_map = 1; /* virtual functions are numbered from 1 */
	if (driver->driver->files == test_files)
		function->numbers[0] = function->numbers[1] = 131072;

	node = node_add(driver, NODE_FUNCTION, name);
	node->function = function;
	add_files(node, function_files);
	add_groups(model, node);
	return 0;
}

void endpoint_drop(struct model *model, struct node *node)
{
	model->functions[node->function->index] = NULL;
	free(node->function);
	node_remove(node);
}

static unsigned int first_zero(uint64_t map)
{
	unsigned int bit = 0;

	while (bit < 64 && map & 1ULL << bit)
		bit++;
	return bit;
}

/* pci_epc_add_epf() */
static int add_epf(struct controller *epc, struct function *function, int side)
{
	unsigned int number;

	if (function->is_vf)
		return -EINVAL;
	if (function->epc[side])
		return -EBUSY;
	number = first_zero(epc->function_map);
	if (number >= epc->max_functions)
		return -EINVAL;
	epc->function_map |= 1ULL << number;
	function->func_no[side] = number;
	function->epc[side] = epc;
	return 0;
}

/* pci_epc_remove_epf() */
static void remove_epf(struct function *function, int side)
{
	function->epc[side]->function_map &=
		~(1ULL << function->func_no[side]);
	function->epc[side] = NULL;
}

/* pci_epf_bind() */
static int bind_epf(struct function *function)
{
	struct function *vf;
	size_t i, side;

	if (!function->header)
		return -EINVAL;
	for (i = 1; i < 64; i++) {
		vf = function->vfs[i];
		if (!vf)
			continue;
		for (side = 0; side < 2; side++) {
			if (function->epc[side] &&
			    i > function->epc[side]->max_vfs)
				return -EINVAL;
			vf->epc[side] = function->epc[side];
		}
		if (vf->driver->bind_error)
			return vf->driver->bind_error;
	}
	return function->driver->bind_error;
}

static int link_epc(struct function *function, struct controller *epc, int side)
{
	int err;

	err = add_epf(epc, function, side);
	if (err)
		return err;
	err = bind_epf(function);
	if (err)
		remove_epf(function, side);
	return err;
}

/* pci_epf_add_vepf() */
static int link_vf(struct function *pf, struct function *vf)
{
	unsigned int number;

	if (pf->epc[0] || vf->epc[0] || vf->pf || pf->epc[1] || vf->epc[1])
		return -EBUSY;
	number = first_zero(pf->vf_map);
	if (number >= 64)
		return -EINVAL;
	pf->vf_map |= 1ULL << number;
	pf->vfs[number] = vf;
	vf->vfunc_no = number;
	vf->pf = pf;
	vf->is_vf = true;
	return 0;
}

static int side_of(const struct node *interface)
{
	return strcmp(interface->name, "secondary") ? 0 : 1;
}

int endpoint_allow_link(struct model *model, struct node *directory,
			struct node *target)
{
	bool is_function = target->kind == NODE_FUNCTION;
	bool is_controller = target->kind == NODE_CONTROLLER;

	/* The kernel takes any configfs item for what it hopes it is. */
	if (directory->kind == NODE_INTERFACE ? !is_controller : !is_function) {
		model->warnings++;
		return -EFAULT;
	}
	switch (directory->kind) {
	case NODE_CONTROLLER:
		return link_epc(target->function, directory->controller, 0);
	case NODE_INTERFACE:
		return link_epc(directory->parent->function, target->controller,
				side_of(directory));
	default:
		return link_vf(directory->function, target->function);
	}
}

static void unlink_epc(struct model *model, struct function *function, int side)
{
	if (function->epc[side]->started)
		model->warnings++;
	/* Virtual functions keep their epc: the kernel never clears it. */
	remove_epf(function, side);
}

static void unlink_vf(struct model *model, struct function *pf,
		      struct function *vf)
{
	/* Nothing unbinds it then: it goes on behind the controller. */
	if (pf->epc[0] || pf->epc[1])
		model->warnings++;
	pf->vf_map &= ~(1ULL << vf->vfunc_no);
	pf->vfs[vf->vfunc_no] = NULL;
	vf->pf = NULL;
}

void endpoint_drop_link(struct model *model, struct node *link)
{
	struct node *directory = link->parent;

	switch (directory->kind) {
	case NODE_CONTROLLER:
		unlink_epc(model, link->target->function, 0);
		break;
	case NODE_INTERFACE:
		unlink_epc(model, directory->parent->function,
			   side_of(directory));
		break;
	default:
		unlink_vf(model, directory->function, link->target->function);
		break;
	}
}

unsigned int endpoint_number(const struct node *link)
{
	const struct node *directory = link->parent;

	switch (directory->kind) {
	case NODE_CONTROLLER:
		return link->target->function->func_no[0];
	case NODE_INTERFACE:
		return directory->parent->function->func_no[side_of(directory)];
	default:
		return link->target->function->vfunc_no;
	}
}
