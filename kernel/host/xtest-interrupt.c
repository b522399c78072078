// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * Interrupts of the function: one type at a time, all vectors of it.
 */

#include <linux/errno.h>
#include <linux/interrupt.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>

#include "../compat/pcitest.h"
#include "xtest-host.h"

/*
 * An endpoint raises INTx for a moment, and has nothing to acknowledge. Who
 * waits looks what it was for: a handler that read the BAR would wait for the
 * link.
 */
static irqreturn_t xtest_irq(int irq, void *data)
{
	struct xtest_device *xtest = data;

	WRITE_ONCE(xtest->last_irq, irq);
	atomic_inc(&xtest->interrupts);
	wake_up_all(&xtest->wait);
	return IRQ_HANDLED;
}

static int request_vectors(struct xtest_device *xtest)
{
	struct pci_dev *pdev = xtest->pdev;
	unsigned int i;
	int ret;

	for (i = 0; i < xtest->num_vectors; i++) {
		ret = request_irq(pci_irq_vector(pdev, i), xtest_irq,
				  IRQF_SHARED, xtest->name, xtest);
		if (ret) {
			while (i--)
				free_irq(pci_irq_vector(pdev, i), xtest);
			return ret;
		}
	}

	return 0;
}

static int set_type(struct xtest_device *xtest, int type)
{
	static const struct {
		unsigned int flag;
		unsigned int max;
	} types[] = {
		[PCITEST_IRQ_TYPE_INTX] = { PCI_IRQ_INTX, 1 },
		[PCITEST_IRQ_TYPE_MSI] = { PCI_IRQ_MSI, 32 },
		[PCITEST_IRQ_TYPE_MSIX] = { PCI_IRQ_MSIX, 2048 },
	};
	int ret;

	if (xtest->irq_type == type)
		return 0;

	xtest_clear_irqs(xtest);
	ret = pci_alloc_irq_vectors(xtest->pdev, 1, types[type].max,
				    types[type].flag);
	if (ret < 0)
		return ret;

	xtest->num_vectors = ret;
	ret = request_vectors(xtest);
	if (ret) {
		xtest->num_vectors = 0;
		pci_free_irq_vectors(xtest->pdev);
		return ret;
	}

	xtest->irq_type = type;
	return 0;
}

/**
 * xtest_set_irq_type() - have the function interrupt in this way
 * @xtest: the function
 * @type: PCITEST_IRQ_TYPE_INTX, _MSI, _MSIX; or _AUTO, the best there is
 *
 * Where it cannot, no interrupt is set up.
 *
 * Context: may sleep; under the lock.
 * Return: 0, -EINVAL for what is no type, or an error of the PCI core.
 */
int xtest_set_irq_type(struct xtest_device *xtest, int type)
{
	int ret;

	if (type < PCITEST_IRQ_TYPE_INTX || type > PCITEST_IRQ_TYPE_AUTO)
		return -EINVAL;
	if (type != PCITEST_IRQ_TYPE_AUTO)
		return set_type(xtest, type);

	for (type = PCITEST_IRQ_TYPE_MSIX; type >= PCITEST_IRQ_TYPE_INTX;
	     type--) {
		ret = set_type(xtest, type);
		if (!ret)
			break;
	}

	return ret;
}

/**
 * xtest_clear_irqs() - have no interrupts
 * @xtest: the function
 *
 * Context: may sleep; under the lock.
 */
void xtest_clear_irqs(struct xtest_device *xtest)
{
	unsigned int i;

	if (xtest->irq_type == PCITEST_IRQ_TYPE_UNDEFINED)
		return;

	for (i = 0; i < xtest->num_vectors; i++)
		free_irq(pci_irq_vector(xtest->pdev, i), xtest);
	pci_free_irq_vectors(xtest->pdev);
	xtest->num_vectors = 0;
	xtest->irq_type = PCITEST_IRQ_TYPE_UNDEFINED;
}

/**
 * xtest_wait_irq() - wait for an interrupt
 * @xtest: the function
 * @seen: how many there were, from before what raises it
 * @deadline: until when, in jiffies
 *
 * Context: may sleep; under the lock.
 * Return: 0, -ETIMEDOUT, -ENODEV or -EINTR.
 */
int xtest_wait_irq(struct xtest_device *xtest, unsigned int seen,
		   unsigned long deadline)
{
	long left = max_t(long, deadline - jiffies, 1);

	left = wait_event_interruptible_timeout(xtest->wait,
						READ_ONCE(xtest->gone) ||
						atomic_read(&xtest->interrupts) != seen,
						left);
	if (READ_ONCE(xtest->gone))
		return -ENODEV;
	if (left < 0)
		return -EINTR;

	return left ? 0 : -ETIMEDOUT;
}
