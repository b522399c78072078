// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * Binding of PCI endpoint functions to controllers as the devicetree says,
 * without configfs: epf-of(4), epf-devicetree(5).
 *
 * The endpoint core tells nobody of a new controller, but the driver core tells
 * when a driver was bound to a device, which is when a controller is complete,
 * and before it is unbound.
 */

#include <linux/cleanup.h>
#include <linux/device.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/notifier.h>
#include <linux/platform_device.h>

#include "epf-of.h"

/*
 * There is one bus and one of this module; the notifier has no place for a
 * pointer of ours.
 */
static struct {
	struct mutex lock;	/* protects what follows */
	struct list_head controllers;
	bool is_leaving;	/* takes no controllers any more */

	/*
	 * Work is done here and not in the notifier: functions are devices on
	 * a bus that has a notifier, too, which lockdep cannot tell apart.
	 */
	struct workqueue_struct *queue;
} epf_of = {
	.lock = __MUTEX_INITIALIZER(epf_of.lock),
	.controllers = LIST_HEAD_INIT(epf_of.controllers),
};

static struct epf_of_controller *find_controller(const struct device *dev)
{
	struct epf_of_controller *controller;

	list_for_each_entry(controller, &epf_of.controllers, list)
		if (controller->dev == dev)
			return controller;

	return NULL;
}

/* With the device locked, and bound to its driver. */
static void add_device(struct device *dev)
{
	struct epf_of_controller *controller;

	if (!epf_of_node_has_functions(dev_of_node(dev)))
		return;

	guard(mutex)(&epf_of.lock);
	if (epf_of.is_leaving || find_controller(dev))
		return;

	controller = epf_of_controller_new(dev);
	if (!controller)
		return;

	list_add_tail(&controller->list, &epf_of.controllers);
	queue_work(epf_of.queue, &controller->up);
}

/* With the device locked, and still bound to its driver. */
static void remove_device(struct device *dev)
{
	struct epf_of_controller *controller;

	scoped_guard(mutex, &epf_of.lock) {
		controller = find_controller(dev);
		if (!controller)
			return;
		list_del(&controller->list);
		queue_work(epf_of.queue, &controller->down);
	}

	wait_for_completion(&controller->is_down);
	epf_of_controller_free(controller);
}

static int epf_of_notify(struct notifier_block *nb, unsigned long action,
			 void *data)
{
	switch (action) {
	case BUS_NOTIFY_BOUND_DRIVER:
		add_device(data);
		break;
	case BUS_NOTIFY_UNBIND_DRIVER:
		remove_device(data);
		break;
	}
	return NOTIFY_OK;
}

static struct notifier_block epf_of_nb = {
	.notifier_call = epf_of_notify,
};

static int add_bound(struct device *dev, void *data)
{
	guard(device)(dev);
	if (device_is_bound(dev))
		add_device(dev);
	return 0;
}

static int remove_bound(struct device *dev, void *data)
{
	guard(device)(dev);
	remove_device(dev);
	return 0;
}

static int __init epf_of_init(void)
{
	int ret;

	epf_of.queue = alloc_ordered_workqueue(KBUILD_MODNAME, 0);
	if (!epf_of.queue)
		return -ENOMEM;

	ret = bus_register_notifier(&platform_bus_type, &epf_of_nb);
	if (ret) {
		destroy_workqueue(epf_of.queue);
		return ret;
	}

	bus_for_each_dev(&platform_bus_type, NULL, NULL, add_bound);
	return 0;
}
module_init(epf_of_init);

static void __exit epf_of_exit(void)
{
	/* While controllers go by themselves, too. */
	scoped_guard(mutex, &epf_of.lock)
		epf_of.is_leaving = true;
	bus_for_each_dev(&platform_bus_type, NULL, NULL, remove_bound);
	bus_unregister_notifier(&platform_bus_type, &epf_of_nb);
	destroy_workqueue(epf_of.queue);
}
module_exit(epf_of_exit);

MODULE_DESCRIPTION("Binding of PCI endpoint functions by devicetree");
MODULE_AUTHOR("The epf-utils authors");
MODULE_LICENSE("GPL");
