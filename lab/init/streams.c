// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors
/*
 * The command's standard streams are pipes inside and terminal lines to the
 * outside; this carries the bytes from one to the other.
 */

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "init.h"

/*
 * A line whose 4096 bytes of buffer fill up is throttled, and UML never
 * listens to it again after that: the next frame is not asked for before the
 * last one was taken out, and always fits. lib/feed.pl has the same number.
 */
#define FRAME_MAX	2048

#define OUTPUT_SIZE	65536

/* Output later than this after the command's end is cut off. */
#define STRAGGLER_MS	1000

struct input {
	int line, pipe;
	size_t want, got, passed;
	uint8_t frame[sizeof(uint32_t) + FRAME_MAX];
};

struct output {
	int pipe, line;
};

static struct input in;
static struct output out, err;

/* A line that changes no byte. */
int line_open_raw(const char *path)
{
	int fd = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);
	struct termios mode;

	if (fd < 0 || tcgetattr(fd, &mode) < 0)
		fail("%s: %s", path, strerror(errno));
	cfmakeraw(&mode);
	if (tcsetattr(fd, TCSANOW, &mode) < 0)
		fail("%s: %s", path, strerror(errno));
	return fd;
}

static void close_end(int *fd)
{
	close(*fd);
	*fd = -1;
}

static void pipe_open(int *reader, int *writer)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		fail("pipe: %s", strerror(errno));
	*reader = ends[0];
	*writer = ends[1];
}

static void input_ask(void)
{
	in.want = sizeof(uint32_t);
	in.got = 0;
	if (write(in.line, "?", 1) != 1)
		close_end(&in.pipe);
}

/* Open the lines and the pipes; the command's ends are put into child. */
void streams_open(int child[3])
{
	in.line = line_open_raw("/dev/tty1");
	out.line = line_open_raw("/dev/tty2");
	err.line = line_open_raw("/dev/tty3");
	pipe_open(&child[0], &in.pipe);
	pipe_open(&out.pipe, &child[1]);
	pipe_open(&err.pipe, &child[2]);

	if (fcntl(in.line, F_SETFL, O_NONBLOCK) < 0 ||
	    fcntl(in.pipe, F_SETFL, O_NONBLOCK) < 0)
		fail("standard input: %s", strerror(errno));
	input_ask();
}

static bool input_is_full(void)
{
	return in.want > sizeof(uint32_t) && in.got == in.want;
}

static void input_receive(void)
{
	uint32_t length;
	ssize_t n;

	n = read(in.line, in.frame + in.got, in.want - in.got);
	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0) {
		close_end(&in.pipe);
		return;
	}
	in.got += n;
	if (in.got != sizeof(length) || in.want != sizeof(length))
		return;

	memcpy(&length, in.frame, sizeof(length));
	length = ntohl(length);
	if (length == 0 || length > FRAME_MAX) {
		close_end(&in.pipe);
		return;
	}
	in.want += length;
	in.passed = sizeof(length);
}

static void input_pass(void)
{
	ssize_t n;

	n = write(in.pipe, in.frame + in.passed, in.want - in.passed);
	if (n < 0 && errno == EAGAIN)
		return;
	if (n < 0) {
		close_end(&in.pipe);
		return;
	}
	in.passed += n;
	if (in.passed == in.want)
		input_ask();
}

static void output_pass(struct output *output)
{
	char buffer[OUTPUT_SIZE];
	ssize_t n, done, size;

	size = read(output->pipe, buffer, sizeof(buffer));
	for (done = 0; done < size; done += n) {
		n = write(output->line, buffer + done, size - done);
		if (n < 0)
			break;
	}
	/* Its end, or nobody outside listens: let the command know. */
	if (size <= 0 || done < size)
		close_end(&output->pipe);
}

/* Collect what has ended. Returns true when the command was among them. */
static bool reap(pid_t command, int *status)
{
	bool ended = false;
	pid_t pid;
	int s;

	while ((pid = waitpid(-1, &s, WNOHANG)) > 0) {
		if (pid != command)
			continue;
		ended = true;
		*status = WIFSIGNALED(s) ? 128 + WTERMSIG(s) : WEXITSTATUS(s);
	}
	return ended;
}

/*
 * Carry the streams until the command and all its output are done.
 * Returns the command's exit status as a shell counts it.
 */
int streams_pump(pid_t command)
{
	bool ended = false;
	sigset_t mask;
	int child, status = 0;

	sigemptyset(&mask);
	sigaddset(&mask, SIGCHLD);
	sigprocmask(SIG_BLOCK, &mask, NULL);
	child = signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
	if (child < 0)
		fail("signalfd: %s", strerror(errno));
	ended = reap(command, &status);

	while (!ended || out.pipe >= 0 || err.pipe >= 0) {
		bool full = input_is_full();
		struct pollfd fds[] = {
			{ .fd = child, .events = POLLIN },
			{ .fd = out.pipe, .events = POLLIN },
			{ .fd = err.pipe, .events = POLLIN },
			{ .fd = in.pipe, .events = full ? POLLOUT : 0 },
			{ .fd = in.pipe < 0 || full ? -1 : in.line,
			  .events = POLLIN },
		};
		struct signalfd_siginfo info;
		int ready;

		ready = poll(fds, sizeof(fds) / sizeof(fds[0]),
			     ended ? STRAGGLER_MS : -1);
		if (ready < 0 && errno != EINTR)
			fail("poll: %s", strerror(errno));
		if (ready == 0)
			kill(-1, SIGKILL);
		if (fds[0].revents) {
			while (read(child, &info, sizeof(info)) > 0)
				;
			ended |= reap(command, &status);
		}
		if (fds[1].revents)
			output_pass(&out);
		if (fds[2].revents)
			output_pass(&err);
		if (fds[3].revents & POLLERR)
			close_end(&in.pipe);
		else if (fds[3].revents & POLLOUT)
			input_pass();
		else if (fds[4].revents)
			input_receive();
	}

	tcdrain(out.line);
	tcdrain(err.line);
	return status;
}
