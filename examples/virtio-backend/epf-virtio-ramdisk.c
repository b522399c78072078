// SPDX-License-Identifier: GPL-2.0-only
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#include <linux/blk_types.h>
#include <linux/pci_ids.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/uio.h>
#include <uapi/linux/virtio_blk.h>
#include <uapi/linux/virtio_ids.h>

#include "epf-virtio.h"
#include "virtio-types.h"

#define DISK_BYTES	SZ_1M

struct request {
	struct virtio_blk_outhdr header;
	u32 written;
	u8 status;
};

static void done(struct epf_virtio_chain *chain, int error)
{
	struct request *request = chain->priv;

	epf_virtio_complete(chain, error ? 0 : request->written);
	kfree(request);
}

/* The status is the last byte, behind what was read. */
static void answer(struct epf_virtio_chain *chain, u8 status, void *data,
		   size_t len)
{
	size_t offset = chain->vring.writable - sizeof(status) - len;
	struct request *request = chain->priv;
	struct kvec memory[] = {
		{ .iov_base = data, .iov_len = len },
		{ .iov_base = &request->status, .iov_len = sizeof(status) },
	};
	unsigned int skip = len ? 0 : 1;
	int ret;

	request->status = status;
	request->written = offset ? 0 : len + sizeof(status);
	ret = epf_virtio_transfer(chain, EPF_TO_HOST, offset, memory + skip,
				  2 - skip, done);
	if (ret)
		done(chain, ret);
}

static void have_data(struct epf_virtio_chain *chain, int error)
{
	answer(chain, error ? VIRTIO_BLK_S_IOERR : VIRTIO_BLK_S_OK, NULL, 0);
}

static void *find(void *disk, u64 sector, size_t len)
{
	if (len > DISK_BYTES || sector > (DISK_BYTES - len) / SECTOR_SIZE)
		return NULL;
	return disk + sector * SECTOR_SIZE;
}

static void execute(struct epf_virtio_chain *chain)
{
	struct request *request = chain->priv;
	u64 sector = from_virtio64(request->header.sector);
	void *disk = chain->queue->device->priv;
	struct kvec memory;

	switch (from_virtio32(request->header.type)) {
	case VIRTIO_BLK_T_IN:
		memory.iov_len = chain->vring.writable - sizeof(request->status);
		memory.iov_base = find(disk, sector, memory.iov_len);
		if (memory.iov_base)
			answer(chain, VIRTIO_BLK_S_OK, memory.iov_base,
			       memory.iov_len);
		else
			answer(chain, VIRTIO_BLK_S_IOERR, NULL, 0);
		break;
	case VIRTIO_BLK_T_OUT:
		memory.iov_len = chain->vring.readable - sizeof(request->header);
		memory.iov_base = find(disk, sector, memory.iov_len);
		if (!memory.iov_base ||
		    epf_virtio_transfer(chain, EPF_FROM_HOST,
					sizeof(request->header), &memory, 1,
					have_data))
			answer(chain, VIRTIO_BLK_S_IOERR, NULL, 0);
		break;
	default:
		answer(chain, VIRTIO_BLK_S_UNSUPP, NULL, 0);
	}
}

static void ramdisk_queue_work(struct epf_virtio_queue *queue)
{
	struct epf_virtio_chain *chain;
	struct request *request;

	while ((chain = epf_virtio_get(queue)) != NULL) {
		request = kzalloc(sizeof(*request), GFP_KERNEL);
		chain->priv = request;
		if (request && chain->vring.writable &&
		    !epf_virtio_read(chain, 0, &request->header,
				     sizeof(request->header)))
			execute(chain);
		else
			done(chain, -EIO);
	}
}

static int ramdisk_bind(struct epf_virtio_device *device)
{
	struct virtio_blk_config *config = device->config;

	device->priv = kzalloc(DISK_BYTES, GFP_KERNEL);
	if (!device->priv)
		return -ENOMEM;

	config->capacity = to_virtio64(DISK_BYTES / SECTOR_SIZE);
	return 0;
}

static void ramdisk_unbind(struct epf_virtio_device *device)
{
	kfree(device->priv);
}

static struct epf_virtio_backend ramdisk_backend = {
	.name = "ramdisk",
	.owner = THIS_MODULE,
	.device_id = VIRTIO_ID_BLOCK,
	.class = PCI_CLASS_STORAGE_OTHER,
	.num_queues = 1,
	.config_size = sizeof(struct virtio_blk_config),
	.bind = ramdisk_bind,
	.unbind = ramdisk_unbind,
	.queue_work = ramdisk_queue_work,
};
module_epf_virtio_backend(ramdisk_backend);

MODULE_DESCRIPTION("PCI endpoint function: a disk in memory");
MODULE_LICENSE("GPL");
