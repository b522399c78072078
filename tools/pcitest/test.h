/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef TEST_H
#define TEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "endpoint.h"

struct extended;
struct session;
struct virtio;

enum test_result {
	TEST_PASS,
	TEST_FAIL,
	TEST_SKIP,
};

/* The drivers' numbers for their interrupt types. */
enum interrupt {
	INTERRUPT_NONE = -1,
	INTERRUPT_INTX,
	INTERRUPT_MSI,
	INTERRUPT_MSIX,
};
#define INTERRUPT_KINDS 3

/* One test: what it does, then what came of it. */
struct test {
	const struct suite *suite;
	char name[48];            /* "xfer.read.msi.1024" */
	void (*run)(struct test *test, struct session *session);

	int bar;                  /* -1: not about a BAR */
	enum interrupt interrupt;
	unsigned long command;    /* of a transfer */
	bool dma;

	/* Of a test that needs pci_endpoint_xtest; see suite-extended.h. */
	void (*run_extended)(struct test *test, struct extended *extended);
	/* Of a test of a virtio device. */
	void (*run_virtio)(struct test *test, struct virtio *virtio);
	int operation;            /* enum operation */
	unsigned int segments;
	uint32_t policy;          /* enum xtest_policy */
	uint64_t size;            /* of an access */
	uint64_t seed;
	unsigned int timeout;     /* seconds */

	enum test_result result;
	char reason[256];         /* of a failure or a skip; else empty */
	uint64_t bytes;           /* moved, or in the BAR */
	unsigned int vectors;     /* interrupt vectors that were tried */
	uint64_t duration_ns;     /* in the driver */
};

/* The tests of a run, in their order. */
struct plan {
	struct test *tests;
	size_t count;
};

enum dma_choice {
	DMA_OFF,
	DMA_ON,
	DMA_AUTO,
};

/* What a run was asked for. */
struct parameters {
	const struct suite **suites;
	size_t suite_count;
	const struct sizes *sizes;
	uint32_t seed;
	enum dma_choice dma;
	unsigned int timeout;     /* seconds */
};

/* A family of tests. What it plans depends on the parameters alone, never on
 * the device: a test that the device is not made for is skipped, so that its
 * name is in every report. */
struct suite {
	const char *name;
	const char *summary;
	enum endpoint_kind kind;  /* that it tests */
	void (*plan)(struct plan *plan, const struct parameters *parameters);
};

extern const struct suite suite_bar, suite_irq, suite_xfer, suite_sg, suite_map,
	suite_virtio;

/* What the tests of one run share. */
struct session {
	struct device *device;
	const struct endpoint *endpoint;
	enum interrupt interrupt; /* that the driver is set to */
	/* What interrupt_select() found out, kind by kind. */
	struct {
		bool known;
		unsigned int vectors;
		char reason[128]; /* why there are none */
	} interrupts[INTERRUPT_KINDS];
};

/* Add a test with the name "SUITE.FORMAT"; valid until the next one is added.
 * Ends the program where there is no memory. */
struct test *plan_add(struct plan *plan, const struct suite *suite,
		      void (*run)(struct test *test, struct session *session),
		      const char *format, ...)
	__attribute__((format(printf, 4, 5)));
void plan_free(struct plan *plan);

/* Set the outcome. */
void test_skip(struct test *test, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void test_fail(struct test *test, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Pass where err, from device_test(), is 0; else fail with what it means, or
 * with the device's fault. */
void test_judge(struct test *test, const struct session *session, int err);

/* Run one test; where the device has a fault it is skipped for that. */
void test_run(struct test *test, struct session *session);

/* "pass", "fail", "skip" */
const char *test_result_name(enum test_result result);

#endif
