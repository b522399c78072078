// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "input.h"

/* Somewhat more than the library takes. */
#define INPUT_MAX (1024 * 1024 + 1)

static int parse_stdin(struct epfctl *ctl, struct epf_config **config)
{
	char *data = malloc(INPUT_MAX);
	size_t size;
	int ret;

	if (!data)
		return fail(ctl, (struct failure){
			.err = ENOMEM,
			.message = strerror(ENOMEM),
		});
	size = fread(data, 1, INPUT_MAX, stdin);
	if (ferror(stdin))
		ret = fail(ctl, (struct failure){
			.err = errno,
			.operation = "read",
			.path = "standard input",
			.message = strerror(errno),
		});
	else
		ret = epf_config_parse(ctl->ctx, "<stdin>", data, size, config);
	free(data);
	return ret;
}

int input_read(struct epfctl *ctl, const char *path, struct epf_config **config)
{
	if (strcmp(path, "-") == 0)
		return parse_stdin(ctl, config);
	return epf_config_read(ctl->ctx, path, config);
}
