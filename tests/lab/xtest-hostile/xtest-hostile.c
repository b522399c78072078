// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * A host that means harm, for the extended test function: as long as the driver
 * is being bound, which always fails in the end, it writes commands, addresses
 * and counts at random, some of them nearly right. All memory that it names lies
 * in an arena or where there is none; what lies around the arena must stay as it
 * was.
 */

#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/io.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/prandom.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysfs.h>

/* As in kernel/include/uapi/pci-epf-xtest.h; this module is built alone. */
#define REGISTERS		0x40
#define COMMANDS_OFFSET		(REGISTERS + 0x10)
#define RESET_REQUEST		(REGISTERS + 0x2c)
#define IRQ_VECTOR		(REGISTERS + 0x30)
#define SUBMITTED		(REGISTERS + 0x34)
#define SLOT			(64 + 16 * 128)
#define SEGMENTS		64

#define ARENA			SZ_64K
#define GUARD			SZ_4K
#define PIECE			SZ_4K
#define MEMORY			(ARENA + 2 * GUARD)
#define GUARD_BYTE		0x5a
/* The host has no memory here. */
#define NOWHERE			BIT_ULL(40)

static unsigned int milliseconds = 2000;
module_param(milliseconds, uint, 0644);
static unsigned int seed = 1;
module_param(seed, uint, 0644);

/*
 * For as long as the module is there: the endpoint may do what it was told by an
 * attack before this one.
 */
static void *memory;

/*
 * What the endpoint must not access, as epc-sim takes it: of all that the machine
 * has, all but the arena. (Host and endpoint are one machine: physical addresses are
 * PCI addresses.)
 */
static int show_guards(char *page, const struct kernel_param *param)
{
	u64 addr;

	if (!memory)
		return -ENODEV;

	addr = virt_to_phys(memory);
	return sysfs_emit(page, "0-%llx %llx-%llx\n", addr + GUARD - 1,
			  addr + GUARD + ARENA, ~0ULL);
}

static const struct kernel_param_ops guards_ops = {
	.get = show_guards,
};
module_param_cb(guards, &guards_ops, NULL, 0444);

struct hostile {
	struct pci_dev *pdev;
	void __iomem *bar;
	u32 commands;
	dma_addr_t addr;
	struct rnd_state random;
	u32 submitted;
	unsigned int steps;
};

static u32 any(struct hostile *hostile, u32 below)
{
	return prandom_u32_state(&hostile->random) % below;
}

/*
 * The endpoint may read while we write, and so get an address of before with a
 * length of now, or halves of two addresses: still it must lie in the arena or
 * nowhere. So a place either always holds pieces of the arena, of up to a page;
 * or never, and may then be of any length.
 */
static u64 arena_address(struct hostile *hostile)
{
	return hostile->addr + GUARD + any(hostile, ARENA - PIECE + 1);
}

static u64 nowhere_address(struct hostile *hostile)
{
	return any(hostile, 2) ? NOWHERE | arena_address(hostile) :
	       ~0ULL - any(hostile, ARENA);
}

static u32 any_len(struct hostile *hostile)
{
	return any(hostile, 2) ? ~0U - any(hostile, 100) :
	       any(hostile, SZ_64M);
}

static void fill_segments(struct hostile *hostile, u8 *slot, unsigned int num)
{
	unsigned int i;

	for (i = 0; i < num; i++) {
		__le64 *addr = (__le64 *)(slot + 64 + 16 * i);
		__le32 *len = (__le32 *)(slot + 64 + 16 * i + 8);
		bool nowhere = i % 8 == 3;

		*addr = cpu_to_le64(nowhere ? nowhere_address(hostile) :
				    arena_address(hostile));
		*len = cpu_to_le32(nowhere ? any_len(hostile) :
				   any(hostile, PIECE + 1));
	}
}

/* A map command with fields of which some are extreme. */
static void fill_map(struct hostile *hostile, u8 *slot)
{
	/* It only reads. */
	*(__le64 *)(slot + 16) = cpu_to_le64(any(hostile, 3) ?
					     arena_address(hostile) :
					     nowhere_address(hostile));
	*(__le64 *)(slot + 24) = cpu_to_le64(any(hostile, 3) ?
					     any(hostile, PIECE + 1) : ~0ULL);
	*(__le64 *)(slot + 32) = cpu_to_le64(any(hostile, 3) ?
					     any(hostile, 5000) : ~0ULL);
	*(__le32 *)(slot + 40) = cpu_to_le32(any(hostile, 3) ?
					     any(hostile, 5000) : ~0U);
	*(__le32 *)(slot + 44) = cpu_to_le32(any(hostile, 3) ?
					     any(hostile, 8) : ~0U);
	slot[48] = any(hostile, 3);
	slot[49] = any(hostile, 4);
	*(__le16 *)(slot + 50) = cpu_to_le16(any(hostile, 3) ?
					     any(hostile, 8) : ~0);
	*(__le32 *)(slot + 56) = cpu_to_le32(any(hostile, 8) ? 0 : ~0U);
}

static void write_command(struct hostile *hostile, unsigned int index)
{
	static const u16 counts[] = { 0, 1, 2, 63, 64, 65, 0x7fff, 0xffff };
	u8 *slot = kzalloc(SLOT, GFP_KERNEL);
	u16 sources, destinations;

	if (!slot)
		return;

	prandom_bytes_state(&hostile->random, slot, 64);
	slot[4] = any(hostile, 16) ? any(hostile, 5) : any(hostile, 256);
	slot[5] = any(hostile, 16) ? any(hostile, 3) : any(hostile, 256);
	sources = any(hostile, 2) ? any(hostile, 4) :
		  counts[any(hostile, ARRAY_SIZE(counts))];
	destinations = any(hostile, 2) ? any(hostile, 4) :
		       counts[any(hostile, ARRAY_SIZE(counts))];
	if (slot[4] == 0)
		destinations = any(hostile, 4) ? 0 : destinations;
	if (slot[4] == 1)
		sources = any(hostile, 4) ? 0 : sources;
	*(__le16 *)(slot + 8) = cpu_to_le16(sources);
	*(__le16 *)(slot + 10) = cpu_to_le16(destinations);
	fill_map(hostile, slot);
	if (slot[4] == 3)
		*(__le32 *)(slot + 8) = 0;
	fill_segments(hostile, slot, 2 * SEGMENTS);
	memcpy_toio(hostile->bar + hostile->commands + index * SLOT, slot,
		    SLOT);
	kfree(slot);
}

/* The registers of the kernel's test function */
static void write_stock(struct hostile *hostile)
{
	u64 addr = any(hostile, 3) ? arena_address(hostile) :
				     nowhere_address(hostile);

	writel(lower_32_bits(addr), hostile->bar + 0x0c);
	writel(upper_32_bits(addr), hostile->bar + 0x10);
	writel(lower_32_bits(addr), hostile->bar + 0x14);
	writel(upper_32_bits(addr), hostile->bar + 0x18);
	/* A page at most, or more than the endpoint takes */
	writel(any(hostile, 4) ? any(hostile, PIECE + 1) :
	       SZ_16M + 1 + any(hostile, SZ_64M), hostile->bar + 0x1c);
	writel(any(hostile, 5), hostile->bar + 0x24);
	writel(any(hostile, 40), hostile->bar + 0x28);
	writel(any(hostile, 2), hostile->bar + 0x2c);
	writel(any(hostile, 4) ? BIT(any(hostile, 12)) :
	       prandom_u32_state(&hostile->random), hostile->bar + 0x04);
}

static void step(struct hostile *hostile)
{
	unsigned int i, depth = 32;

	switch (any(hostile, 8)) {
	case 0:
		write_stock(hostile);
		break;
	case 1:
		writel(any(hostile, 40), hostile->bar + IRQ_VECTOR);
		break;
	case 2:
		/* More than there are slots, or fewer than there were */
		hostile->submitted += prandom_u32_state(&hostile->random) %
				      (any(hostile, 4) ? 40 : U32_MAX);
		writel(hostile->submitted, hostile->bar + SUBMITTED);
		break;
	case 3:
		writel(readl(hostile->bar + RESET_REQUEST) +
		       any(hostile, 3), hostile->bar + RESET_REQUEST);
		hostile->submitted = 0;
		break;
	default:
		for (i = any(hostile, 4) + 1; i; i--) {
			write_command(hostile, hostile->submitted % depth);
			hostile->submitted++;
		}
		writel(hostile->submitted, hostile->bar + SUBMITTED);
		/* And again, while it is being read. */
		write_command(hostile, hostile->submitted % depth);
	}

	hostile->steps++;
	if (any(hostile, 3) == 0)
		usleep_range(50, 500);
	cond_resched();
}

static bool guard_is_intact(void)
{
	const u8 *byte = memory;

	return !memchr_inv(byte, GUARD_BYTE, GUARD) &&
	       !memchr_inv(byte + GUARD + ARENA, GUARD_BYTE, GUARD);
}

static int attack(struct hostile *hostile)
{
	unsigned long end = jiffies + msecs_to_jiffies(milliseconds);
	struct device *dev = &hostile->pdev->dev;

	hostile->addr = dma_map_single(dev, memory, MEMORY, DMA_BIDIRECTIONAL);
	if (dma_mapping_error(dev, hostile->addr))
		return -ENOMEM;

	prandom_seed_state(&hostile->random, seed);
	hostile->commands = readl(hostile->bar + COMMANDS_OFFSET);
	while (time_before(jiffies, end))
		step(hostile);

	/* What is under way ends, and nothing is accessed after that. */
	writel(0, hostile->bar + IRQ_VECTOR);
	writel(0, hostile->bar + 0x04);
	msleep(200);
	pci_clear_master(hostile->pdev);
	dma_unmap_single(dev, hostile->addr, MEMORY, DMA_BIDIRECTIONAL);
	pr_info("xtest-hostile: %u steps, the guard is %s\n", hostile->steps,
		guard_is_intact() ? "intact" : "BROKEN");
	return 0;
}

static int hostile_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct hostile hostile = { .pdev = pdev };
	int ret;

	ret = dma_set_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(64));
	if (!ret)
		ret = pci_enable_device(pdev);
	if (ret)
		return ret;

	pci_set_master(pdev);
	hostile.bar = pci_ioremap_bar(pdev, 0);
	if (hostile.bar) {
		ret = attack(&hostile);
		iounmap(hostile.bar);
	}
	pci_disable_device(pdev);
	/* Done: the function is for the next driver. */
	return ret ?: -ENODEV;
}

static const struct pci_device_id hostile_ids[] = {
	{ PCI_DEVICE(PCI_VENDOR_ID_REDHAT_QUMRANET, 0x10f0) },
	{ }
};

static struct pci_driver hostile_driver = {
	.name = "xtest-hostile",
	.id_table = hostile_ids,
	.probe = hostile_probe,
};

static int __init hostile_init(void)
{
	int ret;

	memory = alloc_pages_exact(MEMORY, GFP_KERNEL);
	if (!memory)
		return -ENOMEM;

	memset(memory, GUARD_BYTE, MEMORY);
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

MODULE_DESCRIPTION("A hostile host of pci-epf-xtest");
MODULE_LICENSE("GPL");
