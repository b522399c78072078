// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The epf-utils authors
/*
 * Mistakes that epflab has to notice: modprobe lab-report mistake=NAME.
 */

#include <linux/bug.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/panic.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/sprintf.h>
#include <linux/string.h>

static char *mistake = "none";
module_param(mistake, charp, 0);
MODULE_PARM_DESC(mistake, "none, warn, flood, panic, leak, reason, freed or order");

/* More than one: an old stack may still point to the last. */
static void make_leaks(void)
{
	unsigned int i;
	void *lost;

	for (i = 0; i < 10; i++) {
		lost = kzalloc(100, GFP_KERNEL);
		OPTIMIZER_HIDE_VAR(lost);
	}
}

/* As the kernel's own driver core does, see boot_reports in lab/lib/boot.sh. */
static void lose_reasons(void)
{
	unsigned int i;
	char *lost;

	for (i = 0; i < 10; i++) {
		lost = kasprintf(GFP_KERNEL, "%s: Device not ready to probe\n",
				 KBUILD_MODNAME);
		OPTIMIZER_HIDE_VAR(lost);
	}
}

static void use_freed(void)
{
	char *p = kzalloc(100, GFP_KERNEL);

	if (!p)
		return;
	kfree(p);
	OPTIMIZER_HIDE_VAR(p);
	WRITE_ONCE(p[10], 1);
}

static DEFINE_MUTEX(first);
static DEFINE_MUTEX(second);

static void lock_in_both_orders(void)
{
	mutex_lock(&first);
	mutex_lock(&second);
	mutex_unlock(&second);
	mutex_unlock(&first);

	mutex_lock(&second);
	mutex_lock(&first);
	mutex_unlock(&first);
	mutex_unlock(&second);
}

/* More than the kernel's own buffer holds */
static void warn_and_flood(void)
{
	unsigned int i;

	WARN(1, "lab-report: before much else\n");
	for (i = 0; i < 20000; i++)
		pr_info("line %u\n", i);
}

static int __init lab_report_init(void)
{
	if (!strcmp(mistake, "warn"))
		WARN(1, "lab-report: as told\n");
	else if (!strcmp(mistake, "flood"))
		warn_and_flood();
	else if (!strcmp(mistake, "panic"))
		panic("lab-report: as told");
	else if (!strcmp(mistake, "leak"))
		make_leaks();
	else if (!strcmp(mistake, "reason"))
		lose_reasons();
	else if (!strcmp(mistake, "freed"))
		use_freed();
	else if (!strcmp(mistake, "order"))
		lock_in_both_orders();
	else if (strcmp(mistake, "none"))
		return -EINVAL;
	return 0;
}
module_init(lab_report_init);

static void __exit lab_report_exit(void)
{
}
module_exit(lab_report_exit);

MODULE_DESCRIPTION("Mistakes that epflab has to notice");
MODULE_LICENSE("GPL");
