// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include <time.h>

#include "clock.h"

#define PERIOD_NS 20000000

uint64_t clock_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * NSEC_PER_SEC + now.tv_nsec;
}

bool clock_wait(uint64_t deadline_ns)
{
	const struct timespec period = { .tv_nsec = PERIOD_NS };

	return clock_now_ns() < deadline_ns && nanosleep(&period, NULL) == 0;
}
