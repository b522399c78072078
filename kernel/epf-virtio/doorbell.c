// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * The doorbell of the transport: the worker sleeps until the host rings. Where
 * there is none, it looks now and then.
 */

#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/sizes.h>

#include "../compat/pci-epc.h"
#include "virtio.h"

static void rung(void *context)
{
	struct epf_virtio_device *device = context;

	atomic64_inc(&device->num_rings);
	epf_virtio_wake(device);
}

static size_t smallest_size(const struct pci_epc_features *features,
			    const struct pci_epc_bar_desc *desc)
{
	switch (desc->type) {
	case BAR_PROGRAMMABLE:
		/* Of other registers, the host sees as few as can be. */
		return max(features->align, SZ_4K);
	case BAR_FIXED:
		return desc->fixed_size;
	default:
		/* What a resizable BAR has at least */
		return SZ_1M;
	}
}

/* A BAR behind that of the registers. */
static bool find_place(const struct epf_virtio_device *device,
		       struct pci_epf_bar *place)
{
	const struct pci_epc_features *features = device->epc_features;
	const struct pci_epc_bar_desc *desc;
	bool wide = device->epf->bar[device->barno].flags &
		    PCI_BASE_ADDRESS_MEM_TYPE_64;
	enum pci_barno barno;

	barno = pci_epc_get_next_free_bar(features,
					  device->barno + (wide ? 2 : 1));
	if (barno == NO_BAR)
		return false;

	desc = &features->bar[barno];
	*place = (struct pci_epf_bar) {
		.barno = barno,
		.size = smallest_size(features, desc),
		.flags = desc->only_64bit ? PCI_BASE_ADDRESS_MEM_TYPE_64 :
					    PCI_BASE_ADDRESS_MEM_TYPE_32,
	};
	return true;
}

/**
 * epf_virtio_get_doorbell() - have the host ring, if it can
 * @device: the device; the host does not see it yet
 *
 * Context: may sleep.
 */
void epf_virtio_get_doorbell(struct epf_virtio_device *device)
{
	struct epf_doorbell *doorbell = &device->doorbell;
	struct pci_epf *epf = device->epf;
	struct pci_epf_bar place;
	int ret;

	if (doorbell->irq || !device->settings.doorbell ||
	    !device->settings.transport->rings)
		return;

	ret = epf_doorbell_get(doorbell, epf,
			       find_place(device, &place) ? &place : NULL,
			       rung, device);
	if (!ret && doorbell->bar.size)
		ret = pci_epc_set_bar(epf->epc, epf->func_no, epf->vfunc_no,
				      &doorbell->bar);
	if (ret) {
		epf_doorbell_put(doorbell);
		dev_dbg(&epf->dev, "no doorbell: error %d\n", ret);
	}
}

/**
 * epf_virtio_put_doorbell() - undo epf_virtio_get_doorbell()
 * @device: the device, with or without a doorbell; it has no worker
 *
 * Context: may sleep.
 */
void epf_virtio_put_doorbell(struct epf_virtio_device *device)
{
	struct epf_doorbell *doorbell = &device->doorbell;
	struct pci_epf *epf = device->epf;

	if (doorbell->irq && doorbell->bar.size)
		pci_epc_clear_bar(epf->epc, epf->func_no, epf->vfunc_no,
				  &doorbell->bar);
	epf_doorbell_put(doorbell);
}
