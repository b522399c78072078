// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "virtio.h"

uint32_t virtio_operation(enum operation operation)
{
	switch (operation) {
	case OPERATION_READ:
		return VIRTIO_XTEST_SOURCE;
	case OPERATION_WRITE:
		return VIRTIO_XTEST_SINK;
	default:
		return VIRTIO_XTEST_ECHO;
	}
}

int virtio_open(struct virtio *virtio, const char *node)
{
	int err;

	virtio->fd = open(node, O_RDWR | O_CLOEXEC);
	if (virtio->fd < 0)
		return -errno;

	err = virtio_get_info(virtio);
	if (!err && virtio->info.version != VIRTIO_XTEST_VERSION)
		err = -EPROTO;
	if (err)
		close(virtio->fd);
	return err;
}

void virtio_close(struct virtio *virtio)
{
	close(virtio->fd);
}

int virtio_get_info(struct virtio *virtio)
{
	return ioctl(virtio->fd, VIRTIO_XTEST_INFO, &virtio->info) < 0 ? -errno
								       : 0;
}

int virtio_run(struct virtio *virtio, struct virtio_xtest_run *run)
{
	return ioctl(virtio->fd, VIRTIO_XTEST_RUN, run) < 0 ? -errno : 0;
}

int virtio_mark(struct virtio *virtio, uint32_t marker)
{
	return ioctl(virtio->fd, VIRTIO_XTEST_MARK, (unsigned long)marker) < 0
		? -errno : 0;
}

int virtio_reset(struct virtio *virtio)
{
	return ioctl(virtio->fd, VIRTIO_XTEST_RESET) < 0 ? -errno : 0;
}

unsigned int virtio_descriptors(enum operation operation, unsigned int segments)
{
	return 2 + (operation == OPERATION_COPY ? 2 : 1) * segments;
}

const char *virtio_error(int err)
{
	switch (err) {
	case -ENOTTY:
		return "not a device of virtio_xtest, or of another version of that";
	case -EPROTO:
		return "the driver is of another version";
	case -ETIMEDOUT:
		return "the device does not answer";
	case -EIO:
		return "the device is broken";
	case -ENODEV:
		return "the device is gone";
	default:
		return strerror(-err);
	}
}
