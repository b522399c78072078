// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * An endpoint function with a side on each of two controllers, as a bridge
 * between two hosts has, and with attributes that no tool can know: memory
 * windows, and one in a directory of a directory.
 */

#include <linux/configfs.h>
#include <linux/kstrtox.h>
#include <linux/module.h>
#include <linux/pci-epc.h>
#include <linux/pci-epf.h>
#include <linux/pci_ids.h>
#include <linux/sysfs.h>

struct sides {
	struct pci_epf_header header;
	struct config_group group;
	struct config_group deep;
	unsigned int num_mws;
	u64 mw1;
	int level;
};

static struct sides *to_sides(struct config_item *item)
{
	return container_of(to_config_group(item), struct sides, group);
}

static struct sides *deep_to_sides(struct config_item *item)
{
	return container_of(to_config_group(item), struct sides, deep);
}

static ssize_t sides_num_mws_show(struct config_item *item, char *page)
{
	return sysfs_emit(page, "%u\n", to_sides(item)->num_mws);
}

static ssize_t sides_num_mws_store(struct config_item *item, const char *page,
				   size_t count)
{
	int ret = kstrtouint(page, 0, &to_sides(item)->num_mws);

	return ret ?: count;
}

CONFIGFS_ATTR(sides_, num_mws);

static ssize_t sides_mw1_show(struct config_item *item, char *page)
{
	struct sides *sides = to_sides(item);

	if (!sides->num_mws)
		return -EINVAL;
	return sysfs_emit(page, "%llu\n", sides->mw1);
}

static ssize_t sides_mw1_store(struct config_item *item, const char *page,
			       size_t count)
{
	struct sides *sides = to_sides(item);
	int ret;

	if (!sides->num_mws)
		return -EINVAL;
	ret = kstrtou64(page, 0, &sides->mw1);
	return ret ?: count;
}

CONFIGFS_ATTR(sides_, mw1);

static ssize_t sides_level_show(struct config_item *item, char *page)
{
	return sysfs_emit(page, "%d\n", deep_to_sides(item)->level);
}

static ssize_t sides_level_store(struct config_item *item, const char *page,
				 size_t count)
{
	int ret = kstrtoint(page, 0, &deep_to_sides(item)->level);

	return ret ?: count;
}

CONFIGFS_ATTR(sides_, level);

static struct configfs_attribute *sides_attrs[] = {
	&sides_attr_num_mws,
	&sides_attr_mw1,
	NULL,
};

static const struct config_item_type sides_type = {
	.ct_attrs = sides_attrs,
	.ct_owner = THIS_MODULE,
};

static struct configfs_attribute *deep_attrs[] = {
	&sides_attr_level,
	NULL,
};

static const struct config_item_type deep_type = {
	.ct_attrs = deep_attrs,
	.ct_owner = THIS_MODULE,
};

static struct config_group *sides_add_cfs(struct pci_epf *epf,
					  struct config_group *group)
{
	struct sides *sides = epf_get_drvdata(epf);

	config_group_init_type_name(&sides->group, "from-the-future",
				    &sides_type);
	config_group_init_type_name(&sides->deep, "deep", &deep_type);
	configfs_add_default_group(&sides->deep, &sides->group);
	return &sides->group;
}

/* Called when either side is linked. */
static int sides_bind(struct pci_epf *epf)
{
	int ret = 0;

	if (epf->epc)
		ret = pci_epc_write_header(epf->epc, epf->func_no,
					   epf->vfunc_no, epf->header);
	if (!ret && epf->sec_epc)
		ret = pci_epc_write_header(epf->sec_epc,
					   epf->sec_epc_func_no,
					   epf->vfunc_no, epf->header);
	return ret;
}

static void sides_unbind(struct pci_epf *epf)
{
}

static const struct pci_epf_ops sides_ops = {
	.bind = sides_bind,
	.unbind = sides_unbind,
	.add_cfs = sides_add_cfs,
};

static int sides_probe(struct pci_epf *epf, const struct pci_epf_device_id *id)
{
	struct sides *sides;

	sides = devm_kzalloc(&epf->dev, sizeof(*sides), GFP_KERNEL);
	if (!sides)
		return -ENOMEM;

	sides->header.vendorid = PCI_ANY_ID;
	sides->header.deviceid = PCI_ANY_ID;
	sides->header.baseclass_code = PCI_CLASS_OTHERS;
	epf->header = &sides->header;
	epf_set_drvdata(epf, sides);
	return 0;
}

static const struct pci_epf_device_id sides_ids[] = {
	{ .name = "pci_epf_sides" },
	{ }
};

static struct pci_epf_driver sides_driver = {
	.driver.name = "pci_epf_sides",
	.probe = sides_probe,
	.id_table = sides_ids,
	.ops = &sides_ops,
	.owner = THIS_MODULE,
};

static int __init sides_init(void)
{
	return pci_epf_register_driver(&sides_driver);
}
module_init(sides_init);

static void __exit sides_exit(void)
{
	pci_epf_unregister_driver(&sides_driver);
}
module_exit(sides_exit);

MODULE_DESCRIPTION("Endpoint function on two controllers, for tests");
MODULE_LICENSE("GPL");
