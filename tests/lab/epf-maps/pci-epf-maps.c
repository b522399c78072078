// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * A function that maps places of the host, in an order in which it is known which
 * maps of epf-core have to go, and is bound if those went and no others. Places are
 * letters, further apart than a map is long. Nothing is read or written.
 */

#include <linux/err.h>
#include <linux/module.h>
#include <linux/pci-epc.h>
#include <linux/pci-epf.h>
#include <linux/pci_ids.h>
#include <linux/sizes.h>
#include <linux/slab.h>

#include "epf-core.h"

/* So many maps are live at once. */
#define BUDGET	3

static int get(struct epf_maps *maps, char place, struct epf_map *map)
{
	return epf_map_get(maps, (u64)(place - 'A') * SZ_1G, 1, map);
}

static unsigned int live(struct epf_maps *maps)
{
	struct epf_maps_stats stats;

	epf_maps_get_stats(maps, &stats);
	return stats.live;
}

static u64 hits(struct epf_maps *maps)
{
	struct epf_maps_stats stats;

	epf_maps_get_stats(maps, &stats);
	return stats.hits;
}

/* Get and put each place: one that is mapped, in upper case, must be found. */
static bool visit(struct pci_epf *epf, struct epf_maps *maps, const char *what,
		  const char *places)
{
	for (; *places; places++) {
		bool mapped = *places >= 'A' && *places <= 'Z';
		u64 before = hits(maps);
		struct epf_map map;
		int ret;

		ret = get(maps, mapped ? *places : *places - 'a' + 'A', &map);
		if (ret) {
			dev_err(&epf->dev, "%s: %s: %d\n", what, places, ret);
			return false;
		}
		epf_map_put(maps, &map);
		if (hits(maps) - before != mapped) {
			dev_err(&epf->dev, "%s: %s: is %smapped\n", what,
				places, mapped ? "not " : "");
			return false;
		}
	}

	return true;
}

static bool is(struct pci_epf *epf, const char *what, int got, int want)
{
	if (got == want)
		return true;

	dev_err(&epf->dev, "%s: %d, should be %d\n", what, got, want);
	return false;
}

/* Of three maps, the one that was not used for longest makes room. */
static bool least_recently_used_goes(struct pci_epf *epf, struct epf_maps *maps)
{
	return visit(epf, maps, "new", "abc") &&
	       visit(epf, maps, "used again", "A") &&
	       visit(epf, maps, "the least recently used goes", "dACDb") &&
	       visit(epf, maps, "and the next", "CDBa") &&
	       is(epf, "budget", live(maps), BUDGET);
}

/* However long ago it was got, what is not put yet stays. */
static bool used_stays(struct pci_epf *epf, struct epf_maps *maps)
{
	struct epf_map used[BUDGET], more;
	bool ok = true;
	int i;

	for (i = 0; i < BUDGET; i++) {
		ok = visit(epf, maps, "beside those in use", "stuvw") &&
		     is(epf, "to use", get(maps, 'M' + i, &used[i]), 0);
		if (!ok)
			break;
	}
	ok = ok && visit(epf, maps, "in use", "MNO") &&
	     is(epf, "beside all in use", get(maps, 'P', &more), -ETIMEDOUT) &&
	     visit(epf, maps, "still in use", "MNO");
	while (i--)
		epf_map_put(maps, &used[i]);
	return ok;
}

/* What is kept goes after all others. */
static bool kept_goes_last(struct pci_epf *epf, struct epf_maps *maps)
{
	bool ok;

	if (!is(epf, "to keep", epf_map_keep(maps, 0, 1), 0))
		return false;

	ok = visit(epf, maps, "beside what is kept", "bcdeA");
	epf_map_unkeep(maps, 0, 1);
	return ok && visit(epf, maps, "kept no longer", "fgha");
}

static bool none_outlives_the_link(struct pci_epf *epf, struct epf_maps *maps)
{
	struct epf_map used, more;
	bool ok = visit(epf, maps, "before the link goes", "xyz");

	if (!ok || !is(epf, "in use", get(maps, 'Y', &used), 0))
		return false;

	epf_maps_link_down(maps);
	ok = is(epf, "what is in use", live(maps), 1);
	ok &= is(epf, "no link", get(maps, 'Y', &more), -ENOTCONN);
	epf_maps_link_up(maps);
	ok &= visit(epf, maps, "of the link before", "y");
	epf_map_put(maps, &used);
	ok &= is(epf, "of the link now", live(maps), 1);
	epf_maps_link_down(maps);
	ok &= is(epf, "after the link", live(maps), 0);
	epf_maps_link_up(maps);
	return ok && visit(epf, maps, "of the next link", "xyzXYZ");
}

static int maps_bind(struct pci_epf *epf)
{
	struct epf_maps *maps = epf_maps_create(epf, EPF_MAP_CACHED, BUDGET);
	bool ok;

	if (IS_ERR(maps))
		return PTR_ERR(maps);

	epf_maps_link_up(maps);
	ok = least_recently_used_goes(epf, maps) && used_stays(epf, maps) &&
	     kept_goes_last(epf, maps) && none_outlives_the_link(epf, maps);
	/* With maps that are live */
	epf_maps_destroy(maps);
	return ok ? 0 : -EIO;
}

static void maps_unbind(struct pci_epf *epf)
{
}

static const struct pci_epf_ops maps_ops = {
	.bind = maps_bind,
	.unbind = maps_unbind,
};

static int maps_probe(struct pci_epf *epf, const struct pci_epf_device_id *id)
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

static const struct pci_epf_device_id maps_ids[] = {
	{ .name = "pci_epf_maps" },
	{ }
};

static struct pci_epf_driver maps_driver = {
	.driver.name = "pci_epf_maps",
	.probe = maps_probe,
	.id_table = maps_ids,
	.ops = &maps_ops,
	.owner = THIS_MODULE,
};

static int __init maps_init(void)
{
	return pci_epf_register_driver(&maps_driver);
}
module_init(maps_init);

static void __exit maps_exit(void)
{
	pci_epf_unregister_driver(&maps_driver);
}
module_exit(maps_exit);

MODULE_DESCRIPTION("Endpoint function that looks which maps of epf-core go, for tests");
MODULE_LICENSE("GPL");
