/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef WORKER_H
#define WORKER_H

#include <signal.h>
#include <stdint.h>
#include <sys/types.h>

struct request;

/* A process that issues requests on an open device, one at a time, and is left
 * behind where one never ends: the drivers wait for the endpoint without a
 * time-out and without listening to signals, so the process that waits cannot
 * be killed, nor can any thread of it. */
struct worker {
	pid_t pid;
	int socket;
	const volatile sig_atomic_t *interrupted;
};

/* How the worker issues a request: the result, or -errno. */
typedef int worker_issue(int fd, const struct request *request);

struct answer {
	int result;
	uint64_t duration_ns;
};

/* Start a worker on the open device fd, which stays the caller's. Where
 * interrupted is not NULL, a signal that sets it ends worker_request().
 * Return 0 or -errno. */
int worker_start(struct worker *worker, int fd, worker_issue *issue,
		 const volatile sig_atomic_t *interrupted);

/* Have one request issued and wait for the answer.
 * Return 0, -ETIME where none came within timeout_ns, -EINTR where the wait was
 * interrupted, -EPIPE where the worker has died, or another -errno. After any
 * of them nothing but worker_stop() may be called. */
int worker_request(struct worker *worker, const struct request *request,
		   uint64_t timeout_ns, struct answer *answer);

/* End the worker; one that the kernel holds is left behind and ends when the
 * kernel lets it go. */
void worker_stop(struct worker *worker);

#endif
