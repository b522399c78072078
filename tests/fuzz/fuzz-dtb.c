// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

/* Devicetree blobs: whatever comes, it is read or refused; and what was read can
 * be written as source, unless a name has characters that sources do not have. */

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

#include <epf.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct epf_config *config;
	struct epf_ctx *ctx;
	char *source = NULL;
	int ret;

	if (epf_ctx_new(NULL, &ctx))
		return 0;
	/* By this name it is taken for a blob, whatever its magic number. */
	ret = epf_config_parse(ctx, "fuzz.dtb", (const char *)data, size,
			       &config);
	if (ret == 0) {
		ret = epf_config_print_dts(config, &source);
		free(source);
		epf_config_free(config);
	}
	epf_ctx_free(ctx);
	if (ret && ret != -EILSEQ && ret != -EFBIG)
		abort();
	return 0;
}
