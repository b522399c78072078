// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * All functions of one controller: set up as a whole or not at all.
 */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/device.h>
#include <linux/err.h>
#include <linux/pci-epc.h>
#include <linux/slab.h>

#include "epf-of.h"

static void controller_down(struct epf_of_controller *controller)
{
	struct epf_of_function *function;

	if (controller->is_started)
		pci_epc_stop(controller->epc);
	controller->is_started = false;

	list_for_each_entry_reverse(function, &controller->functions, list)
		epf_of_function_remove(function);
	epf_of_functions_free(&controller->functions);

	if (controller->epc)
		pci_epc_put(controller->epc);
	controller->epc = NULL;
}

static int set_up_functions(struct epf_of_controller *controller)
{
	struct epf_of_function *function;
	int ret;

	list_for_each_entry(function, &controller->functions, list) {
		ret = epf_of_function_make(function,
					   dev_name(controller->dev));
		if (!ret)
			ret = epf_of_function_link(function, controller->epc);
		if (ret)
			return ret;
	}
	return 0;
}

static int controller_up(struct epf_of_controller *controller)
{
	struct device_node *node = dev_of_node(controller->dev);
	struct pci_epc *epc;
	u32 start = 1;
	int ret;

	ret = epf_of_node_number(node, "epf-start", 1, false, &start);
	if (!ret)
		ret = epf_of_functions_read(node, false,
					    &controller->functions);
	if (ret)
		return ret;

	epc = pci_epc_get(dev_name(controller->dev));
	if (IS_ERR(epc))
		return epf_of_node_fail(node, "function", PTR_ERR(epc),
					"%s is no endpoint controller",
					dev_name(controller->dev));
	controller->epc = epc;

	ret = set_up_functions(controller);
	if (ret || !start)
		return ret;

	ret = pci_epc_start(epc);
	if (ret)
		return epf_of_node_fail(node, "epf-start", ret,
					"the controller does not start: %pe",
					ERR_PTR(ret));
	controller->is_started = true;
	return 0;
}

static void up_work(struct work_struct *work)
{
	struct epf_of_controller *controller =
		container_of(work, struct epf_of_controller, up);

	if (controller_up(controller))
		controller_down(controller);
}

static void down_work(struct work_struct *work)
{
	struct epf_of_controller *controller =
		container_of(work, struct epf_of_controller, down);

	controller_down(controller);
	complete(&controller->is_down);
}

/**
 * epf_of_controller_new() - a controller that is not set up yet
 * @dev: device of its driver
 *
 * Return: the controller, for epf_of_controller_free(); NULL without memory.
 */
struct epf_of_controller *epf_of_controller_new(struct device *dev)
{
	struct epf_of_controller *controller;

	controller = kzalloc(sizeof(*controller), GFP_KERNEL);
	if (!controller)
		return NULL;

	controller->dev = dev;
	INIT_LIST_HEAD(&controller->functions);
	INIT_WORK(&controller->up, up_work);
	INIT_WORK(&controller->down, down_work);
	init_completion(&controller->is_down);
	return controller;
}

/**
 * epf_of_controller_free() - forget a controller
 * @controller: the controller; not set up, and no work item is queued
 */
void epf_of_controller_free(struct epf_of_controller *controller)
{
	kfree(controller);
}
