// SPDX-License-Identifier: GPL-2.0-only
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#include <linux/bitops.h>
#include <linux/cleanup.h>
#include <linux/completion.h>
#include <linux/dma-mapping.h>
#include <linux/err.h>
#include <linux/of.h>
#include <linux/platform_device.h>
#include <linux/property.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "epc-sim.h"

static void epc_sim_free(struct kref *ref)
{
	struct epc_sim *sim = container_of(ref, struct epc_sim, ref);

	cleanup_srcu_struct(&sim->srcu);
	kvfree(sim->functions);
	mutex_destroy(&sim->vectors_lock);
	platform_device_put(sim->pdev);
	epc_sim_faults_free(sim);
	kfree(sim);
}

struct epc_sim *epc_sim_get(struct epc_sim *sim)
{
	kref_get(&sim->ref);
	return sim;
}

void epc_sim_put(struct epc_sim *sim)
{
	kref_put(&sim->ref, epc_sim_free);
}

const char *epc_sim_name(const struct epc_sim *sim)
{
	return dev_name(&sim->pdev->dev);
}

static int epc_sim_build(struct epc_sim *sim)
{
	int ret;

	ret = dma_set_mask_and_coherent(&sim->pdev->dev, DMA_BIT_MASK(64));
	if (ret)
		return ret;

	ret = epc_sim_interrupt_init(sim);
	if (ret)
		return ret;

	ret = epc_sim_host_init(sim);
	if (ret)
		goto exit_interrupt;

	ret = epc_sim_link_init(sim);
	if (ret)
		goto exit_host;

	ret = epc_sim_dma_init(sim);
	if (ret)
		goto exit_link;

	ret = epc_sim_doorbell_init(sim);
	if (ret)
		goto exit_dma;

	ret = epc_sim_epc_init(sim);
	if (ret)
		goto exit_doorbell;

	return 0;

exit_doorbell:
	epc_sim_doorbell_exit(sim);
exit_dma:
	epc_sim_dma_exit(sim);
exit_link:
	epc_sim_link_exit(sim);
exit_host:
	epc_sim_host_exit(sim);
exit_interrupt:
	epc_sim_interrupt_exit(sim);
	return ret;
}

/*
 * The controller makes its own configfs directory, which takes locks that
 * lockdep cannot tell from those of the directory whose attribute we are
 * called from. They are others; a work item keeps the two apart.
 */
struct epc_sim_build {
	struct work_struct work;
	struct completion done;
	struct epc_sim *sim;
	void (*run)(struct epc_sim_build *build);
	int ret;
};

static void epc_sim_build_work(struct work_struct *work)
{
	struct epc_sim_build *build =
		container_of(work, struct epc_sim_build, work);

	build->run(build);
	complete(&build->done);
}

static int epc_sim_run(struct epc_sim *sim,
		       void (*run)(struct epc_sim_build *build))
{
	struct epc_sim_build build = {
		.sim = sim,
		.run = run,
	};

	init_completion(&build.done);
	INIT_WORK_ONSTACK(&build.work, epc_sim_build_work);
	schedule_work(&build.work);
	wait_for_completion(&build.done);
	destroy_work_on_stack(&build.work);
	return build.ret;
}

/*
 * All is made in probe(), as by the driver of a real controller: who watches
 * drivers bind, finds the controller complete.
 */
static int epc_sim_probe(struct platform_device *pdev)
{
	struct epc_sim *sim = platform_get_drvdata(pdev);

	sim->probed = epc_sim_build(sim);
	return sim->probed;
}

static void epc_sim_remove(struct platform_device *pdev)
{
	struct epc_sim *sim = platform_get_drvdata(pdev);

	epc_sim_faults_exit(sim);
	epc_sim_epc_exit(sim);
	epc_sim_dma_exit(sim);
	epc_sim_link_exit(sim);
	put_device(&sim->epc->dev);
	epc_sim_host_exit(sim);
	epc_sim_doorbell_exit(sim);
	epc_sim_interrupt_exit(sim);
}

static struct platform_driver epc_sim_driver = {
	.probe = epc_sim_probe,
	.remove = epc_sim_remove,
	.driver = {
		.name = KBUILD_MODNAME,
		.probe_type = PROBE_FORCE_SYNCHRONOUS,
		.suppress_bind_attrs = true,
	},
};

/**
 * epc_sim_register_driver() - register the driver of all instances
 *
 * Return: 0, or -errno of the driver core.
 */
int epc_sim_register_driver(void)
{
	return platform_driver_register(&epc_sim_driver);
}

static void epc_sim_run_build(struct epc_sim_build *build)
{
	struct epc_sim *sim = build->sim;

	sim->probed = -ENODEV;
	build->ret = platform_device_add(sim->pdev);
	if (build->ret || !sim->probed)
		return;

	platform_device_del(sim->pdev);
	build->ret = sim->probed;
}

static void epc_sim_run_dismantle(struct epc_sim_build *build)
{
	platform_device_del(build->sim->pdev);
}

/* An instance may have a node in the devicetree: the root's child /NAME. */
static struct device_node *epc_sim_find_node(const char *name)
{
	char *path __free(kfree) = kasprintf(GFP_KERNEL, "/%s", name);

	return path ? of_find_node_by_path(path) : NULL;
}

static int epc_sim_alloc_device(struct epc_sim *sim, const char *name)
{
	struct device_node *node = epc_sim_find_node(name);
	struct platform_device *pdev;
	int ret;

	pdev = platform_device_alloc(name, PLATFORM_DEVID_NONE);
	if (!pdev) {
		of_node_put(node);
		return -ENOMEM;
	}

	/* Its release puts the node. */
	device_set_node(&pdev->dev, of_fwnode_handle(node));
	ret = device_set_driver_override(&pdev->dev, KBUILD_MODNAME);
	if (ret) {
		platform_device_put(pdev);
		return ret;
	}

	platform_set_drvdata(pdev, sim);
	sim->pdev = pdev;
	return 0;
}

/**
 * epc_sim_create() - bring a simulated controller and its root port to life
 * @name: name of the controller and of the host bridge's parent
 * @options: what it is to be; copied
 *
 * Context: may sleep.
 * Return: the instance, or an error: -EINVAL when the options do not go
 *	together, as the log tells, -ENOSPC when EPC_SIM_MAX_SIMS are live,
 *	-EEXIST when the name is taken, -ENOMEM, or what the PCI core said.
 */
struct epc_sim *epc_sim_create(const char *name,
			       const struct epc_sim_options *options)
{
	struct epc_sim *sim;
	int ret;

	ret = epc_sim_profile_check(&options->profile, name);
	if (ret)
		return ERR_PTR(ret);

	sim = kzalloc(sizeof(*sim), GFP_KERNEL);
	if (!sim)
		return ERR_PTR(-ENOMEM);

	kref_init(&sim->ref);
	mutex_init(&sim->vectors_lock);
	raw_spin_lock_init(&sim->lock);
	sim->profile = options->profile;
	sim->link_model = options->link_model;
	sim->link_now = options->link_model;
	sim->port_knobs = options->port;

	ret = epc_sim_functions_alloc(sim);
	if (!ret)
		ret = epc_sim_faults_init(sim);
	if (!ret)
		ret = init_srcu_struct(&sim->srcu);
	if (ret) {
		epc_sim_faults_free(sim);
		kvfree(sim->functions);
		kfree(sim);
		return ERR_PTR(ret);
	}

	ret = epc_sim_space_claim(sim);
	if (ret)
		goto put;

	ret = epc_sim_alloc_device(sim, name);
	if (ret)
		goto release_space;

	ret = epc_sim_run(sim, epc_sim_run_build);
	if (ret)
		goto release_space;

	epc_sim_debugfs_init(sim);
	return sim;

release_space:
	epc_sim_space_release(sim);
put:
	epc_sim_put(sim);
	return ERR_PTR(ret);
}

/*
 * Whether functions are linked by others than those who see the driver unbind
 * and unlink them: they mark the node of a function.
 */
static bool epc_sim_is_used(const struct epc_sim *sim)
{
	unsigned int linked = hweight_long(READ_ONCE(sim->epc->function_num_map));

	for_each_child_of_node_scoped(dev_of_node(&sim->pdev->dev), node)
		if (of_node_check_flag(node, OF_POPULATED))
			linked--;

	return linked;
}

/**
 * epc_sim_destroy() - take an instance away
 * @sim: the instance; the caller's reference is dropped on success
 *
 * Context: may sleep.
 * Return: 0, or -EBUSY when a function is linked to the controller: the EPC
 *	core does not unlink functions of a controller that goes away.
 */
int epc_sim_destroy(struct epc_sim *sim)
{
	if (epc_sim_is_used(sim)) {
		dev_err(&sim->pdev->dev,
			"functions are linked to the controller: unlink them first\n");
		return -EBUSY;
	}

	epc_sim_debugfs_exit(sim);
	epc_sim_run(sim, epc_sim_run_dismantle);
	epc_sim_space_release(sim);
	epc_sim_put(sim);
	return 0;
}
