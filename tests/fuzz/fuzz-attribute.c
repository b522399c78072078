// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

/* What a file of configfs may hold, and what a user may want in it. */

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attr.h"
#include "configure.h"
#include "epf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_number(const char *text)
{
	uint64_t number, again;
	char printed[32];

	if (attr_parse(text, &number))
		return;
	snprintf(printed, sizeof(printed), "0x%" PRIx64, number);
	if (attr_parse(printed, &again) || again != number ||
	    !configure_is_same(text, printed))
		abort();
}

/* An attribute by name, with a value, into a plan. */
static void try_plan(const char *name, const char *value)
{
	struct epf_plan *plan;
	struct epf_ctx *ctx;

	if (epf_ctx_new(NULL, &ctx))
		return;
	if (epf_plan_new(ctx, &plan) == 0) {
		if (epf_plan_set(plan, "driver", "name", name, value) == 0 &&
		    epf_plan_get_num_steps(plan) != 1)
			abort();
		epf_plan_free(plan);
	}
	epf_ctx_free(ctx);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	char *value;

	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	try_number(text);
	value = strchr(text, '=');
	if (value) {
		*value = '\0';
		try_plan(text, value + 1);
	}
	free(text);
	return 0;
}
