/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef EPF_VIRTIO_H
#define EPF_VIRTIO_H

#include <linux/configfs.h>
#include <linux/hrtimer.h>
#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/pci-epc.h>
#include <linux/pci-epf.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/wait.h>

#include "epf-core.h"
#include "epf-vring.h"
#include "uapi/epf-virtio.h"

/*
 * Virtio devices of an endpoint. A backend is what a type of device does: it
 * takes the chains of buffers that the host's driver makes available, moves data
 * to and from them, and completes them. All else, the transport does for it:
 *
 *   host                 link     endpoint
 *
 *   virtio driver                 backend: epf-virtio-NAME.ko
 *      |                             |  this header
 *   virtio core                   pci-epf-virtio.ko
 *      |                             |
 *   virtio_epf.ko  <---- BAR ---->  registers, rings, interrupts
 *
 * A backend is an endpoint function driver of its own, "epf_virtio_NAME"; its
 * module is epf-virtio-NAME.ko. A function's life:
 *
 *   probe ... remove      it has a directory in configfs; the user sets it up
 *     bind ... unbind     it is bound to a controller, what was set up is fixed
 *       start ... stop    a driver of the host uses it, with its @features
 *
 * These and queue_work, queue_stop and config_written are called one at a time.
 * They may sleep, but for as long as one does the others wait, and so does the
 * host: what takes long is begun there, and ends elsewhere. A chain may be
 * completed in any context.
 *
 * docs/writing-a-virtio-backend.md explains it with an example.
 */

struct epf_virtio_chain;
struct epf_virtio_device;
struct epf_virtio_queue;
struct epf_virtio_transport;

/**
 * struct epf_virtio_backend - a type of virtio device
 * @name: of the backend, up to 8 characters; the function's driver is
 *	"epf_virtio_" and this
 * @owner: THIS_MODULE
 * @device_id: virtio device type
 * @class: PCI class code (PCI_CLASS_*, 16 bits) that functions have if the user
 *	says nothing; 0: PCI_CLASS_OTHERS
 * @features: virtio features of this type, that every device offers; bind may
 *	change them for a device. Those of rings and transport are not the
 *	backend's.
 * @legacy_features: those of them that do without VERSION_1 and without writes
 *	to the configuration, for legacy drivers
 * @legacy_device: PCI device id that such drivers know the type by; 0: there is
 *	none, or it needs VERSION_1 or more than one queue
 * @num_queues: queues that a device has; bind may change it
 * @max_queues: the most that it can have; 0: @num_queues
 * @config_size: bytes of configuration
 * @group_type: of the directory "backend", with its attributes, whose ct_owner
 *	is THIS_MODULE; see epf_virtio_from_item(). NULL: there are none
 * @probe: a function was made. Sets epf_virtio_device.priv and what the user
 *	changes later. Or NULL
 * @remove: the function goes. Or NULL
 * @bind: it is bound to a controller: get hold of what it needs, fill in
 *	epf_virtio_device.config, num_queues and device_features. Or NULL
 * @unbind: undoes that; not called where bind failed. Or NULL
 * @start: the driver of the host is ready: DRIVER_OK. An error makes the device
 *	need a reset. Or NULL
 * @stop: the host resets the device, or cannot be reached any more: begin
 *	nothing new. All chains that the backend holds have to be completed,
 *	here or soon after; their transfers fail from now on. The transport waits
 *	for them. Called for each start, also for one that failed. Or NULL
 * @queue_work: the host has made buffers available in a queue, or
 *	epf_virtio_queue_wake() was called: take what there is by
 *	epf_virtio_get()
 * @queue_stop: the host takes a queue back, while others go on: complete the
 *	chains of it that the backend holds, here or soon after. Or NULL
 * @config_written: the host has written to the configuration; it has been
 *	changed already. Or NULL: the host cannot write it
 */
struct epf_virtio_backend {
	const char *name;
	struct module *owner;
	u32 device_id;
	u16 class;
	u64 features;
	u64 legacy_features;
	u16 legacy_device;
	unsigned int num_queues;
	unsigned int max_queues;
	size_t config_size;
	const struct config_item_type *group_type;
	int (*probe)(struct epf_virtio_device *device);
	void (*remove)(struct epf_virtio_device *device);
	int (*bind)(struct epf_virtio_device *device);
	void (*unbind)(struct epf_virtio_device *device);
	int (*start)(struct epf_virtio_device *device);
	void (*stop)(struct epf_virtio_device *device);
	void (*queue_work)(struct epf_virtio_queue *queue);
	void (*queue_stop)(struct epf_virtio_queue *queue);
	void (*config_written)(struct epf_virtio_device *device,
			       unsigned int offset, unsigned int len);
	/* private: */
	struct pci_epf_device_id ids[2];
	struct pci_epf_driver driver;
	struct config_item_type type;
};

/**
 * struct epf_virtio_settings - what the user says of a function; see
 *	pci-epf-virtio(4)
 * @queue_size: the most descriptors of a queue
 * @poll_us: between two looks for the host's writes
 * @timeout_ms: what a request of the host may take
 * @push: the host may push descriptors
 * @doorbell: the host rings, where the controller has a doorbell
 * @features_off: virtio features that are not offered
 * @transport: registers that the host sees
 */
struct epf_virtio_settings {
	unsigned int queue_size;
	unsigned int poll_us;
	unsigned int timeout_ms;
	bool push;
	bool doorbell;
	u64 features_off;
	const struct epf_virtio_transport *transport;
};

/**
 * struct epf_virtio_layout - where what is in the BAR; offsets in bytes
 * @push: there are shadows
 * @queues: first struct epf_virtio_queue_info
 * @notify: first notification
 * @config: the device's configuration
 * @msix: MSI-X table, and pending bits behind it
 * @shadows: first shadow
 * @shadow_size: bytes of one
 * @size: all of it
 */
struct epf_virtio_layout {
	bool push;
	size_t queues;
	size_t notify;
	size_t config;
	size_t msix;
	size_t shadows;
	size_t shadow_size;
	size_t size;
};

/**
 * struct epf_virtio_stats - what a device or a queue did so far
 * @chains: chains got
 * @interrupts: interrupts raised
 * @reads: reads of the host's memory for rings
 * @writes: writes to it
 */
struct epf_virtio_stats {
	u64 chains;
	u64 interrupts;
	u64 reads;
	u64 writes;
};

/**
 * struct epf_virtio_moderation - when the host is told of completed chains
 * @max_us: as soon as the first of them is that old
 * @idle_us: as soon as the last of them is that old, and none is under way
 * @max_frames: as soon as it is so many calls of epf_virtio_complete() or
 *	epf_virtio_complete_together()
 * @half: as soon as they are as many as are under way, and the driver has made as
 *	many available as it was told of the last time, or had some time to
 */
struct epf_virtio_moderation {
	unsigned int max_us;
	unsigned int idle_us;
	unsigned int max_frames;
	bool half;
};

/**
 * struct epf_virtio_queue - a queue
 * @device: whose
 * @index: its number
 * @priv: the backend's
 * @moderation: when the host is told of completed chains. Of the backend, from
 *	start on; in its worker
 * @partner: of the same device, or NULL: what is under way there will have
 *	completions here follow, and the driver looks there when it is told of
 *	this one. Of the backend, as @moderation
 */
struct epf_virtio_queue {
	struct epf_virtio_device *device;
	unsigned int index;
	void *priv;
	struct epf_virtio_moderation moderation;
	struct epf_virtio_queue *partner;
	/* private: of the worker */
	struct epf_vring *vring;
	struct epf_vring_memory *memory;
	u32 pfn;
	u16 vector;
	u32 seen;
	bool drained;
	bool found;
	bool broken;
	unsigned int size;
	unsigned int untold;
	unsigned int untold_frames;
	ktime_t first_untold;
	ktime_t last_untold;
	unsigned int told;
	ktime_t told_at;
	unsigned int got_since;
	unsigned int refused;
	ktime_t retry_at;
	struct list_head spares;
	unsigned int held;
	bool woken;
	struct epf_virtio_stats past;
	spinlock_t lock; /* protects all below */
	struct list_head completed;
	struct epf_virtio_stats stats;
};

/**
 * struct epf_virtio_chain - buffers that the host's driver made available at once
 * @queue: where they are from
 * @vring: the host's memory: readable and writable bytes, and segments
 * @priv: the backend's
 * @node: the backend's as long as it holds the chain, for a list
 * @written: for epf_virtio_complete_together()
 */
struct epf_virtio_chain {
	struct epf_virtio_queue *queue;
	struct epf_vring_chain vring;
	void *priv;
	struct list_head node;
	u32 written;
	/* private: */
	bool is_last;
	struct epf_transfer transfer;
	struct epf_segment *segments;
	void (*complete)(struct epf_virtio_chain *chain, int error);
};

/**
 * struct epf_virtio_device - a function that is a virtio device
 * @epf: the function; messages go to its device
 * @backend: what it is
 * @priv: the backend's
 * @settings_lock: protects @bound, and with it all that the user sets, against
 *	configfs
 * @bound: to a controller; what the user sets is fixed
 * @device_features: virtio features that it offers; of the backend in bind
 * @features: those of them that the host's driver accepted; from start on
 * @num_queues: how many it has; of the backend in bind
 * @queues: the queues, as long as it is bound, but not in bind
 * @config: its configuration, as the host sees it; changed between
 *	epf_virtio_config_begin() and epf_virtio_config_end(), or in bind
 * @started: between start and stop
 */
struct epf_virtio_device {
	struct pci_epf *epf;
	const struct epf_virtio_backend *backend;
	void *priv;
	struct mutex settings_lock; /* see above */
	bool bound;
	u64 device_features;
	u64 features;
	unsigned int num_queues;
	struct epf_virtio_queue *queues;
	void *config;
	bool started;
	/* private: */
	struct pci_epf_header header;
	struct config_group group;
	struct config_group backend_group;
	struct epf_virtio_settings settings;
	const struct pci_epc_features *epc_features;
	struct epf_outbound outbound;
	enum pci_barno barno;
	void *bar;
	bool set_up;
	struct epf_virtio_layout layout;
	u64 driver_features;
	u32 driver_transport;
	u8 status;
	__le32 acknowledged;
	u32 config_generation;
	bool config_changed;
	unsigned long config_changed_at;
	u16 config_vector;
	unsigned int num_set_up;
	unsigned int irq_type;
	unsigned int num_vectors;
	struct mutex config_lock; /* protects @config and its copy in the BAR */
	struct epf_doorbell doorbell;
	struct task_struct *worker;
	wait_queue_head_t wait;
	bool woken;
	atomic64_t num_looks;
	atomic64_t num_rings;
};

int epf_virtio_register_backend(struct epf_virtio_backend *backend);
void epf_virtio_unregister_backend(struct epf_virtio_backend *backend);

#define module_epf_virtio_backend(_backend)				\
	module_driver(_backend, epf_virtio_register_backend,		\
		      epf_virtio_unregister_backend)

/**
 * epf_virtio_from_item() - the device of an item in configfs
 * @item: the directory "backend", as attributes of it get it
 *
 * Return: the device.
 */
static inline struct epf_virtio_device *
epf_virtio_from_item(struct config_item *item)
{
	return container_of(to_config_group(item), struct epf_virtio_device,
			    backend_group);
}

/**
 * epf_virtio_has_feature() - was a virtio feature negotiated?
 * @device: the device, started
 * @bit: number of the feature
 *
 * Return: whether it was.
 */
static inline bool epf_virtio_has_feature(const struct epf_virtio_device *device,
					  unsigned int bit)
{
	return device->features & BIT_ULL(bit);
}

/**
 * epf_virtio_queue_is_enabled() - does the host use a queue?
 * @queue: the queue
 *
 * Context: the function's worker.
 * Return: whether it does.
 */
static inline bool
epf_virtio_queue_is_enabled(const struct epf_virtio_queue *queue)
{
	return queue->vring;
}

ssize_t epf_virtio_store_uint(struct epf_virtio_device *device,
			      const char *page, size_t count,
			      unsigned int *number, unsigned int min,
			      unsigned int max);
ssize_t epf_virtio_store_bool(struct epf_virtio_device *device,
			      const char *page, size_t count, bool *yes);
ssize_t epf_virtio_store_text(struct epf_virtio_device *device,
			      const char *page, size_t count, char *text,
			      size_t size);

void epf_virtio_config_begin(struct epf_virtio_device *device);
void epf_virtio_config_end(struct epf_virtio_device *device);
void epf_virtio_needs_reset(struct epf_virtio_device *device);

struct epf_virtio_chain *epf_virtio_get(struct epf_virtio_queue *queue);
void epf_virtio_complete(struct epf_virtio_chain *chain, u32 written);
void epf_virtio_complete_together(struct list_head *chains);
void epf_virtio_queue_wake(struct epf_virtio_queue *queue);
int epf_virtio_transfer(struct epf_virtio_chain *chain,
			enum epf_direction direction, size_t offset,
			const struct kvec *memory, unsigned int num_memory,
			void (*complete)(struct epf_virtio_chain *chain,
					 int error));
int epf_virtio_read(struct epf_virtio_chain *chain, size_t offset, void *buf,
		    size_t len);
int epf_virtio_write(struct epf_virtio_chain *chain, size_t offset,
		     const void *buf, size_t len);

#endif
