// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

/* The process that makes requests, with real processes; no device. */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include <cmocka.h>

#include "device.h"

#define NSEC_PER_MSEC UINT64_C(1000000)

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
	worker_stop(&worker);
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
static void a_worker_does_not_hold_standard_output(void **state)
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
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_comes_back),
		cmocka_unit_test(a_request_that_never_ends_times_out),
		cmocka_unit_test(a_worker_that_dies_is_noticed),
		cmocka_unit_test(a_signal_ends_the_wait),
		cmocka_unit_test(a_worker_does_not_hold_standard_output),
		cmocka_unit_test(a_file_that_is_no_device_has_no_convention),
		cmocka_unit_test(a_file_that_is_not_there_cannot_be_opened),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
