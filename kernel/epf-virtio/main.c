// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * Endpoint functions that are virtio devices. Each backend is a function driver
 * of its own; what they have in common is here.
 */

#include <linux/cleanup.h>
#include <linux/err.h>
#include <linux/module.h>
#include <linux/pci_ids.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "virtio.h"

static int epc_init(struct pci_epf *epf)
{
	struct epf_virtio_device *device = epf_get_drvdata(epf);
	int ret = 0;

	/* Virtual functions share a header. */
	if (epf->vfunc_no <= 1)
		ret = pci_epc_write_header(epf->epc, epf->func_no,
					   epf->vfunc_no, epf->header);
	if (!ret)
		ret = pci_epc_set_bar(epf->epc, epf->func_no, epf->vfunc_no,
				      &epf->bar[device->barno]);
	if (!ret)
		ret = epf_virtio_set_interrupts(device);
	if (ret) {
		dev_err(&epf->dev,
			"header, BAR%d or interrupts: the controller says %d\n",
			device->barno, ret);
		return ret;
	}

	epf_virtio_get_doorbell(device);
	device->set_up = true;

	/* Who does not tell of the link lets us look from the start. */
	return device->epc_features->linkup_notifier ?
	       0 : epf_virtio_start_worker(device);
}

static void epc_deinit(struct pci_epf *epf)
{
	struct epf_virtio_device *device = epf_get_drvdata(epf);

	epf_virtio_stop_worker(device);
	device->set_up = false;
	epf_virtio_put_doorbell(device);
	pci_epc_clear_bar(epf->epc, epf->func_no, epf->vfunc_no,
			  &epf->bar[device->barno]);
}

static int link_up(struct pci_epf *epf)
{
	struct epf_virtio_device *device = epf_get_drvdata(epf);

	/* The link comes up whatever the controller has refused before. */
	return device->set_up ? epf_virtio_start_worker(device) : 0;
}

static int link_down(struct pci_epf *epf)
{
	epf_virtio_stop_worker(epf_get_drvdata(epf));
	return 0;
}

static const struct pci_epc_event_ops event_ops = {
	.epc_init = epc_init,
	.epc_deinit = epc_deinit,
	.link_up = link_up,
	.link_down = link_down,
};

static void set_bound(struct epf_virtio_device *device, bool bound)
{
	guard(mutex)(&device->settings_lock);
	device->bound = bound;
}

/* One vector for each queue, and one for the configuration */
static void choose_vectors(struct epf_virtio_device *device)
{
	struct pci_epf *epf = device->epf;
	unsigned int wanted = device->num_queues + 1;

	if (!epf->msi_interrupts)
		epf->msi_interrupts = min(roundup_pow_of_two(wanted), 32);
	if (!epf->msix_interrupts)
		epf->msix_interrupts = device->settings.transport->vectors ?:
				       wanted;
}

static int bind_backend(struct epf_virtio_device *device)
{
	const struct epf_virtio_backend *backend = device->backend;
	unsigned int max_queues = backend->max_queues ?: backend->num_queues;
	int ret = 0;

	device->num_queues = backend->num_queues;
	device->device_features = backend->features;
	memset(device->config, 0, backend->config_size);
	if (backend->bind)
		ret = backend->bind(device);
	if (ret)
		return ret;

	if (WARN_ON_ONCE(!device->num_queues ||
			 device->num_queues > max_queues)) {
		if (backend->unbind)
			backend->unbind(device);
		return -EINVAL;
	}

	device->device_features = device->settings.transport->offer(device) &
				  ~device->settings.features_off;
	return 0;
}

static int bind_resources(struct epf_virtio_device *device)
{
	int ret;

	choose_vectors(device);
	ret = epf_virtio_alloc_queues(device);
	if (ret)
		return ret;

	ret = epf_virtio_alloc_bar(device);
	if (ret)
		goto free_queues;

	ret = epf_outbound_bind(&device->outbound, device->epf);
	if (ret)
		goto free_bar;

	return 0;

free_bar:
	epf_virtio_free_bar(device);
free_queues:
	epf_virtio_free_queues(device);
	return ret;
}

static int function_bind(struct pci_epf *epf)
{
	struct epf_virtio_device *device = epf_get_drvdata(epf);
	int ret;

	if (!device)
		return -ENODEV;
	/* A virtual one is bound again for the other interface of its parent. */
	if (epf->vfunc_no && device->bound)
		return 0;
	if (epf->sec_epc && !epf->vfunc_no) {
		dev_err(&epf->dev, "there is no secondary interface\n");
		return -EINVAL;
	}

	device->epc_features = pci_epc_get_features(epf->epc, epf->func_no,
						    epf->vfunc_no);
	if (!device->epc_features)
		return -EOPNOTSUPP;

	set_bound(device, true);
	ret = bind_backend(device);
	if (ret)
		goto unbound;

	ret = bind_resources(device);
	if (ret)
		goto unbind_backend;

	return 0;

unbind_backend:
	if (device->backend->unbind)
		device->backend->unbind(device);
unbound:
	set_bound(device, false);
	return ret;
}

static void function_unbind(struct pci_epf *epf)
{
	struct epf_virtio_device *device = epf_get_drvdata(epf);

	/* The EPF core undoes a bind that has failed, too. */
	if (!device || !device->bound)
		return;

	epc_deinit(epf);
	if (device->backend->unbind)
		device->backend->unbind(device);
	epf_outbound_unbind(&device->outbound);
	epf_virtio_free_bar(device);
	epf_virtio_free_queues(device);
	set_bound(device, false);
}

static struct config_group *add_cfs(struct pci_epf *epf,
				    struct config_group *group)
{
	struct epf_virtio_device *device = epf_get_drvdata(epf);

	/* The EPF core asks after a probe that has failed, too. */
	if (!device)
		return NULL;

	config_group_init_type_name(&device->group, dev_name(&epf->dev),
				    &device->backend->type);
	if (!config_item_name(&device->group.cg_item))
		return ERR_PTR(-ENOMEM);

	epf_outbound_add_cfs(&device->outbound, &device->group);
	if (device->backend->group_type) {
		config_group_init_type_name(&device->backend_group, "backend",
					    device->backend->group_type);
		configfs_add_default_group(&device->backend_group,
					   &device->group);
	}
	return &device->group;
}

static const struct pci_epf_ops function_ops = {
	.bind = function_bind,
	.unbind = function_unbind,
	.add_cfs = add_cfs,
};

static const struct epf_virtio_backend *
backend_of(const struct pci_epf_driver *driver)
{
	return container_of(driver, struct epf_virtio_backend, driver);
}

static int probe(struct pci_epf *epf, const struct pci_epf_device_id *id)
{
	const struct epf_virtio_backend *backend =
		backend_of(to_pci_epf_driver(epf->dev.driver));
	u16 class = backend->class ?: PCI_CLASS_OTHERS << 8;
	struct epf_virtio_device *device;
	int ret;

	device = devm_kzalloc(&epf->dev, sizeof(*device), GFP_KERNEL);
	if (!device)
		return -ENOMEM;

	device->config = devm_kzalloc(&epf->dev, backend->config_size,
				      GFP_KERNEL);
	if (!device->config)
		return -ENOMEM;

	/* The EPF core keeps no driver of a virtual or of an idle function. */
	if (!try_module_get(backend->owner))
		return -ENODEV;

	mutex_init(&device->settings_lock);
	mutex_init(&device->config_lock);
	init_waitqueue_head(&device->wait);
	epf_virtio_settings_init(&device->settings);
	epf_outbound_init(&device->outbound);
	device->epf = epf;
	device->backend = backend;
	device->header = (struct pci_epf_header) {
		.vendorid = PCI_VENDOR_ID_REDHAT_QUMRANET,
		.baseclass_code = class >> 8,
		.subclass_code = class & 0xff,
		.interrupt_pin = PCI_INTERRUPT_INTA,
	};
	device->settings.transport->choose_ids(device);
	ret = backend->probe ? backend->probe(device) : 0;
	if (ret) {
		module_put(backend->owner);
		return ret;
	}

	epf->header = &device->header;
	epf->event_ops = &event_ops;
	epf_set_drvdata(epf, device);
	return 0;
}

static void remove(struct pci_epf *epf)
{
	struct epf_virtio_device *device = epf_get_drvdata(epf);

	if (device->backend->remove)
		device->backend->remove(device);
	/* Nobody else does, and a name of 20 characters is memory. */
	if (config_item_name(&device->group.cg_item))
		config_group_put(&device->group);
	module_put(device->backend->owner);
}

/**
 * epf_virtio_register_backend() - a type of virtio device can be used
 * @backend: what it is; stays until epf_virtio_unregister_backend()
 *
 * Context: may sleep.
 * Return: 0, -EINVAL or -ENAMETOOLONG for what cannot be, or an error of
 *	pci_epf_register_driver().
 */
int epf_virtio_register_backend(struct epf_virtio_backend *backend)
{
	if (!backend->queue_work || !backend->num_queues ||
	    max(backend->num_queues, backend->max_queues) >
	    EPF_VIRTIO_MAX_QUEUES || backend->config_size > U16_MAX)
		return -EINVAL;

	if (snprintf(backend->ids[0].name, sizeof(backend->ids[0].name),
		     "epf_virtio_%s", backend->name) >=
	    sizeof(backend->ids[0].name))
		return -ENAMETOOLONG;

	backend->type = (struct config_item_type) {
		.ct_attrs = epf_virtio_attrs,
		.ct_owner = backend->owner,
	};
	backend->driver = (struct pci_epf_driver) {
		.driver = {
			.name = backend->ids[0].name,
			/* The function's directory is in the driver's memory. */
			.suppress_bind_attrs = true,
		},
		.probe = probe,
		.remove = remove,
		.id_table = backend->ids,
		.ops = &function_ops,
	};
	return __pci_epf_register_driver(&backend->driver, backend->owner);
}
EXPORT_SYMBOL_GPL(epf_virtio_register_backend);

/**
 * epf_virtio_unregister_backend() - undo epf_virtio_register_backend()
 * @backend: the backend; no function is of it any more
 *
 * Context: may sleep.
 */
void epf_virtio_unregister_backend(struct epf_virtio_backend *backend)
{
	pci_epf_unregister_driver(&backend->driver);
}
EXPORT_SYMBOL_GPL(epf_virtio_unregister_backend);

MODULE_DESCRIPTION("PCI endpoint function: virtio transport");
MODULE_LICENSE("GPL");
