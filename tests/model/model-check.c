// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

/* model-check CONTROLLER: do the same to the running kernel and to the model,
 * one operation after the other, and compare what comes of it. The kernel must
 * have that controller, stopped, pci_epf_test, and no function; without
 * pci_epf_vntb what is about that is left out. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model.h"

#define TEST "functions/pci_epf_test/"
#define VNTB "functions/pci_epf_vntb/"
#define EPC "controllers/@/" /* @ is CONTROLLER */

enum operation {
	MKDIR = 1,
	RMDIR,
	READ,
	WRITE,
	SYMLINK,
	READLINK,
	UNLINK,
	STAT,
};

static const struct {
	enum operation operation;
	const char *path;
	const char *argument;
} script[] = {
	/* Directories. */
	{ STAT, "functions" },
	{ STAT, "controllers" },
	{ STAT, "none" },
	{ MKDIR, "functions/none/f" },
	{ MKDIR, "functions/none" },
	{ MKDIR, "controllers/none" },
	{ RMDIR, "functions" },
	{ RMDIR, "functions/pci_epf_test" },
	{ MKDIR, TEST "a" },
	{ MKDIR, TEST "a" },
	{ MKDIR, TEST "a/b" },
	{ MKDIR, TEST "a/primary/b" },
	{ MKDIR, TEST "a/vendorid" },
	{ RMDIR, TEST "a/primary" },
	{ RMDIR, TEST "a/vendorid" },
	{ RMDIR, TEST "b" },
	{ STAT, TEST "a/primary" },
	{ STAT, TEST "a/secondary" },
	{ STAT, TEST "a/vendorid" },

	/* Fields: formats, defaults, errors; shared by all functions. */
	{ READ, TEST "a/vendorid" },
	{ READ, TEST "a/deviceid" },
	{ READ, TEST "a/revid" },
	{ READ, TEST "a/baseclass_code" },
	{ READ, TEST "a/subsys_id" },
	{ READ, TEST "a/interrupt_pin" },
	{ READ, TEST "a/msi_interrupts" },
	{ READ, TEST "a/msix_interrupts" },
	{ READ, TEST "a/none" },
	{ WRITE, TEST "a/none", "1\n" },
	{ WRITE, TEST "a/vendorid", "0x104c\n" },
	{ READ, TEST "a/vendorid" },
	{ WRITE, TEST "a/vendorid", "0x10000\n" },
	{ WRITE, TEST "a/vendorid", "x\n" },
	{ WRITE, TEST "a/vendorid", "1 \n" },
	{ WRITE, TEST "a/vendorid", "-1\n" },
	{ WRITE, TEST "a/vendorid", "" },
	{ WRITE, TEST "a/vendorid", "\n" },
	{ WRITE, TEST "a/revid", "010\n" },
	{ READ, TEST "a/revid" },
	{ WRITE, TEST "a/revid", "08\n" },
	{ WRITE, TEST "a/revid", "256\n" },
	{ WRITE, TEST "a/revid", "+7" },
	{ READ, TEST "a/revid" },
	{ WRITE, TEST "a/interrupt_pin", "9\n" },
	{ WRITE, TEST "a/interrupt_pin", "1\n" },
	{ WRITE, TEST "a/msi_interrupts", "255\n" },
	{ READ, TEST "a/msi_interrupts" },
	{ WRITE, TEST "a/msi_interrupts", "256\n" },
	{ WRITE, TEST "a/msix_interrupts", "2048\n" },
	{ READ, TEST "a/msix_interrupts" },
	{ MKDIR, TEST "b" },
	{ READ, TEST "b/vendorid" },
	{ READ, TEST "b/msi_interrupts" },

	/* A directory of the driver's own. */
	{ MKDIR, VNTB "v" },
	{ READ, VNTB "v/baseclass_code" },
	{ STAT, VNTB "v/pci_epf_vntb.2" },
	{ RMDIR, VNTB "v/pci_epf_vntb.2" },
	{ READ, VNTB "v/pci_epf_vntb.2/num_mws" },
	{ READ, VNTB "v/pci_epf_vntb.2/mw1" },
	{ WRITE, VNTB "v/pci_epf_vntb.2/mw1", "4096\n" },
	{ WRITE, VNTB "v/pci_epf_vntb.2/num_mws", "5\n" },
	{ WRITE, VNTB "v/pci_epf_vntb.2/num_mws", "1\n" },
	{ READ, VNTB "v/pci_epf_vntb.2/mw1" },
	{ WRITE, VNTB "v/pci_epf_vntb.2/mw1", "4096\n" },
	{ READ, VNTB "v/pci_epf_vntb.2/mw1" },
	{ WRITE, VNTB "v/pci_epf_vntb.2/mw2", "4096\n" },
	{ RMDIR, VNTB "v" },

	/* Controllers. */
	{ READ, EPC "start" },
	{ WRITE, EPC "start", "0\n" },
	{ WRITE, EPC "start", "x\n" },
	{ WRITE, EPC "start", "2\n" },

	/* Links. */
	{ SYMLINK, EPC "l", "functions/pci_epf_test/none" },
	{ SYMLINK, "functions/l", TEST "a" },
	{ SYMLINK, "functions/pci_epf_test/l", TEST "a" },
	{ SYMLINK, "controllers/l", TEST "a" },
	{ SYMLINK, EPC "start", TEST "a" },
	{ SYMLINK, EPC "l", TEST "a/vendorid" },
	{ SYMLINK, EPC "l", TEST "a" },
	{ READLINK, EPC "l" },
	{ STAT, EPC "l" },
	{ SYMLINK, EPC "l", TEST "b" },
	{ SYMLINK, EPC "m", TEST "a" },
	{ SYMLINK, TEST "a/primary/m", "controllers/@" },
	{ RMDIR, TEST "a" },
	{ UNLINK, EPC "none" },
	{ UNLINK, EPC "l" },
	{ SYMLINK, TEST "a/primary/l", "controllers/@" },
	{ READLINK, TEST "a/primary/l" },
	{ RMDIR, TEST "a" },
	{ UNLINK, TEST "a/primary/l" },

	/* Virtual functions. */
	{ SYMLINK, TEST "a/vf", TEST "b" },
	{ READLINK, TEST "a/vf" },
	{ SYMLINK, TEST "a/again", TEST "b" },
	{ SYMLINK, TEST "a/vendorid", TEST "b" },
	{ SYMLINK, EPC "vf", TEST "b" },
	{ RMDIR, TEST "a" },
	{ RMDIR, TEST "b" },
	{ UNLINK, TEST "a/vf" },
	{ SYMLINK, EPC "vf", TEST "b" },
	{ RMDIR, TEST "b" },
	{ SYMLINK, EPC "l", TEST "a" },
	{ MKDIR, TEST "b" },
	{ SYMLINK, TEST "a/vf", TEST "b" },

	/* Start and stop. */
	{ WRITE, EPC "start", "1\n" },
	{ WRITE, EPC "start", "1\n" },
	{ READ, EPC "start" },
	{ WRITE, EPC "start", "0\n" },
	{ READ, EPC "start" },
	{ UNLINK, EPC "l" },
	{ RMDIR, TEST "a" },
	{ RMDIR, TEST "b" },
};

static char *with_controller(const char *path, const char *controller)
{
	const char *at = path ? strchr(path, '@') : NULL;

	if (!at)
		return path ? strdup(path) : NULL;
	return string_format("%.*s%s%s", (int)(at - path), path, controller,
			     at + 1);
}

static int run(const struct cfs_ops *ops, void *data, enum operation operation,
	       const char *path, const char *argument, char **text)
{
	switch (operation) {
	case MKDIR:
		return ops->mkdir(data, path);
	case RMDIR:
		return ops->rmdir(data, path);
	case READ:
		return ops->read(data, path, text);
	case WRITE:
		return ops->write(data, path, argument);
	case SYMLINK:
		return ops->symlink(data, argument, path);
	case READLINK:
		return ops->readlink(data, path, text);
	case UNLINK:
		return ops->unlink(data, path);
	case STAT:
		return ops->stat(data, path);
	}
	return 0;
}

static const char *name_of(enum operation operation)
{
	static const char *const names[] = {
		[MKDIR] = "mkdir",     [RMDIR] = "rmdir",
		[READ] = "read",       [WRITE] = "write",
		[SYMLINK] = "symlink", [READLINK] = "readlink",
		[UNLINK] = "unlink",   [STAT] = "stat",
	};

	return names[operation];
}

static const char *outcome(int ret, const char *text)
{
	if (ret < 0)
		return strerror(-ret);
	return text ? text : "done";
}

static bool compare(struct model *model, void *kernel, const char *controller,
		    size_t index)
{
	_cleanup_free_ char *in_kernel = NULL, *in_model = NULL;
	_cleanup_free_ char *path = NULL, *argument = NULL;
	enum operation operation = script[index].operation;
	int kernel_ret, model_ret;

	path = with_controller(script[index].path, controller);
	argument = with_controller(script[index].argument, controller);
	kernel_ret = run(&cfs_kernel_ops, kernel, operation, path, argument,
			 &in_kernel);
	model_ret = run(&model_ops, model, operation, path, argument,
			&in_model);
	if (kernel_ret == model_ret &&
	    !strcmp(in_kernel ? in_kernel : "", in_model ? in_model : ""))
		return true;
	printf("%zu: %s %s %s\n  kernel: %s\n  model:  %s\n", index,
	       name_of(operation), path, argument ? argument : "",
	       outcome(kernel_ret, in_kernel), outcome(model_ret, in_model));
	return false;
}

int main(int argc, char *argv[])
{
	size_t i, count = 0, same = 0;
	struct model *model;
	void *kernel;
	bool vntb;

	if (argc != 2) {
		fprintf(stderr, "usage: model-check CONTROLLER\n");
		return 2;
	}
	model = model_new();
	model_add_controller(model, argv[1], 8, 0);
	kernel = cfs_kernel_new(NULL);
	if (!kernel)
		abort();
	vntb = cfs_kernel_ops.stat(kernel, "functions/pci_epf_vntb") > 0;
	for (i = 0; i < sizeof(script) / sizeof(script[0]); i++) {
		if (!vntb && !strncmp(script[i].path, VNTB, strlen(VNTB)))
			continue;
		same += compare(model, kernel, argv[1], i);
		count++;
	}
	printf("%zu operations, %zu with the same outcome\n", count, same);
	cfs_kernel_ops.release(kernel);
	model_free(model);
	return same != count;
}
