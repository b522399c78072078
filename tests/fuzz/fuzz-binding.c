// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

/* A binding file, YAML or a blob by what it begins with; what was taken is
 * printed and read again, and must be the same. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <epf.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_print(struct epf_ctx *ctx, const struct epf_config *config)
{
	char *text, *again;
	struct epf_config *back;

	if (epf_config_print(config, &text))
		return;
	if (epf_config_parse(ctx, "printed.yaml", text, strlen(text), &back) ||
	    epf_config_print(back, &again) || strcmp(text, again) != 0)
		abort();
	epf_config_free(back);
	free(again);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct epf_config *config;
	struct epf_ctx *ctx;

	if (epf_ctx_new(NULL, &ctx))
		return 0;
	if (epf_config_parse(ctx, "fuzz", (const char *)data, size,
			     &config) == 0) {
		try_print(ctx, config);
		epf_config_free(config);
	}
	epf_ctx_free(ctx);
	return 0;
}
