// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include <stdio.h>
#include <string.h>

#include "device.h"
#include "interrupt.h"

static const char *const titles[] = {
	[INTERRUPT_INTX] = "INTx",
	[INTERRUPT_MSI] = "MSI",
	[INTERRUPT_MSIX] = "MSI-X",
};

const char *interrupt_name(enum interrupt interrupt)
{
	static const char *const names[] = {
		[INTERRUPT_INTX] = "intx",
		[INTERRUPT_MSI] = "msi",
		[INTERRUPT_MSIX] = "msix",
	};

	return interrupt == INTERRUPT_NONE ? NULL : names[interrupt];
}

unsigned int interrupt_wanted(const struct endpoint *endpoint,
			      enum interrupt interrupt)
{
	switch (interrupt) {
	case INTERRUPT_INTX:
		return endpoint->intx_pin ? 1 : 0;
	case INTERRUPT_MSI:
		return endpoint->msi_vectors;
	default:
		return endpoint->msix_vectors;
	}
}

static int set_type(struct session *session, enum interrupt interrupt)
{
	struct request request = {
		.command = PCITEST_SET_IRQTYPE,
		.argument = interrupt,
		.frees_vectors = true,
	};
	uint64_t duration_ns;
	int err;

	if (session->interrupt == interrupt)
		return 0;

	session->interrupt = INTERRUPT_NONE;
	err = device_test(session->device, &request, &duration_ns);
	if (!err)
		session->interrupt = interrupt;
	return err;
}

static unsigned int granted_vectors(struct session *session,
				    enum interrupt interrupt,
				    unsigned int wanted)
{
	int granted;

	if (interrupt == INTERRUPT_INTX)
		return 1;
	granted = device_granted_vectors(session->device);
	return granted > 0 ? (unsigned int)granted : wanted;
}

bool interrupt_select(struct session *session, enum interrupt interrupt,
		      struct test *test, unsigned int *vectors)
{
	const struct endpoint *endpoint = session->endpoint;
	unsigned int wanted = interrupt_wanted(endpoint, interrupt);
	char *reason = session->interrupts[interrupt].reason;
	size_t size = sizeof(session->interrupts[interrupt].reason);
	int err;

	if (!session->interrupts[interrupt].known) {
		session->interrupts[interrupt].known = true;
		if (!wanted && endpoint->config_readable)
			snprintf(reason, size, "the function has no %s",
				 titles[interrupt]);
	}
	if (!reason[0]) {
		err = set_type(session, interrupt);
		if (session->device->fault[0]) {
			test_judge(test, session, err);
			return false;
		}
		if (err)
			snprintf(reason, size,
				 "the host cannot set up %s for the function: %s",
				 titles[interrupt],
				 session->device->abi == ABI_BOOL
					 ? "the kernel log may say why"
					 : strerror(-err));
	}
	if (reason[0]) {
		test_skip(test, "%s", reason);
		return false;
	}

	if (!session->interrupts[interrupt].vectors)
		session->interrupts[interrupt].vectors =
			granted_vectors(session, interrupt, wanted);
	*vectors = session->interrupts[interrupt].vectors;
	return true;
}

int interrupt_raise(struct session *session, enum interrupt interrupt,
		    unsigned int vector, uint64_t *duration_ns)
{
	static const unsigned long commands[] = {
		[INTERRUPT_INTX] = PCITEST_INTX_IRQ,
		[INTERRUPT_MSI] = PCITEST_MSI,
		[INTERRUPT_MSIX] = PCITEST_MSIX,
	};
	struct request request = {
		.command = commands[interrupt],
		.argument = interrupt == INTERRUPT_INTX ? 0 : vector,
	};

	return device_test(session->device, &request, duration_ns);
}
