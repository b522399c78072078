// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include <errno.h>

#include "abi.h"

/* Far from every type in use, the -1 for none included. */
#define IRQ_TYPE_INVALID 99

const char *abi_name(enum abi abi)
{
	return abi == ABI_BOOL ? "bool" : "errno";
}

struct request abi_probe_request(void)
{
	return (struct request){
		.command = PCITEST_SET_IRQTYPE,
		.argument = IRQ_TYPE_INVALID,
	};
}

int abi_from_probe(int result, enum abi *abi)
{
	switch (result) {
	case 0:
		*abi = ABI_BOOL;
		return 0;
	case -EINVAL:
		*abi = ABI_ERRNO;
		return 0;
	default:
		return result < 0 ? result : -EPROTO;
	}
}

int abi_judge(enum abi abi, int result)
{
	if (result < 0)
		return result;
	if (result > 1)
		return -EPROTO;
	if (abi == ABI_BOOL)
		return result ? 0 : -EIO;
	return result ? -EPROTO : 0;
}

int request_issue(int fd, const struct request *request)
{
	struct pci_endpoint_test_xfer_param param = {
		.size = request->bytes,
		.flags = request->dma ? PCITEST_FLAGS_USE_DMA : 0,
	};
	unsigned long argument = request->argument;
	int ret;

	switch (request->command) {
	case PCITEST_WRITE:
	case PCITEST_READ:
	case PCITEST_COPY:
		argument = (unsigned long)&param;
		break;
	}

	ret = ioctl(fd, request->command, argument);
	return ret < 0 ? -errno : ret;
}
