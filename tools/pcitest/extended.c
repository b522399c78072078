// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "extended.h"

const char *operation_name(enum operation operation)
{
	static const char *const names[OPERATION_KINDS] = {
		[OPERATION_READ] = "read",
		[OPERATION_WRITE] = "write",
		[OPERATION_COPY] = "copy",
		[OPERATION_PING] = "ping",
	};

	return names[operation];
}

uint32_t operation_opcode(enum operation operation)
{
	static const uint32_t opcodes[OPERATION_KINDS] = {
		[OPERATION_READ] = XTEST_WRITE,
		[OPERATION_WRITE] = XTEST_READ,
		[OPERATION_COPY] = XTEST_COPY,
		[OPERATION_PING] = XTEST_PING,
	};

	return opcodes[operation];
}

const char *engine_name(uint32_t engine)
{
	static const char *const names[XTEST_NUM_ENGINES] = {
		[XTEST_ENGINE_AUTO] = "auto",
		[XTEST_ENGINE_CPU] = "cpu",
		[XTEST_ENGINE_DMA] = "dma",
	};

	return engine < XTEST_NUM_ENGINES ? names[engine] : NULL;
}

const char *policy_name(uint32_t policy)
{
	static const char *const names[XTEST_NUM_POLICIES] = {
		[XTEST_POLICY_TRANSFER] = "transfer",
		[XTEST_POLICY_CACHED] = "cached",
		[XTEST_POLICY_STATIC] = "static",
	};

	return policy < XTEST_NUM_POLICIES ? names[policy] : NULL;
}

const char *pattern_name(uint32_t pattern)
{
	static const char *const names[XTEST_NUM_PATTERNS] = {
		[XTEST_SEQUENTIAL] = "sequential",
		[XTEST_RANDOM] = "random",
	};

	return pattern < XTEST_NUM_PATTERNS ? names[pattern] : NULL;
}

static int request(struct extended *extended, unsigned long command, void *data)
{
	return ioctl(extended->fd, command, data) < 0 ? -errno : 0;
}

int extended_open(struct extended *extended, const char *node)
{
	int err;

	extended->fd = open(node, O_RDWR | O_CLOEXEC);
	if (extended->fd < 0)
		return -errno;

	err = request(extended, PCI_ENDPOINT_XTEST_INFO, &extended->info);
	/* The kernel's test driver has this for what it does not know. */
	if (err == -EINVAL)
		err = -ENOTTY;
	if (!err && extended->info.version != PCI_ENDPOINT_XTEST_VERSION)
		err = -EPROTO;
	if (err)
		close(extended->fd);
	return err;
}

void extended_close(struct extended *extended)
{
	close(extended->fd);
}

int extended_run(struct extended *extended, struct pci_endpoint_xtest_run *run)
{
	return request(extended, PCI_ENDPOINT_XTEST_RUN, run);
}

int extended_map(struct extended *extended, struct pci_endpoint_xtest_map *map)
{
	return request(extended, PCI_ENDPOINT_XTEST_MAP, map);
}

int extended_memory(struct extended *extended, size_t size, void **memory)
{
	void *mapped = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED,
			    extended->fd, 0);

	if (mapped == MAP_FAILED)
		return -errno;
	*memory = mapped;
	return 0;
}

const char *extended_error(int err)
{
	switch (err) {
	case -ENOTTY:
		return "not a device of pci_endpoint_xtest";
	case -EPROTO:
		return "the driver or the endpoint is of another version, or makes no sense";
	case -ETIMEDOUT:
		return "the endpoint does not answer";
	case -ENODEV:
		return "the function is gone";
	default:
		return strerror(-err);
	}
}
