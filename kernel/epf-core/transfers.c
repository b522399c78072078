// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * Transfers between host memory and the endpoint's. The CPU copies a transfer
 * in a work item of its own. A DMA channel gets all segments at once; as each
 * ends, whoever waits for its map goes on, and after the last one the transfer
 * is complete.
 */

#include <linux/cleanup.h>
#include <linux/completion.h>
#include <linux/dma-mapping.h>
#include <linux/err.h>
#include <linux/export.h>
#include <linux/io.h>
#include <linux/jiffies.h>
#include <linux/mutex.h>
#include <linux/overflow.h>
#include <linux/pci-epf.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/wait.h>

#include "choice.h"
#include "dma.h"

/* A channel that has not ended a transfer by then never will. */
#define DMA_TIMEOUT_MS	5000

/**
 * struct epf_transfers - the transfers of one function
 * @maps: the function's maps
 * @dma: its DMA channels
 * @queue: runs CPU copies and completions
 * @submit_lock: one at a time gives work to the channels or takes it back, and
 *	asks @choices
 * @choices: what moved data faster, by direction
 * @lock: protects all below; taken in DMA callbacks
 * @in_flight: transfers accepted and not complete, the oldest first
 * @pieces: what DMA channels are working on
 * @ended: what they have ended
 * @canceled: CPU copies end, too
 * @alone: the only one since it was begun, or NULL
 * @stats: what was moved
 * @idle: woken when @in_flight is empty
 * @ended_work: cleans up after @ended
 * @watchdog: looks for a channel that does not end
 */
struct epf_transfers {
	struct epf_maps *maps;
	struct epf_dma dma;
	struct workqueue_struct *queue;

	struct mutex submit_lock; /* see above */
	struct epf_choice choices[EPF_NUM_DIRECTIONS];

	spinlock_t lock; /* see above */
	struct list_head in_flight;
	struct list_head pieces;
	struct list_head ended;
	bool canceled;
	const struct epf_transfer *alone;
	struct epf_transfers_stats stats;
	wait_queue_head_t idle;

	struct work_struct ended_work;
	struct delayed_work watchdog;
};

/* What one DMA descriptor moves. */
struct piece {
	struct list_head node;
	struct epf_transfers *transfers;
	struct epf_transfer *transfer;
	struct epf_map map;	/* of EPF_DMA_MEMCPY */
	dma_addr_t host;
	dma_addr_t local;
	size_t len;
	int error;
};

static struct device *dma_device(struct epf_transfers *transfers,
				 enum epf_direction direction)
{
	/* All channels of a direction are of one device. */
	return transfers->dma.channels[direction][0]->device->dev;
}

static enum dma_data_direction local_direction(enum epf_direction direction)
{
	return direction == EPF_FROM_HOST ? DMA_FROM_DEVICE : DMA_TO_DEVICE;
}

static size_t mean_segment(const struct epf_transfer *transfer)
{
	return transfer->len / transfer->num_segments;
}

/* The first error counts; two threads may have one. */
static void transfer_fail(struct epf_transfer *transfer, int error)
{
	cmpxchg(&transfer->error, 0, error);
}

/* Time spent waiting for others says nothing of the engine. */
static bool was_alone(struct epf_transfers *transfers,
		      const struct epf_transfer *transfer)
{
	guard(spinlock_irqsave)(&transfers->lock);
	return transfers->alone == transfer;
}

/* All is moved or given up: measure, count, and tell the owner. */
static void transfer_finish(struct epf_transfers *transfers,
			    struct epf_transfer *transfer)
{
	s64 ns = ktime_to_ns(ktime_sub(ktime_get(), transfer->started));
	enum epf_engine engine = transfer->engine;
	int error = transfer->error;
	bool idle;

	if (transfer->measured && !error && was_alone(transfers, transfer)) {
		guard(mutex)(&transfers->submit_lock);
		epf_choice_measured(&transfers->choices[transfer->direction],
				    engine, mean_segment(transfer),
				    transfer->len, ns);
	}

	scoped_guard(spinlock_irqsave, &transfers->lock) {
		list_del(&transfer->node);
		idle = list_empty(&transfers->in_flight);
		if (error) {
			transfers->stats.errors++;
		} else {
			transfers->stats.transfers[engine]++;
			transfers->stats.bytes[engine] += transfer->len;
		}
	}

	if (idle)
		wake_up_all(&transfers->idle);
	transfer->complete(transfer, error);
}

static int copy_segment(struct epf_transfers *transfers,
			const struct epf_segment *segment,
			enum epf_direction direction)
{
	size_t done = 0;

	while (done < segment->len) {
		struct epf_map map;
		int ret;

		if (READ_ONCE(transfers->canceled))
			return -ECANCELED;

		ret = epf_map_get(transfers->maps, segment->pci_addr + done,
				  segment->len - done, &map);
		if (ret)
			return ret;

		if (direction == EPF_FROM_HOST)
			memcpy_fromio(segment->buf + done, map.virt, map.size);
		else
			memcpy_toio(map.virt, segment->buf + done, map.size);
		done += map.size;
		epf_map_put(transfers->maps, &map);
	}

	return 0;
}

static void transfer_copy(struct epf_transfers *transfers,
			  struct epf_transfer *transfer)
{
	unsigned int i;

	for (i = 0; i < transfer->num_segments && !transfer->error; i++)
		transfer->error = copy_segment(transfers,
					       &transfer->segments[i],
					       transfer->direction);

	transfer_finish(transfers, transfer);
}

static void copy_work(struct work_struct *work)
{
	struct epf_transfer *transfer =
		container_of(work, struct epf_transfer, work);

	transfer_copy(transfer->transfers, transfer);
}

static void finish_work(struct work_struct *work)
{
	struct epf_transfer *transfer =
		container_of(work, struct epf_transfer, work);

	transfer_finish(transfer->transfers, transfer);
}

/* One piece less is under way, or the submission itself is done. */
static void transfer_put(struct epf_transfers *transfers,
			 struct epf_transfer *transfer)
{
	if (atomic_dec_and_test(&transfer->pending))
		queue_work(transfers->queue, &transfer->work);
}

static void piece_free(struct piece *piece)
{
	struct epf_transfers *transfers = piece->transfers;
	enum epf_direction direction = piece->transfer->direction;
	struct device *dev = dma_device(transfers, direction);

	dma_unmap_single(dev, piece->local, piece->len,
			 local_direction(direction));
	if (transfers->dma.kind == EPF_DMA_MEMCPY) {
		dma_unmap_resource(dev, piece->host, piece->len,
				   DMA_BIDIRECTIONAL, 0);
		epf_map_put(transfers->maps, &piece->map);
	}
	kfree(piece);
}

static void ended_work(struct work_struct *work)
{
	struct epf_transfers *transfers =
		container_of(work, struct epf_transfers, ended_work);
	struct piece *piece, *next;
	LIST_HEAD(ended);

	scoped_guard(spinlock_irqsave, &transfers->lock)
		list_splice_init(&transfers->ended, &ended);

	list_for_each_entry_safe(piece, next, &ended, node) {
		struct epf_transfer *transfer = piece->transfer;

		if (piece->error)
			transfer_fail(transfer, piece->error);
		piece_free(piece);
		transfer_put(transfers, transfer);
	}
}

static void piece_done(void *param, const struct dmaengine_result *result)
{
	struct piece *piece = param;
	struct epf_transfers *transfers = piece->transfers;

	/* Engines that have no result have no errors to tell of. */
	if (result && result->result != DMA_TRANS_NOERROR)
		piece->error = -EIO;

	scoped_guard(spinlock_irqsave, &transfers->lock)
		list_move_tail(&piece->node, &transfers->ended);
	queue_work(transfers->queue, &transfers->ended_work);
}

/* Find where in host memory a channel that takes addresses must look. */
static int piece_map(struct epf_transfers *transfers, struct piece *piece,
		     struct device *dev, u64 pci_addr)
{
	int ret;

	ret = epf_map_get(transfers->maps, pci_addr, piece->len, &piece->map);
	if (ret)
		return ret;

	piece->len = piece->map.size;
	piece->host = dma_map_resource(dev, piece->map.phys, piece->len,
				       DMA_BIDIRECTIONAL, 0);
	if (dma_mapping_error(dev, piece->host)) {
		epf_map_put(transfers->maps, &piece->map);
		return -ENOMEM;
	}

	return 0;
}

/*
 * Give the channel what it can move of a segment from @done on.
 * Return: bytes, or -errno.
 */
static ssize_t submit_piece(struct epf_transfers *transfers,
			    struct epf_transfer *transfer,
			    const struct epf_segment *segment, size_t done)
{
	enum epf_direction direction = transfer->direction;
	struct device *dev = dma_device(transfers, direction);
	struct dma_async_tx_descriptor *descriptor;
	struct dma_chan *chan;
	struct piece *piece;
	size_t len;
	int ret;

	piece = kzalloc(sizeof(*piece), GFP_KERNEL);
	if (!piece)
		return -ENOMEM;

	piece->transfers = transfers;
	piece->transfer = transfer;
	piece->len = segment->len - done;
	piece->host = segment->pci_addr + done;
	if (transfers->dma.kind == EPF_DMA_MEMCPY) {
		ret = piece_map(transfers, piece, dev,
				segment->pci_addr + done);
		if (ret) {
			kfree(piece);
			return ret;
		}
	}

	len = piece->len;
	piece->local = dma_map_single(dev, segment->buf + done, len,
				      local_direction(direction));
	if (dma_mapping_error(dev, piece->local)) {
		ret = -ENOMEM;
		goto unmap;
	}

	descriptor = epf_dma_prepare(&transfers->dma, direction, piece->host,
				     piece->local, len);
	if (!descriptor) {
		piece_free(piece);
		return -EIO;
	}

	chan = descriptor->chan;
	descriptor->callback_result = piece_done;
	descriptor->callback_param = piece;
	atomic_inc(&transfer->pending);
	scoped_guard(spinlock_irqsave, &transfers->lock)
		list_add_tail(&piece->node, &transfers->pieces);
	if (dma_submit_error(dmaengine_submit(descriptor))) {
		scoped_guard(spinlock_irqsave, &transfers->lock)
			list_del(&piece->node);
		atomic_dec(&transfer->pending);
		piece_free(piece);
		return -EIO;
	}

	/* At once: the next map may have to wait for this one to be over. */
	dma_async_issue_pending(chan);
	return len;

unmap:
	if (transfers->dma.kind == EPF_DMA_MEMCPY) {
		dma_unmap_resource(dev, piece->host, len, DMA_BIDIRECTIONAL, 0);
		epf_map_put(transfers->maps, &piece->map);
	}
	kfree(piece);
	return ret;
}

static void submit_dma(struct epf_transfers *transfers,
		       struct epf_transfer *transfer)
{
	unsigned int i;

	for (i = 0; i < transfer->num_segments; i++) {
		const struct epf_segment *segment = &transfer->segments[i];
		size_t done = 0;

		while (done < segment->len) {
			ssize_t ret = submit_piece(transfers, transfer, segment,
						   done);

			if (ret < 0) {
				transfer_fail(transfer, ret);
				goto out;
			}
			done += ret;
		}
	}

out:
	mod_delayed_work(transfers->queue, &transfers->watchdog,
			 msecs_to_jiffies(DMA_TIMEOUT_MS));
	transfer_put(transfers, transfer);
}

static int transfer_check(struct epf_transfer *transfer)
{
	unsigned int i;

	if (!transfer->num_segments || transfer->engine >= EPF_NUM_ENGINES ||
	    transfer->direction >= EPF_NUM_DIRECTIONS)
		return -EINVAL;

	transfer->len = 0;
	for (i = 0; i < transfer->num_segments; i++) {
		const struct epf_segment *segment = &transfer->segments[i];

		if (!segment->len ||
		    segment->pci_addr + segment->len - 1 < segment->pci_addr ||
		    check_add_overflow(transfer->len, segment->len,
				       &transfer->len))
			return -EINVAL;
	}

	return 0;
}

static int transfer_choose(struct epf_transfers *transfers,
			   struct epf_transfer *transfer)
{
	bool dma = transfers->dma.kind != EPF_DMA_NONE;

	transfer->measured = false;
	if (transfer->engine == EPF_ENGINE_DMA)
		return dma ? 0 : -EOPNOTSUPP;
	if (transfer->engine == EPF_ENGINE_CPU)
		return 0;
	if (!dma) {
		transfer->engine = EPF_ENGINE_CPU;
		return 0;
	}

	scoped_guard(spinlock_irqsave, &transfers->lock)
		transfer->measured = list_empty(&transfers->in_flight);
	transfer->engine =
		epf_choice_engine(&transfers->choices[transfer->direction],
				  mean_segment(transfer), transfer->len,
				  transfer->measured);
	return 0;
}

/* Accept a transfer; with @wait, a CPU copy is done on return. */
static int transfer_begin(struct epf_transfers *transfers,
			  struct epf_transfer *transfer, bool wait)
{
	bool dma;
	int ret;

	ret = transfer_check(transfer);
	if (ret)
		return ret;

	transfer->transfers = transfers;
	transfer->error = 0;
	atomic_set(&transfer->pending, 1);

	scoped_guard(mutex, &transfers->submit_lock) {
		ret = transfer_choose(transfers, transfer);
		if (ret)
			return ret;

		dma = transfer->engine == EPF_ENGINE_DMA;
		INIT_WORK(&transfer->work, dma ? finish_work : copy_work);
		transfer->started = ktime_get();
		scoped_guard(spinlock_irqsave, &transfers->lock) {
			transfers->alone = list_empty(&transfers->in_flight) ?
					   transfer : NULL;
			list_add_tail(&transfer->node, &transfers->in_flight);
		}
		if (dma)
			submit_dma(transfers, transfer);
	}

	if (!dma && wait)
		transfer_copy(transfers, transfer);
	else if (!dma)
		queue_work(transfers->queue, &transfer->work);
	return 0;
}

/**
 * epf_transfer_submit() - start a transfer
 * @transfers: the function's transfers
 * @transfer: the transfer; it stays until its completion, which may come before
 *	this returns. @transfer->engine is set to what moves it.
 *
 * Transfers under way at the same time end in any order.
 *
 * Context: may sleep.
 * Return: 0 where the transfer will complete; else it will not: -EINVAL where
 *	it has no segment, an empty one, or wraps; -EOPNOTSUPP where DMA is
 *	wanted and there is none.
 */
int epf_transfer_submit(struct epf_transfers *transfers,
			struct epf_transfer *transfer)
{
	return transfer_begin(transfers, transfer, false);
}
EXPORT_SYMBOL_GPL(epf_transfer_submit);

/* A transfer that somebody waits for; not on a stack, as its work item. */
struct waiter {
	struct epf_transfer transfer;
	struct completion done;
	int error;
};

static void wake_waiter(struct epf_transfer *transfer, int error)
{
	struct waiter *waiter = container_of(transfer, struct waiter, transfer);

	waiter->error = error;
	complete(&waiter->done);
}

/**
 * epf_transfer_run() - make a transfer
 * @transfers: the function's transfers
 * @transfer: the transfer; its @complete and @context are not used, its @engine
 *	is set to what moved it
 *
 * Context: may sleep.
 * Return: 0, -ENOMEM, an error of epf_transfer_submit(), or one that @complete
 *	gets.
 */
int epf_transfer_run(struct epf_transfers *transfers,
		     struct epf_transfer *transfer)
{
	struct waiter *waiter;
	int ret;

	waiter = kzalloc(sizeof(*waiter), GFP_KERNEL);
	if (!waiter)
		return -ENOMEM;

	init_completion(&waiter->done);
	waiter->transfer.segments = transfer->segments;
	waiter->transfer.num_segments = transfer->num_segments;
	waiter->transfer.direction = transfer->direction;
	waiter->transfer.engine = transfer->engine;
	waiter->transfer.complete = wake_waiter;

	ret = transfer_begin(transfers, &waiter->transfer, true);
	if (!ret) {
		wait_for_completion(&waiter->done);
		ret = waiter->error;
		transfer->engine = waiter->transfer.engine;
	}

	kfree(waiter);
	return ret;
}
EXPORT_SYMBOL_GPL(epf_transfer_run);

/* End what the DMA channels have; their transfers end with @error. */
static void end_pieces(struct epf_transfers *transfers, int error)
{
	struct piece *piece;

	guard(mutex)(&transfers->submit_lock);
	epf_dma_terminate(&transfers->dma);
	scoped_guard(spinlock_irqsave, &transfers->lock) {
		list_for_each_entry(piece, &transfers->pieces, node)
			piece->error = error;
		list_splice_tail_init(&transfers->pieces, &transfers->ended);
	}
	queue_work(transfers->queue, &transfers->ended_work);
}

static bool transfers_are_idle(struct epf_transfers *transfers)
{
	guard(spinlock_irqsave)(&transfers->lock);
	return list_empty(&transfers->in_flight);
}

/**
 * epf_transfers_cancel() - end all transfers
 * @transfers: the function's transfers
 *
 * They complete with -ECANCELED unless they have just ended by themselves.
 * Nothing is submitted meanwhile; afterwards it may be.
 *
 * Context: may sleep; not from a completion.
 */
void epf_transfers_cancel(struct epf_transfers *transfers)
{
	WRITE_ONCE(transfers->canceled, true);
	end_pieces(transfers, -ECANCELED);
	wait_event(transfers->idle, transfers_are_idle(transfers));
	/* The last completion may still run. */
	flush_workqueue(transfers->queue);
	WRITE_ONCE(transfers->canceled, false);
}
EXPORT_SYMBOL_GPL(epf_transfers_cancel);

static void watchdog_work(struct work_struct *work)
{
	struct epf_transfers *transfers =
		container_of(to_delayed_work(work), struct epf_transfers,
			     watchdog);
	ktime_t now = ktime_get();
	struct piece *oldest;
	bool stuck = false;

	scoped_guard(spinlock_irqsave, &transfers->lock) {
		oldest = list_first_entry_or_null(&transfers->pieces,
						  struct piece, node);
		if (!oldest)
			return;
		stuck = ktime_ms_delta(now, oldest->transfer->started) >=
			DMA_TIMEOUT_MS;
	}

	if (stuck)
		end_pieces(transfers, -ETIMEDOUT);
	else
		queue_delayed_work(transfers->queue, &transfers->watchdog,
				   msecs_to_jiffies(DMA_TIMEOUT_MS));
}

/**
 * epf_transfers_create() - let a function transfer data
 * @epf: the function, bound to its controller
 * @maps: its maps
 *
 * Context: may sleep.
 * Return: the transfers, or ERR_PTR(-ENOMEM). Having no DMA is no error.
 */
struct epf_transfers *epf_transfers_create(struct pci_epf *epf,
					   struct epf_maps *maps)
{
	struct epf_transfers *transfers;

	transfers = kzalloc(sizeof(*transfers), GFP_KERNEL);
	if (!transfers)
		return ERR_PTR(-ENOMEM);

	transfers->queue = alloc_workqueue("%s-transfers",
					   WQ_UNBOUND | WQ_MEM_RECLAIM, 0,
					   dev_name(&epf->dev));
	if (!transfers->queue) {
		kfree(transfers);
		return ERR_PTR(-ENOMEM);
	}

	transfers->maps = maps;
	mutex_init(&transfers->submit_lock);
	spin_lock_init(&transfers->lock);
	init_waitqueue_head(&transfers->idle);
	INIT_LIST_HEAD(&transfers->in_flight);
	INIT_LIST_HEAD(&transfers->pieces);
	INIT_LIST_HEAD(&transfers->ended);
	INIT_WORK(&transfers->ended_work, ended_work);
	INIT_DELAYED_WORK(&transfers->watchdog, watchdog_work);
	epf_dma_request(&transfers->dma, epf);
	return transfers;
}
EXPORT_SYMBOL_GPL(epf_transfers_create);

/**
 * epf_transfers_destroy() - end all transfers and free what made them
 * @transfers: the function's transfers; nothing is submitted any more
 *
 * Context: may sleep; not from a completion.
 */
void epf_transfers_destroy(struct epf_transfers *transfers)
{
	epf_transfers_cancel(transfers);
	cancel_delayed_work_sync(&transfers->watchdog);
	destroy_workqueue(transfers->queue);
	epf_dma_release(&transfers->dma);
	mutex_destroy(&transfers->submit_lock);
	kfree(transfers);
}
EXPORT_SYMBOL_GPL(epf_transfers_destroy);

/**
 * epf_transfers_dma_kind() - what DMA a function has
 * @transfers: the function's transfers
 *
 * Return: the kind.
 */
enum epf_dma_kind epf_transfers_dma_kind(const struct epf_transfers *transfers)
{
	return transfers->dma.kind;
}
EXPORT_SYMBOL_GPL(epf_transfers_dma_kind);

/**
 * epf_transfers_get_stats() - find out what was moved by what
 * @transfers: the function's transfers
 * @stats: filled
 *
 * Context: may sleep.
 */
void epf_transfers_get_stats(struct epf_transfers *transfers,
			     struct epf_transfers_stats *stats)
{
	unsigned int i;

	scoped_guard(spinlock_irqsave, &transfers->lock) {
		*stats = transfers->stats;
	}

	guard(mutex)(&transfers->submit_lock);
	for (i = 0; i < EPF_NUM_DIRECTIONS; i++)
		stats->crossover[i] =
			epf_choice_crossover(&transfers->choices[i]);
}
EXPORT_SYMBOL_GPL(epf_transfers_get_stats);
