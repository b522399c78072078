// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

/* The process that makes requests, with real processes; no device. The linker
 * brings the calls here that are to fail (--wrap). */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "device.h"

#define NSEC_PER_MSEC UINT64_C(1000000)

/* What each call fails with; 0: it does not. */
static struct {
	int socketpair, fork, ppoll;
	bool no_null;    /* there is no /dev/null */
	pid_t kills;     /* who dies while somebody waits; 0: nobody */
} model;

static int reset_model(void **state)
{
	memset(&model, 0, sizeof(model));
	return 0;
}

static bool fails(int err)
{
	errno = -err;
	return err;
}

int __real_socketpair(int domain, int type, int protocol, int sockets[2]);
int __wrap_socketpair(int domain, int type, int protocol, int sockets[2]);
int __wrap_socketpair(int domain, int type, int protocol, int sockets[2])
{
	return fails(model.socketpair)
		? -1 : __real_socketpair(domain, type, protocol, sockets);
}

pid_t __real_fork(void);
pid_t __wrap_fork(void);
pid_t __wrap_fork(void)
{
	return fails(model.fork) ? -1 : __real_fork();
}

int __real_ppoll(struct pollfd *fds, nfds_t count,
		 const struct timespec *timeout, const sigset_t *mask);
int __wrap_ppoll(struct pollfd *fds, nfds_t count,
		 const struct timespec *timeout, const sigset_t *mask);
int __wrap_ppoll(struct pollfd *fds, nfds_t count,
		 const struct timespec *timeout, const sigset_t *mask)
{
	if (model.kills)
		kill(model.kills, SIGKILL);
	return fails(model.ppoll) ? -1
				  : __real_ppoll(fds, count, timeout, mask);
}

/* Which of the two names it goes by depends on how large files may be. */
static int open_one(const char *path, int flags)
{
	if (model.no_null && strcmp(path, "/dev/null") == 0) {
		errno = ENOENT;
		return -1;
	}
	return openat(AT_FDCWD, path, flags);
}

int __wrap_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...)
{
	return open_one(path, flags);
}

int __wrap_open64(const char *path, int flags, ...);
int __wrap_open64(const char *path, int flags, ...)
{
	return open_one(path, flags);
}

/* The first file that is not open. */
static int next_file(void)
{
	int fd = dup(STDIN_FILENO);

	assert_true(fd >= 0);
	close(fd);
	return fd;
}

static int answer_with_argument(int fd, const struct request *request)
{
	return (int)request->argument;
}

static int never_answer(int fd, const struct request *request)
{
	while (pause() != 0)
		;
	return 0;
}

static int die(int fd, const struct request *request)
{
	_exit(1);
}

static void an_answer_comes_back(void **state)
{
	struct request request = { .argument = 42 };
	struct worker worker;
	struct answer answer;

	assert_int_equal(worker_start(&worker, -1, answer_with_argument, NULL),
			 0);
	for (int i = 0; i < 3; i++) {
		request.argument++;
		assert_int_equal(worker_request(&worker, &request,
						1000 * NSEC_PER_MSEC, &answer),
				 0);
		assert_int_equal(answer.result, request.argument);
	}
	worker_stop(&worker);
	/* It is gone, not a zombie. */
	assert_int_equal(kill(worker.pid, 0), -1);
	assert_int_equal(errno, ESRCH);
}

static void a_request_that_never_ends_times_out(void **state)
{
	struct request request = { 0 };
	struct worker worker;
	struct answer answer;

	assert_int_equal(worker_start(&worker, -1, never_answer, NULL), 0);
	assert_int_equal(worker_request(&worker, &request, 20 * NSEC_PER_MSEC,
					&answer),
			 -ETIME);
	worker_stop(&worker);
}

static void a_worker_that_dies_is_noticed(void **state)
{
	struct request request = { 0 };
	struct worker worker;
	struct answer answer;

	assert_int_equal(worker_start(&worker, -1, die, NULL), 0);
	assert_int_equal(worker_request(&worker, &request,
					1000 * NSEC_PER_MSEC, &answer),
			 -EPIPE);
	/* Nor does it take another request. */
	assert_int_equal(worker_request(&worker, &request,
					1000 * NSEC_PER_MSEC, &answer),
			 -EPIPE);
	worker_stop(&worker);
}

/* Killed before it has read the request. */
static void a_worker_that_is_killed_is_noticed(void **state)
{
	struct request request = { 0 };
	struct worker worker;
	struct answer answer;

	assert_int_equal(worker_start(&worker, -1, never_answer, NULL), 0);
	assert_int_equal(kill(worker.pid, SIGSTOP), 0);
	assert_int_equal(waitpid(worker.pid, NULL, WUNTRACED), worker.pid);
	model.kills = worker.pid;
	assert_int_equal(worker_request(&worker, &request,
					10000 * NSEC_PER_MSEC, &answer),
			 -ECONNRESET);
	worker_stop(&worker);
}

static void a_wait_that_fails_ends_the_request(void **state)
{
	struct request request = { 0 };
	struct worker worker;
	struct answer answer;

	assert_int_equal(worker_start(&worker, -1, answer_with_argument, NULL),
			 0);
	model.ppoll = -ENOMEM;
	assert_int_equal(worker_request(&worker, &request,
					1000 * NSEC_PER_MSEC, &answer),
			 -ENOMEM);
	worker_stop(&worker);
}

static void a_worker_that_cannot_start_leaves_nothing(void **state)
{
	const int next = next_file();
	struct worker worker;

	model.socketpair = -EMFILE;
	assert_int_equal(worker_start(&worker, -1, never_answer, NULL),
			 -EMFILE);
	model.socketpair = 0;
	model.fork = -EAGAIN;
	assert_int_equal(worker_start(&worker, -1, never_answer, NULL),
			 -EAGAIN);
	assert_int_equal(next_file(), next);
}

static volatile sig_atomic_t interrupted;

static void interrupt(int number)
{
	interrupted = 1;
}

static void a_signal_ends_the_wait(void **state)
{
	struct sigaction action = { .sa_handler = interrupt };
	struct itimerval soon = { .it_value.tv_usec = 20000 };
	struct request request = { 0 };
	struct worker worker;
	struct answer answer;

	assert_int_equal(worker_start(&worker, -1, never_answer, &interrupted),
			 0);
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &soon, NULL);
	assert_int_equal(worker_request(&worker, &request,
					10000 * NSEC_PER_MSEC, &answer),
			 -EINTR);
	worker_stop(&worker);
}

/* A reader of our output must see its end even if a worker is left behind. */
static void check_standard_output(void)
{
	struct request request = { 0 };
	struct worker worker;
	struct answer answer;
	int ends[2], saved;
	char byte;

	assert_int_equal(pipe(ends), 0);
	saved = dup(STDOUT_FILENO);
	dup2(ends[1], STDOUT_FILENO);
	close(ends[1]);
	assert_int_equal(worker_start(&worker, -1, answer_with_argument, NULL),
			 0);
	dup2(saved, STDOUT_FILENO);
	close(saved);
	assert_int_equal(worker_request(&worker, &request,
					1000 * NSEC_PER_MSEC, &answer),
			 0);

	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	assert_int_equal(read(ends[0], &byte, 1), 0);
	close(ends[0]);
	worker_stop(&worker);
}

static void a_worker_does_not_hold_standard_output(void **state)
{
	check_standard_output();
	model.no_null = true;
	check_standard_output();
}

static void a_file_that_is_no_device_has_no_convention(void **state)
{
	struct device_connection connection;
	struct device device;

	assert_int_equal(device_open(&device, &connection, "/dev/null", NULL,
				     NULL),
			 0);
	assert_int_equal(device_probe_abi(&device), -ENOTTY);
	assert_string_equal(device.fault, "");
	device_close(&device);
}

static void a_file_that_is_not_there_cannot_be_opened(void **state)
{
	struct device_connection connection;
	struct device device;

	assert_int_equal(device_open(&device, &connection, "/dev/null/none",
				     NULL, NULL),
			 -ENOTDIR);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, reset_model)
	const struct CMUnitTest tests[] = {
		TEST(an_answer_comes_back),
		TEST(a_request_that_never_ends_times_out),
		TEST(a_worker_that_dies_is_noticed),
		TEST(a_worker_that_is_killed_is_noticed),
		TEST(a_wait_that_fails_ends_the_request),
		TEST(a_worker_that_cannot_start_leaves_nothing),
		TEST(a_signal_ends_the_wait),
		TEST(a_worker_does_not_hold_standard_output),
		TEST(a_file_that_is_no_device_has_no_convention),
		TEST(a_file_that_is_not_there_cannot_be_opened),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
