// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * A BAR in several ranges: its memory, cut into pieces which the host sees in
 * the opposite order, as with the kernel's test function.
 */

#include <linux/errno.h>
#include <linux/string.h>

#include "xtest.h"

static unsigned int place_in_memory(unsigned int range)
{
	return XTEST_STOCK_NUM_SUBRANGES - 1 - range;
}

static bool may_be_cut(const struct xtest *xtest, u32 barno)
{
	return compat_has_subranges(xtest->features) &&
	       barno < PCI_STD_NUM_BARS && xtest->bars[barno] &&
	       barno != xtest->register_bar &&
	       /* Its memory is not what the host sees there. */
	       (!xtest->doorbell.user || barno != xtest->doorbell.bell.barno);
}

static unsigned int count_ranges(const struct pci_epf_bar *bar)
{
	const struct pci_epf_bar_submap *ranges;

	return compat_bar_submap(bar, &ranges);
}

/* Put ranges behind a BAR, or its memory in one: 0. */
static int set_ranges(struct xtest *xtest, struct pci_epf_bar *bar,
		      unsigned int count)
{
	struct pci_epf_bar_submap *ranges = xtest->ranges[bar->barno];
	unsigned int old_count = count_ranges(bar);
	struct pci_epf *epf = xtest->epf;
	int ret;

	ret = compat_bar_set_submap(bar, count ? ranges : NULL, count);
	if (ret)
		return ret;

	ret = pci_epc_set_bar(epf->epc, epf->func_no, epf->vfunc_no, bar);
	if (!ret)
		return 0;

	/* What the controller has now is not known. */
	compat_bar_set_submap(bar, old_count ? ranges : NULL, old_count);
	if (pci_epc_set_bar(epf->epc, epf->func_no, epf->vfunc_no, bar))
		dev_err(&epf->dev, "BAR%d: as it was it cannot be set again\n",
			bar->barno);
	return ret;
}

static void fill_ranges(const struct xtest *xtest, u32 barno, size_t size)
{
	unsigned int i;

	for (i = 0; i < XTEST_STOCK_NUM_SUBRANGES; i++)
		memset(xtest->bars[barno] + place_in_memory(i) * size,
		       xtest_stock_subrange_byte(barno, i), size);
}

/**
 * xtest_subranges_set() - cut a BAR into ranges
 * @xtest: the function
 * @barno: the BAR, from the host
 *
 * Context: the function's thread.
 * Return: 0, -EINVAL for a BAR that cannot be cut, or an error of the controller;
 *	of that -ENOSPC tells that it has no more ranges.
 */
int xtest_subranges_set(struct xtest *xtest, u32 barno)
{
	struct pci_epf_bar_submap *ranges;
	struct pci_epf_bar *bar;
	size_t size;
	unsigned int i;
	int ret;

	if (!may_be_cut(xtest, barno))
		return -EINVAL;

	bar = &xtest->epf->bar[barno];
	size = bar->size / XTEST_STOCK_NUM_SUBRANGES;
	ranges = xtest->ranges[barno];
	for (i = 0; i < XTEST_STOCK_NUM_SUBRANGES; i++) {
		ranges[i].phys_addr = bar->phys_addr +
				      place_in_memory(i) * size;
		ranges[i].size = size;
	}

	ret = set_ranges(xtest, bar, XTEST_STOCK_NUM_SUBRANGES);
	if (!ret)
		fill_ranges(xtest, barno, size);
	return ret;
}

/**
 * xtest_subranges_clear() - make a BAR one again
 * @xtest: the function
 * @barno: the BAR, from the host
 *
 * Context: the function's thread.
 * Return: 0, -EINVAL for a BAR that has no ranges, or an error of the
 *	controller.
 */
int xtest_subranges_clear(struct xtest *xtest, u32 barno)
{
	if (!may_be_cut(xtest, barno) ||
	    !count_ranges(&xtest->epf->bar[barno]))
		return -EINVAL;

	return set_ranges(xtest, &xtest->epf->bar[barno], 0);
}

/**
 * xtest_subranges_release() - make all BARs one again
 * @xtest: the function; its thread has ended
 *
 * Context: may sleep.
 */
void xtest_subranges_release(struct xtest *xtest)
{
	struct pci_epf *epf = xtest->epf;
	enum pci_barno bar;

	for (bar = 0; bar < PCI_STD_NUM_BARS; bar++) {
		if (!count_ranges(&epf->bar[bar]))
			continue;

		compat_bar_set_submap(&epf->bar[bar], NULL, 0);
		if (pci_epc_set_bar(epf->epc, epf->func_no, epf->vfunc_no,
				    &epf->bar[bar]))
			dev_err(&epf->dev, "BAR%d: its ranges stay\n", bar);
	}
}
