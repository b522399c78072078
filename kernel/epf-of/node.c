// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * The node of a function: epf-devicetree(5). What is wrong with one is told
 * with its path and the property.
 */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/array_size.h>
#include <linux/cleanup.h>
#include <linux/errno.h>
#include <linux/printk.h>
#include <linux/string.h>

#include "epf-of.h"

#define MAX_MSI 32
#define MAX_MSIX 2048
#define MIN_BAR_SIZE 16

/**
 * epf_of_node_is_function() - whether a child of a controller is a function
 * @node: the child
 *
 * Return: true for function@NUMBER, and for any node with a function-name.
 */
bool epf_of_node_is_function(const struct device_node *node)
{
	return strstarts(kbasename(node->full_name), "function@") ||
	       of_property_present(node, "function-name");
}

/**
 * epf_of_node_has_functions() - whether a device's node is for us
 * @node: the node, or NULL
 *
 * Return: true when a child of it that is not disabled is a function.
 */
bool epf_of_node_has_functions(const struct device_node *node)
{
	for_each_available_child_of_node_scoped(node, child)
		if (epf_of_node_is_function(child))
			return true;

	return false;
}

/**
 * epf_of_node_fail() - say what is wrong with a node
 * @node: the node
 * @property: the property
 * @err: -errno
 * @format: what was found, and what was expected
 *
 * Return: @err.
 */
int epf_of_node_fail(const struct device_node *node, const char *property,
		     int err, const char *format, ...)
{
	struct va_format vaf = { .fmt = format };
	va_list args;

	va_start(args, format);
	vaf.va = &args;
	pr_err("%pOF: %s: %pV\n", node, property, &vaf);
	va_end(args);
	return err;
}

/**
 * epf_of_node_number() - read a property of one cell
 * @node: the node
 * @property: its name
 * @max: the largest number it can be
 * @required: whether it must be there
 * @value: set to the number; left alone where there is none
 *
 * Return: 0, or -EINVAL, as the log tells.
 */
int epf_of_node_number(const struct device_node *node, const char *property,
		       u32 max, bool required, u32 *value)
{
	u32 number;

	if (!of_property_present(node, property)) {
		if (!required)
			return 0;
		return epf_of_node_fail(node, property, -EINVAL,
					"found nothing, expected a number from 0 to %#x",
					max);
	}
	if (of_property_count_u32_elems(node, property) != 1 ||
	    of_property_read_u32(node, property, &number))
		return epf_of_node_fail(node, property, -EINVAL,
					"found no single cell, expected a number from 0 to %#x",
					max);
	if (number > max)
		return epf_of_node_fail(node, property, -EINVAL,
					"found %#x, expected a number from 0 to %#x",
					number, max);
	*value = number;
	return 0;
}

/**
 * epf_of_node_driver() - the endpoint function driver of a node
 * @node: the node
 * @driver: set to the name, which is the node's
 *
 * Return: 0, or -EINVAL, as the log tells.
 */
int epf_of_node_driver(const struct device_node *node, const char **driver)
{
	const char *name;

	/* A full stop ends the driver's part of the name of a device. */
	if (of_property_count_strings(node, "function-name") != 1 ||
	    of_property_read_string(node, "function-name", &name) || !*name ||
	    strpbrk(name, "./") || strlen(name) >= PCI_EPF_NAME_SIZE)
		return epf_of_node_fail(node, "function-name", -EINVAL,
					"expected the name of an endpoint function driver");
	*driver = name;
	return 0;
}

static const struct {
	const char *property;
	u32 max;	/* as large as the field */
	size_t offset;
} fields[] = {
	{ "vendor-id", U16_MAX, offsetof(struct pci_epf_header, vendorid) },
	{ "device-id", U16_MAX, offsetof(struct pci_epf_header, deviceid) },
	{ "subsystem-vendor-id", U16_MAX,
	  offsetof(struct pci_epf_header, subsys_vendor_id) },
	{ "subsystem-id", U16_MAX, offsetof(struct pci_epf_header, subsys_id) },
	{ "revision-id", U8_MAX, offsetof(struct pci_epf_header, revid) },
	{ "cache-line-size", U8_MAX,
	  offsetof(struct pci_epf_header, cache_line_size) },
};

static int read_field(const struct device_node *node, unsigned int i,
		      struct pci_epf_header *header)
{
	void *field = (void *)header + fields[i].offset;
	bool is_byte = fields[i].max == U8_MAX;
	u32 value = is_byte ? *(u8 *)field : *(u16 *)field;
	int ret;

	ret = epf_of_node_number(node, fields[i].property, fields[i].max,
				 false, &value);
	if (is_byte)
		*(u8 *)field = value;
	else
		*(u16 *)field = value;
	return ret;
}

static int read_class_code(const struct device_node *node,
			   struct pci_epf_header *header)
{
	u32 code = header->baseclass_code << 16 | header->subclass_code << 8 |
		   header->progif_code;
	int ret;

	ret = epf_of_node_number(node, "class-code", 0xffffff, false, &code);
	header->baseclass_code = code >> 16;
	header->subclass_code = code >> 8;
	header->progif_code = code;
	return ret;
}

static int read_pin(const struct device_node *interrupts,
		    struct pci_epf_header *header)
{
	static const char * const pins[] = { "none", "A", "B", "C", "D" };
	const char *name;
	int pin;

	if (!of_property_present(interrupts, "pin"))
		return 0;
	if (of_property_count_strings(interrupts, "pin") != 1 ||
	    of_property_read_string(interrupts, "pin", &name))
		name = "";
	pin = match_string(pins, ARRAY_SIZE(pins), name);
	if (pin < 0)
		return epf_of_node_fail(interrupts, "pin", -EINVAL,
					"found \"%s\", expected \"A\", \"B\", \"C\", \"D\" or \"none\"",
					name);
	header->interrupt_pin = pin;
	return 0;
}

static struct device_node *get_interrupts(const struct device_node *node)
{
	return of_get_child_by_name(node, "interrupts");
}

/**
 * epf_of_node_header() - what the host is to see of a function
 * @node: the function's node
 * @header: the driver's values; set to those that the node has
 *
 * Return: 0, or -EINVAL, as the log tells.
 */
int epf_of_node_header(const struct device_node *node,
		       struct pci_epf_header *header)
{
	struct device_node *interrupts __free(device_node) =
		get_interrupts(node);
	unsigned int i;
	int ret = 0;

	for (i = 0; i < ARRAY_SIZE(fields) && !ret; i++)
		ret = read_field(node, i, header);
	if (!ret)
		ret = read_class_code(node, header);
	if (!ret && interrupts)
		ret = read_pin(interrupts, header);
	return ret;
}

/**
 * epf_of_node_interrupts() - how many vectors a function has
 * @node: the function's node
 * @num_msi: set to the number of MSI vectors, if the node has interrupts
 * @num_msix: the same for MSI-X
 *
 * Return: 0, or -EINVAL, as the log tells.
 */
int epf_of_node_interrupts(const struct device_node *node, u8 *num_msi,
			   u16 *num_msix)
{
	struct device_node *interrupts __free(device_node) =
		get_interrupts(node);
	u32 msi = 0, msix = 0;
	int ret;

	if (!interrupts)
		return 0;

	ret = epf_of_node_number(interrupts, "msi", MAX_MSI, false, &msi);
	if (!ret)
		ret = epf_of_node_number(interrupts, "msix", MAX_MSIX, false,
					 &msix);
	if (ret)
		return ret;

	*num_msi = msi;
	*num_msix = msix;
	return 0;
}

/**
 * epf_of_node_check_bars() - compare a function's BARs with its node
 * @node: the function's node
 * @epf: the function, bound to its controller; NULL: look at the node alone
 *
 * Only the driver can choose the sizes, and drivers do so when they are bound.
 *
 * Return: 0, or -EINVAL, as the log tells.
 */
int epf_of_node_check_bars(const struct device_node *node,
			   const struct pci_epf *epf)
{
	static const char property[] = "bar-regions";
	int i, count;

	if (!of_property_present(node, property))
		return 0;
	count = of_property_count_u32_elems(node, property);
	if (count <= 0 || count % 3)
		return epf_of_node_fail(node, property, -EINVAL,
					"expected three cells a BAR: number, size in two");

	for (i = 0; i < count; i += 3) {
		u32 bar = 0, high = 0, low = 0;
		u64 size;

		of_property_read_u32_index(node, property, i, &bar);
		of_property_read_u32_index(node, property, i + 1, &high);
		of_property_read_u32_index(node, property, i + 2, &low);
		size = (u64)high << 32 | low;
		if (bar >= PCI_STD_NUM_BARS)
			return epf_of_node_fail(node, property, -EINVAL,
						"found BAR %u, expected 0 to %u",
						bar, PCI_STD_NUM_BARS - 1);
		if (size < MIN_BAR_SIZE || size & (size - 1))
			return epf_of_node_fail(node, property, -EINVAL,
						"BAR %u: found %llu bytes, expected a power of two from %u",
						bar, size, MIN_BAR_SIZE);
		if (epf && epf->bar[bar].size != size)
			return epf_of_node_fail(node, property, -EINVAL,
						"BAR %u: %s makes it %zu bytes, not %llu",
						bar, epf->name,
						epf->bar[bar].size, size);
	}
	return 0;
}
