// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

/* Contexts and the error record. */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "model.h"

static void refuses_options_it_does_not_know(void **state)
{
	struct epf_ctx_options options = { .size = sizeof(options) };
	struct epf_ctx *untouched = (struct epf_ctx *)state;
	struct epf_ctx *ctx = untouched;

	options.flags = 1u << 31;
	assert_int_equal(epf_ctx_new(&options, &ctx), -EINVAL);
	options.flags = 0;
	options.size = sizeof(options) + 8;
	assert_int_equal(epf_ctx_new(&options, &ctx), -EINVAL);
	options.size = 0;
	assert_int_equal(epf_ctx_new(&options, &ctx), -EINVAL);
	assert_ptr_equal(ctx, untouched);
}

static void works_without_options(void **state)
{
	struct epf_ctx *ctx;

	assert_int_equal(epf_ctx_new(NULL, &ctx), 0);
	epf_ctx_free(ctx);
	epf_ctx_free(NULL);
}

static void record_is_empty_before_any_failure(void **state)
{
	const struct epf_error *error;
	struct epf_ctx *ctx;

	assert_int_equal(epf_ctx_new(NULL, &ctx), 0);
	error = epf_ctx_get_error(ctx);
	assert_int_equal(epf_error_get_errno(error), 0);
	assert_null(epf_error_get_operation(error));
	assert_null(epf_error_get_path(error));
	assert_null(epf_error_get_value(error));
	assert_non_null(epf_error_get_message(error));
	assert_null(epf_error_get_hint(error));
	assert_null(epf_error_get_file(error));
	assert_int_equal(epf_error_get_line(error), 0);
	assert_int_equal(epf_error_get_column(error), 0);
	epf_ctx_free(ctx);
}

static void record_keeps_copies_of_everything(void **state)
{
	char text[] = "text";
	const struct epf_error *error;
	struct epf_ctx *ctx;

	assert_int_equal(epf_ctx_new(NULL, &ctx), 0);
	assert_int_equal(error_set(ctx, -EBUSY, &(struct epf_error){
				.operation = text, .path = text, .value = text,
				.message = text, .hint = text, .file = text,
				.line = 2, .column = 3 }), -EBUSY);
	memset(text, 'x', 4);
	error = epf_ctx_get_error(ctx);
	assert_int_equal(epf_error_get_errno(error), EBUSY);
	assert_string_equal(epf_error_get_operation(error), "text");
	assert_string_equal(epf_error_get_path(error), "text");
	assert_string_equal(epf_error_get_value(error), "text");
	assert_string_equal(epf_error_get_message(error), "text");
	assert_string_equal(epf_error_get_hint(error), "text");
	assert_string_equal(epf_error_get_file(error), "text");
	assert_int_equal(epf_error_get_line(error), 2);
	assert_int_equal(epf_error_get_column(error), 3);
	epf_ctx_free(ctx);
}

static void record_may_quote_the_one_before(void **state)
{
	const struct epf_error *error;
	struct epf_error second;
	struct epf_ctx *ctx;

	assert_int_equal(epf_ctx_new(NULL, &ctx), 0);
	error_set(ctx, -EIO, &(struct epf_error){ .path = "first" });
	second = ctx->error;
	second.hint = "second";
	error_set(ctx, -EIO, &second);
	error = epf_ctx_get_error(ctx);
	assert_string_equal(epf_error_get_path(error), "first");
	assert_string_equal(epf_error_get_hint(error), "second");
	assert_string_equal(epf_error_get_message(error), strerror(EIO));
	epf_ctx_free(ctx);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses_options_it_does_not_know),
		cmocka_unit_test(works_without_options),
		cmocka_unit_test(record_is_empty_before_any_failure),
		cmocka_unit_test(record_keeps_copies_of_everything),
		cmocka_unit_test(record_may_quote_the_one_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
