// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * A driver of virtio disks that asks for what no driver should. In the kernel's
 * log it says, for each request, what became of it:
 *
 *	blk-hostile: NAME: status N
 *
 * where N is 255 if the device has written no status.
 */

#include <linux/bits.h>
#include <linux/completion.h>
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/virtio.h>
#include <linux/virtio_blk.h>
#include <linux/virtio_config.h>
#include <linux/virtio_ids.h>

#define UNTOUCHED	255

/* Far behind the end of the disk, and so far that bytes do not fit 64 bits. */
#define BEHIND		BIT_ULL(40)
#define FAR_BEHIND	BIT_ULL(56)

struct request {
	const char *name;
	u32 type;
	u64 sector;
	unsigned int header;
	unsigned int out;
	unsigned int in;
	bool no_status;
	u32 sectors;
	u32 flags;
};

static const struct request requests[] = {
	{ "read", VIRTIO_BLK_T_IN, 0, 16, 0, 512 },
	{ "flush", VIRTIO_BLK_T_FLUSH, 0, 16, 0, 0 },
	{ "read behind the end", VIRTIO_BLK_T_IN, BEHIND, 16, 0, 512 },
	{ "read far behind", VIRTIO_BLK_T_IN, FAR_BEHIND, 16, 0, 512 },
	{ "read at the last number", VIRTIO_BLK_T_IN, ~0ULL, 16, 0, 1024 },
	{ "write behind the end", VIRTIO_BLK_T_OUT, BEHIND, 16, 512, 0 },
	{ "write across the end", VIRTIO_BLK_T_OUT, 32767, 16, 1024, 0 },
	{ "read a part", VIRTIO_BLK_T_IN, 0, 16, 0, 100 },
	{ "write a part", VIRTIO_BLK_T_OUT, 0, 16, 1000, 0 },
	{ "read nothing", VIRTIO_BLK_T_IN, 0, 16, 0, 0 },
	{ "write nothing", VIRTIO_BLK_T_OUT, 0, 16, 0, 0 },
	{ "read with data", VIRTIO_BLK_T_IN, 0, 16, 512, 0 },
	{ "write the other way", VIRTIO_BLK_T_OUT, 0, 16, 0, 512 },
	{ "both ways", VIRTIO_BLK_T_OUT, 0, 16, 512, 512 },
	{ "unknown", 0xdeadbeef, 0, 16, 0, 512 },
	{ "SCSI", VIRTIO_BLK_T_SCSI_CMD, 0, 16, 16, 0 },
	{ "secure erase", VIRTIO_BLK_T_SECURE_ERASE, 0, 16, 16, 0,
	  .sectors = 1 },
	{ "short header", VIRTIO_BLK_T_IN, 0, 8, 0, 512 },
	{ "no status", VIRTIO_BLK_T_OUT, 0, 16, 512, 0, .no_status = true },
	{ "id", VIRTIO_BLK_T_GET_ID, 0, 16, 0, 20 },
	{ "short id", VIRTIO_BLK_T_GET_ID, 0, 16, 0, 19 },
	{ "long id", VIRTIO_BLK_T_GET_ID, 0, 16, 0, 21 },
	{ "id the other way", VIRTIO_BLK_T_GET_ID, 0, 16, 20, 0 },
	{ "discard", VIRTIO_BLK_T_DISCARD, 0, 16, 16, 0, .sectors = 8 },
	{ "discard nothing", VIRTIO_BLK_T_DISCARD, 0, 16, 0, 0 },
	{ "discard half", VIRTIO_BLK_T_DISCARD, 0, 16, 24, 0, .sectors = 8 },
	{ "discard behind", VIRTIO_BLK_T_DISCARD, BEHIND, 16, 16, 0,
	  .sectors = 8 },
	{ "discard all numbers", VIRTIO_BLK_T_DISCARD, 0, 16, 16, 0,
	  .sectors = ~0U },
	{ "discard with flags", VIRTIO_BLK_T_DISCARD, 0, 16, 16, 0,
	  .sectors = 8, .flags = 1 },
	{ "discard too many", VIRTIO_BLK_T_DISCARD, 0, 16, 16 * 65, 0,
	  .sectors = 8 },
	{ "zero", VIRTIO_BLK_T_WRITE_ZEROES, 0, 16, 16, 0, .sectors = 8,
	  .flags = 1 },
	{ "zero with flags", VIRTIO_BLK_T_WRITE_ZEROES, 0, 16, 16, 0,
	  .sectors = 8, .flags = 6 },
	{ "zero behind", VIRTIO_BLK_T_WRITE_ZEROES, FAR_BEHIND, 16, 16, 0,
	  .sectors = 8 },
	{ "read at the end", VIRTIO_BLK_T_IN, 32767, 16, 0, 512 },
};

struct buffers {
	struct virtio_blk_outhdr header;
	u8 out[2048];
	u8 in[2048];
	u8 status;
};

static void done(struct virtqueue *vq)
{
	complete(vq->vdev->priv);
}

static void fill(struct buffers *buffers, const struct request *request)
{
	struct virtio_blk_discard_write_zeroes *range = (void *)buffers->out;

	memset(buffers, 0, sizeof(*buffers));
	buffers->status = UNTOUCHED;
	buffers->header.type = cpu_to_le32(request->type);
	buffers->header.sector = cpu_to_le64(request->sector);
	range->sector = cpu_to_le64(request->sector);
	range->num_sectors = cpu_to_le32(request->sectors);
	range->flags = cpu_to_le32(request->flags);
}

static int run(struct virtqueue *vq, const struct request *request,
	       struct buffers *buffers)
{
	struct completion *completion = vq->vdev->priv;
	struct scatterlist sgs[4], *list[4];
	unsigned int readable = 0, count = 0, len;
	int ret;

	fill(buffers, request);
	sg_init_one(&sgs[count++], &buffers->header, request->header);
	if (request->out)
		sg_init_one(&sgs[count++], buffers->out, request->out);
	readable = count;
	if (request->in)
		sg_init_one(&sgs[count++], buffers->in, request->in);
	if (!request->no_status)
		sg_init_one(&sgs[count++], &buffers->status, 1);
	for (unsigned int i = 0; i < count; i++)
		list[i] = &sgs[i];

	reinit_completion(completion);
	ret = virtqueue_add_sgs(vq, list, readable, count - readable, buffers,
				GFP_KERNEL);
	if (ret)
		return ret;

	virtqueue_kick(vq);
	if (!wait_for_completion_timeout(completion, 10 * HZ) ||
	    !virtqueue_get_buf(vq, &len))
		return -ETIMEDOUT;

	pr_info("blk-hostile: %s: status %u\n", request->name,
		buffers->status);
	return 0;
}

static int run_all(struct virtio_device *vdev)
{
	struct buffers *buffers;
	struct virtqueue *vq;
	int ret = 0;

	vq = virtio_find_single_vq(vdev, done, "requests");
	if (IS_ERR(vq))
		return PTR_ERR(vq);

	buffers = kmalloc(sizeof(*buffers), GFP_KERNEL);
	if (!buffers)
		return -ENOMEM;

	virtio_device_ready(vdev);
	/* It writes to all of its configuration, which is not the driver's. */
	for (unsigned int i = 0; i < 32; i++)
		virtio_cwrite8(vdev, i, 0xff);
	for (unsigned int i = 0; i < ARRAY_SIZE(requests) && !ret; i++)
		ret = run(vq, &requests[i], buffers);
	pr_info("blk-hostile: end: %d, capacity %u\n", ret,
		virtio_cread32(vdev, 0));
	virtio_reset_device(vdev);
	kfree(buffers);
	return ret;
}

static int probe(struct virtio_device *vdev)
{
	struct completion *completion;
	int ret;

	completion = kmalloc(sizeof(*completion), GFP_KERNEL);
	if (!completion)
		return -ENOMEM;

	init_completion(completion);
	vdev->priv = completion;
	ret = run_all(vdev);
	vdev->config->del_vqs(vdev);
	kfree(completion);
	/* It has had its day: the disk is for others. */
	return ret ?: -ENODEV;
}

static void remove(struct virtio_device *vdev)
{
}

static const struct virtio_device_id ids[] = {
	{ VIRTIO_ID_BLOCK, VIRTIO_DEV_ANY_ID },
	{}
};

static const unsigned int features[] = {
	VIRTIO_BLK_F_FLUSH,
	VIRTIO_BLK_F_DISCARD,
	VIRTIO_BLK_F_WRITE_ZEROES,
};

static struct virtio_driver hostile_driver = {
	.driver.name = "blk-hostile",
	.feature_table = features,
	.feature_table_size = ARRAY_SIZE(features),
	.id_table = ids,
	.probe = probe,
	.remove = remove,
};
module_virtio_driver(hostile_driver);

MODULE_DESCRIPTION("Hostile driver of virtio disks");
MODULE_LICENSE("GPL");
