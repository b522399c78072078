// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * Has the controller epc-sim.0 refuse BARs: the parameter "set_bar" says what becomes
 * of its next calls, one after the other, n for one that is refused with EREMOTEIO,
 * y for one that is not, and so are those behind the last. What is read from it is
 * left of them. It is for the controller that there is when it is written.
 */

#include <linux/cleanup.h>
#include <linux/err.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/pci-epc.h>
#include <linux/string.h>
#include <linux/sysfs.h>

/* Protects what follows; within the controller's own lock. */
static DEFINE_MUTEX(lock);
static char answers[16];

/* The controller's, and those with which it refuses. Under the parameter's lock */
static const struct pci_epc_ops *own_ops;
static struct pci_epc_ops ops;

static bool is_refused(void)
{
	bool refused;

	guard(mutex)(&lock);
	refused = answers[0] == 'n';
	if (answers[0])
		memmove(answers, answers + 1, sizeof(answers) - 1);
	return refused;
}

static int set_bar(struct pci_epc *epc, u8 func_no, u8 vfunc_no,
		   struct pci_epf_bar *bar)
{
	return is_refused() ? -EREMOTEIO :
	       own_ops->set_bar(epc, func_no, vfunc_no, bar);
}

static int set_answers(const char *text, const struct kernel_param *param)
{
	size_t len = strcspn(text, "\n");
	struct pci_epc *epc;

	if (len >= sizeof(answers) || strspn(text, "yn") != len)
		return -EINVAL;

	epc = pci_epc_get("epc-sim.0");
	if (IS_ERR(epc))
		return PTR_ERR(epc);

	scoped_guard(mutex, &lock) {
		memset(answers, 0, sizeof(answers));
		memcpy(answers, text, len);
	}
	if (epc->ops != &ops) {
		own_ops = epc->ops;
		ops = *own_ops;
		ops.set_bar = set_bar;
		epc->ops = &ops;
	}
	pci_epc_put(epc);
	return 0;
}

static int get_answers(char *text, const struct kernel_param *param)
{
	guard(mutex)(&lock);
	return sysfs_emit(text, "%s\n", answers);
}

static const struct kernel_param_ops answers_ops = {
	.set = set_answers,
	.get = get_answers,
};
module_param_cb(set_bar, &answers_ops, NULL, 0600);
MODULE_PARM_DESC(set_bar, "which of its next calls are refused: y or n for each");

/* It stays: the controller calls it. */
static int __init refuses_init(void)
{
	return 0;
}
module_init(refuses_init);

MODULE_DESCRIPTION("Has a controller refuse BARs, for tests");
MODULE_LICENSE("GPL");
