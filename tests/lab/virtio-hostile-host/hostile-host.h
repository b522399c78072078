/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef HOSTILE_HOST_H
#define HOSTILE_HOST_H

#include <linux/pci.h>
#include <linux/prandom.h>
#include <linux/types.h>

/*
 *   hostile-main.c    the driver: requests to the endpoint, and the attack
 *   hostile-memory.c  the memory that it names: rings, descriptors, buffers
 */

#define MAX_QUEUES		16

/**
 * struct queue - what the host believes of a queue
 * @shadow: where descriptors are pushed to, in the BAR; 0: nowhere
 * @desc: where its descriptors are, in memory
 * @avail: where its available ring is, in memory
 * @idx: how many chains there were
 * @next: descriptor that the next chain begins at
 * @wrap: of a packed ring
 */
struct queue {
	u32 shadow;
	u32 desc;
	u32 avail;
	u16 idx;
	u16 next;
	bool wrap;
};

/**
 * struct hostile - a host that means harm to a function
 * @pdev: the function
 * @bar: its registers
 * @memory: all that it names
 * @addr: PCI address of that
 * @random: where its ideas come from
 * @device_id: what the function is
 * @features: what it offers
 * @notify: where its queues' notifications are, in the BAR
 * @registers: bytes of them
 * @queue_size: descriptors of a queue
 * @num_queues: how many of its queues are used
 * @queues: those
 * @push: descriptors are pushed
 * @packed: rings are packed
 * @generation: of the last request
 * @vectors: how many interrupts are requested
 * @steps: what was done
 * @rounds: how often it began anew
 * @chains: how many were made available
 */
struct hostile {
	struct pci_dev *pdev;
	void __iomem *bar;
	u8 *memory;
	dma_addr_t addr;
	struct rnd_state random;
	u32 device_id;
	u64 features;
	u32 notify;
	u32 registers;
	unsigned int queue_size;
	unsigned int num_queues;
	struct queue queues[MAX_QUEUES];
	bool push;
	bool packed;
	u32 generation;
	int vectors;
	unsigned int steps;
	unsigned int rounds;
	unsigned int chains;
};

static inline u32 any(struct hostile *hostile, u32 below)
{
	return prandom_u32_state(&hostile->random) % below;
}

static inline bool one_in(struct hostile *hostile, u32 n)
{
	return !any(hostile, n);
}

/* hostile-memory.c */

/**
 * struct areas - PCI addresses of a queue's areas
 * @desc: its descriptors
 * @driver: its available ring
 * @device: its used ring
 */
struct areas {
	u64 desc;
	u64 driver;
	u64 device;
};

u8 *hostile_alloc_memory(void);
void hostile_free_memory(u8 *memory);
int hostile_show_guards(const u8 *memory, char *page);
int hostile_map_memory(struct hostile *hostile);
void hostile_unmap_memory(struct hostile *hostile);
void hostile_fill_memory(struct hostile *hostile);
bool hostile_is_quiet(struct hostile *hostile);
struct areas hostile_place_queue(struct hostile *hostile, struct queue *queue);
struct areas hostile_any_areas(struct hostile *hostile);
void hostile_add_chains(struct hostile *hostile, struct queue *queue);
void hostile_rewrite(struct hostile *hostile, struct queue *queue);
void hostile_notify(struct hostile *hostile, struct queue *queue);

#endif
