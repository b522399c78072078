// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include <errno.h>

#include "internal.h"

#define DEFAULT_TIMEOUT_MS 1000

int ctx_new(const struct epf_ctx_options *options, const struct cfs_ops *ops,
	    void *data, struct epf_ctx **ctx)
{
	struct epf_ctx *new;

	new = calloc(1, sizeof(*new));
	if (!new)
		return -ENOMEM;
	new->timeout_ms = DEFAULT_TIMEOUT_MS;
	new->cfs.ops = ops;
	new->cfs.data = data;
	if (options) {
		new->flags = options->flags;
		if (options->timeout_ms)
			new->timeout_ms = options->timeout_ms;
		new->cfs.log = options->log;
		new->cfs.log_data = options->log_data;
	}
	*ctx = new;
	return 0;
}

EPF_EXPORT int epf_ctx_new(const struct epf_ctx_options *options,
			   struct epf_ctx **ctx)
{
	void *data;
	int err;

	if (options && (options->size != sizeof(*options) ||
			options->flags & ~EPF_CTX_LOAD_MODULES))
		return -EINVAL;

	data = cfs_kernel_new(options ? options->root : NULL);
	if (!data)
		return -ENOMEM;
	err = ctx_new(options, &cfs_kernel_ops, data, ctx);
	if (err)
		cfs_kernel_ops.release(data);
	return err;
}

EPF_EXPORT void epf_ctx_free(struct epf_ctx *ctx)
{
	if (!ctx)
		return;
	if (ctx->cfs.ops->release)
		ctx->cfs.ops->release(ctx->cfs.data);
	error_clear(&ctx->error);
	free(ctx);
}

EPF_EXPORT const struct epf_error *epf_ctx_get_error(const struct epf_ctx *ctx)
{
	return &ctx->error;
}
