/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef EPF_VIRTIO_BLK_H
#define EPF_VIRTIO_BLK_H

#include <linux/atomic.h>
#include <linux/blk_types.h>
#include <linux/cache.h>
#include <linux/fs.h>
#include <linux/refcount.h>
#include <linux/sizes.h>
#include <linux/workqueue.h>
#include <uapi/linux/virtio_blk.h>
#include <uapi/linux/virtio_ids.h>

#include "epf-virtio.h"
#include "virtio-types.h"

/*
 *   blk.c          the device: features, configuration, life
 *   blk-configfs.c what the user says of it
 *   blk-request.c  requests of the host
 *   blk-store.c    the file or block device that is served
 */

/* Of one request: what the host is told in seg_max and size_max */
#define BLK_MAX_SEGMENTS	126U
#define BLK_MAX_SEGMENT_SIZE	SZ_64K
#define BLK_MAX_DATA		(BLK_MAX_SEGMENTS * BLK_MAX_SEGMENT_SIZE)

/*
 * Ranges of one discard or write-zeroes request, and sectors of a range. Where
 * zeroes have to be written one by one it is less: other requests, and a reset,
 * wait for that.
 */
#define BLK_MAX_RANGES		64U
#define BLK_MAX_RANGE_SECTORS	(SZ_1G >> SECTOR_SHIFT)
#define BLK_MAX_WRITTEN_SECTORS	(SZ_64M >> SECTOR_SHIFT)

#define BLK_MAX_QUEUES		64U

/**
 * struct blk_store - what is served
 * @file: it
 * @bdev: the same as a block device; NULL: a regular file
 * @read_only: it was opened for reading
 */
struct blk_store {
	struct file *file;
	struct block_device *bdev;
	bool read_only;
};

/**
 * struct blk - a disk
 * @path: of what is served; this and the next four are the user's, under
 *	settings_lock of the device
 * @serial: what the host reads as the disk's id; not terminated where it is as
 *	long as it can be
 * @read_only: whether the host can only read
 * @direct: a file is read and written past the page cache
 * @num_queues: for requests
 * @store: what is served; between bind and unbind, like all that follow
 * @workqueue: for what blocks, and for completions
 * @block_size: bytes that all is a multiple of
 * @max_zero_sectors: sectors of a range of zeroes
 * @held: bytes that requests hold
 */
struct blk {
	char path[PATH_MAX];
	char serial[VIRTIO_BLK_ID_BYTES];
	bool read_only;
	bool direct;
	unsigned int num_queues;
	struct blk_store store;
	struct workqueue_struct *workqueue;
	unsigned int block_size;
	u32 max_zero_sectors;
	atomic_t held;
};

/**
 * struct blk_request - a request of the host
 * @chain: its buffers
 * @blk: the disk
 * @work: what is to be done in process context
 * @type: VIRTIO_BLK_T_*
 * @pos: bytes into the disk where it reads or writes
 * @stable: what is written is to survive a loss of power when it is complete
 * @error: 0 or -errno of what it did
 * @bytes: of data
 * @num_pages: pieces that the data is in
 * @data: the pieces
 * @iocb: of a file's I/O
 * @iocb_users: who may still look at it: the file system, and its completion
 * @header: what the host wants
 * @status: what becomes of it
 */
struct blk_request {
	struct epf_virtio_chain *chain;
	struct blk *blk;
	struct work_struct work;
	u32 type;
	loff_t pos;
	bool stable;
	int error;
	unsigned int bytes;
	unsigned int num_pages;
	struct bio_vec *data;
	struct kiocb iocb;
	refcount_t iocb_users;
	/* DMA goes to these two: nothing else is in their cache lines. */
	struct virtio_blk_outhdr header __aligned(ARCH_DMA_MINALIGN);
	u8 status;
};

/* blk.c */
void blk_refresh(struct epf_virtio_device *device);
bool blk_writes_through(struct epf_virtio_device *device);

/* blk-configfs.c */
extern const struct config_item_type blk_type;

/* blk-request.c */
void blk_queue_work(struct epf_virtio_queue *queue);
void blk_request_done(struct blk_request *request, int error);

/* blk-store.c */
int blk_store_open(struct blk_store *store, const char *path, bool read_only,
		   bool direct);
void blk_store_close(struct blk_store *store);
loff_t blk_store_size(const struct blk_store *store);
int blk_store_describe(const struct blk_store *store,
		       struct virtio_blk_config *config, u64 *features);
void blk_store_transfer(struct blk_request *request);
int blk_store_flush(const struct blk_store *store);
int blk_store_discard(const struct blk_store *store, loff_t pos, loff_t len);
int blk_store_zero(const struct blk_store *store, loff_t pos, loff_t len,
		   bool unmap);

#endif
