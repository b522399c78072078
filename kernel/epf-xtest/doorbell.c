// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * The doorbell: a register that interrupts us when the host writes to it. The
 * host sees it in a BAR of the controller's own, or in one of ours, whose memory
 * it takes the place of for as long as the doorbell is used.
 */

#include <linux/align.h>
#include <linux/errno.h>
#include <linux/interrupt.h>

#include "../compat/doorbell.h"
#include "../compat/pci-epc.h"
#include "xtest.h"

static irqreturn_t doorbell_irq(int irq, void *data)
{
	struct xtest_doorbell *doorbell = data;

	WRITE_ONCE(doorbell->rung, true);
	wake_up_all(&doorbell->wait);
	return IRQ_HANDLED;
}

/* A BAR that the host can do without meanwhile. */
static enum pci_barno spare_bar(const struct xtest *xtest)
{
	enum pci_barno bar;

	if (!compat_has_dynamic_inbound(xtest->features))
		return NO_BAR;

	for (bar = 0; bar < PCI_STD_NUM_BARS; bar++)
		if (xtest->bars[bar] && bar != xtest->register_bar &&
		    !xtest_ring_uses(xtest, bar))
			return bar;

	return NO_BAR;
}

static int doorbell_place(struct xtest *xtest)
{
	struct xtest_doorbell *doorbell = &xtest->doorbell;
	struct compat_doorbell found = compat_doorbell_get(xtest->epf);
	const struct pci_epf_bar *memory;

	doorbell->data = found.data;
	doorbell->barno = found.bar;
	doorbell->offset = found.address;
	if (found.bar != NO_BAR)
		return 0;

	doorbell->barno = spare_bar(xtest);
	if (doorbell->barno == NO_BAR)
		return -EOPNOTSUPP;

	/* Most controllers take the lower bits from the host's address. */
	memory = &xtest->epf->bar[doorbell->barno];
	doorbell->offset = found.address & (memory->size - 1);
	doorbell->bar = (struct pci_epf_bar) {
		.phys_addr = ALIGN_DOWN(found.address, memory->size),
		.size = memory->size,
		.barno = memory->barno,
		.flags = memory->flags,
	};
	return 0;
}

static void doorbell_acquire(struct xtest *xtest)
{
	struct xtest_doorbell *doorbell = &xtest->doorbell;
	struct pci_epf *epf = xtest->epf;
	unsigned long irq_flags;
	int irq;

	doorbell->tried = true;
	doorbell->bar.size = 0;
	irq = compat_doorbell_alloc(epf, &irq_flags);
	if (irq <= 0)
		return;

	if (request_irq(irq, doorbell_irq, irq_flags, dev_name(&epf->dev),
			doorbell))
		goto free_doorbell;
	if (doorbell_place(xtest))
		goto free_doorbell_irq;

	doorbell->irq = irq;
	return;

free_doorbell_irq:
	free_irq(irq, doorbell);
free_doorbell:
	compat_doorbell_free(epf);
}

static int set_bar(struct xtest *xtest, struct pci_epf_bar *bar)
{
	struct pci_epf *epf = xtest->epf;
	int ret;

	ret = pci_epc_set_bar(epf->epc, epf->func_no, epf->vfunc_no, bar);
	if (ret)
		dev_err(&epf->dev, "BAR%d: the controller says %d\n",
			bar->barno, ret);
	return ret;
}

/**
 * xtest_doorbell_init() - there is no doorbell yet
 * @xtest: the function, new
 */
void xtest_doorbell_init(struct xtest *xtest)
{
	init_waitqueue_head(&xtest->doorbell.wait);
}

/**
 * xtest_doorbell_enable() - let the host use the doorbell
 * @xtest: the function; on success its @doorbell says where it is
 * @user: who of the host's drivers; the rings take it from the other
 *
 * Context: the function's thread.
 * Return: 0, -EOPNOTSUPP where there is none, -EBUSY where the rings have it, or
 *	an error of the controller.
 */
int xtest_doorbell_enable(struct xtest *xtest, enum xtest_doorbell_user user)
{
	struct xtest_doorbell *doorbell = &xtest->doorbell;
	int ret;

	if (!doorbell->tried)
		doorbell_acquire(xtest);
	if (!doorbell->irq)
		return -EOPNOTSUPP;
	if (doorbell->user > user)
		return -EBUSY;

	if (doorbell->user == XTEST_DOORBELL_IDLE && doorbell->bar.size) {
		ret = set_bar(xtest, &doorbell->bar);
		if (ret)
			return ret;
	}

	doorbell->user = user;
	WRITE_ONCE(doorbell->rung, false);
	return 0;
}

/**
 * xtest_doorbell_disable() - take the doorbell from the host
 * @xtest: the function
 * @user: who has it
 *
 * Context: the function's thread, or there is none.
 * Return: 0, -EINVAL where @user does not have it, or an error of the
 *	controller.
 */
int xtest_doorbell_disable(struct xtest *xtest, enum xtest_doorbell_user user)
{
	struct xtest_doorbell *doorbell = &xtest->doorbell;

	if (doorbell->user != user)
		return -EINVAL;

	doorbell->user = XTEST_DOORBELL_IDLE;
	return doorbell->bar.size ?
	       set_bar(xtest, &xtest->epf->bar[doorbell->barno]) : 0;
}

/**
 * xtest_doorbell_take() - find out whether the doorbell was rung
 * @xtest: the function
 *
 * Context: the function's thread.
 * Return: whether it was, since this was asked last.
 */
bool xtest_doorbell_take(struct xtest *xtest)
{
	return xchg(&xtest->doorbell.rung, false);
}

/**
 * xtest_doorbell_wait() - wait for the doorbell
 * @xtest: the function
 *
 * Context: the function's thread; it ends the wait, too.
 */
void xtest_doorbell_wait(struct xtest *xtest)
{
	wait_event_idle(xtest->doorbell.wait,
			xtest_doorbell_take(xtest) || kthread_should_stop());
}

/**
 * xtest_doorbell_release() - give the doorbell back
 * @xtest: the function; its thread has ended
 *
 * Context: may sleep.
 */
void xtest_doorbell_release(struct xtest *xtest)
{
	struct xtest_doorbell *doorbell = &xtest->doorbell;

	if (doorbell->user != XTEST_DOORBELL_IDLE)
		xtest_doorbell_disable(xtest, doorbell->user);
	if (doorbell->irq) {
		free_irq(doorbell->irq, doorbell);
		compat_doorbell_free(xtest->epf);
	}
	doorbell->irq = 0;
	doorbell->tried = false;
}
