// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * Interrupts to the host: MSI-X, or MSI where it has enabled that, or INTx.
 */

#include <linux/errno.h>
#include <linux/pci.h>

#include "../compat/pci-epc.h"
#include "virtio.h"

/**
 * epf_virtio_set_interrupts() - tell the controller of the interrupts
 * @device: the device
 *
 * Context: may sleep.
 * Return: 0, or an error of the controller.
 */
int epf_virtio_set_interrupts(struct epf_virtio_device *device)
{
	struct pci_epf *epf = device->epf;
	int ret = 0;

	if (device->epc_features->msi_capable)
		ret = pci_epc_set_msi(epf->epc, epf->func_no, epf->vfunc_no,
				      epf->msi_interrupts);
	if (!ret && device->epc_features->msix_capable)
		ret = pci_epc_set_msix(epf->epc, epf->func_no, epf->vfunc_no,
				       epf->msix_interrupts, device->barno,
				       device->layout.msix);
	return ret;
}

static bool has_intx(const struct epf_virtio_device *device)
{
	const struct pci_epf *epf = device->epf;

	return compat_has_intx(device->epc_features) && !epf->vfunc_no &&
	       epf->header->interrupt_pin;
}

/**
 * epf_virtio_find_vectors() - find out which interrupts the host has enabled
 * @device: the device
 *
 * There are none where the host has to do with INTx, which there is not.
 *
 * Context: may sleep.
 */
void epf_virtio_find_vectors(struct epf_virtio_device *device)
{
	struct pci_epf *epf = device->epf;
	int count = 0;

	device->irq_type = PCI_IRQ_MSIX;
	if (device->epc_features->msix_capable)
		count = pci_epc_get_msix(epf->epc, epf->func_no,
					 epf->vfunc_no);
	if (count <= 0 && device->epc_features->msi_capable) {
		device->irq_type = PCI_IRQ_MSI;
		count = pci_epc_get_msi(epf->epc, epf->func_no, epf->vfunc_no);
	}
	if (count <= 0) {
		device->irq_type = PCI_IRQ_INTX;
		count = has_intx(device);
	}
	device->num_vectors = count;
}

/**
 * epf_virtio_raise() - interrupt the host
 * @device: the device
 * @vector: which, from 0, or EPF_VIRTIO_NO_VECTOR; from the host
 *
 * Context: may sleep.
 * Return: 0, -ENXIO where the host has enabled no such, or an error of the
 *	controller.
 */
int epf_virtio_raise(struct epf_virtio_device *device, u16 vector)
{
	struct pci_epf *epf = device->epf;
	int ret = -ENXIO;

	if (vector == EPF_VIRTIO_NO_VECTOR)
		return -ENXIO;

	if (vector < device->num_vectors)
		ret = pci_epc_raise_irq(epf->epc, epf->func_no, epf->vfunc_no,
					device->irq_type, vector + 1);
	if (ret)
		dev_warn_ratelimited(&epf->dev, "interrupt %u: error %d\n",
				     vector, ret);
	return ret;
}
