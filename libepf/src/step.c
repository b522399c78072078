// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "attr.h"
#include "plan.h"

/* The kernel turns every cause into one of a few codes. */
#define KERNEL_LOG "the cause is in the kernel log (dmesg)"

static const char *hint_of(enum epf_operation operation, int err)
{
	static const struct {
		enum epf_operation operation;
		int err;
		const char *hint;
	} hints[] = {
		{ EPF_OPERATION_LOAD_MODULE, -ESRCH,
		  "install the module, or load it by hand" },
		{ EPF_OPERATION_CREATE, -EEXIST, "take another name" },
		{ EPF_OPERATION_CREATE, -EINVAL, KERNEL_LOG },
		{ EPF_OPERATION_DELETE, -EBUSY, "unlink it first" },
		{ EPF_OPERATION_DELETE, -ENOTEMPTY, "unlink it, and remove its "
		  "virtual functions, first" },
		{ EPF_OPERATION_SET, -EACCES, "the attribute is read-only" },
		{ EPF_OPERATION_SET, -EBUSY, "unlink the function first" },
		{ EPF_OPERATION_SET, -EOPNOTSUPP, "unlink the function first" },
		{ EPF_OPERATION_LINK, -EBUSY, "it is linked already, or was, as "
		  "a virtual function: delete and make it again" },
		{ EPF_OPERATION_LINK, -EEXIST, "it is linked already" },
		{ EPF_OPERATION_LINK, -EINVAL, "the controller has no number "
		  "left, or too few virtual ones, it is a virtual function, or "
		  "its driver refused: see the kernel log" },
		{ EPF_OPERATION_START, -EINVAL, KERNEL_LOG },
	};
	size_t i;

	if ((err == -EACCES || err == -EPERM) && geteuid())
		return "run as root";
	for (i = 0; i < sizeof(hints) / sizeof(hints[0]); i++) {
		if (hints[i].operation == operation && hints[i].err == err)
			return hints[i].hint;
	}
	return NULL;
}

static const char *system_call(enum epf_operation operation)
{
	static const char *const calls[] = {
		[EPF_OPERATION_LOAD_MODULE] = "load",
		[EPF_OPERATION_CREATE] = "mkdir",
		[EPF_OPERATION_DELETE] = "rmdir",
		[EPF_OPERATION_SET] = "write",
		[EPF_OPERATION_LINK] = "symlink",
		[EPF_OPERATION_UNLINK] = "unlink",
		[EPF_OPERATION_START] = "write",
		[EPF_OPERATION_STOP] = "write",
	};

	return calls[operation];
}

/* Record why a step failed. path: relative to pci_ep. message and hint: NULL
 * for those of err. */
static int fail_at(struct epf_ctx *ctx, const struct epf_step *step, int err,
		   const char *path, const char *message, const char *hint)
{
	_cleanup_free_ char *full = NULL;

	if (step->operation != EPF_OPERATION_LOAD_MODULE)
		full = cfs_full_path(&ctx->cfs, path);
	return error_set(ctx, err, &(struct epf_error){
		.operation = system_call(step->operation),
		.path = full ? full : path,
		.value = step->value,
		.message = message,
		.hint = hint ? hint : hint_of(step->operation, err),
	});
}

static int fail(struct epf_ctx *ctx, const struct epf_step *step, int err,
		const char *message, const char *hint)
{
	return fail_at(ctx, step, err, step->path, message, hint);
}

static bool is_controller(const char *path)
{
	return !strncmp(path, "controllers/", strlen("controllers/"));
}

/* A symlink that led to anything else than a function or a controller would
 * make the kernel take one for the other: it checks nothing. */
static int require(struct epf_ctx *ctx, const struct epf_step *step,
		   const char *path)
{
	int kind;

	kind = cfs_stat(&ctx->cfs, path);
	if (kind == CFS_DIRECTORY)
		return 0;
	if (kind < 0 && kind != -ENOENT)
		return fail_at(ctx, step, kind, path, NULL, NULL);
	return fail_at(ctx, step, -ESRCH, path,
		       is_controller(path) ? "no such controller" :
					     "no such function", NULL);
}

static int run_load(struct epf_ctx *ctx, struct epf_step *step,
		    const struct epf_step *before)
{
	_cleanup_free_ char *directory = NULL;
	int err;

	directory = string_format("functions/%s", step->path);
	if (!directory)
		return error_set_nomem(ctx);
	if (!step->any_module &&
	    cfs_stat(&ctx->cfs, directory) == CFS_DIRECTORY)
		return 0;
	err = cfs_load(&ctx->cfs, step->path);
	if (err == -ELIBACC || err == -ELIBBAD)
		return fail(ctx, step, err, "libkmod.so.2 cannot be used",
			    "install kmod's library, or load the module by hand");
	if (err == -ESRCH)
		return fail(ctx, step, err,
			    step->any_module ? "no such module"
					     : "no module for this driver",
			    NULL);
	if (err)
		return fail(ctx, step, err, NULL, NULL);
	if (step->any_module)
		return 0;
	err = tree_wait(ctx, directory);
	if (err == -ETIMEDOUT)
		return fail(ctx, step, err,
			    "its module is loaded, but offers no such driver",
			    NULL);
	return err ? fail(ctx, step, err, NULL, NULL) : 0;
}

/* Where the driver's directory is: the kernel chose its name. */
static int place_window(struct epf_ctx *ctx, struct epf_step *step)
{
	const char *window = strrchr(step->path, '/') + 1;
	_cleanup_free_ char *windows = NULL;
	char *path;
	int err;

	err = require(ctx, step, step->directory);
	if (err)
		return err;
	err = tree_find_directory(&ctx->cfs, step->directory,
				  "outbound/windows", &windows);
	if (err == -ENOENT)
		return fail(ctx, step, -EOPNOTSUPP,
			    "this function has no outbound windows to put aside",
			    "only drivers that stand on epf-core have");
	if (err)
		return fail(ctx, step, err, NULL, NULL);
	path = string_format("%s/%s", windows, window);
	if (!path)
		return error_set_nomem(ctx);
	free(step->path);
	step->path = path;
	return 0;
}

static int run_add_window(struct epf_ctx *ctx, struct epf_step *step)
{
	int err;

	err = place_window(ctx, step);
	if (err)
		return err;
	err = cfs_mkdir(&ctx->cfs, step->path);
	return err ? fail(ctx, step, err, NULL, NULL) : 0;
}

static int run_remove_window(struct epf_ctx *ctx, struct epf_step *step)
{
	int err;

	err = place_window(ctx, step);
	if (err)
		return err;
	err = tree_read_directory(&ctx->cfs, step->path, &step->attributes);
	if (!err)
		err = cfs_rmdir(&ctx->cfs, step->path);
	return err ? fail(ctx, step, err, err == -ENOENT ?
			  "no such window" : NULL, NULL) : 0;
}

static int run_create(struct epf_ctx *ctx, struct epf_step *step,
		      const struct epf_step *before)
{
	const char *driver = strchr(step->directory, '/') + 1;
	_cleanup_free_ char *hint = NULL;
	int kind, err;

	if (strchr(driver, '/'))
		return run_add_window(ctx, step);

	kind = cfs_stat(&ctx->cfs, step->directory);
	if (kind == -ENOENT) {
		hint = string_format("load its module: modprobe %s", driver);
		return fail_at(ctx, step, -ESRCH, step->directory,
			       "no such driver", hint);
	}
	err = kind < 0 ? kind : cfs_mkdir(&ctx->cfs, step->path);
	step->unlinked = !err;
	return err ? fail(ctx, step, err, NULL, NULL) : 0;
}

static int run_delete(struct epf_ctx *ctx, struct epf_step *step,
		      const struct epf_step *before)
{
	int err;

	if (strchr(strchr(step->directory, '/') + 1, '/'))
		return run_remove_window(ctx, step);
	err = require(ctx, step, step->path);
	if (err)
		return err;
	err = tree_read_attributes(&ctx->cfs, step->path, &step->attributes);
	if (!err)
		err = cfs_rmdir(&ctx->cfs, step->path);
	return err ? fail(ctx, step, err, NULL, NULL) : 0;
}

/* The controller gets a function's fields when it is linked, once. */
static int check_unlinked(struct epf_ctx *ctx, struct epf_step *step)
{
	int linked;

	if (!attr_find_field(step->path + strlen(step->directory) + 1))
		return 0;
	linked = tree_is_linked(&ctx->cfs, step->directory);
	step->unlinked = linked == 0;
	if (linked > 0)
		return fail(ctx, step, -EBUSY, "the function is linked: the "
			    "value would not reach the host", NULL);
	return linked < 0 ? fail(ctx, step, linked, NULL, NULL) : 0;
}

/* The step before has just made the function, or set another attribute of it:
 * looking again would tell nothing new. */
static bool is_known_unlinked(const struct epf_step *step,
			      const struct epf_step *before)
{
	return before && before->unlinked &&
	       !strcmp(before->operation == EPF_OPERATION_CREATE ?
			       before->path : before->directory,
		       step->directory);
}

static int run_set(struct epf_ctx *ctx, struct epf_step *step,
		   const struct epf_step *before)
{
	const char *name = step->path + strlen(step->directory) + 1;
	char *path;
	int err = 0;

	step->unlinked = is_known_unlinked(step, before);
	if (!step->unlinked) {
		err = require(ctx, step, step->directory);
		if (!err)
			err = check_unlinked(ctx, step);
	}
	if (err)
		return err;
	err = tree_read_attribute(ctx, step->directory, name, &path,
				  &step->old);
	if (err == -ENOENT)
		return fail(ctx, step, err, "no such attribute", NULL);
	if (err == -ETIMEDOUT)
		return fail(ctx, step, err,
			    "no such attribute, and the function is incomplete",
			    KERNEL_LOG);
	if (err)
		return fail(ctx, step, err, NULL, NULL);
	free(step->path);
	step->path = path;
	err = cfs_write(&ctx->cfs, path, step->value);
	return err ? fail(ctx, step, err, NULL, NULL) : 0;
}

static bool is_secondary(const struct epf_step *step)
{
	size_t length = strlen(step->directory), tail = strlen("/secondary");

	return is_controller(step->value) && length > tail &&
	       !strcmp(step->directory + length - tail, "/secondary");
}

/* Both ends of a link are there and are what they should be. */
static int require_ends(struct epf_ctx *ctx, const struct epf_step *step)
{
	_cleanup_free_ char *function = NULL;
	int err;

	err = require(ctx, step, step->value);
	if (err)
		return err;
	if (!is_secondary(step))
		return require(ctx, step, step->directory);

	function = strndup(step->directory,
			   strlen(step->directory) - strlen("/secondary"));
	if (!function)
		return error_set_nomem(ctx);
	err = require(ctx, step, function);
	if (err)
		return err;
	err = tree_wait(ctx, step->directory);
	if (err == -ETIMEDOUT)
		return fail_at(ctx, step, err, step->directory,
			       "the kernel did not make this directory", NULL);
	return err ? fail(ctx, step, err, NULL, NULL) : 0;
}

static int run_link(struct epf_ctx *ctx, struct epf_step *step,
		    const struct epf_step *before)
{
	int err;

	err = require_ends(ctx, step);
	if (err)
		return err;
	err = cfs_symlink(&ctx->cfs, step->value, step->path);
	return err ? fail(ctx, step, err, NULL, NULL) : 0;
}

/* The controller at one end of a link; NULL: a virtual function's. */
static const char *controller_of(const struct epf_step *step)
{
	if (is_controller(step->value))
		return step->value;
	return is_controller(step->directory) ? step->directory : NULL;
}

const char *step_numbered_by(const struct epf_step *step)
{
	const char *controller = controller_of(step);

	return controller ? controller : step->directory;
}

int step_check_unlink(struct epf_ctx *ctx, const struct epf_step *step)
{
	const char *controller = controller_of(step);
	int busy;

	busy = controller ? tree_is_started(&ctx->cfs, controller) :
			    tree_is_linked(&ctx->cfs, step->directory);
	return busy > 0 ? -EBUSY : busy;
}

/* Find the link, which others may have made: its name is free, and a primary
 * one may be in the function's primary/ as well. */
static int find_link(struct epf_ctx *ctx, struct epf_step *step)
{
	_cleanup_free_ char *primary = NULL;
	char *path, *value;
	int err;

	err = tree_find_link(&ctx->cfs, step->directory, step->value, &path);
	if (!err) {
		free(step->path);
		step->path = path;
		return 0;
	}
	if (err != -ENOENT || !is_controller(step->directory))
		return err;

	primary = string_format("%s/primary", step->value);
	if (!primary)
		return -ENOMEM;
	err = tree_find_link(&ctx->cfs, primary, step->directory, &path);
	if (err)
		return err;
	free(step->path);
	free(step->value);
	value = step->directory;
	step->path = path;
	step->value = value;
	step->directory = primary;
	primary = NULL;
	return 0;
}

static int run_unlink(struct epf_ctx *ctx, struct epf_step *step,
		      const struct epf_step *before)
{
	int err;

	err = require_ends(ctx, step);
	if (err)
		return err;
	err = find_link(ctx, step);
	if (err == -ENOENT)
		return fail(ctx, step, err, "no such link", NULL);
	if (!err)
		err = step_check_unlink(ctx, step);
	if (err == -EBUSY && controller_of(step))
		return fail(ctx, step, err, "the controller is started",
			    "stop it first");
	if (err == -EBUSY)
		return fail(ctx, step, err, "the physical function is linked",
			    "unlink that one first");
	if (!err)
		err = cfs_unlink(&ctx->cfs, step->path);
	return err ? fail(ctx, step, err, NULL, NULL) : 0;
}

static int run_start(struct epf_ctx *ctx, struct epf_step *step,
		     const struct epf_step *before)
{
	bool start = step->operation == EPF_OPERATION_START;
	int started, err;

	err = require(ctx, step, step->directory);
	if (err)
		return err;
	started = tree_is_started(&ctx->cfs, step->directory);
	if (started < 0)
		return fail(ctx, step, started, NULL, NULL);
	if (started == start)
		return fail(ctx, step, -EALREADY, start ? "it is started" :
							  "it is stopped",
			    NULL);
	err = cfs_write(&ctx->cfs, step->path, step->value);
	return err ? fail(ctx, step, err, NULL, NULL) : 0;
}

int step_run(struct epf_ctx *ctx, struct epf_step *step,
	     const struct epf_step *before)
{
	static int (*const run[])(struct epf_ctx *, struct epf_step *,
				  const struct epf_step *) = {
		[EPF_OPERATION_LOAD_MODULE] = run_load,
		[EPF_OPERATION_CREATE] = run_create,
		[EPF_OPERATION_DELETE] = run_delete,
		[EPF_OPERATION_SET] = run_set,
		[EPF_OPERATION_LINK] = run_link,
		[EPF_OPERATION_UNLINK] = run_unlink,
		[EPF_OPERATION_START] = run_start,
		[EPF_OPERATION_STOP] = run_start,
	};

	return run[step->operation](ctx, step, before);
}
