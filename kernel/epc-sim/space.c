// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * The physical addresses of the simulation. I/O memory is emulated by
 * lib/logic_iomem.c, which calls back for every access; its regions can be
 * added but not removed, so each kind of memory is one region for all
 * instances, cut into slots of equal size:
 *
 *   memory32   32-bit BARs, as the host sees them
 *   memory64   64-bit prefetchable BARs, as the host sees them
 *   outbound   windows to the host's memory, as the endpoint sees them
 */

#include <linux/cleanup.h>
#include <linux/err.h>
#include <linux/io.h>
#include <linux/logic_iomem.h>
#include <linux/minmax.h>
#include <linux/platform_device.h>
#include <linux/rcupdate.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "epc-sim.h"

#define MEMORY32_SLOT	SZ_128M
#define MEMORY64_SLOT	SZ_4G

static struct resource memory32 =
	DEFINE_RES_MEM_NAMED(0x80000000ULL,
			     EPC_SIM_MAX_SIMS * (u64)MEMORY32_SLOT,
			     "pci-epc-sim memory32");
static struct resource memory64 =
	DEFINE_RES_MEM_NAMED(0x1000000000ULL, EPC_SIM_MAX_SIMS * MEMORY64_SLOT,
			     "pci-epc-sim memory64");
static struct resource outbound =
	DEFINE_RES_MEM_NAMED(0x2000000000ULL, EPC_SIM_MAX_SIMS * EPC_SIM_OUTBOUND_SIZE,
			     "pci-epc-sim outbound");

/* The registers of controllers, after all BARs. */
#define REGISTERS_BASE	0x1800000000ULL

/*
 * Where writes are interrupts: outside of memory, as on x86. A page for each
 * instance.
 */
#define MSI_BASE	0xfee00000ULL

/* Protects @sims, which instance has which slot, from changes. */
static DEFINE_SPINLOCK(sims_lock);
static struct epc_sim __rcu *sims[EPC_SIM_MAX_SIMS];

/* One ioremap() of emulated memory. */
struct mapping {
	struct epc_sim *sim;
	u64 base;
	void (*read)(struct epc_sim *sim, u64 addr, void *buf, size_t len);
	void (*write)(struct epc_sim *sim, u64 addr, const void *buf,
		      size_t len);
};

static unsigned long space_read(void *priv, unsigned int offset, int size)
{
	struct mapping *mapping = priv;
	union {
		u8 b;
		u16 w;
		u32 l;
		u64 q;
	} value;

	mapping->read(mapping->sim, mapping->base + offset, &value, size);

	switch (size) {
	case 1:
		return value.b;
	case 2:
		return value.w;
	case 4:
		return value.l;
	default:
		return value.q;
	}
}

static void space_write(void *priv, unsigned int offset, int size,
			unsigned long val)
{
	struct mapping *mapping = priv;
	u64 addr = mapping->base + offset;
	u8 b = val;
	u16 w = val;
	u32 l = val;
	u64 q = val;

	switch (size) {
	case 1:
		mapping->write(mapping->sim, addr, &b, size);
		break;
	case 2:
		mapping->write(mapping->sim, addr, &w, size);
		break;
	case 4:
		mapping->write(mapping->sim, addr, &l, size);
		break;
	default:
		mapping->write(mapping->sim, addr, &q, size);
		break;
	}
}

static void space_copy_from(void *priv, void *buffer, unsigned int offset,
			    int size)
{
	struct mapping *mapping = priv;

	mapping->read(mapping->sim, mapping->base + offset, buffer, size);
}

static void space_copy_to(void *priv, unsigned int offset, const void *buffer,
			  int size)
{
	struct mapping *mapping = priv;

	mapping->write(mapping->sim, mapping->base + offset, buffer, size);
}

static void space_set(void *priv, unsigned int offset, u8 value, int size)
{
	struct mapping *mapping = priv;
	u8 chunk[64];
	int done, len;

	memset(chunk, value, sizeof(chunk));
	for (done = 0; done < size; done += len) {
		len = min_t(int, size - done, sizeof(chunk));
		mapping->write(mapping->sim, mapping->base + offset + done,
			       chunk, len);
	}
}

static void space_unmap(void *priv)
{
	struct mapping *mapping = priv;

	epc_sim_put(mapping->sim);
	kfree(mapping);
}

static const struct logic_iomem_ops space_ops = {
	.read = space_read,
	.write = space_write,
	.set = space_set,
	.copy_from = space_copy_from,
	.copy_to = space_copy_to,
	.unmap = space_unmap,
};

/*
 * Start a mapping. The instance sees the address that it knows: host addresses
 * for BARs, physical addresses for outbound windows; these are the same here,
 * as neither the host bridge nor the CPU's bus translates.
 */
static struct mapping *space_map(const struct resource *region, u64 slot_size,
				 unsigned long offset, size_t size,
				 const struct logic_iomem_ops **ops,
				 void **priv, long *first)
{
	unsigned long in_page = offset_in_page(offset);
	struct mapping *mapping;

	if (in_page + size > EPC_SIM_MAX_IOREMAP)
		return ERR_PTR(-EINVAL);

	/* What ioremap() could not do it would warn of. */
	mapping = kzalloc(sizeof(*mapping), GFP_KERNEL | __GFP_NOFAIL);
	scoped_guard(spinlock, &sims_lock) {
		struct epc_sim *sim =
			rcu_dereference_protected(sims[offset / slot_size],
						  lockdep_is_held(&sims_lock));

		if (sim)
			mapping->sim = epc_sim_get(sim);
	}
	if (!mapping->sim) {
		kfree(mapping);
		return ERR_PTR(-ENXIO);
	}

	mapping->base = region->start + offset - in_page;
	*ops = &space_ops;
	*priv = mapping;
	*first = in_page;
	return mapping;
}

static long space_map_bar(const struct resource *region, u64 slot_size,
			  unsigned long offset, size_t size,
			  const struct logic_iomem_ops **ops, void **priv)
{
	struct mapping *mapping;
	long first;

	mapping = space_map(region, slot_size, offset, size, ops, priv, &first);
	if (IS_ERR(mapping))
		return PTR_ERR(mapping);

	mapping->read = epc_sim_inbound_read;
	mapping->write = epc_sim_inbound_write;
	return first;
}

static long space_map_memory32(unsigned long offset, size_t size,
			       const struct logic_iomem_ops **ops, void **priv)
{
	return space_map_bar(&memory32, MEMORY32_SLOT, offset, size, ops, priv);
}

static long space_map_memory64(unsigned long offset, size_t size,
			       const struct logic_iomem_ops **ops, void **priv)
{
	return space_map_bar(&memory64, MEMORY64_SLOT, offset, size, ops, priv);
}

static long space_map_outbound(unsigned long offset, size_t size,
			       const struct logic_iomem_ops **ops, void **priv)
{
	struct mapping *mapping;
	long first;

	mapping = space_map(&outbound, EPC_SIM_OUTBOUND_SIZE, offset, size, ops, priv,
			    &first);
	if (IS_ERR(mapping))
		return PTR_ERR(mapping);

	mapping->read = epc_sim_outbound_read;
	mapping->write = epc_sim_outbound_write;
	return first;
}

static const struct logic_iomem_region_ops memory32_ops = {
	.map = space_map_memory32,
};

static const struct logic_iomem_region_ops memory64_ops = {
	.map = space_map_memory64,
};

static const struct logic_iomem_region_ops outbound_ops = {
	.map = space_map_outbound,
};

/**
 * epc_sim_space_init() - register the emulated I/O memory, for good
 *
 * Return: 0, or -ENOMEM where another part of the kernel has the addresses.
 */
int epc_sim_space_init(void)
{
	int ret;

	ret = logic_iomem_add_region(&memory32, &memory32_ops);
	if (!ret)
		ret = logic_iomem_add_region(&memory64, &memory64_ops);
	if (!ret)
		ret = logic_iomem_add_region(&outbound, &outbound_ops);

	return ret;
}

/**
 * epc_sim_space_claim() - give an instance its slot
 * @sim: the instance; its slot is set
 *
 * Return: 0, or -ENOSPC when there are EPC_SIM_MAX_SIMS instances.
 */
int epc_sim_space_claim(struct epc_sim *sim)
{
	unsigned int i;

	guard(spinlock)(&sims_lock);
	for (i = 0; i < EPC_SIM_MAX_SIMS; i++) {
		if (!rcu_access_pointer(sims[i])) {
			rcu_assign_pointer(sims[i], sim);
			sim->slot = i;
			return 0;
		}
	}

	return -ENOSPC;
}

/**
 * epc_sim_space_release() - take the slot back; mappings made from it remain
 * @sim: the instance
 *
 * Context: may sleep.
 */
void epc_sim_space_release(struct epc_sim *sim)
{
	scoped_guard(spinlock, &sims_lock)
		rcu_assign_pointer(sims[sim->slot], NULL);
	/* BARs of others may lead to its windows. */
	synchronize_rcu();
}

/**
 * epc_sim_space_request_windows() - claim the windows of the host bridge
 * @sim: the instance; its windows are filled in
 *
 * Return: 0, or -EBUSY where the addresses are not free.
 */
int epc_sim_space_request_windows(struct epc_sim *sim)
{
	u64 start32 = memory32.start + sim->slot * (u64)MEMORY32_SLOT;
	u64 start64 = memory64.start + sim->slot * MEMORY64_SLOT;
	int ret;

	sim->windows[0] = (struct resource) {
		.name = dev_name(&sim->pdev->dev),
		.start = start32,
		.end = start32 + MEMORY32_SLOT - 1,
		.flags = IORESOURCE_MEM,
	};
	sim->windows[1] = (struct resource) {
		.name = dev_name(&sim->pdev->dev),
		.start = start64,
		.end = start64 + MEMORY64_SLOT - 1,
		.flags = IORESOURCE_MEM | IORESOURCE_PREFETCH |
			 IORESOURCE_MEM_64,
	};

	ret = request_resource(&memory32, &sim->windows[0]);
	if (ret)
		return ret;

	ret = request_resource(&memory64, &sim->windows[1]);
	if (ret)
		release_resource(&sim->windows[0]);

	return ret;
}

/**
 * epc_sim_space_release_windows() - undo epc_sim_space_request_windows()
 * @sim: the instance
 */
void epc_sim_space_release_windows(struct epc_sim *sim)
{
	release_resource(&sim->windows[1]);
	release_resource(&sim->windows[0]);
}

/**
 * epc_sim_space_outbound() - where an instance's outbound windows are
 * @sim: the instance
 *
 * Return: physical address of the first, as the endpoint's CPU sees it.
 */
phys_addr_t epc_sim_space_outbound(struct epc_sim *sim)
{
	return outbound.start + sim->slot * EPC_SIM_OUTBOUND_SIZE;
}

/**
 * epc_sim_space_is_outbound() - whether addresses are those of outbound windows
 * @phys: physical address
 * @len: bytes
 *
 * Return: true if all of them are of one instance, there or not.
 */
bool epc_sim_space_is_outbound(phys_addr_t phys, size_t len)
{
	u64 offset = phys - outbound.start;

	return phys >= outbound.start && phys <= outbound.end &&
	       len <= EPC_SIM_OUTBOUND_SIZE - offset % EPC_SIM_OUTBOUND_SIZE;
}

/**
 * epc_sim_space_forward() - pass an access on to the windows of an instance
 * @phys: physical address, for which epc_sim_space_is_outbound() is true
 * @buf: data, or filled
 * @len: bytes
 * @write: which of the two
 *
 * What no instance has reads as all ones.
 *
 * Context: any.
 */
void epc_sim_space_forward(phys_addr_t phys, void *buf, size_t len, bool write)
{
	u64 slot = div64_u64(phys - outbound.start, EPC_SIM_OUTBOUND_SIZE);
	struct epc_sim *sim;

	guard(rcu)();
	sim = rcu_dereference(sims[slot]);
	if (sim && write)
		epc_sim_outbound_write(sim, phys, buf, len);
	else if (sim)
		epc_sim_outbound_read(sim, phys, buf, len);
	else if (!write)
		memset(buf, 0xff, len);
}

/**
 * epc_sim_space_registers() - where an instance's registers are
 * @sim: the instance
 *
 * They are only reached through BARs: the endpoint's CPU does not map them.
 *
 * Return: physical address, as the endpoint's CPU would see it, aligned to
 *	EPC_SIM_REGISTERS_SIZE, which they extend to.
 */
phys_addr_t epc_sim_space_registers(struct epc_sim *sim)
{
	return REGISTERS_BASE + sim->slot * EPC_SIM_REGISTERS_SIZE;
}

/**
 * epc_sim_space_msi_address() - where an instance's interrupt messages go
 * @sim: the instance
 *
 * Return: PCI address of a 32-bit word.
 */
u64 epc_sim_space_msi_address(struct epc_sim *sim)
{
	return MSI_BASE + sim->slot * SZ_4K;
}

/**
 * epc_sim_space_first_bus() - number of an instance's root bus
 * @sim: the instance
 *
 * All hierarchies share one PCI domain, and bus 0 may be taken by the
 * architecture.
 *
 * Return: the bus number; EPC_SIM_BUSES of them belong to the instance.
 */
unsigned int epc_sim_space_first_bus(struct epc_sim *sim)
{
	return (sim->slot + 1) * EPC_SIM_BUSES;
}
