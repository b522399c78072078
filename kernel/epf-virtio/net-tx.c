// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * Frames to the host. The network stack leaves them in a queue; the function's
 * worker writes them from there to as many chains of the host as each takes.
 * When all of a frame is written, and all before it, its chains go back
 * together. Where the host has no buffers, the queue fills, and the network
 * stack is told to wait.
 */

#include <linux/cleanup.h>
#include <linux/minmax.h>
#include <linux/uio.h>
#include <linux/virtio_byteorder.h>
#include <linux/virtio_net.h>

#include "net.h"

/* Frames that wait: when the stack is stopped, and when it goes on. */
#define MAX_WAITING	256
#define FEW_WAITING	(MAX_WAITING / 2)

/**
 * struct tx_frame - in the socket buffer's control block
 * @chains: where it is written to
 * @pending: writes under way, and one while they are begun
 * @error: of any of them
 */
struct tx_frame {
	struct list_head chains;
	unsigned int pending;
	int error;
};

static struct tx_frame *tx_frame(struct sk_buff *skb)
{
	BUILD_BUG_ON(sizeof(struct tx_frame) > sizeof(skb->cb));
	return (struct tx_frame *)skb->cb;
}

static struct netdev_queue *stack_queue(struct net_tx *tx)
{
	return netdev_get_tx_queue(tx->net->netdev, tx - tx->net->tx);
}

/* --- From the network stack ---------------------------------------------- */

/* The header goes in front of the frame, so that both are one piece. */
static int tx_prepare(struct epf_net *net, struct sk_buff *skb)
{
	bool checked = READ_ONCE(net->offloads) & BIT_ULL(VIRTIO_NET_F_GUEST_CSUM);
	struct virtio_net_hdr_v1 header = {};
	int ret;

	ret = skb_cow_head(skb, NET_HEADER);
	if (ret)
		return ret;

	ret = virtio_net_hdr_from_skb(skb, (struct virtio_net_hdr *)&header,
				      true, checked, 0);
	if (ret)
		return ret;

	skb_tx_timestamp(skb);
	memcpy(__skb_push(skb, NET_HEADER), &header, NET_HEADER);
	return 0;
}

static bool tx_enqueue(struct net_tx *tx, struct sk_buff *skb)
{
	guard(spinlock_bh)(&tx->lock);
	if (!tx->started)
		return false;

	__skb_queue_tail(&tx->waiting, skb);
	netdev_tx_sent_queue(stack_queue(tx), skb->len);
	if (skb_queue_len(&tx->waiting) >= MAX_WAITING)
		netif_tx_stop_queue(stack_queue(tx));
	return true;
}

static void count_drop(struct net_tx *tx)
{
	guard(spinlock_bh)(&tx->lock);
	tx->counters.dropped++;
}

/**
 * net_xmit() - send a frame to the host
 * @skb: the frame
 * @netdev: the interface
 *
 * Context: ndo_start_xmit.
 * Return: NETDEV_TX_OK.
 */
netdev_tx_t net_xmit(struct sk_buff *skb, struct net_device *netdev)
{
	struct epf_net *net = net_of(netdev);
	struct net_tx *tx = &net->tx[skb_get_queue_mapping(skb)];

	/* What the host does not want need not cross the link. */
	if (!net_filter_wants(net, skb)) {
		dev_consume_skb_any(skb);
	} else if (tx_prepare(net, skb) || !tx_enqueue(tx, skb)) {
		count_drop(tx);
		dev_kfree_skb_any(skb);
	}

	/* Frames that went before may wait for this, too. */
	if (!netdev_xmit_more() || netif_xmit_stopped(stack_queue(tx)))
		if (READ_ONCE(tx->started))
			epf_virtio_queue_wake(tx->queue);
	return NETDEV_TX_OK;
}

/* --- To the host ---------------------------------------------------------- */

static void tx_complete_chains(struct sk_buff *skb)
{
	struct tx_frame *frame = tx_frame(skb);
	u32 left = frame->error ? 0 : skb->len;
	struct epf_virtio_chain *chain;

	list_for_each_entry(chain, &frame->chains, node) {
		chain->written = min(left, chain->vring.writable);
		left -= chain->written;
	}
	epf_virtio_complete_together(&frame->chains);
}

static void tx_count(struct net_tx *tx, struct sk_buff *skb)
{
	netdev_tx_completed_queue(stack_queue(tx), 1, skb->len);
	if (tx_frame(skb)->error) {
		tx->counters.errors++;
	} else {
		tx->counters.packets++;
		tx->counters.bytes += skb->len - NET_HEADER;
	}
}

/* One write less is under way: what is written up to here is the host's. */
static void tx_put(struct net_tx *tx, struct sk_buff *skb, int error)
{
	struct sk_buff_head done;

	__skb_queue_head_init(&done);
	scoped_guard(spinlock_bh, &tx->lock) {
		if (error)
			tx_frame(skb)->error = error;
		tx_frame(skb)->pending--;

		while ((skb = skb_peek(&tx->sent)) && !tx_frame(skb)->pending) {
			__skb_unlink(skb, &tx->sent);
			tx_complete_chains(skb);
			tx_count(tx, skb);
			__skb_queue_tail(&done, skb);
		}
	}

	while ((skb = __skb_dequeue(&done)))
		dev_consume_skb_any(skb);
}

static void tx_written(struct epf_virtio_chain *chain, int error)
{
	struct epf_net *net = chain->queue->device->priv;

	tx_put(&net->tx[chain->queue->index / 2], chain->priv, error);
}

static unsigned int tx_memory(const struct sk_buff *skb, struct kvec *memory)
{
	const struct skb_shared_info *shared = skb_shinfo(skb);
	unsigned int count = 0, i;

	memory[count].iov_base = skb->data;
	memory[count++].iov_len = skb_headlen(skb);
	for (i = 0; i < shared->nr_frags; i++) {
		const skb_frag_t *frag = &shared->frags[i];

		memory[count].iov_base = skb_frag_address(frag);
		memory[count++].iov_len = skb_frag_size(frag);
	}
	return count;
}

/* Take up to @len bytes off the front of @memory. */
static unsigned int tx_slice(struct kvec **memory, u32 len, struct kvec *slice)
{
	unsigned int count = 0;

	while (len) {
		size_t part = min(len, (*memory)->iov_len);

		slice[count].iov_base = (*memory)->iov_base;
		slice[count++].iov_len = part;
		(*memory)->iov_base += part;
		(*memory)->iov_len -= part;
		if (!(*memory)->iov_len)
			(*memory)++;
		len -= part;
	}
	return count;
}

static void tx_write(struct net_tx *tx, struct sk_buff *skb)
{
	struct kvec all[MAX_SKB_FRAGS + 1], slice[MAX_SKB_FRAGS + 1];
	struct epf_virtio_chain *chain;
	struct kvec *memory = all;
	u32 left = skb->len;

	tx_memory(skb, all);
	list_for_each_entry(chain, &tx_frame(skb)->chains, node) {
		u32 part = min(left, chain->vring.writable);
		unsigned int count = tx_slice(&memory, part, slice);
		int ret;

		left -= part;
		chain->priv = skb;
		ret = epf_virtio_transfer(chain, EPF_TO_HOST, 0, slice, count,
					  tx_written);
		if (ret)
			tx_put(tx, skb, ret);
	}
}

/* The first frame that waits goes, to what was gathered for it. */
static void tx_send(struct net_tx *tx, struct sk_buff *skb)
{
	struct tx_frame *frame = tx_frame(skb);
	struct virtio_net_hdr_v1 *header = (void *)skb->data;
	unsigned int chains = list_count_nodes(&tx->gathered);

	header->num_buffers = __cpu_to_virtio16(true, chains);
	frame->error = 0;
	frame->pending = chains + 1;
	INIT_LIST_HEAD(&frame->chains);
	list_splice_init(&tx->gathered, &frame->chains);
	tx->room = 0;

	scoped_guard(spinlock_bh, &tx->lock) {
		tx->counters.chains += chains;
		__skb_unlink(skb, &tx->waiting);
		__skb_queue_tail(&tx->sent, skb);
		if (skb_queue_len(&tx->waiting) <= FEW_WAITING)
			netif_tx_wake_queue(stack_queue(tx));
	}

	tx_write(tx, skb);
	tx_put(tx, skb, 0);
}

/* A frame that waits and cannot be sent, or nobody wants any more */
static void tx_drop(struct net_tx *tx, struct sk_buff *skb)
{
	scoped_guard(spinlock_bh, &tx->lock) {
		__skb_unlink(skb, &tx->waiting);
		netdev_tx_completed_queue(stack_queue(tx), 1, skb->len);
		tx->counters.dropped++;
		if (skb_queue_len(&tx->waiting) <= FEW_WAITING)
			netif_tx_wake_queue(stack_queue(tx));
	}
	dev_kfree_skb_any(skb);
}

static struct sk_buff *tx_first(struct net_tx *tx)
{
	guard(spinlock_bh)(&tx->lock);
	return skb_peek(&tx->waiting);
}

/* Get chains for so many bytes: one, or any number if the host merges them. */
static bool tx_gather(struct net_tx *tx, unsigned int len)
{
	while (tx->room < len &&
	       (tx->net->mergeable || list_empty(&tx->gathered))) {
		struct epf_virtio_chain *chain = epf_virtio_get(tx->queue);

		if (!chain)
			return false;
		if (!chain->vring.writable) {
			epf_virtio_complete(chain, 0);
			continue;
		}
		list_add_tail(&chain->node, &tx->gathered);
		tx->room += chain->vring.writable;
	}
	return true;
}

/* What was agreed may have changed since the network stack made the frame. */
static bool tx_is_allowed(struct net_tx *tx, const struct sk_buff *skb)
{
	const struct virtio_net_hdr_v1 *header = (const void *)skb->data;
	u64 offloads = tx->net->offloads;

	if (header->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM &&
	    !(offloads & BIT_ULL(VIRTIO_NET_F_GUEST_CSUM)))
		return false;
	if (header->gso_type & VIRTIO_NET_HDR_GSO_ECN &&
	    !(offloads & BIT_ULL(VIRTIO_NET_F_GUEST_ECN)))
		return false;

	switch (header->gso_type & ~VIRTIO_NET_HDR_GSO_ECN) {
	case VIRTIO_NET_HDR_GSO_NONE:
		return true;
	case VIRTIO_NET_HDR_GSO_TCPV4:
		return offloads & BIT_ULL(VIRTIO_NET_F_GUEST_TSO4);
	case VIRTIO_NET_HDR_GSO_TCPV6:
		return offloads & BIT_ULL(VIRTIO_NET_F_GUEST_TSO6);
	default:
		return offloads & BIT_ULL(VIRTIO_NET_F_GUEST_USO4) &&
		       offloads & BIT_ULL(VIRTIO_NET_F_GUEST_USO6);
	}
}

/**
 * net_tx_work() - write what waits, as far as the host has buffers
 * @tx: the pair's
 *
 * Context: the function's worker.
 */
void net_tx_work(struct net_tx *tx)
{
	struct sk_buff *skb;

	while ((skb = tx_first(tx))) {
		if (!tx_is_allowed(tx, skb)) {
			tx_drop(tx, skb);
			continue;
		}
		if (!tx_gather(tx, skb->len))
			return;
		if (tx->room < skb->len)
			tx_drop(tx, skb);
		else
			tx_send(tx, skb);
	}
}

/**
 * net_tx_queue_stop() - the host takes its queue back
 * @tx: the pair's
 *
 * Context: the function's worker.
 */
void net_tx_queue_stop(struct net_tx *tx)
{
	struct epf_virtio_chain *chain, *next;

	list_for_each_entry_safe(chain, next, &tx->gathered, node) {
		list_del(&chain->node);
		epf_virtio_complete(chain, 0);
	}
	tx->room = 0;
}

/**
 * net_tx_start() - a driver of the host takes frames
 * @tx: the pair's
 * @queue: its reception queue
 *
 * Context: the function's worker.
 */
void net_tx_start(struct net_tx *tx, struct epf_virtio_queue *queue)
{
	guard(spinlock_bh)(&tx->lock);
	tx->queue = queue;
	tx->started = true;
}

/**
 * net_tx_stop() - nobody takes frames any more
 * @tx: the pair's
 *
 * Context: the function's worker, or in its place.
 */
void net_tx_stop(struct net_tx *tx)
{
	struct sk_buff *skb;

	scoped_guard(spinlock_bh, &tx->lock)
		tx->started = false;
	while ((skb = tx_first(tx)))
		tx_drop(tx, skb);
	net_tx_queue_stop(tx);
}

/**
 * net_tx_init() - before all else
 * @net: the device; its interface is made, not registered
 * @pair: of which pair
 */
void net_tx_init(struct epf_net *net, unsigned int pair)
{
	struct net_tx *tx = &net->tx[pair];

	tx->net = net;
	spin_lock_init(&tx->lock);
	INIT_LIST_HEAD(&tx->gathered);
	__skb_queue_head_init(&tx->waiting);
	__skb_queue_head_init(&tx->sent);
}
