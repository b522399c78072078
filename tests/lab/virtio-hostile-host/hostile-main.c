// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * A host that means harm, for virtio functions: as long as the driver is being
 * bound, which always fails in the end, it writes requests, descriptors, indices
 * and notifications at random, many of them nearly right.
 */

#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/interrupt.h>
#include <linux/io-64-nonatomic-lo-hi.h>
#include <linux/iopoll.h>
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/virtio_config.h>
#include <uapi/linux/virtio_ring.h>

#include "hostile-host.h"

/* As in docs/epf-virtio-transport.md; this module is built alone. */
#define PUSH			BIT(0)
#define CONTROL			64
#define COMMAND			(CONTROL + 0)
#define ARGS			(CONTROL + 8)
#define REQUEST			(CONTROL + 36)
#define ACKNOWLEDGE		(CONTROL + 40)
#define STATUS			(CONTROL + 48)
#define SET_STATUS		1
#define SET_FEATURES		2
#define SET_CONFIG_VECTOR	3
#define ENABLE_QUEUE		4
#define RESET_QUEUE		5
#define WRITE_CONFIG		6

#define RING_FEATURES		(BIT_ULL(VIRTIO_RING_F_INDIRECT_DESC) |	\
				 BIT_ULL(VIRTIO_RING_F_EVENT_IDX) |	\
				 BIT_ULL(VIRTIO_F_RING_PACKED))

#define MAX_VECTORS		8

static unsigned int milliseconds = 2000;
module_param(milliseconds, uint, 0644);
static unsigned int seed = 1;
module_param(seed, uint, 0644);

/*
 * For as long as the module is there: the endpoint may do what it was told by an
 * attack before this one.
 */
static u8 *memory;

static int show_guards(char *page, const struct kernel_param *param)
{
	return memory ? hostile_show_guards(memory, page) : -ENODEV;
}

static const struct kernel_param_ops guards_ops = {
	.get = show_guards,
};
module_param_cb(guards, &guards_ops, NULL, 0444);

static bool acknowledged(struct hostile *hostile)
{
	u32 seen;

	return !read_poll_timeout(readl, seen, seen == hostile->generation,
				  20, 20 * USEC_PER_SEC, false,
				  hostile->bar + ACKNOWLEDGE);
}

/*
 * Arguments are addresses unless they are waited for: then the endpoint takes
 * them for nothing else.
 */
static void put_args(struct hostile *hostile, const struct areas *areas)
{
	writeq(areas->desc, hostile->bar + ARGS);
	writeq(areas->driver, hostile->bar + ARGS + 8);
	writeq(areas->device, hostile->bar + ARGS + 16);
}

static void put_any_args(struct hostile *hostile)
{
	struct areas areas = hostile_any_areas(hostile);

	put_args(hostile, &areas);
}

static void put_request(struct hostile *hostile, u16 command, u16 queue,
			u16 size, u16 vector)
{
	writew(command, hostile->bar + COMMAND);
	writew(queue, hostile->bar + COMMAND + 2);
	writew(size, hostile->bar + COMMAND + 4);
	writew(vector, hostile->bar + COMMAND + 6);
}

static void submit(struct hostile *hostile)
{
	hostile->generation++;
	writel(hostile->generation, hostile->bar + REQUEST);
}

/* Whether the endpoint has answered; it does not matter what. */
static bool request(struct hostile *hostile, u16 command, u16 size, u64 arg0,
		    u64 arg1)
{
	bool answered;

	if (!acknowledged(hostile))
		return false;

	put_request(hostile, command, 0, size, any(hostile, MAX_VECTORS));
	writeq(arg0, hostile->bar + ARGS);
	writeq(arg1, hostile->bar + ARGS + 8);
	submit(hostile);
	answered = acknowledged(hostile);
	put_any_args(hostile);
	return answered;
}

static bool enable_queue(struct hostile *hostile, unsigned int index)
{
	struct queue *queue = &hostile->queues[index];
	struct areas areas;

	if (!acknowledged(hostile))
		return false;

	areas = hostile_place_queue(hostile, queue);
	put_request(hostile, ENABLE_QUEUE, index, hostile->queue_size,
		    any(hostile, MAX_VECTORS));
	put_args(hostile, &areas);
	writel(0, hostile->bar + hostile->notify + index * sizeof(u32));
	submit(hostile);
	return acknowledged(hostile);
}

/* Features that the device has; of rings, those that this round is about. */
static u64 choose_features(struct hostile *hostile)
{
	u64 features = hostile->features & ~RING_FEATURES;

	if (one_in(hostile, 3))
		features &= prandom_u32_state(&hostile->random) |
			    (one_in(hostile, 2) ? ~0ULL << 32 : 0);
	if (hostile->packed)
		features |= BIT_ULL(VIRTIO_F_RING_PACKED);
	if (!hostile->push)
		features |= hostile->features & any(hostile, 4) << 28;
	return features;
}

/* A driver that comes, and behaves so far. */
static bool begin(struct hostile *hostile)
{
	unsigned int i, mode = any(hostile, num_online_cpus() > 1 ? 2 : 3);

	hostile->rounds++;
	if (!request(hostile, SET_STATUS, 0, 0, 0))
		return false;

	hostile->push = mode == 0 && hostile->queues[0].shadow;
	hostile->packed = mode == 2;
	hostile_fill_memory(hostile);
	if (!request(hostile, SET_STATUS, 0, VIRTIO_CONFIG_S_DRIVER, 0) ||
	    !request(hostile, SET_FEATURES, 0, choose_features(hostile),
		     hostile->push ? PUSH : 0) ||
	    !request(hostile, SET_STATUS, 0, VIRTIO_CONFIG_S_FEATURES_OK, 0))
		return false;

	for (i = 0; i < hostile->num_queues; i++)
		if (!enable_queue(hostile, i))
			return false;
	return one_in(hostile, 20) ||
	       request(hostile, SET_STATUS, 0, VIRTIO_CONFIG_S_DRIVER_OK, 0);
}

/* Requests that make sense in another state, or none at all. */
static bool request_any(struct hostile *hostile)
{
	u64 data = prandom_u32_state(&hostile->random);

	switch (any(hostile, 6)) {
	case 0:
		return request(hostile, SET_FEATURES, 0,
			       choose_features(hostile), any(hostile, 4));
	case 1:
		return request(hostile, SET_STATUS, 0,
			       1 + any(hostile, 255), 0);
	case 2:
		return request(hostile, SET_CONFIG_VECTOR, 0, 0, 0);
	case 3:
		return request(hostile, WRITE_CONFIG, any(hostile, 10),
			       any(hostile, 2) ? any(hostile, 100) :
						 ~0ULL - any(hostile, 10),
			       data);
	case 4:
		return enable_queue(hostile, any(hostile, hostile->num_queues));
	default:
		if (!acknowledged(hostile))
			return false;
		put_request(hostile, RESET_QUEUE,
			    any(hostile, hostile->num_queues + 1), 0, 0);
		submit(hostile);
		return one_in(hostile, 2) || acknowledged(hostile);
	}
}

/* One upon the other, before the endpoint has seen the first. */
static void request_storm(struct hostile *hostile)
{
	unsigned int i;

	for (i = any(hostile, 50); i; i--) {
		put_any_args(hostile);
		put_request(hostile, any(hostile, 8),
			    any(hostile, hostile->num_queues + 1),
			    one_in(hostile, 2) ? hostile->queue_size :
			    prandom_u32_state(&hostile->random),
			    prandom_u32_state(&hostile->random));
		submit(hostile);
	}
}

static void notify_storm(struct hostile *hostile)
{
	unsigned int i;

	for (i = any(hostile, 1000); i; i--)
		writel(prandom_u32_state(&hostile->random),
		       hostile->bar + hostile->notify +
		       any(hostile, hostile->num_queues) * sizeof(u32));
}

/* All that the endpoint has written, too; but arguments, see put_any_args(). */
static void scribble(struct hostile *hostile)
{
	unsigned int i, offset;

	for (i = any(hostile, 100); i; i--) {
		offset = any(hostile, hostile->registers / 4) * 4;
		if (offset < ARGS || offset >= REQUEST)
			writel(prandom_u32_state(&hostile->random),
			       hostile->bar + offset);
	}
	/* Whatever the acknowledged generation reads as now, it is another. */
	hostile->generation = readl(hostile->bar + REQUEST);
	submit(hostile);
}

static bool step(struct hostile *hostile)
{
	struct queue *queue = &hostile->queues[any(hostile,
						   hostile->num_queues)];
	bool alive = true;

	switch (any(hostile, 40)) {
	case 0:
		alive = begin(hostile);
		break;
	case 1:
		alive = request_any(hostile);
		break;
	case 2:
		request_storm(hostile);
		break;
	case 3:
		notify_storm(hostile);
		break;
	case 4:
		scribble(hostile);
		break;
	case 5:
		queue->idx += prandom_u32_state(&hostile->random);
		hostile_notify(hostile, queue);
		break;
	case 6 ... 10:
		hostile_rewrite(hostile, queue);
		break;
	default:
		hostile_add_chains(hostile, queue);
	}

	/* It has enough of us: begin anew. */
	if (alive && readl(hostile->bar + STATUS) &
		     VIRTIO_CONFIG_S_NEEDS_RESET && one_in(hostile, 4))
		alive = begin(hostile);
	hostile->steps++;
	if (one_in(hostile, 3))
		usleep_range(50, 500);
	cond_resched();
	return alive;
}

static void attack(struct hostile *hostile)
{
	unsigned long end = jiffies + msecs_to_jiffies(milliseconds);
	bool alive = begin(hostile);
	bool quiet;

	while (alive && time_before(jiffies, end))
		alive = step(hostile);

	alive = alive && request(hostile, SET_STATUS, 0, 0, 0);
	quiet = hostile_is_quiet(hostile);
	pr_info("virtio-hostile: device %u, seed %u: %u steps, %u rounds, %u chains: %s\n",
		hostile->device_id, seed, hostile->steps, hostile->rounds,
		hostile->chains, !alive ? "NO ANSWER" :
		!quiet ? "MEMORY TOUCHED" : "intact");
}

static void find_registers(struct hostile *hostile)
{
	void __iomem *bar = hostile->bar;
	u32 queues = readl(bar + 36);
	unsigned int i, stride = readw(bar + 50);

	hostile->device_id = readl(bar + 8);
	hostile->features = readq(bar + 16);
	hostile->num_queues = min(readw(bar + 28), MAX_QUEUES);
	hostile->notify = readl(bar + 40);
	/* The MSI-X table, which is behind them, is the host's own. */
	hostile->registers = readl(bar + 44) + readw(bar + 48);
	hostile->queue_size = readw(bar + queues);
	for (i = 0; i < hostile->num_queues; i++)
		hostile->queues[i].shadow = readl(bar + queues + i * stride + 4);
	hostile->generation = readl(bar + ACKNOWLEDGE);
}

static irqreturn_t ignore(int irq, void *data)
{
	return IRQ_HANDLED;
}

static int request_irqs(struct hostile *hostile)
{
	int i, ret;

	ret = pci_alloc_irq_vectors(hostile->pdev, 1, MAX_VECTORS,
				    PCI_IRQ_MSIX | PCI_IRQ_MSI);
	for (i = 0; i < ret; i++, hostile->vectors++)
		if (request_irq(pci_irq_vector(hostile->pdev, i), ignore, 0,
				"virtio-hostile", hostile))
			return -ENOMEM;
	return min(ret, 0);
}

static void free_irqs(struct hostile *hostile)
{
	while (hostile->vectors--)
		free_irq(pci_irq_vector(hostile->pdev, hostile->vectors),
			 hostile);
	pci_free_irq_vectors(hostile->pdev);
}

static int run(struct hostile *hostile)
{
	int ret;

	ret = hostile_map_memory(hostile);
	if (ret)
		return ret;

	prandom_seed_state(&hostile->random, seed);
	find_registers(hostile);
	ret = request_irqs(hostile);
	if (!ret)
		attack(hostile);
	free_irqs(hostile);
	pci_clear_master(hostile->pdev);
	hostile_unmap_memory(hostile);
	return ret;
}

static int hostile_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct hostile *hostile;
	int ret;

	hostile = devm_kzalloc(&pdev->dev, sizeof(*hostile), GFP_KERNEL);
	if (!hostile)
		return -ENOMEM;

	hostile->pdev = pdev;
	hostile->memory = memory;
	ret = dma_set_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(64));
	if (!ret)
		ret = pci_enable_device(pdev);
	if (ret)
		return ret;

	pci_set_master(pdev);
	hostile->bar = pci_ioremap_bar(pdev, 0);
	if (hostile->bar) {
		ret = run(hostile);
		iounmap(hostile->bar);
	}
	pci_disable_device(pdev);
	/* Done: the function is for the next driver. */
	return ret ?: -ENODEV;
}

static const struct pci_device_id hostile_ids[] = {
	{ PCI_DEVICE(PCI_VENDOR_ID_REDHAT_QUMRANET, 0x10f1) },
	{ }
};

static struct pci_driver hostile_driver = {
	.name = "virtio-hostile",
	.id_table = hostile_ids,
	.probe = hostile_probe,
};

static int __init hostile_init(void)
{
	int ret;

	memory = hostile_alloc_memory();
	if (!memory)
		return -ENOMEM;

	ret = pci_register_driver(&hostile_driver);
	if (ret)
		hostile_free_memory(memory);
	return ret;
}
module_init(hostile_init);

static void __exit hostile_exit(void)
{
	pci_unregister_driver(&hostile_driver);
	hostile_free_memory(memory);
}
module_exit(hostile_exit);

MODULE_DESCRIPTION("A hostile host of pci-epf-virtio");
MODULE_LICENSE("GPL");
