/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef EPF_CORE_H
#define EPF_CORE_H

#include <linux/atomic.h>
#include <linux/configfs.h>
#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/pci-epf.h>
#include <linux/types.h>
#include <linux/workqueue.h>

struct pci_epc;

/**
 * DOC: Address translation
 *
 * How the endpoint reaches the host's memory: outbound translation. (The same in
 * docs/address-translation.svg; how all this is used is in docs/epf-core.md.)
 *
 *   endpoint's CPU                      controller                        host
 *
 *   phys  +----------------+                                  +-------------+
 *         |   window       |   map: phys ... phys + size      |             |
 *         | (epf_window)   | ==============================>  | PCI address |
 *         |                |      to pci ... pci + size       |   ... size  |
 *         +----------------+                                  |             |
 *         | free addresses |                                  | host memory |
 *         +----------------+                                  +-------------+
 *
 * A window is a piece of the endpoint's physical address space that leads
 * nowhere until a map points it at PCI addresses. A load or store there then
 * becomes a read or write request on the link; so does a transfer of a DMA
 * engine that is not the controller's own.
 *
 * Addresses are plenty, maps are few (16 is usual), and making one costs
 * register writes of the controller: so addresses come from a pool and maps
 * are kept, as far as a function's budget goes.
 *
 * How the host reaches the endpoint's memory is inbound translation: a BAR, for
 * which the EPC core has all that there is to it.
 *
 *   endpoint's memory                   controller                        host
 *
 *         +----------------+                                  +-------------+
 *         | dma_alloc      |   pci_epc_set_bar()              | BAR, where  |
 *         | _coherent()    | <==============================  | the host    |
 *         +----------------+                                  | put it      |
 *                                                             +-------------+
 */

/**
 * struct epf_window - a piece of a controller's outbound address space
 * @phys: its first address on the endpoint
 * @virt: the same for the endpoint's CPU
 * @size: bytes
 */
struct epf_window {
	phys_addr_t phys;
	void __iomem *virt;
	size_t size;
};

/**
 * struct epf_windows_stats - the outbound address space of a controller
 * @total: bytes that the controller has
 * @taken: bytes taken from the EPC core so far; the rest is for others
 * @used: bytes of them in windows
 * @granule: bytes that a window is rounded up to
 * @largest_free: bytes of the largest window to be had of what is taken
 * @fragmentation: share of free bytes outside @largest_free, in thousandths
 * @failures: windows that were not to be had
 * @maps: live maps
 * @max_maps: the most that can be live, one left for interrupts; 0: not known
 */
struct epf_windows_stats {
	u64 total;
	u64 taken;
	u64 used;
	size_t granule;
	size_t largest_free;
	unsigned int fragmentation;
	u64 failures;
	unsigned int maps;
	unsigned int max_maps;
};

struct epf_windows;

struct epf_windows *epf_windows_get(struct pci_epc *epc);
void epf_windows_put(struct epf_windows *windows);
int epf_window_alloc(struct epf_windows *windows, size_t size,
		     struct epf_window *window);
void epf_window_free(struct epf_windows *windows,
		     const struct epf_window *window);
void epf_windows_get_stats(struct epf_windows *windows,
			   struct epf_windows_stats *stats);

/**
 * enum epf_map_policy - how long maps live
 * @EPF_MAP_TRANSFER: for one transfer; what the EPC core alone would do
 * @EPF_MAP_CACHED: until the window is needed for another
 * @EPF_MAP_STATIC: one map as large as the controller allows, made at the first
 *	address asked for and kept; addresses beyond it as by @EPF_MAP_TRANSFER
 */
enum epf_map_policy {
	EPF_MAP_TRANSFER,
	EPF_MAP_CACHED,
	EPF_MAP_STATIC,
};

/**
 * struct epf_map - host memory that the endpoint can reach
 * @pci_addr: its PCI address
 * @size: bytes from there that the map is good for
 * @phys: the same place on the endpoint, for a DMA engine
 * @virt: the same place for the endpoint's CPU
 */
struct epf_map {
	u64 pci_addr;
	size_t size;
	phys_addr_t phys;
	void __iomem *virt;
	/* private: the map that it is part of */
	struct epf_mapping *mapping;
};

/**
 * struct epf_maps_stats - what a function's maps cost
 * @hits: requests that a live map served
 * @maps: maps made
 * @unmaps: maps undone
 * @live: maps at this moment
 */
struct epf_maps_stats {
	u64 hits;
	u64 maps;
	u64 unmaps;
	unsigned int live;
};

struct epf_maps;

struct epf_maps *epf_maps_create(struct pci_epf *epf,
				 enum epf_map_policy policy,
				 unsigned int budget);
void epf_maps_destroy(struct epf_maps *maps);
int epf_maps_set_policy(struct epf_maps *maps, enum epf_map_policy policy,
			unsigned int budget);
void epf_maps_link_up(struct epf_maps *maps);
void epf_maps_link_down(struct epf_maps *maps);
int epf_map_get(struct epf_maps *maps, u64 pci_addr, size_t size,
		struct epf_map *map);
void epf_map_put(struct epf_maps *maps, struct epf_map *map);
int epf_map_keep(struct epf_maps *maps, u64 pci_addr, size_t size);
void epf_map_unkeep(struct epf_maps *maps, u64 pci_addr, size_t size);
struct epf_windows *epf_maps_windows(struct epf_maps *maps);
void epf_maps_get_stats(struct epf_maps *maps, struct epf_maps_stats *stats);

/**
 * enum epf_direction - where data goes
 * @EPF_FROM_HOST: from host memory to the endpoint's
 * @EPF_TO_HOST: from the endpoint's memory to the host's
 * @EPF_NUM_DIRECTIONS: their number
 */
enum epf_direction {
	EPF_FROM_HOST,
	EPF_TO_HOST,
	EPF_NUM_DIRECTIONS,
};

/**
 * enum epf_engine - what moves data
 * @EPF_ENGINE_AUTO: what was faster so far for pieces of that size
 * @EPF_ENGINE_CPU: the CPU, through maps
 * @EPF_ENGINE_DMA: a DMA channel
 * @EPF_NUM_ENGINES: their number
 */
enum epf_engine {
	EPF_ENGINE_AUTO,
	EPF_ENGINE_CPU,
	EPF_ENGINE_DMA,
	EPF_NUM_ENGINES,
};

/**
 * enum epf_dma_kind - what the DMA channels of a function are
 * @EPF_DMA_NONE: there are none
 * @EPF_DMA_MEMCPY: of the system; host memory is mapped for them
 * @EPF_DMA_PRIVATE: of the controller; they take PCI addresses
 */
enum epf_dma_kind {
	EPF_DMA_NONE,
	EPF_DMA_MEMCPY,
	EPF_DMA_PRIVATE,
};

/**
 * struct epf_segment - one piece of a transfer
 * @pci_addr: host memory, of any alignment
 * @buf: the endpoint's memory, from kmalloc() or the page allocator
 * @len: bytes; not 0
 */
struct epf_segment {
	u64 pci_addr;
	void *buf;
	size_t len;
};

struct epf_transfers;

/**
 * struct epf_transfer - segments to move, all in one direction
 * @segments: the segments; they and their memory stay until completion
 * @num_segments: their number; not 0
 * @direction: where to
 * @engine: what moves them
 * @complete: called once in process context, when no memory is accessed any
 *	more, with 0 or what went wrong first: -ENOTCONN where the link went
 *	down, -EIO from a DMA channel, -ECANCELED, -ETIMEDOUT, or an error of
 *	epf_map_get()
 * @context: for the owner
 */
struct epf_transfer {
	const struct epf_segment *segments;
	unsigned int num_segments;
	enum epf_direction direction;
	enum epf_engine engine;
	void (*complete)(struct epf_transfer *transfer, int error);
	void *context;
	/* private: */
	struct epf_transfers *transfers;
	struct list_head node;
	struct work_struct work;
	atomic_t pending;
	int error;
	size_t len;
	ktime_t started;
	bool measured;
};

/**
 * struct epf_transfers_stats - what was moved, by what
 * @transfers: transfers completed without an error, by engine
 * @bytes: their bytes, by engine
 * @errors: transfers that ended with an error
 * @crossover: bytes of a segment from which EPF_ENGINE_AUTO takes DMA, by
 *	direction; 0: not from any size measured so far
 */
struct epf_transfers_stats {
	u64 transfers[EPF_NUM_ENGINES];
	u64 bytes[EPF_NUM_ENGINES];
	u64 errors;
	size_t crossover[EPF_NUM_DIRECTIONS];
};

struct epf_transfers *epf_transfers_create(struct pci_epf *epf,
					   struct epf_maps *maps);
void epf_transfers_destroy(struct epf_transfers *transfers);
enum epf_dma_kind epf_transfers_dma_kind(const struct epf_transfers *transfers);
int epf_transfer_submit(struct epf_transfers *transfers,
			struct epf_transfer *transfer);
int epf_transfer_run(struct epf_transfers *transfers,
		     struct epf_transfer *transfer);
void epf_transfers_cancel(struct epf_transfers *transfers);
void epf_transfers_get_stats(struct epf_transfers *transfers,
			     struct epf_transfers_stats *stats);

/**
 * struct epf_outbound - how one function reaches the host
 * @group: its directory "outbound" in configfs, for the user
 * @windows_group: the directory "windows" in that
 * @lock: protects all below against configfs; a function need not hold it from
 *	epf_outbound_bind() to epf_outbound_unbind()
 * @policy: how long maps live
 * @budget: the most that are live at once
 * @reservations: address space that the user has put aside
 * @maps: NULL while not bound
 * @transfers: NULL while not bound
 */
struct epf_outbound {
	struct config_group group;
	struct config_group windows_group;
	struct mutex lock; /* see above */
	enum epf_map_policy policy;
	unsigned int budget;
	struct list_head reservations;
	struct epf_maps *maps;
	struct epf_transfers *transfers;
};

void epf_outbound_init(struct epf_outbound *outbound);
void epf_outbound_add_cfs(struct epf_outbound *outbound,
			  struct config_group *group);
int epf_outbound_bind(struct epf_outbound *outbound, struct pci_epf *epf);
void epf_outbound_unbind(struct epf_outbound *outbound);

/**
 * struct epf_doorbell - a register that the host interrupts the endpoint by
 * @irq: its interrupt; 0: there is none
 * @bar: what leads to it, for pci_epc_set_bar(); of size 0 where a BAR of the
 *	controller's own does
 * @barno: that BAR
 * @offset: in the BAR
 * @data: what the host writes there, 32 bits
 */
struct epf_doorbell {
	int irq;
	struct pci_epf_bar bar;
	enum pci_barno barno;
	u32 offset;
	u32 data;
	/* private: */
	struct pci_epf *epf;
	void (*rung)(void *context);
	void *context;
};

int epf_doorbell_get(struct epf_doorbell *doorbell, struct pci_epf *epf,
		     const struct pci_epf_bar *place,
		     void (*rung)(void *context), void *context);
void epf_doorbell_put(struct epf_doorbell *doorbell);

#endif
