// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * An endpoint function that puts a controller through what the stock test
 * function never asks of it: 64-bit and prefetchable BARs, maps that must be
 * refused, accesses that cannot complete. Writing the name of a check to the
 * function's attribute "check" runs it; the write fails where it does.
 *
 * It stands on what the lab has: host and endpoint are one machine, so that the
 * physical address of a page is also its PCI address.
 */

#include <linux/cleanup.h>
#include <linux/configfs.h>
#include <linux/io.h>
#include <linux/module.h>
#include <linux/pci-epc.h>
#include <linux/pci-epf.h>
#include <linux/pci_ids.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/string.h>

struct probe_bar {
	enum pci_barno barno;
	size_t size;
	u32 flags;
};

/* Every kind of memory BAR; a 64-bit one takes two. */
static const struct probe_bar probe_bars[] = {
	{ BAR_0, SZ_64K, PCI_BASE_ADDRESS_MEM_TYPE_64 |
			 PCI_BASE_ADDRESS_MEM_PREFETCH },
	{ BAR_2, SZ_4K, PCI_BASE_ADDRESS_MEM_TYPE_64 },
	{ BAR_4, SZ_1M, PCI_BASE_ADDRESS_MEM_PREFETCH },
	{ BAR_5, SZ_512, 0 },
};

struct probe {
	struct pci_epf *epf;
	struct pci_epf_header header;
	struct config_group group;
	void *memory[PCI_STD_NUM_BARS];
	u8 *page;
};

/* A window, not mapped yet, and the page of the host's memory that it is for. */
struct probe_window {
	struct pci_epc *epc;
	void __iomem *io;
	phys_addr_t phys;
	size_t size;
	u8 *page;
};

static int window_open(struct probe *probe, struct probe_window *window)
{
	window->epc = probe->epf->epc;
	window->size = PAGE_SIZE;
	window->page = probe->page;
	window->io = pci_epc_mem_alloc_addr(window->epc, &window->phys,
					    window->size);
	return window->io ? 0 : -ENOMEM;
}

static void window_close(struct probe_window *window)
{
	pci_epc_mem_free_addr(window->epc, window->phys, window->io,
			      window->size);
}

static int window_map(struct probe *probe, struct probe_window *window,
		      u64 pci_addr)
{
	return pci_epc_map_addr(window->epc, probe->epf->func_no,
				probe->epf->vfunc_no, window->phys, pci_addr,
				window->size);
}

static void window_unmap(struct probe *probe, struct probe_window *window)
{
	pci_epc_unmap_addr(window->epc, probe->epf->func_no,
			   probe->epf->vfunc_no, window->phys);
}

/* Bytes written through a map are the host's, at any offset and length. */
static int check_map(struct probe *probe, struct probe_window *window)
{
	u8 out[67], in[67];
	unsigned int offset, len;

	if (window_map(probe, window, virt_to_phys(window->page)))
		return -EIO;

	for (offset = 0; offset < 9; offset++) {
		for (len = 1; len <= sizeof(out); len++) {
			memset(window->page, 0, PAGE_SIZE);
			memset(out, len, len);
			memcpy_toio(window->io + offset, out, len);
			memcpy_fromio(in, window->io + offset, len);
			if (memcmp(window->page + offset, out, len) ||
			    memcmp(in, out, len) ||
			    window->page[offset + len])
				goto wrong;
		}
	}

	writel(0x11223344, window->io);
	writew(0x5566, window->io + 4);
	writeb(0x77, window->io + 6);
	if (memcmp(window->page, "\x44\x33\x22\x11\x66\x55\x77", 7) ||
	    readl(window->io) != 0x11223344 || readw(window->io + 4) != 0x5566)
		goto wrong;

	window_unmap(probe, window);
	return 0;

wrong:
	window_unmap(probe, window);
	return -EIO;
}

/* What cannot complete reads as ones and leaves memory alone. */
static int probe_aborts(struct probe_window *window)
{
	u8 in[16];

	writel(0, window->io);
	if (readl(window->io) != ~0U || readq(window->io + 8) != ~0ULL)
		return -EIO;

	memcpy_fromio(in, window->io, sizeof(in));
	if (memchr_inv(in, 0xff, sizeof(in)))
		return -EIO;

	return memchr_inv(window->page, 0xa5, PAGE_SIZE) ? -EIO : 0;
}

static int check_unmapped(struct probe *probe, struct probe_window *window)
{
	memset(window->page, 0xa5, PAGE_SIZE);
	return probe_aborts(window);
}

/* For the script to call with the link down, or bus mastering off. */
static int check_aborted(struct probe *probe, struct probe_window *window)
{
	int ret;

	memset(window->page, 0xa5, PAGE_SIZE);
	if (window_map(probe, window, virt_to_phys(window->page)))
		return -EIO;

	ret = probe_aborts(window);
	window_unmap(probe, window);
	return ret;
}

/* Eight bytes in the middle of the page, written and read. */
static int check_touch(struct probe *probe, struct probe_window *window)
{
	const u64 value = 0x0123456789abcdef;
	u64 seen;

	if (window_map(probe, window, virt_to_phys(window->page)))
		return -EIO;

	writeq(value, window->io + 64);
	seen = readq(window->io + 64);
	window_unmap(probe, window);
	return seen == value ? 0 : -EIO;
}

/* A PCI address where the host has nothing. */
static int check_nowhere(struct probe *probe, struct probe_window *window)
{
	int ret;

	memset(window->page, 0xa5, PAGE_SIZE);
	if (window_map(probe, window, 1ULL << 52))
		return -EIO;

	ret = probe_aborts(window);
	window_unmap(probe, window);
	return ret;
}

/* Maps that no controller could make. */
static int check_refused(struct probe *probe, struct probe_window *window)
{
	struct pci_epc *epc = window->epc;
	u8 func_no = probe->epf->func_no;
	int ret = 0;

	/* not in the outbound space; the end wraps; mapped already */
	if (pci_epc_map_addr(epc, func_no, 0, virt_to_phys(window->page), 0,
			     PAGE_SIZE) != -EINVAL ||
	    pci_epc_map_addr(epc, func_no, 0, window->phys, ~0xfffULL,
			     SZ_8K) != -EINVAL)
		return -EIO;

	if (window_map(probe, window, 0))
		return -EIO;
	if (window_map(probe, window, 0) != -EBUSY)
		ret = -EIO;
	window_unmap(probe, window);
	return ret;
}

/* For a controller that maps in units of more than a page. */
static int check_misaligned(struct probe *probe, struct probe_window *window)
{
	int ret = window_map(probe, window, PAGE_SIZE);

	if (!ret)
		window_unmap(probe, window);
	return ret == -EINVAL ? 0 : -EIO;
}

/* Maps run out, with the error that is told in the log; all come back. */
static int check_exhausted(struct probe *probe, struct probe_window *window)
{
	struct probe_window *windows __free(kfree) = NULL;
	unsigned int live, i;
	int ret = 0;

	windows = kcalloc(257, sizeof(*windows), GFP_KERNEL);
	if (!windows)
		return -ENOMEM;

	/* More than 100 ioremap()s at once are too many for the lab. */
	for (live = 0; live < 100; live++) {
		ret = window_open(probe, &windows[live]);
		if (ret)
			break;
		ret = window_map(probe, &windows[live], live * (u64)SZ_1M);
		if (ret) {
			window_close(&windows[live]);
			break;
		}
	}
	for (i = 0; i < live; i++) {
		window_unmap(probe, &windows[i]);
		window_close(&windows[i]);
	}

	pr_info("epf-probe: %u maps, then %d\n", live, ret);
	return ret ? 0 : -EIO;
}

/* Interrupts that the host has not asked for. */
static int check_interrupts(struct probe *probe, struct probe_window *window)
{
	u8 func_no = probe->epf->func_no;
	struct pci_epc *epc = window->epc;

	if (pci_epc_raise_irq(epc, func_no, 0, PCI_IRQ_MSI, 0) != -EINVAL ||
	    pci_epc_raise_irq(epc, func_no, 0, PCI_IRQ_MSI, 33) != -EINVAL ||
	    pci_epc_raise_irq(epc, func_no, 0, PCI_IRQ_MSIX, 0) != -EINVAL ||
	    pci_epc_raise_irq(epc, func_no, 0, PCI_IRQ_MSIX, 2049) != -EINVAL ||
	    pci_epc_raise_irq(epc, func_no, 0, 0x100, 1) != -EINVAL)
		return -EIO;

	return 0;
}

/* One that it has. */
static int check_msi(struct probe *probe, struct probe_window *window)
{
	return pci_epc_raise_irq(window->epc, probe->epf->func_no, 0,
				 PCI_IRQ_MSI, 1);
}

/* BARs that no host could size. */
static int check_bars(struct probe *probe, struct probe_window *window)
{
	struct pci_epf_bar bar = {
		.phys_addr = virt_to_phys(window->page),
		.barno = BAR_5,
		.size = 3000,
	};
	u8 func_no = probe->epf->func_no;

	if (pci_epc_set_bar(window->epc, func_no, 0, &bar) != -EINVAL)
		return -EIO;

	bar.size = 8;
	if (pci_epc_set_bar(window->epc, func_no, 0, &bar) != -EINVAL)
		return -EIO;

	bar.size = SZ_32M;
	if (pci_epc_set_bar(window->epc, func_no, 0, &bar) != -EINVAL)
		return -EIO;

	bar.size = SZ_4K;
	bar.flags = PCI_BASE_ADDRESS_MEM_TYPE_64;
	if (pci_epc_set_bar(window->epc, func_no, 0, &bar) != -EINVAL)
		return -EIO;

	bar.flags = PCI_BASE_ADDRESS_SPACE_IO;
	return pci_epc_set_bar(window->epc, func_no, 0, &bar) == -EINVAL ?
	       0 : -EIO;
}

/* What a virtual function cannot have. */
static int check_virtual(struct probe *probe, struct probe_window *window)
{
	struct pci_epf *epf = probe->epf;
	struct pci_epf_bar bar = epf->bar[BAR_5];

	if (pci_epc_raise_irq(epf->epc, epf->func_no, epf->vfunc_no,
			      PCI_IRQ_INTX, 1) != -EINVAL)
		return -EIO;

	/* The host gives all of them BARs of one size and kind. */
	bar.size *= 2;
	if (pci_epc_set_bar(epf->epc, epf->func_no, epf->vfunc_no, &bar) !=
	    -EINVAL)
		return -EIO;

	bar = epf->bar[BAR_5];
	bar.flags |= PCI_BASE_ADDRESS_MEM_PREFETCH;
	return pci_epc_set_bar(epf->epc, epf->func_no, epf->vfunc_no, &bar) ==
	       -EINVAL ? 0 : -EIO;
}

/* A BAR whose memory goes away while the host may use it, and comes back. */
static int check_bar_away(struct probe *probe, struct probe_window *window)
{
	struct pci_epf_bar bar = probe->epf->bar[BAR_4];

	bar.phys_addr = 0;
	return pci_epc_set_bar(window->epc, probe->epf->func_no, 0, &bar);
}

static int check_bar_back(struct probe *probe, struct probe_window *window)
{
	return pci_epc_set_bar(window->epc, probe->epf->func_no, 0,
			       &probe->epf->bar[BAR_4]);
}

static const struct {
	const char *name;
	int (*run)(struct probe *probe, struct probe_window *window);
} checks[] = {
	{ "map", check_map },
	{ "unmapped", check_unmapped },
	{ "aborted", check_aborted },
	{ "touch", check_touch },
	{ "nowhere", check_nowhere },
	{ "refused", check_refused },
	{ "misaligned", check_misaligned },
	{ "exhausted", check_exhausted },
	{ "interrupts", check_interrupts },
	{ "msi", check_msi },
	{ "bars", check_bars },
	{ "bar-away", check_bar_away },
	{ "bar-back", check_bar_back },
	{ "virtual", check_virtual },
};

static ssize_t probe_check_store(struct config_item *item, const char *page,
				 size_t count)
{
	struct probe *probe = container_of(to_config_group(item), struct probe,
					   group);
	struct probe_window window;
	unsigned int i;
	int ret;

	if (!probe->epf->epc)
		return -ENODEV;

	for (i = 0; i < ARRAY_SIZE(checks); i++)
		if (sysfs_streq(page, checks[i].name))
			break;
	if (i == ARRAY_SIZE(checks))
		return -EINVAL;

	ret = window_open(probe, &window);
	if (ret)
		return ret;
	ret = checks[i].run(probe, &window);
	window_close(&window);
	return ret ? ret : count;
}

CONFIGFS_ATTR_WO(probe_, check);

/* The page's PCI address, which is its physical one here */
static ssize_t probe_page_show(struct config_item *item, char *page)
{
	struct probe *probe = container_of(to_config_group(item), struct probe,
					   group);

	return sysfs_emit(page, "%#llx\n", (u64)virt_to_phys(probe->page));
}

CONFIGFS_ATTR_RO(probe_, page);

static struct configfs_attribute *probe_attrs[] = {
	&probe_attr_check,
	&probe_attr_page,
	NULL,
};

static const struct config_item_type probe_type = {
	.ct_attrs = probe_attrs,
	.ct_owner = THIS_MODULE,
};

static struct config_group *probe_add_cfs(struct pci_epf *epf,
					  struct config_group *group)
{
	struct probe *probe = epf_get_drvdata(epf);

	config_group_init_type_name(&probe->group, "probe", &probe_type);
	return &probe->group;
}

static int probe_epc_init(struct pci_epf *epf)
{
	struct probe *probe = epf_get_drvdata(epf);
	unsigned int i;
	int ret;

	/* Of the virtual functions, only the first has a say in it. */
	if (epf->vfunc_no <= 1) {
		ret = pci_epc_write_header(epf->epc, epf->func_no,
					   epf->vfunc_no, epf->header);
		if (ret)
			return ret;
	}

	for (i = 0; i < ARRAY_SIZE(probe_bars); i++) {
		if (!probe->memory[probe_bars[i].barno])
			continue;
		ret = pci_epc_set_bar(epf->epc, epf->func_no, epf->vfunc_no,
				      &epf->bar[probe_bars[i].barno]);
		if (ret) {
			dev_err(&epf->dev, "BAR%d: %d\n", probe_bars[i].barno,
				ret);
			return ret;
		}
	}

	return pci_epc_set_msi(epf->epc, epf->func_no, epf->vfunc_no, 1);
}

static void probe_epc_deinit(struct pci_epf *epf)
{
	struct probe *probe = epf_get_drvdata(epf);
	unsigned int i;

	pr_info("epf-probe: reset\n");
	for (i = 0; i < ARRAY_SIZE(probe_bars); i++)
		if (probe->memory[probe_bars[i].barno])
			pci_epc_clear_bar(epf->epc, epf->func_no, epf->vfunc_no,
					  &epf->bar[probe_bars[i].barno]);
}

static int probe_link_up(struct pci_epf *epf)
{
	pr_info("epf-probe: link up\n");
	return 0;
}

static int probe_link_down(struct pci_epf *epf)
{
	pr_info("epf-probe: link down\n");
	return 0;
}

static int probe_bus_master(struct pci_epf *epf)
{
	pr_info("epf-probe: bus master\n");
	return 0;
}

static const struct pci_epc_event_ops probe_event_ops = {
	.epc_init = probe_epc_init,
	.epc_deinit = probe_epc_deinit,
	.link_up = probe_link_up,
	.link_down = probe_link_down,
	.bus_master_enable = probe_bus_master,
};

static void probe_unbind(struct pci_epf *epf)
{
	struct probe *probe = epf_get_drvdata(epf);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(probe_bars); i++) {
		enum pci_barno barno = probe_bars[i].barno;

		if (!probe->memory[barno])
			continue;
		pci_epc_clear_bar(epf->epc, epf->func_no, epf->vfunc_no,
				  &epf->bar[barno]);
		pci_epf_free_space(epf, probe->memory[barno], barno,
				   PRIMARY_INTERFACE);
		probe->memory[barno] = NULL;
	}
}

static int probe_bind(struct pci_epf *epf)
{
	struct probe *probe = epf_get_drvdata(epf);
	const struct pci_epc_features *features;
	unsigned int i;

	features = pci_epc_get_features(epf->epc, epf->func_no, epf->vfunc_no);
	if (!features)
		return -EOPNOTSUPP;

	for (i = 0; i < ARRAY_SIZE(probe_bars); i++) {
		const struct probe_bar *bar = &probe_bars[i];
		void *memory;

		memory = pci_epf_alloc_space(epf, bar->size, bar->barno,
					     features, PRIMARY_INTERFACE);
		/* A controller may not have such a BAR. */
		if (!memory)
			continue;
		probe->memory[bar->barno] = memory;
		epf->bar[bar->barno].flags |= bar->flags;
	}

	return 0;
}

static int probe_probe(struct pci_epf *epf, const struct pci_epf_device_id *id)
{
	struct probe *probe;

	probe = devm_kzalloc(&epf->dev, sizeof(*probe), GFP_KERNEL);
	if (!probe)
		return -ENOMEM;

	probe->page = (u8 *)devm_get_free_pages(&epf->dev,
						GFP_KERNEL | __GFP_ZERO, 0);
	if (!probe->page)
		return -ENOMEM;

	probe->epf = epf;
	probe->header.vendorid = PCI_ANY_ID;
	probe->header.deviceid = PCI_ANY_ID;
	probe->header.baseclass_code = PCI_CLASS_OTHERS;
	probe->header.interrupt_pin = PCI_INTERRUPT_INTA;
	epf->header = &probe->header;
	epf->event_ops = &probe_event_ops;
	epf_set_drvdata(epf, probe);
	return 0;
}

static const struct pci_epf_device_id probe_ids[] = {
	{ .name = "pci_epf_probe" },
	{},
};

static const struct pci_epf_ops probe_ops = {
	.bind = probe_bind,
	.unbind = probe_unbind,
	.add_cfs = probe_add_cfs,
};

static struct pci_epf_driver probe_driver = {
	.driver.name = "pci_epf_probe",
	.probe = probe_probe,
	.id_table = probe_ids,
	.ops = &probe_ops,
	.owner = THIS_MODULE,
};

static int __init probe_init(void)
{
	return pci_epf_register_driver(&probe_driver);
}
module_init(probe_init);

static void __exit probe_exit(void)
{
	pci_epf_unregister_driver(&probe_driver);
}
module_exit(probe_exit);

MODULE_DESCRIPTION("Endpoint function that probes its controller");
MODULE_AUTHOR("The epf-utils authors");
MODULE_LICENSE("GPL");
