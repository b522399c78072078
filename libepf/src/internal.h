/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef INTERNAL_H
#define INTERNAL_H

#include <stdlib.h>

#include "cfs.h"
#include "epf.h"

#define EPF_EXPORT __attribute__((visibility("default")))

static inline void free_pointer(void *pointer)
{
	free(*(void **)pointer);
}

#define _cleanup_(function) __attribute__((cleanup(function)))
#define _cleanup_free_ _cleanup_(free_pointer)

/* printf into new memory; free it. NULL without memory. */
char *string_format(const char *format, ...)
	__attribute__((format(printf, 1, 2)));

/* The record of a failure. The context's own one owns its strings. */
struct epf_error {
	int err; /* positive errno, 0: empty */
	const char *operation;
	const char *path;
	const char *value;
	const char *message; /* NULL: strerror(err) */
	const char *hint;
	const char *file;
	unsigned int line;
	unsigned int column;
};

struct epf_ctx {
	unsigned int flags;
	unsigned int timeout_ms;
	struct cfs cfs;
	struct epf_error error;
};

/* A context over another tree than the kernel's: the tests' model. ops must
 * outlive it, data is released through ops->release. */
int ctx_new(const struct epf_ctx_options *options, const struct cfs_ops *ops,
	    void *data, struct epf_ctx **ctx);

/* Keep a copy of error, with err (a negative errno) in it, as the context's
 * record. Returns err, so that a caller can `return error_set(...)`. */
int error_set(struct epf_ctx *ctx, int err, const struct epf_error *error);
/* The same for -ENOMEM. */
int error_set_nomem(struct epf_ctx *ctx);
void error_clear(struct epf_error *error);

#endif
