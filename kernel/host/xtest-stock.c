// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * The ioctls of the kernel's test driver, with the return values of Linux 7.3.
 * Other than there, every wait has an end.
 */

#include <linux/bits.h>
#include <linux/cleanup.h>
#include <linux/crc32.h>
#include <linux/dma-mapping.h>
#include <linux/errno.h>
#include <linux/io.h>
#include <linux/jiffies.h>
#include <linux/random.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/wordpart.h>

#include "../compat/pcitest.h"
#include "../epf-xtest/stock.h"
#include "xtest-host.h"

#define IRQ_TIMEOUT_MS		1000
/* Of a transfer; and as much again for each MiB */
#define TRANSFER_TIMEOUT_MS	10000

static void __iomem *register_at(struct xtest_device *xtest, size_t offset)
{
	return xtest->bars[xtest->register_bar] + offset;
}

#define REGISTER(xtest, name) \
	register_at(xtest, offsetof(struct xtest_stock_registers, name))

static void write_address(void __iomem *reg, dma_addr_t addr)
{
	writel(lower_32_bits(addr), reg);
	writel(upper_32_bits(addr), reg + 4);
}

/**
 * xtest_stock_set_irq_type() - tell the endpoint how it may interrupt
 * @xtest: the function
 *
 * Context: any; under the lock.
 */
void xtest_stock_set_irq_type(struct xtest_device *xtest)
{
	writel(xtest->irq_type, REGISTER(xtest, irq_type));
}

/**
 * xtest_stock_run() - have a command done, and wait for its interrupt
 * @xtest: the function
 * @command: XTEST_STOCK_RAISE_INTX to _CLEAR_SUBRANGES; its operands are there
 * @vector: that is raised when it is done, from 1
 * @timeout_ms: for it
 *
 * Context: may sleep; under the lock.
 * Return: the status, -EINVAL without interrupts, or an error of
 *	xtest_wait_irq().
 */
int xtest_stock_run(struct xtest_device *xtest, u32 command,
		    unsigned int vector, unsigned int timeout_ms)
{
	unsigned long deadline = jiffies + msecs_to_jiffies(timeout_ms);
	unsigned int seen = atomic_read(&xtest->interrupts);
	u32 status;
	int ret;

	if (xtest->irq_type == PCITEST_IRQ_TYPE_UNDEFINED)
		return -EINVAL;

	xtest_stock_set_irq_type(xtest);
	writel(vector, REGISTER(xtest, irq_number));
	writel(0, REGISTER(xtest, status));
	writel(command, REGISTER(xtest, command));

	do {
		ret = xtest_wait_irq(xtest, seen, deadline);
		if (ret)
			goto stop;
		seen = atomic_read(&xtest->interrupts);
		status = readl(REGISTER(xtest, status));
	} while (!(status & XTEST_STOCK_IRQ_RAISED));

	/* A function that is gone answers with ones. */
	return status <= INT_MAX ? status : -ENODEV;

stop:
	writel(0, REGISTER(xtest, command));
	xtest_stop(xtest);
	return ret;
}

static int test_irq(struct xtest_device *xtest, int type, u32 command,
		    unsigned long vector)
{
	int irq;
	int ret;

	if (type != PCITEST_IRQ_TYPE_INTX) {
		if (!vector || vector > xtest->num_vectors)
			return -EINVAL;
		irq = pci_irq_vector(xtest->pdev, vector - 1);
	} else {
		irq = pci_irq_vector(xtest->pdev, 0);
	}
	if (xtest->irq_type != type)
		return -EINVAL;

	ret = xtest_stock_run(xtest, command, vector, IRQ_TIMEOUT_MS);
	if (ret < 0)
		return ret;

	return READ_ONCE(xtest->last_irq) == irq ? 0 : -EIO;
}

/* A buffer that the endpoint accesses. */
struct buffer {
	void *data;
	dma_addr_t addr;
	size_t size;
	enum dma_data_direction direction;
};

static int buffer_map(struct xtest_device *xtest, struct buffer *buffer,
		      size_t size, enum dma_data_direction direction)
{
	struct device *dev = &xtest->pdev->dev;

	buffer->size = size;
	buffer->direction = direction;
	buffer->data = kzalloc(size, GFP_KERNEL | __GFP_NOWARN);
	if (!buffer->data)
		return -ENOMEM;

	if (direction == DMA_TO_DEVICE)
		get_random_bytes(buffer->data, size);
	buffer->addr = dma_map_single(dev, buffer->data, size, direction);
	if (dma_mapping_error(dev, buffer->addr)) {
		kfree(buffer->data);
		buffer->data = NULL;
		return -ENOMEM;
	}

	return 0;
}

/* The CPU may look at it from now on. */
static void buffer_unmap(struct xtest_device *xtest, struct buffer *buffer)
{
	if (buffer->data)
		dma_unmap_single(&xtest->pdev->dev, buffer->addr, buffer->size,
				 buffer->direction);
}

static u32 buffer_crc(const struct buffer *buffer)
{
	return crc32_le(~0, buffer->data, buffer->size);
}

static int run_transfer(struct xtest_device *xtest, u32 command,
			const struct buffer *source,
			const struct buffer *destination,
			const struct pci_endpoint_test_xfer_param *param)
{
	unsigned int timeout_ms = TRANSFER_TIMEOUT_MS *
				  (1 + param->size / SZ_1M);

	if (source->data) {
		write_address(REGISTER(xtest, src_addr), source->addr);
		writel(buffer_crc(source), REGISTER(xtest, checksum));
	}
	if (destination->data)
		write_address(REGISTER(xtest, dst_addr), destination->addr);
	writel(param->size, REGISTER(xtest, size));
	writel(param->flags & PCITEST_FLAGS_USE_DMA ? XTEST_STOCK_USE_DMA : 0,
	       REGISTER(xtest, flags));
	return xtest_stock_run(xtest, command, 1, timeout_ms);
}

/* Its names are the host's: the endpoint reads what a write writes. */
static int test_transfer(struct xtest_device *xtest, unsigned int ioctl,
			 const void __user *arg)
{
	struct pci_endpoint_test_xfer_param param;
	struct buffer destination = {};
	struct buffer source = {};
	u32 command, ok;
	int ret = 0;

	if (copy_from_user(&param, arg, sizeof(param)))
		return -EFAULT;
	if (!param.size || xtest->irq_type == PCITEST_IRQ_TYPE_UNDEFINED)
		return -EINVAL;
	if (param.size > KMALLOC_MAX_SIZE)
		return -ENOMEM;

	if (ioctl == PCITEST_WRITE) {
		command = XTEST_STOCK_READ;
		ok = XTEST_STOCK_READ_OK;
	} else if (ioctl == PCITEST_READ) {
		command = XTEST_STOCK_WRITE;
		ok = XTEST_STOCK_WRITE_OK;
	} else {
		command = XTEST_STOCK_COPY;
		ok = XTEST_STOCK_COPY_OK;
	}

	if (ioctl != PCITEST_READ)
		ret = buffer_map(xtest, &source, param.size, DMA_TO_DEVICE);
	if (!ret && ioctl != PCITEST_WRITE)
		ret = buffer_map(xtest, &destination, param.size,
				 DMA_FROM_DEVICE);
	if (!ret)
		ret = run_transfer(xtest, command, &source, &destination,
				   &param);
	buffer_unmap(xtest, &destination);
	buffer_unmap(xtest, &source);

	if (ret >= 0)
		ret = ret & ok ? 0 : -EIO;
	if (!ret && ioctl == PCITEST_READ &&
	    buffer_crc(&destination) != readl(REGISTER(xtest, checksum)))
		ret = -EIO;
	if (!ret && ioctl == PCITEST_COPY &&
	    buffer_crc(&destination) != buffer_crc(&source))
		ret = -EIO;

	kfree(destination.data);
	kfree(source.data);
	return ret;
}

/**
 * xtest_stock_ioctl() - an ioctl of the kernel's test driver
 * @xtest: the function, ready
 * @command: the ioctl
 * @arg: its argument
 *
 * Context: a program's; under the lock.
 * Return: as that driver's of Linux 7.3; -ENOTTY for what is no ioctl.
 */
long xtest_stock_ioctl(struct xtest_device *xtest, unsigned int command,
		       unsigned long arg)
{
	switch (command) {
	case PCITEST_BAR:
		return xtest_bar_test(xtest, arg);
	case PCITEST_BARS:
		return xtest_bar_test_all(xtest);
	case PCITEST_INTX_IRQ:
		return test_irq(xtest, PCITEST_IRQ_TYPE_INTX,
				XTEST_STOCK_RAISE_INTX, 0);
	case PCITEST_MSI:
		return test_irq(xtest, PCITEST_IRQ_TYPE_MSI,
				XTEST_STOCK_RAISE_MSI, arg);
	case PCITEST_MSIX:
		return test_irq(xtest, PCITEST_IRQ_TYPE_MSIX,
				XTEST_STOCK_RAISE_MSIX, arg);
	case PCITEST_WRITE:
	case PCITEST_READ:
	case PCITEST_COPY:
		return test_transfer(xtest, command, (void __user *)arg);
	case PCITEST_SET_IRQTYPE:
		return xtest_set_irq_type(xtest, arg);
	case PCITEST_GET_IRQTYPE:
		return xtest->irq_type;
	case PCITEST_CLEAR_IRQ:
		xtest_clear_irqs(xtest);
		return 0;
	case PCITEST_DOORBELL:
		return xtest_bar_test_doorbell(xtest);
	case PCITEST_BAR_SUBRANGE:
		return xtest_bar_test_subranges(xtest, arg);
	default:
		return -ENOTTY;
	}
}
