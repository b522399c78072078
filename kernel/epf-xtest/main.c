// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * The extended test function: what the kernel's test function does, and many
 * buffers at once, scatter lists, checksums, and what maps cost.
 */

#include <linux/align.h>
#include <linux/cleanup.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/module.h>
#include <linux/pci_ids.h>
#include <linux/slab.h>

#include "xtest.h"

/* As long as there is work, the next look comes at once; then less often. */
#define BUSY_POLLS	64

static int xtest_thread(void *data)
{
	struct xtest *xtest = data;
	unsigned int idle = 0;

	while (!kthread_should_stop()) {
		bool found = xtest_stock_poll(xtest);

		found |= xtest_ring_poll(xtest);
		idle = found ? 0 : idle + 1;
		if (xtest->doorbell.user == XTEST_DOORBELL_RING)
			xtest_doorbell_wait(xtest);
		else if (idle < BUSY_POLLS)
			usleep_range(1, 10);
		else
			usleep_range(xtest->settings.poll_us,
				     2 * xtest->settings.poll_us);
	}

	return 0;
}

static int xtest_go(struct xtest *xtest)
{
	struct task_struct *thread;

	if (xtest->thread)
		return 0;

	epf_maps_link_up(xtest->outbound.maps);
	thread = kthread_run(xtest_thread, xtest, "%s",
			     dev_name(&xtest->epf->dev));
	if (IS_ERR(thread)) {
		epf_maps_link_down(xtest->outbound.maps);
		dev_err(&xtest->epf->dev, "no thread: %pe\n", thread);
		return PTR_ERR(thread);
	}

	xtest->thread = thread;
	return 0;
}

static void xtest_halt(struct xtest *xtest)
{
	if (!xtest->thread)
		return;

	/* What the thread waits for fails from now on. */
	epf_maps_link_down(xtest->outbound.maps);
	kthread_stop(xtest->thread);
	xtest->thread = NULL;
	xtest_ring_stop(xtest);
	xtest_doorbell_release(xtest);
	xtest_subranges_release(xtest);
}

static int xtest_set_bars(struct xtest *xtest)
{
	struct pci_epf *epf = xtest->epf;
	enum pci_barno bar;
	int ret;

	for (bar = 0; bar < PCI_STD_NUM_BARS; bar++) {
		if (!xtest->bars[bar])
			continue;

		ret = pci_epc_set_bar(epf->epc, epf->func_no, epf->vfunc_no,
				      &epf->bar[bar]);
		if (!ret)
			continue;
		dev_err(&epf->dev, "BAR%d: the controller says %d\n", bar, ret);
		if (bar == xtest->register_bar || xtest_ring_uses(xtest, bar))
			return ret;
		pci_epf_free_space(epf, xtest->bars[bar], bar,
				   PRIMARY_INTERFACE);
		xtest->bars[bar] = NULL;
	}

	return 0;
}

static int xtest_set_interrupts(struct xtest *xtest)
{
	struct pci_epf *epf = xtest->epf;
	int ret = 0;

	if (xtest->features->msi_capable && epf->msi_interrupts)
		ret = pci_epc_set_msi(epf->epc, epf->func_no, epf->vfunc_no,
				      epf->msi_interrupts);
	if (!ret && xtest->features->msix_capable && epf->msix_interrupts)
		ret = pci_epc_set_msix(epf->epc, epf->func_no, epf->vfunc_no,
				       epf->msix_interrupts,
				       xtest->register_bar, xtest->msix_offset);
	if (ret)
		dev_err(&epf->dev, "interrupts: the controller says %d\n", ret);
	return ret;
}

static int xtest_epc_init(struct pci_epf *epf)
{
	struct xtest *xtest = epf_get_drvdata(epf);
	int ret;

	/* Virtual functions share a header. */
	if (epf->vfunc_no <= 1) {
		ret = pci_epc_write_header(epf->epc, epf->func_no,
					   epf->vfunc_no, epf->header);
		if (ret) {
			dev_err(&epf->dev, "header: the controller says %d\n",
				ret);
			return ret;
		}
	}

	ret = xtest_set_bars(xtest);
	if (!ret)
		ret = xtest_set_interrupts(xtest);
	if (ret)
		return ret;

	xtest->set_up = true;
	/* Who does not tell of the link lets us look from the start. */
	return xtest->features->linkup_notifier ? 0 : xtest_go(xtest);
}

static void xtest_epc_deinit(struct pci_epf *epf)
{
	struct xtest *xtest = epf_get_drvdata(epf);
	enum pci_barno bar;

	xtest_halt(xtest);
	xtest->set_up = false;
	for (bar = 0; bar < PCI_STD_NUM_BARS; bar++)
		if (xtest->bars[bar])
			pci_epc_clear_bar(epf->epc, epf->func_no,
					  epf->vfunc_no, &epf->bar[bar]);
}

static int xtest_link_up(struct pci_epf *epf)
{
	struct xtest *xtest = epf_get_drvdata(epf);

	/* The link comes up whatever the controller has refused before. */
	return xtest->set_up ? xtest_go(xtest) : 0;
}

static int xtest_link_down(struct pci_epf *epf)
{
	xtest_halt(epf_get_drvdata(epf));
	return 0;
}

static const struct pci_epc_event_ops xtest_event_ops = {
	.epc_init = xtest_epc_init,
	.epc_deinit = xtest_epc_deinit,
	.link_up = xtest_link_up,
	.link_down = xtest_link_down,
};

static void xtest_free_bars(struct xtest *xtest)
{
	enum pci_barno bar;

	for (bar = 0; bar < PCI_STD_NUM_BARS; bar++) {
		if (!xtest->bars[bar])
			continue;
		pci_epf_free_space(xtest->epf, xtest->bars[bar], bar,
				   PRIMARY_INTERFACE);
		xtest->bars[bar] = NULL;
	}
}

static int xtest_alloc_register_bar(struct xtest *xtest)
{
	struct pci_epf *epf = xtest->epf;
	unsigned int vectors = epf->msix_interrupts;
	const struct pci_epc_bar_desc *desc =
		&xtest->features->bar[xtest->register_bar];
	size_t offset = xtest_stock_size();
	size_t size;
	void *memory;

	if (xtest->features->msix_capable && vectors) {
		xtest->msix_offset = offset;
		offset += vectors * PCI_MSIX_ENTRY_SIZE +
			  ALIGN(DIV_ROUND_UP(vectors, 8), 8);
	}
	xtest->ring_offset = ALIGN(offset, 64);
	size = xtest->ring_offset + xtest_ring_size(&xtest->settings);
	if (desc->type == BAR_FIXED)
		size = min_t(size_t, size, desc->fixed_size);

	memory = pci_epf_alloc_space(epf, size, xtest->register_bar,
				     xtest->features, PRIMARY_INTERFACE);
	if (!memory) {
		dev_err(&epf->dev, "BAR%d: no memory for registers\n",
			xtest->register_bar);
		return -ENOMEM;
	}

	xtest->bars[xtest->register_bar] = memory;
	xtest_stock_init(xtest);
	return 0;
}

static void xtest_alloc_other_bars(struct xtest *xtest)
{
	enum pci_barno bar = xtest->register_bar;
	const struct pci_epc_bar_desc *desc;
	size_t size;

	for (;;) {
		/* A BAR of 64 bits takes the next as well. */
		bar = pci_epc_get_next_free_bar(xtest->features,
						xtest->epf->bar[bar].flags &
						PCI_BASE_ADDRESS_MEM_TYPE_64 ?
						bar + 2 : bar + 1);
		if (bar == NO_BAR)
			return;

		desc = &xtest->features->bar[bar];
		size = desc->type == BAR_FIXED ? desc->fixed_size :
						 xtest->settings.bar_size[bar];
		xtest->bars[bar] = pci_epf_alloc_space(xtest->epf, size, bar,
						       xtest->features,
						       PRIMARY_INTERFACE);
		if (!xtest->bars[bar])
			dev_warn(&xtest->epf->dev, "BAR%d: no memory\n", bar);
	}
}

static int xtest_bind(struct pci_epf *epf)
{
	struct xtest *xtest = epf_get_drvdata(epf);
	int ret;

	if (!xtest)
		return -ENODEV;
	/* A virtual one is bound again for the other interface of its parent. */
	if (epf->vfunc_no && xtest->bound)
		return 0;
	if (epf->sec_epc && !epf->vfunc_no) {
		dev_err(&epf->dev, "there is no secondary interface\n");
		return -EINVAL;
	}

	xtest->features = pci_epc_get_features(epf->epc, epf->func_no,
					       epf->vfunc_no);
	if (!xtest->features)
		return -EOPNOTSUPP;

	xtest->register_bar = pci_epc_get_first_free_bar(xtest->features);
	if (xtest->register_bar == NO_BAR)
		return -EINVAL;

	scoped_guard(mutex, &xtest->settings_lock)
		xtest->bound = true;

	xtest->ring.command = kvzalloc(sizeof(*xtest->ring.command),
				       GFP_KERNEL);
	if (!xtest->ring.command) {
		ret = -ENOMEM;
		goto unbound;
	}

	ret = epf_outbound_bind(&xtest->outbound, epf);
	if (ret)
		goto free_command;

	ret = xtest_alloc_register_bar(xtest);
	if (ret)
		goto unbind_outbound;

	xtest_alloc_other_bars(xtest);
	xtest_ring_init(xtest);
	return 0;

unbind_outbound:
	epf_outbound_unbind(&xtest->outbound);
free_command:
	kvfree(xtest->ring.command);
unbound:
	scoped_guard(mutex, &xtest->settings_lock)
		xtest->bound = false;
	return ret;
}

static void xtest_unbind(struct pci_epf *epf)
{
	struct xtest *xtest = epf_get_drvdata(epf);

	/* The EPF core undoes a bind that has failed, too. */
	if (!xtest || !xtest->bound)
		return;

	xtest_epc_deinit(epf);
	xtest_free_bars(xtest);
	epf_outbound_unbind(&xtest->outbound);
	kvfree(xtest->ring.command);
	scoped_guard(mutex, &xtest->settings_lock)
		xtest->bound = false;
}

static struct config_group *xtest_add_cfs(struct pci_epf *epf,
					  struct config_group *group)
{
	struct xtest *xtest = epf_get_drvdata(epf);

	/* The EPF core asks after a probe that has failed, too. */
	if (!xtest)
		return NULL;

	config_group_init_type_name(&xtest->group, dev_name(&epf->dev),
				    &xtest_group_type);
	epf_outbound_add_cfs(&xtest->outbound, &xtest->group);
	return &xtest->group;
}

static const struct pci_epf_ops xtest_ops = {
	.bind = xtest_bind,
	.unbind = xtest_unbind,
	.add_cfs = xtest_add_cfs,
};

static int xtest_probe(struct pci_epf *epf, const struct pci_epf_device_id *id)
{
	struct xtest *xtest;

	xtest = devm_kzalloc(&epf->dev, sizeof(*xtest), GFP_KERNEL);
	if (!xtest)
		return -ENOMEM;

	/* The EPF core keeps no driver of a virtual or of an idle function. */
	if (!try_module_get(THIS_MODULE))
		return -ENODEV;

	mutex_init(&xtest->settings_lock);
	xtest_settings_init(&xtest->settings);
	xtest_doorbell_init(xtest);
	epf_outbound_init(&xtest->outbound);
	xtest->epf = epf;
	xtest->header = (struct pci_epf_header) {
		.vendorid = PCI_ANY_ID,
		.deviceid = PCI_ANY_ID,
		.baseclass_code = PCI_CLASS_OTHERS,
		.interrupt_pin = PCI_INTERRUPT_INTA,
	};
	epf->header = &xtest->header;
	epf->event_ops = &xtest_event_ops;
	epf_set_drvdata(epf, xtest);
	return 0;
}

static void xtest_remove(struct pci_epf *epf)
{
	module_put(THIS_MODULE);
}

static const struct pci_epf_device_id xtest_ids[] = {
	{ .name = "pci_epf_xtest" },
	{ }
};

static struct pci_epf_driver xtest_driver = {
	.driver = {
		.name = "pci_epf_xtest",
		/* The function's directory is in the driver's memory. */
		.suppress_bind_attrs = true,
	},
	.probe = xtest_probe,
	.remove = xtest_remove,
	.id_table = xtest_ids,
	.ops = &xtest_ops,
	.owner = THIS_MODULE,
};

static int __init xtest_init(void)
{
	return pci_epf_register_driver(&xtest_driver);
}
module_init(xtest_init);

static void __exit xtest_exit(void)
{
	pci_epf_unregister_driver(&xtest_driver);
}
module_exit(xtest_exit);

MODULE_DESCRIPTION("PCI endpoint function: extended test");
MODULE_LICENSE("GPL");
