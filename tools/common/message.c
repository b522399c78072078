// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "message.h"

static char last[512];

void message(const char *format, ...)
{
	va_list args;

	flockfile(stderr);
	va_start(args, format);
	vsnprintf(last, sizeof(last), format, args);
	va_end(args);
	fprintf(stderr, "%s: ", program_invocation_short_name);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	funlockfile(stderr);
}

const char *message_last(void)
{
	return last[0] ? last : NULL;
}

int close_written(FILE *file)
{
	bool failed = ferror(file);

	errno = 0;
	if (fclose(file) != 0)
		return errno ? -errno : -EIO;
	return failed ? -EIO : 0;
}

int close_stdout(void)
{
	int err = close_written(stdout);

	if (err)
		message("standard output: %s", strerror(-err));
	return err;
}
