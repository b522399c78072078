// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * A function that calls epf-core with what is wrong, in the ways that no function of
 * this project's does, and is bound if each call was refused as it should be.
 */

#include <linux/err.h>
#include <linux/limits.h>
#include <linux/module.h>
#include <linux/pci-epc.h>
#include <linux/pci-epf.h>
#include <linux/pci_ids.h>
#include <linux/slab.h>

#include "epf-core.h"

#define ADDRESS	0x1000

static int doorbell = -EOPNOTSUPP;
module_param(doorbell, int, 0600);
MODULE_PARM_DESC(doorbell, "error of a doorbell without a place (default: EOPNOTSUPP)");

static bool is_refused(struct pci_epf *epf, const char *what, int error, int want)
{
	if (error == want)
		return true;

	dev_err(&epf->dev, "%s: %d, should be %d\n", what, error, want);
	return false;
}

static bool no_maps(struct pci_epf *epf, const char *what,
		    enum epf_map_policy policy, unsigned int budget)
{
	struct epf_maps *maps = epf_maps_create(epf, policy, budget);

	if (!IS_ERR(maps))
		epf_maps_destroy(maps);
	return is_refused(epf, what, PTR_ERR_OR_ZERO(maps), -EINVAL);
}

static bool no_map(struct pci_epf *epf, struct epf_maps *maps, const char *what,
		   u64 pci_addr, size_t size, int want)
{
	struct epf_map map;
	int ret = epf_map_get(maps, pci_addr, size, &map);

	if (!ret)
		epf_map_put(maps, &map);
	return is_refused(epf, what, ret, want);
}

static bool no_window(struct pci_epf *epf, struct epf_maps *maps,
		      const char *what, size_t size)
{
	struct epf_windows *windows = epf_maps_windows(maps);
	struct epf_window window;
	int ret = epf_window_alloc(windows, size, &window);

	if (!ret)
		epf_window_free(windows, &window);
	return is_refused(epf, what, ret, -EINVAL);
}

static bool all_maps_refused(struct pci_epf *epf, struct epf_maps *maps)
{
	bool ok = no_maps(epf, "no such policy", EPF_MAP_STATIC + 1, 1);

	ok &= no_maps(epf, "no budget", EPF_MAP_CACHED, 0);
	ok &= is_refused(epf, "no new budget",
			 epf_maps_set_policy(maps, EPF_MAP_CACHED, 0), -EINVAL);
	ok &= no_window(epf, maps, "no window", 0);
	ok &= no_window(epf, maps, "a window of all", SIZE_MAX);

	ok &= no_map(epf, maps, "no link", ADDRESS, 1, -ENOTCONN);
	epf_maps_link_up(maps);
	ok &= no_map(epf, maps, "no bytes", ADDRESS, 0, -EINVAL);
	ok &= no_map(epf, maps, "beyond the end", U64_MAX, 2, -EINVAL);
	ok &= is_refused(epf, "to keep beyond the end",
			 epf_map_keep(maps, U64_MAX, 2), -EINVAL);
	return ok;
}

static bool all_transfers_refused(struct pci_epf *epf,
				  struct epf_transfers *transfers)
{
	u8 buf[2] = {};
	const struct epf_segment good = { ADDRESS, buf, 1 };
	const struct epf_segment empty[] = { good, { ADDRESS, buf, 0 } };
	const struct epf_segment wraps = { U64_MAX, buf, 2 };
	const struct epf_segment all[] = {
		{ 0, buf, SIZE_MAX }, { ADDRESS, buf, 1 },
	};
	const struct {
		const char *what;
		struct epf_transfer transfer;
	} wrong[] = {
		{ "no segment", { .segments = &good } },
		{ "no such engine",
		  { .segments = &good, .num_segments = 1,
		    .engine = EPF_NUM_ENGINES } },
		{ "no such direction",
		  { .segments = &good, .num_segments = 1,
		    .direction = EPF_NUM_DIRECTIONS } },
		{ "an empty segment", { .segments = empty, .num_segments = 2 } },
		{ "a segment beyond the end",
		  { .segments = &wraps, .num_segments = 1 } },
		{ "more than all", { .segments = all, .num_segments = 2 } },
	};
	bool ok = true;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(wrong); i++) {
		struct epf_transfer transfer = wrong[i].transfer;

		ok &= is_refused(epf, wrong[i].what,
				 epf_transfer_run(transfers, &transfer),
				 -EINVAL);
		transfer = wrong[i].transfer;
		ok &= is_refused(epf, wrong[i].what,
				 epf_transfer_submit(transfers, &transfer),
				 -EINVAL);
	}

	return ok;
}

static void rung(void *context)
{
}

static bool no_doorbell(struct pci_epf *epf)
{
	struct epf_doorbell bell = {};
	int ret = epf_doorbell_get(&bell, epf, NULL, rung, NULL);

	epf_doorbell_put(&bell);
	return is_refused(epf, "a doorbell without a place", ret, doorbell);
}

static int calls_bind(struct pci_epf *epf)
{
	struct epf_transfers *transfers;
	struct epf_maps *maps;
	bool ok;

	maps = epf_maps_create(epf, EPF_MAP_CACHED, 1);
	if (IS_ERR(maps))
		return PTR_ERR(maps);

	ok = all_maps_refused(epf, maps);
	transfers = epf_transfers_create(epf, maps);
	if (IS_ERR(transfers)) {
		epf_maps_destroy(maps);
		return PTR_ERR(transfers);
	}

	ok &= all_transfers_refused(epf, transfers);
	epf_transfers_destroy(transfers);
	epf_maps_destroy(maps);
	ok &= no_doorbell(epf);
	return ok ? 0 : -EIO;
}

static void calls_unbind(struct pci_epf *epf)
{
}

static const struct pci_epf_ops calls_ops = {
	.bind = calls_bind,
	.unbind = calls_unbind,
};

static int calls_probe(struct pci_epf *epf, const struct pci_epf_device_id *id)
{
	struct pci_epf_header *header;

	header = devm_kzalloc(&epf->dev, sizeof(*header), GFP_KERNEL);
	if (!header)
		return -ENOMEM;

	header->vendorid = PCI_ANY_ID;
	header->deviceid = PCI_ANY_ID;
	header->baseclass_code = PCI_CLASS_OTHERS;
	epf->header = header;
	return 0;
}

static const struct pci_epf_device_id calls_ids[] = {
	{ .name = "pci_epf_calls" },
	{ }
};

static struct pci_epf_driver calls_driver = {
	.driver.name = "pci_epf_calls",
	.probe = calls_probe,
	.id_table = calls_ids,
	.ops = &calls_ops,
	.owner = THIS_MODULE,
};

static int __init calls_init(void)
{
	return pci_epf_register_driver(&calls_driver);
}
module_init(calls_init);

static void __exit calls_exit(void)
{
	pci_epf_unregister_driver(&calls_driver);
}
module_exit(calls_exit);

MODULE_DESCRIPTION("Endpoint function that calls epf-core in wrong ways, for tests");
MODULE_LICENSE("GPL");
