// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors
/*
 * What udev does elsewhere: load the module for a device when the device
 * appears.
 */

#include <errno.h>
#include <glob.h>
#include <linux/netlink.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "init.h"

/* Kernel events are at most UEVENT_BUFFER_SIZE (linux/kobject.h) and a path. */
#define EVENT_MAX	8192

/* How long the host may take to find a function, in steps of 10 ms */
#define SETTLE_STEP_US	10000
#define SETTLE_STEPS	500

static const char *find_variable(const char *event, size_t size,
				 const char *name)
{
	const char *variable, *end = event + size;
	size_t length = strlen(name);

	for (variable = event; variable < end;
	     variable += strlen(variable) + 1) {
		if (!strncmp(variable, name, length) &&
		    variable[length] == '=')
			return variable + length + 1;
	}
	return NULL;
}

static void __attribute__((noreturn)) load(const char *alias)
{
	execlp("modprobe", "modprobe", "-q", "-b", "--", alias, NULL);
	_exit(127);
}

static void handle(const char *event, size_t size)
{
	const char *action = find_variable(event, size, "ACTION");
	const char *alias = find_variable(event, size, "MODALIAS");

	if (!action || strcmp(action, "add") || !alias || fork())
		return;
	signal(SIGCHLD, SIG_DFL);
	load(alias);
}

void autoload_start(void)
{
	struct sockaddr_nl address = {
		.nl_family = AF_NETLINK,
		.nl_groups = 1, /* the kernel's events, not udev's */
	};
	char event[EVENT_MAX + 1];
	ssize_t size;
	pid_t pid;
	int fd;

	/* Bound before the fork: nothing from now on is missed. */
	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC,
		    NETLINK_KOBJECT_UEVENT);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		fail("uevents: %s", strerror(errno));
	pid = fork();
	if (pid < 0)
		fail("fork: %s", strerror(errno));
	if (pid > 0) {
		close(fd);
		return;
	}

	signal(SIGCHLD, SIG_IGN); /* no zombies */
	for (;;) {
		size = recv(fd, event, EVENT_MAX, 0);
		if (size <= 0)
			continue; /* ENOBUFS: some were lost */
		event[size] = '\0';
		handle(event, size);
	}
}

/* A bridge's alias has its base class, 06. */
static bool read_alias(const char *path, char *alias, int size)
{
	FILE *file = fopen(path, "re");
	bool found = file && fgets(alias, size, file) &&
		     !strstr(alias, "bc06sc");

	if (file)
		fclose(file);
	alias[found ? strcspn(alias, "\n") : 0] = '\0';
	return found;
}

/*
 * Wait until the host has found a function and loaded the modules for all that
 * it has found; modprobe waits for one that is just being loaded. Without a
 * function, as when its driver refused the controller, go on after a while.
 */
void autoload_settle(void)
{
	char alias[256];
	bool found = false;
	glob_t devices;
	size_t i;
	int step;

	for (step = 0; step < SETTLE_STEPS && !found; step++) {
		if (step)
			usleep(SETTLE_STEP_US);
		if (glob("/sys/bus/pci/devices/*/modalias", 0, NULL, &devices))
			continue;
		for (i = 0; i < devices.gl_pathc; i++) {
			pid_t pid;

			if (!read_alias(devices.gl_pathv[i], alias,
					sizeof(alias)))
				continue;
			found = true;
			pid = fork();
			if (pid == 0)
				load(alias);
			waitpid(pid, NULL, 0);
		}
		globfree(&devices);
	}
}
