// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * Requests of the host. All that is readable of a chain, header and data, comes
 * over the link in one transfer; what is to be done is done; and all that is
 * writable, data and status, goes back in one.
 *
 *	queue_work -> have_read -> blk_store_*() -> blk_request_done -> have_written
 *	  worker      transfers     workqueue,       bio, kiocb          transfers
 *	                            block layer      or workqueue
 */

#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/gfp.h>
#include <linux/math.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uio.h>

#include "blk.h"

/* Of all requests of a disk together; the largest one is always possible. */
#define MAX_HELD	(8 * BLK_MAX_DATA)

static void free_data(struct blk_request *request)
{
	while (request->num_pages)
		put_page(request->data[--request->num_pages].bv_page);
	kfree(request->data);
}

static void request_end(struct blk_request *request, u32 written)
{
	struct epf_virtio_chain *chain = request->chain;
	struct epf_virtio_device *device = chain->queue->device;
	struct blk *blk = request->blk;
	unsigned int bytes = request->bytes;
	unsigned int i;

	free_data(request);
	kfree(request);
	/* Who waits for memory looks again. */
	if (atomic_sub_return(bytes, &blk->held) + bytes >
	    MAX_HELD - BLK_MAX_DATA)
		for (i = 0; i < device->num_queues; i++)
			epf_virtio_queue_wake(&device->queues[i]);
	epf_virtio_complete(chain, written);
}

/* All is written, or the status alone, which is not at the start. */
static void have_written(struct epf_virtio_chain *chain, int error)
{
	struct blk_request *request = chain->priv;
	bool all = !request->error || chain->vring.writable == 1;

	request_end(request, error || !all ? 0 : chain->vring.writable);
}

/* Pages of several sizes: many in one are one segment for most. */
static int alloc_data(struct blk_request *request)
{
	unsigned int left = request->bytes;

	if (!left)
		return 0;

	request->data = kmalloc_array(DIV_ROUND_UP(left, PAGE_SIZE),
				      sizeof(*request->data), GFP_KERNEL);
	if (!request->data)
		return -ENOMEM;

	while (left) {
		unsigned int order = min(get_order(left),
					 PAGE_ALLOC_COSTLY_ORDER);
		unsigned int len;
		struct page *page = NULL;

		if (order)
			page = alloc_pages(GFP_KERNEL | __GFP_COMP |
					   __GFP_NOWARN | __GFP_NORETRY, order);
		if (!page)
			page = alloc_page(GFP_KERNEL);
		if (!page)
			return -ENOMEM;

		len = min(left, page_size(page));
		bvec_set_page(&request->data[request->num_pages++], page, len,
			      0);
		left -= len;
	}
	return 0;
}

/*
 * Move header or status, and data where there is some that way, from @offset
 * into the chain.
 */
static int transfer(struct blk_request *request, enum epf_direction direction,
		    size_t offset, bool with_data,
		    void (*complete)(struct epf_virtio_chain *chain, int error))
{
	unsigned int num_pages = with_data ? request->num_pages : 0;
	struct kvec *memory, *data;
	unsigned int i;
	int ret;

	memory = kmalloc_array(num_pages + 1, sizeof(*memory), GFP_KERNEL);
	if (!memory)
		return -ENOMEM;

	if (direction == EPF_FROM_HOST) {
		memory[0].iov_base = &request->header;
		memory[0].iov_len = sizeof(request->header);
		data = memory + 1;
	} else {
		memory[num_pages].iov_base = &request->status;
		memory[num_pages].iov_len = sizeof(request->status);
		data = memory;
	}
	for (i = 0; i < num_pages; i++) {
		data[i].iov_base = bvec_virt(&request->data[i]);
		data[i].iov_len = request->data[i].bv_len;
	}

	ret = epf_virtio_transfer(request->chain, direction, offset, memory,
				  num_pages + 1, complete);
	kfree(memory);
	return ret;
}

static u8 status_of(int error)
{
	switch (error) {
	case 0:
		return VIRTIO_BLK_S_OK;
	case -EOPNOTSUPP:
		return VIRTIO_BLK_S_UNSUPP;
	default:
		return VIRTIO_BLK_S_IOERR;
	}
}

/* Tell the host what became of it, and what it wanted to know. */
static void answer(struct blk_request *request, int error)
{
	size_t data = request->chain->vring.writable - sizeof(request->status);
	size_t offset = error ? data : 0;

	request->error = error;
	request->status = status_of(error);
	if (transfer(request, EPF_TO_HOST, offset, !error && data,
		     have_written))
		request_end(request, 0);
}

static void answer_work(struct work_struct *work)
{
	struct blk_request *request = container_of(work, struct blk_request,
						   work);

	answer(request, request->error);
}

/**
 * blk_request_done() - what was read or written is
 * @request: the request
 * @error: 0 or -errno
 *
 * Context: any.
 */
void blk_request_done(struct blk_request *request, int error)
{
	request->error = error;
	INIT_WORK(&request->work, answer_work);
	queue_work(request->blk->workqueue, &request->work);
}

/* Whether that is in the disk, in whole blocks. */
static bool is_inside(const struct blk *blk, u64 sector, u64 sectors)
{
	u64 size = blk_store_size(&blk->store) >> SECTOR_SHIFT;

	return !((sector | sectors) & ((blk->block_size >> SECTOR_SHIFT) - 1)) &&
	       sectors <= size && sector <= size - sectors;
}

static int run_range(struct blk_request *request,
		     const struct virtio_blk_discard_write_zeroes *range)
{
	const struct blk *blk = request->blk;
	bool discard = request->type == VIRTIO_BLK_T_DISCARD;
	u32 max = discard ? BLK_MAX_RANGE_SECTORS : blk->max_zero_sectors;
	u32 allowed = discard ? 0 : VIRTIO_BLK_WRITE_ZEROES_FLAG_UNMAP;
	u64 sector = le64_to_cpu(range->sector);
	u32 sectors = le32_to_cpu(range->num_sectors);
	u32 flags = le32_to_cpu(range->flags);
	loff_t pos, len;

	if (flags & ~allowed)
		return -EOPNOTSUPP;
	if (sectors > max || !is_inside(blk, sector, sectors))
		return -EINVAL;
	if (!sectors)
		return 0;

	pos = sector << SECTOR_SHIFT;
	len = (loff_t)sectors << SECTOR_SHIFT;
	if (discard)
		return blk_store_discard(&blk->store, pos, len);
	return blk_store_zero(&blk->store, pos, len, flags);
}

static int run_ranges(struct blk_request *request)
{
	const struct virtio_blk_discard_write_zeroes *ranges;
	unsigned int count = request->bytes / sizeof(*ranges);
	unsigned int i;
	int ret = 0;

	if (request->blk->store.read_only)
		return -EROFS;
	if (!count || request->bytes % sizeof(*ranges) ||
	    count > BLK_MAX_RANGES || request->chain->vring.writable != 1)
		return -EINVAL;

	/* All of them are in the first page. */
	ranges = bvec_virt(&request->data[0]);
	for (i = 0; i < count && !ret; i++)
		ret = run_range(request, &ranges[i]);
	if (!ret && request->stable)
		ret = blk_store_flush(&request->blk->store);
	return ret;
}

static int get_id(struct blk_request *request)
{
	if (request->bytes != VIRTIO_BLK_ID_BYTES ||
	    request->chain->vring.writable <= VIRTIO_BLK_ID_BYTES)
		return -EINVAL;

	memcpy(bvec_virt(&request->data[0]), request->blk->serial,
	       VIRTIO_BLK_ID_BYTES);
	return 0;
}

/* What blocks. */
static void run_work(struct work_struct *work)
{
	struct blk_request *request = container_of(work, struct blk_request,
						   work);

	switch (request->type) {
	case VIRTIO_BLK_T_IN:
	case VIRTIO_BLK_T_OUT:
		blk_store_transfer(request);
		return;
	case VIRTIO_BLK_T_FLUSH:
		answer(request, blk_store_flush(&request->blk->store));
		return;
	default:
		answer(request, run_ranges(request));
		return;
	}
}

static int check_transfer(struct blk_request *request)
{
	const struct epf_vring_chain *vring = &request->chain->vring;
	u64 sector = from_virtio64(request->header.sector);
	bool write = request->type == VIRTIO_BLK_T_OUT;
	bool goes_out = vring->writable > sizeof(request->status);

	if (write && request->blk->store.read_only)
		return -EROFS;
	/* There is some, it goes that way, and it is whole sectors. */
	if (!request->bytes || goes_out == write ||
	    request->bytes % SECTOR_SIZE ||
	    !is_inside(request->blk, sector, request->bytes >> SECTOR_SHIFT))
		return -EINVAL;

	request->pos = sector << SECTOR_SHIFT;
	return 0;
}

static void execute(struct blk_request *request)
{
	struct blk *blk = request->blk;
	int ret;

	switch (request->type) {
	case VIRTIO_BLK_T_IN:
	case VIRTIO_BLK_T_OUT:
		ret = check_transfer(request);
		if (ret)
			break;
		if (blk->store.bdev) {
			blk_store_transfer(request);
			return;
		}
		fallthrough;
	case VIRTIO_BLK_T_FLUSH:
	case VIRTIO_BLK_T_DISCARD:
	case VIRTIO_BLK_T_WRITE_ZEROES:
		INIT_WORK(&request->work, run_work);
		queue_work(blk->workqueue, &request->work);
		return;
	case VIRTIO_BLK_T_GET_ID:
		ret = get_id(request);
		break;
	default:
		ret = -EOPNOTSUPP;
		break;
	}
	answer(request, ret);
}

static void have_read(struct epf_virtio_chain *chain, int error)
{
	struct blk_request *request = chain->priv;

	if (error) {
		request_end(request, 0);
		return;
	}

	request->type = from_virtio32(request->header.type);
	request->stable = blk_writes_through(chain->queue->device);
	execute(request);
}

/* Bytes of data; -EINVAL for what is no request that was allowed. */
static int data_of(const struct epf_vring_chain *vring)
{
	u32 in, out;

	if (vring->readable < sizeof(struct virtio_blk_outhdr) ||
	    vring->writable < 1)
		return -EINVAL;

	in = vring->readable - sizeof(struct virtio_blk_outhdr);
	out = vring->writable - 1;
	if ((in && out) || in > BLK_MAX_DATA || out > BLK_MAX_DATA)
		return -EINVAL;

	return in + out;
}

/* Where even the status has no place the host gets its chain back. */
static void refuse(struct epf_virtio_chain *chain, struct blk_request *request)
{
	if (chain->vring.writable)
		answer(request, -EINVAL);
	else
		request_end(request, 0);
}

static void begin(struct epf_virtio_chain *chain)
{
	struct blk *blk = chain->queue->device->priv;
	int bytes = data_of(&chain->vring);
	struct blk_request *request;

	request = kzalloc(sizeof(*request), GFP_KERNEL);
	if (!request) {
		epf_virtio_complete(chain, 0);
		return;
	}

	request->chain = chain;
	request->blk = blk;
	chain->priv = request;
	if (bytes < 0) {
		refuse(chain, request);
		return;
	}

	request->bytes = bytes;
	atomic_add(bytes, &blk->held);
	if (alloc_data(request))
		answer(request, -ENOMEM);
	else if (transfer(request, EPF_FROM_HOST, 0,
			  chain->vring.readable > sizeof(request->header),
			  have_read))
		request_end(request, 0);
}

/**
 * blk_queue_work() - take what the host wants
 * @queue: in which queue
 *
 * Context: the function's worker.
 */
void blk_queue_work(struct epf_virtio_queue *queue)
{
	struct blk *blk = queue->device->priv;
	struct epf_virtio_chain *chain;

	while (atomic_read(&blk->held) <= MAX_HELD - BLK_MAX_DATA) {
		chain = epf_virtio_get(queue);
		if (!chain)
			return;
		begin(chain);
	}
}
