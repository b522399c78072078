// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * Data of chains: between the host's segments and memory of the endpoint, both
 * in pieces of their own.
 */

#include <linux/errno.h>
#include <linux/export.h>
#include <linux/minmax.h>
#include <linux/slab.h>
#include <linux/uio.h>

#include "virtio.h"

/* The part of a chain that a direction is about. */
static const struct epf_vring_segment *
segments_of(const struct epf_virtio_chain *chain, enum epf_direction direction,
	    unsigned int *count, u32 *bytes)
{
	const struct epf_vring_chain *vring = &chain->vring;

	if (direction == EPF_FROM_HOST) {
		*count = vring->num_readable;
		*bytes = vring->readable;
		return vring->segments;
	}

	*count = vring->num_writable;
	*bytes = vring->writable;
	return vring->segments + vring->num_readable;
}

static size_t length_of(const struct kvec *memory, unsigned int count)
{
	size_t length = 0;

	while (count--)
		length += (memory++)->iov_len;
	return length;
}

/* Cut where either side has a boundary; there is room for all. */
static unsigned int cut(struct epf_segment *segments,
			const struct epf_vring_segment *host, size_t offset,
			const struct kvec *memory, unsigned int num_memory)
{
	unsigned int count = 0;
	unsigned int i;

	for (; offset >= host->len; host++)
		offset -= host->len;

	for (i = 0; i < num_memory; i++) {
		size_t done = 0;

		while (done < memory[i].iov_len) {
			size_t len = min(memory[i].iov_len - done,
					 host->len - offset);

			segments[count++] = (struct epf_segment) {
				.pci_addr = host->pci_addr + offset,
				.buf = memory[i].iov_base + done,
				.len = len,
			};
			done += len;
			offset += len;
			if (offset == host->len) {
				host++;
				offset = 0;
			}
		}
	}
	return count;
}

static int prepare(struct epf_virtio_chain *chain,
		   enum epf_direction direction, size_t offset,
		   const struct kvec *memory, unsigned int num_memory)
{
	const struct epf_vring_segment *host;
	size_t len = length_of(memory, num_memory);
	unsigned int count;
	u32 bytes;

	host = segments_of(chain, direction, &count, &bytes);
	if (!len || len > bytes || offset > bytes - len)
		return -EINVAL;

	chain->segments = kmalloc_array(count + num_memory,
					sizeof(*chain->segments), GFP_KERNEL);
	if (!chain->segments)
		return -ENOMEM;

	chain->transfer = (struct epf_transfer) {
		.segments = chain->segments,
		.num_segments = cut(chain->segments, host, offset, memory,
				    num_memory),
		.direction = direction,
		.context = chain,
	};
	return 0;
}

static void transfer_done(struct epf_transfer *transfer, int error)
{
	struct epf_virtio_chain *chain = transfer->context;

	kfree(chain->segments);
	chain->complete(chain, error);
}

/**
 * epf_virtio_transfer() - move data of a chain
 * @chain: the chain; no other transfer of it is under way
 * @direction: EPF_FROM_HOST: what is readable; EPF_TO_HOST: what is writable
 * @offset: bytes into that
 * @memory: memory of the endpoint, from kmalloc() or the page allocator; it
 *	stays until @complete, @memory itself need not
 * @num_memory: pieces of it
 * @complete: called once in process context, when no memory is accessed any
 *	more; see struct epf_transfer
 *
 * Context: may sleep.
 * Return: 0, -EINVAL where the chain is shorter, -ENOMEM, or an error of
 *	epf_transfer_submit(). Then @complete is not called.
 */
int epf_virtio_transfer(struct epf_virtio_chain *chain,
			enum epf_direction direction, size_t offset,
			const struct kvec *memory, unsigned int num_memory,
			void (*complete)(struct epf_virtio_chain *chain,
					 int error))
{
	struct epf_virtio_device *device = chain->queue->device;
	int ret;

	ret = prepare(chain, direction, offset, memory, num_memory);
	if (ret)
		return ret;

	chain->complete = complete;
	chain->transfer.complete = transfer_done;
	ret = epf_transfer_submit(device->outbound.transfers,
				  &chain->transfer);
	if (ret)
		kfree(chain->segments);
	return ret;
}
EXPORT_SYMBOL_GPL(epf_virtio_transfer);

static int transfer_now(struct epf_virtio_chain *chain,
			enum epf_direction direction, size_t offset, void *buf,
			size_t len)
{
	struct epf_virtio_device *device = chain->queue->device;
	struct kvec memory = { .iov_base = buf, .iov_len = len };
	int ret;

	ret = prepare(chain, direction, offset, &memory, 1);
	if (ret)
		return ret;

	ret = epf_transfer_run(device->outbound.transfers, &chain->transfer);
	kfree(chain->segments);
	return ret;
}

/**
 * epf_virtio_read() - read from a chain, and wait for it
 * @chain: the chain; no transfer of it is under way
 * @offset: bytes into what is readable
 * @buf: where to, memory from kmalloc()
 * @len: bytes
 *
 * For a few bytes, as those of a header: a read over the link takes a round
 * trip.
 *
 * Context: may sleep.
 * Return: 0, -EINVAL where the chain is shorter, -ENOMEM, or an error of
 *	epf_transfer_run().
 */
int epf_virtio_read(struct epf_virtio_chain *chain, size_t offset, void *buf,
		    size_t len)
{
	return transfer_now(chain, EPF_FROM_HOST, offset, buf, len);
}
EXPORT_SYMBOL_GPL(epf_virtio_read);

/**
 * epf_virtio_write() - write to a chain, and wait for it
 * @chain: the chain; no transfer of it is under way
 * @offset: bytes into what is writable
 * @buf: where from, memory from kmalloc()
 * @len: bytes
 *
 * Context: may sleep.
 * Return: 0, -EINVAL where the chain is shorter, -ENOMEM, or an error of
 *	epf_transfer_run().
 */
int epf_virtio_write(struct epf_virtio_chain *chain, size_t offset,
		     const void *buf, size_t len)
{
	return transfer_now(chain, EPF_TO_HOST, offset, (void *)buf, len);
}
EXPORT_SYMBOL_GPL(epf_virtio_write);
