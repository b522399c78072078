/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

/*
 * A preemptible kernel has no need of cond_resched(): an interrupt takes the
 * processor from whoever has it for too long. On User-Mode Linux interrupts do
 * not, and a driver that waits in a loop for its device waits forever, if the
 * device is another thread of the same processor. Included before everything
 * else, this lets such a loop yield.
 */

#ifndef LAB_YIELD_H
#define LAB_YIELD_H

#include <linux/sched.h>

#undef cond_resched
#define cond_resched()							\
do {									\
	if (need_resched())						\
		schedule();						\
} while (0)

static inline void yield_relax(void)
{
	cpu_relax();
	if (preemptible())
		cond_resched();
}

#define cpu_relax yield_relax

#endif
