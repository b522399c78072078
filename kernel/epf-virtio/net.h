/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef EPF_VIRTIO_NET_H
#define EPF_VIRTIO_NET_H

#include <linux/etherdevice.h>
#include <linux/if.h>
#include <linux/if_vlan.h>
#include <linux/netdevice.h>
#include <linux/rcupdate.h>
#include <linux/skbuff.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include <uapi/linux/virtio_config.h>
#include <uapi/linux/virtio_net.h>

#include "epf-virtio.h"

/*
 * A network interface of the endpoint, whose cable leads to a virtio network
 * device of the host.
 *
 *   net.c           the interface and the device: made, started, stopped
 *   net-rx.c        frames from the host: its transmission queues
 *   net-tx.c        frames to the host: its reception queues
 *   net-filter.c    which frames the host wants
 *   net-control.c   what the host commands
 *   net-moderation.c  when it is told of frames
 *   net-ethtool.c   what ethtool shows
 *   net-configfs.c  what the user says
 *
 * Each pair of queues is a queue of the interface in both directions. Frames are
 * moved between the host's memory and the memory of socket buffers, by DMA where
 * there is, and end in the order in which they began.
 */

/* In front of each frame in either direction */
#define NET_HEADER	sizeof(struct virtio_net_hdr_v1)

#define NET_MAX_PAIRS	64

struct epf_net;

/**
 * struct net_counters - what a queue did so far
 * @packets: frames moved
 * @bytes: their bytes
 * @chains: chains of buffers that they took
 * @dropped: frames that there was no room or no use for
 * @errors: frames that could not be moved, or were not well formed
 */
struct net_counters {
	u64 packets;
	u64 bytes;
	u64 chains;
	u64 dropped;
	u64 errors;
};

/**
 * struct net_rx - frames from the host
 * @net: whose
 * @napi: hands them to the network stack
 * @lock: protects all below
 * @up: the interface is up, @napi is enabled
 * @frames: being read, or read; in order
 * @counters: what was done
 */
struct net_rx {
	struct epf_net *net;
	struct napi_struct napi;
	spinlock_t lock; /* see above */
	bool up;
	struct sk_buff_head frames;
	struct net_counters counters;
};

/**
 * struct net_tx - frames to the host
 * @net: whose
 * @queue: the host's reception queue; not NULL from the first start on
 * @gathered: chains for the next frame; of the function's worker
 * @room: their bytes
 * @lock: protects all below
 * @started: a driver of the host takes frames
 * @waiting: for buffers of the host
 * @sent: being written, or written; in order
 * @counters: what was done
 */
struct net_tx {
	struct epf_net *net;
	struct epf_virtio_queue *queue;
	struct list_head gathered;
	u64 room;
	spinlock_t lock; /* see above */
	bool started;
	struct sk_buff_head waiting;
	struct sk_buff_head sent;
	struct net_counters counters;
};

/* Addresses in a table of struct net_filter; with more, all are wanted. */
#define NET_FILTER_ADDRESSES	64

/**
 * struct net_addresses - a table of addresses
 * @all: more than fit
 * @count: their number
 * @addresses: in no order
 */
struct net_addresses {
	bool all;
	unsigned int count;
	u8 addresses[NET_FILTER_ADDRESSES][ETH_ALEN];
};

/**
 * struct net_filter - which frames the host wants; not changed once it is in use
 * @rcu: frees it
 * @promiscuous: all of them
 * @all_unicast: all with addresses of one station
 * @no_unicast: none of those
 * @all_multicast: all with addresses of groups
 * @no_multicast: none of those
 * @no_broadcast: none for all stations
 * @by_vlan: only those without a tag, and those of @vlans
 * @mac: the host's address
 * @unicast: more addresses of the host
 * @multicast: groups that it is in
 * @vlans: that it is in
 */
struct net_filter {
	struct rcu_head rcu;
	bool promiscuous;
	bool all_unicast;
	bool no_unicast;
	bool all_multicast;
	bool no_multicast;
	bool no_broadcast;
	bool by_vlan;
	u8 mac[ETH_ALEN];
	struct net_addresses unicast;
	struct net_addresses multicast;
	DECLARE_BITMAP(vlans, VLAN_N_VID);
};

/**
 * struct net_coalescing - when the host's driver wants to be told of frames
 * @is_set: it has said so
 * @us: after so long, or
 * @frames: after so many
 */
struct net_coalescing {
	bool is_set;
	u32 us;
	u32 frames;
};

/**
 * struct epf_net - the backend's side of a function
 * @device: the function
 * @mac: address of the host's interface; @device's settings_lock protects this
 *	and the next four
 * @local_mac: address of the endpoint's interface
 * @mtu: of both; 0: as each of them likes
 * @queue_pairs: how many
 * @ifname: name of the endpoint's interface, or pattern
 * @netdev: the endpoint's interface; NULL while not bound
 * @rx: for each pair of queues
 * @tx: for each pair of queues
 * @update: tells the network stack of what follows
 * @started: the host has a driver
 * @mergeable: a frame may be in several chains
 * @pairs: that the host uses
 * @offloads: VIRTIO_NET_F_GUEST_* that the host takes just now
 * @coalescing: of all queues by which the host receives, and sends; of the
 *	function's worker
 * @filter: what it wants; NULL: nothing
 */
struct epf_net {
	struct epf_virtio_device *device;
	u8 mac[ETH_ALEN];
	u8 local_mac[ETH_ALEN];
	unsigned int mtu;
	unsigned int queue_pairs;
	char ifname[IFNAMSIZ];
	struct net_device *netdev;
	struct net_rx *rx;
	struct net_tx *tx;
	struct work_struct update;
	bool started;
	bool mergeable;
	unsigned int pairs;
	u64 offloads;
	struct net_coalescing coalescing[2];
	struct net_filter __rcu *filter;
};

/* What an interface holds */
struct net_priv {
	struct epf_net *net;
};

static inline struct epf_net *net_of(const struct net_device *netdev)
{
	return ((struct net_priv *)netdev_priv(netdev))->net;
}

/* net-rx.c */
void net_rx_init(struct epf_net *net, unsigned int pair);
void net_rx_up(struct net_rx *rx);
void net_rx_down(struct net_rx *rx);
void net_rx_work(struct net_rx *rx, struct epf_virtio_queue *queue);

/* net-tx.c */
void net_tx_init(struct epf_net *net, unsigned int pair);
void net_tx_start(struct net_tx *tx, struct epf_virtio_queue *queue);
void net_tx_stop(struct net_tx *tx);
void net_tx_queue_stop(struct net_tx *tx);
void net_tx_work(struct net_tx *tx);
netdev_tx_t net_xmit(struct sk_buff *skb, struct net_device *netdev);

/* net-filter.c */
int net_filter_reset(struct epf_net *net);
struct net_filter *net_filter_edit(struct epf_net *net);
void net_filter_use(struct epf_net *net, struct net_filter *filter);
bool net_filter_wants(struct epf_net *net, const struct sk_buff *skb);

/* net-control.c */
void net_control_work(struct epf_net *net, struct epf_virtio_queue *queue);

/* net-moderation.c */
void net_coalesce(struct epf_virtio_queue *queue, u32 us, u32 frames);
void net_get_coalescing(const struct epf_virtio_queue *queue, u32 *us,
			u32 *frames);
void net_coalesce_all(struct epf_net *net, bool sender, u32 us, u32 frames);
void net_moderation_reset_queue(struct epf_net *net,
				struct epf_virtio_queue *queue);
void net_moderation_reset(struct epf_net *net);

/* net-ethtool.c */
extern const struct ethtool_ops net_ethtool_ops;
void net_get_stats64(struct net_device *netdev,
		     struct rtnl_link_stats64 *stats);

/* net-configfs.c */
extern const struct config_item_type net_type;

/* net.c */
void net_changed(struct epf_net *net);
void net_announced(struct epf_net *net);

#endif
