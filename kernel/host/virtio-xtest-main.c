// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * Driver of virtio devices for tests, epf-virtio-xtest, over any transport.
 */

#include <linux/cleanup.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/idr.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/virtio_config.h>
#include <linux/virtio_ids.h>

#include "virtio-xtest.h"

#define NAME		"virtio-xtest"
#define MAX_QUEUES	64

/* Numbers of device nodes are the driver's, not a device's. */
static DEFINE_IDA(xtest_ids);

static void release_ref(struct kref *ref)
{
	struct virtio_xtest *xtest = container_of(ref, struct virtio_xtest,
						  ref);

	ida_free(&xtest_ids, xtest->id);
	mutex_destroy(&xtest->lock);
	kfree(xtest);
}

/* The node cannot go meanwhile. */
static int xtest_open(struct inode *inode, struct file *file)
{
	struct virtio_xtest *xtest = container_of(file->private_data,
						  struct virtio_xtest, misc);

	kref_get(&xtest->ref);
	file->private_data = xtest;
	return 0;
}

static int xtest_release(struct inode *inode, struct file *file)
{
	struct virtio_xtest *xtest = file->private_data;

	kref_put(&xtest->ref, release_ref);
	return 0;
}

static long info_ioctl(struct virtio_xtest *xtest, void __user *arg)
{
	struct virtio_xtest_info info = {
		.features = xtest->vdev->features,
		.version = VIRTIO_XTEST_VERSION,
		.num_queues = xtest->num_queues,
		.config_changes = atomic_read(&xtest->config_changes),
	};

	if (xtest->vqs)
		info.queue_size = virtqueue_get_vring_size(xtest->vqs[0]);
	virtio_cread_le(xtest->vdev, struct virtio_xtest_config, max_bytes,
			&info.max_bytes);
	virtio_cread_le(xtest->vdev, struct virtio_xtest_config, marker,
			&info.marker);
	virtio_cread_le(xtest->vdev, struct virtio_xtest_config, answer,
			&info.answer);
	return copy_to_user(arg, &info, sizeof(info)) ? -EFAULT : 0;
}

static long run_ioctl(struct virtio_xtest *xtest, void __user *arg)
{
	struct virtio_xtest_run run;
	int ret;

	if (copy_from_user(&run, arg, sizeof(run)))
		return -EFAULT;

	ret = virtio_xtest_run(xtest, &run);
	if (copy_to_user(arg, &run, sizeof(run)))
		return -EFAULT;
	return ret;
}

static long mark_ioctl(struct virtio_xtest *xtest, u32 marker)
{
	virtio_cwrite_le(xtest->vdev, struct virtio_xtest_config, host_marker,
			 &marker);
	return 0;
}

static long xtest_ioctl(struct file *file, unsigned int command,
			unsigned long arg)
{
	struct virtio_xtest *xtest = file->private_data;

	guard(mutex)(&xtest->lock);
	if (xtest->gone)
		return -ENODEV;

	switch (command) {
	case VIRTIO_XTEST_INFO:
		return info_ioctl(xtest, (void __user *)arg);
	case VIRTIO_XTEST_RUN:
		return run_ioctl(xtest, (void __user *)arg);
	case VIRTIO_XTEST_MARK:
		return mark_ioctl(xtest, arg);
	case VIRTIO_XTEST_RESET:
		return virtio_xtest_reset(xtest);
	default:
		return -ENOTTY;
	}
}

static const struct file_operations xtest_fops = {
	.owner = THIS_MODULE,
	.open = xtest_open,
	.release = xtest_release,
	.unlocked_ioctl = xtest_ioctl,
};

static void queue_callback(struct virtqueue *vq)
{
	struct virtio_xtest *xtest = vq->vdev->priv;

	atomic_inc(&xtest->callbacks);
	wake_up(&xtest->wait);
}

static int make_queues(struct virtio_xtest *xtest)
{
	unsigned int i, num = xtest->num_queues;
	struct virtqueue_info *infos __free(kfree) =
		kcalloc(num, sizeof(*infos), GFP_KERNEL);
	struct virtqueue **vqs = kcalloc(num, sizeof(*vqs), GFP_KERNEL);
	int ret = -ENOMEM;

	if (!infos || !vqs)
		goto free;

	for (i = 0; i < num; i++)
		infos[i] = (struct virtqueue_info) {
			.name = "requests",
			.callback = queue_callback,
		};
	ret = virtio_find_vqs(xtest->vdev, num, vqs, infos, NULL);
	if (ret)
		goto free;

	xtest->vqs = vqs;
	return 0;

free:
	kfree(vqs);
	return ret;
}

static void stop(struct virtio_xtest *xtest)
{
	unsigned int i;

	virtio_reset_device(xtest->vdev);
	if (!xtest->vqs)
		return;

	/* The core frees the tables of what was under way only here. */
	for (i = 0; i < xtest->num_queues; i++)
		while (virtqueue_detach_unused_buf(xtest->vqs[i]))
			;
	xtest->vdev->config->del_vqs(xtest->vdev);
	kfree(xtest->vqs);
	xtest->vqs = NULL;
}

/* What the virtio core does before probe, and then what probe does. */
static int start_again(struct virtio_xtest *xtest)
{
	struct virtio_device *vdev = xtest->vdev;
	int ret;

	virtio_add_status(vdev, VIRTIO_CONFIG_S_ACKNOWLEDGE);
	virtio_add_status(vdev, VIRTIO_CONFIG_S_DRIVER);
	ret = vdev->config->finalize_features(vdev);
	if (ret)
		return ret;

	virtio_add_status(vdev, VIRTIO_CONFIG_S_FEATURES_OK);
	if (!(vdev->config->get_status(vdev) & VIRTIO_CONFIG_S_FEATURES_OK))
		return -ENODEV;

	ret = make_queues(xtest);
	if (!ret)
		virtio_device_ready(vdev);
	return ret;
}

/**
 * virtio_xtest_reset() - reset the device, and set it up anew
 * @xtest: the device; what it had of ours is ours again
 *
 * Context: may sleep; under the lock.
 * Return: 0, or an error of the transport.
 */
int virtio_xtest_reset(struct virtio_xtest *xtest)
{
	stop(xtest);
	return start_again(xtest);
}

static struct virtio_xtest *xtest_create(struct virtio_device *vdev)
{
	struct virtio_xtest *xtest;

	xtest = kzalloc(sizeof(*xtest), GFP_KERNEL);
	if (!xtest)
		return ERR_PTR(-ENOMEM);

	xtest->id = ida_alloc(&xtest_ids, GFP_KERNEL);
	if (xtest->id < 0) {
		int ret = xtest->id;

		kfree(xtest);
		return ERR_PTR(ret);
	}

	kref_init(&xtest->ref);
	mutex_init(&xtest->lock);
	init_waitqueue_head(&xtest->wait);
	xtest->vdev = vdev;
	snprintf(xtest->name, sizeof(xtest->name), NAME ".%d", xtest->id);
	xtest->misc = (struct miscdevice) {
		.minor = MISC_DYNAMIC_MINOR,
		.name = xtest->name,
		.parent = &vdev->dev,
		.fops = &xtest_fops,
	};
	return xtest;
}

static int xtest_probe(struct virtio_device *vdev)
{
	struct virtio_xtest *xtest;
	u32 num_queues;
	int ret;

	xtest = xtest_create(vdev);
	if (IS_ERR(xtest))
		return PTR_ERR(xtest);

	vdev->priv = xtest;
	virtio_cread_le(vdev, struct virtio_xtest_config, num_queues,
			&num_queues);
	xtest->num_queues = clamp_t(u32, num_queues, 1, MAX_QUEUES);
	ret = make_queues(xtest);
	if (ret)
		goto put;

	virtio_device_ready(vdev);
	ret = misc_register(&xtest->misc);
	if (ret)
		goto stop;

	return 0;

stop:
	stop(xtest);
put:
	kref_put(&xtest->ref, release_ref);
	return ret;
}

static void xtest_remove(struct virtio_device *vdev)
{
	struct virtio_xtest *xtest = vdev->priv;

	misc_deregister(&xtest->misc);
	WRITE_ONCE(xtest->gone, true);
	wake_up_all(&xtest->wait);

	/* Who has an open file is past the device when this is ours. */
	scoped_guard(mutex, &xtest->lock)
		stop(xtest);
	kref_put(&xtest->ref, release_ref);
}

static void xtest_config_changed(struct virtio_device *vdev)
{
	struct virtio_xtest *xtest = vdev->priv;

	atomic_inc(&xtest->config_changes);
	wake_up_all(&xtest->wait);
}

static const unsigned int xtest_features[] = {
	VIRTIO_XTEST_F_CRC,
};

static const struct virtio_device_id xtest_id_table[] = {
	{ VIRTIO_ID_XTEST, VIRTIO_DEV_ANY_ID },
	{ }
};
MODULE_DEVICE_TABLE(virtio, xtest_id_table);

static struct virtio_driver xtest_driver = {
	.driver.name = "virtio_xtest",
	.feature_table = xtest_features,
	.feature_table_size = ARRAY_SIZE(xtest_features),
	.id_table = xtest_id_table,
	.probe = xtest_probe,
	.remove = xtest_remove,
	.config_changed = xtest_config_changed,
};
module_virtio_driver(xtest_driver);

MODULE_DESCRIPTION("Virtio test device: driver");
MODULE_LICENSE("GPL");
