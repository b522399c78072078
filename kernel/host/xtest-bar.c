// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * Tests of BARs, as the kernel's test driver has them: their memory, the ranges
 * that they can be made of, and the doorbell in one.
 */

#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/io.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "../compat/pcitest.h"
#include "../epf-xtest/stock.h"
#include "xtest-host.h"

#define COMMAND_TIMEOUT_MS	1000

/* A BAR is compared in pieces of it, in memory that there always is. */
#define PIECE			256

/* No place of a BAR has the same as another of any. */
static void fill_piece(__le32 *piece, int bar, size_t offset)
{
	size_t i;

	for (i = 0; i < PIECE / sizeof(*piece); i++)
		piece[i] = cpu_to_le32(bar << 29 |
				       (offset / sizeof(*piece) + i));
}

/* Only the word of the register BAR that means nothing. */
static size_t bar_test_size(struct xtest_device *xtest, int bar)
{
	if (bar == xtest->register_bar)
		return sizeof(__le32);

	return pci_resource_len(xtest->pdev, bar);
}

static void write_bar(struct xtest_device *xtest, int bar)
{
	size_t size = bar_test_size(xtest, bar);
	__le32 piece[PIECE / sizeof(__le32)];
	size_t offset;

	for (offset = 0; offset < size; offset += PIECE) {
		fill_piece(piece, bar, offset);
		memcpy_toio(xtest->bars[bar] + offset, piece,
			    min_t(size_t, size - offset, PIECE));
		cond_resched();
	}
}

static int compare_bar(struct xtest_device *xtest, int bar)
{
	size_t size = bar_test_size(xtest, bar);
	__le32 piece[PIECE / sizeof(__le32)];
	u8 read[PIECE];
	size_t offset;

	for (offset = 0; offset < size; offset += PIECE) {
		size_t len = min_t(size_t, size - offset, PIECE);

		fill_piece(piece, bar, offset);
		memcpy_fromio(read, xtest->bars[bar] + offset, len);
		if (memcmp(piece, read, len))
			return -EIO;
		cond_resched();
	}

	return 0;
}

static bool bar_is_reserved(const struct xtest_device *xtest, int bar)
{
	return xtest->stock_caps & XTEST_STOCK_CAP_BAR0_RESERVED << bar;
}

/* Those of @bars that there are: write all, then read all. */
static int test_bars(struct xtest_device *xtest, unsigned long bars)
{
	int bar;
	int ret;

	for_each_set_bit(bar, &bars, PCI_STD_NUM_BARS)
		write_bar(xtest, bar);
	for_each_set_bit(bar, &bars, PCI_STD_NUM_BARS) {
		ret = compare_bar(xtest, bar);
		if (ret)
			return ret;
	}

	return 0;
}

static int check_bar(const struct xtest_device *xtest, unsigned long bar)
{
	if (bar >= PCI_STD_NUM_BARS)
		return -EINVAL;
	if (bar_is_reserved(xtest, bar))
		return -ENOBUFS;
	if (!pci_resource_len(xtest->pdev, bar))
		return -ENODATA;

	return xtest->bars[bar] ? 0 : -ENOMEM;
}

/**
 * xtest_bar_test() - write a BAR, and read it
 * @xtest: the function
 * @bar: which
 *
 * Context: may sleep; under the lock.
 * Return: 0, -EIO where something else is read, -EINVAL for what is no BAR,
 *	-ENOBUFS for one that is the controller's, -ENODATA for one that is not
 *	there, -ENOMEM for one that could not be mapped.
 */
int xtest_bar_test(struct xtest_device *xtest, unsigned long bar)
{
	int ret = check_bar(xtest, bar);

	return ret ?: test_bars(xtest, BIT(bar));
}

/**
 * xtest_bar_test_all() - write all BARs, and read them
 * @xtest: the function
 *
 * Context: may sleep; under the lock.
 * Return: 0, or -EIO where something else is read.
 */
int xtest_bar_test_all(struct xtest_device *xtest)
{
	unsigned long bars = 0;
	int bar;

	for (bar = 0; bar < PCI_STD_NUM_BARS; bar++)
		if (xtest->bars[bar] && !bar_is_reserved(xtest, bar))
			bars |= BIT(bar);

	return test_bars(xtest, bars);
}

static int run_on_bar(struct xtest_device *xtest, u32 command, int bar, u32 ok)
{
	struct xtest_stock_registers __iomem *stock =
		xtest->bars[xtest->register_bar];
	int ret;

	writel(bar, &stock->size);
	ret = xtest_stock_run(xtest, command, 1, COMMAND_TIMEOUT_MS);
	if (ret < 0)
		return ret;
	if (ret & XTEST_STOCK_NO_RESOURCE)
		return -ENOSPC;

	return ret & ok ? 0 : -EIO;
}

/* Whether @size bytes from @offset on are all @byte. */
static int compare_byte(void __iomem *bar, size_t offset, size_t size, u8 byte)
{
	size_t end = offset + size;
	u8 read[PIECE];

	for (; offset < end; offset += PIECE) {
		size_t len = min_t(size_t, end - offset, PIECE);

		memcpy_fromio(read, bar + offset, len);
		if (memchr_inv(read, byte, len))
			return -EIO;
		cond_resched();
	}

	return 0;
}

/* The endpoint has filled them; then they take what is written. */
static int compare_subranges(struct xtest_device *xtest, int bar)
{
	size_t size = pci_resource_len(xtest->pdev, bar) /
		      XTEST_STOCK_NUM_SUBRANGES;
	void __iomem *memory = xtest->bars[bar];
	unsigned int i;
	int ret = 0;

	for (i = 0; i < XTEST_STOCK_NUM_SUBRANGES && !ret; i++)
		ret = compare_byte(memory, i * size, size,
				   xtest_stock_subrange_byte(bar, i));
	for (i = 0; i < XTEST_STOCK_NUM_SUBRANGES; i++)
		memset_io(memory + i * size, ~xtest_stock_subrange_byte(bar, i),
			  size);
	for (i = 0; i < XTEST_STOCK_NUM_SUBRANGES && !ret; i++)
		ret = compare_byte(memory, i * size, size,
				   ~xtest_stock_subrange_byte(bar, i));

	return ret;
}

/**
 * xtest_bar_test_subranges() - have a BAR cut into ranges, and look at them
 * @xtest: the function
 * @bar: which
 *
 * Context: may sleep; under the lock.
 * Return: 0, -EIO where something else is read or the endpoint cannot,
 *	-EOPNOTSUPP where it says so, -ENOSPC where it has no more ranges, -EBUSY
 *	for the BAR of the registers, or an error of xtest_stock_run(), or one
 *	as xtest_bar_test().
 */
int xtest_bar_test_subranges(struct xtest_device *xtest, unsigned long bar)
{
	int ret, cleared;

	if (!(xtest->stock_caps & XTEST_STOCK_CAP_SUBRANGES))
		return -EOPNOTSUPP;
	ret = check_bar(xtest, bar);
	if (ret)
		return ret;
	if (bar == xtest->register_bar)
		return -EBUSY;

	ret = run_on_bar(xtest, XTEST_STOCK_SET_SUBRANGES, bar,
			 XTEST_STOCK_SET_SUBRANGES_OK);
	if (ret)
		return ret;

	ret = compare_subranges(xtest, bar);
	cleared = run_on_bar(xtest, XTEST_STOCK_CLEAR_SUBRANGES, bar,
			     XTEST_STOCK_CLEAR_SUBRANGES_OK);
	return ret ?: cleared;
}

/* It is told as a command is, although it is none. */
static int ring_doorbell(struct xtest_device *xtest)
{
	struct xtest_stock_registers __iomem *stock =
		xtest->bars[xtest->register_bar];
	u32 offset = readl(&stock->doorbell_offset);
	u32 bar = readl(&stock->doorbell_bar);
	unsigned int seen;
	int ret;

	if (bar >= PCI_STD_NUM_BARS || !xtest->bars[bar] ||
	    !IS_ALIGNED(offset, sizeof(u32)) ||
	    offset >= pci_resource_len(xtest->pdev, bar))
		return -EPROTO;

	writel(0, &stock->status);
	seen = atomic_read(&xtest->interrupts);
	writel(readl(&stock->doorbell_data), xtest->bars[bar] + offset);
	ret = xtest_wait_irq(xtest, seen,
			     jiffies + msecs_to_jiffies(COMMAND_TIMEOUT_MS));
	if (ret)
		return ret;

	return readl(&stock->status) & XTEST_STOCK_DOORBELL_OK ? 0 : -EIO;
}

/**
 * xtest_bar_test_doorbell() - have the doorbell put into a BAR, and ring it
 * @xtest: the function
 *
 * Context: may sleep; under the lock.
 * Return: 0, -EOPNOTSUPP where the endpoint says that it has none, -EIO where it
 *	cannot, or does not hear it, -EPROTO where there is no such BAR, or an
 *	error of xtest_stock_run().
 */
int xtest_bar_test_doorbell(struct xtest_device *xtest)
{
	int ret, disabled;

	if (!(xtest->stock_caps & XTEST_STOCK_CAP_DYNAMIC_INBOUND))
		return -EOPNOTSUPP;

	ret = run_on_bar(xtest, XTEST_STOCK_ENABLE_DOORBELL, 0,
			 XTEST_STOCK_ENABLE_DOORBELL_OK);
	if (ret)
		return ret;

	ret = ring_doorbell(xtest);
	disabled = run_on_bar(xtest, XTEST_STOCK_DISABLE_DOORBELL, 0,
			      XTEST_STOCK_DISABLE_DOORBELL_OK);
	return ret ?: disabled;
}
