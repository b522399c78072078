// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * Frames from the host. Each is read to a socket buffer of its own: the header of
 * virtio and those of protocols to the linear part, the rest to pages. The buffers
 * go back to the host when the network stack has taken the frame, so that what
 * is under way is never more than what the queue holds.
 */

#include <linux/cleanup.h>
#include <linux/sizes.h>
#include <linux/virtio_net.h>

#include "net.h"

/* The longest that the host may hand over: what segments are made of. */
#define MAX_FRAME	(GSO_LEGACY_MAX_SIZE + VLAN_ETH_HLEN)

/* Up to so many bytes are linear. */
#define MAX_LINEAR	(VLAN_ETH_FRAME_LEN + VLAN_HLEN)

/* What is linear of a longer frame, if the host does not have it apart */
#define HEADERS		128
#define MAX_HEADERS	256

/**
 * struct rx_frame - in the socket buffer's control block
 * @chain: where it is read from
 * @error: of that
 * @done: it was read
 */
struct rx_frame {
	struct epf_virtio_chain *chain;
	int error;
	bool done;
};

static struct rx_frame *rx_frame(struct sk_buff *skb)
{
	BUILD_BUG_ON(sizeof(struct rx_frame) > sizeof(skb->cb));
	return (struct rx_frame *)skb->cb;
}

static struct sk_buff *rx_next(struct net_rx *rx)
{
	struct sk_buff *skb;

	guard(spinlock_bh)(&rx->lock);
	skb = skb_peek(&rx->frames);
	if (!skb || !rx_frame(skb)->done)
		return NULL;

	__skb_unlink(skb, &rx->frames);
	return skb;
}

static void count_error(struct net_rx *rx)
{
	guard(spinlock_bh)(&rx->lock);
	rx->counters.errors++;
}

static void count_drop(struct net_rx *rx)
{
	guard(spinlock_bh)(&rx->lock);
	rx->counters.dropped++;
}

static void count_frame(struct net_rx *rx, unsigned int bytes)
{
	guard(spinlock_bh)(&rx->lock);
	rx->counters.packets++;
	rx->counters.chains++;
	rx->counters.bytes += bytes;
}

/* Give a frame that was read to the network stack. */
static void rx_deliver(struct net_rx *rx, struct sk_buff *skb)
{
	struct net_device *netdev = rx->net->netdev;
	struct virtio_net_hdr header;
	int error = rx_frame(skb)->error;

	epf_virtio_complete(rx_frame(skb)->chain, 0);
	memset(skb->cb, 0, sizeof(skb->cb));
	memcpy(&header, skb->data - NET_HEADER, sizeof(header));
	if (error || virtio_net_hdr_to_skb(skb, &header, true)) {
		count_error(rx);
		kfree_skb(skb);
		return;
	}

	count_frame(rx, skb->len);
	skb_record_rx_queue(skb, rx - rx->net->rx);
	skb->protocol = eth_type_trans(skb, netdev);
	napi_gro_receive(&rx->napi, skb);
}

static int rx_poll(struct napi_struct *napi, int budget)
{
	struct net_rx *rx = container_of(napi, struct net_rx, napi);
	struct sk_buff *skb;
	int done = 0;

	while (done < budget && (skb = rx_next(rx))) {
		rx_deliver(rx, skb);
		done++;
	}
	if (done < budget)
		napi_complete_done(napi, done);
	return done;
}

/* Nobody takes what was read. */
static void rx_drop(struct net_rx *rx)
{
	struct sk_buff *skb;

	while ((skb = rx_next(rx))) {
		epf_virtio_complete(rx_frame(skb)->chain, 0);
		count_drop(rx);
		kfree_skb(skb);
	}
}

static void rx_have_read(struct epf_virtio_chain *chain, int error)
{
	struct sk_buff *skb = chain->priv;
	unsigned int pair = chain->queue->index / 2;
	struct epf_net *net = chain->queue->device->priv;
	struct net_rx *rx = &net->rx[pair];
	bool up;

	scoped_guard(spinlock_bh, &rx->lock) {
		rx_frame(skb)->error = error;
		rx_frame(skb)->done = true;
		up = rx->up;
	}

	if (!up) {
		rx_drop(rx);
		return;
	}

	local_bh_disable();
	napi_schedule(&rx->napi);
	local_bh_enable();
}

/*
 * How much of a frame is linear. Hosts hand over the headers of long frames in a
 * buffer of their own: then a cut there makes no piece more.
 */
static unsigned int rx_linear(const struct epf_vring_chain *vring)
{
	unsigned int len = vring->readable - NET_HEADER;
	unsigned int first = vring->segments[0].len;

	if (len <= MAX_LINEAR)
		return len;
	if (first >= NET_HEADER + ETH_HLEN && first <= MAX_HEADERS)
		return first - NET_HEADER;
	return HEADERS;
}

static struct sk_buff *rx_alloc(const struct epf_vring_chain *vring)
{
	unsigned int len = vring->readable - NET_HEADER;
	unsigned int linear = rx_linear(vring);
	unsigned int headroom = NET_SKB_PAD + ALIGN(NET_HEADER, SZ_16) +
				NET_IP_ALIGN;
	struct sk_buff *skb;
	int error;

	skb = alloc_skb_with_frags(headroom + linear, len - linear,
				   PAGE_ALLOC_COSTLY_ORDER, &error, GFP_KERNEL);
	if (!skb)
		return NULL;

	skb_reserve(skb, headroom);
	skb_put(skb, linear);
	skb->data_len = len - linear;
	skb->len += skb->data_len;
	return skb;
}

static int rx_read(struct epf_virtio_chain *chain, struct sk_buff *skb)
{
	struct skb_shared_info *shared = skb_shinfo(skb);
	struct kvec memory[MAX_SKB_FRAGS + 1];
	unsigned int i;

	memory[0].iov_base = skb->data - NET_HEADER;
	memory[0].iov_len = NET_HEADER + skb_headlen(skb);
	for (i = 0; i < shared->nr_frags; i++) {
		skb_frag_t *frag = &shared->frags[i];

		memory[i + 1].iov_base = skb_frag_address(frag);
		memory[i + 1].iov_len = skb_frag_size(frag);
	}

	return epf_virtio_transfer(chain, EPF_FROM_HOST, 0, memory, i + 1,
				   rx_have_read);
}

static bool rx_is_up(struct net_rx *rx)
{
	guard(spinlock_bh)(&rx->lock);
	return rx->up;
}

static void rx_begin(struct net_rx *rx, struct epf_virtio_chain *chain)
{
	u32 len = chain->vring.readable;
	struct sk_buff *skb;
	int ret;

	if (len < NET_HEADER + ETH_HLEN || len > NET_HEADER + MAX_FRAME) {
		count_error(rx);
		epf_virtio_complete(chain, 0);
		return;
	}

	skb = rx_is_up(rx) ? rx_alloc(&chain->vring) : NULL;
	if (!skb) {
		count_drop(rx);
		epf_virtio_complete(chain, 0);
		return;
	}

	*rx_frame(skb) = (struct rx_frame) { .chain = chain };
	chain->priv = skb;
	scoped_guard(spinlock_bh, &rx->lock)
		__skb_queue_tail(&rx->frames, skb);
	ret = rx_read(chain, skb);
	if (ret)
		rx_have_read(chain, ret);
}

/**
 * net_rx_work() - read what the host sends
 * @rx: the pair's
 * @queue: the host's transmission queue
 *
 * Context: the function's worker.
 */
void net_rx_work(struct net_rx *rx, struct epf_virtio_queue *queue)
{
	struct epf_virtio_chain *chain;

	while ((chain = epf_virtio_get(queue)))
		rx_begin(rx, chain);
}

/**
 * net_rx_up() - take frames
 * @rx: the pair's
 *
 * Context: may sleep.
 */
void net_rx_up(struct net_rx *rx)
{
	napi_enable(&rx->napi);
	guard(spinlock_bh)(&rx->lock);
	rx->up = true;
}

/**
 * net_rx_down() - take none any more
 * @rx: the pair's
 *
 * Context: may sleep.
 */
void net_rx_down(struct net_rx *rx)
{
	napi_disable(&rx->napi);
	scoped_guard(spinlock_bh, &rx->lock)
		rx->up = false;
	rx_drop(rx);
}

/**
 * net_rx_init() - before all else
 * @net: the device; its interface is made, not registered
 * @pair: of which pair
 */
void net_rx_init(struct epf_net *net, unsigned int pair)
{
	struct net_rx *rx = &net->rx[pair];

	rx->net = net;
	spin_lock_init(&rx->lock);
	__skb_queue_head_init(&rx->frames);
	netif_napi_add(net->netdev, &rx->napi, rx_poll);
}
