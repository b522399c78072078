// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors
/*
 * The first process of a lab kernel: makes the machine around one command,
 * runs it, ends the kernel.
 *
 *	init RUN [interactive] [leaks] [sim]
 *
 * RUN is a folder with two files of strings that end with NUL: `command`, the
 * command and its arguments, and `environ`, its environment, in which
 * EPFLAB_MODULES names the kernel's modules, EPFLAB_PROFILE the simulated
 * controller's profile, EPFLAB_SET its other attributes, EPFLAB_APPLY a binding
 * file to be applied first, EPFLAB_TOP, EPFLAB_CACHE and PWD folders to be shown.
 *
 * Four terminal lines lead outside:
 *	tty1	the command's input: a byte from here asks for a frame, a frame
 *		is its length (32 bits, big endian) and as many bytes, none at
 *		the end; or, interactive, the user's terminal
 *	tty2	the command's output
 *	tty3	the command's errors
 *	tty4	what epflab is told: "start", then "exit STATUS", or
 *		"failed WHY" if the command could not be started
 */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/reboot.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "init.h"

#define KMEMLEAK	"/sys/kernel/debug/kmemleak"

/* kmemleak leaves out what was allocated less than 5 s before its scan. */
#define LEAK_AGE_S	6

static int control = -1;

static void __attribute__((noreturn)) power_off(void)
{
	tcdrain(control);
	reboot(RB_POWER_OFF);
	_exit(EXIT_FAILURE);
}

void fail(const char *format, ...)
{
	va_list args;

	/* No FILE: this may be the process that could not become the command. */
	va_start(args, format);
	dprintf(control, "failed ");
	vdprintf(control, format, args);
	dprintf(control, "\n");
	va_end(args);
	if (getpid() == 1)
		power_off();
	_exit(EXIT_FAILURE);
}

void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		fail("%s: %s: %s", path, text, strerror(errno));
	close(fd);
}

/* Read the strings of RUN/NAME into an array that ends with NULL. */
static char **read_strings(const char *run, const char *name)
{
	size_t count = 0, size;
	char *path, **strings = NULL;
	FILE *file;

	if (asprintf(&path, "%s/%s", run, name) < 0)
		fail("no memory");
	file = fopen(path, "re");
	if (!file)
		fail("%s: %s", path, strerror(errno));
	free(path);

	for (;;) {
		strings = reallocarray(strings, count + 1, sizeof(*strings));
		if (!strings)
			fail("no memory");
		strings[count] = NULL;
		size = 0;
		if (getdelim(&strings[count], &size, '\0', file) <= 0)
			break;
		count++;
	}
	free(strings[count]);
	strings[count] = NULL;
	fclose(file);
	return strings;
}

static pid_t start(char **command, const int streams[3], bool interactive)
{
	pid_t pid;

	dprintf(control, "start\n");
	pid = fork();
	if (pid < 0)
		fail("fork: %s", strerror(errno));
	if (pid > 0)
		return pid;

	setsid();
	if (interactive)
		ioctl(streams[0], TIOCSCTTY, 0);
	for (int i = 0; i < 3; i++)
		dup2(streams[i], i);
	if (chdir(getenv("PWD")) < 0 && chdir("/") < 0)
		fail("/: %s", strerror(errno));
	execvp(command[0], command);
	dprintf(STDERR_FILENO, "epflab: %s: %s\n", command[0], strerror(errno));
	_exit(errno == ENOENT ? 127 : 126);
}

static int run(char **command)
{
	int child[3], i;
	pid_t pid;

	streams_open(child);
	pid = start(command, child, false);
	for (i = 0; i < 3; i++)
		close(child[i]);
	return streams_pump(pid);
}

static int run_interactive(char **command)
{
	int status, terminal[3], i;
	pid_t pid;

	for (i = 0; i < 3; i++) {
		terminal[i] = open("/dev/tty1", O_RDWR | O_NOCTTY | O_CLOEXEC);
		if (terminal[i] < 0)
			fail("/dev/tty1: %s", strerror(errno));
	}
	pid = start(command, terminal, true);
	do {
		status = 0;
	} while (wait(&status) != pid);
	tcdrain(terminal[0]);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status)
				   : WEXITSTATUS(status);
}

/*
 * The kernel's log says how many there are; this adds which. An object has to
 * look lost, and the same, in two scans.
 */
static void find_leaks(void)
{
	FILE *found, *log;
	char *line = NULL;
	size_t size = 0;

	sleep(LEAK_AGE_S);
	write_file(KMEMLEAK, "scan");
	write_file(KMEMLEAK, "scan");
	found = fopen(KMEMLEAK, "re");
	log = fopen("/dev/kmsg", "we");
	if (!found || !log)
		fail("kmemleak: %s", strerror(errno));
	/* One write is one line of the log. */
	setvbuf(log, NULL, _IOLBF, 0);
	while (getline(&line, &size, found) > 0)
		fprintf(log, "<4>kmemleak: %s", line);
	free(line);
	fclose(log);
	fclose(found);
}

static bool option(char **argv, const char *name)
{
	while (*++argv) {
		if (!strcmp(*argv, name))
			return true;
	}
	return false;
}

int main(int argc, char **argv)
{
	char **command, **environment;
	int status;

	/* Nothing is open yet: the kernel's console takes output only. */
	while (open("/dev/null", O_RDWR) < STDERR_FILENO)
		;
	control = line_open_raw("/dev/tty4");
	if (argc < 2)
		fail("init: no folder given");
	command = read_strings(argv[1], "command");
	environment = read_strings(argv[1], "environ");
	environ = environment;

	machine_set_up(getenv("EPFLAB_MODULES"));
	machine_show(getenv("EPFLAB_TOP"));
	machine_show(getenv("EPFLAB_CACHE"));
	machine_show(getenv("PWD"));
	machine_close_outside();
	write_file("/dev/kmsg", "<5>epflab: start");
	autoload_start();
	if (option(argv, "sim"))
		machine_make_sim(getenv("EPFLAB_PROFILE"), getenv("EPFLAB_SET"));
	if (getenv("EPFLAB_APPLY")) {
		machine_apply(getenv("EPFLAB_APPLY"));
		if (machine_started())
			autoload_settle();
	}

	status = option(argv, "interactive") ? run_interactive(command)
					     : run(command);
	kill(-1, SIGKILL);
	if (option(argv, "leaks"))
		find_leaks();
	dprintf(control, "exit %d\n", status);
	power_off();
}
