// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * What the interface counts, and what ethtool shows.
 */

#include <linux/cleanup.h>
#include <linux/ethtool.h>
#include <linux/string.h>

#include "net.h"

#define DIRECTIONS	2

/* In the order of struct net_counters */
static const char * const counter_names[] = {
	"packets", "bytes", "chains", "dropped", "errors",
};

static_assert(sizeof(struct net_counters) ==
	      ARRAY_SIZE(counter_names) * sizeof(u64));

static struct net_counters rx_counters(struct net_rx *rx)
{
	guard(spinlock_bh)(&rx->lock);
	return rx->counters;
}

static struct net_counters tx_counters(struct net_tx *tx)
{
	guard(spinlock_bh)(&tx->lock);
	return tx->counters;
}

/**
 * net_get_stats64() - what the interface counted
 * @netdev: the interface
 * @stats: filled
 *
 * Context: ndo_get_stats64.
 */
void net_get_stats64(struct net_device *netdev,
		     struct rtnl_link_stats64 *stats)
{
	struct epf_net *net = net_of(netdev);
	unsigned int i;

	for (i = 0; i < netdev->num_rx_queues; i++) {
		struct net_counters rx = rx_counters(&net->rx[i]);
		struct net_counters tx = tx_counters(&net->tx[i]);

		stats->rx_packets += rx.packets;
		stats->rx_bytes += rx.bytes;
		stats->rx_dropped += rx.dropped;
		stats->rx_errors += rx.errors;
		stats->tx_packets += tx.packets;
		stats->tx_bytes += tx.bytes;
		stats->tx_dropped += tx.dropped;
		stats->tx_errors += tx.errors;
	}
}

static int get_sset_count(struct net_device *netdev, int sset)
{
	if (sset != ETH_SS_STATS)
		return -EOPNOTSUPP;

	return netdev->num_rx_queues * DIRECTIONS * ARRAY_SIZE(counter_names);
}

static void get_strings(struct net_device *netdev, u32 sset, u8 *data)
{
	unsigned int pair, i;

	if (sset != ETH_SS_STATS)
		return;

	for (pair = 0; pair < netdev->num_rx_queues; pair++) {
		for (i = 0; i < ARRAY_SIZE(counter_names); i++)
			ethtool_sprintf(&data, "rx%u_%s", pair,
					counter_names[i]);
		for (i = 0; i < ARRAY_SIZE(counter_names); i++)
			ethtool_sprintf(&data, "tx%u_%s", pair,
					counter_names[i]);
	}
}

static void get_ethtool_stats(struct net_device *netdev,
			      struct ethtool_stats *stats, u64 *data)
{
	struct epf_net *net = net_of(netdev);
	unsigned int pair;

	for (pair = 0; pair < netdev->num_rx_queues; pair++) {
		struct net_counters both[DIRECTIONS] = {
			rx_counters(&net->rx[pair]),
			tx_counters(&net->tx[pair]),
		};

		memcpy(data, both, sizeof(both));
		data += DIRECTIONS * ARRAY_SIZE(counter_names);
	}
}

static void get_drvinfo(struct net_device *netdev,
			struct ethtool_drvinfo *info)
{
	strscpy(info->driver, KBUILD_MODNAME, sizeof(info->driver));
	strscpy(info->bus_info, dev_name(netdev->dev.parent),
		sizeof(info->bus_info));
}

static void get_channels(struct net_device *netdev,
			 struct ethtool_channels *channels)
{
	channels->max_combined = netdev->num_tx_queues;
	channels->combined_count = netdev->real_num_tx_queues;
}

const struct ethtool_ops net_ethtool_ops = {
	.get_drvinfo = get_drvinfo,
	.get_link = ethtool_op_get_link,
	.get_ts_info = ethtool_op_get_ts_info,
	.get_channels = get_channels,
	.get_sset_count = get_sset_count,
	.get_strings = get_strings,
	.get_ethtool_stats = get_ethtool_stats,
};
