/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef EPF_VIRTIO_INTERNAL_H
#define EPF_VIRTIO_INTERNAL_H

#include "epf-virtio.h"

/*
 *   main.c      functions and their backends: made, bound, started, taken away
 *   configfs.c  what the user says of a function, and what it tells
 *   layout.c    what is where in the BAR
 *   worker.c    looks for what the host writes
 *   control.c   requests of the host, status, configuration
 *   legacy.c    the same for drivers of virtio-pci as it was before version 1
 *   queues.c    queues, and the chains in them
 *   transfer.c  data of chains
 *   moderation.c  when the host is told of them
 *   interrupt.c interrupts to the host
 *   doorbell.c  interrupts by the host
 */

/* Descriptors of a queue, and queues, at most */
#define EPF_VIRTIO_MAX_QUEUE_SIZE	32768
#define EPF_VIRTIO_MAX_QUEUES		256

/**
 * struct epf_virtio_transport - registers that a driver of the host knows
 * @name: of them, for the user
 * @rings: the host rings a doorbell that it is told of
 * @vectors: of MSI-X, if the user says nothing; 0: as many as are of use
 * @offer: returns the virtio features that a device offers with them, given
 *	those of its type
 * @choose_ids: by default the function has these PCI ids
 * @layout: find a BAR, and what is where in it; 0 or an error, with a message
 * @fill: fill them in: what the device is. No host uses it
 * @poll: do what the host requests; returns whether it did anything
 * @is_notified: has the host told of buffers in a queue?
 * @show_status: the status has changed
 * @show_config: the configuration has changed; under config_lock
 */
struct epf_virtio_transport {
	const char *name;
	bool rings;
	unsigned int vectors;
	u64 (*offer)(const struct epf_virtio_device *device);
	void (*choose_ids)(struct epf_virtio_device *device);
	int (*layout)(struct epf_virtio_device *device);
	void (*fill)(struct epf_virtio_device *device);
	bool (*poll)(struct epf_virtio_device *device);
	bool (*is_notified)(struct epf_virtio_queue *queue);
	void (*show_status)(struct epf_virtio_device *device);
	void (*show_config)(struct epf_virtio_device *device);
};

extern const struct epf_virtio_transport epf_virtio_own_transport;
extern const struct epf_virtio_transport epf_virtio_legacy_transport;

/* configfs.c */
extern struct configfs_attribute *epf_virtio_attrs[];
void epf_virtio_settings_init(struct epf_virtio_settings *settings);

/* layout.c */
int epf_virtio_alloc_bar(struct epf_virtio_device *device);
void epf_virtio_free_bar(struct epf_virtio_device *device);
int epf_virtio_make_layout(struct epf_virtio_device *device);
u32 epf_virtio_transport_features(const struct epf_virtio_device *device);
void epf_virtio_describe(struct epf_virtio_device *device);
void epf_virtio_fill_bar(struct epf_virtio_device *device);
struct epf_virtio_control *
epf_virtio_control(struct epf_virtio_device *device);
__le32 *epf_virtio_notify(struct epf_virtio_queue *queue);
void *epf_virtio_shadow(struct epf_virtio_queue *queue);

/* worker.c */
int epf_virtio_start_worker(struct epf_virtio_device *device);
void epf_virtio_stop_worker(struct epf_virtio_device *device);
void epf_virtio_wake(struct epf_virtio_device *device);

/* control.c */
int epf_virtio_begin(struct epf_virtio_device *device);
void epf_virtio_reset(struct epf_virtio_device *device);

/* queues.c */
int epf_virtio_alloc_queues(struct epf_virtio_device *device);
void epf_virtio_free_queues(struct epf_virtio_device *device);
int epf_virtio_enable_queue(struct epf_virtio_queue *queue,
			    const struct epf_virtio_control *request);
void epf_virtio_disable_queue(struct epf_virtio_queue *queue);
bool epf_virtio_poll_queue(struct epf_virtio_queue *queue);
void epf_virtio_get_stats(struct epf_virtio_device *device,
			  struct epf_virtio_stats *stats);

/* moderation.c */
void epf_virtio_init_moderation(struct epf_virtio_queue *queue);
void epf_virtio_is_untold(struct epf_virtio_queue *queue, unsigned int chains,
			  unsigned int frames);
bool epf_virtio_has_to_tell(const struct epf_virtio_queue *queue);
void epf_virtio_told(struct epf_virtio_queue *queue);
bool epf_virtio_retries(struct epf_virtio_queue *queue);
unsigned int epf_virtio_pause(const struct epf_virtio_device *device,
			      unsigned int us);

/* interrupt.c */
int epf_virtio_set_interrupts(struct epf_virtio_device *device);
void epf_virtio_find_vectors(struct epf_virtio_device *device);
int epf_virtio_raise(struct epf_virtio_device *device, u16 vector);

/* doorbell.c */
void epf_virtio_get_doorbell(struct epf_virtio_device *device);
void epf_virtio_put_doorbell(struct epf_virtio_device *device);

#endif
