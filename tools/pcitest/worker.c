// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "abi.h"
#include "clock.h"
#include "worker.h"

#define NSEC_PER_MSEC 1000000

/* How long a worker that has nothing to do may take to end. */
#define STOP_MS 200

static void detach_stdio(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	/* A reader of our standard output must not wait for a worker that was
	 * left behind. */
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (null < 0)
			close(fd);
		else
			dup2(null, fd);
	}
}

static void __attribute__((noreturn))
worker_main(int socket, int fd, worker_issue *issue)
{
	struct request request;
	struct answer answer;
	uint64_t start;

	/* Ctrl-C is the parent's to handle; it ends this process by closing
	 * the socket. */
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_DFL);
	detach_stdio();

	while (recv(socket, &request, sizeof(request), 0) == sizeof(request)) {
		start = clock_now_ns();
		answer.result = issue(fd, &request);
		answer.duration_ns = clock_now_ns() - start;
		if (send(socket, &answer, sizeof(answer), MSG_NOSIGNAL) < 0)
			break;
	}
	_exit(0);
}

int worker_start(struct worker *worker, int fd, worker_issue *issue,
		 const volatile sig_atomic_t *interrupted)
{
	int sockets[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) < 0)
		return -errno;

	pid = fork();
	if (pid < 0) {
		int err = -errno;

		close(sockets[0]);
		close(sockets[1]);
		return err;
	}
	if (pid == 0) {
		close(sockets[0]);
		worker_main(sockets[1], fd, issue);
	}

	close(sockets[1]);
	worker->pid = pid;
	worker->socket = sockets[0];
	worker->interrupted = interrupted;
	return 0;
}

static bool is_interrupted(const struct worker *worker)
{
	return worker->interrupted && *worker->interrupted;
}

static int wait_for_answer(struct worker *worker, uint64_t deadline)
{
	struct pollfd pollfd = { .fd = worker->socket, .events = POLLIN };
	struct timespec left;
	uint64_t now;
	int ret;

	do {
		if (is_interrupted(worker))
			return -EINTR;
		now = clock_now_ns();
		if (now >= deadline)
			return -ETIME;
		left.tv_sec = (deadline - now) / NSEC_PER_SEC;
		left.tv_nsec = (deadline - now) % NSEC_PER_SEC;
		ret = ppoll(&pollfd, 1, &left, NULL);
		if (ret < 0 && errno != EINTR)
			return -errno;
	} while (ret <= 0);
	return 0;
}

int worker_request(struct worker *worker, const struct request *request,
		   uint64_t timeout_ns, struct answer *answer)
{
	ssize_t length;
	int err;

	if (send(worker->socket, request, sizeof(*request), MSG_NOSIGNAL) < 0)
		return -errno;

	err = wait_for_answer(worker, clock_now_ns() + timeout_ns);
	if (err)
		return err;

	length = recv(worker->socket, answer, sizeof(*answer), 0);
	if (length < 0)
		return -errno;
	return length == sizeof(*answer) ? 0 : -EPIPE;
}

void worker_stop(struct worker *worker)
{
	const struct timespec pause = { .tv_nsec = NSEC_PER_MSEC };

	close(worker->socket);
	for (int ms = 0; ms < STOP_MS; ms++) {
		if (waitpid(worker->pid, NULL, WNOHANG) != 0)
			return;
		nanosleep(&pause, NULL);
	}

	/* It dies of this as soon as the kernel lets it go. */
	kill(worker->pid, SIGKILL);
	waitpid(worker->pid, NULL, WNOHANG);
}
