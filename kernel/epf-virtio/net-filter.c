// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * Which frames the host wants: the others do not cross the link. A filter in use
 * does not change; another takes its place.
 */

#include <linux/slab.h>
#include <linux/string.h>

#include "net.h"

static bool has_address(const struct net_addresses *table, const u8 *address)
{
	unsigned int i;

	if (table->all)
		return true;

	for (i = 0; i < table->count; i++)
		if (ether_addr_equal(table->addresses[i], address))
			return true;
	return false;
}

static bool wants_address(const struct net_filter *filter, const u8 *address)
{
	if (is_broadcast_ether_addr(address))
		return !filter->no_broadcast;
	if (is_multicast_ether_addr(address))
		return !filter->no_multicast &&
		       (filter->all_multicast ||
			has_address(&filter->multicast, address));

	return !filter->no_unicast &&
	       (filter->all_unicast || ether_addr_equal(filter->mac, address) ||
		has_address(&filter->unicast, address));
}

static bool wants_vlan(const struct net_filter *filter,
		       const struct sk_buff *skb)
{
	const struct vlan_ethhdr *header;
	struct vlan_ethhdr copy;

	if (!filter->by_vlan || !eth_type_vlan(skb->protocol))
		return true;

	header = skb_header_pointer(skb, 0, sizeof(copy), &copy);
	return header && test_bit(be16_to_cpu(header->h_vlan_TCI) &
				  VLAN_VID_MASK, filter->vlans);
}

/**
 * net_filter_wants() - does the host want a frame?
 * @net: the device
 * @skb: the frame
 *
 * Context: any.
 * Return: whether it does; with no driver it wants none.
 */
bool net_filter_wants(struct epf_net *net, const struct sk_buff *skb)
{
	const struct net_filter *filter;

	guard(rcu)();
	filter = rcu_dereference(net->filter);
	return filter &&
	       (filter->promiscuous ||
		(wants_address(filter, eth_hdr(skb)->h_dest) &&
		 wants_vlan(filter, skb)));
}

/**
 * net_filter_edit() - begin to change what the host wants
 * @net: the device
 *
 * Context: the function's worker.
 * Return: a copy of what it wants now, for net_filter_use(); or NULL for want of
 *	memory.
 */
struct net_filter *net_filter_edit(struct epf_net *net)
{
	const struct net_filter *now = rcu_dereference_protected(net->filter,
								 true);

	return kmemdup(now, sizeof(*now), GFP_KERNEL);
}

/**
 * net_filter_use() - the host wants something else
 * @net: the device
 * @filter: what; NULL: nothing
 *
 * Context: the function's worker.
 */
void net_filter_use(struct epf_net *net, struct net_filter *filter)
{
	struct net_filter *old = rcu_replace_pointer(net->filter, filter, true);

	if (old)
		kfree_rcu(old, rcu);
}

/**
 * net_filter_reset() - what a new driver of the host wants
 * @net: the device, with its features negotiated
 *
 * Context: the function's worker.
 * Return: 0, or -ENOMEM.
 */
int net_filter_reset(struct epf_net *net)
{
	struct epf_virtio_device *device = net->device;
	const struct virtio_net_config *config = device->config;
	struct net_filter *filter;

	filter = kzalloc(sizeof(*filter), GFP_KERNEL);
	if (!filter)
		return -ENOMEM;

	/* Everything, until it says something. */
	filter->promiscuous = true;
	filter->by_vlan = epf_virtio_has_feature(device,
						 VIRTIO_NET_F_CTRL_VLAN);
	ether_addr_copy(filter->mac, config->mac);
	net_filter_use(net, filter);
	return 0;
}
