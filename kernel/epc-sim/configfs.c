// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * pci_epc_sim/NAME/		one simulated controller, made with mkdir
 *	profile			what it can do; while not live
 *	max_functions		overrides the profile; while not live
 *	max_maps		overrides the profile; while not live
 *	region_align		overrides the profile; while not live
 *	link			its speed and width, or none; while not live
 *	dma			DMA engines: none, private, memcpy or both;
 *				overrides the profile; while not live
 *	latency_ns		of the link, one way; while not live
 *	live			1: on the bus and under pci_ep/controllers
 *	stats			counters, one a line, 0 while not live; any
 *				write clears them
 *	functionN/stats		the same of one function
 */

#include <linux/cleanup.h>
#include <linux/configfs.h>
#include <linux/kstrtox.h>
#include <linux/log2.h>
#include <linux/module.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "epc-sim.h"

struct epc_sim_function_group {
	struct config_group group;
	unsigned int func_no;
};

struct epc_sim_instance {
	struct config_group group;
	struct epc_sim_function_group functions[EPC_SIM_MAX_FUNCTIONS];
	/* Protects what follows against other users of the attributes. */
	struct mutex lock;
	struct epc_sim_profile profile;
	struct epc_sim_link_model link_model;
	struct epc_sim *sim;	/* NULL: not live */
};

static struct configfs_subsystem epc_sim_subsystem;

static struct epc_sim_instance *to_instance(struct config_item *item)
{
	return container_of(to_config_group(item), struct epc_sim_instance,
			    group);
}

static ssize_t epc_sim_profile_show(struct config_item *item, char *page)
{
	struct epc_sim_instance *instance = to_instance(item);

	guard(mutex)(&instance->lock);
	return sysfs_emit(page, "%s\n", instance->profile.name);
}

static ssize_t epc_sim_profile_store(struct config_item *item,
				     const char *page, size_t count)
{
	struct epc_sim_instance *instance = to_instance(item);
	const struct epc_sim_profile *profile;
	char name[32];

	if (strscpy(name, page, sizeof(name)) < 0)
		return -EINVAL;

	profile = epc_sim_profile_find(strim(name));
	if (!profile) {
		pr_err("pci-epc-sim: %s: no profile \"%s\"\n",
		       config_item_name(item), strim(name));
		return -EINVAL;
	}

	guard(mutex)(&instance->lock);
	if (instance->sim)
		return -EBUSY;

	instance->profile = *profile;
	return count;
}

CONFIGFS_ATTR(epc_sim_, profile);

static ssize_t show_knob(struct config_item *item, char *page,
			 const unsigned int *knob)
{
	guard(mutex)(&to_instance(item)->lock);
	return sysfs_emit(page, "%u\n", *knob);
}

/* A number of the profile, from 1 to @limit. */
static ssize_t store_knob(struct config_item *item, const char *page,
			  size_t count, const char *name, unsigned int limit,
			  unsigned int *knob)
{
	struct epc_sim_instance *instance = to_instance(item);
	unsigned int value;
	int ret;

	ret = kstrtouint(page, 0, &value);
	if (ret)
		return ret;

	if (value < 1 || value > limit) {
		pr_err("pci-epc-sim: %s: %s is 1 to %u, not %u\n",
		       config_item_name(item), name, limit, value);
		return -ERANGE;
	}

	guard(mutex)(&instance->lock);
	if (instance->sim)
		return -EBUSY;

	*knob = value;
	return count;
}

static ssize_t epc_sim_max_functions_show(struct config_item *item, char *page)
{
	return show_knob(item, page, &to_instance(item)->profile.max_functions);
}

static ssize_t epc_sim_max_functions_store(struct config_item *item,
					   const char *page, size_t count)
{
	return store_knob(item, page, count, "max_functions",
			  EPC_SIM_MAX_FUNCTIONS,
			  &to_instance(item)->profile.max_functions);
}

CONFIGFS_ATTR(epc_sim_, max_functions);

static ssize_t epc_sim_max_maps_show(struct config_item *item, char *page)
{
	return show_knob(item, page, &to_instance(item)->profile.max_maps);
}

static ssize_t epc_sim_max_maps_store(struct config_item *item,
				      const char *page, size_t count)
{
	return store_knob(item, page, count, "max_maps", EPC_SIM_MAX_MAPS,
			  &to_instance(item)->profile.max_maps);
}

CONFIGFS_ATTR(epc_sim_, max_maps);

static ssize_t epc_sim_region_align_show(struct config_item *item, char *page)
{
	return show_knob(item, page, &to_instance(item)->profile.region_align);
}

static ssize_t epc_sim_region_align_store(struct config_item *item,
					  const char *page, size_t count)
{
	struct epc_sim_instance *instance = to_instance(item);
	unsigned int value;

	if (!kstrtouint(page, 0, &value) && !is_power_of_2(value)) {
		pr_err("pci-epc-sim: %s: region_align is a power of two, not %u\n",
		       config_item_name(item), value);
		return -EINVAL;
	}

	return store_knob(item, page, count, "region_align", SZ_1M,
			  &instance->profile.region_align);
}

CONFIGFS_ATTR(epc_sim_, region_align);

static ssize_t epc_sim_link_show(struct config_item *item, char *page)
{
	struct epc_sim_instance *instance = to_instance(item);
	const struct epc_sim_link_model *model = &instance->link_model;

	guard(mutex)(&instance->lock);
	if (!model->generation)
		return sysfs_emit(page, "none\n");
	return sysfs_emit(page, "gen%ux%u\n", model->generation, model->width);
}

static ssize_t epc_sim_link_store(struct config_item *item, const char *page,
				  size_t count)
{
	struct epc_sim_instance *instance = to_instance(item);
	struct epc_sim_link_model model;
	char name[16];

	if (strscpy(name, page, sizeof(name)) < 0 ||
	    epc_sim_link_model_parse(strim(name), &model)) {
		pr_err("pci-epc-sim: %s: link is none, or gen1 to gen5 with x1, x2, x4, x8 or x16, as gen3x4\n",
		       config_item_name(item));
		return -EINVAL;
	}

	guard(mutex)(&instance->lock);
	if (instance->sim)
		return -EBUSY;

	instance->link_model = model;
	return count;
}

CONFIGFS_ATTR(epc_sim_, link);

static ssize_t epc_sim_latency_ns_show(struct config_item *item, char *page)
{
	return show_knob(item, page,
			 &to_instance(item)->link_model.latency_ns);
}

static ssize_t epc_sim_latency_ns_store(struct config_item *item,
					const char *page, size_t count)
{
	return store_knob(item, page, count, "latency_ns", NSEC_PER_MSEC,
			  &to_instance(item)->link_model.latency_ns);
}

CONFIGFS_ATTR(epc_sim_, latency_ns);

static const char * const dma_names[] = {
	[EPC_SIM_DMA_NONE] = "none",
	[EPC_SIM_DMA_PRIVATE] = "private",
	[EPC_SIM_DMA_MEMCPY] = "memcpy",
	[EPC_SIM_DMA_BOTH] = "both",
};

static ssize_t epc_sim_dma_show(struct config_item *item, char *page)
{
	struct epc_sim_instance *instance = to_instance(item);

	guard(mutex)(&instance->lock);
	return sysfs_emit(page, "%s\n", dma_names[instance->profile.dma]);
}

static ssize_t epc_sim_dma_store(struct config_item *item, const char *page,
				 size_t count)
{
	struct epc_sim_instance *instance = to_instance(item);
	int dma;

	dma = sysfs_match_string(dma_names, page);
	if (dma < 0) {
		pr_err("pci-epc-sim: %s: dma is none, private, memcpy or both\n",
		       config_item_name(item));
		return -EINVAL;
	}

	guard(mutex)(&instance->lock);
	if (instance->sim)
		return -EBUSY;

	instance->profile.dma = dma;
	return count;
}

CONFIGFS_ATTR(epc_sim_, dma);

static ssize_t epc_sim_live_show(struct config_item *item, char *page)
{
	struct epc_sim_instance *instance = to_instance(item);

	guard(mutex)(&instance->lock);
	return sysfs_emit(page, "%d\n", !!instance->sim);
}

static int epc_sim_go_live(struct epc_sim_instance *instance)
{
	struct config_item *item = &instance->group.cg_item;
	struct epc_sim *sim;
	int ret;

	/* rmdir must not take away what is in use. */
	ret = configfs_depend_item_unlocked(&epc_sim_subsystem, item);
	if (ret)
		return ret;

	sim = epc_sim_create(config_item_name(item), &instance->profile,
			     &instance->link_model);
	if (IS_ERR(sim)) {
		configfs_undepend_item(item);
		return PTR_ERR(sim);
	}

	instance->sim = sim;
	return 0;
}

static int epc_sim_go_dead(struct epc_sim_instance *instance)
{
	int ret;

	ret = epc_sim_destroy(instance->sim);
	if (ret)
		return ret;

	instance->sim = NULL;
	configfs_undepend_item(&instance->group.cg_item);
	return 0;
}

static ssize_t epc_sim_live_store(struct config_item *item, const char *page,
				  size_t count)
{
	struct epc_sim_instance *instance = to_instance(item);
	bool live;
	int ret;

	ret = kstrtobool(page, &live);
	if (ret)
		return ret;

	guard(mutex)(&instance->lock);
	if (live == !!instance->sim)
		return -EALREADY;

	ret = live ? epc_sim_go_live(instance) : epc_sim_go_dead(instance);
	return ret ? ret : count;
}

CONFIGFS_ATTR(epc_sim_, live);

static ssize_t epc_sim_stats_show(struct config_item *item, char *page)
{
	struct epc_sim_instance *instance = to_instance(item);
	struct epc_sim *sim;

	guard(mutex)(&instance->lock);
	sim = instance->sim;
	return epc_sim_stats_print(sim ? sim->counters : NULL, page);
}

static ssize_t epc_sim_stats_store(struct config_item *item, const char *page,
				   size_t count)
{
	struct epc_sim_instance *instance = to_instance(item);
	struct epc_sim *sim;

	guard(mutex)(&instance->lock);
	sim = instance->sim;
	if (sim)
		epc_sim_stats_reset(sim, sim->counters);

	return count;
}

CONFIGFS_ATTR(epc_sim_, stats);

static struct configfs_attribute *epc_sim_attrs[] = {
	&epc_sim_attr_profile,
	&epc_sim_attr_max_functions,
	&epc_sim_attr_max_maps,
	&epc_sim_attr_region_align,
	&epc_sim_attr_link,
	&epc_sim_attr_latency_ns,
	&epc_sim_attr_dma,
	&epc_sim_attr_live,
	&epc_sim_attr_stats,
	NULL,
};

static struct epc_sim_function_group *
to_function_group(struct config_item *item)
{
	return container_of(to_config_group(item),
			    struct epc_sim_function_group, group);
}

static atomic64_t *function_counters(struct epc_sim *sim,
				     struct config_item *item)
{
	return epc_sim_function(sim, to_function_group(item)->func_no,
				0)->counters;
}

static ssize_t epc_sim_function_stats_show(struct config_item *item,
					   char *page)
{
	struct epc_sim_instance *instance = to_instance(item->ci_parent);
	struct epc_sim *sim;

	guard(mutex)(&instance->lock);
	sim = instance->sim;
	return epc_sim_stats_print(sim ? function_counters(sim, item) : NULL,
				   page);
}

static ssize_t epc_sim_function_stats_store(struct config_item *item,
					    const char *page, size_t count)
{
	struct epc_sim_instance *instance = to_instance(item->ci_parent);
	struct epc_sim *sim;

	guard(mutex)(&instance->lock);
	sim = instance->sim;
	if (sim)
		epc_sim_stats_reset(sim, function_counters(sim, item));

	return count;
}

CONFIGFS_ATTR(epc_sim_function_, stats);

static struct configfs_attribute *epc_sim_function_attrs[] = {
	&epc_sim_function_attr_stats,
	NULL,
};

static const struct config_item_type epc_sim_function_type = {
	.ct_attrs = epc_sim_function_attrs,
	.ct_owner = THIS_MODULE,
};

static void epc_sim_instance_release(struct config_item *item)
{
	struct epc_sim_instance *instance = to_instance(item);

	mutex_destroy(&instance->lock);
	kfree(instance);
}

static struct configfs_item_operations epc_sim_item_ops = {
	.release = epc_sim_instance_release,
};

static const struct config_item_type epc_sim_instance_type = {
	.ct_item_ops = &epc_sim_item_ops,
	.ct_attrs = epc_sim_attrs,
	.ct_owner = THIS_MODULE,
};

static struct config_group *epc_sim_make_instance(struct config_group *group,
						  const char *name)
{
	struct epc_sim_instance *instance;
	char function_name[16];
	unsigned int i;

	instance = kzalloc(sizeof(*instance), GFP_KERNEL);
	if (!instance)
		return ERR_PTR(-ENOMEM);

	mutex_init(&instance->lock);
	instance->profile = *epc_sim_profile_find("generic");

	config_group_init_type_name(&instance->group, name,
				    &epc_sim_instance_type);
	for (i = 0; i < EPC_SIM_MAX_FUNCTIONS; i++) {
		snprintf(function_name, sizeof(function_name), "function%u", i);
		config_group_init_type_name(&instance->functions[i].group,
					    function_name,
					    &epc_sim_function_type);
		instance->functions[i].func_no = i;
		configfs_add_default_group(&instance->functions[i].group,
					   &instance->group);
	}

	return &instance->group;
}

static struct configfs_group_operations epc_sim_group_ops = {
	.make_group = epc_sim_make_instance,
};

static const struct config_item_type epc_sim_subsystem_type = {
	.ct_group_ops = &epc_sim_group_ops,
	.ct_owner = THIS_MODULE,
};

static struct configfs_subsystem epc_sim_subsystem = {
	.su_group = {
		.cg_item = {
			.ci_namebuf = "pci_epc_sim",
			.ci_type = &epc_sim_subsystem_type,
		},
	},
	.su_mutex = __MUTEX_INITIALIZER(epc_sim_subsystem.su_mutex),
};

/**
 * epc_sim_configfs_register() - make the directory pci_epc_sim
 *
 * Return: 0, or -errno of configfs.
 */
int epc_sim_configfs_register(void)
{
	config_group_init(&epc_sim_subsystem.su_group);
	return configfs_register_subsystem(&epc_sim_subsystem);
}
