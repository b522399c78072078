// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * Registers of virtio-pci as it was before version 1, for hosts whose kernel has
 * nothing else. They are made for devices that notice each access; here they are
 * memory, and are looked at now and then. What that takes, and what it costs, is
 * in docs/epf-virtio-legacy.md.
 */

#include <linux/align.h>
#include <linux/cleanup.h>
#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/pci_ids.h>
#include <linux/string.h>
#include <uapi/linux/pci_regs.h>
#include <uapi/linux/virtio_config.h>
#include <uapi/linux/virtio_ids.h>
#include <uapi/linux/virtio_pci.h>
#include <uapi/linux/virtio_ring.h>

#include "../compat/pci-epc.h"
#include "virtio.h"

/**
 * struct registers - what is in BAR 0, before the configuration
 * @device_features: virtio features that the device offers
 * @driver_features: those that the driver accepts; FEATURES_TAKEN once seen
 * @queue_pfn: page of the selected queue; 0 once seen
 * @queue_size: of every queue
 * @queue_select: a queue
 * @queue_notify: a queue with new buffers; NOT_NOTIFIED once seen
 * @status: of the device; only the host writes it
 * @isr: what an interrupt is about
 */
struct registers {
	__le32 device_features;
	__le32 driver_features;
	__le32 queue_pfn;
	__le16 queue_size;
	__le16 queue_select;
	__le16 queue_notify;
	u8 status;
	u8 isr;
};

static_assert(offsetof(struct registers, driver_features) ==
	      VIRTIO_PCI_GUEST_FEATURES);
static_assert(offsetof(struct registers, queue_pfn) == VIRTIO_PCI_QUEUE_PFN);
static_assert(offsetof(struct registers, queue_size) == VIRTIO_PCI_QUEUE_NUM);
static_assert(offsetof(struct registers, queue_select) == VIRTIO_PCI_QUEUE_SEL);
static_assert(offsetof(struct registers, queue_notify) ==
	      VIRTIO_PCI_QUEUE_NOTIFY);
static_assert(offsetof(struct registers, status) == VIRTIO_PCI_STATUS);
static_assert(offsetof(struct registers, isr) == VIRTIO_PCI_ISR);
static_assert(sizeof(struct registers) == VIRTIO_PCI_CONFIG_OFF(false));

/* What no driver writes: a feature that is not offered, a queue there is not */
#define FEATURES_TAKEN	BIT(31)
#define NOT_NOTIFIED	0xffff

/* Not in a header of the kernel's: the other bit is VIRTIO_PCI_ISR_CONFIG. */
#define ISR_QUEUE	1

/* The last that drivers look for */
#define LAST_DEVICE	0x103f

static u64 offer(const struct epf_virtio_device *device)
{
	return (device->device_features & device->backend->legacy_features) |
	       BIT_ULL(VIRTIO_F_ANY_LAYOUT) |
	       BIT_ULL(VIRTIO_RING_F_INDIRECT_DESC) |
	       BIT_ULL(VIRTIO_RING_F_EVENT_IDX);
}

static void choose_ids(struct epf_virtio_device *device)
{
	device->header.deviceid = device->backend->legacy_device;
	device->header.subsys_vendor_id = device->header.vendorid;
	device->header.subsys_id = device->backend->device_id;
}

/* Whether the host's driver would know the function */
static bool ids_are_good(const struct epf_virtio_device *device)
{
	const struct pci_epf_header *header = device->epf->header;

	return header->vendorid == PCI_VENDOR_ID_REDHAT_QUMRANET &&
	       header->deviceid >= VIRTIO_TRANS_ID_NET &&
	       header->deviceid <= LAST_DEVICE &&
	       header->revid == VIRTIO_PCI_ABI_VERSION &&
	       header->subsys_id == device->backend->device_id &&
	       header->interrupt_pin;
}

static int check(const struct epf_virtio_device *device)
{
	const struct pci_epc_features *features = device->epc_features;
	struct device *dev = &device->epf->dev;

	if (!ids_are_good(device)) {
		dev_err(dev,
			"a legacy device has vendor 0x1af4, device 0x1000 to 0x103f, revision 0, subsystem %u and an interrupt pin\n",
			device->backend->device_id);
		return -EINVAL;
	}
	if (device->num_queues > 1) {
		dev_err(dev, "num_queues is more than 1: a legacy device has one\n");
		return -EINVAL;
	}
	if (device->epf->msix_interrupts > 1) {
		dev_err(dev, "msix_interrupts is more than 1: a legacy device has INTx\n");
		return -EINVAL;
	}
	if (!compat_has_intx(features) || device->epf->vfunc_no) {
		dev_err(dev, "a legacy device needs INTx, which there is not\n");
		return -EOPNOTSUPP;
	}
	return 0;
}

/*
 * Where MSI-X is enabled the configuration is somewhere else, which it cannot
 * be at once. With a single vector, which is none too few for any driver, all
 * of them do with INTx.
 */
static int layout(struct epf_virtio_device *device)
{
	const struct pci_epc_bar_desc *bar = &device->epc_features->bar[BAR_0];
	struct epf_virtio_layout *layout = &device->layout;
	int ret;

	ret = check(device);
	if (ret)
		return ret;

	*layout = (struct epf_virtio_layout) {
		.config = sizeof(struct registers),
	};
	layout->size = layout->config + device->backend->config_size;
	if (device->epc_features->msix_capable) {
		layout->msix = ALIGN(layout->size, 8);
		layout->size = layout->msix + PCI_MSIX_ENTRY_SIZE + 8;
	}

	device->barno = BAR_0;
	if (pci_epc_get_first_free_bar(device->epc_features) != BAR_0 ||
	    (bar->type == BAR_FIXED && bar->fixed_size < layout->size)) {
		dev_err(&device->epf->dev,
			"a legacy device needs BAR0, with %zu bytes\n",
			layout->size);
		return -ENOSPC;
	}
	return 0;
}

static void show_config(struct epf_virtio_device *device)
{
	memcpy(device->bar + device->layout.config, device->config,
	       device->backend->config_size);
}

static void fill(struct epf_virtio_device *device)
{
	struct registers *registers = device->bar;

	*registers = (struct registers) {
		.device_features = cpu_to_le32(device->device_features),
		.driver_features = cpu_to_le32(FEATURES_TAKEN),
		.queue_size = cpu_to_le16(device->settings.queue_size),
		.queue_notify = cpu_to_le16(NOT_NOTIFIED),
		.isr = ISR_QUEUE,
	};
	device->num_set_up = 0;
	guard(mutex)(&device->config_lock);
	show_config(device);
}

/* The status is the host's: it would not notice what is written to it. */
static void show_status(struct epf_virtio_device *device)
{
}

/*
 * A driver writes its features once after each reset, before all that concerns
 * queues: so no reset is missed, however short it was.
 */
static bool take_features(struct epf_virtio_device *device)
{
	struct registers *registers = device->bar;
	u32 features = le32_to_cpu(READ_ONCE(registers->driver_features));

	if (features == FEATURES_TAKEN)
		return false;

	WRITE_ONCE(registers->driver_features, cpu_to_le32(FEATURES_TAKEN));
	epf_virtio_reset(device);
	device->driver_features = features;
	device->num_set_up = 0;
	return true;
}

/*
 * There is one queue. Before each, drivers look whether its page is 0, at once
 * after that of the one before, and give up where that was not seen here yet.
 */
static bool take_queue(struct epf_virtio_device *device, u32 pfn)
{
	struct registers *registers = device->bar;

	if (!pfn || device->num_set_up)
		return false;

	WRITE_ONCE(registers->queue_pfn, 0);
	device->queues[0].pfn = pfn;
	device->num_set_up = 1;
	return true;
}

static bool take_notification(struct epf_virtio_device *device)
{
	struct registers *registers = device->bar;
	unsigned int i;

	if (READ_ONCE(registers->queue_notify) == cpu_to_le16(NOT_NOTIFIED))
		return false;

	WRITE_ONCE(registers->queue_notify, cpu_to_le16(NOT_NOTIFIED));
	/*
	 * Which queue the last was for tells nothing of those before. What they
	 * were about is seen when the rings are read, after this.
	 */
	mb();
	for (i = 0; i < device->num_set_up; i++)
		xchg(&device->queues[i].woken, true);
	return true;
}

static int enable_queue(struct epf_virtio_queue *queue)
{
	unsigned int size = queue->device->settings.queue_size;
	u64 desc = (u64)queue->pfn << VIRTIO_PCI_QUEUE_ADDR_SHIFT;
	u64 driver = desc + size * sizeof(struct vring_desc);
	u64 used = ALIGN(driver + offsetof(struct vring_avail, ring[size + 1]),
			 VIRTIO_PCI_VRING_ALIGN);
	const struct epf_virtio_control request = {
		.size = cpu_to_le16(size),
		.args[0] = cpu_to_le64(desc),
		.args[1] = cpu_to_le64(driver),
		.args[2] = cpu_to_le64(used),
	};

	return epf_virtio_enable_queue(queue, &request);
}

static void begin(struct epf_virtio_device *device)
{
	u64 features = device->driver_features;
	unsigned int i;
	int ret = 0;

	if (features & ~device->device_features) {
		dev_err(&device->epf->dev,
			"the driver accepts features that are not offered: %#llx\n",
			features & ~device->device_features);
		epf_virtio_needs_reset(device);
		return;
	}

	device->features = features;
	device->config_vector = 0;
	epf_virtio_find_vectors(device);
	for (i = 0; i < device->num_set_up && !ret; i++)
		ret = enable_queue(&device->queues[i]);
	if (ret) {
		dev_err(&device->epf->dev, "queue %u: error %d\n", i - 1, ret);
		epf_virtio_needs_reset(device);
		return;
	}

	/* What came before was not looked at. */
	for (i = 0; i < device->num_set_up; i++)
		xchg(&device->queues[i].woken, true);
	epf_virtio_begin(device);
}

static bool follow_status(struct epf_virtio_device *device, u8 status)
{
	u8 old = device->status & ~VIRTIO_CONFIG_S_NEEDS_RESET;

	if (status == old)
		return false;
	if (old & ~status) {
		epf_virtio_reset(device);
		device->num_set_up = 0;
		return true;
	}

	device->status |= status;
	if (status & ~old & VIRTIO_CONFIG_S_DRIVER_OK)
		begin(device);
	return true;
}

/*
 * That a host has seen what an interrupt was about cannot be told. It is told of
 * the configuration for some time, as that does no harm.
 */
static void tell_config(struct epf_virtio_device *device)
{
	struct registers *registers = device->bar;

	if (xchg(&device->config_changed, false)) {
		device->config_changed_at = jiffies;
		WRITE_ONCE(registers->isr, ISR_QUEUE | VIRTIO_PCI_ISR_CONFIG);
		dma_wmb();
		if (device->status & VIRTIO_CONFIG_S_DRIVER_OK)
			epf_virtio_raise(device, device->config_vector);
	} else if (READ_ONCE(registers->isr) != ISR_QUEUE &&
		   time_after(jiffies, device->config_changed_at + HZ / 50)) {
		WRITE_ONCE(registers->isr, ISR_QUEUE);
	}
}

static bool poll(struct epf_virtio_device *device)
{
	struct registers *registers = device->bar;
	u8 status = READ_ONCE(registers->status);
	bool found;
	u32 pfn;

	/* Queues are there before the status that has them used, */
	dma_rmb();
	pfn = le32_to_cpu(READ_ONCE(registers->queue_pfn));
	/* and features before the first queue. */
	dma_rmb();
	if (take_features(device))
		return true;

	found = take_queue(device, pfn);
	found |= follow_status(device, status);
	tell_config(device);
	found |= take_notification(device);
	return found;
}

/* All of them by one register, see take_notification() */
static bool is_notified(struct epf_virtio_queue *queue)
{
	return false;
}

const struct epf_virtio_transport epf_virtio_legacy_transport = {
	.name = "legacy",
	.vectors = 1,
	.offer = offer,
	.choose_ids = choose_ids,
	.layout = layout,
	.fill = fill,
	.poll = poll,
	.is_notified = is_notified,
	.show_status = show_status,
	.show_config = show_config,
};
