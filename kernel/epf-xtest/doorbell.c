// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * The doorbell. Where no BAR of the controller's own leads to it, it takes the place
 * of the memory of one of ours, for as long as it is used.
 */

#include <linux/errno.h>

#include "xtest.h"

static void rung(void *context)
{
	struct xtest_doorbell *doorbell = context;

	WRITE_ONCE(doorbell->rung, true);
	wake_up_all(&doorbell->wait);
}

/* A BAR that the host can do without meanwhile. */
static const struct pci_epf_bar *spare_bar(const struct xtest *xtest)
{
	enum pci_barno bar;

	if (!compat_has_dynamic_inbound(xtest->features))
		return NULL;

	for (bar = 0; bar < PCI_STD_NUM_BARS; bar++)
		if (xtest->bars[bar] && bar != xtest->register_bar &&
		    !xtest_ring_uses(xtest, bar))
			return &xtest->epf->bar[bar];

	return NULL;
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
		epf_doorbell_get(&doorbell->bell, xtest->epf, spare_bar(xtest),
				 rung, doorbell);
	doorbell->tried = true;
	if (!doorbell->bell.irq)
		return -EOPNOTSUPP;
	if (doorbell->user > user)
		return -EBUSY;

	if (doorbell->user == XTEST_DOORBELL_IDLE && doorbell->bell.bar.size) {
		ret = set_bar(xtest, &doorbell->bell.bar);
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
	return doorbell->bell.bar.size ?
	       set_bar(xtest, &xtest->epf->bar[doorbell->bell.barno]) : 0;
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
	epf_doorbell_put(&doorbell->bell);
	doorbell->tried = false;
}
