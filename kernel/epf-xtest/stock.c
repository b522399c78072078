// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * The commands of the kernel's test function, one at a time, so that its host
 * driver and its tools work on this one, too. Where that function says nothing
 * (DMA asked for and not to be had), this one says that it failed.
 */

#include <linux/crc32.h>
#include <linux/random.h>
#include <linux/slab.h>

#include "xtest.h"

/* What the host's driver can allocate in one piece is less. */
#define MAX_SIZE	SZ_16M

/* What the host wrote, read once. */
struct request {
	u32 command;
	u64 src_addr;
	u64 dst_addr;
	u32 size;
	u32 checksum;
	u32 irq_type;
	u32 irq_number;
	u32 flags;
};

/**
 * xtest_stock_size() - room for the registers
 *
 * Return: bytes, up to where the MSI-X table is.
 */
size_t xtest_stock_size(void)
{
	return ALIGN(sizeof(struct xtest_stock_registers), 128);
}

/**
 * xtest_stock_init() - make the registers
 * @xtest: the function; its register BAR has memory
 */
void xtest_stock_init(struct xtest *xtest)
{
	const struct pci_epc_features *features = xtest->features;
	u32 caps = XTEST_STOCK_CAP_UNALIGNED;
	enum pci_barno bar;

	if (features->msi_capable)
		caps |= XTEST_STOCK_CAP_MSI;
	if (features->msix_capable)
		caps |= XTEST_STOCK_CAP_MSIX;
	if (compat_has_intx(features))
		caps |= XTEST_STOCK_CAP_INTX;
	if (compat_has_dynamic_inbound(features))
		caps |= XTEST_STOCK_CAP_DYNAMIC_INBOUND;
	if (compat_has_subranges(features))
		caps |= XTEST_STOCK_CAP_SUBRANGES;
	for (bar = 0; bar < PCI_STD_NUM_BARS; bar++)
		if (features->bar[bar].type == BAR_RESERVED)
			caps |= XTEST_STOCK_CAP_BAR0_RESERVED << bar;

	xtest->stock = xtest->bars[xtest->register_bar];
	memset(xtest->stock, 0, sizeof(*xtest->stock));
	xtest->stock->caps = cpu_to_le32(caps);
	xtest->stock->doorbell_bar = cpu_to_le32(NO_BAR);
}

static int move(struct xtest *xtest, const struct request *request,
		enum epf_direction direction, u64 pci_addr, void *buf)
{
	struct epf_segment segment = {
		.pci_addr = pci_addr,
		.buf = buf,
		.len = request->size,
	};
	struct epf_transfer transfer = {
		.segments = &segment,
		.num_segments = 1,
		.direction = direction,
		.engine = request->flags & XTEST_STOCK_USE_DMA ?
			  EPF_ENGINE_DMA : EPF_ENGINE_CPU,
	};

	return epf_transfer_run(xtest->outbound.transfers, &transfer);
}

static u32 stock_read(struct xtest *xtest, const struct request *request,
		      void *buf)
{
	if (move(xtest, request, EPF_FROM_HOST, request->src_addr, buf))
		return XTEST_STOCK_READ_FAIL | XTEST_STOCK_SRC_INVALID;
	if (crc32_le(~0, buf, request->size) != request->checksum)
		return XTEST_STOCK_READ_FAIL;

	return XTEST_STOCK_READ_OK;
}

static u32 stock_write(struct xtest *xtest, const struct request *request,
		       void *buf)
{
	get_random_bytes(buf, request->size);
	xtest->stock->checksum =
		cpu_to_le32(crc32_le(~0, buf, request->size));
	if (move(xtest, request, EPF_TO_HOST, request->dst_addr, buf))
		return XTEST_STOCK_WRITE_FAIL | XTEST_STOCK_DST_INVALID;

	return XTEST_STOCK_WRITE_OK;
}

static u32 stock_copy(struct xtest *xtest, const struct request *request,
		      void *buf)
{
	if (move(xtest, request, EPF_FROM_HOST, request->src_addr, buf))
		return XTEST_STOCK_COPY_FAIL | XTEST_STOCK_SRC_INVALID;
	if (move(xtest, request, EPF_TO_HOST, request->dst_addr, buf))
		return XTEST_STOCK_COPY_FAIL | XTEST_STOCK_DST_INVALID;

	return XTEST_STOCK_COPY_OK;
}

static u32 stock_transfer(struct xtest *xtest, const struct request *request)
{
	static const struct {
		u32 command;
		u32 fail;
		u32 (*run)(struct xtest *xtest, const struct request *request,
			   void *buf);
	} transfers[] = {
		{ XTEST_STOCK_READ, XTEST_STOCK_READ_FAIL, stock_read },
		{ XTEST_STOCK_WRITE, XTEST_STOCK_WRITE_FAIL, stock_write },
		{ XTEST_STOCK_COPY, XTEST_STOCK_COPY_FAIL, stock_copy },
	};
	unsigned int i;
	u32 status = 0;
	void *buf;

	for (i = 0; i < ARRAY_SIZE(transfers); i++) {
		if (request->command != transfers[i].command)
			continue;
		if (!request->size || request->size > MAX_SIZE)
			return transfers[i].fail;

		buf = kmalloc(request->size, GFP_KERNEL | __GFP_NOWARN);
		status = buf ? transfers[i].run(xtest, request, buf) :
			       transfers[i].fail;
		kfree(buf);
	}

	return status;
}

static u32 enable_doorbell(struct xtest *xtest)
{
	const struct xtest_doorbell *doorbell = &xtest->doorbell;
	struct xtest_stock_registers *stock = xtest->stock;

	if (xtest_doorbell_enable(xtest, XTEST_DOORBELL_STOCK))
		return XTEST_STOCK_ENABLE_DOORBELL_FAIL;

	stock->doorbell_bar = cpu_to_le32(doorbell->bell.barno);
	stock->doorbell_offset = cpu_to_le32(doorbell->bell.offset);
	stock->doorbell_data = cpu_to_le32(doorbell->bell.data);
	return XTEST_STOCK_ENABLE_DOORBELL_OK;
}

static u32 disable_doorbell(struct xtest *xtest)
{
	xtest->stock->doorbell_bar = cpu_to_le32(NO_BAR);
	return xtest_doorbell_disable(xtest, XTEST_DOORBELL_STOCK) ?
	       XTEST_STOCK_DISABLE_DOORBELL_FAIL :
	       XTEST_STOCK_DISABLE_DOORBELL_OK;
}

static u32 set_subranges(struct xtest *xtest, u32 barno)
{
	int ret = xtest_subranges_set(xtest, barno);

	if (ret == -ENOSPC)
		return XTEST_STOCK_SET_SUBRANGES_FAIL | XTEST_STOCK_NO_RESOURCE;
	return ret ? XTEST_STOCK_SET_SUBRANGES_FAIL :
		     XTEST_STOCK_SET_SUBRANGES_OK;
}

/* Of the commands that only raise an interrupt, nothing is told. */
static u32 stock_run(struct xtest *xtest, const struct request *request)
{
	switch (request->command) {
	case XTEST_STOCK_ENABLE_DOORBELL:
		return enable_doorbell(xtest);
	case XTEST_STOCK_DISABLE_DOORBELL:
		return disable_doorbell(xtest);
	case XTEST_STOCK_SET_SUBRANGES:
		return set_subranges(xtest, request->size);
	case XTEST_STOCK_CLEAR_SUBRANGES:
		return xtest_subranges_clear(xtest, request->size) ?
		       XTEST_STOCK_CLEAR_SUBRANGES_FAIL :
		       XTEST_STOCK_CLEAR_SUBRANGES_OK;
	default:
		return stock_transfer(xtest, request);
	}
}

static void stock_fetch(struct xtest *xtest, struct request *request)
{
	struct xtest_stock_registers *stock = xtest->stock;

	/* The host writes the command last. */
	dma_rmb();
	*request = (struct request) {
		.command = request->command,
		.src_addr = le64_to_cpu(stock->src_addr),
		.dst_addr = le64_to_cpu(stock->dst_addr),
		.size = le32_to_cpu(stock->size),
		.checksum = le32_to_cpu(stock->checksum),
		.irq_type = le32_to_cpu(stock->irq_type),
		.irq_number = le32_to_cpu(stock->irq_number),
		.flags = le32_to_cpu(stock->flags),
	};
	WRITE_ONCE(stock->command, 0);
	WRITE_ONCE(stock->status, 0);
}

/* The host reads the status when the interrupt comes. */
static void stock_end(struct xtest *xtest, u32 status, u32 irq_type,
		      u32 irq_number)
{
	WRITE_ONCE(xtest->stock->status,
		   cpu_to_le32(status | XTEST_STOCK_IRQ_RAISED));
	dma_wmb();
	xtest_raise_irq(xtest, irq_type, irq_number);
}

static void stock_rung(struct xtest *xtest)
{
	const struct xtest_stock_registers *stock = xtest->stock;

	stock_end(xtest, XTEST_STOCK_DOORBELL_OK,
		  le32_to_cpu(READ_ONCE(stock->irq_type)),
		  le32_to_cpu(READ_ONCE(stock->irq_number)));
}

/**
 * xtest_stock_poll() - look for a command, and do it
 * @xtest: the function
 *
 * Context: the function's thread.
 * Return: whether there was one.
 */
bool xtest_stock_poll(struct xtest *xtest)
{
	struct request request = {
		.command = le32_to_cpu(READ_ONCE(xtest->stock->command)),
	};

	if (xtest->doorbell.user == XTEST_DOORBELL_STOCK &&
	    xtest_doorbell_take(xtest)) {
		stock_rung(xtest);
		return true;
	}
	if (!request.command)
		return false;

	stock_fetch(xtest, &request);
	if (request.command > XTEST_STOCK_CLEAR_SUBRANGES) {
		dev_warn_ratelimited(&xtest->epf->dev,
				     "the host wants command %#x, which there is not\n",
				     request.command);
		return true;
	}

	stock_end(xtest, stock_run(xtest, &request), request.irq_type,
		  request.irq_number);
	return true;
}
