// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors
/*
 * What udev does elsewhere: load the module for a device when the device
 * appears.
 */

#include <errno.h>
#include <linux/netlink.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "init.h"

/* Kernel events are at most UEVENT_BUFFER_SIZE (linux/kobject.h) and a path. */
#define EVENT_MAX	8192

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

static void handle(const char *event, size_t size)
{
	const char *action = find_variable(event, size, "ACTION");
	const char *alias = find_variable(event, size, "MODALIAS");

	if (!action || strcmp(action, "add") || !alias || fork())
		return;
	signal(SIGCHLD, SIG_DFL);
	execlp("modprobe", "modprobe", "-q", "-b", "--", alias, NULL);
	_exit(127);
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
