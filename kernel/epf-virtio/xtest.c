// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * Backend for tests: takes data, makes data, or sends back what it got.
 *
 *	backend/num_queues	how many; as long as it is not bound
 *	backend/marker		in the configuration; any time
 *	backend/host_marker	what the host has written there
 */

#include <linux/cleanup.h>
#include <linux/crc32c.h>
#include <linux/kstrtox.h>
#include <linux/minmax.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/sysfs.h>
#include <linux/uio.h>

#include "epf-virtio.h"
#include "uapi/virtio-xtest.h"

/* Of one chain in either direction, and of all together. */
#define MAX_BYTES	SZ_1M
#define MAX_HELD	SZ_16M

#define MAX_QUEUES	64

/**
 * struct xtest - the test device
 * @num_queues: what the user wants
 * @marker: the same
 * @held: bytes that chains hold
 */
struct xtest {
	unsigned int num_queues;
	u32 marker;
	atomic_t held;
};

/**
 * struct job - a chain under way
 * @in: what is read from it
 * @out: what is written to it
 * @bytes: of both
 */
struct job {
	void *in;
	void *out;
	unsigned int bytes;
};

static void job_end(struct epf_virtio_chain *chain, u32 written)
{
	struct epf_virtio_device *device = chain->queue->device;
	struct xtest *xtest = device->priv;
	struct job *job = chain->priv;
	unsigned int i;

	/* Who waits for memory looks again. */
	if (atomic_sub_return(job->bytes, &xtest->held) + job->bytes >
	    MAX_HELD - 2 * MAX_BYTES)
		for (i = 0; i < device->num_queues; i++)
			epf_virtio_queue_wake(&device->queues[i]);
	kfree(job->in);
	kfree(job->out);
	kfree(job);
	epf_virtio_complete(chain, written);
}

static void written(struct epf_virtio_chain *chain, int error)
{
	job_end(chain, error ? 0 : chain->vring.writable);
}

static int run(const struct epf_vring_chain *vring, const struct job *job,
	       const void **crc_data, size_t *crc_bytes)
{
	const struct virtio_xtest_request *request = job->in;
	size_t in = vring->readable - sizeof(*request);
	size_t out = vring->writable - sizeof(struct virtio_xtest_reply);
	u32 seed = le32_to_cpu(request->seed);
	size_t i;

	*crc_data = job->out;
	*crc_bytes = out;
	switch (le32_to_cpu(request->operation)) {
	case VIRTIO_XTEST_SINK:
		*crc_data = request + 1;
		*crc_bytes = in;
		return 0;
	case VIRTIO_XTEST_SOURCE:
		for (i = 0; i < out; i++)
			((u8 *)job->out)[i] = seed + i;
		return 0;
	case VIRTIO_XTEST_ECHO:
		if (in != out)
			return -EINVAL;
		memcpy(job->out, request + 1, in);
		return 0;
	default:
		return -EOPNOTSUPP;
	}
}

/* What is to be read is here: answer. */
static void have_read(struct epf_virtio_chain *chain, int error)
{
	const struct epf_vring_chain *vring = &chain->vring;
	struct epf_virtio_device *device = chain->queue->device;
	struct job *job = chain->priv;
	struct virtio_xtest_reply *reply;
	struct kvec memory = {
		.iov_base = job->out,
		.iov_len = vring->writable,
	};
	const void *crc_data;
	size_t crc_bytes;

	if (error) {
		job_end(chain, 0);
		return;
	}

	reply = job->out + vring->writable - sizeof(*reply);
	reply->error = cpu_to_le32(-run(vring, job, &crc_data, &crc_bytes));
	reply->crc = 0;
	if (epf_virtio_has_feature(device, VIRTIO_XTEST_F_CRC) && !reply->error)
		reply->crc = cpu_to_le32(crc32c(~0, crc_data, crc_bytes));

	if (epf_virtio_transfer(chain, EPF_TO_HOST, 0, &memory, 1, written))
		job_end(chain, 0);
}

static bool is_good(const struct epf_vring_chain *vring)
{
	return vring->readable >= sizeof(struct virtio_xtest_request) &&
	       vring->writable >= sizeof(struct virtio_xtest_reply) &&
	       vring->readable <= MAX_BYTES && vring->writable <= MAX_BYTES;
}

static void begin(struct epf_virtio_chain *chain)
{
	struct xtest *xtest = chain->queue->device->priv;
	const struct epf_vring_chain *vring = &chain->vring;
	struct kvec memory;
	struct job *job;

	job = is_good(vring) ? kzalloc(sizeof(*job), GFP_KERNEL) : NULL;
	if (!job) {
		epf_virtio_complete(chain, 0);
		return;
	}

	chain->priv = job;
	job->bytes = vring->readable + vring->writable;
	atomic_add(job->bytes, &xtest->held);
	job->in = kmalloc(vring->readable, GFP_KERNEL);
	/* Nothing of ours may go to the host: zeroes. */
	job->out = kzalloc(vring->writable, GFP_KERNEL);
	memory.iov_base = job->in;
	memory.iov_len = vring->readable;
	if (!job->in || !job->out ||
	    epf_virtio_transfer(chain, EPF_FROM_HOST, 0, &memory, 1, have_read))
		job_end(chain, 0);
}

static void xtest_queue_work(struct epf_virtio_queue *queue)
{
	struct xtest *xtest = queue->device->priv;
	struct epf_virtio_chain *chain;

	while (atomic_read(&xtest->held) <= MAX_HELD - 2 * MAX_BYTES) {
		chain = epf_virtio_get(queue);
		if (!chain)
			return;
		begin(chain);
	}
}

/* All but what the host writes there */
static void fill_config(const struct xtest *xtest,
			struct virtio_xtest_config *config)
{
	config->marker = cpu_to_le32(xtest->marker);
	config->num_queues = cpu_to_le32(xtest->num_queues);
	config->max_bytes = cpu_to_le32(MAX_BYTES -
					sizeof(struct virtio_xtest_request));
	config->answer = config->host_marker;
}

static int xtest_bind(struct epf_virtio_device *device)
{
	struct xtest *xtest = device->priv;

	device->num_queues = xtest->num_queues;
	fill_config(xtest, device->config);
	return 0;
}

static int xtest_probe(struct epf_virtio_device *device)
{
	struct xtest *xtest;

	xtest = devm_kzalloc(&device->epf->dev, sizeof(*xtest), GFP_KERNEL);
	if (!xtest)
		return -ENOMEM;

	xtest->num_queues = 1;
	device->priv = xtest;
	return 0;
}

/* The host's marker is there already; the host sees by this that it was seen. */
static void xtest_config_written(struct epf_virtio_device *device,
				 unsigned int offset, unsigned int len)
{
	epf_virtio_config_begin(device);
	fill_config(device->priv, device->config);
	epf_virtio_config_end(device);
}

static ssize_t xtest_num_queues_show(struct config_item *item, char *page)
{
	struct xtest *xtest = epf_virtio_from_item(item)->priv;

	return sysfs_emit(page, "%u\n", xtest->num_queues);
}

static ssize_t xtest_num_queues_store(struct config_item *item,
				      const char *page, size_t count)
{
	struct epf_virtio_device *device = epf_virtio_from_item(item);
	struct xtest *xtest = device->priv;

	return epf_virtio_store_uint(device, page, count, &xtest->num_queues,
				     1, MAX_QUEUES);
}

CONFIGFS_ATTR(xtest_, num_queues);

static ssize_t xtest_marker_show(struct config_item *item, char *page)
{
	struct xtest *xtest = epf_virtio_from_item(item)->priv;

	return sysfs_emit(page, "%u\n", xtest->marker);
}

static ssize_t xtest_marker_store(struct config_item *item, const char *page,
				  size_t count)
{
	struct epf_virtio_device *device = epf_virtio_from_item(item);
	struct virtio_xtest_config *config = device->config;
	struct xtest *xtest = device->priv;
	u32 value;
	int ret;

	ret = kstrtou32(page, 0, &value);
	if (ret)
		return ret;

	guard(mutex)(&device->settings_lock);
	xtest->marker = value;
	epf_virtio_config_begin(device);
	config->marker = cpu_to_le32(value);
	epf_virtio_config_end(device);
	return count;
}

CONFIGFS_ATTR(xtest_, marker);

static ssize_t xtest_host_marker_show(struct config_item *item, char *page)
{
	struct virtio_xtest_config *config = epf_virtio_from_item(item)->config;

	return sysfs_emit(page, "%u\n", le32_to_cpu(config->host_marker));
}

CONFIGFS_ATTR_RO(xtest_, host_marker);

static struct configfs_attribute *xtest_attrs[] = {
	&xtest_attr_num_queues,
	&xtest_attr_marker,
	&xtest_attr_host_marker,
	NULL,
};

static const struct config_item_type xtest_type = {
	.ct_attrs = xtest_attrs,
	.ct_owner = THIS_MODULE,
};

static struct epf_virtio_backend xtest_backend = {
	.name = "xtest",
	.owner = THIS_MODULE,
	.device_id = VIRTIO_ID_XTEST,
	.features = BIT_ULL(VIRTIO_XTEST_F_CRC),
	.num_queues = 1,
	.max_queues = MAX_QUEUES,
	.config_size = sizeof(struct virtio_xtest_config),
	.group_type = &xtest_type,
	.probe = xtest_probe,
	.bind = xtest_bind,
	.queue_work = xtest_queue_work,
	.config_written = xtest_config_written,
};
module_epf_virtio_backend(xtest_backend);

MODULE_DESCRIPTION("PCI endpoint function: virtio test device");
MODULE_LICENSE("GPL");
