// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * One endpoint function, from its node to its controller and back.
 */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cleanup.h>
#include <linux/err.h>
#include <linux/kmod.h>
#include <linux/pci-epc.h>
#include <linux/property.h>
#include <linux/slab.h>

#include "epf-of.h"

/* As in epf-binding(5). */
#define MAX_NUMBER 63

static void function_free(struct epf_of_function *function)
{
	epf_of_functions_free(&function->vfs);
	of_node_put(function->node);
	kfree(function);
}

/**
 * epf_of_functions_free() - forget functions; none of them is made
 * @functions: list of them, empty afterwards
 */
void epf_of_functions_free(struct list_head *functions)
{
	struct epf_of_function *function, *next;

	list_for_each_entry_safe(function, next, functions, list) {
		list_del(&function->list);
		function_free(function);
	}
}

/* What configfs can do and this cannot. */
static int refuse_extras(const struct device_node *node)
{
	struct device_node *attributes __free(device_node) =
		of_get_child_by_name(node, "attributes");

	if (attributes)
		return epf_of_node_fail(node, "attributes", -EINVAL,
					"a driver's attributes are in configfs alone; use epfctl apply");
	if (of_property_present(node, "secondary"))
		return epf_of_node_fail(node, "secondary", -EINVAL,
					"a function here has one controller; use epfctl apply");
	return 0;
}

/* Look at all of a node before anything is done. */
static int function_read(struct epf_of_function *function, bool is_vf)
{
	const struct device_node *node = function->node;
	struct pci_epf_header header = { };
	u16 num_msix;
	u8 num_msi;
	int ret;

	ret = epf_of_node_number(node, "reg", MAX_NUMBER, true,
				 &function->number);
	if (!ret)
		ret = epf_of_node_driver(node, &function->driver);
	if (!ret)
		ret = epf_of_node_header(node, &header);
	if (!ret)
		ret = epf_of_node_interrupts(node, &num_msi, &num_msix);
	if (!ret)
		ret = epf_of_node_check_bars(node, NULL);
	if (!ret)
		ret = refuse_extras(node);
	if (ret)
		return ret;

	if (!is_vf)
		return epf_of_functions_read(node, true, &function->vfs);
	if (epf_of_node_has_functions(node))
		return epf_of_node_fail(node, "function", -EINVAL,
					"a virtual function has no functions");
	return 0;
}

static int function_new(struct device_node *node, bool is_vf,
			struct list_head *functions)
{
	struct epf_of_function *function, *other;
	int ret;

	function = kzalloc(sizeof(*function), GFP_KERNEL);
	if (!function)
		return -ENOMEM;

	INIT_LIST_HEAD(&function->vfs);
	function->node = of_node_get(node);
	ret = function_read(function, is_vf);
	if (ret) {
		function_free(function);
		return ret;
	}

	list_for_each_entry(other, functions, list)
		if (other->number > function->number)
			break;
	list_add_tail(&function->list, &other->list);
	return 0;
}

/* The core gives a function the lowest free number. */
static int check_numbers(const struct list_head *functions, bool are_vfs)
{
	u32 number = are_vfs ? 1 : 0;
	struct epf_of_function *function;

	list_for_each_entry(function, functions, list) {
		if (function->number != number)
			return epf_of_node_fail(function->node, "reg", -EINVAL,
						"found %u, expected %u: numbers leave none out and are given once",
						function->number, number);
		number++;
	}
	return 0;
}

/**
 * epf_of_functions_read() - read the functions in a node
 * @parent: node of a controller, or of a physical function
 * @are_vfs: which of the two
 * @functions: empty list; filled in by number, for epf_of_functions_free()
 *
 * Return: 0, -ENOMEM, or -EINVAL for a node that is wrong, as the log tells;
 *	the list is to be freed then, too.
 */
int epf_of_functions_read(const struct device_node *parent, bool are_vfs,
			  struct list_head *functions)
{
	int ret;

	for_each_available_child_of_node_scoped(parent, child) {
		if (!epf_of_node_is_function(child))
			continue;
		ret = function_new(child, are_vfs, functions);
		if (ret)
			return ret;
	}
	return check_numbers(functions, are_vfs);
}

/* Drivers may share one header among all their functions. */
static int own_header(struct epf_of_function *function)
{
	struct pci_epf *epf = function->epf;

	function->driver_header = epf->header;
	if (epf->header)
		function->header = *epf->header;
	epf->header = &function->header;
	return epf_of_node_header(function->node, epf->header);
}

static int make_vfs(struct epf_of_function *function)
{
	const char *name = dev_name(&function->epf->dev) +
			   strlen(function->driver) + 1;
	struct epf_of_function *vf;
	int ret;

	list_for_each_entry(vf, &function->vfs, list) {
		ret = epf_of_function_make(vf, name);
		if (ret)
			return ret;
		ret = pci_epf_add_vepf(function->epf, vf->epf);
		if (ret)
			return epf_of_node_fail(vf->node, "reg", ret,
						"not taken as a virtual function: %pe",
						ERR_PTR(ret));
		vf->is_added = true;
	}
	return 0;
}

/**
 * epf_of_function_make() - make a function and its virtual functions
 * @function: as it was read
 * @prefix: what its name begins with after that of the driver
 *
 * The driver's module is loaded if need be.
 *
 * Context: may sleep.
 * Return: 0, or -errno, as the log tells; epf_of_function_remove() takes away
 *	what was made until then.
 */
int epf_of_function_make(struct epf_of_function *function, const char *prefix)
{
	char *name __free(kfree) = kasprintf(GFP_KERNEL, "%s.%s.%u",
					     function->driver, prefix,
					     function->number);
	struct device_node *node = function->node;
	struct pci_epf *epf;
	int ret;

	if (!name)
		return -ENOMEM;

	request_module("%s", function->driver);
	epf = pci_epf_create(name);
	if (IS_ERR(epf))
		return epf_of_node_fail(node, "function-name", PTR_ERR(epf),
					"function not made: %pe", epf);
	function->epf = epf;
	of_node_set_flag(node, OF_POPULATED);
	device_set_node(&epf->dev, of_fwnode_handle(node));
	if (!epf->driver)
		return epf_of_node_fail(node, "function-name", -ENODEV,
					"no driver %s: is its module there?",
					function->driver);

	ret = own_header(function);
	if (!ret)
		ret = epf_of_node_interrupts(node, &epf->msi_interrupts,
					     &epf->msix_interrupts);
	return ret ? ret : make_vfs(function);
}

/**
 * epf_of_function_link() - bind a physical function to its controller
 * @function: made by epf_of_function_make()
 * @epc: the controller
 *
 * Context: may sleep.
 * Return: 0, or -errno, as the log tells, with nothing linked.
 */
int epf_of_function_link(struct epf_of_function *function, struct pci_epc *epc)
{
	struct device_node *node = function->node;
	struct pci_epf *epf = function->epf;
	struct epf_of_function *vf;
	int ret;

	ret = pci_epc_add_epf(epc, epf, PRIMARY_INTERFACE);
	if (ret)
		return epf_of_node_fail(node, "reg", ret,
					"the controller takes no function: %pe",
					ERR_PTR(ret));
	if (epf->func_no != function->number) {
		ret = epf_of_node_fail(node, "reg", -EBUSY,
				       "found %u, but the controller's next function is %u",
				       function->number, epf->func_no);
		goto remove;
	}

	ret = pci_epf_bind(epf);
	if (ret) {
		epf_of_node_fail(node, "function-name", ret,
				 "%s cannot be bound to the controller: %pe",
				 function->driver, ERR_PTR(ret));
		goto remove;
	}

	ret = epf_of_node_check_bars(node, epf);
	list_for_each_entry(vf, &function->vfs, list)
		if (!ret)
			ret = epf_of_node_check_bars(vf->node, vf->epf);
	if (ret)
		goto unbind;

	pci_epc_notify_pending_init(epc, epf);
	function->is_added = true;
	return 0;

unbind:
	pci_epf_unbind(epf);
remove:
	pci_epc_remove_epf(epc, epf, PRIMARY_INTERFACE);
	return ret;
}

static void destroy(struct epf_of_function *function)
{
	struct pci_epf *epf = function->epf;

	if (!epf)
		return;

	if (epf->header == &function->header)
		epf->header = function->driver_header;
	device_set_node(&epf->dev, NULL);
	of_node_clear_flag(function->node, OF_POPULATED);
	function->epf = NULL;
	pci_epf_destroy(epf);
}

/**
 * epf_of_function_remove() - undo epf_of_function_link() and ..._make()
 * @function: the function, in any state; its controller is stopped
 *
 * Context: may sleep.
 */
void epf_of_function_remove(struct epf_of_function *function)
{
	struct epf_of_function *vf;

	if (function->is_added) {
		struct pci_epc *epc = function->epf->epc;

		pci_epf_unbind(function->epf);
		pci_epc_remove_epf(epc, function->epf, PRIMARY_INTERFACE);
		function->is_added = false;
	}
	list_for_each_entry_reverse(vf, &function->vfs, list) {
		if (vf->is_added)
			pci_epf_remove_vepf(function->epf, vf->epf);
		vf->is_added = false;
		destroy(vf);
	}
	destroy(function);
}
