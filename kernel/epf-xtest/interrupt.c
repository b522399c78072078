// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * Interrupts to the host, of the type that the host has asked for.
 */

#include <linux/pci.h>

#include "xtest.h"

/**
 * xtest_raise_irq() - interrupt the host
 * @xtest: the function
 * @type: XTEST_STOCK_IRQ_*, from the host
 * @number: of the vector, from 1, from the host; of no meaning for INTx
 *
 * A vector that the host has not enabled is not raised: the log tells.
 *
 * Context: may sleep.
 */
void xtest_raise_irq(struct xtest *xtest, u32 type, u32 number)
{
	static const unsigned int types[] = {
		[XTEST_STOCK_IRQ_INTX] = PCI_IRQ_INTX,
		[XTEST_STOCK_IRQ_MSI] = PCI_IRQ_MSI,
		[XTEST_STOCK_IRQ_MSIX] = PCI_IRQ_MSIX,
	};
	struct pci_epf *epf = xtest->epf;
	struct pci_epc *epc = epf->epc;
	int count = 1;
	int ret;

	if (type >= ARRAY_SIZE(types)) {
		dev_warn_ratelimited(&epf->dev,
				     "the host wants an interrupt of type %u, which there is not\n",
				     type);
		return;
	}

	if (type == XTEST_STOCK_IRQ_MSI)
		count = pci_epc_get_msi(epc, epf->func_no, epf->vfunc_no);
	else if (type == XTEST_STOCK_IRQ_MSIX)
		count = pci_epc_get_msix(epc, epf->func_no, epf->vfunc_no);
	else
		number = 0;

	if (count < 1 || number > count) {
		dev_warn_ratelimited(&epf->dev,
				     "the host wants interrupt %u of %d\n",
				     number, count);
		return;
	}

	ret = pci_epc_raise_irq(epc, epf->func_no, epf->vfunc_no, types[type],
				number);
	if (ret)
		dev_warn_ratelimited(&epf->dev, "interrupt %u: error %d\n",
				     number, ret);
}

/**
 * xtest_raise_completion_irq() - interrupt the host for a completion
 * @xtest: the function
 * @vector: number of the vector, from 1
 *
 * The type is that of the kernel's test function's registers.
 *
 * Context: may sleep.
 */
void xtest_raise_completion_irq(struct xtest *xtest, u32 vector)
{
	u32 type = le32_to_cpu(READ_ONCE(xtest->stock->irq_type));

	xtest_raise_irq(xtest, type, vector);
}
