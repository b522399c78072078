// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

/* Transfers by the ioctls of the kernel's test driver, one buffer at a time:
 * what the rings are compared with. The time is that of the ioctl; the driver
 * compares the data. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "clock.h"

static const unsigned long commands[] = {
	[OPERATION_READ] = PCITEST_READ,
	[OPERATION_WRITE] = PCITEST_WRITE,
	[OPERATION_COPY] = PCITEST_COPY,
};

static bool repeat(struct bench_session *session, struct point *point,
		   struct samples *rates, struct samples *latencies)
{
	struct request request = {
		.command = commands[point->operation],
		.bytes = point->size,
		.dma = point->engine == XTEST_ENGINE_DMA,
	};
	uint64_t elapsed_ns = 0, duration_ns;
	int err;

	for (uint64_t i = 0; i < point->commands; i++) {
		err = device_test(&session->device, &request, &duration_ns);
		if (err) {
			snprintf(point->error, sizeof(point->error), "%s",
				 session->device.fault[0]
					 ? session->device.fault
					 : strerror(-err));
			return false;
		}
		elapsed_ns += duration_ns;
		if (latencies)
			samples_add(latencies, duration_ns);
	}
	point->bytes = point->commands * point->size;
	point->interrupts = point->commands;
	if (rates)
		samples_add(rates, point->bytes * (double)NSEC_PER_SEC /
				   (elapsed_ns ? elapsed_ns : 1));
	return true;
}

void stock_measure(struct bench_session *session, struct point *point)
{
	struct samples rates = { 0 }, latencies = { 0 };
	uint64_t started_ns;

	for (unsigned int i = 0; i < session->options->warm_up &&
				 !point->error[0]; i++)
		repeat(session, point, NULL, NULL);

	started_ns = clock_now_ns();
	while (!point->error[0] &&
	       bench_goes_on(session, point->repetitions, started_ns))
		if (repeat(session, point, &rates, &latencies))
			point->repetitions++;

	point->verified = !point->error[0];
	point->rate = samples_spread(&rates);
	point->latency = samples_spread(&latencies);
	free(rates.values);
	free(latencies.values);
}
