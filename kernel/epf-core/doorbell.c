// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * Doorbells: a register that interrupts the endpoint when the host writes to it.
 * The host sees it in a BAR of the controller's own, or a function puts it behind
 * one of its own.
 */

#include <linux/align.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/interrupt.h>
#include <linux/pci-epf.h>

#include "../compat/doorbell.h"
#include "epf-core.h"

static irqreturn_t doorbell_irq(int irq, void *data)
{
	struct epf_doorbell *doorbell = data;

	doorbell->rung(doorbell->context);
	return IRQ_HANDLED;
}

static int place_doorbell(struct epf_doorbell *doorbell,
			  const struct pci_epf_bar *place)
{
	struct compat_doorbell found = compat_doorbell_get(doorbell->epf);

	doorbell->data = found.data;
	doorbell->barno = found.bar;
	doorbell->offset = found.address;
	doorbell->bar = (struct pci_epf_bar) {};
	if (found.bar != NO_BAR)
		return 0;
	if (!place)
		return -EOPNOTSUPP;

	/* Most controllers take the lower bits from the host's address. */
	doorbell->barno = place->barno;
	doorbell->offset = found.address & (place->size - 1);
	doorbell->bar = (struct pci_epf_bar) {
		.phys_addr = ALIGN_DOWN(found.address, place->size),
		.size = place->size,
		.barno = place->barno,
		.flags = place->flags,
	};
	return 0;
}

/**
 * epf_doorbell_get() - have the controller's doorbell
 * @doorbell: filled; stays until epf_doorbell_put()
 * @epf: the function, bound to its controller; the kernel gives the doorbell to
 *	the first of a controller alone
 * @place: number, size (a power of two) and flags of a BAR that can lead to it,
 *	if none of the controller's own does; or NULL
 * @rung: called when the host has rung
 * @context: for @rung, which is called in interrupt context
 *
 * Context: may sleep.
 * Return: 0, -EOPNOTSUPP where kernel or controller has none or there is no
 *	place for it, or an error of pci_epf_alloc_doorbell() or request_irq().
 */
int epf_doorbell_get(struct epf_doorbell *doorbell, struct pci_epf *epf,
		     const struct pci_epf_bar *place,
		     void (*rung)(void *context), void *context)
{
	unsigned long irq_flags;
	int irq, ret;

	irq = compat_doorbell_alloc(epf, &irq_flags);
	if (irq <= 0)
		return irq ?: -EOPNOTSUPP;

	doorbell->epf = epf;
	doorbell->rung = rung;
	doorbell->context = context;
	ret = request_irq(irq, doorbell_irq, irq_flags, dev_name(&epf->dev),
			  doorbell);
	if (ret)
		goto free_doorbell;

	ret = place_doorbell(doorbell, place);
	if (ret)
		goto free_irq;

	doorbell->irq = irq;
	return 0;

free_irq:
	free_irq(irq, doorbell);
free_doorbell:
	compat_doorbell_free(epf);
	return ret;
}
EXPORT_SYMBOL_GPL(epf_doorbell_get);

/**
 * epf_doorbell_put() - give the doorbell back
 * @doorbell: the doorbell, or all zero; no BAR of the function leads to it
 *
 * It does not ring any more.
 *
 * Context: may sleep.
 */
void epf_doorbell_put(struct epf_doorbell *doorbell)
{
	if (!doorbell->irq)
		return;

	free_irq(doorbell->irq, doorbell);
	compat_doorbell_free(doorbell->epf);
	doorbell->irq = 0;
}
EXPORT_SYMBOL_GPL(epf_doorbell_put);
