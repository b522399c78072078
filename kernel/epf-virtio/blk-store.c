// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * What a disk serves: a block device, with bios, or a regular file, with kiocbs.
 */

#include <linux/bio.h>
#include <linux/blkdev.h>
#include <linux/err.h>
#include <linux/falloc.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/stat.h>
#include <linux/uio.h>

#include "blk.h"

static int open_bdev(struct blk_store *store, const char *path)
{
	blk_mode_t mode = BLK_OPEN_READ;
	struct file *file;

	if (!store->read_only)
		mode |= BLK_OPEN_WRITE;

	/* Nobody else may have it for himself, as a mounted file system has. */
	file = bdev_file_open_by_path(path, mode, store, NULL);
	if (IS_ERR(file))
		return PTR_ERR(file);

	/* Zones would have to be told of. */
	if (bdev_is_zoned(file_bdev(file))) {
		bdev_fput(file);
		return -EOPNOTSUPP;
	}

	store->file = file;
	store->bdev = file_bdev(file);
	return 0;
}

static int open_file(struct blk_store *store, const char *path, bool direct)
{
	int flags = store->read_only ? O_RDONLY : O_RDWR;
	struct file *file;

	file = filp_open(path, flags | O_LARGEFILE | (direct ? O_DIRECT : 0),
			 0);
	if (IS_ERR(file))
		return PTR_ERR(file);

	if (!S_ISREG(file_inode(file)->i_mode)) {
		fput(file);
		return -EINVAL;
	}

	store->file = file;
	store->bdev = NULL;
	return 0;
}

/**
 * blk_store_open() - begin to serve something
 * @store: filled; stays where it is until blk_store_close()
 * @path: of a file or a block device
 * @read_only: only to be read
 * @direct: past the page cache; always so for a block device
 *
 * Context: may sleep.
 * Return: 0, -EINVAL for neither a file nor a block device, -EOPNOTSUPP for one
 *	with zones, or an error of opening it: -EBUSY where a file system or
 *	other has the device.
 */
int blk_store_open(struct blk_store *store, const char *path, bool read_only,
		   bool direct)
{
	int ret;

	store->read_only = read_only;
	ret = open_bdev(store, path);
	if (ret == -ENOTBLK)
		ret = open_file(store, path, direct);
	return ret;
}

/**
 * blk_store_close() - undo blk_store_open()
 * @store: the store; nothing of it is under way
 *
 * Context: may sleep.
 */
void blk_store_close(struct blk_store *store)
{
	if (store->bdev)
		bdev_fput(store->file);
	else
		fput(store->file);
	store->file = NULL;
}

/**
 * blk_store_size() - how large is it?
 * @store: the store
 *
 * Return: bytes, at this moment.
 */
loff_t blk_store_size(const struct blk_store *store)
{
	return i_size_read(store->file->f_mapping->host);
}

static void describe_bdev(struct block_device *bdev,
			  struct virtio_blk_config *config, u64 *features)
{
	unsigned int block_size = bdev_logical_block_size(bdev);
	unsigned int shift = ilog2(block_size);
	int offset = bdev_alignment_offset(bdev);
	u32 granularity = max(bdev_discard_granularity(bdev), block_size);

	config->blk_size = to_virtio32(block_size);
	config->physical_block_exp = ilog2(bdev_physical_block_size(bdev)) -
				     shift;
	config->alignment_offset = max(offset, 0) >> shift;
	config->min_io_size =
		to_virtio16(min(bdev_io_min(bdev) >> shift, U16_MAX));
	config->opt_io_size = to_virtio32(bdev_io_opt(bdev) >> shift);

	if (bdev_max_discard_sectors(bdev)) {
		*features |= BIT_ULL(VIRTIO_BLK_F_DISCARD);
		config->discard_sector_alignment =
			to_virtio32(granularity >> SECTOR_SHIFT);
	}
	*features |= BIT_ULL(VIRTIO_BLK_F_WRITE_ZEROES);
	config->max_write_zeroes_sectors =
		to_virtio32(bdev_write_zeroes_sectors(bdev) ?
			    BLK_MAX_RANGE_SECTORS : BLK_MAX_WRITTEN_SECTORS);
}

static int describe_file(struct file *file, struct virtio_blk_config *config,
			 u64 *features)
{
	unsigned int file_shift = max(file_inode(file)->i_blkbits,
				      SECTOR_SHIFT);
	unsigned int shift = SECTOR_SHIFT;
	struct kstat stat;
	int ret;

	if (file->f_flags & O_DIRECT) {
		ret = vfs_getattr(&file->f_path, &stat, STATX_DIOALIGN, 0);
		if (ret)
			return ret;
		/* Who does not tell is content with its own blocks. */
		shift = file_shift;
		if (stat.result_mask & STATX_DIOALIGN && stat.dio_offset_align)
			shift = order_base_2(max(stat.dio_offset_align,
						 SECTOR_SIZE));
	}

	file_shift = max(file_shift, shift);
	config->blk_size = to_virtio32(1U << shift);
	config->physical_block_exp = file_shift - shift;
	config->min_io_size = to_virtio16(1U << (file_shift - shift));

	if (file->f_op->fallocate) {
		*features |= BIT_ULL(VIRTIO_BLK_F_DISCARD) |
			     BIT_ULL(VIRTIO_BLK_F_WRITE_ZEROES);
		config->discard_sector_alignment =
			to_virtio32(1U << (file_shift - SECTOR_SHIFT));
		config->max_write_zeroes_sectors =
			to_virtio32(BLK_MAX_RANGE_SECTORS);
	}
	return 0;
}

/**
 * blk_store_describe() - what it can do
 * @store: the store
 * @config: the block size, topology, and limits of discard and write zeroes
 *	are filled in, as far as they are not the same for all
 * @features: VIRTIO_BLK_F_DISCARD and VIRTIO_BLK_F_WRITE_ZEROES are added where
 *	it can be written
 *
 * Context: may sleep.
 * Return: 0, or an error of vfs_getattr().
 */
int blk_store_describe(const struct blk_store *store,
		       struct virtio_blk_config *config, u64 *features)
{
	u64 writable = 0;
	int ret = 0;

	if (store->bdev)
		describe_bdev(store->bdev, config, &writable);
	else
		ret = describe_file(store->file, config, &writable);

	if (!store->read_only)
		*features |= writable;
	return ret;
}

static void bio_done(struct bio *bio)
{
	struct blk_request *request = bio->bi_private;
	int error = blk_status_to_errno(bio->bi_status);

	bio_put(bio);
	blk_request_done(request, error);
}

static struct bio *new_bio(struct blk_request *request, unsigned int first,
			   loff_t pos)
{
	blk_opf_t op = REQ_OP_READ;
	struct bio *bio;

	if (request->type == VIRTIO_BLK_T_OUT) {
		op = REQ_OP_WRITE | REQ_SYNC | REQ_IDLE;
		if (request->stable)
			op |= REQ_FUA;
	}

	bio = bio_alloc(request->blk->store.bdev,
			bio_max_segs(request->num_pages - first), op,
			GFP_KERNEL);
	bio->bi_iter.bi_sector = pos >> SECTOR_SHIFT;
	return bio;
}

/* The first bio is complete when all are. */
static void transfer_bdev(struct blk_request *request)
{
	loff_t pos = request->pos;
	struct bio *bio = new_bio(request, 0, pos);
	struct blk_plug plug;
	unsigned int i;

	bio->bi_private = request;
	bio->bi_end_io = bio_done;

	blk_start_plug(&plug);
	for (i = 0; i < request->num_pages; i++) {
		const struct bio_vec *piece = &request->data[i];

		while (bio_add_page(bio, piece->bv_page, piece->bv_len,
				    piece->bv_offset) != piece->bv_len) {
			struct bio *full = bio;

			bio = new_bio(request, i, pos);
			bio_chain(bio, full);
			submit_bio(full);
		}
		pos += piece->bv_len;
	}
	submit_bio(bio);
	blk_finish_plug(&plug);
}

/*
 * A file system may look at the kiocb again after it was completed, to note the
 * access: the request stays until both are over.
 */
static void file_put(struct blk_request *request)
{
	if (refcount_dec_and_test(&request->iocb_users))
		blk_request_done(request, request->error);
}

static void file_end(struct blk_request *request, long ret)
{
	/* Less than wanted: someone cut the file. */
	if (ret >= 0)
		ret = ret == request->bytes ? 0 : -EIO;
	request->error = ret;
	file_put(request);
}

static void file_done(struct kiocb *iocb, long ret)
{
	if (iocb->ki_flags & IOCB_WRITE)
		kiocb_end_write(iocb);
	file_end(container_of(iocb, struct blk_request, iocb), ret);
}

static void transfer_file(struct blk_request *request)
{
	struct file *file = request->blk->store.file;
	bool write = request->type == VIRTIO_BLK_T_OUT;
	struct iov_iter iter;
	ssize_t ret;

	refcount_set(&request->iocb_users, 2);
	request->iocb = (struct kiocb) {
		.ki_filp = file,
		.ki_pos = request->pos,
		.ki_flags = file->f_iocb_flags,
		.ki_complete = file_done,
	};
	iov_iter_bvec(&iter, write ? ITER_SOURCE : ITER_DEST, request->data,
		      request->num_pages, request->bytes);
	if (write) {
		request->iocb.ki_flags |= IOCB_WRITE;
		if (request->stable)
			request->iocb.ki_flags |= IOCB_DSYNC;
		ret = vfs_iocb_iter_write(file, &request->iocb, &iter);
	} else {
		ret = vfs_iocb_iter_read(file, &request->iocb, &iter);
	}
	if (ret != -EIOCBQUEUED)
		file_end(request, ret);
	file_put(request);
}

/**
 * blk_store_transfer() - read or write
 * @request: the request, of type VIRTIO_BLK_T_IN or VIRTIO_BLK_T_OUT;
 *	blk_request_done() is called for it
 *
 * Context: may sleep; for a file as long as its I/O takes.
 */
void blk_store_transfer(struct blk_request *request)
{
	if (request->blk->store.bdev)
		transfer_bdev(request);
	else
		transfer_file(request);
}

/**
 * blk_store_flush() - have all that was written survive a loss of power
 * @store: the store
 *
 * Context: may sleep.
 * Return: 0 or -errno.
 */
int blk_store_flush(const struct blk_store *store)
{
	return store->bdev ? blkdev_issue_flush(store->bdev) :
			     vfs_fsync(store->file, 1);
}

/**
 * blk_store_discard() - nobody needs what is there
 * @store: the store
 * @pos: first byte, of a block
 * @len: bytes
 *
 * Context: may sleep.
 * Return: 0 or -errno; -EOPNOTSUPP where it cannot.
 */
int blk_store_discard(const struct blk_store *store, loff_t pos, loff_t len)
{
	if (store->bdev)
		return blkdev_issue_discard(store->bdev, pos >> SECTOR_SHIFT,
					    len >> SECTOR_SHIFT, GFP_KERNEL);

	return vfs_fallocate(store->file,
			     FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, pos,
			     len);
}

/**
 * blk_store_zero() - have zeroes there
 * @store: the store
 * @pos: first byte, of a block
 * @len: bytes
 * @unmap: they need not take room
 *
 * Context: may sleep.
 * Return: 0 or -errno; -EOPNOTSUPP where it cannot but by writing them.
 */
int blk_store_zero(const struct blk_store *store, loff_t pos, loff_t len,
		   bool unmap)
{
	if (store->bdev)
		return blkdev_issue_zeroout(store->bdev, pos >> SECTOR_SHIFT,
					    len >> SECTOR_SHIFT, GFP_KERNEL,
					    unmap ? 0 : BLKDEV_ZERO_NOUNMAP);

	return vfs_fallocate(store->file, FALLOC_FL_KEEP_SIZE |
			     (unmap ? FALLOC_FL_PUNCH_HOLE :
				      FALLOC_FL_ZERO_RANGE), pos, len);
}
