// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include <stdio.h>
#include <unistd.h>

#include "progress.h"

#define WIDTH 24

void progress_show(size_t done, size_t total, const char *what)
{
	int filled = total ? (int)(done * WIDTH / total) : 0;

	if (!isatty(STDERR_FILENO))
		return;
	fprintf(stderr, "\r\033[K[%.*s%.*s] %zu/%zu %s",
		filled, "########################",
		WIDTH - filled, "........................",
		done + 1, total, what);
	fflush(stderr);
}

void progress_clear(void)
{
	if (!isatty(STDERR_FILENO))
		return;
	fputs("\r\033[K", stderr);
	fflush(stderr);
}
