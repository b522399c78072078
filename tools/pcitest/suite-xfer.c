// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

/* Transfers: the endpoint reads and writes a buffer of the host, and copies
 * from one to another; the data is compared by its CRC-32. The names are the
 * driver's, seen from the host: a write is read by the endpoint. */

#include <inttypes.h>
#include <stdio.h>

#include "array.h"
#include "device.h"
#include "interrupt.h"
#include "sizes.h"
#include "test.h"

static const struct direction {
	const char *name;
	unsigned long command;
} directions[] = {
	{ "read", PCITEST_READ },
	{ "write", PCITEST_WRITE },
	{ "copy", PCITEST_COPY },
};

/* The drivers wait for the interrupt at the end of a transfer without a
 * time-out, but for that of an interrupt test no more than a second. So no
 * transfer is begun with a kind of interrupt that is not seen to arrive. */
static bool interrupt_arrives(struct test *test, struct session *session)
{
	unsigned int vectors;
	uint64_t duration_ns;
	int err;

	if (!interrupt_select(session, test->interrupt, test, &vectors))
		return false;
	err = interrupt_raise(session, test->interrupt, 1, &duration_ns);
	if (!err)
		return true;
	if (session->device->fault[0])
		test_judge(test, session, err);
	else
		test_skip(test, "the interrupt that would end it does not arrive (irq.%s)",
			  interrupt_name(test->interrupt));
	return false;
}

static void run_xfer(struct test *test, struct session *session)
{
	struct request request = {
		.command = test->command,
		.bytes = test->bytes,
		.dma = test->dma,
	};
	int err;

	if (!interrupt_arrives(test, session))
		return;
	err = device_test(session->device, &request, &test->duration_ns);
	test_judge(test, session, err);
}

static void skip_dma(struct test *test, struct session *session)
{
	test_skip(test, "%s does not tell whether the endpoint has DMA, and without it never ends a DMA transfer; --dma on if it has",
		  session->endpoint->driver);
}

static void plan_size(struct plan *plan, const struct direction *direction,
		      enum interrupt interrupt, bool dma,
		      const struct size *size)
{
	struct test *test;
	char label[32];

	if (size->random)
		snprintf(label, sizeof(label), "random%u", size->random);
	else
		snprintf(label, sizeof(label), "%" PRIu64, size->bytes);
	test = plan_add(plan, &suite_xfer, run_xfer, "%s.%s.%s%s",
			direction->name, interrupt_name(interrupt), label,
			dma ? ".dma" : "");
	test->command = direction->command;
	test->interrupt = interrupt;
	test->dma = dma;
	test->bytes = size->bytes;
}

static void plan_transfers(struct plan *plan, const struct sizes *sizes,
			   bool dma)
{
	for (int kind = 0; kind < INTERRUPT_KINDS; kind++)
		for (size_t i = 0; i < ARRAY_SIZE(directions); i++)
			for (size_t j = 0; j < sizes->count; j++)
				plan_size(plan, &directions[i], kind, dma,
					  &sizes->list[j]);
}

static void plan_xfer(struct plan *plan, const struct parameters *parameters)
{
	plan_transfers(plan, parameters->sizes, false);
	if (parameters->dma == DMA_ON)
		plan_transfers(plan, parameters->sizes, true);
	else if (parameters->dma == DMA_AUTO)
		plan_add(plan, &suite_xfer, skip_dma, "dma")->dma = true;
}

const struct suite suite_xfer = {
	.name = "xfer",
	.summary = "read, write and copy buffers of the host",
	.plan = plan_xfer,
};
