// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include <errno.h>
#include <libkmod.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "internal.h"
#include "module.h"

static void unref_ctx(struct kmod_ctx **kmod)
{
	kmod_unref(*kmod);
}

static void unref_list(struct kmod_list **list)
{
	kmod_module_unref_list(*list);
}

/* libkmod prints to standard error unless told otherwise. */
static void silence(void *data, int priority, const char *file, int line,
		    const char *function, const char *format, va_list args)
{
}

static int load_alias(struct kmod_ctx *kmod, const char *alias)
{
	_cleanup_(unref_list) struct kmod_list *list = NULL;
	struct kmod_list *item;
	int err;

	err = kmod_module_new_from_lookup(kmod, alias, &list);
	if (err < 0)
		return err;
	if (!list)
		return -ESRCH;
	kmod_list_foreach(item, list) {
		struct kmod_module *module = kmod_module_get_module(item);

		err = kmod_module_probe_insert_module(module, 0, NULL, NULL,
						      NULL, NULL);
		kmod_module_unref(module);
		if (err < 0)
			return err;
	}
	return 0;
}

int module_load(const char *root, const char *driver)
{
	_cleanup_(unref_ctx) struct kmod_ctx *kmod = NULL;
	_cleanup_free_ char *directory = NULL, *alias = NULL;
	struct utsname uts;
	int err;

	/* EPF modules carry no aliases (scripts/mod has no pci_epf table), but
	 * modprobe.d(5) can say "alias pci_epf:DRIVER MODULE" for a driver
	 * that is not named like its module. */
	if (uname(&uts))
		return -errno;
	directory = string_format("%s/lib/modules/%s", root, uts.release);
	if (!directory)
		return -ENOMEM;
	alias = string_format("pci_epf:%s", driver);
	if (!alias)
		return -ENOMEM;

	kmod = kmod_new(directory, NULL);
	if (!kmod)
		return -ENOMEM;
	kmod_set_log_fn(kmod, silence, NULL);
	err = load_alias(kmod, driver);
	if (err == -ESRCH)
		err = load_alias(kmod, alias);
	return err;
}
