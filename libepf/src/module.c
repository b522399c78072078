// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include <dlfcn.h>
#include <errno.h>
#include <libkmod.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "internal.h"
#include "module.h"

/* libkmod brings libcrypto and three decompressors with it, which take longer to
 * load than all else that a command does, and mostly the module is there: it is
 * opened when one is not. */
struct kmod_calls {
	struct kmod_ctx *ctx;
	typeof(kmod_new) *new;
	typeof(kmod_unref) *unref;
	typeof(kmod_set_log_fn) *set_log_fn;
	typeof(kmod_list_next) *list_next;
	typeof(kmod_module_new_from_lookup) *new_from_lookup;
	typeof(kmod_module_get_module) *get_module;
	typeof(kmod_module_probe_insert_module) *probe_insert_module;
	typeof(kmod_module_unref) *module_unref;
	typeof(kmod_module_unref_list) *unref_list;
};

#define LIBKMOD "libkmod.so.2"

static int open_kmod(struct kmod_calls *kmod)
{
	const struct {
		const char *name;
		void *function; /* a pointer to a function */
	} symbols[] = {
		{ "kmod_new", &kmod->new },
		{ "kmod_unref", &kmod->unref },
		{ "kmod_set_log_fn", &kmod->set_log_fn },
		{ "kmod_list_next", &kmod->list_next },
		{ "kmod_module_new_from_lookup", &kmod->new_from_lookup },
		{ "kmod_module_get_module", &kmod->get_module },
		{ "kmod_module_probe_insert_module",
		  &kmod->probe_insert_module },
		{ "kmod_module_unref", &kmod->module_unref },
		{ "kmod_module_unref_list", &kmod->unref_list },
	};
	void *library, *symbol;

	/* libcrypto must not be unloaded: what it leaves to be called at the
	 * end of a thread would be gone. */
	library = dlopen(LIBKMOD, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
	if (!library)
		return -ELIBACC;
	for (size_t i = 0; i < sizeof(symbols) / sizeof(symbols[0]); i++) {
		symbol = dlsym(library, symbols[i].name);
		if (!symbol) {
			dlclose(library);
			return -ELIBBAD;
		}
		memcpy(symbols[i].function, &symbol, sizeof(symbol));
	}
	dlclose(library);
	return 0;
}

/* libkmod prints to standard error unless told otherwise. */
static void silence(void *data, int priority, const char *file, int line,
		    const char *function, const char *format, va_list args)
{
}

static int insert(const struct kmod_calls *kmod, struct kmod_list *list)
{
	struct kmod_list *item;
	int err = 0;

	for (item = list; item && err >= 0; item = kmod->list_next(list, item)) {
		struct kmod_module *module = kmod->get_module(item);

		err = kmod->probe_insert_module(module, 0, NULL, NULL, NULL,
						NULL);
		kmod->module_unref(module);
	}
	return err < 0 ? err : 0;
}

static int load_alias(const struct kmod_calls *kmod, const char *alias)
{
	struct kmod_list *list = NULL;
	int err;

	err = kmod->new_from_lookup(kmod->ctx, alias, &list);
	if (err < 0)
		return err;
	if (!list)
		return -ESRCH;
	err = insert(kmod, list);
	kmod->unref_list(list);
	return err;
}

int module_load(const char *root, const char *driver)
{
	_cleanup_free_ char *directory = NULL, *alias = NULL;
	struct kmod_calls kmod;
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

	err = open_kmod(&kmod);
	if (err)
		return err;
	kmod.ctx = kmod.new(directory, NULL);
	if (!kmod.ctx)
		return -ENOMEM;
	kmod.set_log_fn(kmod.ctx, silence, NULL);
	err = load_alias(&kmod, driver);
	if (err == -ESRCH)
		err = load_alias(&kmod, alias);
	kmod.unref(kmod.ctx);
	return err;
}
