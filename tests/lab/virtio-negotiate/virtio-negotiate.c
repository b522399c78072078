// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * Another host of virtio functions: as long as the driver is being bound, which
 * always fails in the end, it accepts each combination of transport features, and
 * says with which of them the endpoint sets FEATURES_OK. It rings where there is a
 * doorbell.
 */

#include <linux/err.h>
#include <linux/io-64-nonatomic-lo-hi.h>
#include <linux/iopoll.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/virtio_config.h>

#include "uapi/epf-virtio.h"

#define COMBINATIONS	8

#define DISCOVERY(_field)	offsetof(struct epf_virtio_discovery, _field)
#define CONTROL(_field)		offsetof(struct epf_virtio_control, _field)

struct host {
	void __iomem *bar;
	void __iomem *control;
	void __iomem *bell_bar;
	void __iomem *bell;
};

static int request(struct host *host, u16 command, u64 arg0, u64 arg1)
{
	u32 generation = readl(host->control + CONTROL(acknowledge)) + 1;
	u32 seen;

	writew(command, host->control + CONTROL(command));
	writeq(arg0, host->control + CONTROL(args[0]));
	writeq(arg1, host->control + CONTROL(args[1]));
	writel(generation, host->control + CONTROL(request));
	if (host->bell)
		writel(readl(host->bar + DISCOVERY(doorbell_data)), host->bell);
	if (read_poll_timeout(readl, seen, seen == generation, 20,
			      20 * USEC_PER_SEC, false,
			      host->control + CONTROL(acknowledge)))
		return -ETIMEDOUT;
	return readl(host->control + CONTROL(result)) == EPF_VIRTIO_OK ? 0 : -EIO;
}

static int takes(struct host *host, u32 transport)
{
	u64 features = BIT_ULL(VIRTIO_F_VERSION_1) |
		       BIT_ULL(VIRTIO_F_ACCESS_PLATFORM);
	u8 status = VIRTIO_CONFIG_S_ACKNOWLEDGE | VIRTIO_CONFIG_S_DRIVER;
	int ret;

	ret = request(host, EPF_VIRTIO_SET_STATUS, 0, 0) ?:
	      request(host, EPF_VIRTIO_SET_STATUS, status, 0) ?:
	      request(host, EPF_VIRTIO_SET_FEATURES, features, transport) ?:
	      request(host, EPF_VIRTIO_SET_STATUS,
		      status | VIRTIO_CONFIG_S_FEATURES_OK, 0);
	if (ret)
		return ret;

	return !!(readl(host->control + CONTROL(status)) &
		  VIRTIO_CONFIG_S_FEATURES_OK);
}

static int negotiate(struct pci_dev *pdev, struct host *host)
{
	u32 offered = readl(host->bar + DISCOVERY(transport_features));
	unsigned long taken = 0;
	unsigned int transport;
	int ret;

	host->control = host->bar + readl(host->bar + DISCOVERY(control_offset));
	if (offered & EPF_VIRTIO_F_DOORBELL) {
		host->bell_bar = pci_iomap(pdev, readb(host->bar +
						       DISCOVERY(doorbell_bar)), 0);
		if (!host->bell_bar)
			return -ENOMEM;
		host->bell = host->bell_bar +
			     readl(host->bar + DISCOVERY(doorbell_offset));
	}

	for (transport = 0; transport < COMBINATIONS; transport++) {
		ret = takes(host, transport);
		if (ret < 0)
			return ret;
		if (ret)
			__set_bit(transport, &taken);
	}

	pci_info(pdev, "transport features: 0x%x offered, taken: %*pbl\n",
		 offered, COMBINATIONS, &taken);
	return request(host, EPF_VIRTIO_SET_STATUS, 0, 0);
}

static int negotiate_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct host host = { };
	int ret;

	ret = pci_enable_device(pdev);
	if (ret)
		return ret;

	ret = -ENOMEM;
	host.bar = pci_iomap(pdev, 0, 0);
	if (host.bar)
		ret = negotiate(pdev, &host);
	if (host.bell_bar)
		pci_iounmap(pdev, host.bell_bar);
	if (host.bar)
		pci_iounmap(pdev, host.bar);
	pci_disable_device(pdev);
	/* Done: the function is for the next driver. */
	return ret ?: -ENODEV;
}

static const struct pci_device_id negotiate_ids[] = {
	{ PCI_DEVICE(PCI_VENDOR_ID_REDHAT_QUMRANET, 0x10f1) },
	{ }
};

static struct pci_driver negotiate_driver = {
	.name = "virtio-negotiate",
	.id_table = negotiate_ids,
	.probe = negotiate_probe,
};
module_pci_driver(negotiate_driver);

MODULE_DESCRIPTION("A host that accepts each combination of transport features");
MODULE_LICENSE("GPL");
