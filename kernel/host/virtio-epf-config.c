// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * Status, features and configuration of the virtio device.
 */

#include <linux/errno.h>
#include <linux/unaligned.h>
#include <linux/virtio_config.h>
#include <linux/virtio_ids.h>
#include <linux/virtio_ring.h>
#include <uapi/linux/virtio_blk.h>
#include <uapi/linux/virtio_scsi.h>

#include "virtio-epf.h"

#define CONTROL(_epf, _field)						\
	((_epf)->control + offsetof(struct epf_virtio_control, _field))

/*
 * Of a ring like that nobody but the driver knows what is under way; nor can another
 * used ring say up to where the endpoint wants no notification.
 */
#define NOT_SEEN	(BIT_ULL(VIRTIO_RING_F_INDIRECT_DESC) |		\
			 BIT_ULL(VIRTIO_RING_F_EVENT_IDX) |		\
			 BIT_ULL(VIRTIO_F_IN_ORDER) |			\
			 BIT_ULL(VIRTIO_F_RING_PACKED))

/*
 * With pushed descriptors there is nothing behind a descriptor but a buffer, the
 * endpoint is told of every buffer, and rings are split.
 */
#define NOT_WITH_PUSH	(BIT_ULL(VIRTIO_RING_F_INDIRECT_DESC) |		\
			 BIT_ULL(VIRTIO_RING_F_EVENT_IDX) |		\
			 BIT_ULL(VIRTIO_F_RING_PACKED))

#define ALWAYS		(BIT_ULL(VIRTIO_F_VERSION_1) |			\
			 BIT_ULL(VIRTIO_F_ACCESS_PLATFORM))

static u64 get_features(struct virtio_device *vdev)
{
	struct virtio_epf *epf = to_virtio_epf(vdev);
	u64 features = epf->device_features;

	if (epf->push)
		features &= ~NOT_WITH_PUSH;
	if (virtio_epf_is_waited_for(epf) || vdev->id.device == VIRTIO_ID_CONSOLE)
		features &= ~NOT_SEEN;
	return features;
}

static int finalize_features(struct virtio_device *vdev)
{
	struct virtio_epf *epf = to_virtio_epf(vdev);
	bool ring_reset = epf->device_features & BIT_ULL(VIRTIO_F_RING_RESET);
	struct virtio_epf_request request = {
		.command = EPF_VIRTIO_SET_FEATURES,
		.args[1] = (epf->push ? EPF_VIRTIO_F_PUSH : 0) |
			   (epf->doorbell ? EPF_VIRTIO_F_DOORBELL : 0),
	};

	vring_transport_features(vdev);
	if (ring_reset)
		__virtio_set_bit(vdev, VIRTIO_F_RING_RESET);
	/* What a notification tells is up to this transport. */
	__virtio_clear_bit(vdev, VIRTIO_F_NOTIFICATION_DATA);

	if (~vdev->features & ALWAYS) {
		dev_err(&vdev->dev,
			"the device must offer VERSION_1 and ACCESS_PLATFORM\n");
		return -EINVAL;
	}

	request.args[0] = vdev->features;
	return virtio_epf_request(epf, &request);
}

/**
 * virtio_epf_read_status() - what the endpoint says that the status is
 * @epf: the device
 *
 * Context: any.
 * Return: the status; more than U8_MAX where the endpoint is gone.
 */
u32 virtio_epf_read_status(struct virtio_epf *epf)
{
	return READ_ONCE(epf->dead) ? U32_MAX : readl(CONTROL(epf, status));
}

/**
 * virtio_epf_get_status() - read the device's status
 * @vdev: the device
 *
 * What the driver has set is not asked of the endpoint, which might say anything;
 * it has a say in features, and in that it needs a reset.
 *
 * Context: may sleep.
 * Return: the status; 0 where the endpoint is gone.
 */
u8 virtio_epf_get_status(struct virtio_device *vdev)
{
	struct virtio_epf *epf = to_virtio_epf(vdev);
	u32 status = virtio_epf_read_status(epf);

	if (status > U8_MAX || !epf->status)
		return 0;

	return (epf->status & (status | ~VIRTIO_CONFIG_S_FEATURES_OK)) |
	       (status & VIRTIO_CONFIG_S_NEEDS_RESET);
}

static void set_status(struct virtio_device *vdev, u8 status)
{
	struct virtio_epf *epf = to_virtio_epf(vdev);
	struct virtio_epf_request request = {
		.command = EPF_VIRTIO_SET_STATUS,
		.args[0] = status,
	};

	virtio_epf_request(epf, &request);
	epf->status = status;
}

/**
 * virtio_epf_reset_device() - have the endpoint begin anew
 * @epf: the device
 *
 * It does not access memory any more.
 *
 * Context: may sleep.
 */
void virtio_epf_reset_device(struct virtio_epf *epf)
{
	unsigned int i;

	set_status(&epf->vdev, 0);
	for (i = 0; i < epf->num_queues; i++)
		epf->queues[i].enabled = false;
}

static void reset(struct virtio_device *vdev)
{
	struct virtio_epf *epf = to_virtio_epf(vdev);

	virtio_epf_reset_device(epf);
	virtio_epf_synchronize_irqs(vdev);
	virtio_epf_forget_loss(epf);
}

static u32 generation(struct virtio_device *vdev)
{
	return virtio_epf_config_generation(to_virtio_epf(vdev));
}

static bool config_has(struct virtio_epf *epf, unsigned int offset,
		       unsigned int len)
{
	return len <= epf->config_size && offset <= epf->config_size - len;
}

static bool is_max_segments(const struct virtio_device *vdev, unsigned int offset)
{
	return (vdev->id.device == VIRTIO_ID_BLOCK &&
		offset == offsetof(struct virtio_blk_config, seg_max)) ||
	       (vdev->id.device == VIRTIO_ID_SCSI &&
		offset == offsetof(struct virtio_scsi_config, seg_max));
}

static u32 read_field(struct virtio_device *vdev, unsigned int offset)
{
	struct virtio_epf *epf = to_virtio_epf(vdev);
	u32 value = readl(epf->config + offset);

	return is_max_segments(vdev, offset) ?
	       min(value, virtio_epf_max_segments(epf)) : value;
}

/* Fields are little-endian, and as wide as the accesses that read them. */
static void get(struct virtio_device *vdev, unsigned int offset, void *buf,
		unsigned int len)
{
	struct virtio_epf *epf = to_virtio_epf(vdev);
	void __iomem *from = epf->config + offset;

	/* A field that the endpoint's version of the device does not have */
	if (!config_has(epf, offset, len)) {
		memset(buf, 0, len);
		return;
	}

	switch (len) {
	case 2:
		put_unaligned_le16(readw(from), buf);
		break;
	case 8:
		put_unaligned_le32(readl(from + 4), buf + 4);
		fallthrough;
	case 4:
		put_unaligned_le32(read_field(vdev, offset), buf);
		break;
	default:
		memcpy_fromio(buf, from, len);
		break;
	}
}

static void set(struct virtio_device *vdev, unsigned int offset,
		const void *buf, unsigned int len)
{
	struct virtio_epf *epf = to_virtio_epf(vdev);
	const u8 *bytes = buf;

	while (len) {
		unsigned int part = min(len, sizeof(u64));
		struct virtio_epf_request request = {
			.command = EPF_VIRTIO_WRITE_CONFIG,
			.size = part,
			.args[0] = offset,
		};
		__le64 data = 0;

		memcpy(&data, bytes, part);
		request.args[1] = le64_to_cpu(data);
		virtio_epf_request(epf, &request);
		offset += part;
		bytes += part;
		len -= part;
	}
}

static const char *bus_name(struct virtio_device *vdev)
{
	return pci_name(to_virtio_epf(vdev)->pdev);
}

const struct virtio_config_ops virtio_epf_config_ops = {
	.get = get,
	.set = set,
	.generation = generation,
	.get_status = virtio_epf_get_status,
	.set_status = set_status,
	.reset = reset,
	.find_vqs = virtio_epf_find_vqs,
	.del_vqs = virtio_epf_del_vqs,
	.synchronize_cbs = virtio_epf_synchronize_irqs,
	.get_features = get_features,
	.finalize_features = finalize_features,
	.bus_name = bus_name,
	.set_vq_affinity = virtio_epf_set_affinity,
	.get_vq_affinity = virtio_epf_get_affinity,
	.disable_vq_and_reset = virtio_epf_reset_queue,
	.enable_vq_after_reset = virtio_epf_enable_queue,
};
