/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef EXTENDED_H
#define EXTENDED_H

#include <stddef.h>
#include <stdint.h>

#include "uapi/pci-endpoint-xtest.h"

/* A device of pci_endpoint_xtest in use. Unlike the kernel's test driver, this
 * one always answers in time. */
struct extended {
	int fd;
	struct pci_endpoint_xtest_info info;
};

/* What is done, in the words of the host: what the host reads, the endpoint
 * writes. */
enum operation {
	OPERATION_READ,
	OPERATION_WRITE,
	OPERATION_COPY,
	OPERATION_PING,
};
#define OPERATION_KINDS 4

/* "read", "write", "copy", "ping" */
const char *operation_name(enum operation operation);
/* enum xtest_opcode */
uint32_t operation_opcode(enum operation operation);

/* "auto", "cpu", "dma", of enum xtest_engine; "transfer", "cached", "static", of
 * enum xtest_policy; "sequential", "random", of enum xtest_pattern */
const char *engine_name(uint32_t engine);
const char *policy_name(uint32_t policy);
const char *pattern_name(uint32_t pattern);

/* Open a device. Return 0; -ENOTTY where the driver is another; -EPROTO where
 * its ioctls are of a version we do not know; or -errno of the open. */
int extended_open(struct extended *extended, const char *node);
void extended_close(struct extended *extended);

/* Return 0, or -errno of the ioctl. */
int extended_run(struct extended *extended, struct pci_endpoint_xtest_run *run);
int extended_map(struct extended *extended, struct pci_endpoint_xtest_map *map);

/* Memory that is in one piece for the endpoint, to be unmapped with munmap();
 * up to PCI_ENDPOINT_XTEST_MAX_MMAP bytes. Return 0 or -errno. */
int extended_memory(struct extended *extended, size_t size, void **memory);

/* What there is to say of an error of the calls. */
const char *extended_error(int err);

#endif
