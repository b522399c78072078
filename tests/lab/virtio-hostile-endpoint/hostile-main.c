// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * An endpoint that means harm, for the host's driver of virtio functions and the
 * virtio drivers above that: a function that is found, does what it is asked, and
 * then lies, in the ways that the parameter "kinds" says. It does not write where
 * no driver lets it: from that a host is protected by its IOMMU alone.
 */

#include <linux/delay.h>
#include <linux/io.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/pci-epc.h>
#include <linux/pci-epf.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/virtio_config.h>
#include <linux/virtio_ids.h>

#include "hostile.h"

static unsigned int kinds;
module_param(kinds, uint, 0644);
static unsigned int seed = 1;
module_param(seed, uint, 0644);
static unsigned int device_type = VIRTIO_ID_NET;
module_param(device_type, uint, 0644);
static unsigned long long features;
module_param(features, ullong, 0644);
/* Drivers may push descriptors. */
static bool push = true;
module_param(push, bool, 0644);
/* The device begins anew when this changes. */
static unsigned int round;
module_param(round, uint, 0644);
/* Set to that then. */
static unsigned int ready;
module_param(ready, uint, 0444);
/* The kinds that it has lied by once, at least */
static unsigned int lied;
module_param(lied, uint, 0444);
/* Buffers that were used, one way or another */
static unsigned int used;
module_param(used, uint, 0444);

#define VECTORS		8
#define BAR_SIZE	SZ_64K
#define MSIX_OFFSET	0xf000

static_assert(offsetof(struct bar, control) == 64);
static_assert(offsetof(struct bar, shadows) % 16 == 0);
static_assert(sizeof(struct bar) < MSIX_OFFSET);

static void interrupt(struct hostile *hostile, unsigned int vector)
{
	struct pci_epf *epf = hostile->epf;

	pci_epc_raise_irq(epf->epc, epf->func_no, epf->vfunc_no, PCI_IRQ_MSIX,
			  1 + vector);
}

static void make_config(struct hostile *hostile)
{
	u8 *config = hostile->bar->config;

	prandom_bytes_state(&hostile->random, config, 256);
	switch (hostile->device_type) {
	case VIRTIO_ID_NET:
		/* An address of a station, a link, one pair */
		config[0] = 2;
		config[6] = 1;
		config[7] = 0;
		break;
	case VIRTIO_ID_BLOCK:
		/* Not larger than numbers are that the block layer takes */
		memset(config + 3, 0, 5);
		/* Block size: of 512, which a driver checks now and then. */
		memset(config + 20, 0, 4);
		config[21] = 2;
		break;
	case VIRTIO_ID_CONSOLE:
		/* Few ports */
		config[4] = 1 + any(hostile, 4);
		memset(config + 5, 0, 3);
		break;
	case VIRTIO_ID_SCSI:
		/* One queue, few targets and units, which are asked one by one */
		memset(config, 0, 4);
		config[0] = 1;
		memset(config + 28, 0, 8);
		config[30] = any(hostile, 2);
		config[32] = any(hostile, 4);
		/* As many sectors as there is no limit: less than a page is none */
		memset(config + 8, 0, 4);
		break;
	default:
		/* Of the test device, queues that there are */
		memset(config + 8, 0, 4);
		config[8] = 1 + any(hostile, 4);
	}
}

static void fill(struct hostile *hostile)
{
	static const u16 timeouts[] = { 0, 1, 20, 100 };
	struct bar *bar = hostile->bar;
	unsigned int i;

	WRITE_ONCE(bar->discovery.magic, 0);
	memset(hostile->queues, 0, sizeof(hostile->queues));
	hostile->device_type = device_type;
	hostile->features = 0;
	hostile->pushed = false;
	hostile->status = 0;
	hostile->acknowledged = 0;
	memset(bar, 0, sizeof(*bar));
	bar->discovery = (struct epf_virtio_discovery) {
		.version = cpu_to_le16(EPF_VIRTIO_VERSION),
		.length = cpu_to_le16(sizeof(bar->discovery)),
		.device_id = cpu_to_le32(hostile->device_type),
		.vendor_id = cpu_to_le32(PCI_VENDOR_ID_REDHAT_QUMRANET),
		.device_features = cpu_to_le64(features |
					       BIT_ULL(VIRTIO_F_VERSION_1) |
					       BIT_ULL(VIRTIO_F_ACCESS_PLATFORM)),
		.transport_features = cpu_to_le32(push ? EPF_VIRTIO_F_PUSH : 0),
		.num_queues = cpu_to_le16(MAX_QUEUES),
		.timeout_ms = cpu_to_le16(1000),
		.control_offset = cpu_to_le32(offsetof(struct bar, control)),
		.queues_offset = cpu_to_le32(offsetof(struct bar, queues)),
		.notify_offset = cpu_to_le32(offsetof(struct bar, notify)),
		.config_offset = cpu_to_le32(offsetof(struct bar, config)),
		.config_size = cpu_to_le16(sizeof(bar->config)),
		.queue_stride = cpu_to_le16(sizeof(bar->queues[0])),
	};
	for (i = 0; i < MAX_QUEUES; i++) {
		u32 offset = offsetof(struct bar, shadows[i]);

		bar->queues[i].max_size = cpu_to_le16(SIZE);
		bar->queues[i].shadow_offset = cpu_to_le32(offset);
	}
	make_config(hostile);

	if (hostile->kinds & (SILENCE | GENERATIONS))
		bar->discovery.timeout_ms =
			cpu_to_le16(timeouts[any(hostile, 4)]);
	if (hostile->kinds & DISCOVERY) {
		bool is_rpmsg = hostile->device_type == VIRTIO_ID_RPMSG;
		u8 *bytes = (u8 *)&bar->discovery;

		bar->discovery.timeout_ms =
			cpu_to_le16(timeouts[any(hostile, 4)]);
		/* Times would be long: all but these */
		for (i = 1 + any(hostile, 6); i; i--) {
			unsigned int at = 6 + any(hostile, 58);

			if (at != 30 && at != 31 &&
			    !(is_rpmsg && at >= 36 && at < 52))
				bytes[at] = any(hostile, 4) ? any(hostile, 256) :
					    any(hostile, 2) * 0xff;
		}
		/* The driver warns of queues that differ. */
		for (i = any(hostile, 3); i && !is_rpmsg; i--)
			((u8 *)bar->queues)[any(hostile, sizeof(bar->queues))] =
				any(hostile, 256);
	}
	/* The rest is there when the host sees this. */
	dma_wmb();
	WRITE_ONCE(bar->discovery.magic, cpu_to_le32(EPF_VIRTIO_MAGIC));
}

static u32 execute(struct hostile *hostile, const struct epf_virtio_control *request)
{
	unsigned int index = le16_to_cpu(request->queue) % MAX_QUEUES;
	struct queue *queue = &hostile->queues[index];

	switch (le16_to_cpu(request->command)) {
	case EPF_VIRTIO_SET_STATUS:
		hostile->status |= le64_to_cpu(request->args[0]);
		if (request->args[0])
			break;
		memset(hostile->queues, 0, sizeof(hostile->queues));
		hostile->status = 0;
		break;
	case EPF_VIRTIO_SET_FEATURES:
		hostile->features = le64_to_cpu(request->args[0]);
		hostile->pushed = le64_to_cpu(request->args[1]) &
				  EPF_VIRTIO_F_PUSH;
		break;
	case EPF_VIRTIO_ENABLE_QUEUE:
		*queue = (struct queue) {
			.enabled = true,
			.desc = le64_to_cpu(request->args[0]),
			.driver = le64_to_cpu(request->args[1]),
			.device = le64_to_cpu(request->args[2]),
			.size = clamp(le16_to_cpu(request->size), 1, SIZE),
			.wrap = true,
			/* The driver waits for 15 s if this is broken. */
			.honest = index == 1 &&
				  hostile->device_type == VIRTIO_ID_RPMSG,
		};
		break;
	case EPF_VIRTIO_RESET_QUEUE:
		queue->enabled = false;
		break;
	}
	return does(hostile, ANSWERS, 30) ? any(hostile, 8) : 0;
}

static void poll_control(struct hostile *hostile)
{
	struct epf_virtio_control *control = &hostile->bar->control;
	u32 generation = le32_to_cpu(READ_ONCE(control->request));
	struct epf_virtio_control request;
	u32 status;

	if (generation == hostile->acknowledged)
		return;

	/* The fields were written before. */
	dma_rmb();
	request = *control;
	WRITE_ONCE(control->result, cpu_to_le32(execute(hostile, &request)));
	status = hostile->status;
	if (does(hostile, ANSWERS, 4))
		status = any(hostile, 2) ? any(hostile, 256) :
			 prandom_u32_state(&hostile->random);
	WRITE_ONCE(control->status, cpu_to_le32(status));
	/* Before it is acknowledged */
	dma_wmb();
	hostile->acknowledged = generation;
	if (hostile->kinds & SILENCE)
		return;
	if (does(hostile, ANSWERS, 20))
		WRITE_ONCE(control->acknowledge,
			   cpu_to_le32(prandom_u32_state(&hostile->random)));
	WRITE_ONCE(control->acknowledge, cpu_to_le32(generation));
}

static void change_config(struct hostile *hostile)
{
	__le32 *generation = &hostile->bar->control.config_generation;

	WRITE_ONCE(*generation, cpu_to_le32(le32_to_cpu(*generation) + 1));
	make_config(hostile);
	/* Even when it has changed */
	dma_wmb();
	WRITE_ONCE(*generation, cpu_to_le32(le32_to_cpu(*generation) + 1));
	interrupt(hostile, 0);
}

static void step(struct hostile *hostile)
{
	__le32 *generation = &hostile->bar->control.config_generation;
	bool found = false;
	unsigned int i;

	poll_control(hostile);
	for (i = 0; i < MAX_QUEUES; i++)
		found |= hostile_poll_queue(hostile, i);
	for (i = 0; found && i < VECTORS; i++)
		interrupt(hostile, i);

	if (does(hostile, INTERRUPTS, 50))
		for (i = 0; i < 50; i++)
			interrupt(hostile, any(hostile, VECTORS));
	if (does(hostile, CONFIG, 100))
		change_config(hostile);
	if (hostile->kinds & GENERATIONS)
		WRITE_ONCE(*generation,
			   cpu_to_le32(hostile->round % 2 ? 1 :
				       le32_to_cpu(*generation) + 2));
	if (does(hostile, RESETS, 500)) {
		hostile->status |= VIRTIO_CONFIG_S_NEEDS_RESET;
		WRITE_ONCE(hostile->bar->control.status,
			   cpu_to_le32(hostile->status));
		interrupt(hostile, 0);
	}
}

static int hostile_thread(void *context)
{
	struct hostile *hostile = context;

	while (!kthread_should_stop()) {
		hostile->kinds = READ_ONCE(kinds);
		if (hostile->round != READ_ONCE(round)) {
			hostile->round = READ_ONCE(round);
			prandom_seed_state(&hostile->random,
					   seed + hostile->round);
			fill(hostile);
			WRITE_ONCE(ready, hostile->round);
		}
		step(hostile);
		WRITE_ONCE(lied, hostile->kinds);
		used += hostile->used;
		hostile->used = 0;
		if (hostile->kinds & GENERATIONS)
			usleep_range(1, 20);
		else
			usleep_range(200, 500);
	}
	return 0;
}

static int hostile_link_up(struct pci_epf *epf)
{
	struct hostile *hostile = epf_get_drvdata(epf);

	hostile->kinds = 0;
	hostile->round = READ_ONCE(round);
	prandom_seed_state(&hostile->random, seed);
	fill(hostile);
	hostile->thread = kthread_run(hostile_thread, hostile, "epf-hostile");
	return PTR_ERR_OR_ZERO(hostile->thread);
}

static int hostile_link_down(struct pci_epf *epf)
{
	struct hostile *hostile = epf_get_drvdata(epf);

	if (!IS_ERR_OR_NULL(hostile->thread))
		kthread_stop(hostile->thread);
	hostile->thread = NULL;
	return 0;
}

static int hostile_epc_init(struct pci_epf *epf)
{
	int ret;

	ret = pci_epc_write_header(epf->epc, epf->func_no, epf->vfunc_no,
				   epf->header);
	if (!ret)
		ret = pci_epc_set_bar(epf->epc, epf->func_no, epf->vfunc_no,
				      &epf->bar[BAR_0]);
	if (!ret)
		ret = pci_epc_set_msix(epf->epc, epf->func_no, epf->vfunc_no,
				       VECTORS, BAR_0, MSIX_OFFSET);
	return ret;
}

static void hostile_epc_deinit(struct pci_epf *epf)
{
	hostile_link_down(epf);
	pci_epc_clear_bar(epf->epc, epf->func_no, epf->vfunc_no,
			  &epf->bar[BAR_0]);
}

static const struct pci_epc_event_ops hostile_events = {
	.epc_init = hostile_epc_init,
	.epc_deinit = hostile_epc_deinit,
	.link_up = hostile_link_up,
	.link_down = hostile_link_down,
};

static int hostile_bind(struct pci_epf *epf)
{
	struct hostile *hostile = epf_get_drvdata(epf);
	const struct pci_epc_features *epc_features =
		pci_epc_get_features(epf->epc, epf->func_no, epf->vfunc_no);

	if (!epc_features)
		return -EOPNOTSUPP;

	hostile->window = pci_epc_mem_alloc_addr(epf->epc, &hostile->phys,
						 WINDOW);
	if (!hostile->window)
		return -ENOMEM;

	hostile->bar = pci_epf_alloc_space(epf, BAR_SIZE, BAR_0, epc_features,
					   PRIMARY_INTERFACE);
	if (!hostile->bar) {
		pci_epc_mem_free_addr(epf->epc, hostile->phys, hostile->window,
				      WINDOW);
		return -ENOMEM;
	}
	return 0;
}

static void hostile_unbind(struct pci_epf *epf)
{
	struct hostile *hostile = epf_get_drvdata(epf);

	hostile_epc_deinit(epf);
	pci_epf_free_space(epf, hostile->bar, BAR_0, PRIMARY_INTERFACE);
	pci_epc_mem_free_addr(epf->epc, hostile->phys, hostile->window,
			      WINDOW);
}

static const struct pci_epf_ops hostile_ops = {
	.bind = hostile_bind,
	.unbind = hostile_unbind,
};

static int hostile_probe(struct pci_epf *epf,
			 const struct pci_epf_device_id *id)
{
	struct hostile *hostile;

	hostile = devm_kzalloc(&epf->dev, sizeof(*hostile), GFP_KERNEL);
	if (!hostile)
		return -ENOMEM;

	hostile->epf = epf;
	hostile->header = (struct pci_epf_header) {
		.vendorid = PCI_VENDOR_ID_REDHAT_QUMRANET,
		.deviceid = 0x10f1,
		.baseclass_code = PCI_CLASS_OTHERS,
		.interrupt_pin = PCI_INTERRUPT_INTA,
	};
	epf->header = &hostile->header;
	epf->event_ops = &hostile_events;
	epf_set_drvdata(epf, hostile);
	return 0;
}

static const struct pci_epf_device_id hostile_ids[] = {
	{ .name = "pci_epf_hostile" },
	{ }
};

static struct pci_epf_driver hostile_driver = {
	.driver.name = "pci_epf_hostile",
	.probe = hostile_probe,
	.id_table = hostile_ids,
	.ops = &hostile_ops,
	.owner = THIS_MODULE,
};

static int __init hostile_init(void)
{
	return pci_epf_register_driver(&hostile_driver);
}
module_init(hostile_init);

static void __exit hostile_exit(void)
{
	pci_epf_unregister_driver(&hostile_driver);
}
module_exit(hostile_exit);

MODULE_DESCRIPTION("A hostile virtio function");
MODULE_LICENSE("GPL");
