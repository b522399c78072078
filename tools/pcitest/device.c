// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "device.h"

#define MIB 1048576

static int connection_request(void *data, const struct request *request,
			      uint64_t timeout_ns, struct answer *answer)
{
	struct device_connection *connection = data;

	return worker_request(&connection->worker, request, timeout_ns, answer);
}

static int connection_granted_vectors(void *data)
{
	struct device_connection *connection = data;

	return endpoint_granted_vectors(connection->address);
}

static const struct device_ops connection_ops = {
	.request = connection_request,
	.granted_vectors = connection_granted_vectors,
};

int device_open(struct device *device, struct device_connection *connection,
		const char *node, const char *address,
		const volatile sig_atomic_t *interrupted)
{
	int err, fd;

	fd = open(node, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return -errno;

	/* The worker has its own copy. */
	err = worker_start(&connection->worker, fd, request_issue, interrupted);
	close(fd);
	if (err)
		return err;

	snprintf(connection->address, sizeof(connection->address), "%s",
		 address ? address : "");
	*device = (struct device){
		.ops = &connection_ops,
		.data = connection,
		.pid = connection->worker.pid,
		.timeout = DEVICE_TIMEOUT_DEFAULT,
	};
	return 0;
}

void device_close(struct device *device)
{
	struct device_connection *connection = device->data;

	worker_stop(&connection->worker);
}

static uint64_t timeout_of(const struct device *device,
			   const struct request *request)
{
	uint64_t seconds = device->timeout + request->bytes / MIB;

	if (request->frees_vectors)
		seconds += DEVICE_TIMEOUT_VECTORS;
	return seconds * NSEC_PER_SEC;
}

static void set_fault(struct device *device, int err, uint64_t timeout_ns)
{
	switch (err) {
	case -ETIME:
		snprintf(device->fault, sizeof(device->fault),
			 "no answer within %" PRIu64 " s; process %d stays in the kernel, and the device in use, until the endpoint answers or the host restarts",
			 timeout_ns / NSEC_PER_SEC, (int)device->pid);
		break;
	case -EINTR:
		snprintf(device->fault, sizeof(device->fault), "interrupted");
		break;
	default:
		snprintf(device->fault, sizeof(device->fault),
			 "no answer from the process that uses the device: %s",
			 strerror(-err));
	}
}

int device_request(struct device *device, const struct request *request,
		   int *result, uint64_t *duration_ns)
{
	uint64_t timeout_ns = timeout_of(device, request);
	struct answer answer;
	int err;

	if (device->fault[0])
		return -ENODEV;

	err = device->ops->request(device->data, request, timeout_ns, &answer);
	if (err) {
		set_fault(device, err, timeout_ns);
		return err;
	}

	*result = answer.result;
	*duration_ns = answer.duration_ns;
	return 0;
}

int device_probe_abi(struct device *device)
{
	struct request request = abi_probe_request();
	uint64_t duration_ns;
	int err, result;

	err = device_request(device, &request, &result, &duration_ns);
	return err ? err : abi_from_probe(result, &device->abi);
}

int device_test(struct device *device, const struct request *request,
		uint64_t *duration_ns)
{
	int err, result;

	err = device_request(device, request, &result, duration_ns);
	return err ? err : abi_judge(device->abi, result);
}

int device_granted_vectors(struct device *device)
{
	return device->ops->granted_vectors(device->data);
}
