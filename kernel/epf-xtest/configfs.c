// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * pci_ep/functions/pci_epf_xtest/NAME/pci_epf_xtest.N/
 *	barN_size	bytes, a power of two; as long as it is not bound
 *	depth		slots of the rings; as long as it is not bound
 *	max_segments	of a command; as long as it is not bound
 *	poll_us		between two looks; as long as it is not bound
 *	outbound/	see epf-core/outbound.c
 */

#include <linux/cleanup.h>
#include <linux/kstrtox.h>
#include <linux/log2.h>
#include <linux/module.h>
#include <linux/sizes.h>
#include <linux/sysfs.h>

#include "xtest.h"

/**
 * xtest_settings_init() - what holds until the user says something else
 * @settings: filled
 */
void xtest_settings_init(struct xtest_settings *settings)
{
	enum pci_barno bar;

	*settings = (struct xtest_settings) {
		.depth = 32,
		.max_segments = XTEST_MAX_SEGMENTS,
		.poll_us = 100,
	};
	/* As the kernel's test function */
	for (bar = 0; bar < PCI_STD_NUM_BARS; bar++)
		settings->bar_size[bar] = bar == BAR_5 ? SZ_1M : SZ_128K;
}

static struct xtest *to_xtest(struct config_item *item)
{
	return container_of(to_config_group(item), struct xtest, group);
}

/* A number of struct xtest_settings, from 1. */
struct number {
	size_t offset;
	unsigned int max;
	bool power_of_two;
};

static ssize_t show_number(struct config_item *item, char *page,
			   const struct number *number)
{
	struct xtest *xtest = to_xtest(item);
	const void *settings = &xtest->settings;

	guard(mutex)(&xtest->settings_lock);
	return sysfs_emit(page, "%u\n",
			  *(const unsigned int *)(settings + number->offset));
}

static ssize_t store_number(struct config_item *item, const char *page,
			    size_t count, const struct number *number)
{
	struct xtest *xtest = to_xtest(item);
	void *settings = &xtest->settings;
	unsigned int value;
	int ret;

	ret = kstrtouint(page, 0, &value);
	if (ret)
		return ret;
	if (!value || value > number->max)
		return -ERANGE;
	if (number->power_of_two && !is_power_of_2(value))
		return -EINVAL;

	guard(mutex)(&xtest->settings_lock);
	if (xtest->bound)
		return -EBUSY;

	*(unsigned int *)(settings + number->offset) = value;
	return count;
}

/* _at: the number in a structure at address 0 */
#define SETTINGS	((struct xtest_settings *)0)

#define XTEST_NUMBER(_name, _at, _max, _power_of_two)			\
static const struct number xtest_##_name = {				\
	.offset = (size_t)(_at),					\
	.max = _max,							\
	.power_of_two = _power_of_two,					\
};									\
static ssize_t xtest_##_name##_show(struct config_item *item, char *page) \
{									\
	return show_number(item, page, &xtest_##_name);			\
}									\
static ssize_t xtest_##_name##_store(struct config_item *item,		\
				     const char *page, size_t count)	\
{									\
	return store_number(item, page, count, &xtest_##_name);		\
}									\
CONFIGFS_ATTR(xtest_, _name)

XTEST_NUMBER(bar0_size, &SETTINGS->bar_size[BAR_0], SZ_1G, true);
XTEST_NUMBER(bar1_size, &SETTINGS->bar_size[BAR_1], SZ_1G, true);
XTEST_NUMBER(bar2_size, &SETTINGS->bar_size[BAR_2], SZ_1G, true);
XTEST_NUMBER(bar3_size, &SETTINGS->bar_size[BAR_3], SZ_1G, true);
XTEST_NUMBER(bar4_size, &SETTINGS->bar_size[BAR_4], SZ_1G, true);
XTEST_NUMBER(bar5_size, &SETTINGS->bar_size[BAR_5], SZ_1G, true);
XTEST_NUMBER(depth, &SETTINGS->depth, XTEST_MAX_DEPTH, true);
XTEST_NUMBER(max_segments, &SETTINGS->max_segments, XTEST_MAX_SEGMENTS,
	     false);
XTEST_NUMBER(poll_us, &SETTINGS->poll_us, USEC_PER_SEC, false);

static struct configfs_attribute *xtest_attrs[] = {
	&xtest_attr_bar0_size,
	&xtest_attr_bar1_size,
	&xtest_attr_bar2_size,
	&xtest_attr_bar3_size,
	&xtest_attr_bar4_size,
	&xtest_attr_bar5_size,
	&xtest_attr_depth,
	&xtest_attr_max_segments,
	&xtest_attr_poll_us,
	NULL,
};

const struct config_item_type xtest_group_type = {
	.ct_attrs = xtest_attrs,
	.ct_owner = THIS_MODULE,
};
