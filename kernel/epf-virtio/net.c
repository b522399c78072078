// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * Backend for networks. The interface is there as long as the function is bound;
 * its carrier is a driver of the host, and the host's is that the interface is up.
 *
 * The host may hold the lock of all interfaces while it waits for the function's
 * worker, as its driver does, and in a test both are one kernel. So the worker
 * never takes that lock: what needs it is done by a work item.
 */

#include <linux/cleanup.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <uapi/linux/pci_regs.h>
#include <linux/pci_ids.h>
#include <uapi/linux/virtio_ids.h>

#include "net.h"

#define GUEST_OFFLOADS							\
	(BIT_ULL(VIRTIO_NET_F_GUEST_CSUM) |				\
	 BIT_ULL(VIRTIO_NET_F_GUEST_TSO4) |				\
	 BIT_ULL(VIRTIO_NET_F_GUEST_TSO6) |				\
	 BIT_ULL(VIRTIO_NET_F_GUEST_ECN) |				\
	 BIT_ULL(VIRTIO_NET_F_GUEST_USO4) |				\
	 BIT_ULL(VIRTIO_NET_F_GUEST_USO6))

#define NETDEV_OFFLOADS							\
	(NETIF_F_HW_CSUM | NETIF_F_ALL_TSO | NETIF_F_GSO_UDP_L4)

/* The interface's side of what the host takes */
static netdev_features_t netdev_offloads(u64 offloads)
{
	netdev_features_t features = 0;

	if (offloads & BIT_ULL(VIRTIO_NET_F_GUEST_CSUM))
		features |= NETIF_F_HW_CSUM;
	if (offloads & BIT_ULL(VIRTIO_NET_F_GUEST_TSO4))
		features |= NETIF_F_TSO;
	if (offloads & BIT_ULL(VIRTIO_NET_F_GUEST_TSO6))
		features |= NETIF_F_TSO6;
	if (offloads & BIT_ULL(VIRTIO_NET_F_GUEST_ECN))
		features |= NETIF_F_TSO_ECN;
	if (offloads & BIT_ULL(VIRTIO_NET_F_GUEST_USO4) &&
	    offloads & BIT_ULL(VIRTIO_NET_F_GUEST_USO6))
		features |= NETIF_F_GSO_UDP_L4;

	return features;
}

static netdev_features_t fix_features(struct net_device *netdev,
				      netdev_features_t features)
{
	u64 offloads = READ_ONCE(net_of(netdev)->offloads);

	return features & (~NETDEV_OFFLOADS | netdev_offloads(offloads));
}

/* The cable, as the host sees it */
static void set_status(struct epf_net *net, u16 clear, u16 set)
{
	struct virtio_net_config *config = net->device->config;
	u16 status;

	epf_virtio_config_begin(net->device);
	status = le16_to_cpu((__force __le16)config->status);
	status = (status & ~clear) | set;
	config->status = (__force __virtio16)cpu_to_le16(status);
	epf_virtio_config_end(net->device);
}

static int net_open(struct net_device *netdev)
{
	struct epf_net *net = net_of(netdev);
	unsigned int i;

	for (i = 0; i < netdev->num_rx_queues; i++)
		net_rx_up(&net->rx[i]);
	netif_tx_start_all_queues(netdev);
	/* What is behind the interface does not know the host yet. */
	set_status(net, 0, VIRTIO_NET_S_LINK_UP | VIRTIO_NET_S_ANNOUNCE);
	return 0;
}

static int net_stop(struct net_device *netdev)
{
	struct epf_net *net = net_of(netdev);
	unsigned int i;

	set_status(net, VIRTIO_NET_S_LINK_UP | VIRTIO_NET_S_ANNOUNCE, 0);
	netif_tx_stop_all_queues(netdev);
	for (i = 0; i < netdev->num_rx_queues; i++)
		net_rx_down(&net->rx[i]);
	return 0;
}

static const struct net_device_ops netdev_ops = {
	.ndo_open = net_open,
	.ndo_stop = net_stop,
	.ndo_start_xmit = net_xmit,
	.ndo_get_stats64 = net_get_stats64,
	.ndo_fix_features = fix_features,
	.ndo_set_mac_address = eth_mac_addr,
	.ndo_validate_addr = eth_validate_addr,
};

/**
 * net_announced() - the host has told its network who it is
 * @net: the device
 *
 * Context: may sleep.
 */
void net_announced(struct epf_net *net)
{
	set_status(net, VIRTIO_NET_S_ANNOUNCE, 0);
}

/**
 * net_changed() - have the network stack know what the host wants
 * @net: the device
 *
 * Context: any.
 */
void net_changed(struct epf_net *net)
{
	schedule_work(&net->update);
}

static void update(struct work_struct *work)
{
	struct epf_net *net = container_of(work, struct epf_net, update);
	struct net_device *netdev = net->netdev;
	unsigned int pairs = READ_ONCE(net->pairs);

	rtnl_lock();
	if (READ_ONCE(net->started)) {
		netdev_update_features(netdev);
		if (netif_set_real_num_tx_queues(netdev, pairs) ||
		    netif_set_real_num_rx_queues(netdev, pairs))
			netdev_err(netdev, "cannot use %u queues\n", pairs);
		netif_carrier_on(netdev);
	} else {
		netif_carrier_off(netdev);
	}
	rtnl_unlock();
}

/* --- The device ----------------------------------------------------------- */

static int net_start(struct epf_virtio_device *device)
{
	struct epf_net *net = device->priv;
	unsigned int i;
	int ret;

	ret = net_filter_reset(net);
	if (ret)
		return ret;

	net->mergeable = epf_virtio_has_feature(device,
						VIRTIO_NET_F_MRG_RXBUF);
	WRITE_ONCE(net->offloads, device->features & GUEST_OFFLOADS);
	WRITE_ONCE(net->pairs, 1);
	net_moderation_reset(net);
	for (i = 0; i < device->num_queues / 2; i++)
		net_tx_start(&net->tx[i], &device->queues[2 * i]);
	WRITE_ONCE(net->started, true);
	net_changed(net);
	return 0;
}

static void net_stop_device(struct epf_virtio_device *device)
{
	struct epf_net *net = device->priv;
	unsigned int i;

	WRITE_ONCE(net->started, false);
	net_changed(net);
	for (i = 0; i < device->num_queues / 2; i++)
		net_tx_stop(&net->tx[i]);
	net_filter_use(net, NULL);
}

/* The control queue is behind all pairs of which the driver knows. */
static bool is_control(const struct epf_virtio_queue *queue)
{
	const struct epf_virtio_device *device = queue->device;

	if (epf_virtio_has_feature(device, VIRTIO_NET_F_MQ))
		return queue->index == device->num_queues - 1;
	return queue->index == 2;
}

/* There are more queues than pairs, whichever of them the driver takes. */
static bool is_of_pair(const struct epf_virtio_queue *queue)
{
	return !is_control(queue) &&
	       queue->index / 2 < queue->device->num_queues / 2;
}

static void net_queue_work(struct epf_virtio_queue *queue)
{
	struct epf_net *net = queue->device->priv;
	unsigned int pair = queue->index / 2;

	if (is_control(queue))
		net_control_work(net, queue);
	else if (!is_of_pair(queue))
		return;
	else if (queue->index % 2)
		net_rx_work(&net->rx[pair], queue);
	else
		net_tx_work(&net->tx[pair]);
}

static void net_queue_stop(struct epf_virtio_queue *queue)
{
	struct epf_net *net = queue->device->priv;

	if (!is_of_pair(queue))
		return;

	if (!(queue->index % 2))
		net_tx_queue_stop(&net->tx[queue->index / 2]);
	net_moderation_reset_queue(net, queue);
}

static void fill_config(struct epf_net *net)
{
	struct epf_virtio_device *device = net->device;
	struct virtio_net_config *config = device->config;

	ether_addr_copy(config->mac, net->mac);
	config->max_virtqueue_pairs =
		(__force __virtio16)cpu_to_le16(net->queue_pairs);
	config->mtu = (__force __virtio16)cpu_to_le16(net->mtu);

	device->num_queues = 2 * net->queue_pairs + 1;
	if (net->queue_pairs > 1)
		device->device_features |= BIT_ULL(VIRTIO_NET_F_MQ);
	if (net->mtu)
		device->device_features |= BIT_ULL(VIRTIO_NET_F_MTU);
}

static struct net_device *alloc_netdev_for(struct epf_net *net)
{
	struct net_device *netdev;

	netdev = alloc_netdev_mqs(sizeof(struct net_priv), net->ifname,
				  strchr(net->ifname, '%') ? NET_NAME_ENUM :
							     NET_NAME_USER,
				  ether_setup, net->queue_pairs,
				  net->queue_pairs);
	if (!netdev)
		return NULL;

	((struct net_priv *)netdev_priv(netdev))->net = net;
	SET_NETDEV_DEV(netdev, &net->device->epf->dev);
	netdev->netdev_ops = &netdev_ops;
	netdev->ethtool_ops = &net_ethtool_ops;
	netdev->priv_flags |= IFF_LIVE_ADDR_CHANGE;
	netdev->needed_headroom = NET_HEADER;
	netdev->hw_features = NETIF_F_SG | NETDEV_OFFLOADS;
	netdev->features = netdev->hw_features | NETIF_F_GSO_ROBUST;
	netdev->vlan_features = netdev->hw_features;
	netdev->min_mtu = ETH_MIN_MTU;
	netdev->max_mtu = net->mtu ?: ETH_MAX_MTU - ETH_HLEN;
	netdev->mtu = net->mtu ?: ETH_DATA_LEN;
	eth_hw_addr_set(netdev, net->local_mac);
	netif_carrier_off(netdev);
	return netdev;
}

static void set_netdev(struct epf_net *net, struct net_device *netdev)
{
	guard(mutex)(&net->device->settings_lock);
	net->netdev = netdev;
}

static void free_queues(struct epf_net *net)
{
	kfree(net->rx);
	kfree(net->tx);
	net->rx = NULL;
	net->tx = NULL;
}

static int net_bind(struct epf_virtio_device *device)
{
	struct epf_net *net = device->priv;
	struct net_device *netdev;
	unsigned int i;
	int ret;

	fill_config(net);
	net->rx = kcalloc(net->queue_pairs, sizeof(*net->rx), GFP_KERNEL);
	net->tx = kcalloc(net->queue_pairs, sizeof(*net->tx), GFP_KERNEL);
	netdev = alloc_netdev_for(net);
	if (!net->rx || !net->tx || !netdev) {
		ret = -ENOMEM;
		goto free;
	}

	set_netdev(net, netdev);
	for (i = 0; i < net->queue_pairs; i++) {
		net_rx_init(net, i);
		net_tx_init(net, i);
	}
	ret = register_netdev(netdev);
	if (ret)
		goto forget;

	return 0;

forget:
	set_netdev(net, NULL);
free:
	if (netdev)
		free_netdev(netdev);
	free_queues(net);
	return ret;
}

static void net_unbind(struct epf_virtio_device *device)
{
	struct epf_net *net = device->priv;
	struct net_device *netdev = net->netdev;

	/* The device was stopped: no more of it. */
	cancel_work_sync(&net->update);
	unregister_netdev(netdev);
	set_netdev(net, NULL);
	free_netdev(netdev);
	free_queues(net);
}

static int net_probe(struct epf_virtio_device *device)
{
	struct epf_net *net;

	net = devm_kzalloc(&device->epf->dev, sizeof(*net), GFP_KERNEL);
	if (!net)
		return -ENOMEM;

	net->device = device;
	net->queue_pairs = 1;
	eth_random_addr(net->mac);
	eth_random_addr(net->local_mac);
	strscpy(net->ifname, "eth%d", sizeof(net->ifname));
	INIT_WORK(&net->update, update);
	device->priv = net;
	return 0;
}

static struct epf_virtio_backend net_backend = {
	.name = "net",
	.owner = THIS_MODULE,
	.device_id = VIRTIO_ID_NET,
	.class = PCI_CLASS_NETWORK_ETHERNET,
	.features = GUEST_OFFLOADS |
		    BIT_ULL(VIRTIO_NET_F_CSUM) |
		    BIT_ULL(VIRTIO_NET_F_HOST_TSO4) |
		    BIT_ULL(VIRTIO_NET_F_HOST_TSO6) |
		    BIT_ULL(VIRTIO_NET_F_HOST_ECN) |
		    BIT_ULL(VIRTIO_NET_F_HOST_USO) |
		    BIT_ULL(VIRTIO_NET_F_MRG_RXBUF) |
		    BIT_ULL(VIRTIO_NET_F_MAC) |
		    BIT_ULL(VIRTIO_NET_F_STATUS) |
		    BIT_ULL(VIRTIO_NET_F_CTRL_VQ) |
		    BIT_ULL(VIRTIO_NET_F_CTRL_RX) |
		    BIT_ULL(VIRTIO_NET_F_CTRL_RX_EXTRA) |
		    BIT_ULL(VIRTIO_NET_F_CTRL_VLAN) |
		    BIT_ULL(VIRTIO_NET_F_CTRL_MAC_ADDR) |
		    BIT_ULL(VIRTIO_NET_F_CTRL_GUEST_OFFLOADS) |
		    BIT_ULL(VIRTIO_NET_F_GUEST_ANNOUNCE) |
		    BIT_ULL(VIRTIO_NET_F_NOTF_COAL) |
		    BIT_ULL(VIRTIO_NET_F_VQ_NOTF_COAL),
	.num_queues = 3,
	.max_queues = 2 * NET_MAX_PAIRS + 1,
	.config_size = offsetof(struct virtio_net_config, speed),
	.group_type = &net_type,
	.probe = net_probe,
	.bind = net_bind,
	.unbind = net_unbind,
	.start = net_start,
	.stop = net_stop_device,
	.queue_work = net_queue_work,
	.queue_stop = net_queue_stop,
};
module_epf_virtio_backend(net_backend);

MODULE_DESCRIPTION("PCI endpoint function: virtio network device");
MODULE_LICENSE("GPL");
