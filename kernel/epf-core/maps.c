// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * A function's maps of host memory. Asked for any PCI address and length, they
 * make of it what the controller can map: aligned, no longer than a window, and
 * with no more maps live than there are. A map may so be shorter than asked
 * for; the caller loops.
 *
 * How many maps a controller has, the framework does not tell. It is found out
 * by making one more than needed each time that there are more than ever: so
 * one always stays free, which some controllers need to send an interrupt
 * (DesignWare).
 */

#include <linux/align.h>
#include <linux/cleanup.h>
#include <linux/err.h>
#include <linux/export.h>
#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/lockdep.h>
#include <linux/log2.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/pci-epc.h>
#include <linux/pci-epf.h>
#include <linux/slab.h>
#include <linux/wait.h>

#include "windows.h"

/* How long to wait for another user of the maps to put one. */
#define WAIT_JIFFIES	(5 * HZ)

/* Of the address space, a function's cached maps take up to this share. */
#define CACHE_SHARE	2

/**
 * struct epf_maps - the maps of one function
 * @windows: where they are, with those of other functions
 * @epf: the function
 * @policy: how long they live
 * @budget: the most that are live at once
 * @block: bytes of a cached map, a power of two
 * @up: the host's memory can be reached
 * @live: maps of this function
 * @hits: requests that a live map served
 * @made: maps made
 * @undone: maps undone
 *
 * All but @windows and @epf is protected by the lock of @windows.
 */
struct epf_maps {
	struct epf_windows *windows;
	struct pci_epf *epf;
	enum epf_map_policy policy;
	unsigned int budget;
	size_t block;
	bool up;
	unsigned int live;
	u64 hits;
	u64 made;
	u64 undone;
};

/* A live map, in the list of its controller. */
struct epf_mapping {
	struct list_head node;
	struct epf_maps *maps;
	struct epf_window window;
	u64 pci_addr;
	unsigned int users;
	unsigned int keepers;	/* want it to stay, see epf_map_keep() */
	bool shared;		/* others may use it, too */
	bool fixed;		/* the one of the static policy */
};

/* What is mapped: a window's worth of PCI addresses. */
struct extent {
	u64 pci_addr;
	size_t size;
};

/*
 * What the controller can map of @size bytes at @pci_addr: from a lower address
 * perhaps, and perhaps not up to the end.
 */
static struct extent maps_align(struct epf_maps *maps, u64 pci_addr, size_t size)
{
	struct epf_windows *windows = maps->windows;
	struct extent extent;

	size = min(size, windows->max_size);
#ifdef HAVE_EPC_ALIGN_ADDR
	if (windows->epc->ops->align_addr) {
		size_t offset;

		extent.size = size;
		extent.pci_addr = windows->epc->ops->align_addr(windows->epc,
							       pci_addr,
							       &extent.size,
							       &offset);
		return extent;
	}
#endif
	extent.size = roundup_pow_of_two(max(size, windows->granule));
	extent.pci_addr = ALIGN_DOWN(pci_addr, (u64)extent.size);
	/* Across a boundary, one map of twice the size is less than two. */
	if (extent.pci_addr + extent.size < pci_addr + size &&
	    extent.size < windows->max_size) {
		extent.size *= 2;
		extent.pci_addr = ALIGN_DOWN(pci_addr, (u64)extent.size);
	}
	return extent;
}

static int mapping_make(struct epf_maps *maps, const struct extent *extent,
			struct epf_window *window)
{
	struct epf_windows *windows = maps->windows;
	struct pci_epf *epf = maps->epf;
	int ret;

	ret = epf_windows_alloc_locked(windows, extent->size, window);
	if (ret)
		return ret;

	ret = pci_epc_map_addr(windows->epc, epf->func_no, epf->vfunc_no,
			       window->phys, extent->pci_addr, extent->size);
	if (ret) {
		epf_window_free(windows, window);
		return ret;
	}

	maps->made++;
	return 0;
}

static void mapping_undo(struct epf_maps *maps, const struct epf_window *window)
{
	struct pci_epf *epf = maps->epf;

	pci_epc_unmap_addr(maps->windows->epc, epf->func_no, epf->vfunc_no,
			   window->phys);
	epf_window_free(maps->windows, window);
	maps->undone++;
}

/* Whether there is room for one more map beside those that are live. */
static bool maps_have_spare(struct epf_maps *maps, const struct extent *extent)
{
	struct epf_windows *windows = maps->windows;
	struct extent spare = {
		.pci_addr = extent->pci_addr,
		.size = windows->granule,
	};
	struct epf_window window;

	if (windows->live < windows->shown_maps)
		return true;

	if (mapping_make(maps, &spare, &window))
		return false;

	mapping_undo(maps, &window);
	windows->shown_maps = windows->live + 1;
	return true;
}

static int mapping_try(struct epf_maps *maps, const struct extent *extent,
		       struct epf_window *window)
{
	struct epf_windows *windows = maps->windows;
	int ret;

	if (maps->live >= maps->budget ||
	    (windows->max_maps && windows->live >= windows->max_maps))
		return -ENOSPC;

	ret = mapping_make(maps, extent, window);
	if (ret)
		return ret;

	/* A controller with one map only has none to leave. */
	if (windows->live && !maps_have_spare(maps, extent)) {
		mapping_undo(maps, window);
		windows->max_maps = windows->live;
		return -ENOSPC;
	}

	return 0;
}

static void mapping_free(struct epf_mapping *mapping)
{
	struct epf_maps *maps = mapping->maps;

	mapping_undo(maps, &mapping->window);
	list_del(&mapping->node);
	maps->windows->live--;
	maps->live--;
	kfree(mapping);
}

static bool mapping_is_to_stay(const struct epf_mapping *mapping)
{
	return mapping->fixed || mapping->keepers;
}

/* The map that was not used for longest, of those that may go. */
static struct epf_mapping *maps_find_idle(struct epf_maps *maps, bool to_stay)
{
	bool own = maps->live >= maps->budget;
	struct epf_mapping *mapping;

	list_for_each_entry_reverse(mapping, &maps->windows->mappings, node)
		if (!mapping->users &&
		    mapping_is_to_stay(mapping) == to_stay &&
		    (mapping->maps == maps || !own))
			return mapping;

	return NULL;
}

/*
 * Undo a map: one of this function's where its budget is spent, one of any
 * function's otherwise. One that is to stay goes where there is no other.
 */
static bool maps_evict(struct epf_maps *maps)
{
	struct epf_mapping *mapping = maps_find_idle(maps, false) ?:
				      maps_find_idle(maps, true);

	if (!mapping)
		return false;

	mapping_free(mapping);
	return true;
}

/* The error where no map is to be had now, but will be when one is put. */
static int maps_wait_or(struct epf_maps *maps, int ret)
{
	struct epf_mapping *mapping;

	list_for_each_entry(mapping, &maps->windows->mappings, node)
		if (mapping->users)
			return -EBUSY;

	return ret;
}

static struct epf_mapping *mapping_create(struct epf_maps *maps,
					  const struct extent *extent)
{
	struct epf_windows *windows = maps->windows;
	struct epf_mapping *mapping;
	unsigned int evicted = 0;
	int ret;

	mapping = kzalloc(sizeof(*mapping), GFP_KERNEL);
	if (!mapping)
		return ERR_PTR(-ENOMEM);

	while ((ret = mapping_try(maps, extent, &mapping->window)) != 0) {
		/*
		 * Controllers say -EINVAL, too, when no map is left. It may be
		 * about the addresses: then the next attempt fails as well.
		 */
		if (ret != -ENOSPC && evicted)
			break;
		if (!maps_evict(maps)) {
			ret = maps_wait_or(maps, ret);
			break;
		}
		evicted++;
	}
	if (ret) {
		kfree(mapping);
		return ERR_PTR(ret);
	}

	mapping->maps = maps;
	mapping->pci_addr = extent->pci_addr;
	list_add(&mapping->node, &windows->mappings);
	windows->live++;
	maps->live++;
	return mapping;
}

static bool mapping_contains(const struct epf_mapping *mapping, u64 pci_addr)
{
	return pci_addr >= mapping->pci_addr &&
	       pci_addr - mapping->pci_addr < mapping->window.size;
}

static struct epf_mapping *maps_find(struct epf_maps *maps, u64 pci_addr)
{
	struct epf_mapping *mapping;

	list_for_each_entry(mapping, &maps->windows->mappings, node)
		if (mapping->maps == maps && mapping->shared &&
		    mapping_contains(mapping, pci_addr))
			return mapping;

	return NULL;
}

static struct epf_mapping *maps_create_cached(struct epf_maps *maps,
					      u64 pci_addr)
{
	struct extent extent = maps_align(maps,
					ALIGN_DOWN(pci_addr, (u64)maps->block),
					maps->block);
	struct epf_mapping *mapping = mapping_create(maps, &extent);

	if (!IS_ERR(mapping))
		mapping->shared = true;
	return mapping;
}

/* The one map of the static policy, as large as can be had. */
static struct epf_mapping *maps_create_static(struct epf_maps *maps,
					      u64 pci_addr)
{
	struct epf_mapping *mapping;
	size_t size = maps->windows->max_size;

	do {
		struct extent extent = maps_align(maps,
						ALIGN_DOWN(pci_addr, (u64)size),
						size);

		mapping = ERR_PTR(-ENOSPC);
		if (pci_addr - extent.pci_addr < extent.size)
			mapping = mapping_create(maps, &extent);
		size >>= 1;
	} while (IS_ERR(mapping) && size >= maps->windows->granule);

	if (!IS_ERR(mapping)) {
		mapping->shared = true;
		mapping->fixed = true;
	}
	return mapping;
}

static bool maps_have_fixed(struct epf_maps *maps)
{
	struct epf_mapping *mapping;

	list_for_each_entry(mapping, &maps->windows->mappings, node)
		if (mapping->maps == maps && mapping->fixed)
			return true;

	return false;
}

static struct epf_mapping *maps_create(struct epf_maps *maps, u64 pci_addr,
				       size_t size)
{
	struct extent extent;

	if (maps->policy == EPF_MAP_CACHED)
		return maps_create_cached(maps, pci_addr);
	if (maps->policy == EPF_MAP_STATIC && !maps_have_fixed(maps))
		return maps_create_static(maps, pci_addr);

	extent = maps_align(maps, pci_addr, size);
	return mapping_create(maps, &extent);
}

static int maps_get_locked(struct epf_maps *maps, u64 pci_addr, size_t size,
			   bool keep, struct epf_map *map)
{
	struct epf_mapping *mapping;
	size_t offset;

	lockdep_assert_held(&maps->windows->lock);
	if (!maps->up)
		return -ENOTCONN;

	mapping = maps_find(maps, pci_addr);
	if (mapping) {
		maps->hits++;
		list_move(&mapping->node, &maps->windows->mappings);
	} else {
		mapping = maps_create(maps, pci_addr, size);
		if (IS_ERR(mapping))
			return PTR_ERR(mapping);
	}

	offset = pci_addr - mapping->pci_addr;
	mapping->users++;
	if (keep) {
		mapping->keepers++;
		mapping->shared = true;
	}
	*map = (struct epf_map) {
		.pci_addr = pci_addr,
		.size = min(size, mapping->window.size - offset),
		.phys = mapping->window.phys + offset,
		.virt = mapping->window.virt + offset,
		.mapping = mapping,
	};
	return 0;
}

static int maps_get(struct epf_maps *maps, u64 pci_addr, size_t size, bool keep,
		    struct epf_map *map)
{
	struct epf_windows *windows = maps->windows;
	long left = WAIT_JIFFIES;

	if (!size || pci_addr + size - 1 < pci_addr)
		return -EINVAL;

	for (;;) {
		unsigned int puts = READ_ONCE(windows->puts);
		int ret;

		scoped_guard(mutex, &windows->lock)
			ret = maps_get_locked(maps, pci_addr, size, keep, map);
		if (ret != -EBUSY)
			return ret;

		left = wait_event_timeout(windows->freed,
					  READ_ONCE(windows->puts) != puts,
					  left);
		if (!left)
			return -ETIMEDOUT;
	}
}

/**
 * epf_map_get() - reach host memory
 * @maps: the function's maps
 * @pci_addr: PCI address, of any alignment
 * @size: bytes; not 0
 * @map: set to a map of up to @size bytes; ask again for what is missing
 *
 * Where all maps are in use, this waits for one; so a caller holds no other
 * meanwhile, unless somebody else puts that.
 *
 * Context: may sleep.
 * Return: 0, -EINVAL where @size is 0 or the addresses wrap, -ENOTCONN where
 *	the link is down, -ETIMEDOUT where no map was put in time, -ENOSPC where
 *	there is none, -ENOMEM, or what the controller says.
 */
int epf_map_get(struct epf_maps *maps, u64 pci_addr, size_t size,
		struct epf_map *map)
{
	return maps_get(maps, pci_addr, size, false, map);
}
EXPORT_SYMBOL_GPL(epf_map_get);

/**
 * epf_map_put() - let go of a map
 * @maps: the function's maps
 * @map: of epf_map_get(); no access by it is under way
 *
 * Context: may sleep.
 */
void epf_map_put(struct epf_maps *maps, struct epf_map *map)
{
	struct epf_windows *windows = maps->windows;
	struct epf_mapping *mapping = map->mapping;

	scoped_guard(mutex, &windows->lock) {
		mapping->users--;
		if (!mapping->users && !mapping->shared)
			mapping_free(mapping);
		WRITE_ONCE(windows->puts, windows->puts + 1);
	}
	wake_up_all(&windows->freed);
}
EXPORT_SYMBOL_GPL(epf_map_put);

/**
 * epf_map_keep() - have host memory stay mapped
 * @maps: the function's maps
 * @pci_addr: PCI address, of any alignment
 * @size: bytes; not 0
 *
 * For what is accessed again and again. Its maps stay behind epf_map_put(),
 * whatever the policy is; they go last where there are too few for all.
 *
 * Context: may sleep; as epf_map_get().
 * Return: 0, or an error of epf_map_get().
 */
int epf_map_keep(struct epf_maps *maps, u64 pci_addr, size_t size)
{
	size_t done = 0;

	do {
		struct epf_map map;
		int ret;

		ret = maps_get(maps, pci_addr + done, size - done, true, &map);
		if (ret) {
			epf_map_unkeep(maps, pci_addr, done);
			return ret;
		}
		done += map.size;
		epf_map_put(maps, &map);
	} while (done < size);

	return 0;
}
EXPORT_SYMBOL_GPL(epf_map_keep);

/**
 * epf_map_unkeep() - undo epf_map_keep()
 * @maps: the function's maps
 * @pci_addr: as there
 * @size: as there
 *
 * Context: may sleep.
 */
void epf_map_unkeep(struct epf_maps *maps, u64 pci_addr, size_t size)
{
	struct epf_mapping *mapping, *next;

	guard(mutex)(&maps->windows->lock);
	list_for_each_entry_safe(mapping, next, &maps->windows->mappings,
				 node) {
		if (mapping->maps != maps || !mapping->keepers ||
		    mapping->pci_addr >= pci_addr + size ||
		    pci_addr >= mapping->pci_addr + mapping->window.size)
			continue;

		mapping->keepers--;
		if (mapping_is_to_stay(mapping) ||
		    maps->policy == EPF_MAP_CACHED)
			continue;
		mapping->shared = false;
		if (!mapping->users)
			mapping_free(mapping);
	}
}
EXPORT_SYMBOL_GPL(epf_map_unkeep);

/* Forget all maps; those in use go with their last user. */
static void maps_forget(struct epf_maps *maps)
{
	struct epf_mapping *mapping, *next;

	lockdep_assert_held(&maps->windows->lock);
	list_for_each_entry_safe(mapping, next, &maps->windows->mappings,
				 node) {
		if (mapping->maps != maps)
			continue;
		mapping->shared = false;
		mapping->fixed = false;
		mapping->keepers = 0;
		if (!mapping->users)
			mapping_free(mapping);
	}
}

/**
 * epf_maps_link_up() - host memory can be reached from now on
 * @maps: the function's maps
 *
 * Context: may sleep.
 */
void epf_maps_link_up(struct epf_maps *maps)
{
	guard(mutex)(&maps->windows->lock);
	maps->up = true;
}
EXPORT_SYMBOL_GPL(epf_maps_link_up);

/**
 * epf_maps_link_down() - host memory can be reached no longer
 * @maps: the function's maps
 *
 * Where the host comes back, its memory is elsewhere: no map outlives the link.
 *
 * Context: may sleep.
 */
void epf_maps_link_down(struct epf_maps *maps)
{
	guard(mutex)(&maps->windows->lock);
	maps->up = false;
	maps_forget(maps);
}
EXPORT_SYMBOL_GPL(epf_maps_link_down);

/**
 * epf_maps_set_policy() - say how long maps live
 * @maps: the function's maps
 * @policy: how long
 * @budget: the most that are live at once; not 0
 *
 * Maps that are live and not in use go.
 *
 * Context: may sleep.
 * Return: 0, or -EINVAL.
 */
int epf_maps_set_policy(struct epf_maps *maps, enum epf_map_policy policy,
			unsigned int budget)
{
	struct epf_windows *windows = maps->windows;
	struct extent extent;
	u64 share;

	if (policy > EPF_MAP_STATIC || !budget)
		return -EINVAL;

	guard(mutex)(&windows->lock);
	maps_forget(maps);
	maps->policy = policy;
	maps->budget = budget;

	share = div_u64(windows->total / CACHE_SHARE, budget);
	share = clamp_t(u64, share, windows->granule, windows->max_size);
	extent = maps_align(maps, 0, rounddown_pow_of_two((size_t)share));
	maps->block = rounddown_pow_of_two(extent.size);
	return 0;
}
EXPORT_SYMBOL_GPL(epf_maps_set_policy);

/**
 * epf_maps_create() - let a function map host memory
 * @epf: the function, bound to its controller
 * @policy: how long maps live
 * @budget: the most that are live at once; not 0
 *
 * Nothing can be mapped before epf_maps_link_up().
 *
 * Context: may sleep.
 * Return: the maps, or an error: -EINVAL for @policy and @budget, -ENODEV where
 *	the controller has no outbound address space, -ENOMEM.
 */
struct epf_maps *epf_maps_create(struct pci_epf *epf,
				 enum epf_map_policy policy,
				 unsigned int budget)
{
	struct epf_maps *maps;
	int ret;

	if (!epf->epc->num_windows)
		return ERR_PTR(-ENODEV);

	maps = kzalloc(sizeof(*maps), GFP_KERNEL);
	if (!maps)
		return ERR_PTR(-ENOMEM);

	maps->epf = epf;
	maps->windows = epf_windows_get(epf->epc);
	if (IS_ERR(maps->windows)) {
		ret = PTR_ERR(maps->windows);
		goto free;
	}

	ret = epf_maps_set_policy(maps, policy, budget);
	if (ret)
		goto put_windows;

	return maps;

put_windows:
	epf_windows_put(maps->windows);
free:
	kfree(maps);
	return ERR_PTR(ret);
}
EXPORT_SYMBOL_GPL(epf_maps_create);

/**
 * epf_maps_destroy() - undo all maps
 * @maps: the function's maps; none of them is in use
 *
 * Context: may sleep.
 */
void epf_maps_destroy(struct epf_maps *maps)
{
	epf_maps_link_down(maps);
	WARN_ON(maps->live);
	epf_windows_put(maps->windows);
	kfree(maps);
}
EXPORT_SYMBOL_GPL(epf_maps_destroy);

/**
 * epf_maps_windows() - the address space that a function's maps are in
 * @maps: the function's maps
 *
 * Return: the address space; it stays as long as @maps.
 */
struct epf_windows *epf_maps_windows(struct epf_maps *maps)
{
	return maps->windows;
}
EXPORT_SYMBOL_GPL(epf_maps_windows);

/**
 * epf_maps_get_stats() - find out what a function's maps cost so far
 * @maps: the function's maps
 * @stats: filled
 *
 * Context: may sleep.
 */
void epf_maps_get_stats(struct epf_maps *maps, struct epf_maps_stats *stats)
{
	guard(mutex)(&maps->windows->lock);
	*stats = (struct epf_maps_stats) {
		.hits = maps->hits,
		.maps = maps->made,
		.unmaps = maps->undone,
		.live = maps->live,
	};
}
EXPORT_SYMBOL_GPL(epf_maps_get_stats);
