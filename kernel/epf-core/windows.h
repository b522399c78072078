/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef EPF_WINDOWS_H
#define EPF_WINDOWS_H

#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/types.h>
#include <linux/wait.h>

#include "epf-core.h"

struct epf_pool;
struct pci_epc;

/**
 * struct epf_windows - the outbound address space of one controller
 * @ref: one for each user
 * @node: in the list of all
 * @epc: the controller
 * @granule: bytes that a window is rounded up to
 * @chunk_size: bytes to take from the EPC core at once
 * @max_size: bytes of the largest window
 * @natural: windows are aligned to their size, and what they map as well
 * @total: bytes of the controller's address space
 * @lock: protects all below, and the maps of all functions on the controller
 * @pool: what was taken from the EPC core
 * @chunks: in which pieces
 * @mappings: live maps of all functions, the one used last first
 * @live: their number
 * @shown_maps: so many were live and there was room for one more
 * @max_maps: with so many live there is room for one more, for interrupts, and
 *	no other; 0: not known yet
 * @failures: windows that were not to be had
 * @puts: how often a map was let go of; read without the lock
 * @freed: woken then
 */
struct epf_windows {
	struct kref ref;
	struct list_head node;
	struct pci_epc *epc;
	size_t granule;
	size_t chunk_size;
	size_t max_size;
	bool natural;
	u64 total;

	struct mutex lock; /* see above */
	struct epf_pool *pool;
	struct list_head chunks;
	struct list_head mappings;
	unsigned int live;
	unsigned int shown_maps;
	unsigned int max_maps;
	u64 failures;
	unsigned int puts;
	wait_queue_head_t freed;
};

int epf_windows_alloc_locked(struct epf_windows *windows, size_t size,
			     struct epf_window *window);

#endif
