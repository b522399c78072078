// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * The outbound address space of a controller, shared by all its functions. It
 * is taken from the EPC core in chunks, as it is needed, so that functions
 * which know nothing of this find theirs; a chunk goes back with the last user.
 * The EPC core ioremap()s what it gives, so that a 32-bit machine spends kernel
 * addresses on the chunks taken and on nothing else. A window is a place in a
 * chunk: it needs no ioremap() of its own (docs/epf-core.md).
 */

#include <linux/align.h>
#include <linux/cleanup.h>
#include <linux/err.h>
#include <linux/export.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/pci-epc.h>
#include <linux/sizes.h>
#include <linux/slab.h>

#include "pool.h"
#include "windows.h"

/* Taken at once, so that small windows share a chunk. */
#define CHUNK_SIZE	SZ_1M

/* The controllers in use; a function finds that of its own. */
static LIST_HEAD(controllers);
static DEFINE_MUTEX(controllers_lock); /* protects controllers */

struct chunk {
	struct list_head node;
	phys_addr_t phys;
	void __iomem *virt;
	size_t size;
};

/*
 * A controller that says how to align a map needs no more than that. Others
 * translate by replacing the high bits of an address (Cadence, R-Car).
 */
static bool needs_natural_alignment(const struct pci_epc *epc)
{
#ifdef HAVE_EPC_ALIGN_ADDR
	return !epc->ops->align_addr;
#else
	return true;
#endif
}

static struct epf_windows *windows_create(struct pci_epc *epc)
{
	struct epf_windows *windows;
	unsigned int i;

	windows = kzalloc(sizeof(*windows), GFP_KERNEL);
	if (!windows)
		return NULL;

	windows->granule = PAGE_SIZE;
	for (i = 0; i < epc->num_windows; i++) {
		const struct pci_epc_mem_window *window =
			&epc->windows[i]->window;

		windows->total += window->size;
		windows->granule = max(windows->granule, window->page_size);
		windows->max_size = max(windows->max_size, window->size);
	}
	if (windows->max_size)
		windows->max_size = rounddown_pow_of_two(windows->max_size);
	windows->chunk_size = max_t(size_t, windows->granule, CHUNK_SIZE);
	windows->natural = needs_natural_alignment(epc);

	windows->pool = epf_pool_create(windows->granule, windows->natural);
	if (!windows->pool) {
		kfree(windows);
		return NULL;
	}

	kref_init(&windows->ref);
	mutex_init(&windows->lock);
	INIT_LIST_HEAD(&windows->chunks);
	INIT_LIST_HEAD(&windows->mappings);
	init_waitqueue_head(&windows->freed);
	windows->epc = epc;
	get_device(&epc->dev);
	list_add(&windows->node, &controllers);
	return windows;
}

/* The last user is gone; controllers_lock is held. */
static void windows_free(struct kref *ref)
{
	struct epf_windows *windows =
		container_of(ref, struct epf_windows, ref);
	struct chunk *chunk, *next;

	list_del(&windows->node);
	epf_pool_destroy(windows->pool);
	list_for_each_entry_safe(chunk, next, &windows->chunks, node) {
		pci_epc_mem_free_addr(windows->epc, chunk->phys, chunk->virt,
				      chunk->size);
		kfree(chunk);
	}
	put_device(&windows->epc->dev);
	mutex_destroy(&windows->lock);
	kfree(windows);
}

/**
 * epf_windows_get() - use the outbound address space of a controller
 * @epc: the controller; it stays until epf_windows_put()
 *
 * Context: may sleep.
 * Return: the address space, or ERR_PTR(-ENOMEM).
 */
struct epf_windows *epf_windows_get(struct pci_epc *epc)
{
	struct epf_windows *windows;

	guard(mutex)(&controllers_lock);
	list_for_each_entry(windows, &controllers, node) {
		if (windows->epc == epc) {
			kref_get(&windows->ref);
			return windows;
		}
	}

	return windows_create(epc) ?: ERR_PTR(-ENOMEM);
}
EXPORT_SYMBOL_GPL(epf_windows_get);

/**
 * epf_windows_put() - use the address space no longer
 * @windows: the address space; the caller has no window in it
 *
 * Context: may sleep.
 */
void epf_windows_put(struct epf_windows *windows)
{
	guard(mutex)(&controllers_lock);
	kref_put(&windows->ref, windows_free);
}
EXPORT_SYMBOL_GPL(epf_windows_put);

/*
 * Take a chunk that holds @size bytes from the EPC core. It would round any
 * size up to a power of two and waste the rest, so that is what is asked for.
 */
static int take_chunk(struct epf_windows *windows, size_t size)
{
	struct chunk *chunk;
	int ret;

	chunk = kzalloc(sizeof(*chunk), GFP_KERNEL);
	if (!chunk)
		return -ENOMEM;

	size = roundup_pow_of_two(ALIGN(size, windows->granule));
	chunk->size = max(size, windows->chunk_size);
	do {
		chunk->virt = pci_epc_mem_alloc_addr(windows->epc,
						     &chunk->phys,
						     chunk->size);
		if (chunk->virt)
			break;
		chunk->size >>= 1;
	} while (chunk->size >= size);
	if (!chunk->virt) {
		kfree(chunk);
		return -ENOSPC;
	}

	ret = epf_pool_add(windows->pool, chunk->phys, chunk->size, chunk);
	if (ret) {
		pci_epc_mem_free_addr(windows->epc, chunk->phys, chunk->virt,
				      chunk->size);
		kfree(chunk);
		return ret;
	}

	list_add(&chunk->node, &windows->chunks);
	return 0;
}

/**
 * epf_windows_alloc_locked() - epf_window_alloc() with the lock held
 * @windows: the address space
 * @size: bytes
 * @window: set to the window
 *
 * Return: as epf_window_alloc().
 */
int epf_windows_alloc_locked(struct epf_windows *windows, size_t size,
			     struct epf_window *window)
{
	struct chunk *chunk;
	phys_addr_t phys;
	void *owner;
	int ret;

	lockdep_assert_held(&windows->lock);
	if (!size || size > windows->max_size)
		return -EINVAL;

	ret = epf_pool_alloc(windows->pool, size, &phys, &owner);
	if (ret) {
		ret = take_chunk(windows, size);
		if (!ret)
			ret = epf_pool_alloc(windows->pool, size, &phys,
					     &owner);
	}
	if (ret) {
		windows->failures++;
		return ret;
	}

	chunk = owner;
	*window = (struct epf_window) {
		.phys = phys,
		.virt = chunk->virt + (phys - chunk->phys),
		.size = size,
	};
	return 0;
}

/**
 * epf_window_alloc() - allocate a piece of outbound address space
 * @windows: the address space
 * @size: bytes; rounded up as the controller needs it to tell maps apart
 * @window: set to the window
 *
 * Context: may sleep.
 * Return: 0, -EINVAL where the controller never has so much in one piece,
 *	-ENOSPC where it has not now, -ENOMEM, or -ERANGE where the controller's
 *	addresses do not fit an unsigned long.
 */
int epf_window_alloc(struct epf_windows *windows, size_t size,
		     struct epf_window *window)
{
	guard(mutex)(&windows->lock);
	return epf_windows_alloc_locked(windows, size, window);
}
EXPORT_SYMBOL_GPL(epf_window_alloc);

/**
 * epf_window_free() - free a window
 * @windows: the address space
 * @window: the window; nothing is mapped there
 *
 * Context: any.
 */
void epf_window_free(struct epf_windows *windows,
		     const struct epf_window *window)
{
	epf_pool_free(windows->pool, window->phys, window->size);
}
EXPORT_SYMBOL_GPL(epf_window_free);

/**
 * epf_windows_get_stats() - find out how an address space is used
 * @windows: the address space
 * @stats: filled
 *
 * Context: may sleep.
 */
void epf_windows_get_stats(struct epf_windows *windows,
			   struct epf_windows_stats *stats)
{
	struct epf_pool_stats pool;

	guard(mutex)(&windows->lock);
	epf_pool_get_stats(windows->pool, &pool);
	*stats = (struct epf_windows_stats) {
		.total = windows->total,
		.taken = pool.size,
		.used = pool.used,
		.granule = windows->granule,
		.largest_free = pool.largest_free,
		.fragmentation = pool.fragmentation,
		.failures = windows->failures,
		.maps = windows->live,
		.max_maps = windows->max_maps,
	};
}
EXPORT_SYMBOL_GPL(epf_windows_get_stats);
