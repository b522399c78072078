/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef RPMSG_H
#define RPMSG_H

#include <linux/mod_devicetable.h>
#include <linux/mutex.h>
#include <linux/notifier.h>
#include <linux/types.h>
#include <linux/virtio.h>
#include <linux/workqueue.h>

#include "epf-virtio.h"
#include "epf-vring.h"

/* The largest message that Linux sends, with its header. */
#define RPMSG_MAX	512

#define RPMSG_MAX_SERVICES	8

/* "RP supports name service notifications" */
#define RPMSG_F_NS	0

/* The queues, by what the driver of them does. */
enum {
	DRIVER_READS,
	DRIVER_WRITES,
	NUM_QUEUES,
};

/**
 * struct rpmsg_header - what a message begins with
 * @src: whose it is
 * @dst: who gets it
 * @reserved: 0
 * @len: bytes behind the header
 * @flags: 0
 */
struct rpmsg_header {
	__le32 src;
	__le32 dst;
	__le32 reserved;
	__le16 len;
	__le16 flags;
};

/**
 * struct rpmsg_ring - a queue of the endpoint's own virtio device
 * @vq: its driver's side
 * @vring: our side
 * @chain: a buffer
 * @held: there is one in @chain
 */
struct rpmsg_ring {
	struct virtqueue *vq;
	struct epf_vring *vring;
	struct epf_vring_chain chain;
	bool held;
};

struct rpmsg;

/**
 * struct rpmsg_port - the endpoint's own virtio device; the kernel's driver of
 *	the bus has it as long as a driver of the host has the function
 * @vdev: the device
 * @rpmsg: whose
 * @session: of the host's driver
 * @status: virtio status
 * @rings: its queues
 * @interrupt: has the driver look for messages, where it may sleep
 */
struct rpmsg_port {
	struct virtio_device vdev;
	struct rpmsg *rpmsg;
	unsigned int session;
	u8 status;
	struct rpmsg_ring rings[NUM_QUEUES];
	struct work_struct interrupt;
};

/**
 * struct rpmsg_service - something that both sides have a driver for
 * @name: the driver goes by it
 * @host: address of the host's; RPMSG_ADDR_ANY as long as it is not known
 * @endpoint: the same of the endpoint's, under the lock
 * @announced: the host knows of it
 */
struct rpmsg_service {
	char name[RPMSG_NAME_SIZE];
	u32 host;
	u32 endpoint;
	bool announced;
};

/**
 * struct rpmsg - a function with a bus of messages
 * @device: the function
 * @num_services: services that the user named
 * @services: those
 * @parent: of the virtio device: it has the memory for messages
 * @wq: one thing after the other: @plug, and interrupts
 * @plug: makes the port come and go
 * @bound: a driver came to a device of the bus, or left it
 * @in: a message of the host; of the worker
 * @out: a message to the host; the same
 * @out_bytes: of it, 0: there is none; the same
 * @gave_up: a message was lost, until the host resets the device; the same
 * @lock: protects all below, and the rings of @port
 * @started: a driver of the host uses the function
 * @session: how many did so far
 * @port: its counterpart, or NULL
 * @offered: services that @port's driver was told of
 */
struct rpmsg {
	struct epf_virtio_device *device;
	unsigned int num_services;
	struct rpmsg_service services[RPMSG_MAX_SERVICES];
	struct platform_device *parent;
	struct workqueue_struct *wq;
	struct work_struct plug;
	struct notifier_block bound;
	void *in;
	void *out;
	unsigned int out_bytes;
	bool gave_up;
	struct mutex lock; /* see above */
	bool started;
	unsigned int session;
	struct rpmsg_port *port;
	unsigned int offered;
};

void rpmsg_plug_work(struct work_struct *work);
bool rpmsg_port_ready(const struct rpmsg_port *port);
bool rpmsg_port_has_room(struct rpmsg_port *port);
void rpmsg_port_give(struct rpmsg_port *port, const void *message,
		     unsigned int len);
unsigned int rpmsg_port_take(struct rpmsg_port *port, void *message);
void rpmsg_port_drop(struct rpmsg_port *port);

#endif
