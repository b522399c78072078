// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

/* The command line of the kernel's tools/pci/pcitest.c, which many scripts for
 * endpoint boards use: the same options, the same lines on standard output, the
 * same exit status. */

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "array.h"
#include "command.h"
#include "clock.h"
#include "device.h"
#include "exit.h"
#include "interrupt.h"
#include "message.h"
#include "sizes.h"

#define DEFAULT_NODE "/dev/pci-endpoint-test.0"
#define DEFAULT_SIZE 0x19000

/* The statuses of that program: -EINVAL and -ENODEV as a process returns
 * them, and that of an ioctl's -1. */
#define STATUS_NOTHING_DONE 234
#define STATUS_NO_DEVICE 237
#define STATUS_REFUSED 255

struct legacy {
	const char *node;
	struct device device;
	bool bar, set_type, get_type, clear, intx, msi, msix;
	bool read, write, copy, dma;
	uint64_t bar_number, type, msi_number, msix_number, size;
	int status;
};

static const struct legacy_option {
	const char *text;
	const char *help;
} options[] = {
	{ "-D DEVICE", "the device (" DEFAULT_NODE "), or a PCI address" },
	{ "-b NUMBER", "test a BAR, 0 to 5" },
	{ "-i TYPE", "set the interrupt type: 0 legacy, 1 MSI, 2 MSI-X" },
	{ "-I", "get the interrupt type" },
	{ "-e", "clear the interrupts" },
	{ "-l", "test the legacy interrupt" },
	{ "-m NUMBER", "test an MSI, 1 to 32" },
	{ "-x NUMBER", "test an MSI-X, 1 to 2048" },
	{ "-w", "test a write: the endpoint reads a buffer of the host" },
	{ "-r", "test a read: the endpoint writes a buffer of the host" },
	{ "-c", "test a copy from one buffer of the host to another" },
	{ "-s SIZE", "bytes of the buffer (102400); K, M and G may follow" },
	{ "-d", "use DMA" },
	{ "-h", "print this" },
};

static void print_help(void)
{
	fprintf(stderr, "usage: pcitest OPTION...\n");
	for (size_t i = 0; i < ARRAY_SIZE(options); i++)
		fprintf(stderr, "  %-10s  %s\n", options[i].text,
			options[i].help);
	fprintf(stderr, "`pcitest --help' shows the commands.\n");
}

static void __attribute__((format(printf, 1, 2), noreturn))
usage(const char *format, ...)
{
	char text[256];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	message("%s; `pcitest -h' lists the options", text);
	exit(EXIT_CODE_USAGE);
}

static uint64_t parse_number(char option, const char *text, uint64_t min,
			     uint64_t max)
{
	uint64_t number;

	if (number_parse(text, &number) < 0 || number < min || number > max)
		usage("-%c %s: not a number from %" PRIu64 " to %" PRIu64,
		      option, text, min, max);
	return number;
}

static void parse(int argc, char **argv, struct legacy *legacy)
{
	int option;

	opterr = 0;
	while ((option = getopt(argc, argv, ":D:b:m:x:i:deIlhrwcs:")) != -1) {
		switch (option) {
		case 'D':
			legacy->node = optarg;
			break;
		case 'b':
			legacy->bar = true;
			legacy->bar_number = parse_number('b', optarg, 0, 5);
			break;
		case 'l':
			legacy->intx = true;
			break;
		case 'm':
			legacy->msi = true;
			legacy->msi_number = parse_number('m', optarg, 1, 32);
			break;
		case 'x':
			legacy->msix = true;
			legacy->msix_number = parse_number('x', optarg, 1,
							   2048);
			break;
		case 'i':
			legacy->set_type = true;
			legacy->type = parse_number('i', optarg, 0, 2);
			break;
		case 'I':
			legacy->get_type = true;
			break;
		case 'r':
			legacy->read = true;
			break;
		case 'w':
			legacy->write = true;
			break;
		case 'c':
			legacy->copy = true;
			break;
		case 'e':
			legacy->clear = true;
			break;
		case 's':
			if (size_parse(optarg, &legacy->size) < 0)
				usage("-s %s: not a size", optarg);
			break;
		case 'd':
			legacy->dma = true;
			break;
		case 'h':
			print_help();
			exit(STATUS_NOTHING_DONE);
		case ':':
			usage("-%c: needs an argument", optopt);
		default:
			usage("%s: no such option", argv[optind - 1]);
		}
	}
	if (optind < argc)
		usage("%s: not an option; a command comes before its options",
		      argv[optind]);
}

/* A path is taken as it is: the device need not be one that `pcitest list'
 * knows. */
static char *resolve(const char *text)
{
	const struct endpoint *endpoint = NULL;
	struct endpoint *endpoints;
	char *node = NULL;
	size_t count;

	if (strchr(text, '/'))
		return strdup(text);
	if (endpoints_find(&endpoints, &count) < 0)
		return NULL;
	if (endpoint_lookup(endpoints, count, text, &endpoint) == -EINVAL)
		usage("-D %s: neither a path nor a PCI address", text);
	if (endpoint && endpoint->node)
		node = strdup(endpoint->node);
	endpoints_free(endpoints, count);
	return node;
}

/* Make one request and print what came of it. What the driver refuses is
 * "refused", what it tests without success is "NOT OKAY". */
static void test(struct legacy *legacy, const struct request *request,
		 const char *refused)
{
	struct device *device = &legacy->device;
	uint64_t duration_ns;
	int err, result;
	bool bool_abi = device->abi == ABI_BOOL;

	fflush(stdout);
	err = device_request(device, request, &result, &duration_ns);
	if (err || (bool_abi && result < 0)) {
		legacy->status = STATUS_REFUSED;
		puts(refused);
		return;
	}
	legacy->status = abi_judge(device->abi, result) ? EXIT_CODE_FAILED
							: EXIT_CODE_OK;
	puts(legacy->status == EXIT_CODE_OK ? "OKAY" : "NOT OKAY");
}

/* The status follows from the type, as if it were the result of a test. */
static void get_type(struct legacy *legacy, const char *const *types)
{
	const struct request request = { .command = PCITEST_GET_IRQTYPE };
	uint64_t duration_ns;
	int err, result;

	err = device_request(&legacy->device, &request, &result, &duration_ns);
	if (err || result < 0 || result > INTERRUPT_MSIX) {
		legacy->status = STATUS_REFUSED;
		puts("FAILED");
		return;
	}
	legacy->status = (uint8_t)(1 - result);
	puts(types[result]);
}

static void transfer(struct legacy *legacy, const char *name,
		     unsigned long command)
{
	const struct request request = {
		.command = command,
		.bytes = legacy->size,
		.dma = legacy->dma,
	};

	printf("%s (%7" PRIu64 " bytes):\t\t", name, legacy->size);
	test(legacy, &request, "TEST FAILED");
}

/* The order is not that of the options. */
static void run_tests(struct legacy *legacy)
{
	static const char *const types[] = { "LEGACY", "MSI", "MSI-X" };
	struct request request;

	if (legacy->bar) {
		request = (struct request){ PCITEST_BAR, legacy->bar_number };
		printf("BAR%" PRIu64 ":\t\t", legacy->bar_number);
		test(legacy, &request, "TEST FAILED");
	}
	if (legacy->set_type) {
		request = (struct request){ PCITEST_SET_IRQTYPE, legacy->type,
					    .frees_vectors = true };
		printf("SET IRQ TYPE TO %s:\t\t", types[legacy->type]);
		test(legacy, &request, "FAILED");
	}
	if (legacy->get_type) {
		printf("GET IRQ TYPE:\t\t");
		get_type(legacy, types);
	}
	if (legacy->clear) {
		request = (struct request){ PCITEST_CLEAR_IRQ,
					    .frees_vectors = true };
		printf("CLEAR IRQ:\t\t");
		test(legacy, &request, "FAILED");
	}
	if (legacy->intx) {
		request = (struct request){ PCITEST_INTX_IRQ };
		printf("LEGACY IRQ:\t");
		test(legacy, &request, "TEST FAILED");
	}
	if (legacy->msi) {
		request = (struct request){ PCITEST_MSI, legacy->msi_number };
		printf("MSI%" PRIu64 ":\t\t", legacy->msi_number);
		test(legacy, &request, "TEST FAILED");
	}
	if (legacy->msix) {
		request = (struct request){ PCITEST_MSIX, legacy->msix_number };
		printf("MSI-X%" PRIu64 ":\t\t", legacy->msix_number);
		test(legacy, &request, "TEST FAILED");
	}
	if (legacy->write)
		transfer(legacy, "WRITE", PCITEST_WRITE);
	if (legacy->read)
		transfer(legacy, "READ", PCITEST_READ);
	if (legacy->copy)
		transfer(legacy, "COPY", PCITEST_COPY);
}

/* Open the device. node: set to what was opened, or NULL where there is none;
 * free it. */
static int open_device(struct legacy *legacy,
		       struct device_connection *connection, char **node)
{
	uint64_t deadline_ns = clock_now_ns() +
			       CLOCK_DEVICE_WAIT_S * NSEC_PER_SEC;
	int err;

	for (;;) {
		*node = resolve(legacy->node);
		err = *node ? device_open(&legacy->device, connection, *node,
					  NULL, NULL)
			    : -ENODEV;
		if ((err != -ENODEV && err != -ENOENT) ||
		    !clock_wait(deadline_ns))
			return err;
		free(*node);
	}
}

int legacy_run(int argc, char **argv)
{
	struct legacy legacy = {
		.node = DEFAULT_NODE,
		.size = DEFAULT_SIZE,
		.status = STATUS_NOTHING_DONE,
	};
	struct device_connection connection;
	char *node;
	int err;

	parse(argc, argv, &legacy);
	err = open_device(&legacy, &connection, &node);
	if (err) {
		message("cannot open the endpoint test device: %s: %s; `pcitest list' shows the devices there are",
			node ? node : legacy.node, strerror(-err));
		free(node);
		return STATUS_NO_DEVICE;
	}

	/* Where it cannot be told the requests fail, and are shown to. */
	device_probe_abi(&legacy.device);
	run_tests(&legacy);
	if (legacy.device.fault[0])
		message("%s: %s", node, legacy.device.fault);
	device_close(&legacy.device);
	free(node);
	return legacy.status;
}
