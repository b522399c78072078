// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

/*
 * Preloaded into a program: end it, as SIGKILL does, before its KILL_AT-th change
 * to the file system.
 */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static void count(void)
{
	static long left = -1;
	const char *text = getenv("KILL_AT");

	if (left < 0)
		left = text ? atol(text) : 0;
	if (left > 0 && --left == 0)
		kill(getpid(), SIGKILL);
}

int mkdirat(int dir, const char *path, mode_t mode)
{
	int (*real)(int dir, const char *path, mode_t mode) =
		dlsym(RTLD_NEXT, "mkdirat");

	count();
	return real(dir, path, mode);
}

int unlinkat(int dir, const char *path, int flags)
{
	int (*real)(int dir, const char *path, int flags) =
		dlsym(RTLD_NEXT, "unlinkat");

	count();
	return real(dir, path, flags);
}

int symlinkat(const char *target, int dir, const char *path)
{
	int (*real)(const char *target, int dir, const char *path) =
		dlsym(RTLD_NEXT, "symlinkat");

	count();
	return real(target, dir, path);
}

ssize_t write(int fd, const void *data, size_t size)
{
	ssize_t (*real)(int fd, const void *data, size_t size) =
		dlsym(RTLD_NEXT, "write");

	count();
	return real(fd, data, size);
}
