/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef HOSTILE_H
#define HOSTILE_H

#include <linux/bits.h>
#include <linux/pci-epf.h>
#include <linux/prandom.h>
#include <linux/sizes.h>
#include <linux/types.h>
#include <uapi/linux/virtio_ring.h>

#include "uapi/epf-virtio.h"

/*
 *   hostile-main.c   the function: found, set up, configured
 *   hostile-queue.c  its queues: what drivers put there, and what comes back
 */

enum kinds {
	LENGTHS = BIT(0),	/* of used buffers */
	IDS = BIT(1),		/* and the same twice, and indices */
	INTERRUPTS = BIT(2),
	CONFIG = BIT(3),	/* changes all the time */
	ANSWERS = BIT(4),	/* results, status, generations */
	DISCOVERY = BIT(5),
	SILENCE = BIT(6),	/* no answer at all */
	GENERATIONS = BIT(7),	/* of the configuration: never the same, or odd */
	DATA = BIT(8),		/* buffers hold anything */
	RESETS = BIT(9),	/* needs one */
	IDLE = BIT(10),		/* uses no buffer */
	DEAF = BIT(11),		/* wants to be told of no buffer */
};

#define MAX_QUEUES	16
#define SIZE		64
#define SHADOW_SIZE	1280
#define BUFFER		SZ_4K
#define WINDOW		SZ_16K

/* What the host sees */
struct bar {
	struct epf_virtio_discovery discovery;
	struct epf_virtio_control control;
	u8 pad[8];
	struct epf_virtio_queue_info queues[MAX_QUEUES];
	__le32 notify[MAX_QUEUES];
	u8 config[256];
	u8 more[448];
	u8 shadows[MAX_QUEUES][SHADOW_SIZE];
};

/**
 * struct queue - what a driver has made of a queue
 * @enabled: it uses it
 * @desc: where its descriptors are, in the host's memory
 * @driver: its available ring
 * @device: its used ring, or what the device asks for of a packed one
 * @size: descriptors
 * @seen: available index; of a packed ring, the next descriptor
 * @wrap: what is available there, of a packed ring
 * @idx: used index
 * @honest: there are no lies of what is used
 * @lied: the driver may have been told of a buffer that was not: none is written to
 */
struct queue {
	bool enabled;
	u64 desc;
	u64 driver;
	u64 device;
	u16 size;
	u16 seen;
	bool wrap;
	u16 idx;
	bool honest;
	bool lied;
};

/**
 * struct used - a buffer of a packed ring that was used
 * @at: its first descriptor
 * @wrap: what was available there
 * @id: as the driver calls it
 * @len: what is said to be written
 */
struct used {
	u16 at;
	bool wrap;
	u16 id;
	u32 len;
};

/**
 * struct hostile - an endpoint that means harm
 * @epf: the function
 * @header: what it is to PCI
 * @bar: what the host sees
 * @thread: does all
 * @random: where its ideas come from
 * @phys: of @window
 * @window: to the host's memory
 * @queues: what a driver uses
 * @features: that it accepted, of virtio
 * @pushed: it pushes descriptors
 * @acknowledged: generation of the last request
 * @status: of the device
 * @round: it begins anew when that is another
 * @kinds: what it lies about
 * @device_type: what it says that it is
 * @used: buffers that were used, one way or another, since the last look
 * @table: descriptors of a ring, as a split one has them
 * @ids: of a packed ring's descriptors
 * @indirect: descriptors of a table
 * @heads: an available ring
 * @batch: what was used of a packed ring
 * @data: what is written to buffers
 */
struct hostile {
	struct pci_epf *epf;
	struct pci_epf_header header;
	struct bar *bar;
	struct task_struct *thread;
	struct rnd_state random;
	phys_addr_t phys;
	void __iomem *window;
	struct queue queues[MAX_QUEUES];
	u64 features;
	bool pushed;
	u32 acknowledged;
	u8 status;
	unsigned int round;
	unsigned int kinds;
	unsigned int device_type;
	unsigned int used;
	struct vring_desc table[SIZE];
	u16 ids[SIZE];
	struct vring_desc indirect[SIZE];
	__virtio16 heads[2 + SIZE];
	struct used batch[SIZE];
	u8 data[BUFFER];
};

static inline u32 any(struct hostile *hostile, u32 below)
{
	return prandom_u32_state(&hostile->random) % below;
}

/* Whether to do something that is one of some kinds, every so often. */
static inline bool does(struct hostile *hostile, unsigned int kind, u32 one_in)
{
	return hostile->kinds & kind && !any(hostile, one_in);
}

/* hostile-queue.c */
bool hostile_poll_queue(struct hostile *hostile, unsigned int index);

#endif
