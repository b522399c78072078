// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * What is where in the BAR:
 *
 *	struct epf_virtio_discovery
 *	struct epf_virtio_control
 *	struct epf_virtio_queue_info, for each queue
 *	notification, for each queue
 *	configuration of the device
 *	MSI-X table and pending bits, where the controller has MSI-X
 *	shadow, for each queue, where there is room
 */

#include <linux/align.h>
#include <linux/cleanup.h>
#include <linux/errno.h>
#include <linux/math.h>
#include <linux/string.h>
#include <uapi/linux/pci_regs.h>
#include <uapi/linux/virtio_ids.h>
#include <uapi/linux/virtio_ring.h>

#include "virtio.h"

#define CONTROL_OFFSET	sizeof(struct epf_virtio_discovery)
#define QUEUES_OFFSET	(CONTROL_OFFSET + sizeof(struct epf_virtio_control))

/* Of host and endpoint together: it is one machine's work to fill it. */
#define CACHE_LINE	64

static_assert(sizeof(struct epf_virtio_discovery) == 64);
static_assert(sizeof(struct epf_virtio_control) == 56);
static_assert(sizeof(struct epf_virtio_queue_info) == 8);

static void make_layout(const struct epf_virtio_device *device, bool push,
			struct epf_virtio_layout *layout)
{
	unsigned int vectors = device->epf->msix_interrupts;
	unsigned int queue_size = device->settings.queue_size;
	size_t end = QUEUES_OFFSET;

	*layout = (struct epf_virtio_layout) { .push = push };

	layout->queues = end;
	end += device->num_queues * sizeof(struct epf_virtio_queue_info);

	layout->notify = end;
	end += device->num_queues * sizeof(__le32);

	layout->config = ALIGN(end, 8);
	end = layout->config + device->backend->config_size;

	if (device->epc_features->msix_capable) {
		layout->msix = ALIGN(end, 8);
		end = layout->msix + vectors * PCI_MSIX_ENTRY_SIZE +
		      ALIGN(DIV_ROUND_UP(vectors, 8), 8);
	}

	if (push) {
		layout->shadows = ALIGN(end, CACHE_LINE);
		layout->shadow_size =
			ALIGN(queue_size * sizeof(struct vring_desc) +
			      offsetof(struct vring_avail, ring[queue_size]),
			      CACHE_LINE);
		end = layout->shadows +
		      device->num_queues * layout->shadow_size;
	}

	layout->size = end;
}

static enum pci_barno find_bar(const struct epf_virtio_device *device,
			       size_t size)
{
	const struct pci_epc_features *features = device->epc_features;
	enum pci_barno bar = pci_epc_get_first_free_bar(features);

	while (bar != NO_BAR) {
		const struct pci_epc_bar_desc *desc = &features->bar[bar];

		if (desc->type != BAR_FIXED || desc->fixed_size >= size)
			return bar;
		bar = pci_epc_get_next_free_bar(features,
						desc->only_64bit ? bar + 2 :
								   bar + 1);
	}

	return NO_BAR;
}

/**
 * epf_virtio_make_layout() - find a BAR, and what is where in it
 * @device: the device; the number of its queues is known
 *
 * Return: 0, or -ENOSPC where no BAR is large enough.
 */
int epf_virtio_make_layout(struct epf_virtio_device *device)
{
	struct epf_virtio_layout *layout = &device->layout;

	device->barno = NO_BAR;
	if (device->settings.push) {
		make_layout(device, true, layout);
		device->barno = find_bar(device, layout->size);
	}
	if (device->barno == NO_BAR) {
		make_layout(device, false, layout);
		device->barno = find_bar(device, layout->size);
	}
	if (device->barno == NO_BAR) {
		dev_err(&device->epf->dev, "no BAR has room for %zu bytes\n",
			layout->size);
		return -ENOSPC;
	}

	return 0;
}

/**
 * epf_virtio_alloc_bar() - find a BAR, and memory for it
 * @device: the device; the number of its queues is known
 *
 * Context: may sleep.
 * Return: 0, -ENOMEM, or an error of the transport.
 */
int epf_virtio_alloc_bar(struct epf_virtio_device *device)
{
	int ret;

	ret = device->settings.transport->layout(device);
	if (ret)
		return ret;

	device->bar = pci_epf_alloc_space(device->epf, device->layout.size,
					  device->barno, device->epc_features,
					  PRIMARY_INTERFACE);
	return device->bar ? 0 : -ENOMEM;
}

/**
 * epf_virtio_free_bar() - undo epf_virtio_alloc_bar()
 * @device: the device
 *
 * Context: may sleep.
 */
void epf_virtio_free_bar(struct epf_virtio_device *device)
{
	void *bar = device->bar;

	scoped_guard(mutex, &device->config_lock)
		device->bar = NULL;
	pci_epf_free_space(device->epf, bar, device->barno, PRIMARY_INTERFACE);
}

static void describe_queues(struct epf_virtio_device *device)
{
	const struct epf_virtio_layout *layout = &device->layout;
	struct epf_virtio_queue_info *queues = device->bar + layout->queues;
	unsigned int i;

	for (i = 0; i < device->num_queues; i++) {
		queues[i] = (struct epf_virtio_queue_info) {
			.max_size = cpu_to_le16(device->settings.queue_size),
		};
		if (layout->push)
			queues[i].shadow_offset =
				cpu_to_le32(layout->shadows +
					    i * layout->shadow_size);
	}
}

/**
 * epf_virtio_transport_features() - what the transport can do
 * @device: the device
 *
 * Context: any.
 * Return: EPF_VIRTIO_F_*.
 */
u32 epf_virtio_transport_features(const struct epf_virtio_device *device)
{
	return (device->layout.push ? EPF_VIRTIO_F_PUSH : 0) |
	       (device->doorbell.irq ? EPF_VIRTIO_F_DOORBELL : 0);
}

/**
 * epf_virtio_describe() - say what the device is
 * @device: the device; no host uses it
 *
 * Whatever the host has written there is gone.
 *
 * Context: may sleep.
 */
void epf_virtio_describe(struct epf_virtio_device *device)
{
	const struct epf_virtio_layout *layout = &device->layout;
	struct epf_virtio_discovery *discovery = device->bar;
	const struct epf_doorbell *doorbell = &device->doorbell;
	u32 transport_features = epf_virtio_transport_features(device);

	if (doorbell->irq) {
		discovery->doorbell_bar = doorbell->barno;
		discovery->doorbell_offset = cpu_to_le32(doorbell->offset);
		discovery->doorbell_data = cpu_to_le32(doorbell->data);
	}
	discovery->version = cpu_to_le16(EPF_VIRTIO_VERSION);
	discovery->length = cpu_to_le16(sizeof(*discovery));
	discovery->device_id = cpu_to_le32(device->backend->device_id);
	discovery->vendor_id = cpu_to_le32(device->epf->header->vendorid);
	discovery->device_features = cpu_to_le64(device->device_features);
	discovery->transport_features = cpu_to_le32(transport_features);
	discovery->num_queues = cpu_to_le16(device->num_queues);
	discovery->timeout_ms = cpu_to_le16(device->settings.timeout_ms);
	discovery->control_offset = cpu_to_le32(CONTROL_OFFSET);
	discovery->queues_offset = cpu_to_le32(layout->queues);
	discovery->notify_offset = cpu_to_le32(layout->notify);
	discovery->config_offset = cpu_to_le32(layout->config);
	discovery->config_size = cpu_to_le16(device->backend->config_size);
	discovery->queue_stride =
		cpu_to_le16(sizeof(struct epf_virtio_queue_info));
	describe_queues(device);
	scoped_guard(mutex, &device->config_lock)
		device->settings.transport->show_config(device);

	/* The rest is there when the host sees this. */
	dma_wmb();
	WRITE_ONCE(discovery->magic, cpu_to_le32(EPF_VIRTIO_MAGIC));
}

/**
 * epf_virtio_fill_bar() - begin with nothing but what the device is
 * @device: the device; no host uses it
 *
 * Context: may sleep.
 */
void epf_virtio_fill_bar(struct epf_virtio_device *device)
{
	const struct epf_virtio_layout *layout = &device->layout;
	struct epf_virtio_discovery *discovery = device->bar;
	size_t registers = layout->msix ?: layout->config +
					   device->backend->config_size;

	/* A host that is there already sees nothing half done. */
	WRITE_ONCE(discovery->magic, 0);
	dma_wmb();
	memset(device->bar, 0, registers);
	device->acknowledged = 0;
	device->config_generation = 0;
	epf_virtio_describe(device);
}

/**
 * epf_virtio_control() - where the host requests what it wants
 * @device: the device
 *
 * Return: it, in the BAR.
 */
struct epf_virtio_control *epf_virtio_control(struct epf_virtio_device *device)
{
	return device->bar + CONTROL_OFFSET;
}

/**
 * epf_virtio_notify() - where the host tells of buffers
 * @queue: in which queue
 *
 * Return: it, in the BAR.
 */
__le32 *epf_virtio_notify(struct epf_virtio_queue *queue)
{
	struct epf_virtio_device *device = queue->device;

	return device->bar + device->layout.notify +
	       queue->index * sizeof(__le32);
}

/**
 * epf_virtio_shadow() - where the host pushes descriptors to
 * @queue: of which queue
 *
 * Return: it, in the BAR.
 */
void *epf_virtio_shadow(struct epf_virtio_queue *queue)
{
	struct epf_virtio_device *device = queue->device;

	return device->bar + device->layout.shadows +
	       queue->index * device->layout.shadow_size;
}
