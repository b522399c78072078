/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef DEVICE_H
#define DEVICE_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "abi.h"
#include "endpoint.h"
#include "worker.h"

/* Seconds that a driver may take for a request, beyond the one second a MiB
 * that is added for the data, */
#define DEVICE_TIMEOUT_DEFAULT 10
/* and beyond these, where the host frees vectors: up to 2048, and for each it
 * waits for two grace periods, of some milliseconds on several processors. */
#define DEVICE_TIMEOUT_VECTORS 50

/* How requests reach a driver. */
struct device_ops {
	/* worker_request() */
	int (*request)(void *data, const struct request *request,
		       uint64_t timeout_ns, struct answer *answer);
	/* endpoint_granted_vectors() */
	int (*granted_vectors)(void *data);
};

/* An endpoint test device in use. */
struct device {
	const struct device_ops *ops;
	void *data;
	enum abi abi;
	pid_t pid;            /* of the worker */
	unsigned int timeout; /* seconds */
	char fault[200];      /* why it can no longer be used; empty: it can */
};

struct device_connection {
	struct worker worker;
	char address[ENDPOINT_ADDRESS_SIZE];
};

/* Open a device through its node and start a worker for it. The address, for
 * device_granted_vectors(), may be NULL; interrupted as in worker_start().
 * Return 0 or -errno of the open or of starting the worker. */
int device_open(struct device *device, struct device_connection *connection,
		const char *node, const char *address,
		const volatile sig_atomic_t *interrupted);
void device_close(struct device *device);

/* Find the convention of the driver. Return 0 or -errno: -ENOTTY where it is
 * not a test driver, -EPROTO where its answer is not known, and where
 * device->fault is set then, there was no answer. */
int device_probe_abi(struct device *device);

/* Make a request: the raw result, or -errno, in *result; the time in the driver
 * in *duration_ns. Return 0, or -errno where there was no answer: device->fault
 * says why, and every request after this one fails the same way. */
int device_request(struct device *device, const struct request *request,
		   int *result, uint64_t *duration_ns);

/* Make a request and judge it. Return 0 passed, or -errno failed: where
 * device->fault is set there was no answer. */
int device_test(struct device *device, const struct request *request,
		uint64_t *duration_ns);

/* endpoint_granted_vectors() of this device. */
int device_granted_vectors(struct device *device);

#endif
