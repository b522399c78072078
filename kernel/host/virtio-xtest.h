/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef HOST_VIRTIO_XTEST_H
#define HOST_VIRTIO_XTEST_H

#include <linux/atomic.h>
#include <linux/kref.h>
#include <linux/miscdevice.h>
#include <linux/mutex.h>
#include <linux/virtio.h>
#include <linux/wait.h>

#include "uapi/virtio-xtest.h"

/**
 * struct virtio_xtest - a virtio device for tests
 * @vdev: the device
 * @misc: its node
 * @name: of the node
 * @id: number of the node
 * @ref: of the driver and of each open file
 * @config_changes: that the device has told of
 * @callbacks: how often a queue called back
 * @wait: woken by those, and when the device breaks or goes
 * @gone: the device is; nothing of it is touched any more
 * @lock: one user at a time; protects all below
 * @num_queues: how many there are
 * @vqs: the queues; NULL where the device could not be set up again
 */
struct virtio_xtest {
	struct virtio_device *vdev;
	struct miscdevice misc;
	char name[32];
	int id;
	struct kref ref;
	atomic_t config_changes;
	atomic_t callbacks;
	wait_queue_head_t wait;
	bool gone;

	struct mutex lock; /* see above */
	unsigned int num_queues;
	struct virtqueue **vqs;
};

/* virtio-xtest-run.c */
int virtio_xtest_run(struct virtio_xtest *xtest, struct virtio_xtest_run *run);

/* virtio-xtest-main.c */
int virtio_xtest_reset(struct virtio_xtest *xtest);

#endif
