// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include <stdint.h>
#include <string.h>

#include <libfdt.h>

#include "dtb.h"
#include "internal.h"

/* The rule is of_device_make_bus_id() in drivers/of/device.c of the kernel:
 * address and name of a node whose address a CPU can see, as
 * 2900000.pcie-ep, and otherwise all names from the root on, with colons. A
 * controller has the name of its device. */

static const fdt32_t *get_cells(const void *fdt, int node, const char *name,
				size_t *count)
{
	int length = 0;
	const fdt32_t *cells = fdt_getprop(fdt, node, name, &length);

	*count = cells ? length / sizeof(*cells) : 0;
	return cells;
}

static uint64_t read_number(const fdt32_t *cells, size_t count)
{
	uint64_t number = 0;

	for (size_t i = 0; i < count; i++)
		number = number << 32 | fdt32_ld(&cells[i]);
	return number;
}

/* How many cells an address or a size of a node's children has: inherited. */
static size_t count_cells(const void *fdt, int node, const char *name)
{
	const fdt32_t *cells;
	size_t count;

	for (; node >= 0; node = fdt_parent_offset(fdt, node)) {
		cells = get_cells(fdt, node, name, &count);
		if (count == 1)
			return fdt32_ld(cells);
	}
	return 1;
}

struct bus {
	int node;
	size_t address_cells;
	size_t size_cells;
};

/* False for one whose addresses are no numbers of at most 64 bits. */
static bool get_bus(const void *fdt, int node, struct bus *bus)
{
	bus->node = node;
	bus->address_cells = count_cells(fdt, node, "#address-cells");
	bus->size_cells = count_cells(fdt, node, "#size-cells");
	return (bus->address_cells == 1 || bus->address_cells == 2) &&
	       (bus->size_cells == 1 || bus->size_cells == 2);
}

/* From an address on a bus to one on the bus that it is on. */
static bool translate(const void *fdt, const struct bus *bus,
		      const struct bus *parent, uint64_t *address)
{
	size_t entry = bus->address_cells + parent->address_cells +
		       bus->size_cells;
	const fdt32_t *ranges;
	uint64_t start, size;
	size_t count;

	ranges = get_cells(fdt, bus->node, "ranges", &count);
	if (!ranges)
		return false;
	if (count == 0)
		return true;
	for (; count >= entry; count -= entry, ranges += entry) {
		start = read_number(ranges, bus->address_cells);
		size = read_number(ranges + entry - bus->size_cells,
				   bus->size_cells);
		if (*address < start || *address - start >= size)
			continue;
		*address = *address - start +
			   read_number(ranges + bus->address_cells,
				       parent->address_cells);
		return true;
	}
	return false;
}

static bool get_address(const void *fdt, int node, uint64_t *address)
{
	int parent = fdt_parent_offset(fdt, node);
	const fdt32_t *cells;
	struct bus bus, above;
	size_t count;

	cells = get_cells(fdt, node, "reg", &count);
	if (!cells || !get_bus(fdt, parent, &bus) ||
	    count < bus.address_cells)
		return false;
	*address = read_number(cells, bus.address_cells);
	for (; bus.node > 0; bus = above) {
		parent = fdt_parent_offset(fdt, bus.node);
		if (!get_bus(fdt, parent, &above) ||
		    !translate(fdt, &bus, &above, address))
			return false;
	}
	return true;
}

char *dtb_device_name(const void *fdt, int node)
{
	_cleanup_free_ char *rest = NULL;
	const char *name;
	uint64_t address;
	char *longer;

	for (; node > 0; node = fdt_parent_offset(fdt, node)) {
		name = fdt_get_name(fdt, node, NULL);
		if (get_address(fdt, node, &address))
			return string_format("%llx.%.*s%s%s",
					     (unsigned long long)address,
					     (int)strcspn(name, "@"), name,
					     rest ? ":" : "", rest ? rest : "");
		longer = string_format("%s%s%s", name, rest ? ":" : "",
				       rest ? rest : "");
		if (!longer)
			return NULL;
		free(rest);
		rest = longer;
	}
	longer = rest;
	rest = NULL;
	return longer;
}
