/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef XTEST_HOST_H
#define XTEST_HOST_H

#include <linux/atomic.h>
#include <linux/dma-direction.h>
#include <linux/kref.h>
#include <linux/miscdevice.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/scatterlist.h>
#include <linux/types.h>
#include <linux/wait.h>

#include "uapi/pci-endpoint-xtest.h"

/*
 *   xtest-main.c       the function found, the device node, removal
 *   xtest-interrupt.c  vectors, and waiting for one
 *   xtest-ring.c       commands in, completions out, and how to stop it all
 *   xtest-memory.c     memory of programs, for the endpoint to use
 *   xtest-run.c        commands that move data
 *   xtest-map.c        what maps cost the endpoint
 *   xtest-stock.c      what the kernel's test driver does
 *   xtest-bar.c        of that, what is about BARs
 */

struct vm_area_struct;

/**
 * struct xtest_ring - the host's side of the rings
 * @registers: in the BAR
 * @commands: slots in a BAR
 * @completions: slots in a BAR
 * @depth: slots of each, a power of two
 * @max_segments: of the sources, and of the destinations of a command
 * @caps: XTEST_CAP_*
 * @version: XTEST_VERSION of the function
 * @submitted: commands, since the rings were last empty
 * @completed: completions seen since then
 * @doorbell: what to write after each submission, or NULL
 * @doorbell_data: what to write there
 * @wants_doorbell: from the next reset on
 * @reads: loads from the BAR so far
 * @slot_size: bytes of one of @commands
 * @slot: where a command is put together
 */
struct xtest_ring {
	struct xtest_registers __iomem *registers;
	void __iomem *commands;
	void __iomem *completions;
	unsigned int depth;
	unsigned int max_segments;
	u32 caps;
	u32 version;
	u32 submitted;
	u32 completed;
	void __iomem *doorbell;
	u32 doorbell_data;
	bool wants_doorbell;
	u64 reads;
	size_t slot_size;
	struct xtest_command *slot;
};

/**
 * struct xtest_device - an extended test function, as the host has it
 * @ref: the driver and every open file hold one
 * @pdev: the function; used under @lock alone, as long as it is not @gone
 * @misc: the device node
 * @id: number of the node
 * @name: of the node
 * @lock: one request at a time; protects all below but where it says otherwise
 * @gone: the driver lets go of the function; may be read without @lock
 * @stopped: the endpoint did not let itself be stopped, so it may not access
 *	host memory until it has emptied the rings
 * @bars: the BARs, or NULL
 * @register_bar: which BAR the registers are in
 * @stock_caps: what the registers of the kernel's test function say
 * @ring: commands and completions
 * @irq_type: PCITEST_IRQ_TYPE_*
 * @num_vectors: that the function has
 * @wait: woken by interrupts and by removal
 * @interrupts: that came; written by their handler
 * @last_irq: the last of them; written by their handler
 */
struct xtest_device {
	struct kref ref;
	struct pci_dev *pdev;
	struct miscdevice misc;
	int id;
	char name[32];
	struct mutex lock; /* see above */
	bool gone;
	bool stopped;
	void __iomem *bars[PCI_STD_NUM_BARS];
	int register_bar;
	u32 stock_caps;
	struct xtest_ring ring;
	int irq_type;
	unsigned int num_vectors;
	wait_queue_head_t wait;
	atomic_t interrupts;
	int last_irq;
};

/* xtest-interrupt.c */
int xtest_set_irq_type(struct xtest_device *xtest, int type);
void xtest_clear_irqs(struct xtest_device *xtest);
int xtest_wait_irq(struct xtest_device *xtest, unsigned int seen,
		   unsigned long deadline);

/* xtest-ring.c */
int xtest_ring_init(struct xtest_device *xtest);
int xtest_ring_reset(struct xtest_device *xtest);
void xtest_ring_release(struct xtest_device *xtest);
int xtest_ring_use_doorbell(struct xtest_device *xtest, bool use);
void xtest_stop(struct xtest_device *xtest);
int xtest_ready(struct xtest_device *xtest);
void xtest_ring_notify(struct xtest_device *xtest, unsigned int vector);
void xtest_ring_fill(struct xtest_device *xtest, u32 id,
		     const struct xtest_segment *segments, unsigned int num);
void xtest_ring_submit(struct xtest_device *xtest);
int xtest_ring_completed(struct xtest_device *xtest);
void xtest_ring_fetch(struct xtest_device *xtest,
		      struct xtest_completion *completion);

/**
 * struct xtest_memory - memory of a program that the endpoint may access
 * @pages: pinned
 * @num_pages: how many
 * @sgt: mapped for DMA
 * @direction: of the access
 */
struct xtest_memory {
	struct page **pages;
	unsigned int num_pages;
	struct sg_table sgt;
	enum dma_data_direction direction;
};

/* xtest-memory.c */
int xtest_memory_pin(struct device *dev, struct xtest_memory *memory, u64 addr,
		     u64 len, enum dma_data_direction direction);
void xtest_memory_unpin(struct device *dev, struct xtest_memory *memory);
int xtest_memory_mmap(struct vm_area_struct *vma);

/* xtest-run.c */
int xtest_run(struct xtest_device *xtest,
	      struct pci_endpoint_xtest_run *run);
int xtest_timeout(u32 timeout_ms, unsigned long *deadline);

/* xtest-map.c */
int xtest_map(struct xtest_device *xtest,
	      struct pci_endpoint_xtest_map *map);

/* xtest-stock.c */
void xtest_stock_set_irq_type(struct xtest_device *xtest);
int xtest_stock_run(struct xtest_device *xtest, u32 command,
		    unsigned int vector, unsigned int timeout_ms);
long xtest_stock_ioctl(struct xtest_device *xtest, unsigned int command,
		       unsigned long arg);

/* xtest-bar.c */
int xtest_bar_test(struct xtest_device *xtest, unsigned long bar);
int xtest_bar_test_all(struct xtest_device *xtest);
int xtest_bar_test_subranges(struct xtest_device *xtest, unsigned long bar);
int xtest_bar_test_doorbell(struct xtest_device *xtest);

#endif
