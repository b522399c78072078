// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * What rings of any layout have in common.
 */

#include <linux/align.h>
#include <linux/bug.h>
#include <linux/err.h>
#include <linux/export.h>
#include <linux/limits.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/slab.h>

#include "vring.h"

/* More have no index in either layout. */
#define MAX_NUM		32768

/* Segments that a chain has room for at first. */
#define FIRST_SEGMENTS	16

/**
 * vring_break() - give a ring up
 * @vring: the ring
 * @fault: what the driver did wrong
 *
 * Return: -EPROTO.
 */
int vring_break(struct epf_vring *vring, const char *fault)
{
	vring->fault = fault;
	vring->error = -EPROTO;
	return vring->error;
}

/**
 * vring_read() - read host memory
 * @vring: the ring
 * @pci_addr: from where
 * @buf: where to, from kmalloc()
 * @len: bytes
 *
 * Return: 0, or an error of the memory operations.
 */
int vring_read(struct epf_vring *vring, u64 pci_addr, void *buf, size_t len)
{
	const struct epf_vring_config *config = &vring->config;

	vring->stats.reads++;
	vring->stats.read_bytes += len;
	return config->ops->read(config->context, pci_addr, buf, len);
}

/**
 * vring_write() - write host memory
 * @vring: the ring
 * @pci_addr: where to
 * @buf: from where
 * @len: bytes
 *
 * Return: 0, or an error of the memory operations.
 */
int vring_write(struct epf_vring *vring, u64 pci_addr, const void *buf,
		size_t len)
{
	const struct epf_vring_config *config = &vring->config;

	vring->stats.writes++;
	vring->stats.write_bytes += len;
	return config->ops->write(config->context, pci_addr, buf, len);
}

static unsigned int vring_max_segments(const struct epf_vring *vring)
{
	return vring->config.max_segments ?: vring->config.num;
}

static int chain_grow(struct epf_vring_chain *chain, unsigned int limit)
{
	unsigned int max = min(max(2 * chain->max_segments, FIRST_SEGMENTS),
			       limit);
	struct epf_vring_segment *segments;

	segments = krealloc_array(chain->segments, max, sizeof(*segments),
				  GFP_KERNEL);
	if (!segments)
		return -ENOMEM;

	chain->segments = segments;
	chain->max_segments = max;
	return 0;
}

/**
 * vring_add_segment() - add what a descriptor says to a chain
 * @vring: the ring
 * @chain: the chain
 * @pci_addr: the descriptor's address
 * @len: the descriptor's length
 * @writable: it is to be written
 *
 * Return: 0, -ENOMEM, or -EPROTO.
 */
int vring_add_segment(struct epf_vring *vring, struct epf_vring_chain *chain,
		      u64 pci_addr, u32 len, bool writable)
{
	unsigned int num = chain->num_readable + chain->num_writable;
	u32 *total = writable ? &chain->writable : &chain->readable;
	int ret;

	if (!len)
		return vring_break(vring, "a descriptor of no bytes");
	if (pci_addr + len - 1 < pci_addr)
		return vring_break(vring, "a descriptor beyond all addresses");
	if (len > U32_MAX - chain->readable - chain->writable)
		return vring_break(vring, "a chain of 4 GiB or more");
	if (!writable && chain->num_writable)
		return vring_break(vring, "a segment to read behind one to write");
	if (num == vring_max_segments(vring))
		return vring_break(vring, "a chain of too many segments");
	if (num == chain->max_segments) {
		ret = chain_grow(chain, vring_max_segments(vring));
		if (ret)
			return ret;
	}

	chain->segments[num] = (struct epf_vring_segment) {
		.pci_addr = pci_addr,
		.len = len,
	};
	*total += len;
	if (writable)
		chain->num_writable++;
	else
		chain->num_readable++;
	return 0;
}

/**
 * vring_fetch_table() - fetch the indirect table that a descriptor names
 * @vring: the ring; its table is filled
 * @pci_addr: the descriptor's address
 * @len: the descriptor's length
 *
 * Return: the number of entries, -ENOMEM, -EPROTO, or an error of the memory
 *	operations.
 */
int vring_fetch_table(struct epf_vring *vring, u64 pci_addr, u32 len)
{
	unsigned int num = len / sizeof(struct vring_desc);
	void *table;
	int ret;

	if (!vring_has(vring, VIRTIO_RING_F_INDIRECT_DESC))
		return vring_break(vring, "an indirect table, not negotiated");
	if (!len || len % sizeof(struct vring_desc))
		return vring_break(vring, "an indirect table of an odd length");
	if (pci_addr + len - 1 < pci_addr)
		return vring_break(vring, "an indirect table beyond all addresses");
	if (num > vring_max_segments(vring))
		return vring_break(vring, "an indirect table of too many segments");

	if (num > vring->table_size) {
		table = kmalloc(len, GFP_KERNEL);
		if (!table)
			return -ENOMEM;
		kfree(vring->table);
		vring->table = table;
		vring->table_size = num;
	}

	ret = vring_read(vring, pci_addr, vring->table, len);
	return ret ?: num;
}

static bool area_is_valid(const struct vring_area *area, size_t align)
{
	return IS_ALIGNED(area->pci_addr, align) &&
	       area->pci_addr + area->size - 1 >= area->pci_addr;
}

/**
 * vring_get_areas() - find out where a ring is in the host's memory
 * @config: what it is made of
 * @areas: set to its areas
 *
 * Return: 0, or -EINVAL where @config does not go together.
 */
int vring_get_areas(const struct epf_vring_config *config,
		    struct vring_area areas[VRING_NUM_AREAS])
{
	bool packed = config->features & BIT_ULL(VIRTIO_F_RING_PACKED);
	bool events = config->features & BIT_ULL(VIRTIO_RING_F_EVENT_IDX);
	struct vring_area *desc = &areas[VRING_DESC_AREA];
	struct vring_area *driver = &areas[VRING_DRIVER_AREA];
	struct vring_area *device = &areas[VRING_DEVICE_AREA];
	unsigned int num = config->num;

	if (!(config->features & BIT_ULL(VIRTIO_F_VERSION_1)) ||
	    !num || num > MAX_NUM || (!packed && !is_power_of_2(num)))
		return -EINVAL;
	if (config->shadow_desc && (packed || events || !config->shadow_avail))
		return -EINVAL;

	desc->pci_addr = config->desc;
	desc->size = num * sizeof(struct vring_desc);
	driver->pci_addr = config->driver;
	driver->size = sizeof(struct vring_packed_desc_event);
	device->pci_addr = config->device;
	device->size = sizeof(struct vring_packed_desc_event);
	if (!packed) {
		/* The event index is behind the last entry. */
		driver->size = offsetof(struct vring_avail, ring[num + 1]);
		device->size = offsetof(struct vring_used, ring[num]) +
			       sizeof(__virtio16);
	}

	if (!area_is_valid(desc, VRING_DESC_ALIGN_SIZE) ||
	    !area_is_valid(driver, packed ? 4 : VRING_AVAIL_ALIGN_SIZE) ||
	    !area_is_valid(device, VRING_USED_ALIGN_SIZE))
		return -EINVAL;

	return 0;
}

/**
 * epf_vring_create() - make the device's side of a ring
 * @config: what it is made of; copied
 *
 * The host's memory is not accessed yet.
 *
 * Context: may sleep.
 * Return: the ring, or an error: -EINVAL where @config does not go together,
 *	-ENOMEM.
 */
struct epf_vring *epf_vring_create(const struct epf_vring_config *config)
{
	struct vring_area areas[VRING_NUM_AREAS];
	struct epf_vring *vring;
	int ret;

	ret = vring_get_areas(config, areas);
	if (ret)
		return ERR_PTR(ret);

	vring = kzalloc(sizeof(*vring), GFP_KERNEL);
	if (!vring)
		return ERR_PTR(-ENOMEM);

	vring->config = *config;
	vring->format = vring_has(vring, VIRTIO_F_RING_PACKED) ?
			&vring_packed_format : &vring_split_format;
	vring->run = 1;
	vring->notifying = true;
	vring->buffers = kcalloc(config->num, sizeof(*vring->buffers),
				 GFP_KERNEL);
	vring->done = kcalloc(config->num, sizeof(*vring->done), GFP_KERNEL);
	ret = vring->format->init(vring);
	if (ret || !vring->buffers || !vring->done) {
		epf_vring_destroy(vring);
		return ERR_PTR(-ENOMEM);
	}

	return vring;
}
EXPORT_SYMBOL_GPL(epf_vring_create);

/**
 * epf_vring_destroy() - free a ring
 * @vring: the ring
 *
 * Chains that are not completed are forgotten; the host's memory is not
 * accessed.
 */
void epf_vring_destroy(struct epf_vring *vring)
{
	vring->format->exit(vring);
	kfree(vring->table);
	kfree(vring->done);
	kfree(vring->buffers);
	kfree(vring);
}
EXPORT_SYMBOL_GPL(epf_vring_destroy);

/**
 * epf_vring_available() - tell a ring how far the driver got
 * @vring: the ring
 * @idx: the available index, as the driver's notification has it
 *
 * A ring with a shadow learns it in no other way. A split ring without one need
 * not read it then. An index that cannot be breaks a ring with a shadow, and
 * epf_vring_get() says so; without one, it is old news.
 *
 * Context: any; does not sleep.
 */
void epf_vring_available(struct epf_vring *vring, u16 idx)
{
	if (!vring->error)
		vring->format->available(vring, idx);
}
EXPORT_SYMBOL_GPL(epf_vring_available);

/**
 * epf_vring_get() - get the next buffer of the driver
 * @vring: the ring
 * @chain: filled where there is one
 *
 * Context: may sleep.
 * Return: 1 where there is a buffer, 0 where there is none now, or an error:
 *	-EPROTO where the driver broke the ring, see epf_vring_fault(); -ENOMEM,
 *	or what the memory operations returned. The latter leave the ring as it
 *	was, the former is for good.
 */
int epf_vring_get(struct epf_vring *vring, struct epf_vring_chain *chain)
{
	struct vring_buffer *buffer;
	int ret;

	if (vring->error)
		return vring->error;

	chain->num_readable = 0;
	chain->num_writable = 0;
	chain->readable = 0;
	chain->writable = 0;
	ret = vring->format->get(vring, chain);
	if (ret <= 0)
		return ret;

	buffer = &vring->buffers[chain->id];
	buffer->writable = chain->writable;
	buffer->busy = true;
	buffer->done = false;
	vring->outstanding++;
	vring->stats.chains++;
	return 1;
}
EXPORT_SYMBOL_GPL(epf_vring_get);

/**
 * epf_vring_is_drained() - find out whether all buffers known of were got
 * @vring: the ring
 *
 * Then epf_vring_get() has to look for more, and so does
 * epf_vring_notify_enable(): whoever calls that next need not look twice.
 *
 * Return: true if so.
 */
bool epf_vring_is_drained(const struct epf_vring *vring)
{
	return vring->format->is_drained(vring);
}
EXPORT_SYMBOL_GPL(epf_vring_is_drained);

/**
 * epf_vring_complete() - be done with a buffer
 * @vring: the ring
 * @id: of the chain; in any order
 * @written: bytes written to its writable segments, from their beginning
 *
 * The driver sees it after epf_vring_flush().
 *
 * Context: any; does not sleep.
 */
void epf_vring_complete(struct epf_vring *vring, u16 id, u32 written)
{
	struct vring_buffer *buffer = &vring->buffers[id];

	if (WARN_ON_ONCE(id >= vring->config.num || !buffer->busy ||
			 buffer->done || written > buffer->writable))
		return;

	buffer->done = true;
	vring->done[vring->num_done++] = (struct vring_done) {
		.id = id,
		.written = written,
	};
}
EXPORT_SYMBOL_GPL(epf_vring_complete);

/**
 * epf_vring_flush() - show the driver all buffers that were completed
 * @vring: the ring
 *
 * What the device wrote to the buffers was written before.
 *
 * Context: may sleep.
 * Return: 0, or an error as of epf_vring_get().
 */
int epf_vring_flush(struct epf_vring *vring)
{
	unsigned int i;
	int ret;

	if (vring->error || !vring->num_done)
		return vring->error;

	ret = vring->format->flush(vring);
	if (ret)
		return ret;

	for (i = 0; i < vring->num_done; i++)
		vring->buffers[vring->done[i].id].busy = false;
	vring->outstanding -= vring->num_done;
	vring->num_done = 0;
	return 0;
}
EXPORT_SYMBOL_GPL(epf_vring_flush);

/**
 * epf_vring_need_notify() - find out whether the driver waits for an interrupt
 * @vring: the ring
 *
 * To be asked behind epf_vring_flush(), of one or of several. A ring with a shadow
 * does not ask the driver: it says yes once for whatever was flushed.
 *
 * Context: may sleep.
 * Return: 1 where the driver does, for buffers flushed since last asked; 0; or an
 *	error as of epf_vring_get().
 */
int epf_vring_need_notify(struct epf_vring *vring)
{
	return vring->error ?: vring->format->need_notify(vring);
}
EXPORT_SYMBOL_GPL(epf_vring_need_notify);

/**
 * epf_vring_notify_disable() - ask the driver for no notifications
 * @vring: the ring
 *
 * The driver may send some all the same. A ring with a shadow always needs them:
 * there this does nothing.
 *
 * Context: may sleep.
 * Return: 0, or an error as of epf_vring_get().
 */
int epf_vring_notify_disable(struct epf_vring *vring)
{
	return vring->error ?: vring->format->notify_disable(vring);
}
EXPORT_SYMBOL_GPL(epf_vring_notify_disable);

/**
 * epf_vring_notify_enable() - ask the driver for a notification
 * @vring: the ring; notifications are enabled when it is new
 *
 * Context: may sleep.
 * Return: 0 where the next buffer comes with a notification; 1 where there are
 *	buffers to get first, and this is to be called again behind them; or an
 *	error as of epf_vring_get().
 */
int epf_vring_notify_enable(struct epf_vring *vring)
{
	return vring->error ?: vring->format->notify_enable(vring);
}
EXPORT_SYMBOL_GPL(epf_vring_notify_enable);

/**
 * epf_vring_fault() - find out what the driver did wrong
 * @vring: the ring
 *
 * Return: words for a message, or NULL where the driver did not break the ring.
 */
const char *epf_vring_fault(const struct epf_vring *vring)
{
	return vring->fault;
}
EXPORT_SYMBOL_GPL(epf_vring_fault);

/**
 * epf_vring_get_stats() - find out what a ring cost so far
 * @vring: the ring
 * @stats: filled
 */
void epf_vring_get_stats(const struct epf_vring *vring,
			 struct epf_vring_stats *stats)
{
	*stats = vring->stats;
}
EXPORT_SYMBOL_GPL(epf_vring_get_stats);

/**
 * epf_vring_chain_free() - free a chain's memory
 * @chain: the chain; empty afterwards
 */
void epf_vring_chain_free(struct epf_vring_chain *chain)
{
	kfree(chain->segments);
	*chain = (struct epf_vring_chain) {};
}
EXPORT_SYMBOL_GPL(epf_vring_chain_free);
