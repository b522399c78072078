/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef VIRTIO_H
#define VIRTIO_H

#include <stdint.h>

#include "extended.h"
#include "uapi/virtio-xtest.h"

/* A device of virtio_xtest in use. It always answers in time. */
struct virtio {
	int fd;
	struct virtio_xtest_info info;
};

/* enum virtio_xtest_operation of a read, write or copy in the words of the host */
uint32_t virtio_operation(enum operation operation);

/* Open a device. Return 0; -ENOTTY where the driver is another; -EPROTO where
 * its ioctls are of a version we do not know; or -errno of the open. */
int virtio_open(struct virtio *virtio, const char *node);
void virtio_close(struct virtio *virtio);

/* Return 0, or -errno of the ioctl. The first one reads virtio->info anew. */
int virtio_get_info(struct virtio *virtio);
int virtio_run(struct virtio *virtio, struct virtio_xtest_run *run);
int virtio_mark(struct virtio *virtio, uint32_t marker);
int virtio_reset(struct virtio *virtio);

/* Descriptors that a chain of an operation takes in the ring, and in a table of
 * its own where those are negotiated: with request and reply. */
unsigned int virtio_descriptors(enum operation operation,
				unsigned int segments);

/* What there is to say of an error of the calls. */
const char *virtio_error(int err);

#endif
