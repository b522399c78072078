// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * How one function reaches the host, and what the user says of it and can see:
 *
 *	.../FUNCTION/outbound/
 *		policy		transfer, cached or static; while not bound
 *		budget		maps live at once; while not bound
 *		dma		none, memcpy or private
 *		stats		figures, one a line
 *		windows/NAME/	address space put aside
 *			size	bytes; set once
 *			address	on the endpoint; 0 while not bound
 */

#include <linux/cleanup.h>
#include <linux/configfs.h>
#include <linux/err.h>
#include <linux/export.h>
#include <linux/kstrtox.h>
#include <linux/module.h>
#include <linux/pci-epc.h>
#include <linux/pci-epf.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "epf-core.h"

/* More maps than any controller has. */
#define MAX_BUDGET	1024

static const char *const policies[] = {
	[EPF_MAP_TRANSFER] = "transfer",
	[EPF_MAP_CACHED] = "cached",
	[EPF_MAP_STATIC] = "static",
};

static const char *const dma_kinds[] = {
	[EPF_DMA_NONE] = "none",
	[EPF_DMA_MEMCPY] = "memcpy",
	[EPF_DMA_PRIVATE] = "private",
};

/* Address space that is put aside under a name. */
struct reservation {
	struct config_item item;
	struct list_head node;
	struct epf_outbound *outbound;
	size_t size;			/* bytes; 0: not said yet */
	struct epf_window window;	/* size 0: none yet */
};

static struct epf_outbound *to_outbound(struct config_item *item)
{
	return container_of(to_config_group(item), struct epf_outbound, group);
}

static ssize_t epf_outbound_policy_show(struct config_item *item, char *page)
{
	struct epf_outbound *outbound = to_outbound(item);

	guard(mutex)(&outbound->lock);
	return sysfs_emit(page, "%s\n", policies[outbound->policy]);
}

static ssize_t epf_outbound_policy_store(struct config_item *item,
					 const char *page, size_t count)
{
	struct epf_outbound *outbound = to_outbound(item);
	int policy = sysfs_match_string(policies, page);

	if (policy < 0)
		return policy;

	guard(mutex)(&outbound->lock);
	if (outbound->maps)
		return -EBUSY;

	outbound->policy = policy;
	return count;
}

CONFIGFS_ATTR(epf_outbound_, policy);

static ssize_t epf_outbound_budget_show(struct config_item *item, char *page)
{
	struct epf_outbound *outbound = to_outbound(item);

	guard(mutex)(&outbound->lock);
	return sysfs_emit(page, "%u\n", outbound->budget);
}

static ssize_t epf_outbound_budget_store(struct config_item *item,
					 const char *page, size_t count)
{
	struct epf_outbound *outbound = to_outbound(item);
	unsigned int budget;
	int ret;

	ret = kstrtouint(page, 0, &budget);
	if (ret)
		return ret;
	if (!budget || budget > MAX_BUDGET)
		return -ERANGE;

	guard(mutex)(&outbound->lock);
	if (outbound->maps)
		return -EBUSY;

	outbound->budget = budget;
	return count;
}

CONFIGFS_ATTR(epf_outbound_, budget);

static ssize_t epf_outbound_dma_show(struct config_item *item, char *page)
{
	struct epf_outbound *outbound = to_outbound(item);
	enum epf_dma_kind kind = EPF_DMA_NONE;

	guard(mutex)(&outbound->lock);
	if (outbound->transfers)
		kind = epf_transfers_dma_kind(outbound->transfers);
	return sysfs_emit(page, "%s\n", dma_kinds[kind]);
}

CONFIGFS_ATTR_RO(epf_outbound_, dma);

static ssize_t epf_outbound_stats_show(struct config_item *item, char *page)
{
	struct epf_outbound *outbound = to_outbound(item);
	struct epf_transfers_stats transfers = {};
	struct epf_windows_stats windows = {};
	struct epf_maps_stats maps = {};
	unsigned int i;
	int len = 0;

	guard(mutex)(&outbound->lock);
	if (outbound->maps) {
		epf_windows_get_stats(epf_maps_windows(outbound->maps),
				      &windows);
		epf_maps_get_stats(outbound->maps, &maps);
		epf_transfers_get_stats(outbound->transfers, &transfers);
	}

	const struct {
		const char *name;
		u64 value;
	} figures[] = {
		{ "windows_total", windows.total },
		{ "windows_taken", windows.taken },
		{ "windows_used", windows.used },
		{ "windows_granule", windows.granule },
		{ "windows_largest_free", windows.largest_free },
		{ "windows_fragmentation", windows.fragmentation },
		{ "windows_failures", windows.failures },
		{ "windows_maps", windows.maps },
		{ "windows_max_maps", windows.max_maps },
		{ "maps_live", maps.live },
		{ "maps_made", maps.maps },
		{ "maps_undone", maps.unmaps },
		{ "maps_hits", maps.hits },
		{ "cpu_transfers", transfers.transfers[EPF_ENGINE_CPU] },
		{ "cpu_bytes", transfers.bytes[EPF_ENGINE_CPU] },
		{ "dma_transfers", transfers.transfers[EPF_ENGINE_DMA] },
		{ "dma_bytes", transfers.bytes[EPF_ENGINE_DMA] },
		{ "transfer_errors", transfers.errors },
		{ "dma_read_crossover", transfers.crossover[EPF_FROM_HOST] },
		{ "dma_write_crossover", transfers.crossover[EPF_TO_HOST] },
	};

	for (i = 0; i < ARRAY_SIZE(figures); i++)
		len += sysfs_emit_at(page, len, "%s %llu\n", figures[i].name,
				     figures[i].value);
	return len;
}

CONFIGFS_ATTR_RO(epf_outbound_, stats);

static struct configfs_attribute *outbound_attrs[] = {
	&epf_outbound_attr_policy,
	&epf_outbound_attr_budget,
	&epf_outbound_attr_dma,
	&epf_outbound_attr_stats,
	NULL,
};

static const struct config_item_type outbound_type = {
	.ct_attrs = outbound_attrs,
	.ct_owner = THIS_MODULE,
};

static struct reservation *to_reservation(struct config_item *item)
{
	return container_of(item, struct reservation, item);
}

/* With the lock held, and the function bound. */
static int reservation_take(struct reservation *reservation)
{
	struct epf_outbound *outbound = reservation->outbound;

	return epf_window_alloc(epf_maps_windows(outbound->maps),
				reservation->size, &reservation->window);
}

/* The same. */
static void reservation_give(struct reservation *reservation)
{
	struct epf_outbound *outbound = reservation->outbound;

	if (!reservation->window.size)
		return;

	epf_window_free(epf_maps_windows(outbound->maps),
			&reservation->window);
	reservation->window = (struct epf_window) {};
}

static ssize_t reservation_size_show(struct config_item *item, char *page)
{
	struct reservation *reservation = to_reservation(item);

	guard(mutex)(&reservation->outbound->lock);
	return sysfs_emit(page, "%zu\n", reservation->size);
}

static ssize_t reservation_size_store(struct config_item *item,
				      const char *page, size_t count)
{
	struct reservation *reservation = to_reservation(item);
	struct epf_outbound *outbound = reservation->outbound;
	unsigned long size;
	int ret;

	ret = kstrtoul(page, 0, &size);
	if (ret)
		return ret;
	if (!size)
		return -ERANGE;

	guard(mutex)(&outbound->lock);
	if (reservation->window.size)
		return -EBUSY;

	swap(reservation->size, size);
	ret = outbound->maps ? reservation_take(reservation) : 0;
	if (ret) {
		reservation->size = size;
		return ret;
	}

	return count;
}

CONFIGFS_ATTR(reservation_, size);

static ssize_t reservation_address_show(struct config_item *item, char *page)
{
	struct reservation *reservation = to_reservation(item);

	guard(mutex)(&reservation->outbound->lock);
	return sysfs_emit(page, "%pap\n", &reservation->window.phys);
}

CONFIGFS_ATTR_RO(reservation_, address);

static struct configfs_attribute *reservation_attrs[] = {
	&reservation_attr_size,
	&reservation_attr_address,
	NULL,
};

static void reservation_release(struct config_item *item)
{
	kfree(to_reservation(item));
}

static struct configfs_item_operations reservation_ops = {
	.release = reservation_release,
};

static const struct config_item_type reservation_type = {
	.ct_item_ops = &reservation_ops,
	.ct_attrs = reservation_attrs,
	.ct_owner = THIS_MODULE,
};

static struct epf_outbound *windows_to_outbound(struct config_group *group)
{
	return container_of(group, struct epf_outbound, windows_group);
}

static struct config_item *windows_make_item(struct config_group *group,
					     const char *name)
{
	struct epf_outbound *outbound = windows_to_outbound(group);
	struct reservation *reservation;

	reservation = kzalloc(sizeof(*reservation), GFP_KERNEL);
	if (!reservation)
		return ERR_PTR(-ENOMEM);

	reservation->outbound = outbound;
	config_item_init_type_name(&reservation->item, name, &reservation_type);
	guard(mutex)(&outbound->lock);
	list_add_tail(&reservation->node, &outbound->reservations);
	return &reservation->item;
}

static void windows_drop_item(struct config_group *group,
			      struct config_item *item)
{
	struct reservation *reservation = to_reservation(item);

	scoped_guard(mutex, &reservation->outbound->lock) {
		list_del(&reservation->node);
		if (reservation->outbound->maps)
			reservation_give(reservation);
	}
	config_item_put(item);
}

static struct configfs_group_operations windows_ops = {
	.make_item = windows_make_item,
	.drop_item = windows_drop_item,
};

static const struct config_item_type windows_type = {
	.ct_group_ops = &windows_ops,
	.ct_owner = THIS_MODULE,
};

/**
 * epf_outbound_init() - get ready for a function
 * @outbound: in the function's own structure
 *
 * Context: any.
 */
void epf_outbound_init(struct epf_outbound *outbound)
{
	mutex_init(&outbound->lock);
	INIT_LIST_HEAD(&outbound->reservations);
	outbound->policy = EPF_MAP_CACHED;
	outbound->budget = 8;
}
EXPORT_SYMBOL_GPL(epf_outbound_init);

/**
 * epf_outbound_add_cfs() - have the user choose and see
 * @outbound: of the function, by epf_outbound_init()
 * @group: the function's directory; gets one more
 *
 * A function that was not made by way of configfs has no directory, and does
 * without.
 *
 * Context: may sleep.
 */
void epf_outbound_add_cfs(struct epf_outbound *outbound,
			  struct config_group *group)
{
	config_group_init_type_name(&outbound->group, "outbound",
				    &outbound_type);
	config_group_init_type_name(&outbound->windows_group, "windows",
				    &windows_type);
	configfs_add_default_group(&outbound->windows_group, &outbound->group);
	configfs_add_default_group(&outbound->group, group);
}
EXPORT_SYMBOL_GPL(epf_outbound_add_cfs);

static int outbound_reserve(struct epf_outbound *outbound,
			    struct pci_epf *epf)
{
	struct reservation *reservation;
	int ret;

	list_for_each_entry(reservation, &outbound->reservations, node) {
		if (!reservation->size)
			continue;

		ret = reservation_take(reservation);
		if (!ret)
			continue;
		dev_err(&epf->dev, "window %s: no %zu bytes to put aside: %d\n",
			config_item_name(&reservation->item),
			reservation->size, ret);
		list_for_each_entry_continue_reverse(reservation,
						     &outbound->reservations,
						     node)
			reservation_give(reservation);
		return ret;
	}

	return 0;
}

/**
 * epf_outbound_bind() - begin to reach the host
 * @outbound: of the function
 * @epf: the function, bound to its controller
 *
 * Host memory can be mapped from epf_maps_link_up() on.
 *
 * Context: may sleep.
 * Return: 0, or an error of epf_maps_create(), epf_transfers_create() or, for a
 *	window that the user has put aside, epf_window_alloc().
 */
int epf_outbound_bind(struct epf_outbound *outbound, struct pci_epf *epf)
{
	int ret;

	guard(mutex)(&outbound->lock);
	outbound->maps = epf_maps_create(epf, outbound->policy,
					 outbound->budget);
	if (IS_ERR(outbound->maps)) {
		ret = PTR_ERR(outbound->maps);
		goto no_maps;
	}

	outbound->transfers = epf_transfers_create(epf, outbound->maps);
	if (IS_ERR(outbound->transfers)) {
		ret = PTR_ERR(outbound->transfers);
		goto no_transfers;
	}

	ret = outbound_reserve(outbound, epf);
	if (ret)
		goto destroy_transfers;

	return 0;

destroy_transfers:
	epf_transfers_destroy(outbound->transfers);
no_transfers:
	outbound->transfers = NULL;
	epf_maps_destroy(outbound->maps);
no_maps:
	outbound->maps = NULL;
	return ret;
}
EXPORT_SYMBOL_GPL(epf_outbound_bind);

/**
 * epf_outbound_unbind() - reach the host no longer
 * @outbound: of the function; nothing is submitted and no map in use
 *
 * Context: may sleep.
 */
void epf_outbound_unbind(struct epf_outbound *outbound)
{
	struct reservation *reservation;

	guard(mutex)(&outbound->lock);
	epf_transfers_destroy(outbound->transfers);
	list_for_each_entry(reservation, &outbound->reservations, node)
		reservation_give(reservation);
	epf_maps_destroy(outbound->maps);
	outbound->transfers = NULL;
	outbound->maps = NULL;
}
EXPORT_SYMBOL_GPL(epf_outbound_unbind);
