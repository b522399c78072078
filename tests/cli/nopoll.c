// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

/* Linked to a program (--wrap): poll() is interrupted once, and fails then. */

#include <errno.h>
#include <poll.h>
#include <stdbool.h>

int __wrap_poll(struct pollfd *fds, nfds_t num_fds, int timeout);
int __wrap_poll(struct pollfd *fds, nfds_t num_fds, int timeout)
{
	static bool interrupted;

	errno = interrupted ? ENOMEM : EINTR;
	interrupted = true;
	return -1;
}
