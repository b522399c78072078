// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * The endpoint's side: random bytes for the host, a page for each request.
 */

#include <linux/configfs.h>
#include <linux/delay.h>
#include <linux/io.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/pci-epc.h>
#include <linux/pci-epf.h>
#include <linux/pci_ids.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "entropy.h"

/*
 * The endpoint core calls the functions below, down to entropy_unbind(), one at
 * a time for each function: it holds epf->lock.
 */
struct entropy {
	struct pci_epf *epf;
	struct pci_epf_header header;
	const struct pci_epc_features *features;
	enum pci_barno barno;
	struct entropy_bar *bar;	/* what the host sees; NULL: unbound */
	bool ready;			/* the controller has header and BAR */

	struct task_struct *thread;	/* while the link may be up */
	struct entropy_answer answer;

	struct config_group group;
	unsigned int poll_us;
};

/*
 * Write to the host's memory through the controller's outbound windows. They may
 * be small: what is mapped may be less than what was asked for.
 */
static int entropy_post(struct entropy *entropy, u64 pci_addr,
			const void *data, size_t size)
{
	struct pci_epf *epf = entropy->epf;
	struct pci_epc_map map;
	int ret;

	while (size) {
		ret = pci_epc_mem_map(epf->epc, epf->func_no, epf->vfunc_no,
				      pci_addr, size, &map);
		if (ret)
			return ret;
		memcpy_toio(map.virt_addr, data, map.pci_size);
		pci_epc_mem_unmap(epf->epc, epf->func_no, epf->vfunc_no, &map);

		pci_addr += map.pci_size;
		data += map.pci_size;
		size -= map.pci_size;
	}

	return 0;
}

static int entropy_answer(struct entropy *entropy, u32 request)
{
	struct entropy_answer *answer = &entropy->answer;
	struct entropy_bar *bar = entropy->bar;
	struct pci_epf *epf = entropy->epf;
	u64 address;
	int ret = 0;

	/* The host may change it at any time: it is read once. */
	address = le64_to_cpu(READ_ONCE(bar->address));

	get_random_bytes(answer->data, sizeof(answer->data));
	answer->request = cpu_to_le32(request);
	if (address) {
		ret = entropy_post(entropy, address, answer, sizeof(*answer));
	} else {
		memcpy(bar->answer.data, answer->data, sizeof(answer->data));
		dma_wmb();
		WRITE_ONCE(bar->answer.request, answer->request);
	}
	memzero_explicit(answer, sizeof(*answer));
	if (ret)
		return ret;

	return pci_epc_raise_irq(epf->epc, epf->func_no, epf->vfunc_no,
				 PCI_IRQ_MSI, 1);
}

/* Nothing tells the endpoint that the host has written: it has to look. */
static int entropy_thread(void *data)
{
	struct entropy *entropy = data;
	u32 request, answered = 0;
	unsigned int us;
	int ret;

	while (!kthread_should_stop()) {
		request = le32_to_cpu(READ_ONCE(entropy->bar->request));
		if (request != answered) {
			dma_rmb();
			ret = entropy_answer(entropy, request);
			if (ret)
				dev_err_ratelimited(&entropy->epf->dev,
						    "request %u: error %d\n",
						    request, ret);
			answered = request;
		}
		us = READ_ONCE(entropy->poll_us);
		usleep_range(us, us + us / 8);
	}

	return 0;
}

static int entropy_link_up(struct pci_epf *epf)
{
	struct entropy *entropy = epf_get_drvdata(epf);
	struct task_struct *thread;

	if (!entropy->ready || entropy->thread)
		return 0;

	thread = kthread_run(entropy_thread, entropy, "%s",
			     dev_name(&epf->dev));
	if (IS_ERR(thread))
		return PTR_ERR(thread);

	entropy->thread = thread;
	return 0;
}

/* With the link goes all that the host has said. */
static int entropy_link_down(struct pci_epf *epf)
{
	struct entropy *entropy = epf_get_drvdata(epf);

	if (entropy->thread)
		kthread_stop(entropy->thread);
	entropy->thread = NULL;

	if (entropy->bar) {
		memset(entropy->bar, 0, sizeof(*entropy->bar));
		entropy->bar->magic = cpu_to_le32(ENTROPY_MAGIC);
	}

	return 0;
}

static int entropy_epc_init(struct pci_epf *epf)
{
	struct entropy *entropy = epf_get_drvdata(epf);
	struct pci_epc *epc = epf->epc;
	int ret;

	ret = pci_epc_write_header(epc, epf->func_no, epf->vfunc_no,
				   epf->header);
	if (ret) {
		dev_err(&epf->dev, "cannot write the header: %d\n", ret);
		return ret;
	}

	ret = pci_epc_set_bar(epc, epf->func_no, epf->vfunc_no,
			      &epf->bar[entropy->barno]);
	if (ret) {
		dev_err(&epf->dev, "cannot set BAR%d: %d\n", entropy->barno,
			ret);
		return ret;
	}

	ret = pci_epc_set_msi(epc, epf->func_no, epf->vfunc_no, 1);
	if (ret) {
		dev_err(&epf->dev, "cannot set up MSI: %d\n", ret);
		pci_epc_clear_bar(epc, epf->func_no, epf->vfunc_no,
				  &epf->bar[entropy->barno]);
		return ret;
	}

	entropy->ready = true;

	/* Not every controller can say when the link comes up. */
	return entropy->features->linkup_notifier ? 0 : entropy_link_up(epf);
}

static void entropy_epc_deinit(struct pci_epf *epf)
{
	struct entropy *entropy = epf_get_drvdata(epf);

	entropy_link_down(epf);
	if (entropy->ready)
		pci_epc_clear_bar(epf->epc, epf->func_no, epf->vfunc_no,
				  &epf->bar[entropy->barno]);
	entropy->ready = false;
}

static const struct pci_epc_event_ops entropy_event_ops = {
	.epc_init = entropy_epc_init,
	.epc_deinit = entropy_epc_deinit,
	.link_up = entropy_link_up,
	.link_down = entropy_link_down,
};

static int entropy_bind(struct pci_epf *epf)
{
	struct entropy *entropy = epf_get_drvdata(epf);
	const struct pci_epc_features *features;

	features = pci_epc_get_features(epf->epc, epf->func_no, epf->vfunc_no);
	if (!features || !features->msi_capable) {
		dev_err(&epf->dev, "needs a controller with MSI\n");
		return -EOPNOTSUPP;
	}

	entropy->features = features;
	entropy->barno = pci_epc_get_first_free_bar(features);
	if (entropy->barno < 0) {
		dev_err(&epf->dev, "needs a BAR\n");
		return -EOPNOTSUPP;
	}

	entropy->bar = pci_epf_alloc_space(epf, sizeof(*entropy->bar),
					   entropy->barno, features,
					   PRIMARY_INTERFACE);
	if (!entropy->bar)
		return -ENOMEM;

	return entropy_link_down(epf);
}

static void entropy_unbind(struct pci_epf *epf)
{
	struct entropy *entropy = epf_get_drvdata(epf);

	entropy_epc_deinit(epf);
	pci_epf_free_space(epf, entropy->bar, entropy->barno,
			   PRIMARY_INTERFACE);
	entropy->bar = NULL;
}

static ssize_t entropy_poll_us_show(struct config_item *item, char *page)
{
	struct entropy *entropy = container_of(to_config_group(item),
					       struct entropy, group);

	return sysfs_emit(page, "%u\n", READ_ONCE(entropy->poll_us));
}

static ssize_t entropy_poll_us_store(struct config_item *item,
				     const char *page, size_t count)
{
	struct entropy *entropy = container_of(to_config_group(item),
					       struct entropy, group);
	unsigned int us;
	int ret;

	ret = kstrtouint(page, 0, &us);
	if (ret)
		return ret;
	if (us < 10 || us > 100000) {
		dev_err(&entropy->epf->dev, "poll_us is 10 to 100000\n");
		return -ERANGE;
	}

	WRITE_ONCE(entropy->poll_us, us);
	return count;
}

CONFIGFS_ATTR(entropy_, poll_us);

static struct configfs_attribute *entropy_attrs[] = {
	&entropy_attr_poll_us,
	NULL,
};

static const struct config_item_type entropy_type = {
	.ct_attrs = entropy_attrs,
	.ct_owner = THIS_MODULE,
};

static struct config_group *entropy_add_cfs(struct pci_epf *epf,
					    struct config_group *group)
{
	struct entropy *entropy = epf_get_drvdata(epf);

	config_group_init_type_name(&entropy->group, "entropy", &entropy_type);
	return &entropy->group;
}

static int entropy_probe(struct pci_epf *epf,
			 const struct pci_epf_device_id *id)
{
	struct entropy *entropy;

	entropy = devm_kzalloc(&epf->dev, sizeof(*entropy), GFP_KERNEL);
	if (!entropy)
		return -ENOMEM;
	if (!try_module_get(THIS_MODULE))
		return -ENODEV;

	entropy->epf = epf;
	entropy->header.vendorid = ENTROPY_VENDOR;
	entropy->header.deviceid = ENTROPY_DEVICE;
	entropy->header.baseclass_code = PCI_BASE_CLASS_CRYPT;
	entropy->header.subclass_code = PCI_CLASS_CRYPT_OTHER & 0xff;
	entropy->poll_us = 1000;

	epf->header = &entropy->header;
	epf->event_ops = &entropy_event_ops;
	epf_set_drvdata(epf, entropy);
	return 0;
}

static void entropy_remove(struct pci_epf *epf)
{
	module_put(THIS_MODULE);
}

static const struct pci_epf_device_id entropy_ids[] = {
	{ .name = "pci_epf_entropy" },
	{ }
};

static const struct pci_epf_ops entropy_ops = {
	.bind = entropy_bind,
	.unbind = entropy_unbind,
	.add_cfs = entropy_add_cfs,
};

static struct pci_epf_driver entropy_driver = {
	.driver.name = "pci_epf_entropy",
	.driver.suppress_bind_attrs = true,
	.probe = entropy_probe,
	.remove = entropy_remove,
	.id_table = entropy_ids,
	.ops = &entropy_ops,
	.owner = THIS_MODULE,
};

static int __init entropy_init(void)
{
	return pci_epf_register_driver(&entropy_driver);
}
module_init(entropy_init);

static void __exit entropy_exit(void)
{
	pci_epf_unregister_driver(&entropy_driver);
}
module_exit(entropy_exit);

MODULE_DESCRIPTION("Endpoint function that gives the host random bytes");
MODULE_AUTHOR("The epf-utils authors");
MODULE_LICENSE("GPL");
