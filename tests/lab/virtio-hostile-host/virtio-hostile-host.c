// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * A host that means harm, for virtio functions: as long as the driver is being
 * bound, which always fails in the end, it writes requests, descriptors, indices
 * and notifications at random, many of them nearly right. All that it names lies
 * in memory of its own or where there is none; what lies between the parts of
 * that memory must stay as it was, and all of it once the device is reset.
 */

#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/interrupt.h>
#include <linux/io-64-nonatomic-lo-hi.h>
#include <linux/iopoll.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/prandom.h>
#include <linux/sizes.h>
#include <linux/string.h>
#include <linux/virtio_config.h>
#include <linux/virtio_ids.h>
#include <uapi/linux/virtio_ring.h>

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

#define MAX_QUEUES		16
#define MAX_VECTORS		8

/*
 * What the host names. The endpoint writes to the first two, to descriptors only
 * as packed rings; so what is in the others is always what was written here.
 */
#define GUARD			SZ_4K
#define DATA			GUARD
#define DATA_SIZE		SZ_64K
#define USED			(DATA + DATA_SIZE)
#define USED_SIZE		SZ_32K
#define TABLES			(USED + USED_SIZE + GUARD)
#define TABLES_SIZE		SZ_64K
#define AVAIL			(TABLES + TABLES_SIZE + GUARD)
#define AVAIL_SIZE		SZ_32K
#define MEMORY			(AVAIL + AVAIL_SIZE + GUARD)
#define GUARD_BYTE		0x5a
#define QUIET_BYTE		0xc3
/* The most that a ring of 256 takes of one of them, and a buffer of its own. */
#define RING			SZ_8K
#define PIECE			SZ_4K
/* The host has no memory here. */
#define NOWHERE			BIT_ULL(40)
#define HEADERS			64
#define HEADER			64

static unsigned int milliseconds = 2000;
module_param(milliseconds, uint, 0644);
static unsigned int seed = 1;
module_param(seed, uint, 0644);

/*
 * For as long as the module is there: the endpoint may do what it was told by an
 * attack before this one.
 */
static u8 *memory;

/* Of a split ring; a packed one has an id in the place of the flags behind it. */
struct desc {
	__le64 addr;
	__le32 len;
	__le16 third;
	__le16 fourth;
};

/**
 * struct queue - what the host believes of a queue
 * @shadow: where descriptors are pushed to, in the BAR; 0: nowhere
 * @desc: where its descriptors are, in memory
 * @avail: where its available ring is, in memory
 * @idx: how many chains there were
 * @next: descriptor that the next chain begins at
 * @wrap: of a packed ring
 */
struct queue {
	u32 shadow;
	u32 desc;
	u32 avail;
	u16 idx;
	u16 next;
	bool wrap;
};

struct hostile {
	struct pci_dev *pdev;
	void __iomem *bar;
	dma_addr_t addr;
	struct rnd_state random;
	u32 device_id;
	u64 features;
	u32 notify;
	u32 registers;
	unsigned int queue_size;
	unsigned int num_queues;
	struct queue queues[MAX_QUEUES];
	bool push;
	bool packed;
	u32 generation;
	int vectors;
	unsigned int steps;
	unsigned int rounds;
	unsigned int chains;
};

static u32 any(struct hostile *hostile, u32 below)
{
	return prandom_u32_state(&hostile->random) % below;
}

static bool one_in(struct hostile *hostile, u32 n)
{
	return !any(hostile, n);
}

static u64 nowhere(struct hostile *hostile)
{
	return one_in(hostile, 2) ?
	       NOWHERE | (hostile->addr + any(hostile, MEMORY)) :
	       ~0ULL - any(hostile, SZ_64K);
}

/* Somewhere in a part of the memory, with room behind it; or nowhere. */
static u64 somewhere(struct hostile *hostile, u32 part, u32 room, u32 align)
{
	if (one_in(hostile, 8))
		return nowhere(hostile);
	if (one_in(hostile, 16))
		align = 1;
	return hostile->addr + part + any(hostile, room / align) * align;
}

/* What the types of devices read first, with fields of which some are extreme. */
static void fill_headers(struct hostile *hostile)
{
	static const u32 small[] = { 0, 1, 2, 3, 4, 5, 6, 8, 11, 13, 16, 0x80,
				     0x100, 0xffff, ~0U };
	__le32 *word = (__le32 *)(memory + DATA);
	unsigned int i;

	prandom_bytes_state(&hostile->random, word, HEADERS * HEADER);
	for (i = 0; i < HEADERS * HEADER / sizeof(*word); i++) {
		u32 value = small[any(hostile, ARRAY_SIZE(small))];

		if (!one_in(hostile, 4))
			word[i] = cpu_to_le32(value);
	}
}

static u32 header_size(struct hostile *hostile)
{
	static const u8 sizes[] = { 1, 2, 4, 8, 10, 12, 16, 24, 32, 51, 64 };

	if (one_in(hostile, 4))
		return sizes[any(hostile, ARRAY_SIZE(sizes))];

	switch (hostile->device_id) {
	case VIRTIO_ID_NET:
		return one_in(hostile, 3) ? 2 : 12;
	case VIRTIO_ID_SCSI:
		return one_in(hostile, 4) ? 24 : 51;
	case VIRTIO_ID_CONSOLE:
		return 8;
	default:
		return 16;
	}
}

/*
 * The endpoint may read while we write, and so get an address of before with a
 * length of now: still it must be nothing but ours. So it depends on the place
 * what may be there: a piece, of up to a page; nothing, of any length; a table; or
 * what a request begins with.
 */
static u16 fill_desc(struct hostile *hostile, struct desc *desc,
		     unsigned int place)
{
	u64 addr = hostile->addr + DATA + any(hostile, DATA_SIZE - PIECE);
	u32 len = one_in(hostile, 64) ? 0 : 1 + any(hostile, PIECE);
	u16 flags = 0;

	switch (place % 8) {
	case 0:
		addr = hostile->addr + DATA + any(hostile, HEADERS) * HEADER;
		len = header_size(hostile);
		break;
	case 3:
		flags = one_in(hostile, 2) ? VRING_DESC_F_INDIRECT : 0;
		addr = nowhere(hostile);
		len = one_in(hostile, 2) ? ~0U - any(hostile, 100) :
					   any(hostile, SZ_64M);
		break;
	case 5:
		flags = VRING_DESC_F_INDIRECT;
		addr = hostile->addr + TABLES +
		       any(hostile, (TABLES_SIZE - PIECE) / 128) * 128;
		len = one_in(hostile, 4) ? any(hostile, PIECE) :
					   16 * any(hostile, 20);
		break;
	}

	desc->addr = cpu_to_le64(addr);
	desc->len = cpu_to_le32(len);
	return flags;
}

static void put_desc(struct hostile *hostile, const struct queue *queue,
		     unsigned int index, const struct desc *desc)
{
	if (hostile->push)
		memcpy_toio(hostile->bar + queue->shadow +
			    index * sizeof(*desc), desc, sizeof(*desc));
	else
		memcpy(memory + queue->desc + index * sizeof(*desc), desc,
		       sizeof(*desc));
}

/* By their places in all of memory, or in the shadow. */
static unsigned int place_of(const struct hostile *hostile,
			     const struct queue *queue, unsigned int index)
{
	return index + (hostile->push ? 0 : queue->desc / sizeof(struct desc));
}

static void put_any_desc(struct hostile *hostile, const struct queue *queue,
			 unsigned int index, u16 flags, u16 next)
{
	struct desc desc;

	flags |= fill_desc(hostile, &desc, place_of(hostile, queue, index));
	if (one_in(hostile, 100))
		flags ^= VRING_DESC_F_NEXT;
	if (one_in(hostile, 100))
		flags ^= VRING_DESC_F_WRITE;
	desc.third = cpu_to_le16(flags);
	desc.fourth = cpu_to_le16(one_in(hostile, 100) ?
				  prandom_u32_state(&hostile->random) : next);
	put_desc(hostile, queue, index, &desc);
}

static void put_head(struct hostile *hostile, const struct queue *queue,
		     u16 head)
{
	unsigned int slot = queue->idx % hostile->queue_size;
	size_t offset = offsetof(struct vring_avail, ring[slot]);

	if (hostile->push)
		writew(head, hostile->bar + queue->shadow + offset +
		       hostile->queue_size * sizeof(struct desc));
	else
		WRITE_ONCE(*(__le16 *)(memory + queue->avail + offset),
			   cpu_to_le16(head));
}

static void notify(struct hostile *hostile, struct queue *queue)
{
	__le16 *idx = (__le16 *)(memory + queue->avail) + 1;
	u32 word = queue->idx;

	if (!hostile->push) {
		/* The entries are there first. */
		wmb();
		WRITE_ONCE(*idx, cpu_to_le16(queue->idx));
		word |= prandom_u32_state(&hostile->random) << 16;
	}
	writel(word, hostile->bar + hostile->notify +
	       (queue - hostile->queues) * sizeof(u32));
}

/* Most often something to read and then something to write. */
static u16 chain_flags(struct hostile *hostile, unsigned int i, unsigned int len,
		       unsigned int readable)
{
	return (i + 1 < len ? VRING_DESC_F_NEXT : 0) |
	       (i >= readable ? VRING_DESC_F_WRITE : 0);
}

static void add_split(struct hostile *hostile, struct queue *queue)
{
	unsigned int len = 1 + any(hostile, 5);
	unsigned int readable = any(hostile, len + 1);
	unsigned int head, i;

	/* Often one that begins as a request does. */
	head = any(hostile, hostile->queue_size);
	if (!one_in(hostile, 4))
		head = round_down(head, 8);
	for (i = 0; i < len; i++)
		put_any_desc(hostile, queue, (head + i) % hostile->queue_size,
			     chain_flags(hostile, i, len, readable),
			     (head + i + 1) % hostile->queue_size);
	put_head(hostile, queue, one_in(hostile, 200) ?
		 prandom_u32_state(&hostile->random) : head);
	queue->idx++;
}

/*
 * The endpoint overwrites what it has used, with no address: as it must not see
 * that as available, it sees all of a descriptor at once. (There is one CPU.)
 */
static void add_packed(struct hostile *hostile, struct queue *queue)
{
	unsigned int len = 1 + any(hostile, 5);
	unsigned int readable = any(hostile, len + 1);
	unsigned int i;

	for (i = 0; i < len; i++) {
		u16 flags = chain_flags(hostile, i, len, readable);
		struct desc desc;

		flags |= fill_desc(hostile, &desc,
				   place_of(hostile, queue, queue->next));
		flags |= queue->wrap != one_in(hostile, 300) ?
			 BIT(VRING_PACKED_DESC_F_AVAIL) :
			 BIT(VRING_PACKED_DESC_F_USED);
		desc.third = cpu_to_le16(one_in(hostile, 100) ?
					 prandom_u32_state(&hostile->random) :
					 any(hostile, hostile->queue_size));
		desc.fourth = cpu_to_le16(flags);
		preempt_disable();
		put_desc(hostile, queue, queue->next, &desc);
		preempt_enable();
		if (++queue->next == hostile->queue_size) {
			queue->next = 0;
			queue->wrap = !queue->wrap;
		}
	}
	queue->idx++;
}

static void add_chains(struct hostile *hostile, struct queue *queue)
{
	unsigned int i;

	for (i = 1 + any(hostile, 8); i; i--) {
		if (hostile->packed)
			add_packed(hostile, queue);
		else
			add_split(hostile, queue);
		hostile->chains++;
	}
	notify(hostile, queue);
}

/* Tables, rings and shadows: nothing of before is left. */
static void fill_memory(struct hostile *hostile)
{
	struct desc *tables = (struct desc *)(memory + TABLES);
	unsigned int i, j;

	prandom_bytes_state(&hostile->random, memory + DATA, DATA_SIZE);
	fill_headers(hostile);
	for (i = 0; i < TABLES_SIZE / sizeof(*tables); i++) {
		u16 flags = fill_desc(hostile, &tables[i],
				      TABLES / sizeof(*tables) + i);

		/* No packed ring begins with all of it available. */
		flags |= any(hostile, 2) * VRING_DESC_F_NEXT;
		tables[i].third = cpu_to_le16(flags);
		tables[i].fourth = cpu_to_le16(any(hostile, 20));
	}
	for (i = 0; i < AVAIL_SIZE; i += sizeof(__le16))
		*(__le16 *)(memory + AVAIL + i) =
			cpu_to_le16(any(hostile, 256));
	for (i = 0; hostile->push && i < hostile->num_queues; i++)
		for (j = 0; j < hostile->queue_size; j++)
			put_any_desc(hostile, &hostile->queues[i], j, 0, 0);
}

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
static void put_args(struct hostile *hostile)
{
	writeq(somewhere(hostile, TABLES, TABLES_SIZE - RING, 16),
	       hostile->bar + ARGS);
	writeq(somewhere(hostile, AVAIL, AVAIL_SIZE - RING, 4),
	       hostile->bar + ARGS + 8);
	writeq(somewhere(hostile, USED, USED_SIZE - RING, 4),
	       hostile->bar + ARGS + 16);
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
	put_args(hostile);
	return answered;
}

static bool enable_queue(struct hostile *hostile, unsigned int index)
{
	struct queue *queue = &hostile->queues[index];

	if (!acknowledged(hostile))
		return false;

	queue->desc = TABLES + any(hostile, (TABLES_SIZE - RING) / 16) * 16;
	queue->avail = AVAIL + any(hostile, (AVAIL_SIZE - RING) / 4) * 4;
	queue->idx = 0;
	queue->next = 0;
	queue->wrap = true;
	put_request(hostile, ENABLE_QUEUE, index, hostile->queue_size,
		    any(hostile, MAX_VECTORS));
	put_args(hostile);
	writeq(hostile->addr + queue->desc, hostile->bar + ARGS);
	writeq(hostile->addr + queue->avail, hostile->bar + ARGS + 8);
	writeq(hostile->addr + USED + any(hostile, (USED_SIZE - RING) / 4) * 4,
	       hostile->bar + ARGS + 16);
	memset(memory + queue->avail, 0, sizeof(struct vring_avail));
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
	fill_memory(hostile);
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
		put_args(hostile);
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

/* All that the endpoint has written, too; but arguments, see put_args(). */
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

static void rewrite(struct hostile *hostile, struct queue *queue)
{
	unsigned int i;

	fill_headers(hostile);
	for (i = any(hostile, 50); !hostile->packed && i; i--)
		put_any_desc(hostile, queue, any(hostile, hostile->queue_size),
			     any(hostile, 4),
			     any(hostile, hostile->queue_size));
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
		notify(hostile, queue);
		break;
	case 6 ... 10:
		rewrite(hostile, queue);
		break;
	default:
		add_chains(hostile, queue);
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

static bool is_guarded(void)
{
	return !memchr_inv(memory, GUARD_BYTE, GUARD) &&
	       !memchr_inv(memory + USED + USED_SIZE, GUARD_BYTE, GUARD) &&
	       !memchr_inv(memory + TABLES + TABLES_SIZE, GUARD_BYTE, GUARD) &&
	       !memchr_inv(memory + AVAIL + AVAIL_SIZE, GUARD_BYTE, GUARD);
}

/* After a reset nothing is accessed any more. */
static bool is_quiet(void)
{
	bool guarded = is_guarded();

	memset(memory, QUIET_BYTE, MEMORY);
	msleep(100);
	return !memchr_inv(memory, QUIET_BYTE, MEMORY) && guarded;
}

static void attack(struct hostile *hostile)
{
	unsigned long end = jiffies + msecs_to_jiffies(milliseconds);
	bool alive = begin(hostile);
	bool quiet;

	while (alive && time_before(jiffies, end))
		alive = step(hostile);

	alive = alive && request(hostile, SET_STATUS, 0, 0, 0);
	quiet = is_quiet();
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
	struct device *dev = &hostile->pdev->dev;
	int ret;

	memset(memory, GUARD_BYTE, MEMORY);
	hostile->addr = dma_map_single(dev, memory, MEMORY, DMA_BIDIRECTIONAL);
	if (dma_mapping_error(dev, hostile->addr))
		return -ENOMEM;

	prandom_seed_state(&hostile->random, seed);
	find_registers(hostile);
	ret = request_irqs(hostile);
	if (!ret)
		attack(hostile);
	free_irqs(hostile);
	pci_clear_master(hostile->pdev);
	dma_unmap_single(dev, hostile->addr, MEMORY, DMA_BIDIRECTIONAL);
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

	memory = alloc_pages_exact(MEMORY, GFP_KERNEL);
	if (!memory)
		return -ENOMEM;

	ret = pci_register_driver(&hostile_driver);
	if (ret)
		free_pages_exact(memory, MEMORY);
	return ret;
}
module_init(hostile_init);

static void __exit hostile_exit(void)
{
	pci_unregister_driver(&hostile_driver);
	free_pages_exact(memory, MEMORY);
}
module_exit(hostile_exit);

MODULE_DESCRIPTION("A hostile host of pci-epf-virtio");
MODULE_LICENSE("GPL");
