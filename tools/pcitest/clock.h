/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef CLOCK_H
#define CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#define NSEC_PER_SEC UINT64_C(1000000000)

/* How long to look for a device that is not there: one that has just been set
 * up, or a host that has just been told to rescan, needs a moment. */
#define CLOCK_DEVICE_WAIT_S 1

/* The monotonic clock. */
uint64_t clock_now_ns(void);

/* Sleep a little before another look. False, at once, when it is past the
 * deadline or a signal came. */
bool clock_wait(uint64_t deadline_ns);

#endif
