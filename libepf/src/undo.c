// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "plan.h"

/* Whether an attribute of a function made anew is what it was; if not, write
 * it, for the next look. */
static bool restore_attribute(struct epf_ctx *ctx, const struct epf_step *step,
			      const struct attribute *attribute)
{
	_cleanup_free_ char *path = NULL, *text = NULL;

	if (!attribute->writable)
		return true; /* the driver's to say */
	if (tree_read_attribute(ctx, step->path, attribute->name, &path, &text))
		return false;
	if (!attribute->text)
		return !text; /* it could not be read before either */
	if (text && !strcmp(text, attribute->text))
		return true;
	cfs_write(&ctx->cfs, path, attribute->text);
	return false;
}

static int undo_delete(struct epf_ctx *ctx, struct epf_step *step)
{
	const struct attribute_list *list = &step->attributes;
	size_t differing = list->count + 1, before, i;
	int err;

	err = cfs_mkdir(&ctx->cfs, step->path);
	if (err)
		return err;
	/* Drivers want some attributes before others, as vntb wants num_mws
	 * before mwN: go on as long as there is progress. */
	do {
		before = differing;
		differing = 0;
		for (i = 0; i < list->count; i++) {
			if (!restore_attribute(ctx, step,
					       &list->items[i]))
				differing++;
		}
	} while (differing && differing < before);
	return differing ? -EIO : 0;
}

static int undo_set(struct epf_ctx *ctx, struct epf_step *step)
{
	if (!step->old)
		return -ENODATA;
	return cfs_write(&ctx->cfs, step->path, step->old);
}

static int undo_link(struct epf_ctx *ctx, struct epf_step *step)
{
	int err;

	err = step_check_unlink(ctx, step);
	return err ? err : cfs_unlink(&ctx->cfs, step->path);
}

int step_undo(struct epf_ctx *ctx, struct epf_step *step)
{
	switch (step->operation) {
	case EPF_OPERATION_LOAD_MODULE:
		return 0;
	case EPF_OPERATION_CREATE:
		return cfs_rmdir(&ctx->cfs, step->path);
	case EPF_OPERATION_DELETE:
		return undo_delete(ctx, step);
	case EPF_OPERATION_SET:
		return undo_set(ctx, step);
	case EPF_OPERATION_LINK:
		return undo_link(ctx, step);
	case EPF_OPERATION_UNLINK:
		return cfs_symlink(&ctx->cfs, step->value, step->path);
	case EPF_OPERATION_START:
		return cfs_write(&ctx->cfs, step->path, "0");
	case EPF_OPERATION_STOP:
		return cfs_write(&ctx->cfs, step->path, "1");
	}
	return -EINVAL;
}
