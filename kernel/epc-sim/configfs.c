// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * pci_epc_sim/NAME/		one simulated controller, made with mkdir
 *	profile			what it can do; sets the knobs
 *	link			its speed and width, or none; sets latency_ns
 *	latency_ns, ...		knobs: see knobs.h
 *	barN/type, ...		knobs of a BAR
 *	live			1: on the bus and under pci_ep/controllers
 *	link_up			1 while the link to the endpoint is up
 *	stats			counters, one a line, 0 while not live; any
 *				write clears them
 *	functionN/stats		the same of one function
 *	functionN/vfM/stats	the same of one virtual function of it
 */

#include <linux/cleanup.h>
#include <linux/configfs.h>
#include <linux/kstrtox.h>
#include <linux/module.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "epc-sim.h"
#include "knobs.h"

struct epc_sim_function_group {
	struct config_group group;
	struct epc_sim_instance *instance;
	unsigned int func_no;
	unsigned int vfunc_no;
};

struct epc_sim_instance {
	struct epc_sim_knob_group knobs;
	struct epc_sim_knob_group bars[PCI_STD_NUM_BARS];
	struct epc_sim_knob_group port;
	/* physical functions, and virtual ones from 1 */
	struct epc_sim_function_group functions[EPC_SIM_MAX_FUNCTIONS]
					       [1 + EPC_SIM_MAX_VFS];
	struct epc_sim_knob_gate gate; /* its lock protects what follows, too */
	struct epc_sim_options options;
	struct epc_sim *sim;	/* NULL: not live */
};

static struct configfs_subsystem epc_sim_subsystem;

static struct epc_sim_instance *to_instance(struct config_item *item)
{
	return container_of(to_epc_sim_knob_group(item),
			    struct epc_sim_instance, knobs);
}

static ssize_t epc_sim_profile_show(struct config_item *item, char *page)
{
	struct epc_sim_instance *instance = to_instance(item);

	guard(mutex)(&instance->gate.lock);
	return sysfs_emit(page, "%s\n", instance->options.profile.name);
}

static ssize_t epc_sim_profile_store(struct config_item *item,
				     const char *page, size_t count)
{
	struct epc_sim_instance *instance = to_instance(item);
	const struct epc_sim_profile *profile;
	char name[32];
	int ret;

	if (strscpy(name, page, sizeof(name)) < 0)
		return -EINVAL;

	profile = epc_sim_profile_find(strim(name));
	if (!profile) {
		pr_err("pci-epc-sim: %s: no profile \"%s\"\n",
		       config_item_name(item), strim(name));
		return -EINVAL;
	}

	guard(mutex)(&instance->gate.lock);
	ret = epc_sim_knob_busy(item, "profile");
	if (ret)
		return ret;

	instance->options.profile = *profile;
	return count;
}

CONFIGFS_ATTR(epc_sim_, profile);

static ssize_t epc_sim_link_show(struct config_item *item, char *page)
{
	struct epc_sim_instance *instance = to_instance(item);
	const struct epc_sim_link_model *model = &instance->options.link_model;

	guard(mutex)(&instance->gate.lock);
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
	int ret;

	if (strscpy(name, page, sizeof(name)) < 0 ||
	    epc_sim_link_model_parse(strim(name), &model)) {
		pr_err("pci-epc-sim: %s: link is none, or gen1 to gen5 with x1, x2, x4, x8 or x16, as gen3x4\n",
		       config_item_name(item));
		return -EINVAL;
	}

	guard(mutex)(&instance->gate.lock);
	ret = epc_sim_knob_busy(item, "link");
	if (ret)
		return ret;

	instance->options.link_model = model;
	return count;
}

CONFIGFS_ATTR(epc_sim_, link);

static ssize_t epc_sim_live_show(struct config_item *item, char *page)
{
	struct epc_sim_instance *instance = to_instance(item);

	guard(mutex)(&instance->gate.lock);
	return sysfs_emit(page, "%d\n", !!instance->sim);
}

static int epc_sim_go_live(struct epc_sim_instance *instance)
{
	struct config_item *item = &instance->knobs.group.cg_item;
	struct epc_sim *sim;
	int ret;

	/* rmdir must not take away what is in use. */
	ret = configfs_depend_item_unlocked(&epc_sim_subsystem, item);
	if (ret)
		return ret;

	sim = epc_sim_create(config_item_name(item), &instance->options);
	if (IS_ERR(sim)) {
		configfs_undepend_item(item);
		return PTR_ERR(sim);
	}

	instance->sim = sim;
	instance->gate.live = true;
	return 0;
}

static int epc_sim_go_dead(struct epc_sim_instance *instance)
{
	int ret;

	ret = epc_sim_destroy(instance->sim);
	if (ret)
		return ret;

	instance->sim = NULL;
	instance->gate.live = false;
	configfs_undepend_item(&instance->knobs.group.cg_item);
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

	guard(mutex)(&instance->gate.lock);
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

	guard(mutex)(&instance->gate.lock);
	sim = instance->sim;
	return epc_sim_stats_print(sim ? sim->counters : NULL, page);
}

static ssize_t epc_sim_stats_store(struct config_item *item, const char *page,
				   size_t count)
{
	struct epc_sim_instance *instance = to_instance(item);
	struct epc_sim *sim;

	guard(mutex)(&instance->gate.lock);
	sim = instance->sim;
	if (sim)
		epc_sim_stats_reset(sim, sim->counters);

	return count;
}

CONFIGFS_ATTR(epc_sim_, stats);

static ssize_t epc_sim_link_up_show(struct config_item *item, char *page)
{
	struct epc_sim_instance *instance = to_instance(item);
	bool up = false;

	guard(mutex)(&instance->gate.lock);
	if (instance->sim) {
		guard(raw_spinlock_irqsave)(&instance->sim->lock);
		up = instance->sim->link_up;
	}
	return sysfs_emit(page, "%d\n", up);
}

CONFIGFS_ATTR_RO(epc_sim_, link_up);

/* What a refusal can be. */
static const struct epc_sim_choice errors[] = {
	{ "none", 0 },
	{ "EBUSY", -EBUSY },
	{ "EINVAL", -EINVAL },
	{ "EIO", -EIO },
	{ "ENOMEM", -ENOMEM },
	{ "ENOSPC", -ENOSPC },
	{ "ETIMEDOUT", -ETIMEDOUT },
	{ }
};

static const struct epc_sim_choice dma_engines[] = {
	{ "none", EPC_SIM_DMA_NONE },
	{ "private", EPC_SIM_DMA_PRIVATE },
	{ "memcpy", EPC_SIM_DMA_MEMCPY },
	{ "both", EPC_SIM_DMA_BOTH },
	{ }
};

#define OPTIONS ((struct epc_sim_options *)0)

EPC_SIM_NUMBER(max_functions, &OPTIONS->profile.max_functions,
	       1, EPC_SIM_MAX_FUNCTIONS);
EPC_SIM_FLAG(one_vendor, &OPTIONS->profile.one_vendor);
EPC_SIM_NUMBER(max_vfs, &OPTIONS->profile.max_vfs, 0, EPC_SIM_MAX_VFS);
EPC_SIM_POWER_OF_TWO(vf_bar_align, &OPTIONS->profile.vf_bar_align, 0, SZ_1M);
EPC_SIM_FLAG(first_vf_has_bars, &OPTIONS->profile.first_vf_has_bars);
EPC_SIM_FLAG(vf_events, &OPTIONS->profile.vf_events);
EPC_SIM_NUMBER(max_maps, &OPTIONS->profile.max_maps, 1, EPC_SIM_MAX_MAPS);
EPC_SIM_CHOICE(no_map_error, &OPTIONS->profile.no_map_error, int, &errors[1]);
EPC_SIM_POWER_OF_TWO(region_align, &OPTIONS->profile.region_align, 1, SZ_1M);
EPC_SIM_NUMBER(min_pass_bits, &OPTIONS->profile.min_pass_bits, 0, 63);
EPC_SIM_NUMBER(max_pass_bits, &OPTIONS->profile.max_pass_bits, 0, 63);
EPC_SIM_CHOICE(no_link_error, &OPTIONS->profile.no_link_error, int, errors);
EPC_SIM_FLAG(align_addr, &OPTIONS->profile.align_addr);
EPC_SIM_FLAG(map_for_message, &OPTIONS->profile.map_for_message);
EPC_SIM_FLAG(refuse_masked_msix, &OPTIONS->profile.refuse_masked_msix);
EPC_SIM_FLAG(no_intx, &OPTIONS->profile.no_intx);
EPC_SIM_FLAG(no_intx_with_msi, &OPTIONS->profile.no_intx_with_msi);
EPC_SIM_FLAG(only_inta, &OPTIONS->profile.only_inta);
EPC_SIM_FLAG(rigid_bars, &OPTIONS->profile.rigid_bars);
EPC_SIM_NUMBER(max_inbound_maps, &OPTIONS->profile.max_inbound_maps,
	       0, EPC_SIM_MAX_INBOUND);
EPC_SIM_FLAG(dynamic_inbound_mapping,
	     &OPTIONS->profile.dynamic_inbound_mapping);
EPC_SIM_FLAG(subrange_mapping, &OPTIONS->profile.subrange_mapping);
EPC_SIM_POWER_OF_TWO(bar_align, &OPTIONS->profile.bar_align, 0, SZ_1M);
EPC_SIM_NUMBER(num_windows, &OPTIONS->profile.num_windows,
	       1, EPC_SIM_MAX_WINDOWS);
EPC_SIM_POWER_OF_TWO(window_size, &OPTIONS->profile.window_size, SZ_4K, SZ_1G);
EPC_SIM_POWER_OF_TWO(window_page_size, &OPTIONS->profile.window_page_size,
		     SZ_4K, SZ_1G);
EPC_SIM_CHOICE(dma, &OPTIONS->profile.dma, enum epc_sim_dma_engines,
	       dma_engines);
EPC_SIM_FLAG(doorbell, &OPTIONS->profile.doorbell);
EPC_SIM_FLAG(intx_capable, &OPTIONS->profile.intx_capable);
EPC_SIM_FLAG(msi_capable, &OPTIONS->profile.msi_capable);
EPC_SIM_FLAG(msix_capable, &OPTIONS->profile.msix_capable);
EPC_SIM_FLAG(linkup_notifier, &OPTIONS->profile.linkup_notifier);
EPC_SIM_FLAG(soft_reset, &OPTIONS->profile.soft_reset);

EPC_SIM_NUMBER(latency_ns, &OPTIONS->link_model.latency_ns, 1, NSEC_PER_MSEC);

static struct configfs_attribute *epc_sim_attrs[] = {
	&epc_sim_attr_profile,
	&epc_sim_knob_attr_max_functions,
	&epc_sim_knob_attr_one_vendor,
	&epc_sim_knob_attr_max_vfs,
	&epc_sim_knob_attr_vf_bar_align,
	&epc_sim_knob_attr_first_vf_has_bars,
	&epc_sim_knob_attr_vf_events,
	&epc_sim_knob_attr_max_maps,
	&epc_sim_knob_attr_no_map_error,
	&epc_sim_knob_attr_region_align,
	&epc_sim_knob_attr_min_pass_bits,
	&epc_sim_knob_attr_max_pass_bits,
	&epc_sim_knob_attr_no_link_error,
	&epc_sim_knob_attr_align_addr,
	&epc_sim_knob_attr_map_for_message,
	&epc_sim_knob_attr_refuse_masked_msix,
	&epc_sim_knob_attr_no_intx,
	&epc_sim_knob_attr_no_intx_with_msi,
	&epc_sim_knob_attr_only_inta,
	&epc_sim_knob_attr_rigid_bars,
	&epc_sim_knob_attr_max_inbound_maps,
	&epc_sim_knob_attr_dynamic_inbound_mapping,
	&epc_sim_knob_attr_subrange_mapping,
	&epc_sim_knob_attr_bar_align,
	&epc_sim_knob_attr_num_windows,
	&epc_sim_knob_attr_window_size,
	&epc_sim_knob_attr_window_page_size,
	&epc_sim_knob_attr_dma,
	&epc_sim_knob_attr_doorbell,
	&epc_sim_knob_attr_intx_capable,
	&epc_sim_knob_attr_msi_capable,
	&epc_sim_knob_attr_msix_capable,
	&epc_sim_knob_attr_linkup_notifier,
	&epc_sim_knob_attr_soft_reset,
	&epc_sim_attr_link,
	&epc_sim_attr_link_up,
	&epc_sim_knob_attr_latency_ns,
	&epc_sim_attr_live,
	&epc_sim_attr_stats,
	NULL,
};

static const struct epc_sim_choice bar_types[] = {
	{ "programmable", EPC_SIM_BAR_PROGRAMMABLE },
	{ "fixed", EPC_SIM_BAR_FIXED },
	{ "resizable", EPC_SIM_BAR_RESIZABLE },
	{ "reserved", EPC_SIM_BAR_RESERVED },
	{ "disabled", EPC_SIM_BAR_DISABLED },
	{ }
};

#define BAR ((struct epc_sim_bar_limits *)0)

EPC_SIM_CHOICE(type, &BAR->type, enum epc_sim_bar_type, bar_types);
EPC_SIM_POWER_OF_TWO(fixed_size, &BAR->fixed_size, 0, EPC_SIM_MAX_IOREMAP);
EPC_SIM_FLAG(only_64bit, &BAR->only_64bit);
EPC_SIM_POWER_OF_TWO(dma_registers, &BAR->dma_registers, 0, SZ_1M);
EPC_SIM_POWER_OF_TWO(msix_table, &BAR->msix_table, 0, SZ_1M);
EPC_SIM_POWER_OF_TWO(msix_pba, &BAR->msix_pba, 0, SZ_1M);

static struct configfs_attribute *epc_sim_bar_attrs[] = {
	&epc_sim_knob_attr_type,
	&epc_sim_knob_attr_fixed_size,
	&epc_sim_knob_attr_only_64bit,
	&epc_sim_knob_attr_dma_registers,
	&epc_sim_knob_attr_msix_table,
	&epc_sim_knob_attr_msix_pba,
	NULL,
};

static const struct config_item_type epc_sim_bar_type = {
	.ct_attrs = epc_sim_bar_attrs,
	.ct_owner = THIS_MODULE,
};

static struct epc_sim_function_group *
to_function_group(struct config_item *item)
{
	return container_of(to_config_group(item),
			    struct epc_sim_function_group, group);
}

/* With the instance's lock held: NULL while there is no such function. */
static atomic64_t *
epc_sim_function_counters(const struct epc_sim_function_group *group)
{
	struct epc_sim *sim = group->instance->sim;

	if (!sim || group->vfunc_no > sim->profile.max_vfs)
		return NULL;

	return epc_sim_function(sim, group->func_no, group->vfunc_no)->counters;
}

static ssize_t epc_sim_function_stats_show(struct config_item *item,
					   char *page)
{
	struct epc_sim_function_group *group = to_function_group(item);

	guard(mutex)(&group->instance->gate.lock);
	return epc_sim_stats_print(epc_sim_function_counters(group), page);
}

static ssize_t epc_sim_function_stats_store(struct config_item *item,
					    const char *page, size_t count)
{
	struct epc_sim_function_group *group = to_function_group(item);
	atomic64_t *counters;

	guard(mutex)(&group->instance->gate.lock);
	counters = epc_sim_function_counters(group);
	if (counters)
		epc_sim_stats_reset(group->instance->sim, counters);

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

	mutex_destroy(&instance->gate.lock);
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

static void epc_sim_init_function_group(struct epc_sim_instance *instance,
					unsigned int func_no,
					unsigned int vfunc_no)
{
	struct epc_sim_function_group *group =
		&instance->functions[func_no][vfunc_no];
	struct config_group *parent = vfunc_no ?
		&instance->functions[func_no][0].group : &instance->knobs.group;
	char name[16];

	group->instance = instance;
	group->func_no = func_no;
	group->vfunc_no = vfunc_no;
	if (vfunc_no)
		snprintf(name, sizeof(name), "vf%u", vfunc_no);
	else
		snprintf(name, sizeof(name), "function%u", func_no);
	config_group_init_type_name(&group->group, name, &epc_sim_function_type);
	configfs_add_default_group(&group->group, parent);
}

static struct config_group *epc_sim_make_instance(struct config_group *group,
						  const char *name)
{
	struct epc_sim_instance *instance;
	struct config_group *instance_group;
	char child[16];
	unsigned int i, v;

	instance = kzalloc(sizeof(*instance), GFP_KERNEL);
	if (!instance)
		return ERR_PTR(-ENOMEM);

	instance_group = &instance->knobs.group;
	instance->gate.instance = &instance_group->cg_item;
	mutex_init(&instance->gate.lock);
	instance->options.profile = *epc_sim_profile_find("generic");
	epc_sim_port_knobs_init(&instance->options.port);
	epc_sim_knob_group_init(&instance->knobs, name, &epc_sim_instance_type,
				&instance->gate, &instance->options);

	for (i = 0; i < PCI_STD_NUM_BARS; i++) {
		snprintf(child, sizeof(child), "bar%u", i);
		epc_sim_knob_group_init(&instance->bars[i], child,
					&epc_sim_bar_type, &instance->gate,
					&instance->options.profile.bars[i]);
		configfs_add_default_group(&instance->bars[i].group,
					   instance_group);
	}
	epc_sim_port_group_init(&instance->port, &instance->gate,
				&instance->options.port);
	configfs_add_default_group(&instance->port.group, instance_group);
	for (i = 0; i < EPC_SIM_MAX_FUNCTIONS; i++)
		for (v = 0; v <= EPC_SIM_MAX_VFS; v++)
			epc_sim_init_function_group(instance, i, v);

	return instance_group;
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
