// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * A host driver that does nothing but take part in error recovery, for the stock
 * test function, whose own host driver does not. What it was told is in the
 * kernel log.
 */

#include <linux/module.h>
#include <linux/pci.h>

static int host_errors_probe(struct pci_dev *dev,
			     const struct pci_device_id *id)
{
	int ret;

	ret = pci_enable_device_mem(dev);
	if (ret)
		return ret;

	pci_set_master(dev);
	return pci_save_state(dev);
}

static void host_errors_remove(struct pci_dev *dev)
{
	pci_disable_device(dev);
}

static pci_ers_result_t host_errors_detected(struct pci_dev *dev,
					     pci_channel_state_t state)
{
	pci_info(dev, "host-errors: detected, %s\n",
		 state == pci_channel_io_normal ? "link up" : "link lost");
	return state == pci_channel_io_normal ? PCI_ERS_RESULT_CAN_RECOVER :
						PCI_ERS_RESULT_NEED_RESET;
}

static pci_ers_result_t host_errors_slot_reset(struct pci_dev *dev)
{
	pci_info(dev, "host-errors: reset\n");
	pci_restore_state(dev);
	pci_save_state(dev);
	return PCI_ERS_RESULT_RECOVERED;
}

static void host_errors_resume(struct pci_dev *dev)
{
	pci_info(dev, "host-errors: resumed\n");
}

static const struct pci_error_handlers host_errors_handlers = {
	.error_detected = host_errors_detected,
	.slot_reset = host_errors_slot_reset,
	.resume = host_errors_resume,
};

static const struct pci_device_id host_errors_ids[] = {
	{ PCI_DEVICE(PCI_VENDOR_ID_TI, 0xb500) },
	{ }
};
MODULE_DEVICE_TABLE(pci, host_errors_ids);

static struct pci_driver host_errors_driver = {
	.name = "host-errors",
	.id_table = host_errors_ids,
	.probe = host_errors_probe,
	.remove = host_errors_remove,
	.err_handler = &host_errors_handlers,
};
module_pci_driver(host_errors_driver);

MODULE_DESCRIPTION("Host driver that takes part in error recovery");
MODULE_AUTHOR("The epf-utils authors");
MODULE_LICENSE("GPL");
