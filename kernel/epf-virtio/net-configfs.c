// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * backend/
 *	mac		address of the host's interface; all of these as long as it
 *			is not bound
 *	local_mac	address of the endpoint's interface
 *	mtu		of both; 0: as each of them likes
 *	queue_pairs	how many
 *	ifname		name of the endpoint's interface, or pattern
 */

#include <linux/cleanup.h>
#include <linux/ctype.h>
#include <linux/hex.h>
#include <linux/kstrtox.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "net.h"

static struct epf_net *net_from_item(struct config_item *item)
{
	return epf_virtio_from_item(item)->priv;
}

static ssize_t set_address(struct epf_net *net, const char *page, size_t count,
			   u8 *address)
{
	u8 value[ETH_ALEN];

	if (!mac_pton(page, value) || !is_valid_ether_addr(value))
		return -EINVAL;

	guard(mutex)(&net->device->settings_lock);
	if (net->device->bound)
		return -EBUSY;

	ether_addr_copy(address, value);
	return count;
}

static ssize_t net_mac_show(struct config_item *item, char *page)
{
	return sysfs_emit(page, "%pM\n", net_from_item(item)->mac);
}

static ssize_t net_mac_store(struct config_item *item, const char *page,
			     size_t count)
{
	struct epf_net *net = net_from_item(item);

	return set_address(net, page, count, net->mac);
}

CONFIGFS_ATTR(net_, mac);

static ssize_t net_local_mac_show(struct config_item *item, char *page)
{
	return sysfs_emit(page, "%pM\n", net_from_item(item)->local_mac);
}

static ssize_t net_local_mac_store(struct config_item *item, const char *page,
				   size_t count)
{
	struct epf_net *net = net_from_item(item);

	return set_address(net, page, count, net->local_mac);
}

CONFIGFS_ATTR(net_, local_mac);

static ssize_t net_mtu_show(struct config_item *item, char *page)
{
	return sysfs_emit(page, "%u\n", net_from_item(item)->mtu);
}

static ssize_t net_mtu_store(struct config_item *item, const char *page,
			     size_t count)
{
	struct epf_net *net = net_from_item(item);
	unsigned int value;

	if (!kstrtouint(page, 0, &value) && !value)
		return epf_virtio_store_uint(net->device, page, count,
					     &net->mtu, 0, 0);
	return epf_virtio_store_uint(net->device, page, count, &net->mtu,
				     ETH_MIN_MTU, ETH_MAX_MTU - ETH_HLEN);
}

CONFIGFS_ATTR(net_, mtu);

static ssize_t net_queue_pairs_show(struct config_item *item, char *page)
{
	return sysfs_emit(page, "%u\n", net_from_item(item)->queue_pairs);
}

static ssize_t net_queue_pairs_store(struct config_item *item,
				     const char *page, size_t count)
{
	struct epf_net *net = net_from_item(item);

	return epf_virtio_store_uint(net->device, page, count,
				     &net->queue_pairs, 1, NET_MAX_PAIRS);
}

CONFIGFS_ATTR(net_, queue_pairs);

static ssize_t net_ifname_show(struct config_item *item, char *page)
{
	struct epf_net *net = net_from_item(item);

	guard(mutex)(&net->device->settings_lock);
	return sysfs_emit(page, "%s\n",
			  net->netdev ? netdev_name(net->netdev) : net->ifname);
}

static ssize_t net_ifname_store(struct config_item *item, const char *page,
				size_t count)
{
	struct epf_net *net = net_from_item(item);
	char name[IFNAMSIZ];
	size_t len = count;

	if (len && isspace(page[len - 1]))
		len--;
	if (len >= sizeof(name))
		return -ENAMETOOLONG;

	memcpy(name, page, len);
	name[len] = '\0';
	if (!dev_valid_name(name))
		return -EINVAL;

	guard(mutex)(&net->device->settings_lock);
	if (net->device->bound)
		return -EBUSY;

	strscpy(net->ifname, name, sizeof(net->ifname));
	return count;
}

CONFIGFS_ATTR(net_, ifname);

static struct configfs_attribute *net_attrs[] = {
	&net_attr_mac,
	&net_attr_local_mac,
	&net_attr_mtu,
	&net_attr_queue_pairs,
	&net_attr_ifname,
	NULL,
};

const struct config_item_type net_type = {
	.ct_attrs = net_attrs,
	.ct_owner = THIS_MODULE,
};
