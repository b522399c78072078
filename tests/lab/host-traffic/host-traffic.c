// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * A host driver for the stock test function that never rests: it reads and
 * writes BARs and configuration space, and has the function read and write the
 * host's memory, until the device is removed, which it may be at any moment.
 * (pci_endpoint_test does not survive that: it frees what an ioctl under way
 * still uses, and waits without end for an interrupt.)
 */

#include <linux/completion.h>
#include <linux/dma-mapping.h>
#include <linux/err.h>
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/sizes.h>

/* Registers of drivers/pci/endpoint/functions/pci-epf-test.c */
#define REG_COMMAND		0x04
#define REG_STATUS		0x08
#define REG_SRC_ADDR		0x0c
#define REG_DST_ADDR		0x14
#define REG_SIZE		0x1c
#define REG_IRQ_TYPE		0x24
#define REG_IRQ_NUMBER		0x28
#define REG_FLAGS		0x2c

#define COMMAND_READ		BIT(3)
#define COMMAND_WRITE		BIT(4)
#define COMMAND_COPY		BIT(5)
#define STATUS_SUCCESS		(BIT(0) | BIT(2) | BIT(4))
#define IRQ_TYPE_MSI		1

#define TRAFFIC_SIZE		SZ_64K

/* What has been done since the module was loaded, by all devices. */
static ulong commands;
module_param(commands, ulong, 0444);
MODULE_PARM_DESC(commands, "commands that the function has carried out");

static ulong failures;
module_param(failures, ulong, 0444);
MODULE_PARM_DESC(failures, "commands that it has not");

struct traffic {
	struct pci_dev *pdev;
	void __iomem *bars[PCI_STD_NUM_BARS];
	size_t sizes[PCI_STD_NUM_BARS];
	void *memory;
	dma_addr_t address;
	struct completion done;
	struct task_struct *thread;
};

static irqreturn_t traffic_irq(int irq, void *data)
{
	struct traffic *traffic = data;

	complete(&traffic->done);
	return IRQ_HANDLED;
}

static void traffic_command(struct traffic *traffic, u32 command, bool dma)
{
	void __iomem *registers = traffic->bars[0];
	const u32 size = TRAFFIC_SIZE / 2;

	reinit_completion(&traffic->done);
	writel(lower_32_bits(traffic->address), registers + REG_SRC_ADDR);
	writel(upper_32_bits(traffic->address), registers + REG_SRC_ADDR + 4);
	writel(lower_32_bits(traffic->address + size),
	       registers + REG_DST_ADDR);
	writel(upper_32_bits(traffic->address + size),
	       registers + REG_DST_ADDR + 4);
	writel(size, registers + REG_SIZE);
	writel(IRQ_TYPE_MSI, registers + REG_IRQ_TYPE);
	writel(1, registers + REG_IRQ_NUMBER);
	writel(dma, registers + REG_FLAGS);
	writel(0, registers + REG_STATUS);
	writel(command, registers + REG_COMMAND);

	wait_for_completion_timeout(&traffic->done, msecs_to_jiffies(100));
	if (readl(registers + REG_STATUS) & STATUS_SUCCESS)
		commands++;
	else
		failures++;
}

static void traffic_bar(struct traffic *traffic, unsigned int bar)
{
	u8 chunk[256];
	size_t offset;

	for (offset = 0; offset < min(traffic->sizes[bar], SZ_16K);
	     offset += sizeof(chunk)) {
		size_t len = min(sizeof(chunk), traffic->sizes[bar] - offset);

		memset(chunk, offset, len);
		memcpy_toio(traffic->bars[bar] + offset, chunk, len);
		memcpy_fromio(chunk, traffic->bars[bar] + offset, len);
	}
}

static int traffic_thread(void *data)
{
	struct traffic *traffic = data;
	unsigned int bar;
	u32 id;

	while (!kthread_should_stop()) {
		traffic_command(traffic, COMMAND_READ, false);
		traffic_command(traffic, COMMAND_WRITE, true);
		traffic_command(traffic, COMMAND_WRITE, false);
		traffic_command(traffic, COMMAND_READ, true);
		traffic_command(traffic, COMMAND_COPY, false);
		for (bar = 1; bar < PCI_STD_NUM_BARS; bar++)
			if (traffic->bars[bar])
				traffic_bar(traffic, bar);
		pci_read_config_dword(traffic->pdev, PCI_VENDOR_ID, &id);
		cond_resched();
	}

	return 0;
}

static int traffic_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct traffic *traffic;
	unsigned int bar;
	int ret;

	traffic = devm_kzalloc(&pdev->dev, sizeof(*traffic), GFP_KERNEL);
	if (!traffic)
		return -ENOMEM;

	traffic->pdev = pdev;
	init_completion(&traffic->done);
	pci_set_drvdata(pdev, traffic);

	ret = pcim_enable_device(pdev);
	if (ret)
		return ret;

	for (bar = 0; bar < PCI_STD_NUM_BARS; bar++) {
		traffic->sizes[bar] = pci_resource_len(pdev, bar);
		if (traffic->sizes[bar])
			traffic->bars[bar] = pcim_iomap(pdev, bar, 0);
	}
	if (!traffic->bars[0])
		return -ENODEV;

	traffic->memory = dmam_alloc_coherent(&pdev->dev, TRAFFIC_SIZE,
					      &traffic->address, GFP_KERNEL);
	if (!traffic->memory)
		return -ENOMEM;

	pci_set_master(pdev);
	ret = pci_alloc_irq_vectors(pdev, 1, 1, PCI_IRQ_MSI);
	if (ret < 0)
		goto clear_master;

	ret = request_irq(pci_irq_vector(pdev, 0), traffic_irq, 0,
			  "host-traffic", traffic);
	if (ret)
		goto free_vectors;

	traffic->thread = kthread_run(traffic_thread, traffic, "host-traffic");
	if (!IS_ERR(traffic->thread))
		return 0;

	ret = PTR_ERR(traffic->thread);
	free_irq(pci_irq_vector(pdev, 0), traffic);
free_vectors:
	pci_free_irq_vectors(pdev);
clear_master:
	pci_clear_master(pdev);
	return ret;
}

static void traffic_remove(struct pci_dev *pdev)
{
	struct traffic *traffic = pci_get_drvdata(pdev);

	kthread_stop(traffic->thread);
	/* From here on the function must leave the memory alone. */
	pci_clear_master(pdev);
	free_irq(pci_irq_vector(pdev, 0), traffic);
	pci_free_irq_vectors(pdev);
}

static const struct pci_device_id traffic_ids[] = {
	{ PCI_DEVICE(0x104c, 0xb500) },
	{},
};
MODULE_DEVICE_TABLE(pci, traffic_ids);

static struct pci_driver traffic_driver = {
	.name = "host-traffic",
	.id_table = traffic_ids,
	.probe = traffic_probe,
	.remove = traffic_remove,
};
module_pci_driver(traffic_driver);

MODULE_DESCRIPTION("Host driver that never rests");
MODULE_AUTHOR("The epf-utils authors");
MODULE_LICENSE("GPL");
