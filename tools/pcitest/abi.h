/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef ABI_H
#define ABI_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/pcitest.h>
#include <sys/ioctl.h>

/* Newer headers have this name as well as the old one, or alone. */
#ifndef PCITEST_INTX_IRQ
#define PCITEST_INTX_IRQ _IO('P', 0x2)
#endif

/* What the ioctls of a pci_endpoint_test driver return. The numbers of the
 * ioctls are the same under both conventions, and so is an answer of 1 or 0,
 * which means the opposite. */
enum abi {
	ABI_BOOL,  /* 1 passed, 0 failed: until 6.13, and 6.12.y */
	ABI_ERRNO, /* 0 passed, -errno failed: since 6.14 */
};

/* One ioctl. */
struct request {
	unsigned long command;
	unsigned long argument; /* of all but read, write and copy */
	uint64_t bytes;         /* of a transfer; the size of a BAR */
	bool dma;
	bool frees_vectors;     /* those that the device had until now */
};

/* "bool" or "errno" */
const char *abi_name(enum abi abi);

/* A request that an endpoint does not get to see, and that the two conventions
 * answer differently: an interrupt type there is not. */
struct request abi_probe_request(void);

/* The convention that the result of abi_probe_request() tells.
 * Return 0, or -EPROTO where it is neither, or the result if it is another
 * error (-ENOTTY: not such a driver). */
int abi_from_probe(int result, enum abi *abi);

/* What a test's result means: 0 passed, else -errno. The bool convention has
 * no reason to give, its failure is -EIO. */
int abi_judge(enum abi abi, int result);

/* Issue the request on the open device. Return the ioctl's result or -errno. */
int request_issue(int fd, const struct request *request);

#endif
