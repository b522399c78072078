// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * What a descriptor names, as the device would access it: by PCI address, so that
 * only memory is accessed that the device could have.
 */

#include <linux/dma-direct.h>
#include <linux/highmem.h>
#include <linux/iommu.h>

#include "virtio-epf.h"

static struct page *page_of(struct device *dev, dma_addr_t address,
			    unsigned int *offset)
{
	struct iommu_domain *domain = iommu_get_domain_for_dev(dev);
	phys_addr_t memory = domain ? iommu_iova_to_phys(domain, address) :
				      dma_to_phys(dev, address);

	*offset = offset_in_page(memory);
	return memory && pfn_valid(PHYS_PFN(memory)) ?
	       pfn_to_page(PHYS_PFN(memory)) : NULL;
}

/**
 * virtio_epf_read_memory() - read in place of the device
 * @dev: the PCI device
 * @address: PCI address; what the device only reads
 * @data: set to what is there
 * @size: bytes
 *
 * Context: any.
 * Return: false where there is no memory.
 */
bool virtio_epf_read_memory(struct device *dev, dma_addr_t address, void *data,
			    unsigned int size)
{
	while (size) {
		unsigned int offset, part;
		struct page *page = page_of(dev, address, &offset);

		if (!page)
			return false;

		part = min(size, PAGE_SIZE - offset);
		memcpy_from_page(data, page, offset, part);
		address += part;
		data += part;
		size -= part;
	}
	return true;
}

/**
 * virtio_epf_write_memory() - write in place of the device
 * @dev: the PCI device
 * @address: PCI address; the device's until its buffer is used
 * @data: what to write
 * @size: bytes
 *
 * Context: any.
 * Return: false where there is no memory.
 */
bool virtio_epf_write_memory(struct device *dev, dma_addr_t address,
			     const void *data, unsigned int size)
{
	while (size) {
		unsigned int offset, part;
		struct page *page = page_of(dev, address, &offset);

		if (!page)
			return false;

		part = min(size, PAGE_SIZE - offset);
		memcpy_to_page(page, offset, data, part);
		dma_sync_single_for_device(dev, address, part, DMA_FROM_DEVICE);
		address += part;
		data += part;
		size -= part;
	}
	return true;
}
