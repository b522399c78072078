/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef XTEST_H
#define XTEST_H

#include <linux/configfs.h>
#include <linux/kthread.h>
#include <linux/mutex.h>
#include <linux/pci-epc.h>
#include <linux/pci-epf.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/wait.h>

#include "../compat/pci-epc.h"
#include "epf-core.h"
#include "stock.h"
#include "uapi/pci-epf-xtest.h"

/*
 *   main.c      the function: bound, set up, started, taken away
 *   configfs.c  what the user says of it, and what it tells
 *   stock.c     the commands of the kernel's test function
 *   doorbell.c  the host's way to say that there are commands
 *   subrange.c  a BAR in several ranges
 *   ring.c      commands in, completions out
 *   command.c   what a command does: read, write, copy
 *   map-command.c  what maps cost
 */

struct xtest;

/* What the user says; fixed while the function is bound. */
struct xtest_settings {
	unsigned int bar_size[PCI_STD_NUM_BARS];	/* bytes */
	unsigned int depth;
	unsigned int max_segments;
	unsigned int poll_us;
};

/**
 * struct xtest_ring - commands and completions
 * @registers: in the register BAR
 * @commands: slots in a BAR
 * @completions: slots in a BAR
 * @depth: slots of each; a power of two; 0: no BAR has room
 * @max_segments: of the sources, and of the destinations of a command
 * @slot_size: bytes of one of @commands
 * @caps: XTEST_CAP_*, without the doorbell
 * @command: the thread's copy of a slot
 * @fetched: commands taken so far; of the thread
 * @reset_seen: resets that the host has asked for, as seen by the thread
 * @broken: the host has submitted more than there are slots; until a reset
 * @lock: protects all below
 * @completed: completions written so far
 * @in_flight: commands taken and not completed
 * @bytes: memory that they hold
 * @idle: woken when a command completes
 */
struct xtest_ring {
	struct xtest_registers *registers;
	void *commands;
	struct xtest_completion *completions;
	unsigned int depth;
	unsigned int max_segments;
	size_t slot_size;
	u32 caps;
	struct xtest_command *command;
	u32 fetched;
	u32 reset_seen;
	bool broken;

	spinlock_t lock; /* see above */
	u32 completed;
	unsigned int in_flight;
	size_t bytes;
	wait_queue_head_t idle;
};

/* Who has the doorbell. */
enum xtest_doorbell_user {
	XTEST_DOORBELL_IDLE,
	XTEST_DOORBELL_STOCK,
	XTEST_DOORBELL_RING,
};

/**
 * struct xtest_doorbell - a register that the host interrupts us by
 * @bell: it; while it is used, its BAR leads to it
 * @tried: we have asked for it since the link came up
 * @user: who has it
 * @rung: since we last looked
 * @wait: woken then
 */
struct xtest_doorbell {
	struct epf_doorbell bell;
	bool tried;
	enum xtest_doorbell_user user;
	bool rung;
	wait_queue_head_t wait;
};

/**
 * struct xtest - one extended test function
 * @epf: the function
 * @header: its own; the EPF core would share one between all of a driver
 * @group: its directory in configfs
 * @settings_lock: protects @settings and @bound against configfs
 * @settings: what the user says
 * @bound: to a controller; @settings are fixed
 * @features: of the controller
 * @bars: memory behind each BAR, or NULL
 * @ranges: what each BAR is made of while it is in several
 * @register_bar: which BAR the registers are in
 * @msix_offset: of the MSI-X table in that BAR
 * @ring_offset: of the room for rings in that BAR
 * @stock: registers of the kernel's test function, in the BAR
 * @set_up: the controller has taken all of it
 * @outbound: how it reaches host memory
 * @ring: commands and completions
 * @doorbell: the host's way to make the thread look; of the thread
 * @thread: looks for commands while the link is up; or NULL
 */
struct xtest {
	struct pci_epf *epf;
	struct pci_epf_header header;
	struct config_group group;
	struct mutex settings_lock; /* see above */
	struct xtest_settings settings;
	bool bound;

	const struct pci_epc_features *features;
	void *bars[PCI_STD_NUM_BARS];
	struct pci_epf_bar_submap ranges[PCI_STD_NUM_BARS][XTEST_STOCK_NUM_SUBRANGES];
	enum pci_barno register_bar;
	size_t msix_offset;
	size_t ring_offset;
	struct xtest_stock_registers *stock;
	bool set_up;

	struct epf_outbound outbound;
	struct xtest_ring ring;
	struct xtest_doorbell doorbell;
	struct task_struct *thread;
};

/* configfs.c */
extern const struct config_item_type xtest_group_type;
void xtest_settings_init(struct xtest_settings *settings);

/* interrupt.c */
void xtest_raise_irq(struct xtest *xtest, u32 type, u32 number);
void xtest_raise_completion_irq(struct xtest *xtest, u32 vector);

/* stock.c */
size_t xtest_stock_size(void);
void xtest_stock_init(struct xtest *xtest);
bool xtest_stock_poll(struct xtest *xtest);

/* doorbell.c */
void xtest_doorbell_init(struct xtest *xtest);
int xtest_doorbell_enable(struct xtest *xtest, enum xtest_doorbell_user user);
int xtest_doorbell_disable(struct xtest *xtest, enum xtest_doorbell_user user);
bool xtest_doorbell_take(struct xtest *xtest);
void xtest_doorbell_wait(struct xtest *xtest);
void xtest_doorbell_release(struct xtest *xtest);

/* subrange.c */
int xtest_subranges_set(struct xtest *xtest, u32 barno);
int xtest_subranges_clear(struct xtest *xtest, u32 barno);
void xtest_subranges_release(struct xtest *xtest);

/* ring.c */
size_t xtest_ring_size(const struct xtest_settings *settings);
void xtest_ring_init(struct xtest *xtest);
bool xtest_ring_uses(const struct xtest *xtest, enum pci_barno bar);
bool xtest_ring_poll(struct xtest *xtest);
void xtest_ring_stop(struct xtest *xtest);
void xtest_ring_complete(struct xtest *xtest,
			 const struct xtest_completion *completion,
			 size_t bytes);

/* command.c */
int xtest_command_start(struct xtest *xtest,
			const struct xtest_command *command, size_t bytes,
			u64 seen_ns);

/* map-command.c */
int xtest_map_command_run(struct xtest *xtest,
			  const struct xtest_map_command *command,
			  struct xtest_completion *completion);

#endif
