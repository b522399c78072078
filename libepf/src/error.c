// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include <errno.h>
#include <string.h>

#include "internal.h"

void error_clear(struct epf_error *error)
{
	free((char *)error->operation);
	free((char *)error->path);
	free((char *)error->value);
	free((char *)error->message);
	free((char *)error->hint);
	free((char *)error->file);
	*error = (struct epf_error){ 0 };
}

static const char *copy(const char *string)
{
	return string ? strdup(string) : NULL;
}

int error_set(struct epf_ctx *ctx, int err, const struct epf_error *error)
{
	/* Without memory the record says less; the code stays right. A new
	 * record may quote the old one, so that one goes last. */
	struct epf_error new = {
		.err = -err,
		.operation = copy(error->operation),
		.path = copy(error->path),
		.value = copy(error->value),
		.message = copy(error->message),
		.hint = copy(error->hint),
		.file = copy(error->file),
		.line = error->line,
		.column = error->column,
	};

	error_clear(&ctx->error);
	ctx->error = new;
	return err;
}

int error_set_nomem(struct epf_ctx *ctx)
{
	return error_set(ctx, -ENOMEM, &(struct epf_error){ 0 });
}

EPF_EXPORT int epf_error_get_errno(const struct epf_error *error)
{
	return error->err;
}

EPF_EXPORT const char *epf_error_get_operation(const struct epf_error *error)
{
	return error->operation;
}

EPF_EXPORT const char *epf_error_get_path(const struct epf_error *error)
{
	return error->path;
}

EPF_EXPORT const char *epf_error_get_value(const struct epf_error *error)
{
	return error->value;
}

EPF_EXPORT const char *epf_error_get_message(const struct epf_error *error)
{
	return error->message ? error->message : strerror(error->err);
}

EPF_EXPORT const char *epf_error_get_hint(const struct epf_error *error)
{
	return error->hint;
}

EPF_EXPORT const char *epf_error_get_file(const struct epf_error *error)
{
	return error->file;
}

EPF_EXPORT unsigned int epf_error_get_line(const struct epf_error *error)
{
	return error->line;
}

EPF_EXPORT unsigned int epf_error_get_column(const struct epf_error *error)
{
	return error->column;
}
