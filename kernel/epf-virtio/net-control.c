// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * What the host commands by the control queue. A command is copied before it is
 * looked at.
 */

#include <linux/cleanup.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/unaligned.h>

#include "net.h"

/* The longest command: tables of more addresses than anyone has */
#define MAX_COMMAND	SZ_64K

/**
 * struct command - a command of the host
 * @net: the device that it is for
 * @data: what is behind the header
 * @len: bytes of it
 * @result: what it asked for, if it did
 * @has_result: it did
 */
struct command {
	struct epf_net *net;
	const u8 *data;
	size_t len;
	struct virtio_net_ctrl_coal result;
	bool has_result;
};

/* What the host gets back */
struct answer {
	u8 status;
	struct virtio_net_ctrl_coal result;
} __packed;

static bool *mode_of(struct net_filter *filter, u8 cmd)
{
	switch (cmd) {
	case VIRTIO_NET_CTRL_RX_PROMISC:
		return &filter->promiscuous;
	case VIRTIO_NET_CTRL_RX_ALLMULTI:
		return &filter->all_multicast;
	case VIRTIO_NET_CTRL_RX_ALLUNI:
		return &filter->all_unicast;
	case VIRTIO_NET_CTRL_RX_NOMULTI:
		return &filter->no_multicast;
	case VIRTIO_NET_CTRL_RX_NOUNI:
		return &filter->no_unicast;
	case VIRTIO_NET_CTRL_RX_NOBCAST:
		return &filter->no_broadcast;
	default:
		return NULL;
	}
}

static bool set_mode(const struct command *command, struct net_filter *filter,
		     u8 cmd)
{
	bool *mode = mode_of(filter, cmd);

	if (!mode || command->len != 1)
		return false;

	*mode = command->data[0];
	return true;
}

/* Take a table off the front of what is left of a command. */
static bool take_addresses(struct command *command,
			   struct net_addresses *table)
{
	u32 count;

	if (command->len < sizeof(__le32))
		return false;

	count = get_unaligned_le32(command->data);
	command->data += sizeof(__le32);
	command->len -= sizeof(__le32);
	if (count > command->len / ETH_ALEN)
		return false;

	table->all = count > NET_FILTER_ADDRESSES;
	table->count = table->all ? 0 : count;
	memcpy(table->addresses, command->data, table->count * ETH_ALEN);
	command->data += count * ETH_ALEN;
	command->len -= count * ETH_ALEN;
	return true;
}

static bool set_mac(const struct command *command, struct net_filter *filter)
{
	struct epf_virtio_device *device = command->net->device;
	struct virtio_net_config *config = device->config;

	if (command->len != ETH_ALEN || !is_valid_ether_addr(command->data))
		return false;

	ether_addr_copy(filter->mac, command->data);
	epf_virtio_config_begin(device);
	ether_addr_copy(config->mac, command->data);
	epf_virtio_config_end(device);
	return true;
}

static bool set_addresses(struct command *command, struct net_filter *filter,
			  u8 cmd)
{
	switch (cmd) {
	case VIRTIO_NET_CTRL_MAC_TABLE_SET:
		return take_addresses(command, &filter->unicast) &&
		       take_addresses(command, &filter->multicast) &&
		       !command->len;
	case VIRTIO_NET_CTRL_MAC_ADDR_SET:
		return set_mac(command, filter);
	default:
		return false;
	}
}

static bool set_vlan(const struct command *command, struct net_filter *filter,
		     u8 cmd)
{
	unsigned int vlan;

	if (command->len != sizeof(__le16))
		return false;

	vlan = get_unaligned_le16(command->data);
	if (vlan >= VLAN_N_VID)
		return false;

	switch (cmd) {
	case VIRTIO_NET_CTRL_VLAN_ADD:
		__set_bit(vlan, filter->vlans);
		return true;
	case VIRTIO_NET_CTRL_VLAN_DEL:
		__clear_bit(vlan, filter->vlans);
		return true;
	default:
		return false;
	}
}

static bool set_filter(struct command *command, u8 class, u8 cmd)
{
	struct net_filter *filter = net_filter_edit(command->net);
	bool good;

	if (!filter)
		return false;

	if (class == VIRTIO_NET_CTRL_RX)
		good = set_mode(command, filter, cmd);
	else if (class == VIRTIO_NET_CTRL_MAC)
		good = set_addresses(command, filter, cmd);
	else
		good = set_vlan(command, filter, cmd);

	if (good)
		net_filter_use(command->net, filter);
	else
		kfree(filter);
	return good;
}

static bool set_pairs(const struct command *command, u8 cmd)
{
	struct epf_net *net = command->net;
	unsigned int pairs;

	if (cmd != VIRTIO_NET_CTRL_MQ_VQ_PAIRS_SET ||
	    command->len != sizeof(__le16))
		return false;

	pairs = get_unaligned_le16(command->data);
	if (!pairs || pairs > net->device->num_queues / 2)
		return false;

	net->pairs = pairs;
	net_changed(net);
	return true;
}

static bool set_offloads(const struct command *command, u8 cmd)
{
	struct epf_net *net = command->net;
	u64 offloads;

	if (cmd != VIRTIO_NET_CTRL_GUEST_OFFLOADS_SET ||
	    command->len != sizeof(__le64))
		return false;

	offloads = get_unaligned_le64(command->data);
	if (offloads & ~net->device->features)
		return false;

	WRITE_ONCE(net->offloads, offloads);
	net_changed(net);
	return true;
}

static bool coalesce_all(const struct command *command, bool sender)
{
	struct virtio_net_ctrl_coal wanted;

	BUILD_BUG_ON(sizeof(struct virtio_net_ctrl_coal_rx) != sizeof(wanted) ||
		     sizeof(struct virtio_net_ctrl_coal_tx) != sizeof(wanted));
	if (command->len != sizeof(wanted))
		return false;

	memcpy(&wanted, command->data, sizeof(wanted));
	net_coalesce_all(command->net, sender, le32_to_cpu(wanted.max_usecs),
			 le32_to_cpu(wanted.max_packets));
	return true;
}

static bool coalesce_queue(struct command *command, bool set)
{
	struct epf_virtio_device *device = command->net->device;
	bool several = device->features & BIT_ULL(VIRTIO_NET_F_MQ);
	unsigned int pairs = several ? command->net->queue_pairs : 1;
	struct virtio_net_ctrl_coal_vq wanted = {};
	size_t len = set ? sizeof(wanted) : offsetof(typeof(wanted), coal);
	struct epf_virtio_queue *queue;
	u32 us, frames;

	if (command->len < len || command->len > sizeof(wanted))
		return false;

	memcpy(&wanted, command->data, command->len);
	if (le16_to_cpu(wanted.vqn) >= 2 * pairs)
		return false;

	queue = &device->queues[le16_to_cpu(wanted.vqn)];
	if (!epf_virtio_queue_is_enabled(queue))
		return false;

	if (set) {
		net_coalesce(queue, le32_to_cpu(wanted.coal.max_usecs),
			     le32_to_cpu(wanted.coal.max_packets));
	} else {
		net_get_coalescing(queue, &us, &frames);
		command->result.max_usecs = cpu_to_le32(us);
		command->result.max_packets = cpu_to_le32(frames);
		command->has_result = true;
	}
	return true;
}

static bool coalesce(struct command *command, u8 cmd)
{
	switch (cmd) {
	case VIRTIO_NET_CTRL_NOTF_COAL_TX_SET:
		return coalesce_all(command, true);
	case VIRTIO_NET_CTRL_NOTF_COAL_RX_SET:
		return coalesce_all(command, false);
	case VIRTIO_NET_CTRL_NOTF_COAL_VQ_SET:
		return coalesce_queue(command, true);
	case VIRTIO_NET_CTRL_NOTF_COAL_VQ_GET:
		return coalesce_queue(command, false);
	default:
		return false;
	}
}

static bool announced(const struct command *command, u8 cmd)
{
	if (cmd != VIRTIO_NET_CTRL_ANNOUNCE_ACK)
		return false;

	net_announced(command->net);
	return true;
}

/* The feature that a command needs; 0: there is no such command. */
static u64 feature_of(const struct virtio_net_ctrl_hdr *header)
{
	switch (header->class) {
	case VIRTIO_NET_CTRL_RX:
		return header->cmd <= VIRTIO_NET_CTRL_RX_ALLMULTI ?
		       BIT_ULL(VIRTIO_NET_F_CTRL_RX) :
		       BIT_ULL(VIRTIO_NET_F_CTRL_RX_EXTRA);
	case VIRTIO_NET_CTRL_MAC:
		return header->cmd == VIRTIO_NET_CTRL_MAC_ADDR_SET ?
		       BIT_ULL(VIRTIO_NET_F_CTRL_MAC_ADDR) :
		       BIT_ULL(VIRTIO_NET_F_CTRL_RX);
	case VIRTIO_NET_CTRL_VLAN:
		return BIT_ULL(VIRTIO_NET_F_CTRL_VLAN);
	case VIRTIO_NET_CTRL_ANNOUNCE:
		return BIT_ULL(VIRTIO_NET_F_GUEST_ANNOUNCE);
	case VIRTIO_NET_CTRL_MQ:
		return BIT_ULL(VIRTIO_NET_F_MQ);
	case VIRTIO_NET_CTRL_GUEST_OFFLOADS:
		return BIT_ULL(VIRTIO_NET_F_CTRL_GUEST_OFFLOADS);
	case VIRTIO_NET_CTRL_NOTF_COAL:
		return header->cmd <= VIRTIO_NET_CTRL_NOTF_COAL_RX_SET ?
		       BIT_ULL(VIRTIO_NET_F_NOTF_COAL) :
		       BIT_ULL(VIRTIO_NET_F_VQ_NOTF_COAL);
	default:
		return 0;
	}
}

static bool execute(struct command *command,
		    const struct virtio_net_ctrl_hdr *header)
{
	if (!(command->net->device->features & feature_of(header)))
		return false;

	switch (header->class) {
	case VIRTIO_NET_CTRL_ANNOUNCE:
		return announced(command, header->cmd);
	case VIRTIO_NET_CTRL_MQ:
		return set_pairs(command, header->cmd);
	case VIRTIO_NET_CTRL_GUEST_OFFLOADS:
		return set_offloads(command, header->cmd);
	case VIRTIO_NET_CTRL_NOTF_COAL:
		return coalesce(command, header->cmd);
	default:
		return set_filter(command, header->class, header->cmd);
	}
}

/* Return: bytes written to the chain. */
static u32 control(struct epf_net *net, struct epf_virtio_chain *chain)
{
	const struct virtio_net_ctrl_hdr *header;
	u32 len = chain->vring.readable;
	struct command command;
	struct answer *answer;
	u32 written = 0;
	u8 *buf;

	if (len < sizeof(*header) || len > MAX_COMMAND ||
	    !chain->vring.writable)
		return 0;

	buf = kmalloc(max(len, sizeof(*answer)), GFP_KERNEL);
	if (!buf)
		return 0;

	if (!epf_virtio_read(chain, 0, buf, len)) {
		header = (const struct virtio_net_ctrl_hdr *)buf;
		command = (struct command) {
			.net = net,
			.data = buf + sizeof(*header),
			.len = len - sizeof(*header),
		};
		answer = (struct answer *)buf;
		answer->status = execute(&command, header) ? VIRTIO_NET_OK :
							     VIRTIO_NET_ERR;
		answer->result = command.result;
		written = command.has_result ? sizeof(*answer) : 1;
		if (epf_virtio_write(chain, 0, buf, written))
			written = 0;
	}

	kfree(buf);
	return written;
}

/**
 * net_control_work() - do what the host commands
 * @net: the device
 * @queue: its control queue
 *
 * Context: the function's worker.
 */
void net_control_work(struct epf_net *net, struct epf_virtio_queue *queue)
{
	struct epf_virtio_chain *chain;

	while ((chain = epf_virtio_get(queue)))
		epf_virtio_complete(chain, control(net, chain));
}
