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
 *   queues.c    queues, and the chains in them
 *   transfer.c  data of chains
 *   interrupt.c interrupts to the host
 */

/* Descriptors of a queue, and queues, at most */
#define EPF_VIRTIO_MAX_QUEUE_SIZE	32768
#define EPF_VIRTIO_MAX_QUEUES		256

/* configfs.c */
extern struct configfs_attribute *epf_virtio_attrs[];
void epf_virtio_settings_init(struct epf_virtio_settings *settings);

/* layout.c */
int epf_virtio_alloc_bar(struct epf_virtio_device *device);
void epf_virtio_free_bar(struct epf_virtio_device *device);
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
bool epf_virtio_poll_control(struct epf_virtio_device *device);
void epf_virtio_reset(struct epf_virtio_device *device);

/* queues.c */
int epf_virtio_alloc_queues(struct epf_virtio_device *device);
void epf_virtio_free_queues(struct epf_virtio_device *device);
int epf_virtio_enable_queue(struct epf_virtio_queue *queue,
			    const struct epf_virtio_control *request);
void epf_virtio_disable_queue(struct epf_virtio_queue *queue);
bool epf_virtio_poll_queue(struct epf_virtio_queue *queue);
unsigned int epf_virtio_pause(const struct epf_virtio_device *device,
			      unsigned int us);
void epf_virtio_get_stats(struct epf_virtio_device *device,
			  struct epf_virtio_stats *stats);

/* interrupt.c */
int epf_virtio_set_interrupts(struct epf_virtio_device *device);
void epf_virtio_find_vectors(struct epf_virtio_device *device);
bool epf_virtio_raise(struct epf_virtio_device *device, u16 vector);

#endif
