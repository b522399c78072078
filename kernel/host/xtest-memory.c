// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * Memory of programs for the endpoint to use: pinned while commands are under
 * way, and mapped for DMA in as few pieces as there may be.
 */

#include <linux/align.h>
#include <linux/dma-mapping.h>
#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/slab.h>

#include "xtest-host.h"

static int map_pages(struct device *dev, struct xtest_memory *memory,
		     unsigned int offset, u64 len)
{
	size_t max = min_t(size_t, dma_max_mapping_size(dev),
			   ALIGN_DOWN(UINT_MAX, PAGE_SIZE));
	int ret;

	ret = sg_alloc_table_from_pages_segment(&memory->sgt, memory->pages,
						memory->num_pages, offset, len,
						max, GFP_KERNEL);
	if (ret)
		return ret;

	ret = dma_map_sgtable(dev, &memory->sgt, memory->direction, 0);
	if (ret)
		sg_free_table(&memory->sgt);
	return ret;
}

/**
 * xtest_memory_pin() - let the endpoint access memory of the calling program
 * @dev: the function's device
 * @memory: filled; xtest_memory_unpin() ends it
 * @addr: address in the program, of any alignment
 * @len: bytes, up to PCI_ENDPOINT_XTEST_MAX_BYTES
 * @direction: DMA_TO_DEVICE or DMA_FROM_DEVICE
 *
 * Context: may sleep.
 * Return: 0, -EINVAL, -EFAULT, -ENOMEM, or an error of the DMA API.
 */
int xtest_memory_pin(struct device *dev, struct xtest_memory *memory, u64 addr,
		     u64 len, enum dma_data_direction direction)
{
	unsigned int gup_flags = direction == DMA_TO_DEVICE ? 0 : FOLL_WRITE;
	unsigned int num_pages;
	u64 end;
	int ret;

	if (!len || len > PCI_ENDPOINT_XTEST_MAX_BYTES ||
	    check_add_overflow(addr, len, &end) || end > ULONG_MAX - PAGE_SIZE)
		return -EINVAL;

	num_pages = DIV_ROUND_UP(offset_in_page(addr) + len, PAGE_SIZE);
	memory->direction = direction;
	memory->pages = kvmalloc_array(num_pages, sizeof(*memory->pages),
				       GFP_KERNEL);
	if (!memory->pages)
		return -ENOMEM;

	ret = pin_user_pages_fast(addr & PAGE_MASK, num_pages, gup_flags,
				  memory->pages);
	memory->num_pages = max(ret, 0);
	if (ret >= 0 && ret < num_pages)
		ret = -EFAULT;
	if (ret >= 0)
		ret = map_pages(dev, memory, offset_in_page(addr), len);
	if (!ret)
		return 0;

	unpin_user_pages(memory->pages, memory->num_pages);
	kvfree(memory->pages);
	memory->pages = NULL;
	return ret;
}

/**
 * xtest_memory_unpin() - undo xtest_memory_pin()
 * @dev: the function's device
 * @memory: the memory, which the endpoint accesses no more; may never have been
 *	pinned
 *
 * Context: may sleep.
 */
void xtest_memory_unpin(struct device *dev, struct xtest_memory *memory)
{
	if (!memory->pages)
		return;

	dma_unmap_sgtable(dev, &memory->sgt, memory->direction, 0);
	sg_free_table(&memory->sgt);
	unpin_user_pages_dirty_lock(memory->pages, memory->num_pages,
				    memory->direction == DMA_FROM_DEVICE);
	kvfree(memory->pages);
	memory->pages = NULL;
}

/**
 * xtest_memory_mmap() - make memory that is in one piece
 * @vma: where the program wants it
 *
 * These are ordinary pages: they can be pinned as any others, and are free when
 * nobody maps or pins them any more, be the device there or not.
 *
 * Context: may sleep.
 * Return: 0, -EINVAL, -ENOMEM, or an error of vm_insert_page().
 */
int xtest_memory_mmap(struct vm_area_struct *vma)
{
	size_t size = vma->vm_end - vma->vm_start;
	unsigned int order = get_order(size);
	unsigned int num = size >> PAGE_SHIFT;
	struct page *pages;
	unsigned int i;
	int ret = 0;

	if (vma->vm_pgoff || !(vma->vm_flags & VM_SHARED) ||
	    size > PCI_ENDPOINT_XTEST_MAX_MMAP)
		return -EINVAL;
	if (order > MAX_PAGE_ORDER)
		return -ENOMEM;

	pages = alloc_pages(GFP_USER | __GFP_ZERO | __GFP_NOWARN, order);
	if (!pages)
		return -ENOMEM;

	/* It is what it is; a larger one would not be in one piece. */
	vm_flags_set(vma, VM_DONTEXPAND);
	split_page(pages, order);
	for (i = 0; i < num && !ret; i++)
		ret = vm_insert_page(vma, vma->vm_start + i * PAGE_SIZE,
				     pages + i);
	/* The mapping holds those that it has. */
	for (i = 0; i < 1U << order; i++)
		__free_page(pages + i);
	return ret;
}
