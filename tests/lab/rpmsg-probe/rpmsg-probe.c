// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * For tests: a driver for channels of messages, on either side. Attributes of a
 * channel:
 *
 *	send		so many messages of all sizes, with checksums; -1: bursts, on and
 *			on
 *	received	so many were
 *	bad		of the received, those that were not what was sent, or not
 *			in order
 *	offer		announce to the other side, that there is a service of this name
 */

#include <linux/crc32.h>
#include <linux/delay.h>
#include <linux/kstrtox.h>
#include <linux/module.h>
#include <linux/rpmsg.h>
#include <linux/rpmsg/ns.h>
#include <linux/slab.h>
#include <linux/sysfs.h>
#include <linux/workqueue.h>

/* What a buffer of Linux has behind the header. */
#define MAX_BYTES	496

/* More than there are buffers at once, and then a pause for all others. */
#define BURST		300

struct message {
	__le32 crc; /* of all that is behind it */
	__le32 number;
	u8 data[MAX_BYTES - 8];
};

struct channel {
	struct rpmsg_device *rpdev;
	struct rpmsg_endpoint *service;
	struct work_struct work;
	struct message message;
	bool stop;
	int to_send;
	u32 sent;
	u32 received;
	u32 bad;
};

static u32 crc_of(const struct message *message, int len)
{
	return crc32(~0, &message->number, len - sizeof(message->crc));
}

static void send_work(struct work_struct *work)
{
	struct channel *channel = container_of(work, struct channel, work);
	struct message *message = &channel->message;

	while (channel->to_send && !READ_ONCE(channel->stop)) {
		int len = 8 + channel->sent % (MAX_BYTES - 8 + 1);
		int ret;

		memset(message->data, channel->sent * 7, len - 8);
		message->number = cpu_to_le32(channel->sent);
		message->crc = cpu_to_le32(crc_of(message, len));
		ret = rpmsg_trysend(channel->rpdev->ept, message, len);
		if (ret == -ENOMEM) {
			usleep_range(100, 200);
			continue;
		}
		if (ret)
			break;

		channel->sent++;
		if (channel->to_send > 0)
			channel->to_send--;
		else if (channel->sent % BURST == 0)
			usleep_range(100000, 200000);
	}
}

static int received(struct rpmsg_device *rpdev, void *data, int len,
		    void *priv, u32 src)
{
	struct channel *channel = dev_get_drvdata(&rpdev->dev);
	const struct message *message = data;

	if (len < 8 || len > MAX_BYTES ||
	    le32_to_cpu(message->crc) != crc_of(message, len) ||
	    le32_to_cpu(message->number) != channel->received)
		channel->bad++;
	channel->received++;
	return 0;
}

static ssize_t send_store(struct device *dev, struct device_attribute *attr,
			  const char *buf, size_t count)
{
	struct channel *channel = dev_get_drvdata(dev);
	int ret;

	flush_work(&channel->work);
	ret = kstrtoint(buf, 0, &channel->to_send);
	if (ret)
		return ret;

	schedule_work(&channel->work);
	return count;
}
static DEVICE_ATTR_WO(send);

static ssize_t offer_store(struct device *dev, struct device_attribute *attr,
			   const char *buf, size_t count)
{
	struct channel *channel = dev_get_drvdata(dev);
	struct rpmsg_device *rpdev = channel->rpdev;
	struct rpmsg_channel_info info = {
		.src = RPMSG_ADDR_ANY,
		.dst = RPMSG_ADDR_ANY,
	};
	struct rpmsg_ns_msg message = {};
	int ret;

	if (channel->service)
		return -EBUSY;

	strscpy(message.name, buf, sizeof(message.name));
	message.name[strcspn(message.name, "\n")] = 0;
	channel->service = rpmsg_create_ept(rpdev, received, NULL, info);
	if (!channel->service)
		return -ENOMEM;

	message.addr = cpu_to_rpmsg32(rpdev, channel->service->addr);
	message.flags = cpu_to_rpmsg32(rpdev, RPMSG_NS_CREATE);
	ret = rpmsg_sendto(channel->service, &message, sizeof(message),
			   RPMSG_NS_ADDR);
	return ret ?: count;
}
static DEVICE_ATTR_WO(offer);

static ssize_t received_show(struct device *dev, struct device_attribute *attr,
			     char *buf)
{
	struct channel *channel = dev_get_drvdata(dev);

	return sysfs_emit(buf, "%u\n", READ_ONCE(channel->received));
}
static DEVICE_ATTR_RO(received);

static ssize_t bad_show(struct device *dev, struct device_attribute *attr,
			char *buf)
{
	struct channel *channel = dev_get_drvdata(dev);

	return sysfs_emit(buf, "%u\n", READ_ONCE(channel->bad));
}
static DEVICE_ATTR_RO(bad);

static struct attribute *channel_attrs[] = {
	&dev_attr_send.attr,
	&dev_attr_offer.attr,
	&dev_attr_received.attr,
	&dev_attr_bad.attr,
	NULL,
};
ATTRIBUTE_GROUPS(channel);

static int probe(struct rpmsg_device *rpdev)
{
	struct channel *channel;

	channel = devm_kzalloc(&rpdev->dev, sizeof(*channel), GFP_KERNEL);
	if (!channel)
		return -ENOMEM;

	channel->rpdev = rpdev;
	INIT_WORK(&channel->work, send_work);
	dev_set_drvdata(&rpdev->dev, channel);
	return 0;
}

static void remove(struct rpmsg_device *rpdev)
{
	struct channel *channel = dev_get_drvdata(&rpdev->dev);

	WRITE_ONCE(channel->stop, true);
	cancel_work_sync(&channel->work);
	if (channel->service)
		rpmsg_destroy_ept(channel->service);
}

static const struct rpmsg_device_id ids[] = {
	{ .name = "epf-test" },
	{ .name = "epf-test-more" },
	{ .name = "epf-test-own" },
	{}
};
MODULE_DEVICE_TABLE(rpmsg, ids);

static struct rpmsg_driver rpmsg_probe = {
	.drv.name = "rpmsg-probe",
	.drv.dev_groups = channel_groups,
	.id_table = ids,
	.probe = probe,
	.remove = remove,
	.callback = received,
};
module_rpmsg_driver(rpmsg_probe);

MODULE_DESCRIPTION("Channels of messages, for tests");
MODULE_LICENSE("GPL");
