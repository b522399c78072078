// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * What the host requests: status, features, queues, configuration. A request is
 * copied before it is looked at: the host may write to it meanwhile.
 */

#include <linux/cleanup.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/string.h>
#include <uapi/linux/virtio_config.h>
#include <uapi/linux/virtio_ring.h>

#include "virtio.h"

/* What a driver has to accept: nothing works without. */
#define NEEDED		(BIT_ULL(VIRTIO_F_VERSION_1) |			\
			 BIT_ULL(VIRTIO_F_ACCESS_PLATFORM))

/* What needs more of the ring than the host pushes. */
#define NOT_WITH_PUSH	(BIT_ULL(VIRTIO_RING_F_INDIRECT_DESC) |		\
			 BIT_ULL(VIRTIO_RING_F_EVENT_IDX) |		\
			 BIT_ULL(VIRTIO_F_RING_PACKED))

static void write_status(struct epf_virtio_device *device, u8 status)
{
	device->status = status;
	device->settings.transport->show_status(device);
}

/**
 * epf_virtio_needs_reset() - the device cannot go on
 * @device: the device
 *
 * The host is told; nothing is done for it until it resets the device.
 *
 * Context: as @queue_work of struct epf_virtio_backend.
 */
void epf_virtio_needs_reset(struct epf_virtio_device *device)
{
	if (device->status & VIRTIO_CONFIG_S_NEEDS_RESET)
		return;

	write_status(device, device->status | VIRTIO_CONFIG_S_NEEDS_RESET);
	if (device->status & VIRTIO_CONFIG_S_DRIVER_OK)
		epf_virtio_raise(device, device->config_vector);
}
EXPORT_SYMBOL_GPL(epf_virtio_needs_reset);

/**
 * epf_virtio_reset() - end all that the device does for a driver of the host
 * @device: the device
 *
 * Context: may sleep: until the backend has completed all chains.
 */
void epf_virtio_reset(struct epf_virtio_device *device)
{
	unsigned int i;

	if (device->started) {
		device->started = false;
		if (device->backend->stop)
			device->backend->stop(device);
		epf_transfers_cancel(device->outbound.transfers);
	}
	for (i = 0; i < device->num_queues; i++)
		epf_virtio_disable_queue(&device->queues[i]);

	device->features = 0;
	device->driver_features = 0;
	device->driver_transport = 0;
	device->config_vector = EPF_VIRTIO_NO_VECTOR;
	write_status(device, 0);
}

static bool features_are_good(const struct epf_virtio_device *device)
{
	u64 features = device->driver_features;
	u32 transport = device->driver_transport;
	u32 offered = epf_virtio_transport_features(device);

	if (features & ~device->device_features || ~features & NEEDED)
		return false;
	if (transport & ~offered || (offered & ~transport) & EPF_VIRTIO_F_DOORBELL)
		return false;

	return !(transport & EPF_VIRTIO_F_PUSH && features & NOT_WITH_PUSH);
}

static enum epf_virtio_result set_features(struct epf_virtio_device *device,
					   const struct epf_virtio_control *request)
{
	if (device->status & VIRTIO_CONFIG_S_FEATURES_OK)
		return EPF_VIRTIO_REFUSED;

	device->driver_features = le64_to_cpu(request->args[0]);
	device->driver_transport = le64_to_cpu(request->args[1]);
	return EPF_VIRTIO_OK;
}

/**
 * epf_virtio_begin() - the host's driver is ready
 * @device: the device; its features are negotiated
 *
 * Context: the function's worker.
 * Return: 0, or an error of the backend; the device needs a reset then.
 */
int epf_virtio_begin(struct epf_virtio_device *device)
{
	int ret = 0;

	device->started = true;
	if (device->backend->start)
		ret = device->backend->start(device);
	if (ret) {
		dev_err(&device->epf->dev,
			"the backend does not start: error %d\n", ret);
		epf_virtio_needs_reset(device);
	}
	return ret;
}

static enum epf_virtio_result begin(struct epf_virtio_device *device)
{
	if (!(device->status & VIRTIO_CONFIG_S_FEATURES_OK))
		return EPF_VIRTIO_REFUSED;

	return epf_virtio_begin(device) ? EPF_VIRTIO_FAILED : EPF_VIRTIO_OK;
}

static enum epf_virtio_result set_status(struct epf_virtio_device *device,
					 const struct epf_virtio_control *request)
{
	u64 status = le64_to_cpu(request->args[0]);
	enum epf_virtio_result result = EPF_VIRTIO_OK;
	u8 set;

	if (!status) {
		epf_virtio_reset(device);
		/* The next driver finds the device, whatever this one did. */
		epf_virtio_describe(device);
		return EPF_VIRTIO_OK;
	}
	if (status > U8_MAX)
		return EPF_VIRTIO_INVALID;

	/* Nothing but a reset takes a bit back. */
	set = status & ~device->status & ~VIRTIO_CONFIG_S_NEEDS_RESET;
	if (set & VIRTIO_CONFIG_S_FEATURES_OK) {
		if (features_are_good(device))
			device->features = device->driver_features;
		else
			set &= ~VIRTIO_CONFIG_S_FEATURES_OK;
	}
	if (set & VIRTIO_CONFIG_S_DRIVER_OK) {
		result = begin(device);
		if (result == EPF_VIRTIO_REFUSED)
			set &= ~VIRTIO_CONFIG_S_DRIVER_OK;
	}
	write_status(device, device->status | set);
	return result;
}

/* The host has enabled its interrupts before it names one. */
static bool has_vector(struct epf_virtio_device *device, u16 vector)
{
	epf_virtio_find_vectors(device);
	return vector < device->num_vectors || vector == EPF_VIRTIO_NO_VECTOR;
}

static enum epf_virtio_result set_queue(struct epf_virtio_device *device,
					const struct epf_virtio_control *request)
{
	unsigned int index = le16_to_cpu(request->queue);
	struct epf_virtio_queue *queue;
	int ret;

	if (index >= device->num_queues)
		return EPF_VIRTIO_INVALID;

	queue = &device->queues[index];
	if (le16_to_cpu(request->command) == EPF_VIRTIO_RESET_QUEUE) {
		if (device->started && queue->vring &&
		    device->backend->queue_stop)
			device->backend->queue_stop(queue);
		epf_virtio_disable_queue(queue);
		return EPF_VIRTIO_OK;
	}

	if (!(device->status & VIRTIO_CONFIG_S_FEATURES_OK) || queue->vring)
		return EPF_VIRTIO_REFUSED;

	if (!has_vector(device, le16_to_cpu(request->vector)))
		return EPF_VIRTIO_INVALID;

	ret = epf_virtio_enable_queue(queue, request);
	if (ret == -EINVAL)
		return EPF_VIRTIO_INVALID;
	return ret ? EPF_VIRTIO_FAILED : EPF_VIRTIO_OK;
}

static enum epf_virtio_result
set_config_vector(struct epf_virtio_device *device,
		  const struct epf_virtio_control *request)
{
	u16 vector = le16_to_cpu(request->vector);

	if (!has_vector(device, vector))
		return EPF_VIRTIO_INVALID;

	device->config_vector = vector;
	return EPF_VIRTIO_OK;
}

static enum epf_virtio_result write_config(struct epf_virtio_device *device,
					   const struct epf_virtio_control *request)
{
	size_t config_size = device->backend->config_size;
	u64 offset = le64_to_cpu(request->args[0]);
	unsigned int size = le16_to_cpu(request->size);

	if (size > sizeof(request->args[1]) || size > config_size ||
	    offset > config_size - size)
		return EPF_VIRTIO_INVALID;
	if (!device->backend->config_written)
		return EPF_VIRTIO_REFUSED;

	scoped_guard(mutex, &device->config_lock) {
		memcpy(device->config + offset, &request->args[1], size);
		memcpy(device->bar + device->layout.config + offset,
		       &request->args[1], size);
	}
	device->backend->config_written(device, offset, size);
	return EPF_VIRTIO_OK;
}

static enum epf_virtio_result execute(struct epf_virtio_device *device,
				      const struct epf_virtio_control *request)
{
	switch (le16_to_cpu(request->command)) {
	case EPF_VIRTIO_SET_STATUS:
		return set_status(device, request);
	case EPF_VIRTIO_SET_FEATURES:
		return set_features(device, request);
	case EPF_VIRTIO_SET_CONFIG_VECTOR:
		return set_config_vector(device, request);
	case EPF_VIRTIO_ENABLE_QUEUE:
	case EPF_VIRTIO_RESET_QUEUE:
		return set_queue(device, request);
	case EPF_VIRTIO_WRITE_CONFIG:
		return write_config(device, request);
	default:
		return EPF_VIRTIO_UNKNOWN;
	}
}

static bool poll_control(struct epf_virtio_device *device)
{
	struct epf_virtio_control *control = epf_virtio_control(device);
	struct epf_virtio_control request;
	__le32 generation = READ_ONCE(control->request);

	if (xchg(&device->config_changed, false) &&
	    device->status & VIRTIO_CONFIG_S_DRIVER_OK)
		epf_virtio_raise(device, device->config_vector);
	if (generation == device->acknowledged)
		return false;

	/* The host filled the fields before it wrote the generation. */
	dma_rmb();
	memcpy(&request, control, sizeof(request));
	WRITE_ONCE(control->result, cpu_to_le32(execute(device, &request)));
	/* All that the request changed is there when the host sees this. */
	dma_wmb();
	device->acknowledged = generation;
	WRITE_ONCE(control->acknowledge, generation);
	return true;
}

static bool is_notified(struct epf_virtio_queue *queue)
{
	u32 word = le32_to_cpu(READ_ONCE(*epf_virtio_notify(queue)));

	if (word == queue->seen)
		return false;

	queue->seen = word;
	epf_vring_available(queue->vring, word);
	return true;
}

static void show_status(struct epf_virtio_device *device)
{
	struct epf_virtio_control *control = epf_virtio_control(device);

	WRITE_ONCE(control->status, cpu_to_le32(device->status));
}

static void bump_generation(struct epf_virtio_device *device)
{
	struct epf_virtio_control *control = epf_virtio_control(device);

	device->config_generation++;
	WRITE_ONCE(control->config_generation,
		   cpu_to_le32(device->config_generation));
}

static void show_config(struct epf_virtio_device *device)
{
	/* Odd: the host reads it again. */
	bump_generation(device);
	dma_wmb();
	memcpy(device->bar + device->layout.config, device->config,
	       device->backend->config_size);
	dma_wmb();
	bump_generation(device);
}

/**
 * epf_virtio_config_begin() - begin to change the device's configuration
 * @device: the device, bound or not
 *
 * epf_virtio_device.config is the caller's until epf_virtio_config_end().
 *
 * Context: may sleep.
 */
void epf_virtio_config_begin(struct epf_virtio_device *device)
{
	mutex_lock(&device->config_lock);
}
EXPORT_SYMBOL_GPL(epf_virtio_config_begin);

/**
 * epf_virtio_config_end() - have changed the device's configuration
 * @device: the device
 *
 * A host is told. What is changed before bind, bind has to fill in again.
 *
 * Context: may sleep.
 */
void epf_virtio_config_end(struct epf_virtio_device *device)
{
	if (device->bar)
		device->settings.transport->show_config(device);
	mutex_unlock(&device->config_lock);

	xchg(&device->config_changed, true);
	epf_virtio_wake(device);
}
EXPORT_SYMBOL_GPL(epf_virtio_config_end);

/*
 * No vendor has an id for these functions; this one is of a range for
 * experiments without registration (QEMU, docs/specs/pci-ids.rst).
 */
static void choose_ids(struct epf_virtio_device *device)
{
	device->header.deviceid = 0x10f1;
	device->header.subsys_id = 0;
}

static u64 offer(const struct epf_virtio_device *device)
{
	return device->device_features |
	       BIT_ULL(VIRTIO_F_VERSION_1) | BIT_ULL(VIRTIO_F_ACCESS_PLATFORM) |
	       BIT_ULL(VIRTIO_F_ORDER_PLATFORM) | BIT_ULL(VIRTIO_F_RING_RESET) |
	       BIT_ULL(VIRTIO_RING_F_INDIRECT_DESC) |
	       BIT_ULL(VIRTIO_RING_F_EVENT_IDX) |
	       BIT_ULL(VIRTIO_F_RING_PACKED);
}

const struct epf_virtio_transport epf_virtio_own_transport = {
	.name = "epf",
	.rings = true,
	.offer = offer,
	.choose_ids = choose_ids,
	.layout = epf_virtio_make_layout,
	.fill = epf_virtio_fill_bar,
	.poll = poll_control,
	.is_notified = is_notified,
	.show_status = show_status,
	.show_config = show_config,
};
